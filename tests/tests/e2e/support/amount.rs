//! Decimals and money of typed answers. They are compared with what a test writes, as numbers: `"5"` is `"5.00"`.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::number::{decimal, parse};

/// A decimal of the API, in millionths.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Decimal(pub(crate) i128);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(parse(&text)))
    }
}

impl From<&str> for Decimal {
    fn from(text: &str) -> Self {
        Self(parse(text))
    }
}

impl PartialEq<&str> for Decimal {
    fn eq(&self, other: &&str) -> bool {
        self.0 == parse(other)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&decimal(self.0))
    }
}

/// An amount of money; compared with `"12.50 EUR"`.
#[derive(Clone, Deserialize, Eq, PartialEq)]
pub(crate) struct Money {
    pub(crate) amount: Decimal,
    currency: String,
}

impl PartialEq<&str> for Money {
    fn eq(&self, other: &&str) -> bool {
        let (amount, currency) = other.split_once(' ').unwrap_or_else(|| panic!("money is an amount and a currency: {other}"));
        self.amount == amount && self.currency == currency
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}", self.amount, self.currency)
    }
}

#[test]
fn money_is_compared_as_numbers_with_its_currency() {
    let money: Money = serde_json::from_str(r#"{ "amount": "12.5", "currency": "EUR" }"#).expect("money");
    assert_eq!(money, "12.50 EUR");
    assert!(money != "12.50 USD" && money != "12.51 EUR");
}
