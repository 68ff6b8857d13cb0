//! What was asked before, in the memory of every process: for finishing what somebody types.
//!
//! An account's own questions with a result, the latest first; and those that at least 3 accounts asked with a result and none of
//! them as a part number. Loaded when a process starts, then its own searches at once and those of other processes a few
//! seconds later.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, Instant, search_tallies};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::journal::day_of;
use kernel::problem::CommonError;
use store::clock::{DAY, SECOND, later};
use store::database::Reader;

/// Questions remembered of an account.
const MOST_OWN: usize = 50;
/// Questions of accounts remembered in all, and accounts counted for each.
const MOST_ASKED: usize = 200_000;
const MOST_ACCOUNTS: usize = 50;
/// So many accounts must have asked before others are told.
const ENOUGH: usize = 3;
/// Questions everybody may be told.
const MOST_POPULAR: usize = 20_000;
/// Days of questions that are remembered.
const REMEMBERED: i64 = 90;
/// Rows of one reading.
const MOST_READ: u64 = 200_000;
/// How far a reading goes back behind the one before, since transactions end out of order.
const OVERLAP: i64 = 30 * SECOND;

/// What was asked before. Cheap to clone; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    held: Arc<RwLock<Held>>,
    popular: Arc<RwLock<Arc<[Popular]>>>,
    /// Up to when rows were read.
    read_until: Arc<AtomicI64>,
}

#[derive(Debug, Default)]
struct Held {
    /// The latest last.
    own: AHashMap<AccountId, Vec<(Instant, Arc<str>)>>,
    /// Accounts that asked, lookups of part numbers left out.
    asked: AHashMap<Arc<str>, AHashSet<AccountId>>,
    changed: bool,
}

/// A question of several accounts.
#[derive(Clone, Debug)]
struct Popular {
    query: Arc<str>,
    accounts: usize,
}

/// Day, words, account, whether it was a lookup, the last search.
type Row = (i64, String, i64, bool, i64);

impl Held {
    fn learn(&mut self, account: AccountId, query: &str, lookup: bool, at: Instant) {
        let own = self.own.entry(account).or_default();
        let known = own.iter().position(|(_, known)| **known == *query).map(|place| own.remove(place));
        let query: Arc<str> = known.as_ref().map_or_else(|| query.into(), |(_, query)| query.clone());
        let at = known.map_or(at, |(before, _)| before.max(at));
        let place = own.partition_point(|(before, _)| *before <= at);
        own.insert(place, (at, query.clone()));
        if own.len() > MOST_OWN {
            own.remove(0);
        }
        if lookup || (self.asked.len() >= MOST_ASKED && !self.asked.contains_key(&query)) {
            return;
        }
        let accounts = self.asked.entry(query).or_default();
        if accounts.len() < MOST_ACCOUNTS {
            self.changed |= accounts.insert(account);
        }
    }

    fn popular(&self) -> Vec<Popular> {
        let enough = self.asked.iter().filter(|(_, accounts)| accounts.len() >= ENOUGH);
        let mut all: Vec<Popular> =
            enough.map(|(query, accounts)| Popular { query: query.clone(), accounts: accounts.len() }).collect();
        all.sort_unstable_by(|a, b| b.accounts.cmp(&a.accounts).then_with(|| a.query.cmp(&b.query)));
        all.truncate(MOST_POPULAR);
        all.sort_unstable_by(|a, b| a.query.cmp(&b.query));
        all
    }
}

impl Recall {
    /// Remembers a question that had a result.
    pub(super) fn learn(&self, account: AccountId, query: &str, lookup: bool, at: Instant) {
        self.held.write().learn(account, query, lookup, at);
    }

    /// Questions of an account that begin with some words, the latest first. The words are [`search::folded`].
    pub fn own(&self, account: AccountId, prefix: &str, most: usize) -> Vec<Arc<str>> {
        let held = self.held.read();
        let own = held.own.get(&account).map(Vec::as_slice).unwrap_or_default();
        let fitting = own.iter().rev().map(|(_, query)| query).filter(|query| goes_on(query, prefix));
        fitting.take(most).cloned().collect()
    }

