//! Numbers that never round.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};

/// A fraction in lowest terms with a positive lower part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Q {
    up: i128,
    low: i128,
}

impl Q {
    pub(crate) const ZERO: Self = Self { up: 0, low: 1 };
    pub(crate) const ONE: Self = Self { up: 1, low: 1 };

    pub(crate) fn of(up: i128, low: i128) -> Self {
        let mut divisor = (up.abs(), low.abs());
        while divisor.1 > 0 {
            divisor = (divisor.1, divisor.0 % divisor.1);
        }
        let divisor = divisor.0.max(1) * low.signum();
        Self { up: up / divisor, low: low / divisor }
    }

    /// From millionths.
    pub(crate) fn millionths(micros: i64) -> Self {
        Self::of(i128::from(micros), 1_000_000)
    }

    pub(crate) fn whole(number: impl Into<i128>) -> Self {
        Self { up: number.into(), low: 1 }
    }

    /// To a whole number, halves away from zero.
    pub(crate) fn rounded(self) -> i64 {
        let size = (self.up.abs() * 2 + self.low) / (self.low * 2);
        i64::try_from(size * self.up.signum()).expect("small worlds")
    }

    /// To a whole number, up.
    pub(crate) fn ceil(self) -> i64 {
        i64::try_from(self.up.div_euclid(self.low) + i128::from(self.up.rem_euclid(self.low) > 0)).expect("small worlds")
    }

    /// In millionths, halves away from zero.
    pub(crate) fn micros(self) -> i64 {
        (self * Self::whole(1_000_000)).rounded()
    }

    pub(crate) fn is_negative(self) -> bool {
        self.up < 0
    }
}

impl Ord for Q {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.up * other.low).cmp(&(other.up * self.low))
    }
}

impl PartialOrd for Q {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add for Q {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::of(self.up * other.low + other.up * self.low, self.low * other.low)
    }
}

impl Sub for Q {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + Self { up: -other.up, ..other }
    }
}

impl Mul for Q {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::of(self.up * other.up, self.low * other.low)
    }
}

impl Div for Q {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self::of(self.up * other.low, self.low * other.up)
    }
}
