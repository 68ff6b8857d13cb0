//! Quantities in whole millionths of a unit.
//!
//! Promises: exact and checked. Not here: which unit it is (see [`crate::UnitCode`]), whether an order may have it.

use crate::decimal::millionths;

millionths! {
    /// A quantity in whole millionths of its unit: `2.5` metres is `2_500_000`.
    Quantity
}

impl Quantity {
    /// Whether it has no decimals.
    pub const fn is_whole(self) -> bool {
        self.0 % crate::decimal::ONE == 0
    }

    /// Whether it is a whole number of times `step`. Nothing is a multiple of zero.
    pub const fn is_multiple_of(self, step: Self) -> bool {
        matches!(self.0.checked_rem(step.0), Some(0))
    }

    /// The smallest multiple of `step` that is not below it; itself when `step` is not positive.
    pub fn rounded_up_to(self, step: Self) -> Result<Self, crate::Overflow> {
        if step.0 <= 0 {
            return Ok(self);
        }
        let steps = (i128::from(self.0) + i128::from(step.0) - 1).div_euclid(i128::from(step.0));
        i64::try_from(steps * i128::from(step.0)).map(Self).map_err(|_| crate::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        text.parse().expect("a decimal")
    }

    #[test]
    fn multiples() {
        assert!(quantity("12").is_multiple_of(quantity("0.5")));
        assert!(!quantity("12.2").is_multiple_of(quantity("0.5")));
        assert!(!quantity("12").is_multiple_of(Quantity::ZERO));
        assert!(!Quantity::MIN.is_multiple_of(Quantity::from_micros(-1)) || Quantity::MIN.is_negative());
        assert!(quantity("3").is_whole() && !quantity("3.1").is_whole());
    }

    #[test]
    fn rounds_up_to_the_step() {
        assert_eq!(quantity("71").rounded_up_to(quantity("10")), Ok(quantity("80")));
        assert_eq!(quantity("-71").rounded_up_to(quantity("10")), Ok(quantity("-70")));
        assert_eq!(quantity("70").rounded_up_to(quantity("10")), Ok(quantity("70")));
        assert_eq!(quantity("70.1").rounded_up_to(Quantity::ZERO), Ok(quantity("70.1")));
        assert_eq!(Quantity::MAX.rounded_up_to(quantity("10")), Err(crate::Overflow));
    }
}
