//! Prices as they are read: what something costs an account, why, and what has changed since.
//!
//! Promises:
//! - Each process holds all price rows in memory ([`Prices`]) and follows changes row by row; nothing is copied per account
//!   and nothing is rebuilt. A version is seen whole or not at all.
//! - A price is found without the database, but for contract lines that count what was ordered before.
//! - Every price of the past can be asked for again (`at`, `as_of`), with the products and accounts of then ([`ProductInputs`]).
//! - Whoever [locks the version](Prices::lock_version) in a transaction prices with everything recorded before it, and
//!   nothing can be recorded until that transaction ends.
//! - Buyers never learn a cost, a floor that was not applied, or a row that is not theirs.
//!
//! Tables: none of its own.
//! Reads: those of the slice price-admin, which are `account_price_facts`, `contracts`, `contract_lines`, `contract_terms`, `price_changes`,
//! `price_entries`, `price_lists`, `price_list_terms`, `price_versions`, `product_cost_facts`, `product_price_facts`, `promotions`,
//! `promotion_lines`, `promotion_terms`; and for what was ordered before, `accounts`, `categories`, `order_lines`,
//! `order_cancellations`, `order_imports`, `products`, `product_units`.
//! Events: it follows `prices.changed`, which `price-admin` records.
//!
//! Not here: how a price is found (`pricing`), products and units (`catalog`), recording prices (`price_admin`).

mod change_log;
mod changes;
mod columns;
mod costs;
mod coupon_tries;
mod coverage;
mod cursor;
mod dense_ids;
mod drift;
mod error;
pub mod events;
mod feed_routes;
mod impact;
mod input;
mod limits;
mod load;
mod load_inputs;
mod lookup;
mod ordered_as_of;
pub mod packed_rows;
mod period;
mod price_book;
mod price_inquiry;
mod price_quote_routes;
mod price_rows;
mod price_stream;
mod pricing_inputs;
mod replay;
pub mod stored_terms;

pub use change_log::AsOf;
pub use columns::write_breaks;
pub use costs::{ProductCost, StoredCost, costs_of};
pub use coverage::Coverage;
pub use drift::{DriftReport, Drifted};
pub use error::{BadInput, PriceError};
pub use feed_routes::FeedRoutes;
pub use impact::{AccountSet, ImpactScope, OpenBaskets, PriceImpact, ProductSet, count_affected};
pub use input::{excerpt, read_currency};
pub use limits::{PriceToCheck, Reviewable, finding_text, under_limits};
pub use lookup::{LineRefusal, PriceRequest, PricedBasket, PricedLine, Prices};
pub use price_book::{AccountRow, ContractRow, EntryRow, LineRow, ListRow, PriceLine, PromotionRow, log_refused};
pub use price_inquiry::PriceStepView;
pub use price_quote_routes::PriceQuoteRoutes;
pub use pricing_inputs::ProductInputs;
pub use replay::ReplayedLine;
pub use stored_terms::TermsFilter;
