//! Prices as they are read: what something costs an account, why, and what has changed since.
//!
//! Promises:
//! - Each process holds all price rows in memory ([`Prices`]) and follows changes row by row; nothing is copied per account
//!   and nothing is rebuilt. A version is seen whole or not at all.
//! - A price is found without the database, but for contract lines that count what was ordered before.
//! - Every price of the past can be asked for again (`at`, `as_of`), with the products and accounts of then ([`ProductFacts`]).
//! - Whoever [locks the version](Prices::lock_version) in a transaction prices with everything recorded before it, and
//!   nothing can be recorded until that transaction ends.
//! - Buyers never learn a cost, a floor that was not applied, or a row that is not theirs.
//!
//! Tables: none; it reads those of `price_admin`, and what orders say was ordered before.
//! Events: none; it follows `prices.changed`.
//!
//! Not here: how a price is found (`pricing`), products and units (`catalog`), recording prices (`price_admin`).

mod book;
mod change_log;
mod changes;
mod columns;
mod costs;
mod coverage;
mod cursor;
mod drift;
mod error;
mod facts;
mod feed_routes;
mod handles;
mod input;
mod limits;
mod load;
mod lookup;
mod loose;
pub(crate) mod packed;
mod period;
mod period_then;
mod price_rows;
mod price_stream;
mod products;
mod quote;
mod quote_routes;
mod replay;
pub(crate) mod rows;
mod touched;

pub(crate) use book::{AccountRow, ContractRow, EntryRow, LineRow, ListRow, PriceLine, PromotionRow, note};
pub(crate) use change_log::AsOf;
pub(crate) use columns::{per_of, write_breaks};
pub(crate) use costs::{NewCost, StoredCost, costs_of};
pub(crate) use coverage::Coverage;
pub(crate) use drift::{DriftReport, Drifted};
pub(crate) use error::{BadInput, PriceError};
pub(crate) use facts::ProductFacts;
pub(crate) use feed_routes::FeedRoutes;
pub(crate) use input::{read_currency, short};
pub(crate) use limits::{PriceToCheck, Reviewable, sentence, under_limits};
pub(crate) use lookup::{LineRefusal, PriceRequest, PricedBasket, PricedLine, Prices};
pub(crate) use loose::{Loose, Word};
pub(crate) use quote::PriceStepView;
pub(crate) use quote_routes::QuoteRoutes;
pub(crate) use replay::ReplayedLine;
pub(crate) use rows::Which;
pub(crate) use touched::{Concerned, Goods, OpenBaskets, Reach, Touched, count_touched};
