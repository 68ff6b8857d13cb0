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
//! Tables: none; it reads those of `price_admin`, and what orders say was ordered before.
//! Events: none; it follows `prices.changed`.
//!
//! Not here: how a price is found (`pricing`), products and units (`catalog`), recording prices (`price_admin`).

mod change_log;
mod changes;
mod columns;
mod costs;
mod coverage;
mod cursor;
mod dense_ids;
mod drift;
mod error;
mod feed_routes;
mod impact;
mod input;
mod limits;
mod load;
mod load_inputs;
mod lookup;
mod ordered_as_of;
pub(crate) mod packed_rows;
mod period;
mod price_book;
mod price_inquiry;
mod price_quote_routes;
mod price_rows;
mod price_stream;
mod pricing_inputs;
mod replay;
pub(crate) mod stored_terms;
mod wire_values;

pub(crate) use change_log::AsOf;
pub(crate) use columns::{per_of, write_breaks};
pub(crate) use costs::{ProductCost, StoredCost, costs_of};
pub(crate) use coverage::Coverage;
pub(crate) use drift::{DriftReport, Drifted};
pub(crate) use error::{BadInput, PriceError};
pub(crate) use feed_routes::FeedRoutes;
pub(crate) use impact::{AccountSet, ImpactScope, OpenBaskets, PriceImpact, ProductSet, count_affected};
pub(crate) use input::{excerpt, read_currency};
pub(crate) use limits::{PriceToCheck, Reviewable, finding_text, under_limits};
pub(crate) use lookup::{LineRefusal, PriceRequest, PricedBasket, PricedLine, Prices};
pub(crate) use price_book::{AccountRow, ContractRow, EntryRow, LineRow, ListRow, PriceLine, PromotionRow, log_refused};
pub(crate) use price_inquiry::PriceStepView;
pub(crate) use price_quote_routes::PriceQuoteRoutes;
pub(crate) use pricing_inputs::ProductInputs;
pub(crate) use replay::ReplayedLine;
pub(crate) use stored_terms::TermsFilter;
pub(crate) use wire_values::{RawDecimal, StaticCode};
