//! Keeps the index of this process up to date: continues from the last commit, rebuilds an unusable index, and follows the
//! event log.
//!
//! The synchroniser runs beside requests, not with the projections, since a commit takes tens of milliseconds and writers must
//! not wait for it. Changes in quick succession share a commit. The position of the index is committed with its documents.
//! Events after it are applied again after a restart, which does no harm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::AHashSet;
use entity::{CategoryId, ProductId};
use tokio::sync::watch;

use super::build::Rebuild;
use super::documents::{document, products_within};
use super::events::ReindexRequested;
use super::index::SearchIndex;
use super::index_position::{IndexPosition, database_fingerprint};
use catalog::events::{CategoriesChanged, ProductsChanged};
use catalog::{Categories, Products, queries};
use kernel::problem::CommonError;
use store::counters;
use store::events::{self, Event, any_is, decode_all};
use store::system::System;
use store::{DomainEvent as _, UnreadableEvent};

/// How often the event log is read when nothing wakes the synchroniser.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// Minimum time between two commits.
const MIN_COMMIT_INTERVAL: Duration = Duration::from_millis(400);
/// Events read at once.
const BATCH: u64 = 100;
/// The most changed products that are collected before they are written.
const MAX_PENDING: usize = 20_000;
/// After this many events the position is committed even if no product changed.
const CHUNK: usize = 2_000;
/// Events after which the position is committed although no product changed.
const MAX_UNCOMMITTED_EVENTS: i64 = 50_000;
/// Delay before the next attempt after a failure.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Keeps the index up to date until `stop` turns true. Does nothing in a process that opened no index.
pub async fn sync_index(
    system: System,
    index: SearchIndex,
    products: Products,
    categories: Categories,
    mut stop: watch::Receiver<bool>,
) {
    if index.engine().is_none() {
        return;
    }
    let wanted = [ProductsChanged::KIND, CategoriesChanged::KIND, ReindexRequested::KIND];
    let subscription = system.feed().subscribe(move |kind| wanted.contains(&kind));
    let mut sync = IndexSync { system, index, products, categories, state: State::Unknown, rebuild: None };
    while !*stop.borrow() {
        let wait = match sync.step().await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(error = %error, "keeping the search index failed; trying again");
                Some(RETRY_DELAY)
            }
        };
        let Some(wait) = wait else { continue };
        let woken = async { if wait == POLL_INTERVAL { subscription.wait(wait).await } else { tokio::time::sleep(wait).await } };
        tokio::select! {
            () = woken => {}
            _ = stop.changed() => {}
        }
    }
    if let Some(rebuild) = &sync.rebuild {
        rebuild.stop();
    }
}

struct IndexSync {
    system: System,
    index: SearchIndex,
    products: Products,
    categories: Categories,
    state: State,
    rebuild: Option<Rebuild>,
}

/// State of the index.
enum State {
    /// Not checked yet, or a rebuild failed.
    Unknown,
    /// The index cannot be brought up to date; a new one is being built.
    Unusable,
    Tailing(Tailing),
}

struct Tailing {
    /// The position committed with the index.
    committed: IndexPosition,
    /// Events up to this position are read.
    position: i64,
    pending: AHashSet<ProductId>,
    last_commit: Option<Instant>,
}

impl Tailing {
    fn from(committed: IndexPosition) -> Self {
        Self { position: committed.seq, committed, pending: AHashSet::new(), last_commit: None }
    }
}

impl IndexSync {
    /// Performs the next step; returns how long to wait before the one after it.
    async fn step(&mut self) -> Result<Option<Duration>, CommonError> {
        if self.rebuild.as_ref().is_some_and(Rebuild::is_filled)
            && let Some(rebuild) = self.rebuild.take()
        {
            if !matches!(self.state, State::Tailing(_)) {
                self.state = State::Unknown;
            }
            let position = rebuild.finish().await?;
            tracing::info!(event.seq = position.seq, "a new search index is served");
            self.state = State::Tailing(Tailing::from(position));
            self.index.set_ready();
        }
        match &self.state {
            State::Unknown => self.check_index().await,
            State::Unusable => Ok(Some(Duration::from_millis(20))),
            State::Tailing(_) => self.tail().await,
        }
    }

    /// Checks whether the index can be brought up to date from its position.
    async fn check_index(&mut self) -> Result<Option<Duration>, CommonError> {
        if self.system.feed().position() == i64::MAX {
            // The projections do not follow the event log yet, so their position is unknown.
            return Ok(Some(Duration::from_millis(5)));
        }
        let db = self.system.db();
        let position = self.index.engine().and_then(|e| e.committed_payload()).and_then(|payload| IndexPosition::read(&payload));
        let (database, latest) = (database_fingerprint(&db).await?, events::latest(&db).await?);
        match position.filter(|position| position.is_usable(&database, latest)) {
            Some(position) => {
                self.state = State::Tailing(Tailing::from(position));
                self.index.set_ready();
            }
            None => {
                self.rebuild().await?;
                self.state = State::Unusable;
            }
        }
        Ok(None)
    }

