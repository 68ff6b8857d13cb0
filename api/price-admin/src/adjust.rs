//! Raising or lowering prices by a percentage, and rounding them to a step. Exact; half away from zero.

use pricing::Amount;

/// How prices are rounded to a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RoundingDirection {
    #[default]
    Nearest,
    Up,
    Down,
}

/// A change of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Adjustment {
    /// Put on the price; negative to lower it, never below -100.
    pub(super) percent: Amount,
    /// A multiple of this is the result.
    pub(super) step: Option<(Amount, RoundingDirection)>,
}

const HUNDRED: i128 = 100_000_000;

impl Adjustment {
    /// The adjusted price; none when it is out of range.
    pub(super) fn of(&self, price: Amount) -> Option<Amount> {
        let raised = i128::from(price.micros()) * (HUNDRED + i128::from(self.percent.micros()));
        let micros = match self.step {
            None => divided(raised, HUNDRED, RoundingDirection::Nearest),
            // Rounded once, from the exact value.
            Some((step, toward)) => {
                let step = i128::from(step.micros());
                divided(raised, HUNDRED.checked_mul(step)?, toward).checked_mul(step)?
            }
        };
        i64::try_from(micros).ok().map(Amount::from_micros)
    }
}

/// A quotient of a dividend that is not negative, as a whole number.
fn divided(dividend: i128, divisor: i128, toward: RoundingDirection) -> i128 {
    let (whole, rest) = (dividend / divisor, dividend % divisor);
    let up = match toward {
        RoundingDirection::Nearest => rest * 2 >= divisor,
        RoundingDirection::Up => rest > 0,
        RoundingDirection::Down => false,
    };
    whole + i128::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adjusted(price: &str, percent: &str, step: Option<(&str, RoundingDirection)>) -> String {
        let amount = |text: &str| text.parse::<Amount>().expect("a decimal");
        let step = step.map(|(step, toward)| (amount(step), toward));
        Adjustment { percent: amount(percent), step }.of(amount(price)).map_or("-".to_owned(), |price| price.to_string())
    }

    #[test]
    fn percentages_and_steps_are_exact() {
        assert_eq!(adjusted("10", "3.5", None), "10.35");
        assert_eq!(adjusted("0.000001", "50", None), "0.000002");
        assert_eq!(adjusted("9.99", "-100", None), "0");
        assert_eq!(adjusted("10", "3.5", Some(("0.1", RoundingDirection::Nearest))), "10.4");
        assert_eq!(adjusted("10", "3.4", Some(("0.1", RoundingDirection::Nearest))), "10.3");
        assert_eq!(adjusted("10.01", "0", Some(("0.05", RoundingDirection::Up))), "10.05");
        assert_eq!(adjusted("10.04", "0", Some(("0.05", RoundingDirection::Down))), "10");
        assert_eq!(adjusted("0.333333", "200", Some(("0.5", RoundingDirection::Nearest))), "1");
        assert_eq!(adjusted("9000000000000", "100", None), "-");
        assert_eq!(adjusted("9000000000000", "0", Some(("9000000000000", RoundingDirection::Up))), "9000000000000");
    }
}
