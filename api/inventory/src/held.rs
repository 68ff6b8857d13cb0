//! What becomes of reservations: given back, or shipped.

use std::sync::Arc;

use entity::{ProductId, WarehouseId};
use pricing::Quantity;

use super::error::StockError;
use super::moves::Reason;
use super::reserve::Reserved;
use super::sheet::{Entry, Sheet, Told, Unposted};
use kernel::problem::CommonError;
use store::database::Tx;

/// A reserved quantity in one warehouse, in stock units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub product: ProductId,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

impl From<Reserved> for Held {
    fn from(reserved: Reserved) -> Self {
        Self { product: reserved.product, warehouse: reserved.warehouse, quantity: reserved.quantity }
    }
}

/// Gives reservations back. Refused as a whole when more is given back than is reserved.
pub async fn release(tx: &Tx, held: &[Held], reference: &str) -> Result<(), StockError> {
    settle(tx, held, reference, Reason::Release).await
}

/// Goods that were reserved leave: on hand and reserved go down together. Refused as a whole when more leaves than is
/// reserved.
pub async fn issue(tx: &Tx, held: &[Held], reference: &str) -> Result<(), StockError> {
    settle(tx, held, reference, Reason::Issue).await
}

async fn settle(tx: &Tx, held: &[Held], reference: &str, reason: Reason) -> Result<(), StockError> {
    if held.is_empty() {
        return Ok(());
    }
    let mut sheet = Sheet::open(tx, held.iter().map(|h| h.product)).await?;
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

fn refused(sheet: &Sheet, part: &Held, why: Unposted) -> StockError {
    match (why, sheet.row(part.product, part.warehouse)) {
        (Unposted::NotReserved, Some(row)) => StockError::NotReserved {
            sku: row.sku.to_string(),
            warehouse: row.warehouse.to_string(),
            reserved: Quantity::from_micros(row.reserved),
        },
        _ => CommonError::Internal(format!("a reservation of product {} is nowhere: {why:?}", part.product)).into(),
    }
}
