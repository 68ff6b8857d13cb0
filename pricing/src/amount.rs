//! Amounts of money without their currency, in whole millionths.
//!
//! Promises: exact, checked, no floating point. Not here: which currency it is, how a line
//! amount comes about (see [`crate::line_amount`]).

use crate::Currency;
use crate::decimal::millionths;
use crate::rounding::round_to_multiple;

millionths! {
    /// An amount in whole millionths of a currency unit: `12.34` is `12_340_000`. Reaches ±9.2 trillion.
    ///
    /// ```
    /// use pricing::{Amount, Currency};
    /// let amount: Amount = "12.345".parse()?;
    /// let euro: Currency = "EUR".parse()?;
    /// assert_eq!(amount.to_string(), "12.345");
    /// assert_eq!(amount.round_to_minor(euro)?.to_minor_string(euro), "12.35");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Amount
}

impl Amount {
    /// Rounded half away from zero to the smallest coin of the currency.
    pub fn round_to_minor(self, currency: Currency) -> Result<Self, crate::Overflow> {
        round_to_multiple(i128::from(self.0), 1, currency.minor_micros()).map(Self)
    }

    /// The text with at least the decimals of the currency: `"12.50"` for euro, `"12"` for yen. More decimals are
    /// kept where the amount has them.
    pub fn to_minor_string(self, currency: Currency) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = crate::decimal::write_micros(&mut text, self.0, u32::from(currency.minor_digits()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().expect("a listed currency")
    }

    #[test]
    fn rounds_half_away_from_zero_by_currency() {
        for (text, code, expected) in [
            ("1.005", "EUR", "1.01"),
            ("-1.005", "EUR", "-1.01"),
            ("1.004999", "EUR", "1.00"),
            ("0.5", "JPY", "1"),
            ("-0.5", "JPY", "-1"),
            ("0.0005", "KWD", "0.001"),
            ("0.00005", "CLF", "0.0001"),
            ("7", "EUR", "7.00"),
        ] {
            let amount: Amount = text.parse().expect("a decimal");
            let rounded = amount.round_to_minor(currency(code)).expect("in range");
            assert_eq!(rounded.to_minor_string(currency(code)), expected, "{text} {code}");
        }
        assert!(Amount::MAX.round_to_minor(currency("EUR")).is_err());
    }

    #[test]
    fn sums_are_checked() {
        let items = [Amount::MAX, Amount::MAX, Amount::MIN, Amount::MIN];
        assert_eq!(Amount::checked_sum(items), Ok(Amount::from_micros(-2)));
        assert!(Amount::checked_sum([Amount::MAX, Amount::MAX]).is_err());
        assert_eq!(Amount::MIN.checked_neg(), None);
    }
}
