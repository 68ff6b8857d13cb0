//! When goods can leave: from stock, from supply on its way, or from the lead time.
//!
//! Promises: asks share what there is, in their order, as reserving would; supply on its way first serves the orders that
//! already wait; a product that may not wait is promised from stock alone; the same few statements for any number of asks.
//!
//! Not here: reserving. A promise is not a claim on anything.

use std::collections::BTreeMap;
use store::{Db, Row};

use ahash::AHashMap;
use entity::{Instant, ProductId, WarehouseId};
use pricing::Quantity;
use sea_orm::DbErr;

use super::board::{Board, Level, Warehouse};
use super::calendar::Calendar;
use super::error::StockError;
use super::reserve::{Allocation, Demand, SourcingPreference, choose, rank};
use super::sheet::read_levels;
use store::clock;
use store::sql::{ids_value, is_sqlite, key_list};

/// What one line asks, in stock units.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The caller's name for the line, given back with the promise.
    pub key: usize,
    pub product: ProductId,
    pub quantity: Quantity,
    /// Only whole multiples of this leave a warehouse; zero means any quantity.
    pub multiple: Quantity,
    /// Whether what is not there may be waited for.
    pub backorder: bool,
    /// Days it takes to get more.
    pub lead_time_days: Option<i32>,
}

/// Where promised goods come from; later ones are less certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, poem_openapi::Enum, serde::Serialize)]
#[oai(rename = "PromiseSource", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// Lies in the warehouse.
    Stock,
    /// Is on its way to the warehouse.
    Inbound,
    /// Will be ordered from the supplier.
    LeadTime,
}

/// A quantity that leaves one warehouse at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub quantity: Quantity,
    pub warehouse: WarehouseId,
    pub source: Source,
    pub at: Instant,
}

/// The promise for one ask: its parts, and what nobody can promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    pub key: usize,
    pub parts: Vec<Part>,
    pub uncovered: Quantity,
}

impl Promise {
    /// The part that leaves last; none unless everything is promised.
    pub(crate) fn last(&self) -> Option<&Part> {
        if self.uncovered.is_positive() {
            return None;
        }
        self.parts.iter().max_by_key(|part| (part.at, part.source))
    }
}

/// Supply on its way to a warehouse, as far as it has not arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
    pub expected_at: Instant,
    pub reference: String,
}

/// What there is of some products, read from the database, and when warehouses ship.
#[derive(Debug)]
pub(crate) struct Outlook {
    levels: AHashMap<ProductId, Vec<Level>>,
    incoming: AHashMap<ProductId, Vec<Incoming>>,
    /// In millionths: what waiting orders will take of the supply on its way.
    waiting: AHashMap<ProductId, i64>,
    warehouses: BTreeMap<WarehouseId, (Warehouse, Calendar)>,
}

/// When the last part of each ask leaves whose stock is reserved already, as far as there was any; none for an ask that
/// cannot be promised whole. Asks are in the order of their keys, which are places in `asks`. Only what is still missing
/// costs statements.
pub async fn promise_reserved(
    db: &impl Db,
    board: &Board,
    asks: &[Ask],
    reserved: &[Allocation],
    prefer: &SourcingPreference,
    now: Instant,
) -> Result<Vec<Option<Instant>>, StockError> {
    let mut missing: Vec<i64> = asks.iter().map(|ask| ask.quantity.micros()).collect();
    for part in reserved {
        missing[part.key] -= part.quantity.micros();
    }
    let waits = |ask: &&Ask| missing[ask.key] > 0 && ask.backorder;
    let waiting = asks.iter().filter(waits).map(|ask| ask.product).collect();
    let mut outlook = Outlook::beyond_stock(db, board, waiting).await?;
    let mut promises: Vec<Promise> =
        asks.iter().map(|ask| Promise { key: ask.key, parts: Vec::new(), uncovered: Quantity::default() }).collect();
    for part in reserved {
        if let Some(at) = outlook.ships_at(part.warehouse, now) {
            let (quantity, warehouse) = (part.quantity, part.warehouse);
            promises[part.key].parts.push(Part { quantity, warehouse, source: Source::Stock, at });
        }
    }
    for (promise, ask) in promises.iter_mut().zip(asks) {
        let left = outlook.promise_rest(ask, missing[ask.key], prefer, now, &mut promise.parts);
        promise.uncovered = Quantity::from_micros(left);
    }
    Ok(promises.iter().map(|promise| promise.last().map(|part| part.at)).collect())
}

