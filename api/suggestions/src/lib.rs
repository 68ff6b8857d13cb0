//! What else a buyer may need: what a product requires, what goes with it, what replaces it, what others bought with it.
//!
//! Promises:
//! - A suggestion can be ordered, is not in the basket, and comes with a reason a person understands.
//! - Orders are learnt from as they are placed, imported and cancelled, each exactly once. They stand in memory, some 13 bytes
//!   per line; what is bought together is counted when it is asked, over the latest orders, so that a question costs about the
//!   same whatever was learnt, and a long order (its first 100 products count) no more than others.
//! - A buyer is told what others bought together only when several orders of several accounts show it, or when their own
//!   account bought it: nobody reads the orders of somebody else from it.
//!
//! Tables: `learned_baskets`.
//! Listens to: `order.placed`, `order.cancelled`. Follows these and `order.imported`.
//!
//! Not here: relations themselves (`catalog`), whether something is in stock (`inventory`).

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
