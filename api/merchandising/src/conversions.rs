//! Attributes orders to the searches they followed.

use std::time::Duration;
use store::Db;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, Instant, OrderId, ProductId, Quantity, noted_searches, order_lines};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::daily_totals::{DailyTotals, SearchCounts};
use super::search_log::{SearchLog, day_of, first_id, instant_of};
use kernel::problem::CommonError;
use order_events::OrderPlaced;
use store::clock::{DAY, later};
use store::database::Tx;
use store::event_handlers::{EventHandler, LARGE_BATCH};
use store::events::Event;
use store::sql::{ids_value, key_list};
use store::{BoxError, DomainEvent as _, UnreadableEvent};

/// Adds the quantities ordered after a search to the daily totals.
#[derive(Clone, Debug)]
pub struct Conversions {
    /// The log, which holds searches that are not written yet.
    pub log: SearchLog,
}

/// The most days between a search and an order that followed it.
const WINDOW: i64 = 3;
/// The most searches of the ordering accounts that are considered, latest first.
const MAX_SEARCHES: u64 = 10_000;
/// Orders are handled in batches, since each batch reads the searches of its accounts.
const LINGER: Duration = Duration::from_secs(1);

/// A placed order.
struct PlacedOrder {
    id: i64,
    account: AccountId,
    placed_at: Instant,
}

/// A logged search of an account.
struct PastSearch {
    id: i64,
    account: AccountId,
    query: String,
    shown: Vec<ProductId>,
    clicked: Vec<ProductId>,
}

#[async_trait::async_trait]
impl EventHandler for Conversions {
    fn name(&self) -> &'static str {
        "search-orders"
    }

    fn handles(&self, kind: &str) -> bool {
        kind == OrderPlaced::KIND
    }

    fn linger(&self) -> Duration {
        LINGER
    }

    fn batch(&self) -> u64 {
        LARGE_BATCH
    }

    async fn handle(&self, tx: &Tx, event: &Event) -> Result<(), BoxError> {
        self.handle_batch(tx, &[event]).await
    }

    async fn handle_batch(&self, tx: &Tx, events: &[&Event]) -> Result<(), BoxError> {
        let orders: Vec<PlacedOrder> = events.iter().filter_map(|event| order(event).transpose()).collect::<Result<_, _>>()?;
        let searches = self.searches(tx, &orders).await?;
        if searches.is_empty() {
            return Ok(());
        }
        let lines = ordered_quantities(tx, &orders).await?;
        let wanted = orders.iter().flat_map(|order| lines_of(&lines, order).iter().map(|(product, _)| (order.account, *product)));
        let product_searches = ProductSearches::new(&searches, &wanted.collect());
        let mut totals = DailyTotals::default();
        for order in &orders {
            for (search, quantity) in product_searches.attributed(order.account, attribution_ids(order), lines_of(&lines, order))
            {
                let one = SearchCounts { orders: 1, quantity, ..SearchCounts::default() };
                totals.add(day_of(instant_of(search.id)), &search.query, order.account, one);
            }
        }
        Ok(totals.write(tx).await?)
    }
}

fn order(event: &Event) -> Result<Option<PlacedOrder>, UnreadableEvent> {
    let placed: Option<OrderPlaced> = event.decode()?;
    Ok(placed.map(|placed| PlacedOrder { id: placed.order_id.0, account: placed.account_id, placed_at: event.occurred_at }))
}

/// The ids of the searches that an order may have followed: from the first, up to but excluding the second.
fn attribution_ids(order: &PlacedOrder) -> (i64, i64) {
    (first_id(later(order.placed_at, -WINDOW * DAY)), first_id(later(order.placed_at, 1)))
}

