//! Keeps the index of this process: opens where it stood, builds it when it is of no use, follows the event log.
//!
//! The keeper runs beside requests, not with the surfaces: a commit takes tens of milliseconds and nobody who writes shall
//! wait for it. Changes that come close together share a commit. The place of the index is committed with its documents;
//! events after it are followed again after a restart, and following twice does no harm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::AHashSet;
use entity::{CategoryId, ProductId};
use serde::Deserialize;
use tokio::sync::watch;

use super::build::{Filling, REINDEX};
use super::documents::{document, products_within};
use super::index::SearchIndex;
use super::place::{Place, database_mark};
use crate::catalog::{Categories, Products, queries};
use crate::kernel::problem::CommonError;
use crate::store::events::{self, Event};
use crate::store::metrics;
use crate::store::system::System;

/// How often the log is looked at when nothing wakes the keeper.
const POLL: Duration = Duration::from_millis(200);
/// Least time between two commits.
const CALM: Duration = Duration::from_millis(400);
/// Events taken at once; some hold the levels of hundreds of products.
const BATCH: u64 = 100;
/// Changed products that are gathered at most before they are written.
const MOST_PENDING: usize = 20_000;
/// Products loaded at once.
const CHUNK: usize = 2_000;
/// Events after which the place is committed although no product changed.
const FAR: i64 = 50_000;
/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Keeps the index until `stop` says so; does nothing in a process that opened none.
pub(crate) async fn keep_index(
    system: System,
    index: SearchIndex,
    products: Products,
    categories: Categories,
    mut stop: watch::Receiver<bool>,
) {
    if index.engine().is_none() {
        return;
    }
    let bell = system.feed().bell(|kind| ["products.changed", "categories.changed", REINDEX].contains(&kind));
    let mut keeper = Keeper { system, index, products, categories, state: State::Unknown, filling: None };
    while !*stop.borrow() {
        let wait = match keeper.step().await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(error = %error, "keeping the search index failed; trying again");
                Some(PAUSE)
            }
        };
        let Some(wait) = wait else { continue };
        let woken = async { if wait == POLL { bell.wait(wait).await } else { tokio::time::sleep(wait).await } };
        tokio::select! {
            () = woken => {}
            _ = stop.changed() => {}
        }
    }
    if let Some(filling) = &keeper.filling {
        filling.stop();
    }
}

struct Keeper {
    system: System,
    index: SearchIndex,
    products: Products,
    categories: Categories,
    state: State,
    filling: Option<Filling>,
}

/// What is known of the index.
enum State {
    /// Nothing yet, or nothing any more.
    Unknown,
    /// It is of no use; a new one is being filled.
    Useless,
    Following(Following),
}

struct Following {
    /// Committed with the index.
    committed: Place,
    /// Events up to here are read.
    position: i64,
    pending: AHashSet<ProductId>,
    last_commit: Option<Instant>,
}

impl Following {
    fn from(committed: Place) -> Self {
        Self { position: committed.seq, committed, pending: AHashSet::new(), last_commit: None }
    }
}

/// Details of `products.changed` and `categories.changed`.
#[derive(Debug, Deserialize)]
struct Changed {
    ids: Vec<i64>,
}

impl Keeper {
    /// Does what is next to do; says how long there is nothing more.
    async fn step(&mut self) -> Result<Option<Duration>, CommonError> {
        if self.filling.as_ref().is_some_and(Filling::is_filled)
            && let Some(filling) = self.filling.take()
        {
            if !matches!(self.state, State::Following(_)) {
                self.state = State::Unknown;
            }
            let place = filling.finish().await?;
            tracing::info!(event.seq = place.seq, "a new search index is served");
            self.state = State::Following(Following::from(place));
            self.index.set_ready();
        }
        match &self.state {
            State::Unknown => self.look().await,
            State::Useless => Ok(Some(Duration::from_millis(20))),
            State::Following(_) => self.follow().await,
        }
    }

    /// Finds out whether the index can be followed from where it stands.
    async fn look(&mut self) -> Result<Option<Duration>, CommonError> {
        if self.system.feed().position() == i64::MAX {
            // What is in memory does not follow the log yet, so nobody can say how far it is.
            return Ok(Some(Duration::from_millis(5)));
        }
        let db = self.system.db();
        let place = self.index.engine().and_then(|e| e.committed_payload()).and_then(|payload| Place::read(&payload));
        let (database, latest) = (database_mark(&db).await?, events::latest(&db).await?);
        match place.filter(|place| place.is_usable(&database, latest)) {
            Some(place) => {
                self.state = State::Following(Following::from(place));
                self.index.set_ready();
            }
            None => {
                self.fill().await?;
                self.state = State::Useless;
            }
        }
        Ok(None)
    }

