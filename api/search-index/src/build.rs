//! Building a whole index from the catalog, beside the one that serves.
//!
//! Products are read on one side of a short queue and analysed on the other, so that database and processor work at the same
//! time and memory holds a few thousand products whatever the catalog's size.

use std::path::Path;
use std::sync::Arc;

use entity::{ProductId, products};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::documents::document;
use super::error::SearchIndexError;
use super::events::ReindexRequested;
use super::index::SearchIndex;
use super::index_position::{IndexPosition, database_mark};
use catalog::{Categories, queries};
use kernel::Kernel;
use kernel::problem::CommonError;
use store::events;
use store::system::System;

/// Products read at once.
const CHUNK: u64 = 2_000;

/// What the reading side hands over.
enum Step {
    Put(Vec<search::Document>),
    Finish(String),
}

/// An index being filled. What is dropped before [`Rebuild::finish`] leaves the serving index as it is.
pub(super) struct Rebuild {
    /// Where the new index will stand.
    position: IndexPosition,
    reading: JoinHandle<Result<mpsc::Sender<Step>, CommonError>>,
    writing: JoinHandle<search::Result<()>>,
}

impl Rebuild {
    /// Starts to fill a new index. `progress` is told how many products are in it, and of how many.
    pub(super) async fn start(
        system: &System,
        engine: &Arc<search::Index>,
        categories: &Categories,
        progress: impl Fn(u64, u64) + Send + 'static,
    ) -> Result<Self, CommonError> {
        let db = system.db();
        // Categories are taken from memory: the index may only claim what they have followed.
        let seq = events::latest(&db).await?.min(system.feed().position());
        let position = IndexPosition { database: database_mark(&db).await?, seq };
        let (sender, steps) = mpsc::channel(2);
        let engine = engine.clone();
        let writing = tokio::task::spawn_blocking(move || write_all(&engine, steps));
        let reading = tokio::spawn(read_all(system.clone(), categories.clone(), sender, progress));
        Ok(Self { position, reading, writing })
    }

    /// Whether only [`Rebuild::finish`] is left to do, or to find out why not.
    pub(super) fn is_filled(&self) -> bool {
        self.reading.is_finished()
    }

    /// Serves the new index from now on; gives its position.
    pub(super) async fn finish(self) -> Result<IndexPosition, CommonError> {
        let read = joined(self.reading.await)?;
        if let Ok(sender) = &read {
            // A writer that is gone says below why.
            let _ = sender.send(Step::Finish(self.position.payload())).await;
        }
        let read = read.map(drop);
        joined(self.writing.await)?.map_err(|e| CommonError::Internal(e.to_string()))?;
        read.map(|()| self.position)
    }

    /// Gives up.
    pub(super) fn stop(&self) {
        self.reading.abort();
    }
}

fn joined<T>(result: Result<T, tokio::task::JoinError>) -> Result<T, CommonError> {
    result.map_err(|e| CommonError::Internal(e.to_string()))
}

fn write_all(engine: &search::Index, mut steps: mpsc::Receiver<Step>) -> search::Result<()> {
    let rebuild = engine.rebuild()?;
    while let Some(step) = steps.blocking_recv() {
        match step {
            Step::Put(documents) => rebuild.put(&documents)?,
            Step::Finish(payload) => return rebuild.finish(&payload),
        }
    }
    Ok(())
}

async fn read_all(
    system: System,
    categories: Categories,
    sender: mpsc::Sender<Step>,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<mpsc::Sender<Step>, CommonError> {
    let db = system.db();
    let total = products::Entity::find().count(&db).await?;
    let (mut after, mut done) = (ProductId(0), 0);
    loop {
        let select = products::Entity::find().select_only().column(products::Column::Id).filter(products::Column::Id.gt(after));
        let ids: Vec<ProductId> = select.order_by_asc(products::Column::Id).limit(CHUNK).into_tuple().all(&db).await?;
        let Some(last) = ids.last() else { return Ok(sender) };
        after = *last;
        let details = queries::details(&db, &ids).await?;
        done += details.len() as u64;
        let documents = details.into_iter().map(|detail| document(detail, &categories)).collect();
        if sender.send(Step::Put(documents)).await.is_err() {
            return Ok(sender);
        }
        progress(done, total.max(done));
    }
}

/// Builds the index anew from the whole catalog and serves it; gives the number of products in it. The index must be open
/// and, until this is done, nobody else's to synchronise.
pub async fn build_now(
    system: &System,
    index: &SearchIndex,
    categories: &Categories,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<u64, SearchIndexError> {
    let engine = index.engine().ok_or(SearchIndexError::NotReady)?;
    Rebuild::start(system, engine, categories, progress).await?.finish().await?;
    index.set_ready();
    Ok(engine.len())
}

/// What became of a request to build anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reindexed {
    /// This many products are in the new index in the directory.
    Here(u64),
    /// A running process has the index of the directory; it builds a new one and goes on serving meanwhile.
    ByServer,
}

/// Asks every process for a new index; builds the one in `dir` here when no process has it open.
pub async fn reindex(
    kernel: &Kernel,
    index: &SearchIndex,
    categories: &Categories,
    dir: &Path,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<Reindexed, SearchIndexError> {
    let system = kernel.system("reindex");
    let tx = system.begin().await?;
    tx.record(&ReindexRequested {});
    tx.commit(()).await?;
    match index.open(dir) {
        Ok(()) => build_now(&system, index, categories, progress).await.map(Reindexed::Here),
        Err(search::Error::Locked) => Ok(Reindexed::ByServer),
        Err(error) => Err(error.into()),
    }
}
