//! Past queries, in the memory of every process, for completing what a user types.
//!
//! An account's own queries with a result, latest first; and queries that at least 3 accounts searched for with a result, none
//! of them as a part number. They are loaded when a process starts. Afterwards its own searches are added at once, and those of
//! other processes a few seconds later.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, Instant, search_tallies};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::search_log::day_of;
use kernel::problem::CommonError;
use store::clock::{DAY, SECOND, later};
use store::database::Reader;

/// The most queries remembered of an account.
const MAX_QUERIES_PER_ACCOUNT: usize = 50;
/// The most queries that are remembered over all accounts, and the most accounts counted for each.
const MAX_QUERIES: usize = 200_000;
const MAX_ACCOUNTS: usize = 50;
/// The number of accounts that must have searched for a query before it is shown to others.
const MIN_ACCOUNTS: usize = 3;
/// The most popular queries.
const MAX_POPULAR: usize = 20_000;
/// Days for which queries are remembered.
const MEMORY_DAYS: i64 = 90;
/// The most rows of one read.
const MAX_ROWS: u64 = 200_000;
/// How far a read reaches back before the last one, since transactions commit out of order.
const OVERLAP: i64 = 30 * SECOND;

/// Past queries. Cheap to clone; clones share the data.
#[derive(Clone, Debug, Default)]
pub struct PastQueries {
    queries: Arc<RwLock<Queries>>,
    popular: Arc<RwLock<Arc<[Popular]>>>,
    /// Rows updated up to this instant were read.
    read_until: Arc<AtomicI64>,
}

#[derive(Debug, Default)]
struct Queries {
    /// Each account's queries, latest last.
    by_account: AHashMap<AccountId, Vec<(Instant, Arc<str>)>>,
    /// The accounts that searched for each query, without look-ups of part numbers.
    accounts_by_query: AHashMap<Arc<str>, AHashSet<AccountId>>,
    changed: bool,
}

/// A query of several accounts.
#[derive(Clone, Debug)]
struct Popular {
    query: Arc<str>,
    accounts: usize,
}

/// Day, query, account, whether it was a look-up of a part number, time of the last search.
type Row = (i64, String, i64, bool, i64);

impl Queries {
    fn remember(&mut self, account: AccountId, query: &str, lookup: bool, at: Instant) {
        let own = self.by_account.entry(account).or_default();
        let known = own.iter().position(|(_, known)| **known == *query).map(|index| own.remove(index));
        let query: Arc<str> = known.as_ref().map_or_else(|| query.into(), |(_, query)| query.clone());
        let at = known.map_or(at, |(before, _)| before.max(at));
        let index = own.partition_point(|(before, _)| *before <= at);
        own.insert(index, (at, query.clone()));
        if own.len() > MAX_QUERIES_PER_ACCOUNT {
            own.remove(0);
        }
        if lookup || (self.accounts_by_query.len() >= MAX_QUERIES && !self.accounts_by_query.contains_key(&query)) {
            return;
        }
        let accounts = self.accounts_by_query.entry(query).or_default();
        if accounts.len() < MAX_ACCOUNTS {
            self.changed |= accounts.insert(account);
        }
    }

    fn popular(&self) -> Vec<Popular> {
        let enough = self.accounts_by_query.iter().filter(|(_, accounts)| accounts.len() >= MIN_ACCOUNTS);
        let mut all: Vec<Popular> =
            enough.map(|(query, accounts)| Popular { query: query.clone(), accounts: accounts.len() }).collect();
        all.sort_unstable_by(|a, b| b.accounts.cmp(&a.accounts).then_with(|| a.query.cmp(&b.query)));
        all.truncate(MAX_POPULAR);
        all.sort_unstable_by(|a, b| a.query.cmp(&b.query));
        all
    }
}

impl PastQueries {
    /// Remembers a query that had a result.
    pub(super) fn remember(&self, account: AccountId, query: &str, lookup: bool, at: Instant) {
        self.queries.write().remember(account, query, lookup, at);
    }

