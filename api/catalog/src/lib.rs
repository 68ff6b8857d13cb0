//! Products with units, identifiers, order rules and relations; categories.
//!
//! Promises:
//! - A product has one stock unit; every other unit converts to it exactly. An unknown unit is refused, never guessed.
//! - A quantity is checked in one place, [`Product::check_quantity`], before anything is priced.
//! - [`put_products`] takes any number of products, keeps the good ones, says of each bad one which fields are wrong, and
//!   leaves untouched what is already as given.
//! - A name is resolved to one product or to candidates, never to a guess: [`resolve`].
//! - Every process holds all products in memory ([`Products`]) and applies `products.changed`.
//! - What an account may not see does not exist for it ([`CatalogView`]): every slice that shows, finds or takes a product asks.
//!   A visibility rule that cannot be read hides what it may concern.
//!
//! Tables: `products`, `product_units`, `product_identifiers`, `product_relations`, `categories`, `visibility_rules`.
//! Events: `products.changed`, `categories.changed`, `visibility_rules.changed`.
//!
//! Not here: prices, cost and floor (`prices`), stock (`inventory`), what a buyer sees (`storefront`).

mod catalog_view;
mod categories;
mod check;
mod error;
pub mod events;
mod identifiers;
mod input;
mod load;
mod new_product;
mod part_numbers;
mod product;
mod product_json_cache;
mod products;
mod put;
mod put_category;
mod put_visibility;
pub mod queries;
mod resolve;
mod routes;
mod views;
mod visibility_routes;
mod visibility_rules;
mod visibility_views;

pub use catalog_view::CatalogView;
pub use categories::Categories;
pub use error::CatalogError;
pub use new_product::{Attribute, AttributeValue, NewProduct, NewRelation, NewUnit};
pub use part_numbers::{PartNumber, put_part_numbers};
pub use product::Product;
pub use product_json_cache::{ProductJson, ProductJsonCache};
pub use products::Products;
pub use put::{add_relations, put_products};
pub use put_category::{NewCategory, put_categories};
pub use resolve::{Candidate, Name, Resolution, resolve};
pub use routes::CatalogRoutes;
pub use views::ProductView;
pub use visibility_routes::VisibilityRoutes;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_visibility;
