//! Decimal strings and whole millionths: the one place where text becomes an exact number and back.
//!
//! Promises: parsing is strict (no exponent, no sign but a leading minus, no blanks, at most six decimals) and lossless;
//! formatting is canonical, so equal numbers print equally. Not here: units, currencies, rounding.

/// Digits after the point that every amount and quantity carries.
pub const DECIMALS: u32 = 6;

/// One whole unit in millionths.
pub(crate) const ONE: i64 = 1_000_000;

/// Why a text is not an amount or a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// Nothing was given.
    #[error("a decimal number is expected, the text is empty")]
    Empty,
    /// A character other than digits, one point or a leading minus.
    #[error("unexpected character at position {position}")]
    InvalidCharacter {
        /// Position in bytes, from 0.
        position: usize,
    },
    /// No digit before or after the point.
    #[error("digits are missing before or after the decimal point")]
    MissingDigits,
    /// More than six decimals.
    #[error("at most six decimals are kept")]
    TooManyDecimals,
    /// Beyond about 9.2 trillion.
    #[error("the number is out of range")]
    OutOfRange,
}

pub(crate) fn parse_micros(text: &str) -> Result<i64, ParseDecimalError> {
    if text.is_empty() {
        return Err(ParseDecimalError::Empty);
    }
    let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let offset = usize::from(negative);
    if let Some(found) = body.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.') {
        return Err(ParseDecimalError::InvalidCharacter { position: offset + found });
    }
    let (whole, fraction) = match body.split_once('.') {
        None => (body, None),
        Some((whole, fraction)) => (whole, Some(fraction)),
    };
    if whole.is_empty() || fraction == Some("") {
        return Err(ParseDecimalError::MissingDigits);
    }
    let fraction = fraction.unwrap_or("");
    if let Some(found) = fraction.bytes().position(|byte| byte == b'.') {
        return Err(ParseDecimalError::InvalidCharacter { position: offset + whole.len() + 1 + found });
    }
    if fraction.len() > DECIMALS as usize {
        return Err(ParseDecimalError::TooManyDecimals);
    }
    let padding = DECIMALS as usize - fraction.len();
    let digits = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', padding));
    digits
        .map(|digit| i64::from(digit - b'0'))
        .try_fold(0_i64, |value, digit| {
            let digit = if negative { -digit } else { digit };
            value.checked_mul(10)?.checked_add(digit)
        })
        .ok_or(ParseDecimalError::OutOfRange)
}

/// Writes the canonical text with at least `least` decimals (0 to 6).
pub(crate) fn write_micros(out: &mut impl std::fmt::Write, micros: i64, least: u32) -> std::fmt::Result {
    out.write_str(&DecimalText::new(micros, least))
}

/// The longest text: a sign, 13 digits, the point, 6 digits.
const LONGEST: usize = 21;

/// A decimal as text, held inline: made without asking for memory.
#[derive(Debug, Clone, Copy)]
pub struct DecimalText {
    bytes: [u8; LONGEST],
    /// Where the text begins; it goes to the end.
    start: u8,
}

impl DecimalText {
    pub(crate) fn new(micros: i64, least: u32) -> Self {
        let magnitude = micros.unsigned_abs();
        let (mut whole, mut fraction) = (magnitude / ONE.unsigned_abs(), magnitude % ONE.unsigned_abs());
        let mut width = DECIMALS;
        while width > least && fraction.is_multiple_of(10) {
            fraction /= 10;
            width -= 1;
        }
        let mut text = Self { bytes: [b'0'; LONGEST], start: LONGEST as u8 };
        for _ in 0..width {
            text.put_before(b'0' + (fraction % 10) as u8);
            fraction /= 10;
        }
        if width > 0 {
            text.put_before(b'.');
        }
        loop {
            text.put_before(b'0' + (whole % 10) as u8);
            whole /= 10;
            if whole == 0 {
                break;
            }
        }
        if micros < 0 {
            text.put_before(b'-');
        }
        text
    }

    fn put_before(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[usize::from(self.start)] = byte;
    }
}

impl std::ops::Deref for DecimalText {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.bytes[usize::from(self.start)..]).unwrap_or_default()
    }
}

impl std::fmt::Display for DecimalText {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self)
    }
}