impl Outlook {
    /// Reads levels, supply on its way and waiting demand of the products: three statements.
    pub(crate) async fn read(db: &impl Db, board: &Board, mut products: Vec<ProductId>) -> Result<Self, StockError> {
        products.sort_unstable();
        products.dedup();
        let ids: Vec<i64> = products.iter().map(|p| p.0).collect();
        let mut levels: AHashMap<ProductId, Vec<Level>> = AHashMap::new();
        for (product, level) in read_levels(db, &ids).await? {
            levels.entry(product).or_default().push(level);
        }
        Ok(Self { levels, ..Self::beyond_stock(db, board, products).await? })
    }

    /// Reads supply on its way and waiting demand of the products, and no levels: no statement without products.
    async fn beyond_stock(db: &impl Db, board: &Board, mut products: Vec<ProductId>) -> Result<Self, StockError> {
        products.sort_unstable();
        products.dedup();
        let ids: Vec<i64> = products.iter().map(|p| p.0).collect();
        let incoming = if ids.is_empty() { AHashMap::new() } else { read_incoming(db, &ids).await? };
        let waiting = if incoming.is_empty() { AHashMap::new() } else { read_waiting(db, &ids).await? };
        let dated = |w: &Warehouse| (w.id, (w.clone(), Calendar::of(w)));
        let warehouses = board.warehouses().iter().map(dated).collect();
        Ok(Self { levels: AHashMap::new(), incoming, waiting, warehouses })
    }

    /// The levels of a product.
    pub(crate) fn levels(&self, product: ProductId) -> &[Level] {
        self.levels.get(&product).map_or(&[], Vec::as_slice)
    }

    /// What is on its way of a product, soonest first.
    pub(crate) fn incoming(&self, product: ProductId) -> &[Incoming] {
        self.incoming.get(&product).map_or(&[], Vec::as_slice)
    }

    /// Promises one ask and takes what it promised, so that the next ask gets the rest.
    pub(crate) fn promise(&mut self, ask: &Ask, prefer: &SourcingPreference, now: Instant) -> Promise {
        let mut parts = self.take_stock(ask, prefer, now);
        let left = ask.quantity.micros() - parts.iter().map(|part| part.quantity.micros()).sum::<i64>();
        let left = self.promise_rest(ask, left, prefer, now, &mut parts);
        Promise { key: ask.key, parts, uncovered: Quantity::from_micros(left) }
    }

    /// Promises what is not in stock, in millionths; gives what nobody can promise.
    fn promise_rest(&mut self, ask: &Ask, missing: i64, prefer: &SourcingPreference, now: Instant, parts: &mut Vec<Part>) -> i64 {
        if missing <= 0 || !ask.backorder {
            return missing.max(0);
        }
        let left = missing - self.take_inbound(ask.product, missing, now, parts);
        match self.order_more(ask, left, prefer, now) {
            Some(part) if left > 0 => {
                parts.push(part);
                0
            }
            _ => left,
        }
    }

    fn take_stock(&mut self, ask: &Ask, prefer: &SourcingPreference, now: Instant) -> Vec<Part> {
        let mut offers: Vec<_> = self
            .levels(ask.product)
            .iter()
            .filter(|level| level.available().is_positive())
            .filter_map(|level| Some((self.rank(level.warehouse, prefer)?, level.available().micros())))
            .collect();
        offers.sort_unstable();
        let offers: Vec<_> = offers.into_iter().map(|((.., warehouse), available)| (warehouse, available)).collect();
        let want =
            Demand { key: ask.key, product: ask.product, quantity: ask.quantity, multiple: ask.multiple, all_or_nothing: false };
        let mut parts = Vec::new();
        for (warehouse, quantity) in choose(&offers, &want) {
            let Some(at) = self.ships_at(warehouse, now) else { continue };
            let quantity = Quantity::from_micros(quantity);
            let levels = self.levels.get_mut(&ask.product).into_iter().flatten();
            for level in levels.filter(|level| level.warehouse == warehouse) {
                level.reserved = level.reserved.checked_add(quantity).unwrap_or(level.on_hand);
            }
            parts.push(Part { quantity, warehouse, source: Source::Stock, at });
        }
        parts
    }

