//! Exact fractions of quantities, so that totals over several units never round.
//!
//! Promises: every operation is exact or an [`Overflow`]. Not here: rounding, money.

use crate::unit::gcd;
use crate::{Factor, Overflow, Quantity};

/// `num / den` millionths of a unit; `den` is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    num: i128,
    den: i64,
}

impl Ratio {
    pub(crate) const ZERO: Self = Self { num: 0, den: 1 };

    pub(crate) fn whole(quantity: Quantity) -> Self {
        Self { num: i128::from(quantity.micros()), den: 1 }
    }

    /// A quantity of a sales unit in stock units.
    pub(crate) fn in_stock(quantity: Quantity, unit: Factor) -> Self {
        Self { num: i128::from(quantity.micros()) * i128::from(unit.numerator()), den: unit.denominator() }
    }

    /// A quantity of stock units in a sales unit.
    pub(crate) fn in_unit(self, unit: Factor) -> Result<Self, Overflow> {
        if unit == Factor::ONE {
            return Ok(self);
        }
        let num = self.num.checked_mul(i128::from(unit.denominator())).ok_or(Overflow)?;
        let den = i128::from(self.den) * i128::from(unit.numerator());
        Self::reduced(num, den)
    }

    /// A quantity of a sales unit in stock units.
    pub(crate) fn in_stock_units(self, unit: Factor) -> Result<Self, Overflow> {
        if unit == Factor::ONE {
            return Ok(self);
        }
        let num = self.num.checked_mul(i128::from(unit.numerator())).ok_or(Overflow)?;
        Self::reduced(num, i128::from(self.den) * i128::from(unit.denominator()))
    }

    pub(crate) fn plus(self, other: Self) -> Result<Self, Overflow> {
        if self.den == other.den {
            let num = self.num.checked_add(other.num).ok_or(Overflow)?;
            return Ok(Self { num, den: self.den });
        }
        let left = self.num.checked_mul(i128::from(other.den)).ok_or(Overflow)?;
        let right = other.num.checked_mul(i128::from(self.den)).ok_or(Overflow)?;
        Self::reduced(left.checked_add(right).ok_or(Overflow)?, i128::from(self.den) * i128::from(other.den))
    }

    pub(crate) fn minus(self, other: Self) -> Result<Self, Overflow> {
        let num = other.num.checked_neg().ok_or(Overflow)?;
        self.plus(Self { num, den: other.den })
    }

    /// Whether `threshold` of a unit, of which this ratio counts `unit`ths, is reached. A threshold of zero always is.
    pub(crate) fn reaches(self, threshold: Quantity, unit: Factor) -> Result<bool, Overflow> {
        if !threshold.is_positive() {
            return Ok(true);
        }
        let left = self.num.checked_mul(i128::from(unit.denominator())).ok_or(Overflow)?;
        let right = i128::from(threshold.micros()) * i128::from(unit.numerator());
        Ok(left >= right.checked_mul(i128::from(self.den)).ok_or(Overflow)?)
    }

    /// The smallest whole number of millionths that is not below it.
    pub(crate) fn ceil(self) -> Result<Quantity, Overflow> {
        let den = i128::from(self.den);
        let floor = self.num.div_euclid(den);
        let up = i128::from(self.num.rem_euclid(den) != 0);
        let micros = i64::try_from(floor.checked_add(up).ok_or(Overflow)?).map_err(|_| Overflow)?;
        Ok(Quantity::from_micros(micros))
    }

    fn reduced(num: i128, den: i128) -> Result<Self, Overflow> {
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        let divisor = i128::try_from(divisor).map_err(|_| Overflow)?;
        let den = i64::try_from(den / divisor).map_err(|_| Overflow)?;
        Ok(Self { num: num / divisor, den })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(numerator: i64, denominator: i64) -> Factor {
        Factor::new(numerator, denominator).expect("positive")
    }

    fn quantity(text: &str) -> Quantity {
        text.parse().expect("a decimal")
    }

    #[test]
    fn thirds_add_up() {
        let box_of_30 = factor(30, 1);
        let ten = Ratio::in_stock(quantity("10"), Factor::ONE).in_unit(box_of_30).expect("small");
        let twenty = Ratio::in_stock(quantity("20"), Factor::ONE).in_unit(box_of_30).expect("small");
        let total = ten.plus(twenty).expect("small");
        assert_eq!(total.reaches(quantity("1"), Factor::ONE), Ok(true));
        assert_eq!(total.reaches(quantity("1.000001"), Factor::ONE), Ok(false));
        assert_eq!(ten.reaches(quantity("0.333334"), Factor::ONE), Ok(false));
        assert_eq!(ten.ceil(), Ok(quantity("0.333334")));
        assert_eq!(total.minus(twenty).and_then(Ratio::ceil), Ok(quantity("0.333334")));
    }

    #[test]
    fn absurd_numbers_are_refused() {
        let huge = Ratio::in_stock(Quantity::MAX, factor(1_000_000_000, 999_999_999));
        let more = Ratio::in_stock(Quantity::MAX, factor(1_000_000_000, 999_999_998));
        let sum = huge.plus(more).and_then(|sum| sum.plus(Ratio { num: 1, den: 999_999_997 }));
        assert_eq!(sum, Err(Overflow));
        assert!(Ratio { num: i128::MAX, den: 1 }.plus(Ratio { num: 1, den: 1 }).is_err());
    }
}
