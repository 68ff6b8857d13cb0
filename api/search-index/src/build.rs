//! Builds a whole index from the catalog, beside the one that serves.
//!
//! One task reads products and another indexes them, joined by a short queue. So the database and the processor work at the
//! same time, and memory holds a few thousand products, whatever the size of the catalog.

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
use super::index_position::{IndexPosition, database_fingerprint};
use catalog::{Categories, queries};
use kernel::Kernel;
use kernel::problem::CommonError;
use store::events;
use store::system::System;

/// Products read by one statement.
const CHUNK: u64 = 2_000;

/// A message from the reading to the writing task.
enum WriterStep {
    Put(Vec<search::Document>),
    Finish(String),
}

/// An index being built. Dropping it before [`Rebuild::finish`] leaves the serving index as it is.
pub(super) struct Rebuild {
    /// Position of the new index in the event log.
    position: IndexPosition,
    reading: JoinHandle<Result<mpsc::Sender<WriterStep>, CommonError>>,
    writing: JoinHandle<search::Result<()>>,
}

impl Rebuild {
    /// Starts to build a new index. `progress` receives the number of products in it, and the total.
    pub(super) async fn start(
        system: &System,
        engine: &Arc<search::Index>,
        categories: &Categories,
        progress: impl Fn(u64, u64) + Send + 'static,
    ) -> Result<Self, CommonError> {
        let db = system.db();
        // Categories are read from memory, so the index contains no later changes of categories than those applied in memory.
        let seq = events::latest(&db).await?.min(system.feed().position());
        let position = IndexPosition { database: database_fingerprint(&db).await?, seq };
        let (sender, steps) = mpsc::channel(2);
        let engine = engine.clone();
        let writing = tokio::task::spawn_blocking(move || write_all(&engine, steps));
        let reading = tokio::spawn(read_all(system.clone(), categories.clone(), sender, progress));
        Ok(Self { position, reading, writing })
    }

    /// Whether all products are read, or reading failed, so that [`Rebuild::finish`] may be called.
    pub(super) fn is_filled(&self) -> bool {
        self.reading.is_finished()
    }

    /// Serves the new index from now on; returns its position.
    pub(super) async fn finish(self) -> Result<IndexPosition, CommonError> {
        let read = task_result(self.reading.await)?;
        if let Ok(sender) = &read {
            // When the writing task has ended, its own error is returned below.
            let _ = sender.send(WriterStep::Finish(self.position.payload())).await;
        }
        let read = read.map(drop);
        task_result(self.writing.await)?.map_err(|e| CommonError::Internal(e.to_string()))?;
        read.map(|()| self.position)
    }

    /// Aborts the build.
    pub(super) fn stop(&self) {
        self.reading.abort();
    }
}

fn task_result<T>(result: Result<T, tokio::task::JoinError>) -> Result<T, CommonError> {
    result.map_err(|e| CommonError::Internal(e.to_string()))
}

fn write_all(engine: &search::Index, mut steps: mpsc::Receiver<WriterStep>) -> search::Result<()> {
    let rebuild = engine.rebuild()?;
    while let Some(step) = steps.blocking_recv() {
        match step {
            WriterStep::Put(documents) => rebuild.put(&documents)?,
            WriterStep::Finish(payload) => return rebuild.finish(&payload),
        }
    }
    Ok(())
}

async fn read_all(
    system: System,
    categories: Categories,
    sender: mpsc::Sender<WriterStep>,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<mpsc::Sender<WriterStep>, CommonError> {
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
        if sender.send(WriterStep::Put(documents)).await.is_err() {
            return Ok(sender);
        }
        progress(done, total.max(done));
    }
}

/// Builds the index from the whole catalog and serves it; returns the number of products in it. The index must be open, and no
/// other task may synchronise it until this is done.
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

/// The outcome of a request for a new index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReindexOutcome {
    /// The new index was built in the directory, with this number of products.
    Built(u64),
    /// A running process has the index of the directory open. It builds a new one and meanwhile serves the old one.
    LeftToServer,
}

/// Requests a new index from every process. Builds the one in `dir` when no process has it open.
pub async fn reindex(
    kernel: &Kernel,
    index: &SearchIndex,
    categories: &Categories,
    dir: &Path,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<ReindexOutcome, SearchIndexError> {
    let system = kernel.system("reindex");
    let tx = system.begin().await?;
    tx.record(&ReindexRequested {});
    tx.commit(()).await?;
    match index.open(dir) {
        Ok(()) => build_now(&system, index, categories, progress).await.map(ReindexOutcome::Built),
        Err(search::Error::Locked) => Ok(ReindexOutcome::LeftToServer),
        Err(error) => Err(error.into()),
    }
}
