//! Totals of searches by day, query and account.

use std::collections::BTreeMap;

use entity::{AccountId, Instant, noted_clicks, noted_searches, search_tallies};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Value};

use super::search_log::{day_of, first_id};
use kernel::problem::CommonError;
use store::clock::{DAY, later};
use store::database::Tx;
use store::sql::insert_values;

/// Days for which single searches and clicks are kept, and days for which totals are kept.
const SEARCH_RETENTION_DAYS: i64 = 7;
pub(super) const TOTALS_RETENTION_DAYS: i64 = 180;

/// Counts to add to a total.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SearchCounts {
    pub(super) searches: i64,
    pub(super) empty: i64,
    pub(super) relaxed: i64,
    pub(super) clicked: i64,
    pub(super) clicks: i64,
    pub(super) positions: i64,
    pub(super) orders: i64,
    /// Millionths of stock units.
    pub(super) quantity: i64,
    pub(super) lookup: bool,
    /// The number of products found by the last search, and its time; 0 when no search is added.
    pub(super) found: i64,
    pub(super) last_at: i64,
}

/// Counts to add to totals, by day, query and account. The order is fixed, so that processes do not deadlock.
#[derive(Debug, Default)]
pub(super) struct DailyTotals(BTreeMap<(i64, String, i64), SearchCounts>);

impl DailyTotals {
    /// Adds counts to a total.
    pub(super) fn add(&mut self, day: i64, query: &str, account: AccountId, more: SearchCounts) {
        let sum = self.0.entry((day, query.to_owned(), account.0)).or_default();
        sum.searches += more.searches;
        sum.empty += more.empty;
        sum.relaxed += more.relaxed;
        sum.clicked += more.clicked;
        sum.clicks += more.clicks;
        sum.positions += more.positions;
        sum.orders += more.orders;
        sum.quantity = sum.quantity.saturating_add(more.quantity);
        sum.lookup |= more.lookup;
        if more.last_at >= sum.last_at {
            (sum.found, sum.last_at) = (more.found, more.last_at);
        }
    }

    /// Writes the totals.
    pub(super) async fn write(self, tx: &Tx) -> Result<(), CommonError> {
        let row = |((day, query, account), sum): ((i64, String, i64), SearchCounts)| {
            let counts = [sum.searches, sum.empty, sum.relaxed, sum.clicked, sum.clicks, sum.positions, sum.orders];
            let last = [sum.quantity.into(), sum.lookup.into(), sum.found.into(), sum.last_at.into(), tx.now().0.into()];
            let key = [day.into(), query.into(), account.into()];
            key.into_iter().chain(counts.map(Value::from)).chain(last).collect()
        };
        let into = "search_tallies (day, query, account_id, searches, empty, relaxed, clicked, clicks, positions, orders, quantity, \
                    lookup, found, last_at, updated_at)";
        insert_values(tx, into, self.0.into_iter().map(row).collect(), ADD_TO_EXISTING).await?;
        Ok(())
    }
}

/// Adds counts to a total that exists already.
const ADD_TO_EXISTING: &str = " on conflict (day, query, account_id) do update set \
    searches = search_tallies.searches + excluded.searches, empty = search_tallies.empty + excluded.empty, \
    relaxed = search_tallies.relaxed + excluded.relaxed, clicked = search_tallies.clicked + excluded.clicked, \
    clicks = search_tallies.clicks + excluded.clicks, positions = search_tallies.positions + excluded.positions, \
    orders = search_tallies.orders + excluded.orders, quantity = search_tallies.quantity + excluded.quantity, \
    lookup = (search_tallies.lookup or excluded.lookup), \
    found = case when excluded.last_at >= search_tallies.last_at then excluded.found else search_tallies.found end, \
    last_at = case when excluded.last_at >= search_tallies.last_at then excluded.last_at else search_tallies.last_at end, \
    updated_at = excluded.updated_at";

/// Deletes searches, clicks and totals past their retention; returns the number of rows.
pub async fn purge_expired(tx: &Tx) -> Result<u64, CommonError> {
    let before = |days: i64| later(tx.now(), -days * DAY);
    let id = first_id(before(SEARCH_RETENTION_DAYS));
    let searches = noted_searches::Entity::delete_many().filter(noted_searches::Column::Id.lt(id)).exec(tx).await?;
    let clicks = noted_clicks::Entity::delete_many().filter(noted_clicks::Column::SearchId.lt(id)).exec(tx).await?;
    let day: i64 = day_of(Instant(before(TOTALS_RETENTION_DAYS).0));
    let sums = search_tallies::Entity::delete_many().filter(search_tallies::Column::Day.lt(day)).exec(tx).await?;
    Ok(searches.rows_affected + clicks.rows_affected + sums.rows_affected)
}