impl Conversions {
    /// Searches that the orders may have followed, latest first.
    async fn searches(&self, tx: &Tx, orders: &[PlacedOrder]) -> Result<Vec<PastSearch>, CommonError> {
        use noted_searches::Column::{AccountId as Account, Id};
        let accounts: AHashSet<AccountId> = orders.iter().map(|order| order.account).collect();
        let windows = || orders.iter().map(attribution_ids);
        let (Some(since), Some(until)) = (windows().map(|w| w.0).min(), windows().map(|w| w.1).max()) else {
            return Ok(Vec::new());
        };
        let unwritten: Vec<_> = accounts
            .iter()
            .flat_map(|account| self.log.unwritten_of(*account).into_iter().map(move |search| (*account, search)))
            .collect();
        let of_accounts = noted_searches::Entity::find().filter(Account.is_in(accounts.iter().copied()));
        let recent = of_accounts.filter(Id.gte(since)).filter(Id.lt(until));
        let rows = recent.order_by_desc(Id).limit(MAX_SEARCHES).all(tx).await?;
        let written: AHashSet<i64> = rows.iter().map(|row| row.id).collect();
        let search = |id: i64, account: AccountId, query: &str, shown: Vec<ProductId>| PastSearch {
            id,
            account,
            query: query.to_owned(),
            shown,
            clicked: Vec::new(),
        };
        let mut all: Vec<PastSearch> =
            rows.iter().map(|row| search(row.id, row.account_id, &row.query, parse_ids(&row.shown))).collect();
        let unwritten = unwritten.iter().filter(|(_, search)| !written.contains(&search.id));
        all.extend(unwritten.map(|(account, logged)| search(logged.id, *account, &logged.query, logged.shown.clone())));
        all.sort_unstable_by_key(|search| std::cmp::Reverse(search.id));
        let mut clicked = clicks(tx, &all).await?;
        for search in &mut all {
            search.clicked = clicked.remove(&search.id).unwrap_or_default();
        }
        Ok(all)
    }
}

fn parse_ids(text: &str) -> Vec<ProductId> {
    text.split(' ').filter_map(|id| id.parse().ok()).map(ProductId).collect()
}

/// Clicked products by search, including searches that are not written yet.
async fn clicks(tx: &Tx, searches: &[PastSearch]) -> Result<AHashMap<i64, Vec<ProductId>>, CommonError> {
    let ids = ids_value(tx, searches.iter().map(|search| search.id));
    let sql = format!("select search_id, product_id from noted_clicks where search_id in {}", key_list(tx, 1, "bigint"));
    let mut by_search: AHashMap<i64, Vec<ProductId>> = AHashMap::new();
    for row in tx.rows(tx.statement(sql, [ids])).await? {
        let (search, product): (i64, i64) = (row.get(0)?, row.get(1)?);
        by_search.entry(search).or_default().push(ProductId(product));
    }
    Ok(by_search)
}

/// The ordered products and quantities of each order, in millionths of stock units.
async fn ordered_quantities(tx: &Tx, orders: &[PlacedOrder]) -> Result<AHashMap<i64, Vec<(ProductId, i64)>>, CommonError> {
    use order_lines::Column::{Denominator, Numerator, OrderId as Of, ProductId as Product, Quantity as Amount};
    let select = order_lines::Entity::find().select_only().columns([Of, Product, Amount, Numerator, Denominator]);
    let select = select.filter(Of.is_in(orders.iter().map(|order| OrderId(order.id))));
    let rows: Vec<(OrderId, ProductId, Quantity, i64, i64)> = select.into_tuple().all(tx).await?;
    let mut sums: AHashMap<(i64, ProductId), i64> = AHashMap::new();
    for (order, product, quantity, numerator, denominator) in rows {
        let stock = i128::from(quantity.0) * i128::from(numerator) / i128::from(denominator.max(1));
        let sum = sums.entry((order.0, product)).or_default();
        *sum = sum.saturating_add(i64::try_from(stock).unwrap_or(i64::MAX));
    }
    let mut all: AHashMap<i64, Vec<(ProductId, i64)>> = AHashMap::new();
    for ((order, product), sum) in sums {
        all.entry(order).or_default().push((product, sum));
    }
    Ok(all)
}

