//! Readers of the event log inside the process.
//!
//! A [`Surface`] is something a process holds in memory so that hot requests need no database: prices, products, stock,
//! accounts. It is loaded once and then follows the log; cost is proportional to what changed. Applying an event twice
//! must do no harm, because a surface starts from a position read before it was loaded.
//!
//! A [`Listener`] causes something in its own slice when something happened in an earlier one: an invoice after a shipment.
//! Its position is a row, moved in the transaction of its effects, so every event takes effect exactly once however many
//! processes run and whenever they are killed.

use std::sync::Arc;
use std::time::Duration;

use entity::event_readers;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Set, Statement};
use tokio::sync::watch;

use super::counters;
use super::database::{Reader, Tx};
use super::error::{BoxError, StoreError};
use super::events::{self, Event, Range};
use super::feed::Feed;
use super::sql::fetch_one;
use super::system::System;

/// Something held in memory that follows the log.
#[async_trait::async_trait]
pub trait Surface: Send + Sync {
    /// Applies what happened.
    async fn follow(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError>;
}

/// Something that reacts to what happened, exactly once.
#[async_trait::async_trait]
pub trait Listener: Send + Sync {
    /// Its name in `event_readers`; never changes.
    fn name(&self) -> &'static str;
    /// Whether an event concerns it.
    fn wants(&self, kind: &str) -> bool;
    /// How long it rests before it hears again, so that it hears many events at once.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }
    /// How many events it is handed at most at once; fewer when they have to be read.
    fn batch(&self) -> u64 {
        LISTENER_BATCH
    }
    /// Takes what the events of a batch will need locked, in the order locks are taken everywhere, before the first is heard.
    async fn prepare(&self, _tx: &Tx, _events: &[&Event]) -> Result<(), BoxError> {
        Ok(())
    }
    /// Reacts to one event inside the transaction that moves its position.
    async fn hear(&self, tx: &Tx, event: &Event) -> Result<(), BoxError>;
    /// Reacts to the events of a batch, one after another unless it knows better.
    async fn hear_all(&self, tx: &Tx, events: &[&Event]) -> Result<(), BoxError> {
        for event in events {
            self.hear(tx, event).await?;
        }
        Ok(())
    }
}

/// How often the log is looked at when nothing wakes a reader: the bound on how late another process's change is seen
/// without Redis.
const POLL: Duration = Duration::from_millis(200);
/// How soon the log is looked at again for an event that was committed but does not show yet.
const RETRY: Duration = Duration::from_millis(1);
const SURFACE_BATCH: u64 = 1_000;
const LISTENER_BATCH: u64 = 50;

/// Keeps surfaces up to date until `stop` says so. `from` is the position read before they were loaded.
pub async fn keep_current(system: System, surfaces: Vec<Arc<dyn Surface>>, from: i64, mut stop: watch::Receiver<bool>) {
    let feed = system.feed().clone();
    feed.starts_at(from, surfaces);
    let mut look = true;
    while !*stop.borrow() {
        let position = feed.position();
        match follow_once(&system, &feed, look).await {
            Ok(count) => look = count as u64 == SURFACE_BATCH,
            Err(error) => {
                tracing::error!(error = %error, "following the event log failed; trying again");
                tokio::time::sleep(POLL).await;
                look = true;
            }
        }
        if feed.position() > position {
            counters::event_lag("surfaces", feed.heard().saturating_sub(feed.position()).max(0));
        } else if feed.heard() > position {
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
/// Without `look` the log is asked only when something was committed that nobody handed over.
async fn follow_once(system: &System, feed: &Feed, look: bool) -> Result<usize, BoxError> {
    let db = system.db();
    let turn = feed.turn().await;
    let handed = feed.follow_handed(&db, &turn).await?;
    let after = feed.position();
    if handed > 0 || !(look || feed.heard() > after) {
        return Ok(handed);
    }
    let batch = events::read(&db, Range { after, limit: SURFACE_BATCH, account: None }).await?;
    feed.follow(&db, batch, &turn).await
}

/// Runs a listener until `stop` says so.
pub async fn listen(system: System, listener: Arc<dyn Listener>, mut stop: watch::Receiver<bool>) {
    let wants = listener.clone();
    let bell = system.feed().bell(move |kind| wants.wants(kind));
    let mut place = None;
    while !*stop.borrow() {
        match listen_once(&system, &*listener, &mut place).await {
            Ok(true) => {}
            Ok(false) => {
                let rest = async {
                    // A sleep of nothing still waits for the next tick of the timer.
                    if !listener.patience().is_zero() {
                        tokio::time::sleep(listener.patience()).await;
                    }
                    bell.wait(POLL).await;
                };
                tokio::select! {
                    () = rest => {}
                    _ = stop.changed() => {}
                }
            }
            Err(error) => {
                tracing::error!(error = %error, listener = listener.name(), "a listener failed; trying again");
                place = None;
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// Where a listener is: what it has seen, and what of that is stored. Events that nobody wants are only passed over in
/// memory; seeing them again after a restart does no harm.
#[derive(Clone, Copy, Debug)]
struct Place {
    seen: i64,
    stored: i64,
}

/// For a listener that rests between batches and hears many events at once.
pub const LARGE_BATCH: u64 = 1_000;

/// How far a listener may be ahead of its stored position.
const UNSTORED: i64 = 5_000;

/// Hands a listener its next batch; says whether there may be more.
async fn listen_once(system: &System, listener: &dyn Listener, place: &mut Option<Place>) -> Result<bool, BoxError> {
    let db = system.db();
    let at = match *place {
        Some(place) => place,
        None => {
            let stored = event_readers::Entity::find_by_id(listener.name()).one(&db).await?.map_or(0, |row| row.seq);
            Place { seen: stored, stored }
        }
    };
    let feed = system.feed();
    // Of what has to be read few are taken at once: an event may hold the levels of hundreds of products.
    let limit = if feed.recent(at.seen, 0).is_some() { listener.batch() } else { LISTENER_BATCH };
    let ahead = events::next(&db, feed, at.seen, limit).await?;
    let Some(last) = ahead.last() else {
        *place = Some(at);
        return Ok(false);
    };
    let full = ahead.len() as u64 >= LISTENER_BATCH;
    counters::event_lag(listener.name(), feed.heard().saturating_sub(last.seq).max(0));
    if last.seq - at.stored < UNSTORED && !ahead.iter().any(|event| listener.wants(&event.kind)) {
        *place = Some(Place { seen: last.seq, ..at });
        return Ok(full);
    }
    let tx = system.begin().await?;
    let Some(position) = claim(&tx, listener.name()).await? else { return Ok(false) };
    let wanted: Vec<&Event> = ahead.iter().map(|e| &**e).filter(|e| e.seq > position && listener.wants(&e.kind)).collect();
    listener.prepare(&tx, &wanted).await?;
    listener.hear_all(&tx, &wanted).await?;
    let reached = last.seq.max(position);
    let moved =
        event_readers::ActiveModel { name: Set(listener.name().to_owned()), seq: Set(reached), updated_at: Set(tx.now()) };
    let upsert = OnConflict::column(event_readers::Column::Name)
        .update_columns([event_readers::Column::Seq, event_readers::Column::UpdatedAt])
        .to_owned();
    event_readers::Entity::insert(moved).on_conflict(upsert).exec_without_returning(&tx).await?;
    tx.keep(()).await?;
    *place = Some(Place { seen: reached, stored: reached });
    Ok(full)
}

/// Takes a listener's position for this transaction; none when another process has it.
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
