//! Draft change sets: entries, contracts and promotions that are collected, looked at, and then published together or dropped.
//!
//! Promises:
//! - A set does not affect prices until it is published.
//! - Publishing is one transaction and one price version: all of the set counts or nothing. Its cost is that of the rows in
//!   the set, however large the lists are; rows that say what is recorded already are left alone.
//! - A set is published at once, or with a `valid_from`: it is recorded now and known to quotes with a later `at`, and
//!   its rows begin then. Entries that name a start of their own keep it. A contract's lines end and begin then; other terms
//!   of a contract that is in force, and promotions that are, have no such date and are refused.
//! - A contract or promotion that somebody changed since it was drafted is not overwritten: publishing is refused.
//! - A preview changes nothing and prices with the same engine as quotes.
//!
//! Tables: `price_change_sets`, `price_change_set_entries`, `price_change_set_agreements`.
//! Events: `price-change-set.changed`, `price-change-set.published`, `price-change-set.dropped`, with `version`.
//!
//! Which open carts and quotes a set touches is asked of the slices that keep them ([`prices::OpenBaskets`]). Of a quote that is
//! offered and still valid the price holds, whatever is published; it is counted because it then differs from the new price.
//!
//! Not here: how rows come in (`upload`, `record`), what they become (`entries`, `contract`, `promotion`).

mod agreements;
mod collect;
mod preview;
mod preview_views;
mod price_differences;
mod publish;
mod routes;
mod sets;
mod views;
mod warnings;
mod what_if;

pub(super) use collect::{DraftEntry, collect};
pub use routes::ChangeSetRoutes;
pub(super) use sets::OpenSet;