    /// Questions of several accounts that begin with some words, those of most accounts first. The words are
    /// [`search::folded`].
    pub fn popular(&self, prefix: &str, most: usize) -> Vec<Arc<str>> {
        let all = self.popular.read().clone();
        let start = all.partition_point(|popular| *popular.query < *prefix);
        let fitting = all[start..].iter().take_while(|popular| popular.query.starts_with(prefix));
        let mut best: Vec<&Popular> = Vec::with_capacity(most + 1);
        for popular in fitting.filter(|popular| goes_on(&popular.query, prefix)) {
            let place = best.partition_point(|better| better.accounts >= popular.accounts);
            if place < most {
                best.insert(place, popular);
                best.truncate(most);
            }
        }
        best.into_iter().map(|popular| popular.query.clone()).collect()
    }

    /// Reads everything anew, so that what is long ago is forgotten.
    pub async fn read_all(&self, db: &Reader, now: Instant) -> Result<(), CommonError> {
        let since = search_tallies::Column::Day.gte(day_of(later(now, -REMEMBERED * DAY)));
        let rows = read(db, since).await?;
        let mut fresh = Held { changed: true, ..Held::default() };
        self.take(&mut fresh, &rows);
        let mut held = self.held.write();
        // Searches of this moment that are not written yet.
        for (account, own) in &held.own {
            let latest = own.iter().filter(|(at, _)| *at >= later(now, -OVERLAP));
            latest.for_each(|(at, query)| fresh.learn(*account, query, true, *at));
        }
        *held = fresh;
        drop(held);
        self.tell();
        Ok(())
    }

    /// Reads what was written since the last reading.
    pub(super) async fn read_new(&self, db: &Reader) -> Result<(), CommonError> {
        let since = later(Instant(self.read_until.load(Ordering::Relaxed)), -OVERLAP);
        let rows = read(db, search_tallies::Column::UpdatedAt.gte(since)).await?;
        self.take(&mut self.held.write(), &rows);
        self.tell();
        Ok(())
    }

    fn take(&self, held: &mut Held, rows: &[(Row, i64)]) {
        for ((_, query, account, lookup, last_at), _) in rows.iter().rev() {
            held.learn(AccountId(*account), query, *lookup, Instant(*last_at));
        }
        let latest = rows.iter().map(|(_, updated_at)| *updated_at).max().unwrap_or_default();
        self.read_until.fetch_max(latest, Ordering::Relaxed);
    }

    /// Makes known what several accounts asked.
    fn tell(&self) {
        if !self.held.read().changed {
            return;
        }
        let popular: Arc<[Popular]> = {
            let mut held = self.held.write();
            held.changed = false;
            held.popular().into()
        };
        *self.popular.write() = popular;
    }
}

/// Whether a question begins with what was typed and says more.
fn goes_on(query: &str, prefix: &str) -> bool {
    query.len() > prefix.len() && query.starts_with(prefix)
}

/// Questions with a result, the latest first.
async fn read(db: &Reader, which: sea_orm::sea_query::SimpleExpr) -> Result<Vec<(Row, i64)>, CommonError> {
    use search_tallies::Column::{AccountId, Day, Found, LastAt, Lookup, Query, UpdatedAt};
    let select = search_tallies::Entity::find().select_only().columns([Day, Query, AccountId, Lookup, LastAt, UpdatedAt]);
    let select = select.filter(which).filter(Found.gt(0)).order_by_desc(LastAt).limit(MOST_READ);
    let rows: Vec<(i64, String, i64, bool, i64, i64)> = select.into_tuple().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|(day, query, account, lookup, last, updated)| ((day, query, account, lookup, last), updated))
        .collect())
}
