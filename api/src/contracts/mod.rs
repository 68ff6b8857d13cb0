//! Price lists, contracts, promotions, cost and floor: what feeds the price engine, and the prices it gives.
//!
//! Promises:
//! - What was recorded is never changed: a change ends rows and adds rows, so every price of the past can be asked for again
//!   (`at`, `as_of`).
//! - Every price change takes the next price version first. Versions follow one another with strictly rising instants, on
//!   one process or many, and a version is seen whole or not at all.
//! - A version says everything a price depends on, the facts of products and accounts too: whoever changes those records them
//!   here in the same transaction ([`FactKeeper`]).
//! - Each process holds all rows in memory ([`Prices`]) and follows changes row by row; nothing is copied per account and
//!   nothing is rebuilt.
//! - Whoever [locks the version](Prices::lock_version) in a transaction prices with everything recorded before it, and
//!   nothing can be recorded until that transaction ends.
//! - Buyers never learn a cost, a floor that was not applied, or a row that is not theirs.
//!
//! Tables: `price_versions`, `price_changes`, `price_change_parts`, `price_lists`, `price_list_terms`, `price_entries`,
//! `contracts`, `contract_terms`, `contract_lines`, `promotions`, `promotion_terms`, `promotion_lines`, `product_cost_facts`,
//! `product_price_facts`, `account_price_facts`, and what `change_sets` keeps.
//! Events: `prices.changed` with `version`.
//!
//! Not here: how a price is found (`pricing`), products and units (`catalog`).

mod agreement_routes;
mod agreements;
mod book;
mod change;
mod change_sets;
mod changes;
mod contract;
mod costs;
mod coverage;
mod cursor;
mod drift;
mod entries;
mod entry_rows;
mod error;
mod facts;
mod feed_routes;
mod handles;
mod input;
mod journal;
mod lines;
mod lists;
mod load;
mod loose;
mod packed;
mod period;
mod period_then;
mod price_rows;
mod price_stream;
mod prices;
mod products;
mod promotion;
mod quote;
mod quote_routes;
mod record;
mod replay;
mod review;
mod routes;
mod rows;
mod staff;
#[cfg(test)]
mod tests;
mod told;
mod touched;
mod upload;
mod views;

pub(crate) use agreement_routes::AgreementRoutes;
pub(crate) use change::PriceChange;
pub(crate) use change_sets::ChangeSetRoutes;
pub(crate) use contract::{NewContract, put_contract};
pub(crate) use costs::{NewCost, put_costs};
pub(crate) use coverage::Coverage;
pub(crate) use drift::{DriftReport, Drifted};
pub(crate) use entries::{EntryOutcome, NewEntry, put_entries};
pub(crate) use error::ContractError;
pub(crate) use facts::{FactKeeper, record_missing_facts};
pub(crate) use feed_routes::FeedRoutes;
pub(crate) use journal::Moment;
pub(crate) use lines::{NewLine, NewTarget};
pub(crate) use lists::{Assigned, NewPriceList, put_price_list};
pub(crate) use prices::{Ask, AskLine, LineRefusal, PricedBasket, PricedLine, Prices};
pub(crate) use promotion::{NewAudience, NewPromotion, put_promotion};
pub(crate) use quote::PriceStepView;
pub(crate) use quote_routes::QuoteRoutes;
pub(crate) use replay::ReplayedLine;
pub(crate) use review::under_limits;
pub(crate) use routes::PriceListRoutes;
pub(crate) use staff::{CopyRoutes, FindingRoutes, PriceHistoryRoutes};
pub(crate) use touched::{OpenBaskets, Touched, count_touched};
