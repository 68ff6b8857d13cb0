//! The database of a process: SQLite or PostgreSQL, transactions, the event log and its readers, idempotency keys, sequences, the
//! clock.
//!
//! Promises:
//! - A [`Tx`] commits everything that was written and recorded in it, or nothing.
//! - An event exists if and only if its transaction committed; a reader misses none.
//! - What a driver reports is an error of a type ([`StoreError`], [`is_duplicate`]), never a text to be searched.
//!
//! Tables: `events`, `event_readers`, `idempotency_keys`, `sequences`.
//!
//! Not here: HTTP, principals, and what rows mean.

pub(crate) mod actor;
pub(crate) mod clock;
pub(crate) mod commit_hook;
pub(crate) mod database;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod feed;
pub(crate) mod follow;
pub(crate) mod idempotency;
pub(crate) mod metrics;
pub(crate) mod sequence;
pub(crate) mod sql;
mod sqlite;
pub(crate) mod system;

pub(crate) use error::{BoxError, StoreError};
pub(crate) use sqlite::SPARE_WORKERS;
