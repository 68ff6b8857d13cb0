//! The search index of this process, shared by requests and the synchroniser.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;
use std::time::Duration;

use entity::AccountId;
use tokio::sync::{Semaphore, watch};

use super::error::SearchIndexError;
use catalog::Candidate;
use kernel::problem::CommonError;

/// The search index of this process. Cheap to clone; clones share the index. Until the index is opened and built, queries fail
/// with [`SearchIndexError::NotReady`].
#[derive(Clone)]
pub struct SearchIndex {
    engine: Arc<OnceLock<Arc<search::Index>>>,
    ready: Arc<watch::Sender<bool>>,
    /// Permits to use the engine. More queries at once would only wait for the same processors while they hold memory.
    permits: Arc<Semaphore>,
}

impl Default for SearchIndex {
    fn default() -> Self {
        let permits = available_parallelism().map_or(2, |n| n.get().max(2));
        Self { engine: Arc::default(), ready: Arc::new(watch::Sender::new(false)), permits: Arc::new(Semaphore::new(permits)) }
    }
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex").field("ready", &*self.ready.borrow()).finish_non_exhaustive()
    }
}

/// The most candidates for an unknown name.
const MAX_CANDIDATES: usize = 3;
/// The most unknown names of one request that are searched.
const MAX_UNKNOWN_NAMES: usize = 200;
/// From this similarity on, an identifier is equal to the product's own up to case and separators.
const EQUAL_SIMILARITY: f32 = 0.99;
/// Longer texts are no part numbers.
const MAX_IDENTIFIER_CHARS: usize = 100;

impl SearchIndex {
    /// Opens the index in `dir`, unless it is open already. Fails when another process has it open for writing.
    pub fn open(&self, dir: &Path) -> search::Result<()> {
        if self.engine.get().is_none() {
            let opened = Arc::new(search::Index::open(dir)?);
            let _ = self.engine.set(opened);
        }
        Ok(())
    }

    /// Waits until queries are answered, but no longer than `timeout`.
    pub async fn wait_until_ready(&self, timeout: Duration) {
        let mut ready = self.ready.subscribe();
        let _ = tokio::time::timeout(timeout, ready.wait_for(|ready| *ready)).await;
    }

    /// Marks the index as complete, so that queries are answered.
    pub(super) fn set_ready(&self) {
        self.ready.send_replace(true);
    }

    pub(super) fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// The engine, for the synchroniser; none in a process that opened no index.
    pub(super) fn engine(&self) -> Option<&Arc<search::Index>> {
        self.engine.get()
    }

    /// Runs `work` with the engine on a thread that may block.
    pub async fn with_engine<T: Send + 'static>(
        &self,
        work: impl FnOnce(&search::Index) -> search::Result<T> + Send + 'static,
    ) -> Result<T, SearchIndexError> {
        let engine = self.engine().filter(|_| self.is_ready()).ok_or(SearchIndexError::NotReady)?.clone();
        let _permit = self.permits.acquire().await.map_err(|e| CommonError::Internal(e.to_string()))?;
        let answer = tokio::task::spawn_blocking(move || work(&engine)).await;
        Ok(answer.map_err(|e| CommonError::Internal(e.to_string()))??)
    }

    /// Finds products similar to unknown part numbers, best first, as far as the audience may see them. The lists are empty
    /// when the index is not ready. Only the first [`MAX_UNKNOWN_NAMES`] names are searched, since a list with more mistakes is
    /// the wrong list.
    pub async fn candidates(
        &self,
        account: Option<AccountId>,
        audience: search::Audience,
        names: &[&str],
    ) -> Vec<Vec<Candidate>> {
        let asked: Vec<String> = names.iter().take(MAX_UNKNOWN_NAMES).map(|name| identifier_text(name)).collect();
        let matching = self.with_engine(move |engine| {
            let account = account.map(|a| a.0 as u64);
            engine.match_identifiers(&asked, account, &audience)
        });
        let mut found = match matching.await {
            Ok(matches) => matches.into_iter().map(|m| to_candidates(m, MAX_CANDIDATES)).collect(),
            Err(SearchIndexError::NotReady) => Vec::new(),
            Err(error) => {
                tracing::error!(error = %error, "candidates could not be looked for");
                Vec::new()
            }
        };
        found.resize_with(names.len(), Vec::new);
        found
    }
}

/// The text, or an empty text when it is too long to be a part number.
pub fn identifier_text(text: &str) -> String {
    let long = text.chars().nth(MAX_IDENTIFIER_CHARS).is_some();
    if long { String::new() } else { text.to_owned() }
}

/// The products of a match, best first.
pub fn to_candidates(found: search::IdentifierMatch, limit: usize) -> Vec<Candidate> {
    let all = match found {
        search::IdentifierMatch::Exact(one) => vec![one],
        search::IdentifierMatch::Ambiguous(all) => all,
        search::IdentifierMatch::None => Vec::new(),
    };
    let candidates = all.into_iter().take(limit);
    let candidates = candidates.map(|c| {
        let how = if c.similarity >= EQUAL_SIMILARITY { "known as" } else { "similar to" };
        Candidate { reason: format!("{how} {}", c.matched), sku: c.sku, title: c.title }
    });
    candidates.collect()
}
