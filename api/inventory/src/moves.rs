//! Stock that comes, goes, is counted or moved, without a reservation.
//!
//! Promises: good movements are kept and bad ones reported one by one; a transfer between two warehouses happens on both
//! sides or not at all; nothing reserved is ever taken away.

use std::sync::Arc;

use entity::{ProductId, WarehouseId};
use pricing::Quantity;

use super::error::StockError;
use super::sheet::Entry;
use super::sheet::LockedLevels;
use super::sheet::MOST;
use super::sheet::PostingError;
use super::sheet::Row;
use super::sheet::Told;
use kernel::field_code::FieldCode;
use store::database::Tx;

/// Declares the reasons of ledger rows.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)*) => {
        /// Why a level changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// The word in the ledger.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

reasons! {
    /// Goods came in.
    Receipt = "receipt";
    /// A correction.
    Adjustment = "adjustment";
    /// Somebody counted: the quantity is what there is.
    Count = "count";
    /// Goods are broken or lost.
    Damage = "damage";
    /// A customer sent goods back.
    Return = "return";
    /// Goods went from one warehouse to another.
    Transfer = "transfer";
    /// Allocation for an order.
    Reservation = "reservation";
    /// A reservation was given back.
    Release = "release";
    /// Allocation goods left.
    Issue = "issue";
}

/// One movement, in stock units.
#[derive(Clone, Debug)]
pub struct Move {
    pub product: ProductId,
    pub warehouse: WarehouseId,
    /// Added to what is on hand; below zero takes away. For a count it is what there is.
    pub quantity: Quantity,
    pub reason: Reason,
    /// The other warehouse of a transfer: the quantity leaves `warehouse` and comes to this one.
    pub to: Option<WarehouseId>,
    pub reference: String,
}

/// The level after a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub on_hand: Quantity,
    pub reserved: Quantity,
    pub available: Quantity,
}

impl Moved {
    fn of(row: &Row) -> Self {
        Self {
            on_hand: Quantity::from_micros(row.on_hand),
            reserved: Quantity::from_micros(row.reserved),
            available: Quantity::from_micros(row.available()),
        }
    }
}

/// Why one movement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefusal {
    #[error("the quantity must not be 0")]
    Zero,
    #[error("what is counted or transferred must not be less than 0")]
    Negative,
    #[error("a transfer must go to another warehouse")]
    SameWarehouse,
    #[error("at most {free} can be taken away; the rest is reserved or not there")]
    BelowReserved { free: Quantity },
    #[error("the stock must be at most 1000000000000 units")]
    Overflow,
}

impl MoveRefusal {
    /// Its stable code.
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

/// Moves stock, in the order given; one result per movement.
pub async fn move_stock(tx: &Tx, moves: &[Move]) -> Result<Vec<Result<Moved, MoveRefusal>>, StockError> {
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let sides = moves.iter().flat_map(|m| std::iter::once(m.warehouse).chain(m.to).map(|w| (m.product, w)));
    let mut sheet = LockedLevels::open_pairs(tx, sides.collect()).await?;
    let results = moves.iter().map(|one| apply(&mut sheet, one)).collect();
    sheet.write(tx, Told::Levels).await?;
    Ok(results)
}

/// Sets what is on hand and kept as safety stock, many at a time, as an import does: `(product, warehouse, on hand, safety)`.
/// A level whose reservations are more than what would be on hand is refused and stays.
pub async fn set_levels(
    tx: &Tx,
    levels: &[(ProductId, WarehouseId, Quantity, Quantity)],
    reference: &str,
) -> Result<Vec<Result<Moved, MoveRefusal>>, StockError> {
    if levels.is_empty() {
        return Ok(Vec::new());
    }
    let mut sheet = LockedLevels::open_pairs(tx, levels.iter().map(|(p, w, ..)| (*p, *w)).collect()).await?;
    let reference: Arc<str> = reference.into();
    let mut results = Vec::with_capacity(levels.len());
    for (product, warehouse, on_hand, safety) in levels {
        let result = if safety.is_negative() {
            Err(MoveRefusal::Negative)
        } else {
            let delta = counted(&sheet, *product, *warehouse, *on_hand);
            delta.and_then(|delta| post(&mut sheet, *product, *warehouse, delta, Reason::Count, &reference))
        };
        if result.is_ok() {
            sheet.set_safety(*product, *warehouse, safety.micros());
        }
        results.push(result);
    }
    sheet.write(tx, Told::Products).await?;
    Ok(results)
}

/// Sets how much of each level is never reserved; gives the levels after that.
pub(crate) async fn set_safety(tx: &Tx, levels: &[(ProductId, WarehouseId, Quantity)]) -> Result<Vec<Moved>, StockError> {
    if levels.is_empty() {
        return Ok(Vec::new());
    }
    let mut sheet = LockedLevels::open_pairs(tx, levels.iter().map(|(p, w, _)| (*p, *w)).collect()).await?;
    for (product, warehouse, safety) in levels {
        sheet.set_safety(*product, *warehouse, safety.micros());
    }
    let moved = levels.iter().filter_map(|(p, w, _)| sheet.row(*p, *w).map(Moved::of)).collect();
    sheet.write(tx, Told::Levels).await?;
    Ok(moved)
}

fn apply(sheet: &mut LockedLevels, one: &Move) -> Result<Moved, MoveRefusal> {
    let reference: Arc<str> = one.reference.as_str().into();
    let quantity = one.quantity.micros();
    if one.reason == Reason::Count {
        let delta = counted(sheet, one.product, one.warehouse, one.quantity)?;
        return post(sheet, one.product, one.warehouse, delta, one.reason, &reference);
    }
    if quantity == 0 {
        return Err(MoveRefusal::Zero);
    }
    let Some(to) = one.to else { return post(sheet, one.product, one.warehouse, quantity, one.reason, &reference) };
    if quantity < 0 {
        return Err(MoveRefusal::Negative);
    }
    if to == one.warehouse {
        return Err(MoveRefusal::SameWarehouse);
    }
    if sheet.row(one.product, to).is_some_and(|row| quantity > MOST - row.on_hand) {
        return Err(MoveRefusal::Overflow);
    }
    let left = post(sheet, one.product, one.warehouse, -quantity, one.reason, &reference)?;
    post(sheet, one.product, to, quantity, one.reason, &reference)?;
    Ok(left)
}

/// What must be added so that on hand is what was counted.
fn counted(sheet: &LockedLevels, product: ProductId, warehouse: WarehouseId, counted: Quantity) -> Result<i64, MoveRefusal> {
    if counted.is_negative() {
        return Err(MoveRefusal::Negative);
    }
    let on_hand = sheet.row(product, warehouse).map_or(0, |row| row.on_hand);
    Ok(counted.micros() - on_hand)
}

pub(super) fn post(
    sheet: &mut LockedLevels,
    product: ProductId,
    warehouse: WarehouseId,
    on_hand: i64,
    reason: Reason,
    reference: &Arc<str>,
) -> Result<Moved, MoveRefusal> {
    let entry = Entry { product, warehouse, on_hand, reserved: 0, reason, reference: reference.clone() };
    match sheet.post(entry) {
        Ok(row) => Ok(Moved::of(row)),
        Err(PostingError::Overflow) => Err(MoveRefusal::Overflow),
        Err(_) => {
            let free = sheet.row(product, warehouse).map_or(0, |row| row.on_hand - row.reserved);
            Err(MoveRefusal::BelowReserved { free: Quantity::from_micros(free) })
        }
    }
}