    async fn fill(&mut self) -> Result<(), CommonError> {
        if self.filling.is_none()
            && let Some(engine) = self.index.engine()
        {
            tracing::info!("building the search index");
            self.filling = Some(Filling::start(&self.system, engine, &self.categories, |_, _| {}).await?);
        }
        Ok(())
    }

    async fn follow(&mut self) -> Result<Option<Duration>, CommonError> {
        let State::Following(following) = &mut self.state else { return Ok(None) };
        let feed = self.system.feed();
        let batch = events::next(&self.system.db(), feed, following.position, BATCH).await?;
        let full = batch.len() as u64 == BATCH;
        // Categories are taken from memory, so the index follows no further than this process has.
        let followed = feed.position();
        let batch: Vec<Arc<Event>> = batch.into_iter().take_while(|event| event.seq <= followed).collect();
        let asked = gather(&batch, &self.products, &self.categories, &mut following.pending);
        following.position = batch.last().map_or(following.position, |last| last.seq);
        metrics::event_lag("search", feed.heard().saturating_sub(following.position).max(0));
        if asked {
            self.fill().await?;
        }
        if full && !self.is_due() {
            return Ok(None);
        }
        self.write_if_due().await.map(Some)
    }

    /// Whether so much is gathered that it must be written.
    fn is_due(&self) -> bool {
        matches!(&self.state, State::Following(following) if following.pending.len() >= MOST_PENDING)
    }

    /// Writes what is gathered, unless the last commit was a moment ago; says when to look again.
    async fn write_if_due(&mut self) -> Result<Duration, CommonError> {
        let State::Following(following) = &self.state else { return Ok(POLL) };
        let far = following.position - following.committed.seq > FAR;
        if following.pending.is_empty() && !far {
            return Ok(POLL);
        }
        let since = following.last_commit.map_or(CALM, |at| at.elapsed());
        if since < CALM && !self.is_due() {
            return Ok(CALM.saturating_sub(since));
        }
        self.write().await?;
        Ok(POLL)
    }

    async fn write(&mut self) -> Result<(), CommonError> {
        let (State::Following(following), Some(engine)) = (&mut self.state, self.index.engine()) else { return Ok(()) };
        let db = self.system.db();
        let place = Place { seq: following.position, ..following.committed.clone() };
        let ids: Vec<ProductId> = following.pending.iter().copied().collect();
        for ids in ids.chunks(CHUNK) {
            let details = queries::details(&db, ids).await?;
            let found: AHashSet<ProductId> = details.iter().map(|detail| detail.row.id).collect();
            let gone: Vec<u64> = ids.iter().filter(|id| !found.contains(id)).map(|id| id.0 as u64).collect();
            let documents: Vec<_> = details.into_iter().map(|detail| document(detail, &self.categories)).collect();
            let engine = engine.clone();
            busy(move || {
                engine.remove(&gone);
                engine.put(&documents)
            })
            .await?;
        }
        let (engine, payload) = (engine.clone(), place.payload());
        busy(move || engine.commit(&payload)).await?;
        tracing::debug!(products = ids.len(), event.seq = place.seq, "the search index follows");
        following.pending.clear();
        following.committed = place;
        following.last_commit = Some(Instant::now());
        Ok(())
    }
}

/// Work of the engine, on a thread that may be busy for a while.
async fn busy(work: impl FnOnce() -> search::Result<()> + Send + 'static) -> Result<(), CommonError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| CommonError::Internal(e.to_string()))?;
    done.map_err(|e| CommonError::Internal(e.to_string()))
}

/// Adds the products that events concern; says whether one of them asks for a new index.
fn gather(batch: &[Arc<Event>], products: &Products, categories: &Categories, pending: &mut AHashSet<ProductId>) -> bool {
    let ids = |kind: &'static str| {
        let changed = batch.iter().filter(move |event| event.kind == kind).filter_map(|event| event.read::<Changed>());
        changed.flat_map(|changed| changed.ids)
    };
    pending.extend(ids("products.changed").map(ProductId));
    let moved: AHashSet<CategoryId> = ids("categories.changed").map(CategoryId).collect();
    if !moved.is_empty() {
        pending.extend(products_within(&moved, &products.all(), categories));
    }
    batch.iter().any(|event| event.kind == REINDEX)
}
