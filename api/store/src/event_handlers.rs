//! Reactions of a slice to what happened in an earlier one, such as an invoice after a shipment.
//!
//! The position of an [`EventHandler`] is a row, moved in the transaction of its effects, so every event takes effect exactly once
//! however many processes run and whenever they are killed.

use std::sync::Arc;
use std::time::Duration;

use entity::event_readers;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Set, Statement};
use tokio::sync::watch;

use super::counters;
use super::database::Tx;
use super::error::{BoxError, StoreError};
use super::events::{self, Event};
use super::projections::POLL;
use super::sql::fetch_one;
use super::system::System;

/// Something that reacts to what happened, exactly once.
#[async_trait::async_trait]
pub trait EventHandler: Send + Sync {
    /// Its name in `event_readers`; never changes.
    fn name(&self) -> &'static str;
    /// Whether an event concerns it.
    fn handles(&self, kind: &str) -> bool;
    /// How long it waits after a batch, so that the next one holds many events.
    fn linger(&self) -> Duration {
        Duration::ZERO
    }
    /// How many events it is queued at most at once; fewer when they have to be read.
    fn batch(&self) -> u64 {
        DEFAULT_BATCH
    }
    /// Takes what the events of a batch will need locked, in the order locks are taken everywhere, before the first is handled.
    async fn prepare(&self, _tx: &Tx, _events: &[&Event]) -> Result<(), BoxError> {
        Ok(())
    }
    /// Reacts to one event inside the transaction that moves its position.
    async fn handle(&self, tx: &Tx, event: &Event) -> Result<(), BoxError>;
    /// Reacts to the events of a batch, one after another unless it knows better.
    async fn handle_batch(&self, tx: &Tx, events: &[&Event]) -> Result<(), BoxError> {
        for event in events {
            self.handle(tx, event).await?;
        }
        Ok(())
    }
}

/// Events a handler is given at once when it does not ask for more.
const DEFAULT_BATCH: u64 = 50;

/// Runs a handler until `stop` says so.
pub async fn run_handler(system: System, handler: Arc<dyn EventHandler>, mut stop: watch::Receiver<bool>) {
    let of = handler.clone();
    let subscription = system.feed().subscribe(move |kind| of.handles(kind));
    let mut progress = None;
    while !*stop.borrow() {
        match handle_next(&system, &*handler, &mut progress).await {
            Ok(true) => {}
            Ok(false) => {
                let rest = async {
                    // A sleep of nothing still waits for the next tick of the timer.
                    if !handler.linger().is_zero() {
                        tokio::time::sleep(handler.linger()).await;
                    }
                    subscription.wait(POLL).await;
                };
                tokio::select! {
                    () = rest => {}
                    _ = stop.changed() => {}
                }
            }
            Err(error) => {
                tracing::error!(error = %error, handler = handler.name(), "a handler failed; trying again");
                progress = None;
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// Where a handler is: what it has seen, and what of that is stored. Events that nobody wants are only passed over in
/// memory; seeing them again after a restart does no harm.
#[derive(Clone, Copy, Debug)]
struct Progress {
    seen: i64,
    stored: i64,
}

/// Events of a batch for a handler that waits between batches.
pub const LARGE_BATCH: u64 = 1_000;

/// How far a handler may be ahead of its stored position.
const MAX_UNSTORED: i64 = 5_000;

/// Hands a handler its next batch; says whether there may be more.
async fn handle_next(system: &System, handler: &dyn EventHandler, progress: &mut Option<Progress>) -> Result<bool, BoxError> {
    let db = system.db();
    let at = match *progress {
        Some(progress) => progress,
        None => {
            let stored = event_readers::Entity::find_by_id(handler.name()).one(&db).await?.map_or(0, |row| row.seq);
            Progress { seen: stored, stored }
        }
    };
    let feed = system.feed();
    // Of what has to be read few are taken at once: an event may hold the levels of hundreds of products.
    let limit = if feed.recent(at.seen, 0).is_some() { handler.batch() } else { DEFAULT_BATCH };
    let ahead = events::next(&db, feed, at.seen, limit).await?;
    let Some(last) = ahead.last() else {
        *progress = Some(at);
        return Ok(false);
    };
    let full = ahead.len() as u64 >= DEFAULT_BATCH;
    counters::event_lag(handler.name(), feed.latest_seen().saturating_sub(last.seq).max(0));
    if last.seq - at.stored < MAX_UNSTORED && !ahead.iter().any(|event| handler.handles(&event.kind)) {
        *progress = Some(Progress { seen: last.seq, ..at });
        return Ok(full);
    }
    let tx = system.begin().await?;
    let Some(position) = claim(&tx, handler.name()).await? else { return Ok(false) };
    let wanted: Vec<&Event> = ahead.iter().map(|e| &**e).filter(|e| e.seq > position && handler.handles(&e.kind)).collect();
    handler.prepare(&tx, &wanted).await?;
    handler.handle_batch(&tx, &wanted).await?;
    let reached = last.seq.max(position);
    let moved = event_readers::ActiveModel { name: Set(handler.name().to_owned()), seq: Set(reached), updated_at: Set(tx.now()) };
    let upsert = OnConflict::column(event_readers::Column::Name)
        .update_columns([event_readers::Column::Seq, event_readers::Column::UpdatedAt])
        .to_owned();
    event_readers::Entity::insert(moved).on_conflict(upsert).exec_without_returning(&tx).await?;
    tx.commit(()).await?;
    *progress = Some(Progress { seen: reached, stored: reached });
    Ok(full)
}

/// Takes a handler's position for this transaction; none when another process has it.
async fn claim(tx: &Tx, name: &str) -> Result<Option<i64>, StoreError> {
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        let lock =
            Statement::from_sql_and_values(backend, "select pg_try_advisory_xact_lock(hashtextextended($1, 11))", [name.into()]);
        if !tx.first_value::<bool>(lock).await? {
            return Ok(None);
        }
    }
    let row = fetch_one(tx, event_readers::Entity::find_by_id(name)).await?;
    Ok(Some(row.map_or(0, |r| r.seq)))
}
