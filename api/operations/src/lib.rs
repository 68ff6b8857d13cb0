//! Background jobs over HTTP: what waits, what runs, what was given up and why; jobs that were given up are run again by call.
//!
//! Promises:
//! - A job that was given up stays, with its last error, until it is retried.
//! - What a job carries is not shown: it may be personal.
//!
//! Tables: none of its own; the store keeps the jobs. Events: `job.retried`.
//!
//! Not here: enqueueing and doing jobs (`store::jobs`), import jobs (`imports`).

mod error;
pub mod events;
mod retry;
mod routes;
mod views;

pub use error::OperationsError;
pub use routes::OperationsRoutes;
