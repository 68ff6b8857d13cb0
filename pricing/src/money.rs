//! Money: an amount together with its currency, and the price basis.
//!
//! Promises: two currencies never mix, a split loses nothing. Not here: exchange.

use crate::{Amount, Currency, Overflow, Quantity, line_amount};
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

/// An amount in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Amount,
    currency: Currency,
}

/// Why two amounts of money have no common result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The currencies differ; nothing is converted silently.
    #[error("{left} and {right} cannot be added")]
    CurrencyMismatch {
        /// The currency of the left side.
        left: Currency,
        /// The currency of the right side.
        right: Currency,
    },
    /// The result is out of range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Money {
    /// An amount in a currency.
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The amount without its currency.
    pub const fn amount(self) -> Amount {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum; refused for two currencies.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount = self.amount.checked_add(other.amount).ok_or(Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// The difference; refused for two currencies.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount = self.amount.checked_sub(other.amount).ok_or(Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// This unit price for a quantity, as a rounded line amount.
    pub fn times(self, quantity: Quantity, per: Per) -> Result<Self, Overflow> {
        Ok(Self::new(line_amount(self.amount, quantity, per, self.currency)?, self.currency))
    }

    /// Rounded half away from zero to the currency's minor unit.
    pub fn round(self) -> Result<Self, Overflow> {
        Ok(Self::new(self.amount.round_to_minor(self.currency)?, self.currency))
    }

    /// Parts in proportion to `weights` that sum exactly to the whole. Every part but the first few is cut to the
    /// minor unit; what is left over goes to the first parts with a weight, one coin each, and a remainder smaller
    /// than a coin to the very first of them. No weight above zero: no parts.
    pub fn split(self, weights: &[u32]) -> Vec<Self> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Vec::new();
        }
        let coin = i128::from(self.currency.minor_micros());
        let whole = i128::from(self.amount.micros());
        let cut = |weight: &u32| (whole * i128::from(*weight) / total) / coin * coin;
        let mut parts: Vec<i128> = weights.iter().map(cut).collect();
        let mut left = whole - parts.iter().sum::<i128>();
        let takers: Vec<usize> = (0..weights.len()).filter(|index| weights[*index] > 0).collect();
        for index in &takers {
            let step = left.clamp(-coin, coin);
            if step.abs() == coin {
                parts[*index] += step;
                left -= step;
            }
        }
        parts[takers[0]] += left;
        parts.into_iter().map(|part| Self::new(Amount::from_micros(part as i64), self.currency)).collect()
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }
}

/// The amount with at least the currency's decimals, then the code: `12.50 EUR`.
impl std::fmt::Display for Money {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.amount.to_minor_string(self.currency), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(amount: &str, currency: &str) -> Money {
        Money::new(amount.parse().expect("a decimal"), currency.parse().expect("listed"))
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(money("1", "EUR").checked_add(money("2.5", "EUR")), Ok(money("3.5", "EUR")));
        let refused = money("1", "EUR").checked_add(money("1", "USD"));
        assert!(matches!(refused, Err(MoneyError::CurrencyMismatch { .. })));
        assert_eq!(money("1.5", "EUR").to_string(), "1.50 EUR");
    }

    #[test]
    fn splits_to_the_coin() {
        let parts = money("10", "EUR").split(&[1, 1, 1]);
        assert_eq!(parts, [money("3.34", "EUR"), money("3.33", "EUR"), money("3.33", "EUR")]);
        assert_eq!(money("-0.05", "EUR").split(&[0, 1, 1]).len(), 3);
        assert!(money("1", "EUR").split(&[0, 0]).is_empty());
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(micros in any::<i64>(), weights in prop::collection::vec(any::<u32>(), 0..8)) {
            let euro = "EUR".parse().expect("listed");
            let parts = Money::new(Amount::from_micros(micros), euro).split(&weights);
            if weights.iter().any(|weight| *weight > 0) {
                prop_assert_eq!(parts.len(), weights.len());
                let total: i128 = parts.iter().map(|part| i128::from(part.amount().micros())).sum();
                prop_assert_eq!(total, i128::from(micros));
            } else {
                prop_assert!(parts.is_empty());
            }
        }
    }
}