/// A number counted in whole millionths: what amounts and quantities have in common.
macro_rules! millionths {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// One whole.
            pub const ONE: Self = Self($crate::decimal::ONE);
            /// The largest value.
            pub const MAX: Self = Self(i64::MAX);
            /// The smallest value.
            pub const MIN: Self = Self(i64::MIN);

            /// As text, with as many decimals as it needs.
            pub fn text(self) -> $crate::DecimalText {
                $crate::DecimalText::new(self.0, 0)
            }

            /// From whole millionths, the form in which it is stored.
            pub const fn from_micros(micros: i64) -> Self {
                Self(micros)
            }

            /// As whole millionths.
            pub const fn micros(self) -> i64 {
                self.0
            }

            /// From a whole number.
            pub fn from_whole(whole: i64) -> Result<Self, $crate::Overflow> {
                whole.checked_mul($crate::decimal::ONE).map(Self).ok_or($crate::Overflow)
            }

            /// The sum, or nothing when it is out of range.
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// The difference, or nothing when it is out of range.
            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// The opposite, or nothing when it is out of range.
            pub fn checked_neg(self) -> Option<Self> {
                self.0.checked_neg().map(Self)
            }

            /// The sum of many, refused when a partial sum is out of range.
            pub fn checked_sum(items: impl IntoIterator<Item = Self>) -> Result<Self, $crate::Overflow> {
                let total = items.into_iter().try_fold(0_i128, |total, item| total.checked_add(i128::from(item.0)));
                total.and_then(|total| i64::try_from(total).ok()).map(Self).ok_or($crate::Overflow)
            }

            /// Whether it is exactly zero.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Whether it is below zero.
            pub const fn is_negative(self) -> bool {
                self.0 < 0
            }

            /// Whether it is above zero.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ParseDecimalError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::decimal::parse_micros(text).map(Self)
            }
        }

        /// The canonical decimal text: no trailing zeros, no point without decimals.
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::decimal::write_micros(out, self.0, 0)
            }
        }
    };
}
pub(crate) use millionths;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use std::str::FromStr;

    #[test]
    fn parses_strictly() {
        let cases: [(&str, Result<i64, ParseDecimalError>); 18] = [
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("12.34", Ok(12_340_000)),
            ("-3.000001", Ok(-3_000_001)),
            ("0012.50", Ok(12_500_000)),
            ("9223372036854.775807", Ok(i64::MAX)),
            ("-9223372036854.775808", Ok(i64::MIN)),
            ("9223372036854.775808", Err(ParseDecimalError::OutOfRange)),
            ("99999999999999999999999999", Err(ParseDecimalError::OutOfRange)),
            ("", Err(ParseDecimalError::Empty)),
            ("-", Err(ParseDecimalError::MissingDigits)),
            (".5", Err(ParseDecimalError::MissingDigits)),
            ("5.", Err(ParseDecimalError::MissingDigits)),
            ("1.2.3", Err(ParseDecimalError::InvalidCharacter { position: 3 })),
            ("1e3", Err(ParseDecimalError::InvalidCharacter { position: 1 })),
            ("+1", Err(ParseDecimalError::InvalidCharacter { position: 0 })),
            ("--1", Err(ParseDecimalError::InvalidCharacter { position: 1 })),
            ("1.1234567", Err(ParseDecimalError::TooManyDecimals)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_micros(text), expected, "{text:?}");
        }
    }

    #[test]
    fn prints_canonically() {
        for (micros, least, expected) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (12_340_000, 0, "12.34"),
            (12_300_000, 2, "12.30"),
            (100_000_000, 0, "100"),
            (-3_000_001, 2, "-3.000001"),
            (i64::MIN, 0, "-9223372036854.775808"),
        ] {
            let mut text = String::new();
            write_micros(&mut text, micros, least).expect("a string takes any text");
            assert_eq!(text, expected);
        }
    }

    proptest! {
        /// `rust_decimal` reads and prints the same numbers by other means.
        #[test]
        fn text_agrees_with_another_decimal(micros in any::<i64>()) {
            let other = Decimal::new(micros, DECIMALS);
            prop_assert_eq!(parse_micros(&other.to_string()), Ok(micros));
            prop_assert_eq!(Decimal::from_str(&DecimalText::new(micros, 0)), Ok(other));
            prop_assert_eq!(&*DecimalText::new(micros, 0), other.normalize().to_string());
        }
    }
}
