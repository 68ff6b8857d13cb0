//! Locked stock levels: read, changed in memory, and written together with their ledger rows. Every change of stock is made here.
//!
//! Promises: levels are locked in rising order of product and warehouse; an entry that would make a level invalid is rejected
//! and changes nothing; writing takes one statement for the levels and one for the ledger, however many entries there are.
//!
//! Not here: which entries are valid for a movement or a reservation; the commands decide.

use std::collections::BTreeMap;
use std::sync::Arc;
use store::sql::{ids_value, key_list};
use store::{BoundRows, Db, Row};

use entity::{ProductId, WarehouseId};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::events::{ChangedLevel, MoreStock, StockChanged, StockFreed, StockReceived};
use super::movements::Reason;
use super::stock_levels::Level;
use kernel::problem::CommonError;
use kernel::wire::QuantityText;
use store::database::Tx;

/// Largest quantity of one level, in millionths: 10^12 units. Sums of levels stay far from overflow.
pub(super) const MAX_LEVEL: i64 = 1_000_000_000_000 * 1_000_000;
/// Levels in one event.
const LEVELS_PER_EVENT: usize = 500;
/// Largest number of rows in one statement.
pub(super) const ROWS_PER_STATEMENT: usize = 20_000;

/// One locked level, in millionths.
#[derive(Clone, Debug)]
pub(super) struct LockedLevel {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) safety: i64,
    pub(super) sku: Arc<str>,
    pub(super) warehouse: Arc<str>,
    pub(super) country: Arc<str>,
    pub(super) priority: i32,
    /// On hand, reserved and safety stock as they were read.
    before: (i64, i64, i64),
}

impl LockedLevel {
    /// The quantity that can still be reserved.
    pub(super) fn available(&self) -> i64 {
        self.on_hand.saturating_sub(self.reserved).saturating_sub(self.safety).max(0)
    }
}

/// A ledger row that is not written yet.
#[derive(Clone, Debug)]
pub(super) struct LedgerEntry {
    pub(super) product: ProductId,
    pub(super) warehouse: WarehouseId,
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) reason: Reason,
    pub(super) reference: Arc<str>,
}

/// Why an entry cannot be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PostingError {
    /// The level is not locked here.
    Missing,
    /// More would be reserved than is on hand.
    BelowReserved,
    /// The reserved quantity would be negative.
    NotReserved,
    /// The level would exceed [`MAX_LEVEL`].
    Overflow,
}

/// What the events about written levels contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StockEvents {
    /// Every new level.
    Levels,
    /// Only the products to read again, when many thousands of levels change.
    ProductsOnly,
}

/// Locked levels and the entries posted to them.
#[derive(Debug)]
pub struct LockedLevels {
    rows: BTreeMap<(ProductId, WarehouseId), LockedLevel>,
    entries: Vec<LedgerEntry>,
}

