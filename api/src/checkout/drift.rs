//! Comparing today's price with the one a caller expects.

use pricing::Amount;

use super::views::OnDrift;

/// What a caller expects of a line's price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectation {
    pub(super) unit_price: Amount,
    pub(super) tolerance: Tolerance,
    pub(super) otherwise: OnDrift,
}

/// How far a price may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tolerance {
    /// By this amount.
    Amount(Amount),
    /// By this percentage of the expected price, in millionths of a percent.
    Percent(i64),
}

impl Tolerance {
    /// Reads `0.05` or `2%`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (number, percent) = match text.strip_suffix('%') {
            Some(number) => (number.trim(), true),
            None => (text, false),
        };
        let amount: Amount = number.parse().ok()?;
        if amount.is_negative() {
            return None;
        }
        Some(if percent { Self::Percent(amount.micros()) } else { Self::Amount(amount) })
    }

    /// Whether a difference of `micros` from `expected` is within it.
    fn allows(self, expected: Amount, micros: i128) -> bool {
        match self {
            Self::Amount(most) => micros.abs() <= i128::from(most.micros()),
            Self::Percent(percent) => micros.abs() * 100_000_000 <= i128::from(expected.micros()).abs() * i128::from(percent),
        }
    }
}

impl Expectation {
    /// Whether today's unit price is as expected.
    pub(super) fn is_met_by(&self, today: Amount) -> bool {
        let difference = i128::from(today.micros()) - i128::from(self.unit_price.micros());
        self.tolerance.allows(self.unit_price, difference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expected: &str, tolerance: &str, today: &str) -> bool {
        let amount = |text: &str| text.parse::<Amount>().unwrap_or_default();
        let tolerance = Tolerance::parse(tolerance).unwrap_or(Tolerance::Amount(Amount::default()));
        Expectation { unit_price: amount(expected), tolerance, otherwise: OnDrift::Reject }.is_met_by(amount(today))
    }

    #[test]
    fn a_price_within_the_tolerance_is_as_expected() {
        assert!(met("10", "0", "10.000000"));
        assert!(!met("10", "0", "10.000001"));
        assert!(met("10", "0.05", "10.05") && met("10", "0.05", "9.95") && !met("10", "0.05", "10.06"));
        assert!(met("10", "2%", "10.2") && met("10", "2%", "9.8") && !met("10", "2%", "10.200001"));
        assert_eq!(Tolerance::parse("-1"), None);
        assert_eq!(Tolerance::parse("two"), None);
    }
}
