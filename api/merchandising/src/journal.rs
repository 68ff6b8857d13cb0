//! Searches of buyers as they happen: noted in memory, written once a second in the background.
//!
//! A note is a push under a lock. What cannot be written waits, up to a bound; what would exceed it is not noted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::{AccountId, Instant, ProductId, noted_searches};
use parking_lot::Mutex;
use sea_orm::Set;
use sea_orm::sea_query::OnConflict;
use tokio::sync::watch;

use super::recall::Recall;
use super::tally::{Tallies, Tally};
use kernel::problem::CommonError;
use store::clock::{self, DAY};
use store::database::Tx;
use store::sql::insert_all;
use store::system::System;

/// Notes that wait at most.
const MOST_WAITING: usize = 20_000;
/// Notes written in one transaction.
const BATCH: usize = 2_000;
/// How often notes are written.
const EVERY: Duration = Duration::from_secs(1);
/// How often what other processes wrote is read, and everything anew, in turns of [`EVERY`].
const READ_TURNS: u64 = 2;
const FRESH_TURNS: u64 = 3_600;
/// Longest query that is noted, in characters; the rest is cut.
const LONGEST_QUERY: usize = 200;
/// Shown products that are noted of a search.
const MOST_SHOWN: usize = 100;
/// Lower bits of an id, below the instant in microseconds.
const LOW_BITS: u32 = 12;

/// A search as it is to be noted.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    pub account: AccountId,
    /// The text as it was typed.
    pub text: &'a str,
    /// Whether it was taken for a part number.
    pub lookup: bool,
    pub relaxed: bool,
    /// How many products were found.
    pub found: usize,
    /// The products of the page, in order.
    pub shown: Vec<ProductId>,
}

/// A noted search.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) id: i64,
    pub(super) account: AccountId,
    /// Lower-case words without accents.
    pub(super) query: String,
    lookup: bool,
    relaxed: bool,
    found: usize,
    pub(super) shown: Vec<ProductId>,
}

/// Searches that were noted here and wait to be written. Cheap to clone; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    waiting: Arc<Mutex<Vec<Arc<Note>>>>,
    drawn: Arc<AtomicU64>,
    pub recall: Recall,
}

/// Whether a part of a query is a word, and not a number or what may be a piece of one.
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

impl Journal {
    /// Notes a search; gives the id it can be referred to by, unless it says nothing or too much waits already.
    pub fn note(&self, now: Instant, seen: Seen<'_>) -> Option<i64> {
        let mut query = search::folded(seen.text);
        if let Some((cut, _)) = query.char_indices().nth(LONGEST_QUERY) {
            query.truncate(cut);
        }
        if query.is_empty() {
            return None;
        }
        let Seen { account, lookup, relaxed, found, mut shown, .. } = seen;
        shown.truncate(MOST_SHOWN);
        let lookup = lookup || !query.split(' ').any(is_word);
        if found > 0 {
            self.recall.learn(account, &query, lookup, now);
        }
        let id = first_id(now) + self.low_bits();
        let note = Arc::new(Note { id, account, query, lookup, relaxed, found, shown });
        let mut waiting = self.waiting.lock();
        if waiting.len() >= MOST_WAITING {
            return None;
        }
        waiting.push(note);
        Some(id)
    }

    /// Tells apart what happens in one microsecond: counted here, and by chance from other processes.
    fn low_bits(&self) -> i64 {
        let mut own = self.drawn.fetch_add(1, Ordering::Relaxed);
        if own == 0 {
            own = u64::from(std::process::id()).wrapping_mul(0x9E37_79B1) >> 7;
            self.drawn.store(own + 1, Ordering::Relaxed);
        }
        (own % (1 << LOW_BITS)) as i64
    }

    /// A note that is not written yet.
    pub(super) fn waiting(&self, id: i64) -> Option<Arc<Note>> {
        self.waiting.lock().iter().find(|note| note.id == id).cloned()
    }

    /// Notes of an account that are not written yet.
    pub(super) fn waiting_of(&self, account: AccountId) -> Vec<Arc<Note>> {
        self.waiting.lock().iter().filter(|note| note.account == account).cloned().collect()
    }

    /// Writes what waits.
    pub(super) async fn write(&self, system: &System) -> Result<(), CommonError> {
        loop {
            let batch: Vec<Arc<Note>> = self.waiting.lock().iter().take(BATCH).cloned().collect();
            if batch.is_empty() {
                return Ok(());
            }
            let tx = system.begin().await?;
            write_notes(&tx, &batch).await?;
            tx.commit(()).await?;
            // Only now: until they are written, notes are found here.
            self.waiting.lock().drain(..batch.len());
        }
    }
}

async fn write_notes(tx: &Tx, notes: &[Arc<Note>]) -> Result<(), CommonError> {
    let mut tallies = Tallies::default();
    let rows = notes.iter().map(|note| {
        let at = instant_of(note.id);
        let one = Tally {
            searches: 1,
            empty: i64::from(note.found == 0),
            relaxed: i64::from(note.relaxed),
            lookup: note.lookup,
            found: note.found as i64,
            last_at: at.0,
            ..Tally::default()
        };
        tallies.add(day_of(at), &note.query, note.account, one);
        let shown: Vec<String> = note.shown.iter().map(ToString::to_string).collect();
        noted_searches::ActiveModel {
            id: Set(note.id),
            account_id: Set(note.account),
            query: Set(note.query.clone()),
            shown: Set(shown.join(" ")),
        }
    });
    let rows = rows.collect();
    // Two processes may have drawn the same number in one microsecond; one of the notes is enough.
    let again = OnConflict::column(noted_searches::Column::Id).do_nothing().to_owned();
    insert_all(tx, rows, Some(again)).await?;
    tallies.write(tx).await
}

/// Writes notes, and reads what other processes noted, until `stop` says so; then once more.
pub async fn keep_journal(system: System, journal: Journal, mut stop: watch::Receiver<bool>) {
    let mut turn = 0_u64;
    while !*stop.borrow() {
        if let Err(error) = work(&system, &journal, turn).await {
            tracing::warn!(error = %error, "searches could not be noted; trying again");
        }
        turn += 1;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
    if let Err(error) = journal.write(&system).await {
        tracing::warn!(error = %error, "the last searches could not be noted");
    }
}

async fn work(system: &System, journal: &Journal, turn: u64) -> Result<(), CommonError> {
    journal.write(system).await?;
    if turn.is_multiple_of(FRESH_TURNS) {
        journal.recall.read_all(&system.db(), clock::now()).await?;
    } else if turn.is_multiple_of(READ_TURNS) {
        journal.recall.read_new(&system.db()).await?;
    }
    Ok(())
}
