//! Reserving stock for the lines of an order.
//!
//! Promises: all lines are reserved with the same number of statements as one line; reserved stock and safety stock are not
//! reserved again; only whole multiples are taken; two demands for one product share the stock in their order.
//!
//! Not here: the quantity that cannot be reserved; the caller backorders or refuses it.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{ProductId, WarehouseId};
use pricing::{Quantity, UnitCode};

use super::error::StockError;
use super::locked_levels::{LedgerEntry, LockedLevel, LockedLevels, StockEvents};
use super::movements::Reason;
use catalog::Product;
use kernel::problem::CommonError;
use kernel::telemetry;
use store::database::Tx;

/// The quantity that one line needs, in stock units.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// The caller's key for the line, returned with its allocations.
    pub key: usize,
    pub product: ProductId,
    pub quantity: Quantity,
    /// Only whole multiples of this are taken from a warehouse; zero means any quantity.
    pub multiple: Quantity,
    /// Whether the demand is reserved in full or not at all.
    pub all_or_nothing: bool,
}

/// Which warehouses stock is taken from first.
#[derive(Clone, Debug, Default)]
pub struct SourcingPreference {
    /// The first warehouse.
    pub warehouse: Option<WarehouseId>,
    /// The country the goods go to, whose warehouses come next.
    pub country: Option<String>,
}

/// The quantity reserved for a demand in one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    pub key: usize,
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

/// How locked levels would serve a list of demands. Nothing is reserved yet.
#[derive(Clone, Debug, Default)]
pub struct StockPlan {
    pub allocations: Vec<Allocation>,
    /// The quantity each demand would lack, in the order of the demands.
    pub missing: Vec<Quantity>,
}

/// Reserves the available stock for each demand, in the order of the demands. `reference` is the document number in the ledger.
pub async fn reserve(
    tx: &Tx,
    demands: &[Demand],
    preference: &SourcingPreference,
    reference: &str,
) -> Result<Vec<Allocation>, StockError> {
    let levels = LockedLevels::open(tx, demands.iter().map(|demand| demand.product)).await?;
    let plan = levels.plan(demands, preference);
    levels.reserve(tx, plan, reference).await
}

impl Demand {
    /// The demand of an order line; none when the product is not sold in the unit or the quantity is out of range. A line that
    /// may not be backordered is reserved in full or not at all.
    pub fn of_line(key: usize, product: &Product, unit: UnitCode, quantity: Quantity) -> Option<Self> {
        let factor = product.factor_of(unit)?;
        // Each warehouse ships a whole number of the line's unit.
        let step = if product.fractional && unit == product.stock_unit {
            Quantity::from_micros(1)
        } else {
            factor.to_stock(Quantity::from_micros(1_000_000)).ok()?
        };
        Some(Self {
            key,
            product: product.id,
            quantity: factor.to_stock(quantity).ok()?,
            multiple: step,
            all_or_nothing: !product.may_backorder(),
        })
    }
}

impl LockedLevels {
    /// Plans which warehouse serves which demand, in the order of the demands. Changes nothing.
    ///
    /// The first warehouse that has the whole quantity serves a demand: the preferred one, then those of the country, then by
    /// priority. A demand is split, in the same order, only when no warehouse has the whole quantity.
    pub fn plan(&self, demands: &[Demand], preference: &SourcingPreference) -> StockPlan {
        let mut plan = StockPlan { allocations: Vec::with_capacity(demands.len()), missing: Vec::with_capacity(demands.len()) };
        let mut taken: AHashMap<(ProductId, WarehouseId), i64> = AHashMap::new();
        for demand in demands {
            let mut missing = demand.quantity.micros();
            for (warehouse, quantity) in choose(&self.offers(demand.product, preference, &taken), demand) {
                *taken.entry((demand.product, warehouse)).or_default() += quantity;
                missing -= quantity;
                let quantity = Quantity::from_micros(quantity);
                plan.allocations.push(Allocation { key: demand.key, product: demand.product, warehouse, quantity });
            }
            plan.missing.push(Quantity::from_micros(missing));
        }
        plan
    }

    /// Reserves a plan that was made on these levels. Stock cannot be missing, because the levels have stayed locked.
    pub async fn reserve(mut self, tx: &Tx, plan: StockPlan, reference: &str) -> Result<Vec<Allocation>, StockError> {
        let reference: Arc<str> = reference.into();
        for _ in plan.missing.iter().filter(|missing| missing.is_positive()) {
            telemetry::count("bulkhead_stock_conflicts_total");
        }
        for part in &plan.allocations {
            let entry = LedgerEntry {
                product: part.product,
                warehouse: part.warehouse,
                on_hand: 0,
                reserved: part.quantity.micros(),
                reason: Reason::Reservation,
                reference: reference.clone(),
            };
            self.post(entry).map_err(|e| CommonError::Internal(format!("reserving what is available: {e:?}")))?;
        }
        self.write(tx, StockEvents::Levels).await?;
        Ok(plan.allocations)
    }

    /// The quantity of a product left in each warehouse after `taken`, in sourcing order.
    fn offers(
        &self,
        product: ProductId,
        preference: &SourcingPreference,
        taken: &AHashMap<(ProductId, WarehouseId), i64>,
    ) -> Vec<(WarehouseId, i64)> {
        let left = |warehouse, row: &LockedLevel| row.available() - taken.get(&(product, warehouse)).copied().unwrap_or(0);
        let mut ranked: Vec<_> = self
            .of(product)
            .map(|(warehouse, row)| (rank(warehouse, &row.country, row.priority, preference), left(warehouse, row)))
            .filter(|(_, available)| *available > 0)
            .collect();
        ranked.sort_unstable_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|((.., warehouse), available)| (warehouse, available)).collect()
    }
}

/// The sort key of a warehouse in sourcing order; the lowest comes first.
pub(super) fn rank(
    warehouse: WarehouseId,
    country: &str,
    priority: i32,
    preference: &SourcingPreference,
) -> (bool, bool, i32, WarehouseId) {
    (preference.warehouse != Some(warehouse), preference.country.as_deref() != Some(country), priority, warehouse)
}

/// The quantity taken from each warehouse, in millionths.
pub(super) fn choose(offers: &[(WarehouseId, i64)], demand: &Demand) -> Vec<(WarehouseId, i64)> {
    let multiple = demand.multiple.micros().max(1);
    let whole = |quantity: i64| quantity - quantity % multiple;
    let wanted = whole(demand.quantity.micros().max(0));
    if wanted == 0 || (demand.all_or_nothing && wanted < demand.quantity.micros()) {
        return Vec::new();
    }
    if let Some((warehouse, _)) = offers.iter().find(|(_, available)| *available >= wanted) {
        return vec![(*warehouse, wanted)];
    }
    let mut left = wanted;
    let mut parts = Vec::new();
    for (warehouse, available) in offers {
        let take = whole((*available).min(left));
        if take > 0 {
            parts.push((*warehouse, take));
            left -= take;
        }
    }
    if demand.all_or_nothing && left > 0 { Vec::new() } else { parts }
}