fn lines_of<'a>(lines: &'a AHashMap<i64, Vec<(ProductId, i64)>>, order: &PlacedOrder) -> &'a [(ProductId, i64)] {
    lines.get(&order.id).map(Vec::as_slice).unwrap_or_default()
}

/// The searches of each account in which a product was clicked or shown, as indexes into the list of searches, latest first.
struct ProductSearches<'a> {
    searches: &'a [PastSearch],
    clicked: AHashMap<(AccountId, ProductId), Vec<usize>>,
    shown: AHashMap<(AccountId, ProductId), Vec<usize>>,
}

impl<'a> ProductSearches<'a> {
    /// Indexes only the wanted products, since many are shown but few are ordered.
    fn new(searches: &'a [PastSearch], wanted: &AHashSet<(AccountId, ProductId)>) -> Self {
        let indexes = |products: fn(&PastSearch) -> &[ProductId]| {
            let mut indexes: AHashMap<(AccountId, ProductId), Vec<usize>> = AHashMap::new();
            for (at, search) in searches.iter().enumerate() {
                let keys = products(search).iter().map(|product| (search.account, *product));
                keys.filter(|key| wanted.contains(key)).for_each(|key| indexes.entry(key).or_default().push(at));
            }
            indexes
        };
        Self { searches, clicked: indexes(|search| &search.clicked), shown: indexes(|search| &search.shown) }
    }

    /// The searches that an order followed, with the quantity ordered. Each product is attributed to the last search in which
    /// it was clicked, otherwise to the last that showed it, among the searches with ids from `since` to before `until`.
    fn attributed(
        &self,
        account: AccountId,
        (since, until): (i64, i64),
        ordered: &[(ProductId, i64)],
    ) -> Vec<(&'a PastSearch, i64)> {
        let last = |indexes: &AHashMap<(AccountId, ProductId), Vec<usize>>, product: ProductId| {
            let indexes = indexes.get(&(account, product)).map(Vec::as_slice).unwrap_or_default();
            indexes.iter().copied().find(|at| (since..until).contains(&self.searches[*at].id))
        };
        let mut followed: AHashMap<usize, i64> = AHashMap::new();
        for (product, quantity) in ordered {
            if let Some(at) = last(&self.clicked, *product).or_else(|| last(&self.shown, *product)) {
                let sum = followed.entry(at).or_default();
                *sum = sum.saturating_add(*quantity);
            }
        }
        followed.into_iter().map(|(at, quantity)| (&self.searches[at], quantity)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(id: i64, shown: &[i64], clicked: &[i64]) -> PastSearch {
        let ids = |ids: &[i64]| ids.iter().copied().map(ProductId).collect();
        PastSearch { id, account: AccountId(1), query: format!("q{id}"), shown: ids(shown), clicked: ids(clicked) }
    }

    #[test]
    fn each_product_is_attributed_to_the_last_click_or_the_last_display() {
        let searches = [search(3, &[1, 2], &[]), search(2, &[1, 3], &[1]), search(1, &[3, 1], &[3, 1])];
        let ordered = [(ProductId(1), 10), (ProductId(2), 20), (ProductId(3), 30), (ProductId(4), 40)];
        let wanted = ordered.iter().map(|(product, _)| (AccountId(1), *product)).collect();
        let product_searches = ProductSearches::new(&searches, &wanted);
        let attributed = |account, window| {
            let attributed = product_searches.attributed(AccountId(account), window, &ordered);
            let mut found: Vec<(i64, i64)> = attributed.iter().map(|(search, quantity)| (search.id, *quantity)).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(attributed(1, (0, 9)), [(1, 30), (2, 10), (3, 20)]);
        assert_eq!(attributed(1, (0, 3)), [(1, 30), (2, 10)], "searches after the order do not count");
        assert!(attributed(2, (0, 9)).is_empty(), "searches of other accounts do not count");
    }
}
