//! Stock movements without a reservation: receipts, adjustments, counts, transfers.
//!
//! Promises: valid movements are posted and invalid ones reported one by one; a transfer between two warehouses is posted on
//! both sides or not at all; no movement takes reserved stock.

use std::sync::Arc;

use entity::{ProductId, WarehouseId};
use pricing::Quantity;

use super::error::StockError;
use super::locked_levels::LedgerEntry;
use super::locked_levels::LockedLevel;
use super::locked_levels::LockedLevels;
use super::locked_levels::MAX_LEVEL;
use super::locked_levels::PostingError;
use super::locked_levels::StockEvents;
use kernel::field_code::FieldCode;
use store::database::Tx;

/// Declares the reason codes of ledger rows.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)*) => {
        /// Why a level changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// The code in the ledger.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

reasons! {
    /// Goods were received.
    Receipt = "receipt";
    /// The quantity on hand was corrected.
    Adjustment = "adjustment";
    /// Stock was counted; the movement sets the quantity on hand to the count.
    Count = "count";
    /// Goods were damaged or lost.
    Damage = "damage";
    /// A customer returned goods.
    Return = "return";
    /// Goods were moved to another warehouse.
    Transfer = "transfer";
    /// Stock was reserved for an order.
    Reservation = "reservation";
    /// A reservation was released.
    Release = "release";
    /// Reserved goods left the warehouse.
    Issue = "issue";
}

/// One stock movement, in stock units.
#[derive(Clone, Debug)]
pub struct StockMovement {
    pub product: ProductId,
    pub warehouse: WarehouseId,
    /// Added to the quantity on hand; negative to take goods away. For a count it is the quantity counted.
    pub quantity: Quantity,
    pub reason: Reason,
    /// The other warehouse of a transfer: the quantity leaves `warehouse` and comes to this one.
    pub to: Option<WarehouseId>,
    pub reference: String,
}

/// A level after a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultingLevel {
    pub on_hand: Quantity,
    pub reserved: Quantity,
    pub available: Quantity,
}

impl ResultingLevel {
    fn of(row: &LockedLevel) -> Self {
        Self {
            on_hand: Quantity::from_micros(row.on_hand),
            reserved: Quantity::from_micros(row.reserved),
            available: Quantity::from_micros(row.available()),
        }
    }
}

/// Why a movement cannot be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MovementError {
    #[error("the quantity must be other than 0")]
    Zero,
    #[error("a counted or transferred quantity must be at least 0")]
    Negative,
    #[error("a transfer must go to another warehouse")]
    SameWarehouse,
    #[error("the quantity taken away must be at most {free}, which is on hand and not reserved")]
    BelowReserved { free: Quantity },
    #[error("the stock must be at most 1000000000000 units")]
    Overflow,
}

impl MovementError {
    /// The field code of the error.
    pub const fn code(self) -> FieldCode {
        match self {
            Self::Zero => FieldCode::Zero,
            Self::Negative => FieldCode::NegativeStock,
            Self::SameWarehouse => FieldCode::SameWarehouse,
            Self::BelowReserved { .. } => FieldCode::BelowReserved,
            Self::Overflow => FieldCode::StockOverflow,
        }
    }
}

/// Posts movements in the order given; returns one result per movement.
pub async fn move_stock(tx: &Tx, moves: &[StockMovement]) -> Result<Vec<Result<ResultingLevel, MovementError>>, StockError> {
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let sides = moves.iter().flat_map(|m| std::iter::once(m.warehouse).chain(m.to).map(|w| (m.product, w)));
    let mut locked = LockedLevels::open_or_create(tx, sides.collect()).await?;
    let results = moves.iter().map(|one| apply(&mut locked, one)).collect();
    locked.write(tx, StockEvents::Levels).await?;
    Ok(results)
}

