//! Suggestions: required parts, related products, replacements, products that others bought together, products to reorder.
//!
//! Promises:
//! - A suggestion can be ordered, is not in the basket, and has a reason that a person understands.
//! - Each order counts exactly once, whether it was placed or imported, without its cancelled lines. Orders are in memory, about
//!   13 bytes per line. Products bought together are counted on request over the latest orders, so the cost of a request does not
//!   grow with the history. Of a long order the first 100 products count.
//! - A buyer learns what others bought together only when several orders of several accounts show it, or when their own account
//!   bought it. So a buyer cannot infer the orders of another account.
//! - A stored relation rule that cannot be read is logged as an error and not applied.
//!
//! Tables: `learned_baskets`, `relation_rules`, `replacement_consents`.
//! Reads: `orders`, `order_lines` (what was bought together), `products`, `product_relations`, `event_readers`.
//! Events: `relation_rules.changed`, `replacement_consent.changed`.
//! Listens to: `order.placed`, `order.cancelled`. Follows these and `order.imported`, `products.changed`, `categories.changed`.
//!
//! Not here: relations by SKU (`catalog`), stock (`inventory`).

mod applied_rules;
mod basket;
mod basket_items;
mod bought_together;
mod comparable_value;
mod compatibility;
mod conflicts;
mod consents;
mod context;
mod devices;
mod error;
mod events;
mod learn;
mod missing;
mod order_history;
mod order_reader;
mod orderable;
mod product_attributes;
mod product_suggestions;
mod purchase_history;
mod put_rule;
mod queries;
mod related_products;
mod relations;
mod reorder_patterns;
mod reorder_views;
mod replacement_views;
mod replacements;
mod routes;
mod rule;
mod rule_routes;
mod rule_views;
mod views;

pub use consents::Consents;
pub use error::SuggestionError;
pub use learn::{Learner, learn_all};
pub use purchase_history::PurchaseHistory;
pub use related_products::RelatedProducts;
pub use routes::SuggestionRoutes;
pub use rule_routes::RelationRuleRoutes;

#[cfg(test)]
mod tests;
