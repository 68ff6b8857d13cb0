//! Background jobs: work that a transaction leaves to be done after it, or at a later time.
//!
//! A job is a row, enqueued in the transaction that wants it done ([`Tx::enqueue`](super::database::Tx::enqueue)). Any number of
//! workers in any number of processes take jobs that are due, in batches, each under a lease.
//!
//! Promises:
//! - A job exists if and only if the transaction that enqueued it committed.
//! - A job whose effects are rows ([`JobHandler`]) takes effect exactly once: its effects commit in the transaction that deletes the
//!   job. A worker that dies leaves the job as it was, and the job is taken again when its lease has run out.
//! - A job with effects outside the database ([`OutsideJobHandler`]) is done at least once. Its id is the idempotency key by which
//!   the outside recognises a repetition. Its call is given up before its lease ends, so no two workers make it at the same time.
//! - A job that fails is tried again after a delay that doubles each time ([`retry_delay`]). After [`Job::MAX_ATTEMPTS`] it is dead:
//!   it stays with its last error until somebody [retries](queue::retry) it.
//! - A job that fails, panics, hangs or kills its process holds up no other. Of a batch the good jobs are done, and jobs whose
//!   worker died are taken one at a time, so that only the one that kills its worker goes on to be counted.
//!
//! How attempts tell workers apart: `attempts` rises each time a job is taken. Whoever finishes or fails a job names the number
//! it took it with, and without a match nothing happens: a worker that was slower than its lease changes nothing.
//!
//! Leases are instants of the machines' clocks, which may differ by less than [`LEASE`] − [`TIME_LIMIT`].
//!
//! Not here: which jobs there are. A slice defines its jobs and handlers; `server` registers the handlers.

mod handlers;
mod job;
pub mod queue;
#[cfg(test)]
mod tests;
mod worker;

pub use handlers::{JobHandler, JobHandlers, OutsideJobHandler};
pub use job::{GiveUp, Job, retry_delay};
pub use worker::{JobWorker, run_jobs};

use tokio::sync::watch;

use super::clock::SECOND;

/// How long a worker has a job before others may take it, in microseconds.
pub const LEASE: i64 = 120 * SECOND;

/// After how long a job that does not end has failed.
pub const TIME_LIMIT: std::time::Duration = std::time::Duration::from_mins(1);

/// Tells the workers of a process that jobs were enqueued in it.
#[derive(Clone, Debug)]
pub(super) struct EnqueuedSignal(watch::Sender<()>);

impl Default for EnqueuedSignal {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl EnqueuedSignal {
    pub(super) fn send(&self) {
        self.0.send_replace(());
    }

    fn subscribe(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
