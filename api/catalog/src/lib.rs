//! Products with units, identifiers, order rules and relations; categories.
//!
//! Promises:
//! - A product has one stock unit; every other unit converts to it exactly. An unknown unit is refused, never guessed.
//! - A quantity is checked in one place, [`Product::check_quantity`], before anything is priced.
//! - [`put_products`] takes any number of products, keeps the good ones, says of each bad one which fields are wrong, and
//!   leaves untouched what is already as given.
//! - A name is resolved to one product or to candidates, never to a guess: [`resolve`].
//! - Every process holds all products in memory ([`Products`]) and follows `products.changed`.
//! - What an account may not see does not exist for it ([`Sight`]): every slice that shows, finds or takes a product asks.
//!
//! Tables: `products`, `product_units`, `product_identifiers`, `product_relations`, `categories`, `visibility_rules`.
//! Events: `products.changed`, `categories.changed`, `visibility_rules.changed`.
//!
//! Not here: prices, cost and floor (`contracts`), stock (`inventory`), what a buyer sees (`storefront`).

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
mod products;
mod put;
mod put_category;
mod put_visibility;
pub mod queries;
mod resolve;
mod routes;
mod texts;
mod views;
mod visibility;
mod visibility_routes;
mod visibility_views;

pub use categories::Categories;
pub use error::CatalogError;
pub use new_product::{Attribute, AttributeValue, NewProduct, NewRelation, NewUnit};
pub use part_numbers::{PartNumber, put_part_numbers};
pub use product::Product;
pub use products::Products;
pub use put::{add_relations, put_products};
pub use put_category::{NewCategory, put_categories};
pub use resolve::{Candidate, Name, Resolution, resolve};
pub use routes::CatalogRoutes;
pub use texts::{ProductText, product_text};
pub use views::ProductView;
pub use visibility::Sight;
pub use visibility_routes::VisibilityRoutes;

#[cfg(test)]
mod tests;
