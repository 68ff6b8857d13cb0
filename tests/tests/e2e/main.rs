//! End-to-end tests: the real binary, a fresh database, HTTP as a customer speaks it.
//!
//! One file per slice, one test per promise, named as the promise. `DATABASE=postgres` runs the same tests on PostgreSQL and
//! Redis. `scenarios` holds the long ones, ignored in the plain run; `tests/run` runs everything.
//!
//! Not here: private functions, which are tested beside the code.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures measured, and the log of a server whose test failed")]

mod support;

mod accounts;
mod allocations;
mod attacks;
mod backup;
mod billing;
mod carts;
mod catalog;
mod config;
mod curation;
mod events;
mod fulfilment;
mod health;
mod holds;
mod idempotency;
mod identity;
mod imports;
mod isolation;
mod mail;
mod operations;
mod order_to_cash;
mod orders;
mod payments;
mod preconditions;
mod price_admin;
mod price_audit;
mod price_change_sets;
mod price_drift;
mod price_feed;
mod price_previews;
mod price_refusals;
mod price_uploads;
mod prices;
mod problems;
mod query_counts;
mod quotes;
mod quotes_lines;
mod quotes_orders;
mod receipts;
mod scenarios;
mod search;
mod search_reports;
mod snapshots;
mod stock;
mod suggestions;
mod suggestions_relations;
mod visibility;
