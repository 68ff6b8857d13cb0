//! What becomes of reservations: given back, or shipped.

use std::sync::Arc;

use entity::{ProductId, WarehouseId};
use pricing::Quantity;

use super::error::StockError;
use super::moves::Reason;
use super::reserve::Allocation;
use super::sheet::{Entry, LockedLevels, PostingError, Told};
use kernel::problem::CommonError;
use store::database::Tx;

/// A reserved quantity in one warehouse, in stock units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

impl From<Allocation> for Reservation {
    fn from(reserved: Allocation) -> Self {
        Self { product: reserved.product, warehouse: reserved.warehouse, quantity: reserved.quantity }
    }
}

/// Gives reservations back. Refused as a whole when more is given back than is reserved.
pub async fn release(tx: &Tx, held: &[Reservation], reference: &str) -> Result<(), StockError> {
    settle(tx, held, reference, Reason::Release).await
}

/// Goods that were reserved leave: on hand and reserved go down together. Refused as a whole when more leaves than is
/// reserved.
pub async fn issue(tx: &Tx, held: &[Reservation], reference: &str) -> Result<(), StockError> {
    settle(tx, held, reference, Reason::Issue).await
}

async fn settle(tx: &Tx, held: &[Reservation], reference: &str, reason: Reason) -> Result<(), StockError> {
    if held.is_empty() {
        return Ok(());
    }
    let mut sheet = LockedLevels::open(tx, held.iter().map(|h| h.product)).await?;
    let reference: Arc<str> = reference.into();
    for part in held {
        let quantity = part.quantity.micros();
        if quantity < 0 {
            return Err(CommonError::Internal("a negative reservation cannot be settled".to_owned()).into());
        }
        let entry = Entry {
            product: part.product,
            warehouse: part.warehouse,
            on_hand: if reason == Reason::Issue { -quantity } else { 0 },
            reserved: -quantity,
            reason,
            reference: reference.clone(),
        };
        let posted = sheet.post(entry).map(|_| ());
        posted.map_err(|why| refused(&sheet, part, why))?;
    }
    sheet.write(tx, Told::Levels).await.map_err(Into::into)
}

fn refused(sheet: &LockedLevels, part: &Reservation, why: PostingError) -> StockError {
    match (why, sheet.row(part.product, part.warehouse)) {
        (PostingError::NotReserved, Some(row)) => StockError::NotReserved {
            sku: row.sku.to_string(),
            warehouse: row.warehouse.to_string(),
            reserved: Quantity::from_micros(row.reserved),
        },
        _ => CommonError::Internal(format!("a reservation of product {} is nowhere: {why:?}", part.product)).into(),
    }
}
