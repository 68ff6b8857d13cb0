//! Reserving stock for a basket.
//!
//! Promises: a whole basket is served with the same few statements as one line; no warehouse gives what is reserved or kept
//! as safety stock; only whole multiples are taken; two wants for one product share what there is, the first served first.
//!
//! Not here: what happens to what could not be reserved; the caller backorders or refuses.

use std::sync::Arc;

use entity::{ProductId, WarehouseId};
use pricing::Quantity;

use super::error::StockError;
use super::moves::Reason;
use super::sheet::{Entry, Sheet, Told};
use kernel::problem::CommonError;
use kernel::telemetry;
use store::database::Tx;

/// What one line of a basket wants, in stock units.
#[derive(Clone, Copy, Debug)]
pub struct Want {
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
pub struct Prefer {
    /// This warehouse before all others.
    pub warehouse: Option<WarehouseId>,
    /// Then those in the country the goods go to.
    pub country: Option<String>,
}

/// What was reserved for a want in one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub key: usize,
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

/// Reserves what there is for each want, in the order of the wants. `reference` names in the ledger what it is for.
///
/// A want goes to the best warehouse that has all of it; best is the preferred one, then those of the country, then by
/// priority. Only when no warehouse has all is it split, in the same order.
pub async fn reserve(tx: &Tx, wants: &[Want], prefer: &Prefer, reference: &str) -> Result<Vec<Reserved>, StockError> {
    let mut sheet = Sheet::open(tx, wants.iter().map(|want| want.product)).await?;
    let reference: Arc<str> = reference.into();
    let mut all = Vec::with_capacity(wants.len());
    for want in wants {
        let parts = choose(&offers(&sheet, want.product, prefer), want);
        let taken: i64 = parts.iter().map(|(_, quantity)| quantity).sum();
        if taken < want.quantity.micros() {
            telemetry::count("bulkhead_stock_conflicts_total");
        }
        for (warehouse, quantity) in parts {
            let entry = Entry {
                product: want.product,
                warehouse,
                on_hand: 0,
                reserved: quantity,
                reason: Reason::Reservation,
                reference: reference.clone(),
            };
            sheet.post(entry).map_err(|e| CommonError::Internal(format!("reserving what is available: {e:?}")))?;
            all.push(Reserved { key: want.key, product: want.product, warehouse, quantity: Quantity::from_micros(quantity) });
        }
    }
    sheet.write(tx, Told::Levels).await?;
    Ok(all)
}

/// What each warehouse can give of a product, best warehouse first.
fn offers(sheet: &Sheet, product: ProductId, prefer: &Prefer) -> Vec<(WarehouseId, i64)> {
    let mut ranked: Vec<_> = sheet
        .of(product)
        .map(|(warehouse, row)| (rank(warehouse, &row.country, row.priority, prefer), row.available()))
        .filter(|(_, available)| *available > 0)
        .collect();
    ranked.sort_unstable_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|((.., warehouse), available)| (warehouse, available)).collect()
}

/// The order in which warehouses are asked; the lowest is first.
pub(super) fn rank(warehouse: WarehouseId, country: &str, priority: i32, prefer: &Prefer) -> (bool, bool, i32, WarehouseId) {
    (prefer.warehouse != Some(warehouse), prefer.country.as_deref() != Some(country), priority, warehouse)
}

/// Which warehouse gives how much, in millionths.
pub(super) fn choose(offers: &[(WarehouseId, i64)], want: &Want) -> Vec<(WarehouseId, i64)> {
    let multiple = want.multiple.micros().max(1);
    let whole = |quantity: i64| quantity - quantity % multiple;
    let wanted = whole(want.quantity.micros().max(0));
    if wanted == 0 || (want.all_or_nothing && wanted < want.quantity.micros()) {
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
    if want.all_or_nothing && left > 0 { Vec::new() } else { parts }
}
