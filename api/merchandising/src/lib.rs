//! What the seller's staff make of search, and what they learn from it: synonyms, pins, boosts, redirects; what buyers searched
//! for, clicked and ordered.
//!
//! | resource | says |
//! |---|---|
//! | `/v1/search-synonyms/{code}` | words that mean the same (`terms`), or that stand for others but not the other way round (`means`) |
//! | `/v1/search-rules/{code}` | for some phrases, or always: products at places, factors on scores, where the client should go instead |
//! | `/v1/search/clicks` | a buyer opened what a search showed |
//! | `/v1/search/reports` | what was searched for over some days: how often, with what result, clicks, orders that followed |
//!
//! Verbs: [`Curation::guide`] says what staff decided for a text, [`SearchLog::note`] notes a search, `SearchLog::past_queries` remembers what was
//! asked before.
//!
//! Promises:
//! - What staff put counts with the next question, in every process. Nobody sees by it what they may not see: pins obey
//!   visibility, life cycle and filters; a product that is not sold any more is not pinned.
//! - A phrase is recognised whatever its case, accents, separators and endings. Where several rules name a phrase, all of their
//!   pins and boosts count; of two that want the same place, or of two redirects, that of the rule created first does.
//! - The boosts of a question multiply; a number that is typed exactly is answered without them.
//! - At most 2,000 groups of synonyms and 2,000 rules; at most 20 pins and 100 boosts a rule, factors from 0.1 to 10.
//! - Noting a search neither makes it slower nor fails it: notes wait in memory, at most 20,000, and are written once a second.
//!   When the database cannot be written for long, or the process is killed, what waits is lost. A page that is read on, a
//!   search without text, and searches of the seller's side are not noted.
//! - A note holds the account, the words and what was shown: no person, no address. Single searches and clicks are forgotten
//!   after 7 days, their sums by day, words and account after 180.
//! - An order follows a search when the account orders, within 3 days, a product that the search showed on its first page or
//!   that was clicked. Each ordered product follows one search: the last in which it was clicked, otherwise the last that
//!   showed it. What is cancelled later is not taken off.
//! - An account is told what others search for only when at least 3 accounts did with a result, and never part numbers that
//!   others looked up.
//!
//! Tables: `search_curations`, `noted_searches`, `noted_clicks`, `search_tallies`. Events: `search_curations.changed`.
//! Listens to: `order.placed`. Follows: `search_curations.changed`.
//!
//! It stands before `storefront`, which asks it while it answers a search, and after `catalog`, whose products and categories
//! its rules name.
//!
//! Not here: answering searches (`storefront`), ranking (the crate `search`), what goes together (`suggestions`).

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
