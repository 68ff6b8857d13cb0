//! Releasing reservations and issuing reserved goods.

use std::sync::Arc;

use entity::{ProductId, WarehouseId};
use pricing::Quantity;

use super::error::StockError;
use super::locked_levels::{LedgerEntry, LockedLevels, PostingError, StockEvents};
use super::movements::Reason;
use super::reserve::Allocation;
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

/// Releases reservations. Fails as a whole when a quantity is more than is reserved.
pub async fn release(tx: &Tx, reservations: &[Reservation], reference: &str) -> Result<(), StockError> {
    post_all(tx, reservations, reference, Reason::Release).await
}

/// Issues reserved goods that leave the warehouse: on hand and reserved decrease together. Fails as a whole when a quantity is
/// more than is reserved.
pub async fn issue(tx: &Tx, reservations: &[Reservation], reference: &str) -> Result<(), StockError> {
    post_all(tx, reservations, reference, Reason::Issue).await
}

async fn post_all(tx: &Tx, reservations: &[Reservation], reference: &str, reason: Reason) -> Result<(), StockError> {
    if reservations.is_empty() {
        return Ok(());
    }
    let mut locked = LockedLevels::open(tx, reservations.iter().map(|h| h.product)).await?;
    let reference: Arc<str> = reference.into();
    for reservation in reservations {
        let quantity = reservation.quantity.micros();
        if quantity < 0 {
            return Err(CommonError::Internal("the quantity of a reservation must be at least 0".to_owned()).into());
        }
        let entry = LedgerEntry {
            product: reservation.product,
            warehouse: reservation.warehouse,
            on_hand: if reason == Reason::Issue { -quantity } else { 0 },
            reserved: -quantity,
            reason,
            reference: reference.clone(),
        };
        let posted = locked.post(entry).map(|_| ());
        posted.map_err(|why| posting_error(&locked, reservation, why))?;
    }
    locked.write(tx, StockEvents::Levels).await.map_err(Into::into)
}

fn posting_error(locked: &LockedLevels, reservation: &Reservation, why: PostingError) -> StockError {
    match (why, locked.row(reservation.product, reservation.warehouse)) {
        (PostingError::NotReserved, Some(row)) => StockError::NotReserved {
            sku: row.sku.to_string(),
            warehouse: row.warehouse.to_string(),
            reserved: Quantity::from_micros(row.reserved),
        },
        _ => CommonError::Internal(format!("there is no level for a reservation of product {}: {why:?}", reservation.product))
            .into(),
    }
}
