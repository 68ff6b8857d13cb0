//! Logs the searches of buyers: recorded in memory, written once a second in the background.
//!
//! Recording is a push under a lock. Searches that cannot be written are kept up to a bound; beyond it searches are not
//! recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::{AccountId, Instant, ProductId, noted_searches};
use parking_lot::Mutex;
use sea_orm::Set;
use sea_orm::sea_query::OnConflict;
use tokio::sync::watch;

use super::daily_totals::{DailyTotals, SearchCounts};
use super::past_queries::PastQueries;
use kernel::problem::CommonError;
use store::clock::{self, DAY};
use store::database::Tx;
use store::sql::insert_all;
use store::system::System;

/// The most searches that wait to be written.
const MAX_UNWRITTEN: usize = 20_000;
/// Searches written in one transaction.
const BATCH: usize = 2_000;
/// How often searches are written.
const WRITE_INTERVAL: Duration = Duration::from_secs(1);
/// How often the searches of other processes are read, and how often all totals are read again, in multiples of
/// [`WRITE_INTERVAL`].
const READ_NEW_TURNS: u64 = 2;
const READ_ALL_TURNS: u64 = 3_600;
/// The longest query that is recorded, in characters; longer ones are cut.
const MAX_QUERY_CHARS: usize = 200;
/// The most shown products that are recorded of a search.
const MAX_SHOWN: usize = 100;
/// Lower bits of an id, below the instant in microseconds.
const LOW_BITS: u32 = 12;

/// A search to record.
#[derive(Clone, Debug)]
pub struct SearchToLog<'a> {
    pub account: AccountId,
    /// The text as typed.
    pub text: &'a str,
    /// Whether the query was a part number.
    pub lookup: bool,
    pub relaxed: bool,
    /// The number of products found.
    pub found: usize,
    /// The products of the page, in order.
    pub shown: Vec<ProductId>,
}

/// A recorded search.
#[derive(Debug)]
pub(super) struct LoggedSearch {
    pub(super) id: i64,
    pub(super) account: AccountId,
    /// Lower-case words without accents.
    pub(super) query: String,
    lookup: bool,
    relaxed: bool,
    found: usize,
    pub(super) shown: Vec<ProductId>,
}

/// Recorded searches of this process that wait to be written. Cheap to clone; clones share the log.
#[derive(Clone, Debug, Default)]
pub struct SearchLog {
    unwritten: Arc<Mutex<Vec<Arc<LoggedSearch>>>>,
    ids_drawn: Arc<AtomicU64>,
    pub past_queries: PastQueries,
}

/// Whether a part of a query is a word rather than a number or a fragment of one.
fn is_word(part: &str) -> bool {
    part.chars().all(char::is_alphabetic) && part.chars().nth(2).is_some()
}

/// The first id of an instant.
pub(super) fn first_id(at: Instant) -> i64 {
    at.0.max(0).saturating_mul(1 << LOW_BITS)
}

/// The instant of an id.
pub(super) fn instant_of(id: i64) -> Instant {
    Instant(id >> LOW_BITS)
}

/// The day of an instant, counted from 1970.
pub(super) fn day_of(at: Instant) -> i64 {
    at.0.div_euclid(DAY)
}

impl SearchLog {
    /// Records a search. Returns its id, or none when the query has no words or too many searches wait to be written.
    pub fn record(&self, now: Instant, search: SearchToLog<'_>) -> Option<i64> {
        let mut query = search::fold_text(search.text);
        if let Some((cut, _)) = query.char_indices().nth(MAX_QUERY_CHARS) {
            query.truncate(cut);
        }
        if query.is_empty() {
            return None;
        }
        let SearchToLog { account, lookup, relaxed, found, mut shown, .. } = search;
        shown.truncate(MAX_SHOWN);
        let lookup = lookup || !query.split(' ').any(is_word);
        if found > 0 {
            self.past_queries.remember(account, &query, lookup, now);
        }
        let id = first_id(now) + self.low_bits();
        let search = Arc::new(LoggedSearch { id, account, query, lookup, relaxed, found, shown });
        let mut unwritten = self.unwritten.lock();
        if unwritten.len() >= MAX_UNWRITTEN {
            return None;
        }
        unwritten.push(search);
        Some(id)
    }

