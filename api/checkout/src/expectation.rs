//! Price expectations of order lines: a price that is compared with today's price, or the price of a quote.

use std::sync::Arc;

use poem_openapi::Enum;
use pricing::{Amount, Per};
use serde::{Deserialize, Serialize};

/// What to do when a price differs from the expected one by more than the tolerance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnDrift {
    /// Reject the line.
    #[default]
    Reject,
    /// Order the line at today's price and add a warning.
    Warn,
    /// Order the line at today's price.
    Accept,
}

/// The price expectation of a line.
#[derive(Clone, Debug)]
pub(super) enum PriceExpectation {
    /// Today's price, which is compared with the expected price.
    Expected(ExpectedPrice),
    /// The price a quote offers.
    Quoted(QuotedPrice),
}

/// The price a quote offers for a line.
#[derive(Clone, Debug)]
pub(super) struct QuotedPrice {
    /// Number of the quote.
    pub(super) number: Arc<str>,
    /// Number of the line in the quote.
    pub(super) line: i32,
    pub(super) unit_price: Amount,
    pub(super) per: Per,
}

/// The price that a caller expects.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpectedPrice {
    pub(super) unit_price: Amount,
    /// Price basis; none for the basis of today's price.
    pub(super) per: Option<Per>,
    pub(super) tolerance: Tolerance,
    pub(super) on_drift: OnDrift,
}

/// How much a price may differ from the expected price.
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

    /// Whether a difference from `expected` is within the tolerance. Both are in units of one millionth divided by `parts`.
    fn allows(self, expected: i128, difference: i128, parts: i128) -> bool {
        match self {
            Self::Amount(most) => difference.abs() <= i128::from(most.micros()) * parts,
            // The product saturates only when the percentage is larger than any difference.
            Self::Percent(percent) => difference.abs() * 100_000_000 <= expected.abs().saturating_mul(i128::from(percent)),
        }
    }
}

impl ExpectedPrice {
    /// Whether today's unit price is within the tolerance. A tolerance given as an amount has the basis of today's price.
    pub(super) fn is_met_by(&self, today: Amount, per: Per) -> bool {
        let expected_per = i128::from(self.per.unwrap_or(per).get());
        let expected = i128::from(self.unit_price.micros()) * i128::from(per.get());
        self.tolerance.allows(expected, i128::from(today.micros()) * expected_per - expected, expected_per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expected: &str, tolerance: &str, today: &str) -> bool {
        let amount = |text: &str| text.parse::<Amount>().unwrap_or_default();
        let tolerance = Tolerance::parse(tolerance).unwrap_or(Tolerance::Amount(Amount::default()));
        let per = |text: &str| text.split_once('/').map(|(_, per)| Per::new(per.parse().unwrap_or(1)).unwrap_or_default());
        let price = |text: &str| amount(text.split('/').next().unwrap_or_default());
        let expected = ExpectedPrice { unit_price: price(expected), per: per(expected), tolerance, on_drift: OnDrift::Reject };
        expected.is_met_by(price(today), per(today).unwrap_or_default())
    }

    #[test]
    fn prices_of_another_basis_are_compared_per_unit() {
        assert!(met("12", "0", "12/100"), "an expected price without a basis has the basis of today's price");
        assert!(!met("12/1", "0", "12/100") && met("0.12/1", "0", "12/100") && met("1200/100", "0", "12/1"));
        assert!(met("0.12/1", "0.01", "12.01/100") && !met("0.12/1", "0.01", "12.02/100"));
        assert!(met("0.12/1", "2%", "12.24/100") && !met("0.12/1", "2%", "12.25/100"));
    }

    #[test]
    fn a_price_within_the_tolerance_is_as_expected() {
        assert!(met("10", "0", "10.000000"));
        assert!(!met("10", "0", "10.000001"));
        assert!(met("10", "0.05", "10.05") && met("10", "0.05", "9.95") && !met("10", "0.05", "10.06"));
        assert!(met("10", "2%", "10.2") && met("10", "2%", "9.8") && !met("10", "2%", "10.200001"));
        assert!(met("9000000000000/1", "9000000000000%", "1/1000000"), "extreme numbers are compared correctly");
        assert!(!met("9000000000000/1", "1", "1/1000000") && !met("1/1000000", "0.000001%", "9000000000000/1"));
        assert_eq!(Tolerance::parse("-1"), None);
        assert_eq!(Tolerance::parse("two"), None);
    }
}
