//! Unit codes and exact conversions between units of one product.
//!
//! Promises: a conversion is exact or it is an error value. Not here: which units a product has
//! (see [`crate::ProductVersion`]), lists of unit codes (any code of up to eight characters is taken).

use crate::{Overflow, Quantity};

/// A unit of measure by its code, such as `EA`, `BX` or `MTR`: one to eight printable ASCII characters, held inline.
/// Codes differ by case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitCode([u8; 8]);

/// The text is not a unit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a unit code has one to eight printable ASCII characters")]
pub struct InvalidUnitCode;

impl UnitCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

impl std::str::FromStr for UnitCode {
    type Err = InvalidUnitCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > 8 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidUnitCode);
        }
        let mut code = [0; 8];
        code[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(code))
    }
}

impl std::fmt::Display for UnitCode {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::fmt::Debug for UnitCode {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// How many stock units one sales unit is, as an exact positive fraction: a box of 30 is `30/1`, an inch sold from
/// metres `127/5000`. Kept in lowest terms; neither part is above 1,000,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Factor {
    numerator: u32,
    denominator: u32,
}

/// The two numbers are not a factor between units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFactor {
    /// A part is zero or negative.
    #[error("a conversion factor is a fraction of two positive numbers")]
    NotPositive,
    /// A part is too large, even in lowest terms.
    #[error("a conversion factor's parts, in lowest terms, are at most 1000000000")]
    TooLarge,
}

/// Why a quantity cannot be expressed in another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// The result has more than six decimals.
    #[error("the quantity is not a whole number of millionths in the other unit")]
    NotExact,
    /// The result is out of range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Factor {
    /// The factor of the stock unit itself.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };
    const LARGEST: i64 = 1_000_000_000;

    /// A factor from its two parts.
    pub fn new(numerator: i64, denominator: i64) -> Result<Self, InvalidFactor> {
        if numerator <= 0 || denominator <= 0 {
            return Err(InvalidFactor::NotPositive);
        }
        let divisor = gcd(numerator.unsigned_abs().into(), denominator.unsigned_abs().into()) as i64;
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        if numerator > Self::LARGEST || denominator > Self::LARGEST {
            return Err(InvalidFactor::TooLarge);
        }
        Ok(Self { numerator: numerator as u32, denominator: denominator as u32 })
    }

    /// From a decimal number of stock units, such as 0.0254.
    pub fn from_quantity(stock_units: Quantity) -> Result<Self, InvalidFactor> {
        Self::new(stock_units.micros(), crate::decimal::ONE)
    }

    /// The upper part of the fraction in lowest terms.
    pub const fn numerator(self) -> i64 {
        self.numerator as i64
    }

    /// The lower part of the fraction in lowest terms.
    pub const fn denominator(self) -> i64 {
        self.denominator as i64
    }

    /// A quantity of this sales unit in stock units.
    pub fn to_stock(self, quantity: Quantity) -> Result<Quantity, ConversionError> {
        exact(quantity, self.numerator, self.denominator)
    }

    /// A quantity of stock units in this sales unit.
    pub fn from_stock(self, quantity: Quantity) -> Result<Quantity, ConversionError> {
        exact(quantity, self.denominator, self.numerator)
    }
}

fn exact(quantity: Quantity, multiply: u32, divide: u32) -> Result<Quantity, ConversionError> {
    let product = i128::from(quantity.micros()) * i128::from(multiply);
    if product % i128::from(divide) != 0 {
        return Err(ConversionError::NotExact);
    }
    let micros = i64::try_from(product / i128::from(divide)).map_err(|_| Overflow)?;
    Ok(Quantity::from_micros(micros))
}

pub(crate) fn gcd(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_ascii() {
        for text in ["EA", "BX", "MTR", "12345678"] {
            assert_eq!(text.parse::<UnitCode>().expect("a code").to_string(), text);
        }
        for text in ["", "123456789", "A B", "é"] {
            assert_eq!(text.parse::<UnitCode>(), Err(InvalidUnitCode));
        }
    }

    #[test]
    fn factors_are_reduced_and_positive() {
        assert_eq!(Factor::new(60, 2), Factor::new(30, 1));
        assert_eq!(Factor::new(0, 1), Err(InvalidFactor::NotPositive));
        assert_eq!(Factor::new(1, -1), Err(InvalidFactor::NotPositive));
        assert_eq!(Factor::new(i64::MAX, 2), Err(InvalidFactor::TooLarge));
        assert_eq!(Factor::from_quantity("0.0254".parse().expect("a decimal")), Factor::new(127, 5000));
    }

    #[test]
    fn conversion_is_exact_or_refused() {
        let third = Factor::new(1, 3).expect("positive");
        let quantity = |text: &str| text.parse::<Quantity>().expect("a decimal");
        assert_eq!(third.from_stock(quantity("2")), Ok(quantity("6")));
        assert_eq!(third.to_stock(quantity("6")), Ok(quantity("2")));
        assert_eq!(third.to_stock(quantity("1")), Err(ConversionError::NotExact));
        assert_eq!(third.from_stock(Quantity::MAX), Err(ConversionError::Overflow(Overflow)));
    }
}
