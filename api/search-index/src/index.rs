//! The search index of this process, as requests and its synchroniser hold it.

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

/// The search index of this process. Cheap to clone; every clone is the same index. Until it was opened and built, questions
/// are refused with [`SearchIndexError::NotReady`].
#[derive(Clone)]
pub struct SearchIndex {
    engine: Arc<OnceLock<Arc<search::Index>>>,
    ready: Arc<watch::Sender<bool>>,
    /// Questions worked on at once: more would only wait for the same processors with memory in their hands.
    turns: Arc<Semaphore>,
}

impl Default for SearchIndex {
    fn default() -> Self {
        let turns = available_parallelism().map_or(2, |n| n.get().max(2));
        Self { engine: Arc::default(), ready: Arc::new(watch::Sender::new(false)), turns: Arc::new(Semaphore::new(turns)) }
    }
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex").field("ready", &*self.ready.borrow()).finish_non_exhaustive()
    }
}

/// How many candidates an unknown name is answered with.
const CANDIDATES: usize = 3;
/// How many unknown names of one request are looked for.
const MOST_UNKNOWN: usize = 200;
/// From this similarity on a number is the product's own, up to case and separators.
const SAME: f32 = 0.99;
/// Longer texts are no part numbers.
const LONGEST_IDENTIFIER: usize = 100;

impl SearchIndex {
    /// Opens the index in `dir`, unless it is open. Refuses when another process has it open for writing.
    pub fn open(&self, dir: &Path) -> search::Result<()> {
        if self.engine.get().is_none() {
            let opened = Arc::new(search::Index::open(dir)?);
            let _ = self.engine.set(opened);
        }
        Ok(())
    }

    /// Waits until questions are answered, but no longer than `patience`.
    pub async fn wait_until_ready(&self, patience: Duration) {
        let mut ready = self.ready.subscribe();
        let _ = tokio::time::timeout(patience, ready.wait_for(|ready| *ready)).await;
    }

    /// Says that the index holds the catalog.
    pub(super) fn set_ready(&self) {
        self.ready.send_replace(true);
    }

    pub(super) fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// The engine, for its synchroniser; none in a process that opened none.
    pub(super) fn engine(&self) -> Option<&Arc<search::Index>> {
        self.engine.get()
    }

    /// Asks the index, on a thread that may be busy for a while.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&search::Index) -> search::Result<T> + Send + 'static,
    ) -> Result<T, SearchIndexError> {
        let engine = self.engine().filter(|_| self.is_ready()).ok_or(SearchIndexError::NotReady)?.clone();
        let _turn = self.turns.acquire().await.map_err(|e| CommonError::Internal(e.to_string()))?;
        let answer = tokio::task::spawn_blocking(move || question(&engine)).await;
        Ok(answer.map_err(|e| CommonError::Internal(e.to_string()))??)
    }

    /// Products that come near each of the names that nobody bears and that the audience sees, best first. Empty where the index has no answer; only the
    /// first few hundred names are looked for, since a list with more mistakes is the wrong list.
    pub async fn candidates(
        &self,
        account: Option<AccountId>,
        audience: search::Audience,
        names: &[&str],
    ) -> Vec<Vec<Candidate>> {
        let asked: Vec<String> = names.iter().take(MOST_UNKNOWN).map(|name| bounded(name)).collect();
        let asking = self.ask(move |engine| {
            let account = account.map(|a| a.0 as u64);
            engine.match_identifiers(&asked, account, &audience)
        });
        let mut found = match asking.await {
            Ok(matches) => matches.into_iter().map(|m| candidates_of(m, CANDIDATES)).collect(),
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

/// The text, or nothing when it is too long to be a part number.
pub fn bounded(text: &str) -> String {
    let long = text.chars().nth(LONGEST_IDENTIFIER).is_some();
    if long { String::new() } else { text.to_owned() }
}

/// The products of a match, best first.
pub fn candidates_of(found: search::IdentifierMatch, most: usize) -> Vec<Candidate> {
    let all = match found {
        search::IdentifierMatch::Exact(one) => vec![one],
        search::IdentifierMatch::Ambiguous(all) => all,
        search::IdentifierMatch::None => Vec::new(),
    };
    let candidates = all.into_iter().take(most);
    let candidates = candidates.map(|c| {
        let how = if c.similarity >= SAME { "known as" } else { "similar to" };
        Candidate { reason: format!("{how} {}", c.matched), sku: c.sku, title: c.title }
    });
    candidates.collect()
}
