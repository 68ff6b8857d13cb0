//! Curation of search by the seller's staff (synonyms, pins, boosts, redirects), and reports on what buyers searched for, clicked
//! and ordered.
//!
//! | resource | content |
//! |---|---|
//! | `/v1/search-synonyms/{code}` | `terms` that are synonyms of each other, or that have `means` as synonyms but not the other way round |
//! | `/v1/search-rules/{code}` | for some phrases, or for every query: products at positions, factors on scores, a redirect |
//! | `/v1/search/clicks` | a buyer opened a hit of a search |
//! | `/v1/search/reports` | searches over some days: how often, with what result, clicks, orders that followed |
//!
//! Verbs: [`Curation::guidance_for`] returns what applies to a query, [`SearchLog::record`] records a search,
//! `SearchLog::past_queries` completes queries.
//!
//! Promises:
//! - Synonyms and rules apply from the next query on, in every process. They reveal no hidden product: pins obey visibility, life
//!   cycle and filters, and a product that is no longer sold is not pinned.
//! - A phrase is recognised whatever its case, accents, separators and word endings. When several rules have the same phrase, all
//!   of their pins and boosts apply; of two pins for the same position, or of two redirects, the one of the older rule applies.
//! - The boosts of a query multiply. A part number that matches exactly is ranked without them.
//! - A stored rule that cannot be read is logged as an error and not applied.
//! - At most 2,000 groups of synonyms and 2,000 rules; at most 20 pins and 100 boosts per rule, factors from 0.1 to 10.
//! - Recording a search neither slows it down nor makes it fail: at most 20,000 searches wait in memory and are written once a
//!   second. When the database is unavailable for long, or the process is killed, waiting searches are lost. Further pages,
//!   searches without text, and searches of the seller's side are not recorded.
//! - A recorded search contains the account, the query and the shown products: no user, no address. Single searches and clicks
//!   are deleted after 7 days, their totals by day, query and account after 180.
//! - An order follows a search when the account orders, within 3 days, a product that the search showed on its first page or
//!   that was clicked. Each ordered product follows one search: the last in which it was clicked, otherwise the last that
//!   showed it. Later cancellations are not subtracted.
//! - An account sees queries of others only when at least 3 accounts had a result for them, and never part numbers that others
//!   looked up.
//!
//! Tables: `search_curations`, `noted_searches`, `noted_clicks`, `search_tallies`. Reads: `order_lines`. Events: `search_curations.changed`.
//! Listens to: `order.placed`. Follows: `search_curations.changed`.
//!
//! Not here: answering searches (`storefront`), ranking (the crate `search`), product suggestions (`suggestions`).

mod click;
mod compiled;
mod conversions;
mod curation;
mod curation_routes;
mod curation_views;
mod daily_totals;
mod definition;
mod error;
mod events;
mod past_queries;
mod put_curation;
mod queries;
mod report;
mod report_routes;
mod report_views;
mod search_log;
#[cfg(test)]
mod tests;

pub use compiled::{Guidance, Redirect};
pub use conversions::Conversions;
pub use curation::Curation;
pub use curation_routes::CurationRoutes;
pub use daily_totals::purge_expired;
pub use error::MerchandisingError;
pub use report_routes::ReportRoutes;
pub use search_log::{SearchLog, SearchToLog, run_search_log};
