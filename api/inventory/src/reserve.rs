//! Reserving stock for a basket.
//!
//! Promises: a whole basket is served with the same few statements as one line; no warehouse gives what is reserved or kept
//! as safety stock; only whole multiples are taken; two demands for one product share what there is, the first served first.
//!
//! Not here: what happens to what could not be reserved; the caller backorders or refuses.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{ProductId, WarehouseId};
use pricing::{Quantity, UnitCode};

use super::error::StockError;
use super::moves::Reason;
use super::sheet::{Entry, LockedLevels, Row, Told};
use catalog::Product;
use kernel::problem::CommonError;
use kernel::telemetry;
use store::database::Tx;

/// What one line of a basket needs, in stock units.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// The caller's name for the line, given back with what was reserved.
    pub key: usize,
    pub product: ProductId,
    pub quantity: Quantity,
    /// Only whole multiples of this are taken from a warehouse; zero means any quantity.
    pub multiple: Quantity,
    /// Take everything or nothing.
    pub all_or_nothing: bool,
}

/// Which warehouses to ask first.
#[derive(Clone, Debug, Default)]
pub struct SourcingPreference {
    /// This warehouse before all others.
    pub warehouse: Option<WarehouseId>,
    /// Then those in the country the goods go to.
    pub country: Option<String>,
}

/// What was reserved for a demand in one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    pub key: usize,
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

/// What locked levels would give a basket. Nothing is reserved yet.
#[derive(Clone, Debug, Default)]
pub struct StockPlan {
    /// What each warehouse would give to which demand.
    pub allocations: Vec<Allocation>,
    /// What each demand would lack, in the order of the demands.
    pub missing: Vec<Quantity>,
}

/// Reserves what there is for each demand, in the order of the demands. `reference` names in the ledger what it is for.
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
    /// What an order line of a product needs of stock; none when its unit is unknown or the quantity is out of range. A line
    /// that may not be backordered takes everything or nothing.
    pub fn of_line(key: usize, product: &Product, unit: UnitCode, quantity: Quantity) -> Option<Self> {
        let factor = product.factor_of(unit)?;
        // What one warehouse gives at a time is a whole step of the line's unit.
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
    /// Says what each demand would get, in the order of the demands, which share what there is. Changes nothing.
    ///
    /// A demand goes to the best warehouse that has all of it; best is the preferred one, then those of the country, then by
    /// priority. Only when no warehouse has all is it split, in the same order.
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

    /// Reserves what was planned on these levels. It cannot lack stock: the levels have been locked since.
    pub async fn reserve(mut self, tx: &Tx, plan: StockPlan, reference: &str) -> Result<Vec<Allocation>, StockError> {
        let reference: Arc<str> = reference.into();
        for _ in plan.missing.iter().filter(|missing| missing.is_positive()) {
            telemetry::count("bulkhead_stock_conflicts_total");
        }
        for part in &plan.allocations {
            let entry = Entry {
                product: part.product,
                warehouse: part.warehouse,
                on_hand: 0,
                reserved: part.quantity.micros(),
                reason: Reason::Reservation,
                reference: reference.clone(),
            };
            self.post(entry).map_err(|e| CommonError::Internal(format!("reserving what is available: {e:?}")))?;
        }
        self.write(tx, Told::Levels).await?;
        Ok(plan.allocations)
    }

    /// What each warehouse can give of a product besides what was taken, best warehouse first.
    fn offers(
        &self,
        product: ProductId,
        preference: &SourcingPreference,
        taken: &AHashMap<(ProductId, WarehouseId), i64>,
    ) -> Vec<(WarehouseId, i64)> {
        let left = |warehouse, row: &Row| row.available() - taken.get(&(product, warehouse)).copied().unwrap_or(0);
        let mut ranked: Vec<_> = self
            .of(product)
            .map(|(warehouse, row)| (rank(warehouse, &row.country, row.priority, preference), left(warehouse, row)))
            .filter(|(_, available)| *available > 0)
            .collect();
        ranked.sort_unstable_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|((.., warehouse), available)| (warehouse, available)).collect()
    }
}

/// The order in which warehouses are asked; the lowest is first.
pub(super) fn rank(
    warehouse: WarehouseId,
    country: &str,
    priority: i32,
    preference: &SourcingPreference,
) -> (bool, bool, i32, WarehouseId) {
    (preference.warehouse != Some(warehouse), preference.country.as_deref() != Some(country), priority, warehouse)
}

/// Which warehouse gives how much, in millionths.
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
