//! The database of a process: SQLite or PostgreSQL, transactions, the event log and its readers, background jobs, idempotency
//! keys, sequences, the clock.
//!
//! Promises:
//! - A [`Tx`] commits everything that was written and recorded in it, or nothing.
//! - An event exists if and only if its transaction committed; a reader misses none, and stops at one it cannot read.
//! - What a driver reports is an error of a type ([`StoreError`], [`is_duplicate`]), never a text to be searched.
//!
//! Tables: `background_jobs`, `events`, `event_readers`, `idempotency_keys`, `sequences`.
//!
//! Not here: HTTP, principals, and what rows mean.

pub mod actor;
pub mod bound_rows;
pub mod clock;
pub mod commit_hook;
pub mod counters;
pub mod database;
pub mod domain_event;
pub mod error;
pub mod event_handlers;
pub mod events;
pub mod feed;
mod forward_connection;
pub mod idempotency;
pub mod jobs;
pub mod open_transactions;
mod postgres;
pub mod projections;
mod queued_writes;
pub mod row;
pub mod sequence;
pub mod sql;
mod sqlite;
mod statistics;
pub mod system;
mod transaction;

pub use bound_rows::BoundRows;
pub use domain_event::{DomainEvent, EventDetails, NoPublicForm, UnreadableEvent};
pub use error::{BoxError, StoreError};
pub use row::{Db, Row};
pub use sqlite::SPARE_WORKERS;
