//! The price basis: how many units a price is for.

use std::num::NonZeroU32;

/// The number of units a price is for: per 1, per 100, per 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Per(NonZeroU32);

impl Per {
    /// Per single unit.
    pub const ONE: Self = Self(NonZeroU32::MIN);

    /// A price basis; nothing for zero.
    pub const fn new(units: u32) -> Option<Self> {
        match NonZeroU32::new(units) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The number of units.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl Default for Per {
    fn default() -> Self {
        Self::ONE
    }
}
