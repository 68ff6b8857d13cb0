//! Exact fractions, slow and simple.

use std::cmp::Ordering;

/// An exact fraction; the worlds are small enough for 128 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fraction(pub(crate) i128, pub(crate) i128);

impl Fraction {
    pub(crate) fn new(numerator: i128, denominator: i128) -> Self {
        let (mut left, mut right) = (numerator.abs(), denominator.abs());
        while right != 0 {
            (left, right) = (right, left % right);
        }
        let sign = if denominator < 0 { -1 } else { 1 };
        let divisor = left.max(1) * sign;
        Self(numerator / divisor, denominator / divisor)
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(Self(-other.0, other.1))
    }

    pub(crate) fn times(self, other: Self) -> Self {
        Self::new(self.0 * other.0, self.1 * other.1)
    }

    pub(crate) fn over(self, other: Self) -> Self {
        Self::new(self.0 * other.1, self.1 * other.0)
    }

    pub(crate) fn order(self, other: Self) -> Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }

    /// Rounded half away from zero to a whole number.
    pub(crate) fn round(self) -> i64 {
        let doubled = self.0.abs() * 2 + self.1;
        let whole = doubled / (self.1 * 2);
        (whole * self.0.signum()) as i64
    }
}