impl LockedLevels {
    /// Locks every level of the products, in rising order of product and warehouse.
    pub async fn open(tx: &Tx, products: impl IntoIterator<Item = ProductId>) -> Result<Self, DbErr> {
        let mut ids: Vec<i64> = products.into_iter().map(|p| p.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut rows = BTreeMap::new();
        let mut names = NameCache::default();
        for chunk in ids.chunks(ROWS_PER_STATEMENT) {
            for found in tx.rows(lock_statement(tx, chunk)).await? {
                let (key, row) = read_row(&found, &mut names)?;
                rows.insert(key, row);
            }
        }
        Ok(Self { rows, entries: Vec::new() })
    }

    /// Locks every level of the products, after making sure that each pair has one.
    pub(super) async fn open_or_create(tx: &Tx, mut pairs: Vec<(ProductId, WarehouseId)>) -> Result<Self, DbErr> {
        pairs.sort_unstable();
        pairs.dedup();
        for chunk in pairs.chunks(ROWS_PER_STATEMENT) {
            let mut missing = BoundRows::new(tx, &["product_id", "warehouse_id"], &[]);
            for (product, warehouse) in chunk {
                missing.push(&[product.0, warehouse.0], &[]);
            }
            let sql = format!(
                "insert into stock_levels (product_id, warehouse_id, on_hand, reserved, safety, updated_at) \
                 select product_id, warehouse_id, 0, 0, 0, $1 from {} as v where true \
                 order by product_id, warehouse_id on conflict do nothing",
                missing.source(2)
            );
            let values = std::iter::once(tx.now().0.into()).chain(missing.into_values());
            tx.execute_raw(tx.statement(sql, values)).await?;
        }
        Self::open(tx, pairs.iter().map(|(product, _)| *product)).await
    }

    /// One level.
    pub(super) fn row(&self, product: ProductId, warehouse: WarehouseId) -> Option<&LockedLevel> {
        self.rows.get(&(product, warehouse))
    }

    /// The levels of a product.
    pub(super) fn of(&self, product: ProductId) -> impl Iterator<Item = (WarehouseId, &LockedLevel)> {
        let all = (product, WarehouseId(i64::MIN))..=(product, WarehouseId(i64::MAX));
        self.rows.range(all).map(|((_, warehouse), row)| (*warehouse, row))
    }

    /// Changes a level and adds the ledger entry; a rejected entry changes nothing.
    pub(super) fn post(&mut self, entry: LedgerEntry) -> Result<&LockedLevel, PostingError> {
        let row = self.rows.get_mut(&(entry.product, entry.warehouse)).ok_or(PostingError::Missing)?;
        let reserved = row.reserved.checked_add(entry.reserved).ok_or(PostingError::Overflow)?;
        let on_hand = row.on_hand.checked_add(entry.on_hand).ok_or(PostingError::Overflow)?;
        if reserved < 0 {
            return Err(PostingError::NotReserved);
        }
        if on_hand < reserved {
            return Err(PostingError::BelowReserved);
        }
        if on_hand > MAX_LEVEL {
            return Err(PostingError::Overflow);
        }
        (row.on_hand, row.reserved) = (on_hand, reserved);
        if entry.on_hand != 0 || entry.reserved != 0 {
            self.entries.push(entry);
        }
        Ok(row)
    }

    /// Sets the safety stock of a level.
    pub(super) fn set_safety_stock(&mut self, product: ProductId, warehouse: WarehouseId, safety: i64) {
        if let Some(row) = self.rows.get_mut(&(product, warehouse)) {
            row.safety = safety.clamp(0, MAX_LEVEL);
        }
    }

    /// Writes the changed levels, the ledger and the events.
    pub(super) async fn write(self, tx: &Tx, events: StockEvents) -> Result<(), CommonError> {
        let changed: Vec<(&(ProductId, WarehouseId), &LockedLevel)> =
            self.rows.iter().filter(|(_, row)| row.before != (row.on_hand, row.reserved, row.safety)).collect();
        for chunk in changed.chunks(ROWS_PER_STATEMENT) {
            write_levels(tx, chunk).await?;
        }
        for chunk in self.entries.chunks(ROWS_PER_STATEMENT) {
            write_entries(tx, chunk).await?;
        }
        record_events(tx, &changed, events);
        Ok(())
    }
}

/// The levels of products, not locked.
pub(super) async fn read_levels(db: &impl Db, ids: &[i64]) -> Result<Vec<(ProductId, Level)>, DbErr> {
    let sql = format!(
        "select product_id, warehouse_id, on_hand, reserved, safety from stock_levels where product_id in {}",
        key_list(db, 1, "bigint")
    );
    let rows = db.rows(db.statement(sql, [ids_value(db, ids.iter().copied())])).await?;
    let quantity = |row: &Row, at| row.get(at).map(Quantity::from_micros);
    let level = |row: &Row| -> Result<(ProductId, Level), DbErr> {
        let warehouse = WarehouseId(row.get(1)?);
        let level = Level { warehouse, on_hand: quantity(row, 2)?, reserved: quantity(row, 3)?, safety: quantity(row, 4)? };
        Ok((ProductId(row.get(0)?), level))
    };
    rows.iter().map(level).collect()
}

fn lock_statement(tx: &Tx, ids: &[i64]) -> Statement {
    let keys = key_list(tx, 1, "bigint");
    let lock = tx.dialect("", "for update of l");
    let sql = format!(
        "select l.product_id, l.warehouse_id, l.on_hand, l.reserved, l.safety, p.sku, w.code, w.country, w.priority \
         from stock_levels as l join products as p on p.id = l.product_id join warehouses as w on w.id = l.warehouse_id \
         where l.product_id in {keys} order by l.product_id, l.warehouse_id {lock}"
    );
    tx.statement(sql, [ids_value(tx, ids.iter().copied())])
}

/// Shares one copy of the codes and SKUs that repeat from row to row.
#[derive(Debug, Default)]
struct NameCache {
    sku: Option<(ProductId, Arc<str>)>,
    warehouses: BTreeMap<WarehouseId, (Arc<str>, Arc<str>, i32)>,
}

fn read_row(found: &Row, names: &mut NameCache) -> Result<((ProductId, WarehouseId), LockedLevel), DbErr> {
    let product = ProductId(found.get(0)?);
    let warehouse = WarehouseId(found.get(1)?);
    let before = (found.get(2)?, found.get(3)?, found.get(4)?);
    let sku = match &names.sku {
        Some((of, sku)) if *of == product => sku.clone(),
        _ => Arc::from(found.get::<String>(5)?),
    };
    names.sku = Some((product, sku.clone()));
    let (code, country, priority) = match names.warehouses.get(&warehouse) {
        Some(known) => known.clone(),
        None => {
            let code: Arc<str> = found.get::<String>(6)?.into();
            let read = (code, Arc::from(found.get::<String>(7)?), found.get(8)?);
            names.warehouses.insert(warehouse, read.clone());
            read
        }
    };
    let (on_hand, reserved, safety) = before;
    Ok(((product, warehouse), LockedLevel { on_hand, reserved, safety, sku, warehouse: code, country, priority, before }))
}

async fn write_levels(tx: &Tx, changed: &[(&(ProductId, WarehouseId), &LockedLevel)]) -> Result<(), DbErr> {
    let mut bound = BoundRows::new(tx, &["product_id", "warehouse_id", "on_hand", "reserved", "safety"], &[]);
    for ((product, warehouse), row) in changed {
        let (on_hand, reserved) = (row.on_hand - row.before.0, row.reserved - row.before.1);
        bound.push(&[product.0, warehouse.0, on_hand, reserved, row.safety], &[]);
    }
    // The rows are locked, and the table refuses what would be oversold, so that a mistake above cannot oversell.
    let sql = format!(
        "update stock_levels as l set on_hand = l.on_hand + v.on_hand, reserved = l.reserved + v.reserved, safety = v.safety, \
         updated_at = $1 from {} as v where l.product_id = v.product_id and l.warehouse_id = v.warehouse_id",
        bound.source(2)
    );
    let values = std::iter::once(tx.now().0.into()).chain(bound.into_values());
    tx.write_later(tx.statement(sql, values), changed.len() as u64).await
}

async fn write_entries(tx: &Tx, entries: &[LedgerEntry]) -> Result<(), DbErr> {
    let columns = &["product_id", "warehouse_id", "on_hand_delta", "reserved_delta"];
    let mut bound = BoundRows::new(tx, columns, &["reason", "reference"]);
    for entry in entries {
        let numbers = [entry.product.0, entry.warehouse.0, entry.on_hand, entry.reserved];
        bound.push(&numbers, &[entry.reason.word(), &entry.reference]);
    }
    let sql = format!(
        "insert into stock_movements (product_id, warehouse_id, on_hand_delta, reserved_delta, reason, reference, actor, occurred_at) \
         select product_id, warehouse_id, on_hand_delta, reserved_delta, reason, reference, $1, $2 from {} as v",
        bound.source(3)
    );
    let own = [tx.actor().label.as_ref().into(), tx.now().0.into()];
    tx.write_later(tx.statement(sql, own.into_iter().chain(bound.into_values())), entries.len() as u64).await
}

fn record_events(tx: &Tx, changed: &[(&(ProductId, WarehouseId), &LockedLevel)], events: StockEvents) {
    for chunk in changed.chunks(LEVELS_PER_EVENT) {
        tx.record(&match events {
            StockEvents::Levels => StockChanged {
                levels: chunk.iter().map(|(key, row)| changed_level(**key, row)).collect(),
                ..StockChanged::default()
            },
            StockEvents::ProductsOnly => {
                let MoreStock { product_ids, skus } = products_of(chunk, |_| true);
                StockChanged { product_ids, skus, ..StockChanged::default() }
            }
        });
        let received = products_of(chunk, |row| row.on_hand > row.before.0);
        if !received.product_ids.is_empty() {
            tx.record(&StockReceived(received));
        }
        let freed = products_of(chunk, |row| {
            row.on_hand <= row.before.0 && row.on_hand - row.reserved - row.safety > row.before.0 - row.before.1 - row.before.2
        });
        if !freed.product_ids.is_empty() {
            tx.record(&StockFreed(freed));
        }
    }
}

/// The products of some of the levels.
fn products_of(changed: &[(&(ProductId, WarehouseId), &LockedLevel)], which: impl Fn(&LockedLevel) -> bool) -> MoreStock {
    let mut products: Vec<(ProductId, &Arc<str>)> =
        changed.iter().filter(|(_, row)| which(row)).map(|((product, _), row)| (*product, &row.sku)).collect();
    products.dedup_by_key(|(product, _)| *product);
    let (product_ids, skus) = products.into_iter().map(|(product, sku)| (product, sku.clone())).unzip();
    MoreStock { product_ids, skus }
}

fn changed_level((product_id, warehouse_id): (ProductId, WarehouseId), row: &LockedLevel) -> ChangedLevel {
    let quantity = |micros| QuantityText(Quantity::from_micros(micros));
    ChangedLevel {
        product_id,
        warehouse_id,
        sku: row.sku.clone(),
        warehouse: row.warehouse.clone(),
        on_hand: quantity(row.on_hand),
        reserved: quantity(row.reserved),
        safety: quantity(row.safety),
    }
}
