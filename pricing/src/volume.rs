//! The quantity that a candidate's thresholds are compared with.
//!
//! Promises: exact. Not here: how baskets are added up (see `totals`).

use crate::ratio::Ratio;
use crate::{Factor, Overflow, Quantity};

/// The quantity a candidate's thresholds are compared with.
#[derive(Clone, Copy)]
pub(crate) struct Volume {
    pub(crate) total: Result<Ratio, Overflow>,
    /// Whether `total` is in stock units, else in the row's unit.
    pub(crate) in_stock: bool,
    /// Stock units in one of the row's unit.
    pub(crate) row_unit: Factor,
}

impl Volume {
    /// What one unit of a threshold is, measured in units of the quantity.
    pub(crate) fn threshold_unit(&self) -> Factor {
        if self.in_stock { self.row_unit } else { Factor::ONE }
    }

    /// The quantity, with `added` asked units more.
    pub(crate) fn with(&self, added: Quantity, asked: Factor) -> Result<Ratio, Overflow> {
        let total = self.total?;
        if added.is_zero() {
            return Ok(total);
        }
        let added = Ratio::in_stock(added, asked);
        total.plus(if self.in_stock { added } else { added.in_unit(self.row_unit)? })
    }

    /// The smallest quantity to add, in asked units, that reaches the threshold.
    pub(crate) fn missing(&self, threshold: Quantity, asked: Factor) -> Result<Quantity, Overflow> {
        let total = self.total?;
        let missing = if self.in_stock {
            Ratio::in_stock(threshold, self.row_unit).minus(total)?
        } else {
            let missing = Ratio::whole(threshold).minus(total)?;
            missing.in_stock_units(self.row_unit)?
        };
        missing.in_unit(asked)?.ceil()
    }
}