    /// Takes from what is on its way, after the orders that wait for it; gives how much it took.
    fn take_inbound(&mut self, product: ProductId, wanted: i64, now: Instant, parts: &mut Vec<Part>) -> i64 {
        let Some(incoming) = self.incoming.get(&product) else { return 0 };
        let mut ahead = self.waiting.get(&product).copied().unwrap_or(0);
        let mut taken = 0;
        for supply in incoming {
            let others = ahead.min(supply.quantity.micros());
            ahead -= others;
            let take = (supply.quantity.micros() - others).min(wanted - taken);
            // What is overdue may come any time, but not before now.
            let Some(at) = self.ships_at(supply.warehouse, supply.expected_at.max(now)).filter(|_| take > 0) else { continue };
            parts.push(Part { quantity: Quantity::from_micros(take), warehouse: supply.warehouse, source: Source::Inbound, at });
            taken += take;
        }
        let waiting = self.waiting.entry(product).or_default();
        *waiting = waiting.saturating_add(taken);
        taken
    }

    fn order_more(&self, ask: &Ask, left: i64, prefer: &SourcingPreference, now: Instant) -> Option<Part> {
        let days = i64::from(ask.lead_time_days?.max(0));
        let best = self.warehouses.keys().filter_map(|id| self.rank(*id, prefer)).min()?;
        let at = self.ships_at(best.3, clock::later(now, days.saturating_mul(clock::DAY)))?;
        Some(Part { quantity: Quantity::from_micros(left), warehouse: best.3, source: Source::LeadTime, at })
    }

    fn rank(&self, id: WarehouseId, prefer: &SourcingPreference) -> Option<(bool, bool, i32, WarehouseId)> {
        self.warehouses.get(&id).map(|(warehouse, _)| rank(id, &warehouse.country, warehouse.priority, prefer))
    }

    fn ships_at(&self, id: WarehouseId, ready: Instant) -> Option<Instant> {
        self.warehouses.get(&id).and_then(|(_, calendar)| calendar.ships_at(ready))
    }
}

async fn read_incoming(db: &impl Db, ids: &[i64]) -> Result<AHashMap<ProductId, Vec<Incoming>>, DbErr> {
    let backend = db.get_database_backend();
    let sql = format!(
        "select product_id, warehouse_id, quantity - received, expected_at, reference from inbound_supplies \
         where product_id in {} and quantity > received order by expected_at, id",
        key_list(backend, 1, "bigint")
    );
    let mut all: AHashMap<ProductId, Vec<Incoming>> = AHashMap::new();
    for row in db.rows(db.statement(sql, [ids_value(backend, ids.iter().copied())])).await? {
        let incoming = Incoming {
            warehouse: WarehouseId(row.get(1)?),
            quantity: Quantity::from_micros(row.get(2)?),
            expected_at: Instant(row.get(3)?),
            reference: row.get(4)?,
        };
        all.entry(ProductId(row.get(0)?)).or_default().push(incoming);
    }
    Ok(all)
}

/// What waiting order lines still need, in millionths of the stock unit.
async fn read_waiting(db: &impl Db, ids: &[i64]) -> Result<AHashMap<ProductId, i64>, DbErr> {
    let backend = db.get_database_backend();
    // A line counts for at most a billion units, so that no sum overflows.
    let least = if is_sqlite(db) { "min" } else { "least" };
    let sql = format!(
        "select product_id, numerator, denominator, cast(sum({least}(quantity - cancelled - allocated, 1000000000000000)) as bigint) \
         from order_lines where product_id in {} and allocated + cancelled < quantity group by product_id, numerator, denominator",
        key_list(backend, 1, "bigint")
    );
    let mut all: AHashMap<ProductId, i64> = AHashMap::new();
    for row in db.rows(db.statement(sql, [ids_value(backend, ids.iter().copied())])).await? {
        let waiting = all.entry(ProductId(row.get(0)?)).or_default();
        *waiting = waiting.saturating_add(in_stock_units(&row)?);
    }
    Ok(all)
}

fn in_stock_units(row: &Row) -> Result<i64, DbErr> {
    let part = |at| row.get::<i64>(at).map(i128::from);
    let micros = part(3)? * part(1)? / part(2)?.max(1);
    Ok(i64::try_from(micros).unwrap_or(i64::MAX))
}
