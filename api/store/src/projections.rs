//! What a process holds in memory so that hot requests need no database: prices, products, stock, accounts.
//!
//! A [`Projection`] is loaded once and then follows the event log; its cost is proportional to what changed. Applying an event
//! twice must do no harm, because a projection starts from a position that was read before it was loaded.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::counters;
use super::database::Reader;
use super::error::BoxError;
use super::events::{self, Event, Range};
use super::feed::Feed;
use super::system::System;

/// Something held in memory that follows the log.
#[async_trait::async_trait]
pub trait Projection: Send + Sync {
    /// Applies what happened.
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError>;
}

/// How often the log is read when nothing wakes a reader: the bound on how late another process's change is seen without Redis.
pub(super) const POLL: Duration = Duration::from_millis(200);
/// How soon the log is read again for an event that was committed but does not show yet.
const RETRY: Duration = Duration::from_millis(1);
/// Events read from the log at once.
const BATCH: u64 = 1_000;

/// Keeps projections up to date until `stop` says so. `from` is the position read before they were loaded.
pub async fn keep_current(system: System, projections: Vec<Arc<dyn Projection>>, from: i64, mut stop: watch::Receiver<bool>) {
    let feed = system.feed().clone();
    feed.starts_at(from, projections);
    let mut look = true;
    while !*stop.borrow() {
        let position = feed.position();
        match apply_next(&system, &feed, look).await {
            Ok(count) => look = count as u64 == BATCH,
            Err(error) => {
                tracing::error!(error = %error, "following the event log failed; trying again");
                tokio::time::sleep(POLL).await;
                look = true;
            }
        }
        if feed.position() > position {
            counters::event_lag("projections", feed.latest_seen().saturating_sub(feed.position()).max(0));
        } else if feed.latest_seen() > position {
            // Committed, but another transaction with a smaller number is not yet.
            tokio::time::sleep(RETRY).await;
        } else {
            tokio::select! {
                woken = feed.wait_behind(POLL) => look = !woken,
                _ = stop.changed() => {}
            }
        }
    }
}

/// Follows what comes next, from the hands of this process's writers or from the log, and gives how many events that were.
/// Without `look` the log is asked only when something was committed that nobody queued over.
async fn apply_next(system: &System, feed: &Feed, look: bool) -> Result<usize, BoxError> {
    let db = system.db();
    let lock = feed.apply_lock().await;
    let queued = feed.apply_queued(&db, &lock).await?;
    let after = feed.position();
    if queued > 0 || !(look || feed.latest_seen() > after) {
        return Ok(queued);
    }
    let batch = events::read(&db, Range { after, limit: BATCH, account: None }).await?;
    feed.apply(&db, batch, &lock).await
}