    async fn rebuild(&mut self) -> Result<(), CommonError> {
        if self.rebuild.is_none()
            && let Some(engine) = self.index.engine()
        {
            tracing::info!("building the search index");
            self.rebuild = Some(Rebuild::start(&self.system, engine, &self.categories, |_, _| {}).await?);
        }
        Ok(())
    }

    async fn tail(&mut self) -> Result<Option<Duration>, CommonError> {
        let State::Tailing(tailing) = &mut self.state else { return Ok(None) };
        let feed = self.system.feed();
        let batch = events::next(&self.system.db(), feed, tailing.position, BATCH).await?;
        let full = batch.len() as u64 == BATCH;
        // Categories are read from memory, so the index must not be ahead of the projections.
        let followed = feed.position();
        let batch: Vec<Arc<Event>> = batch.into_iter().take_while(|event| event.seq <= followed).collect();
        let asked = collect_changes(&batch, &self.products, &self.categories, &mut tailing.pending)?;
        tailing.position = batch.last().map_or(tailing.position, |last| last.seq);
        counters::event_lag("search", feed.latest_seen().saturating_sub(tailing.position).max(0));
        if asked {
            self.rebuild().await?;
        }
        if full && !self.is_due() {
            return Ok(None);
        }
        self.write_if_due().await.map(Some)
    }

    /// Whether enough products are collected to write them at once.
    fn is_due(&self) -> bool {
        matches!(&self.state, State::Tailing(tailing) if tailing.pending.len() >= MAX_PENDING)
    }

    /// Writes the collected products, unless the last commit was a moment ago; returns when to check again.
    async fn write_if_due(&mut self) -> Result<Duration, CommonError> {
        let State::Tailing(tailing) = &self.state else { return Ok(POLL_INTERVAL) };
        let is_far_behind = tailing.position - tailing.committed.seq > MAX_UNCOMMITTED_EVENTS;
        if tailing.pending.is_empty() && !is_far_behind {
            return Ok(POLL_INTERVAL);
        }
        let since = tailing.last_commit.map_or(MIN_COMMIT_INTERVAL, |at| at.elapsed());
        if since < MIN_COMMIT_INTERVAL && !self.is_due() {
            return Ok(MIN_COMMIT_INTERVAL.saturating_sub(since));
        }
        self.write().await?;
        Ok(POLL_INTERVAL)
    }

    async fn write(&mut self) -> Result<(), CommonError> {
        let (State::Tailing(tailing), Some(engine)) = (&mut self.state, self.index.engine()) else { return Ok(()) };
        let db = self.system.db();
        let position = IndexPosition { seq: tailing.position, ..tailing.committed.clone() };
        let ids: Vec<ProductId> = tailing.pending.iter().copied().collect();
        for ids in ids.chunks(CHUNK) {
            let details = queries::details(&db, ids).await?;
            let found: AHashSet<ProductId> = details.iter().map(|detail| detail.row.id).collect();
            let gone: Vec<u64> = ids.iter().filter(|id| !found.contains(id)).map(|id| id.0 as u64).collect();
            let documents: Vec<_> = details.into_iter().map(|detail| document(detail, &self.categories)).collect();
            let engine = engine.clone();
            on_blocking_thread(move || {
                engine.remove(&gone);
                engine.put(&documents)
            })
            .await?;
        }
        let (engine, payload) = (engine.clone(), position.payload());
        on_blocking_thread(move || engine.commit(&payload)).await?;
        tracing::debug!(products = ids.len(), event.seq = position.seq, "the search index follows");
        tailing.pending.clear();
        tailing.committed = position;
        tailing.last_commit = Some(Instant::now());
        Ok(())
    }
}

/// Runs work of the engine on a thread that may block.
async fn on_blocking_thread(work: impl FnOnce() -> search::Result<()> + Send + 'static) -> Result<(), CommonError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| CommonError::Internal(e.to_string()))?;
    done.map_err(|e| CommonError::Internal(e.to_string()))
}

/// Adds the products that events concern; returns whether an event requests a new index.
fn collect_changes(
    batch: &[Arc<Event>],
    products: &Products,
    categories: &Categories,
    pending: &mut AHashSet<ProductId>,
) -> Result<bool, UnreadableEvent> {
    let events = || batch.iter().map(|event| &**event);
    let changed: Vec<ProductsChanged> = decode_all(events())?;
    pending.extend(changed.into_iter().flat_map(|changed| changed.ids));
    let moved: Vec<CategoriesChanged> = decode_all(events())?;
    let moved: AHashSet<CategoryId> = moved.into_iter().flat_map(|moved| moved.ids).collect();
    if !moved.is_empty() {
        pending.extend(products_within(&moved, &products.all(), categories));
    }
    Ok(any_is::<ReindexRequested>(events()))
}
