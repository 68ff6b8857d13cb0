//! Available to promise: when goods can ship from stock, from inbound supply, or after the lead time.
//!
//! Promises: requests share the supply in their order, as reservations would; inbound supply serves existing backorders first; a
//! product that may not be backordered is promised from stock alone; the number of statements does not depend on the number of
//! requests.
//!
//! Not here: reserving. A promise reserves nothing.

use std::collections::BTreeMap;
use store::{Db, Row};

use ahash::AHashMap;
use entity::{Instant, ProductId, WarehouseId};
use pricing::Quantity;
use sea_orm::DbErr;

use super::calendar::Calendar;
use super::error::StockError;
use super::locked_levels::read_levels;
use super::reserve::{Allocation, Demand, SourcingPreference, choose, rank};
use super::stock_levels::{Level, StockLevels, Warehouse};
use store::clock;
use store::sql::{ids_value, key_list};

/// A quantity to promise, in stock units.
#[derive(Clone, Copy, Debug)]
pub struct PromiseRequest {
    /// The caller's key for the line, returned with the promise.
    pub key: usize,
    pub product: ProductId,
    pub quantity: Quantity,
    /// Only whole multiples of this ship from a warehouse; zero means any quantity.
    pub multiple: Quantity,
    /// Whether a quantity that is not in stock may be backordered.
    pub backorder: bool,
    /// Days until the supplier delivers.
    pub lead_time_days: Option<i32>,
}

/// Where promised goods come from; later variants are less certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, poem_openapi::Enum, serde::Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum PromiseSource {
    /// The goods are in the warehouse.
    Stock,
    /// The goods are part of an inbound supply.
    Inbound,
    /// The goods will be ordered from the supplier.
    LeadTime,
}

/// A quantity that ships from one warehouse at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PromisedQuantity {
    pub quantity: Quantity,
    pub warehouse: WarehouseId,
    pub source: PromiseSource,
    pub at: Instant,
}

/// The promise for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    pub key: usize,
    pub parts: Vec<PromisedQuantity>,
    /// The quantity that cannot be promised.
    pub uncovered: Quantity,
}

impl Promise {
    /// The part that ships last; none when a quantity is uncovered.
    pub(crate) fn last(&self) -> Option<&PromisedQuantity> {
        if self.uncovered.is_positive() {
            return None;
        }
        self.parts.iter().max_by_key(|part| (part.at, part.source))
    }
}

/// The open quantity of an inbound supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IncomingSupply {
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
    pub expected_at: Instant,
    pub reference: String,
}

/// The stock and inbound supply of some products, and the calendars of the warehouses.
#[derive(Debug)]
pub(crate) struct AvailableToPromise {
    levels: AHashMap<ProductId, Vec<Level>>,
    incoming: AHashMap<ProductId, Vec<IncomingSupply>>,
    /// The backordered quantity, which takes inbound supply first, in millionths.
    backordered: AHashMap<ProductId, i64>,
    warehouses: BTreeMap<WarehouseId, (Warehouse, Calendar)>,
}

/// The date on which the last part of each request ships; none for a request that cannot be promised in full. `reserved` holds
/// the stock that is reserved already; the key of a request is its index in `requests`. Statements are run only for quantities
/// that are not reserved.
pub async fn promise_reserved(
    db: &impl Db,
    stock_levels: &StockLevels,
    requests: &[PromiseRequest],
    reserved: &[Allocation],
    preference: &SourcingPreference,
    now: Instant,
) -> Result<Vec<Option<Instant>>, StockError> {
    let mut missing: Vec<i64> = requests.iter().map(|request| request.quantity.micros()).collect();
    for part in reserved {
        missing[part.key] -= part.quantity.micros();
    }
    let waits = |request: &&PromiseRequest| missing[request.key] > 0 && request.backorder;
    let backordered = requests.iter().filter(waits).map(|request| request.product).collect();
    let mut atp = AvailableToPromise::read_inbound(db, stock_levels, backordered).await?;
    let mut promises: Vec<Promise> =
        requests.iter().map(|request| Promise { key: request.key, parts: Vec::new(), uncovered: Quantity::default() }).collect();
    for part in reserved {
        if let Some(at) = atp.ships_at(part.warehouse, now) {
            let (quantity, warehouse) = (part.quantity, part.warehouse);
            promises[part.key].parts.push(PromisedQuantity { quantity, warehouse, source: PromiseSource::Stock, at });
        }
    }
    for (promise, request) in promises.iter_mut().zip(requests) {
        let missing = atp.promise_missing(request, missing[request.key], preference, now, &mut promise.parts);
        promise.uncovered = Quantity::from_micros(missing);
    }
    Ok(promises.iter().map(|promise| promise.last().map(|part| part.at)).collect())
}