    /// The lower bits of an id, which differ for searches in the same microsecond: counted in this process, and starting at a
    /// random value for each process.
    fn low_bits(&self) -> i64 {
        let mut own = self.ids_drawn.fetch_add(1, Ordering::Relaxed);
        if own == 0 {
            own = u64::from(std::process::id()).wrapping_mul(0x9E37_79B1) >> 7;
            self.ids_drawn.store(own + 1, Ordering::Relaxed);
        }
        (own % (1 << LOW_BITS)) as i64
    }

    /// A search that is not written yet.
    pub(super) fn unwritten(&self, id: i64) -> Option<Arc<LoggedSearch>> {
        self.unwritten.lock().iter().find(|search| search.id == id).cloned()
    }

    /// Searches of an account that are not written yet.
    pub(super) fn unwritten_of(&self, account: AccountId) -> Vec<Arc<LoggedSearch>> {
        self.unwritten.lock().iter().filter(|search| search.account == account).cloned().collect()
    }

    /// Writes the waiting searches.
    pub(super) async fn write(&self, system: &System) -> Result<(), CommonError> {
        loop {
            let batch: Vec<Arc<LoggedSearch>> = self.unwritten.lock().iter().take(BATCH).cloned().collect();
            if batch.is_empty() {
                return Ok(());
            }
            let tx = system.begin().await?;
            write_searches(&tx, &batch).await?;
            tx.commit(()).await?;
            // Searches stay in memory until they are written, so that they can be found.
            self.unwritten.lock().drain(..batch.len());
        }
    }
}

async fn write_searches(tx: &Tx, searches: &[Arc<LoggedSearch>]) -> Result<(), CommonError> {
    let mut totals = DailyTotals::default();
    let rows = searches.iter().map(|search| {
        let at = instant_of(search.id);
        let one = SearchCounts {
            searches: 1,
            empty: i64::from(search.found == 0),
            relaxed: i64::from(search.relaxed),
            lookup: search.lookup,
            found: search.found as i64,
            last_at: at.0,
            ..SearchCounts::default()
        };
        totals.add(day_of(at), &search.query, search.account, one);
        let shown: Vec<String> = search.shown.iter().map(ToString::to_string).collect();
        noted_searches::ActiveModel {
            id: Set(search.id),
            account_id: Set(search.account),
            query: Set(search.query.clone()),
            shown: Set(shown.join(" ")),
        }
    });
    let rows = rows.collect();
    // Two processes may draw the same id in the same microsecond; one of the searches is enough.
    let on_conflict = OnConflict::column(noted_searches::Column::Id).do_nothing().to_owned();
    insert_all(tx, rows, Some(on_conflict)).await?;
    totals.write(tx).await
}

/// Writes searches, and reads the searches of other processes, until `stop` turns true; then writes a last time.
pub async fn run_search_log(system: System, log: SearchLog, mut stop: watch::Receiver<bool>) {
    let mut turn = 0_u64;
    while !*stop.borrow() {
        if let Err(error) = write_and_read(&system, &log, turn).await {
            tracing::warn!(error = %error, "searches could not be written; trying again");
        }
        turn += 1;
        tokio::select! {
            () = tokio::time::sleep(WRITE_INTERVAL) => {}
            _ = stop.changed() => {}
        }
    }
    if let Err(error) = log.write(&system).await {
        tracing::warn!(error = %error, "the last searches could not be written");
    }
}

async fn write_and_read(system: &System, log: &SearchLog, turn: u64) -> Result<(), CommonError> {
    log.write(system).await?;
    if turn.is_multiple_of(READ_ALL_TURNS) {
        log.past_queries.read_all(&system.db(), clock::now()).await?;
    } else if turn.is_multiple_of(READ_NEW_TURNS) {
        log.past_queries.read_new(&system.db()).await?;
    }
    Ok(())
}