/// Sets the quantity on hand and the safety stock of many levels, as an import does: `(product, warehouse, on hand, safety)`.
/// A level with more reserved than the new quantity on hand stays as it is and is reported as an error.
pub async fn set_levels(
    tx: &Tx,
    levels: &[(ProductId, WarehouseId, Quantity, Quantity)],
    reference: &str,
) -> Result<Vec<Result<ResultingLevel, MovementError>>, StockError> {
    if levels.is_empty() {
        return Ok(Vec::new());
    }
    let mut locked = LockedLevels::open_or_create(tx, levels.iter().map(|(p, w, ..)| (*p, *w)).collect()).await?;
    let reference: Arc<str> = reference.into();
    let mut results = Vec::with_capacity(levels.len());
    for (product, warehouse, on_hand, safety) in levels {
        let result = if safety.is_negative() {
            Err(MovementError::Negative)
        } else {
            let delta = count_difference(&locked, *product, *warehouse, *on_hand);
            delta.and_then(|delta| post(&mut locked, *product, *warehouse, delta, Reason::Count, &reference))
        };
        if result.is_ok() {
            locked.set_safety_stock(*product, *warehouse, safety.micros());
        }
        results.push(result);
    }
    locked.write(tx, StockEvents::ProductsOnly).await?;
    Ok(results)
}

/// Sets the safety stock of levels and returns the resulting levels.
pub(crate) async fn set_safety_stock(
    tx: &Tx,
    levels: &[(ProductId, WarehouseId, Quantity)],
) -> Result<Vec<ResultingLevel>, StockError> {
    if levels.is_empty() {
        return Ok(Vec::new());
    }
    let mut locked = LockedLevels::open_or_create(tx, levels.iter().map(|(p, w, _)| (*p, *w)).collect()).await?;
    for (product, warehouse, safety) in levels {
        locked.set_safety_stock(*product, *warehouse, safety.micros());
    }
    let moved = levels.iter().filter_map(|(p, w, _)| locked.row(*p, *w).map(ResultingLevel::of)).collect();
    locked.write(tx, StockEvents::Levels).await?;
    Ok(moved)
}

fn apply(locked: &mut LockedLevels, one: &StockMovement) -> Result<ResultingLevel, MovementError> {
    let reference: Arc<str> = one.reference.as_str().into();
    let quantity = one.quantity.micros();
    if one.reason == Reason::Count {
        let delta = count_difference(locked, one.product, one.warehouse, one.quantity)?;
        return post(locked, one.product, one.warehouse, delta, one.reason, &reference);
    }
    if quantity == 0 {
        return Err(MovementError::Zero);
    }
    let Some(to) = one.to else { return post(locked, one.product, one.warehouse, quantity, one.reason, &reference) };
    if quantity < 0 {
        return Err(MovementError::Negative);
    }
    if to == one.warehouse {
        return Err(MovementError::SameWarehouse);
    }
    if locked.row(one.product, to).is_some_and(|row| quantity > MAX_LEVEL - row.on_hand) {
        return Err(MovementError::Overflow);
    }
    let left = post(locked, one.product, one.warehouse, -quantity, one.reason, &reference)?;
    post(locked, one.product, to, quantity, one.reason, &reference)?;
    Ok(left)
}

/// The difference between the counted quantity and the quantity on hand.
fn count_difference(
    locked: &LockedLevels,
    product: ProductId,
    warehouse: WarehouseId,
    count_difference: Quantity,
) -> Result<i64, MovementError> {
    if count_difference.is_negative() {
        return Err(MovementError::Negative);
    }
    let on_hand = locked.row(product, warehouse).map_or(0, |row| row.on_hand);
    Ok(count_difference.micros() - on_hand)
}

pub(super) fn post(
    locked: &mut LockedLevels,
    product: ProductId,
    warehouse: WarehouseId,
    on_hand: i64,
    reason: Reason,
    reference: &Arc<str>,
) -> Result<ResultingLevel, MovementError> {
    let entry = LedgerEntry { product, warehouse, on_hand, reserved: 0, reason, reference: reference.clone() };
    match locked.post(entry) {
        Ok(row) => Ok(ResultingLevel::of(row)),
        Err(PostingError::Overflow) => Err(MovementError::Overflow),
        Err(_) => {
            let free = locked.row(product, warehouse).map_or(0, |row| row.on_hand - row.reserved);
            Err(MovementError::BelowReserved { free: Quantity::from_micros(free) })
        }
    }
}