    /// Queries of an account that begin with `prefix`, latest first. The prefix is a result of [`search::fold_text`].
    pub fn of_account(&self, account: AccountId, prefix: &str, limit: usize) -> Vec<Arc<str>> {
        let queries = self.queries.read();
        let own = queries.by_account.get(&account).map(Vec::as_slice).unwrap_or_default();
        let fitting = own.iter().rev().map(|(_, query)| query).filter(|query| continues(query, prefix));
        fitting.take(limit).cloned().collect()
    }

    /// Queries of several accounts that begin with `prefix`, those of the most accounts first. The prefix is a result of
    /// [`search::fold_text`].
    pub fn popular(&self, prefix: &str, limit: usize) -> Vec<Arc<str>> {
        let all = self.popular.read().clone();
        let start = all.partition_point(|popular| *popular.query < *prefix);
        let fitting = all[start..].iter().take_while(|popular| popular.query.starts_with(prefix));
        let mut best: Vec<&Popular> = Vec::with_capacity(limit + 1);
        for popular in fitting.filter(|popular| continues(&popular.query, prefix)) {
            let index = best.partition_point(|better| better.accounts >= popular.accounts);
            if index < limit {
                best.insert(index, popular);
                best.truncate(limit);
            }
        }
        best.into_iter().map(|popular| popular.query.clone()).collect()
    }

    /// Reads everything again, so that old queries are forgotten.
    pub async fn read_all(&self, db: &Reader, now: Instant) -> Result<(), CommonError> {
        let since = search_tallies::Column::Day.gte(day_of(later(now, -MEMORY_DAYS * DAY)));
        let rows = read(db, since).await?;
        let mut current = Queries { changed: true, ..Queries::default() };
        self.add_rows(&mut current, &rows);
        let mut queries = self.queries.write();
        // Keeps the latest searches, which may not be written yet.
        for (account, own) in &queries.by_account {
            let latest = own.iter().filter(|(at, _)| *at >= later(now, -OVERLAP));
            latest.for_each(|(at, query)| current.remember(*account, query, true, *at));
        }
        *queries = current;
        drop(queries);
        self.publish_popular();
        Ok(())
    }

    /// Reads what was written since the last read.
    pub(super) async fn read_new(&self, db: &Reader) -> Result<(), CommonError> {
        let since = later(Instant(self.read_until.load(Ordering::Relaxed)), -OVERLAP);
        let rows = read(db, search_tallies::Column::UpdatedAt.gte(since)).await?;
        self.add_rows(&mut self.queries.write(), &rows);
        self.publish_popular();
        Ok(())
    }

    fn add_rows(&self, queries: &mut Queries, rows: &[(Row, i64)]) {
        for ((_, query, account, lookup, last_at), _) in rows.iter().rev() {
            queries.remember(AccountId(*account), query, *lookup, Instant(*last_at));
        }
        let latest = rows.iter().map(|(_, updated_at)| *updated_at).max().unwrap_or_default();
        self.read_until.fetch_max(latest, Ordering::Relaxed);
    }

    /// Recomputes the popular queries.
    fn publish_popular(&self) {
        if !self.queries.read().changed {
            return;
        }
        let popular: Arc<[Popular]> = {
            let mut queries = self.queries.write();
            queries.changed = false;
            queries.popular().into()
        };
        *self.popular.write() = popular;
    }
}

/// Whether a query begins with the prefix and is longer.
fn continues(query: &str, prefix: &str) -> bool {
    query.len() > prefix.len() && query.starts_with(prefix)
}

/// Queries with a result, latest first.
async fn read(db: &Reader, which: sea_orm::sea_query::SimpleExpr) -> Result<Vec<(Row, i64)>, CommonError> {
    use search_tallies::Column::{AccountId, Day, Found, LastAt, Lookup, Query, UpdatedAt};
    let select = search_tallies::Entity::find().select_only().columns([Day, Query, AccountId, Lookup, LastAt, UpdatedAt]);
    let select = select.filter(which).filter(Found.gt(0)).order_by_desc(LastAt).limit(MAX_ROWS);
    let rows: Vec<(i64, String, i64, bool, i64, i64)> = select.into_tuple().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|(day, query, account, lookup, last, updated)| ((day, query, account, lookup, last), updated))
        .collect())
}