impl AvailableToPromise {
    /// Reads levels, inbound supply and backordered quantities of the products with three statements.
    pub(crate) async fn read(db: &impl Db, stock_levels: &StockLevels, mut products: Vec<ProductId>) -> Result<Self, StockError> {
        products.sort_unstable();
        products.dedup();
        let ids: Vec<i64> = products.iter().map(|p| p.0).collect();
        let mut levels: AHashMap<ProductId, Vec<Level>> = AHashMap::new();
        for (product, level) in read_levels(db, &ids).await? {
            levels.entry(product).or_default().push(level);
        }
        Ok(Self { levels, ..Self::read_inbound(db, stock_levels, products).await? })
    }

    /// Reads inbound supply and backordered quantities of the products, without their levels. Runs no statement when there are
    /// no products.
    async fn read_inbound(db: &impl Db, stock_levels: &StockLevels, mut products: Vec<ProductId>) -> Result<Self, StockError> {
        products.sort_unstable();
        products.dedup();
        let ids: Vec<i64> = products.iter().map(|p| p.0).collect();
        let incoming = if ids.is_empty() { AHashMap::new() } else { read_incoming(db, &ids).await? };
        let backordered = if incoming.is_empty() { AHashMap::new() } else { read_backordered(db, &ids).await? };
        let dated = |w: &Warehouse| (w.id, (w.clone(), Calendar::of(w)));
        let warehouses = stock_levels.warehouses().iter().map(dated).collect();
        Ok(Self { levels: AHashMap::new(), incoming, backordered, warehouses })
    }

    /// The levels of a product.
    pub(crate) fn levels(&self, product: ProductId) -> &[Level] {
        self.levels.get(&product).map_or(&[], Vec::as_slice)
    }

    /// The inbound supply of a product, soonest first.
    pub(crate) fn incoming(&self, product: ProductId) -> &[IncomingSupply] {
        self.incoming.get(&product).map_or(&[], Vec::as_slice)
    }

    /// Promises a request and subtracts the promised supply, so that the next request gets the rest.
    pub(crate) fn promise(&mut self, request: &PromiseRequest, preference: &SourcingPreference, now: Instant) -> Promise {
        let mut parts = self.promise_from_stock(request, preference, now);
        let missing = request.quantity.micros() - parts.iter().map(|part| part.quantity.micros()).sum::<i64>();
        let missing = self.promise_missing(request, missing, preference, now, &mut parts);
        Promise { key: request.key, parts, uncovered: Quantity::from_micros(missing) }
    }

    /// Promises the missing quantity, in millionths, from inbound supply and lead time. Returns the quantity that stays
    /// uncovered.
    fn promise_missing(
        &mut self,
        request: &PromiseRequest,
        missing: i64,
        preference: &SourcingPreference,
        now: Instant,
        parts: &mut Vec<PromisedQuantity>,
    ) -> i64 {
        if missing <= 0 || !request.backorder {
            return missing.max(0);
        }
        let missing = missing - self.promise_from_inbound(request.product, missing, now, parts);
        match self.promise_from_lead_time(request, missing, preference, now) {
            Some(part) if missing > 0 => {
                parts.push(part);
                0
            }
            _ => missing,
        }
    }

    fn promise_from_stock(
        &mut self,
        request: &PromiseRequest,
        preference: &SourcingPreference,
        now: Instant,
    ) -> Vec<PromisedQuantity> {
        let mut offers: Vec<_> = self
            .levels(request.product)
            .iter()
            .filter(|level| level.available().is_positive())
            .filter_map(|level| Some((self.rank(level.warehouse, preference)?, level.available().micros())))
            .collect();
        offers.sort_unstable();
        let offers: Vec<_> = offers.into_iter().map(|((.., warehouse), available)| (warehouse, available)).collect();
        let want = Demand {
            key: request.key,
            product: request.product,
            quantity: request.quantity,
            multiple: request.multiple,
            all_or_nothing: false,
        };
        let mut parts = Vec::new();
        for (warehouse, quantity) in choose(&offers, &want) {
            let Some(at) = self.ships_at(warehouse, now) else { continue };
            let quantity = Quantity::from_micros(quantity);
            let levels = self.levels.get_mut(&request.product).into_iter().flatten();
            for level in levels.filter(|level| level.warehouse == warehouse) {
                level.reserved = level.reserved.checked_add(quantity).unwrap_or(level.on_hand);
            }
            parts.push(PromisedQuantity { quantity, warehouse, source: PromiseSource::Stock, at });
        }
        parts
    }

    /// Promises from inbound supply what existing backorders leave of it. Returns the promised quantity.
    fn promise_from_inbound(&mut self, product: ProductId, wanted: i64, now: Instant, parts: &mut Vec<PromisedQuantity>) -> i64 {
        let Some(incoming) = self.incoming.get(&product) else { return 0 };
        let mut ahead = self.backordered.get(&product).copied().unwrap_or(0);
        let mut taken = 0;
        for supply in incoming {
            let others = ahead.min(supply.quantity.micros());
            ahead -= others;
            let take = (supply.quantity.micros() - others).min(wanted - taken);
            // An overdue supply may still arrive, but not before now.
            let Some(at) = self.ships_at(supply.warehouse, supply.expected_at.max(now)).filter(|_| take > 0) else { continue };
            parts.push(PromisedQuantity {
                quantity: Quantity::from_micros(take),
                warehouse: supply.warehouse,
                source: PromiseSource::Inbound,
                at,
            });
            taken += take;
        }
        let backordered = self.backordered.entry(product).or_default();
        *backordered = backordered.saturating_add(taken);
        taken
    }

    fn promise_from_lead_time(
        &self,
        request: &PromiseRequest,
        missing: i64,
        preference: &SourcingPreference,
        now: Instant,
    ) -> Option<PromisedQuantity> {
        let days = i64::from(request.lead_time_days?.max(0));
        let best = self.warehouses.keys().filter_map(|id| self.rank(*id, preference)).min()?;
        let at = self.ships_at(best.3, clock::later(now, days.saturating_mul(clock::DAY)))?;
        Some(PromisedQuantity {
            quantity: Quantity::from_micros(missing),
            warehouse: best.3,
            source: PromiseSource::LeadTime,
            at,
        })
    }

    fn rank(&self, id: WarehouseId, preference: &SourcingPreference) -> Option<(bool, bool, i32, WarehouseId)> {
        self.warehouses.get(&id).map(|(warehouse, _)| rank(id, &warehouse.country, warehouse.priority, preference))
    }

    fn ships_at(&self, id: WarehouseId, ready: Instant) -> Option<Instant> {
        self.warehouses.get(&id).and_then(|(_, calendar)| calendar.ships_at(ready))
    }
}

async fn read_incoming(db: &impl Db, ids: &[i64]) -> Result<AHashMap<ProductId, Vec<IncomingSupply>>, DbErr> {
    let sql = format!(
        "select product_id, warehouse_id, quantity - received, expected_at, reference from inbound_supplies \
         where product_id in {} and quantity > received order by expected_at, id",
        key_list(db, 1, "bigint")
    );
    let mut all: AHashMap<ProductId, Vec<IncomingSupply>> = AHashMap::new();
    for row in db.rows(db.statement(sql, [ids_value(db, ids.iter().copied())])).await? {
        let incoming = IncomingSupply {
            warehouse: WarehouseId(row.get(1)?),
            quantity: Quantity::from_micros(row.get(2)?),
            expected_at: Instant(row.get(3)?),
            reference: row.get(4)?,
        };
        all.entry(ProductId(row.get(0)?)).or_default().push(incoming);
    }
    Ok(all)
}

/// The backordered quantity of order lines, in millionths of the stock unit.
async fn read_backordered(db: &impl Db, ids: &[i64]) -> Result<AHashMap<ProductId, i64>, DbErr> {
    // A line counts for at most a billion units, so that no sum overflows.
    let least = db.dialect("min", "least");
    let sql = format!(
        "select product_id, numerator, denominator, cast(sum({least}(quantity - cancelled - allocated, 1000000000000000)) as bigint) \
         from order_lines where product_id in {} and allocated + cancelled < quantity group by product_id, numerator, denominator",
        key_list(db, 1, "bigint")
    );
    let mut all: AHashMap<ProductId, i64> = AHashMap::new();
    for row in db.rows(db.statement(sql, [ids_value(db, ids.iter().copied())])).await? {
        let backordered = all.entry(ProductId(row.get(0)?)).or_default();
        *backordered = backordered.saturating_add(in_stock_units(&row)?);
    }
    Ok(all)
}

fn in_stock_units(row: &Row) -> Result<i64, DbErr> {
    let part = |at| row.get::<i64>(at).map(i128::from);
    let micros = part(3)? * part(1)? / part(2)?.max(1);
    Ok(i64::try_from(micros).unwrap_or(i64::MAX))
}
