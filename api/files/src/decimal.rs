//! Decimals as strangers write them: rewritten to plain text here and read by the parser of `pricing`.
//!
//! Promise: no float is involved and nothing is rounded; what does not fit is refused with the reason.
//! Not here: the parser itself, currencies, rounding, arithmetic; the pricing crate owns those.

use pricing::{Amount, ParseDecimalError};

/// Largest absolute value taken, in millionths: a million million. Leaves headroom for sums of
/// products.
pub const LARGEST: i64 = 1_000_000_000_000_000_000;

/// Longest text looked at; anything longer is no amount of this world.
const LONGEST: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    #[error("must be a plain decimal number such as 1234.56")]
    Malformed,
    #[error("must have at most 6 decimals")]
    TooPrecise,
    #[error("must be at most 1000000000000")]
    TooLarge,
}

impl DecimalError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "not-a-number",
            Self::TooPrecise => "too-many-decimals",
            Self::TooLarge => "out-of-range",
        }
    }
}

impl From<ParseDecimalError> for DecimalError {
    fn from(error: ParseDecimalError) -> Self {
        match error {
            ParseDecimalError::TooManyDecimals => Self::TooPrecise,
            ParseDecimalError::OutOfRange => Self::TooLarge,
            _ => Self::Malformed,
        }
    }
}

/// Reads `12`, `-0.5`, `+3`, `.95` or `12.340000` as whole millionths. Zeros beyond the sixth decimal are fine, digits are not;
/// exponents, group marks and spaces are refused.
pub fn parse_millionths(text: &str) -> Result<i64, DecimalError> {
    let number = text.parse::<Amount>().or_else(|_| {
        let (negative, whole, fraction) = parts(text)?;
        let (sign, whole) = (if negative { "-" } else { "" }, if whole.is_empty() { "0" } else { whole });
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        Ok(format!("{sign}{whole}{point}{fraction}").parse::<Amount>()?)
    });
    number.and_then(|number| match number.micros() {
        micros if (-LARGEST..=LARGEST).contains(&micros) => Ok(micros),
        _ => Err(DecimalError::TooLarge),
    })
}

/// Moves the decimal point by `places` (negative: to the left): cents become an amount with `-2`.
pub fn shift(text: &str, places: i8) -> Result<String, DecimalError> {
    let (negative, whole, fraction) = parts(text)?;
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i64 + i64::from(places);
    let (whole, fraction) = if point <= 0 {
        ("0".to_owned(), format!("{}{digits}", "0".repeat(point.unsigned_abs() as usize)))
    } else if point as usize >= digits.len() {
        (format!("{digits}{}", "0".repeat(point as usize - digits.len())), String::new())
    } else {
        let (left, right) = digits.split_at(point as usize);
        (left.to_owned(), right.to_owned())
    };
    let sign = if negative { "-" } else { "" };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        some => some,
    };
    Ok(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Rewrites `1.234,56` (for `mark` = `,`) or `1,234.56` (for `mark` = `.`) as `1234.56`. Group
/// marks must stand before exactly three digits, so that a number with the wrong mark is refused,
/// not misread.
pub fn plain(text: &str, mark: char) -> Result<String, DecimalError> {
    let other = if mark == ',' { '.' } else { ',' };
    let (whole, fraction) = match text.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let groups: Vec<&str> = whole.split([other, ' ', '\'', '\u{a0}', '\u{202f}']).collect();
    let first = groups.first().map_or("", |g| g.trim_start_matches(['+', '-']));
    if groups.len() > 1 && (first.is_empty() || first.len() > 3 || groups[1..].iter().any(|g| g.len() != 3)) {
        return Err(DecimalError::Malformed);
    }
    let joined = groups.concat();
    let rewritten = match fraction {
        Some(fraction) => format!("{joined}.{fraction}"),
        None => joined,
    };
    parts(&rewritten)?;
    Ok(rewritten)
}

/// Plain decimal text without surplus zeros, from text that may have an exponent (`1.5e-07` is
/// `0.00000015`).
pub fn canonical(text: &str) -> Result<String, DecimalError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().map_err(|_| DecimalError::Malformed)?),
        None => (text, 0),
    };
    if !(-40..=40).contains(&exponent) {
        return Err(DecimalError::Malformed);
    }
    let mut plain = shift(mantissa, exponent)?;
    if plain.contains('.') {
        plain.truncate(plain.trim_end_matches('0').trim_end_matches('.').len());
    }
    Ok(if plain == "-0" { "0".to_owned() } else { plain })
}

/// Sign, digits before and digits after the point; at least one digit, none missing after a point.
fn parts(text: &str) -> Result<(bool, &str, &str), DecimalError> {
    if text.len() > LONGEST {
        return Err(DecimalError::Malformed);
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return Err(DecimalError::Malformed),
        Some(split) => split,
        None => (unsigned, ""),
    };
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !all_digits || (whole.is_empty() && fraction.is_empty()) {
        return Err(DecimalError::Malformed);
    }
    Ok((negative, whole, fraction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimal_text_is_read_exactly() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("12", Ok(12_000_000)),
            ("-12.5", Ok(-12_500_000)),
            (".95", Ok(950_000)),
            ("0.000001", Ok(1)),
            ("1.00000000", Ok(1_000_000)),
            ("1000000000000", Ok(LARGEST)),
            ("1000000000000.000001", Err(DecimalError::TooLarge)),
            ("0.0000001", Err(DecimalError::TooPrecise)),
            ("1e3", Err(DecimalError::Malformed)),
            ("1,5", Err(DecimalError::Malformed)),
            ("5.", Err(DecimalError::Malformed)),
            ("", Err(DecimalError::Malformed)),
            (".", Err(DecimalError::Malformed)),
            ("-", Err(DecimalError::Malformed)),
            ("--1", Err(DecimalError::Malformed)),
            ("٣", Err(DecimalError::Malformed)),
        ] {
            assert_eq!(parse_millionths(text), expected, "{text}");
        }
    }

    #[test]
    fn shifting_moves_the_point_only() {
        for (text, places, expected) in [
            ("12595", -2, "125.95"),
            ("5", -2, "0.05"),
            ("-5", -2, "-0.05"),
            ("125.95", 2, "12595"),
            ("1.5", 3, "1500"),
            ("007", 0, "7"),
            ("0", -2, "0.00"),
        ] {
            assert_eq!(shift(text, places).as_deref(), Ok(expected), "{text} by {places}");
        }
    }

    #[test]
    fn canonical_text_has_no_exponent_and_no_surplus_zeros() {
        for (text, expected) in
            [("1.0", "1"), ("408230.0", "408230"), ("1.5e-07", "0.00000015"), ("2E+3", "2000"), ("-0.0", "0"), ("100", "100")]
        {
            assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
        }
        assert!(canonical("1e999").is_err() && canonical("e").is_err() && canonical("1e").is_err());
    }

    #[test]
    fn foreign_marks_are_rewritten_or_refused() {
        assert_eq!(plain("1.234.567,89", ',').as_deref(), Ok("1234567.89"));
        assert_eq!(plain("-1 234,5", ',').as_deref(), Ok("-1234.5"));
        assert_eq!(plain("1,234.5", '.').as_deref(), Ok("1234.5"));
        assert_eq!(plain("12.5", ','), Err(DecimalError::Malformed));
        assert_eq!(plain("1,5", '.'), Err(DecimalError::Malformed));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".*", places in any::<i8>()) {
            let _ = parse_millionths(&text);
            let _ = shift(&text, places);
            let _ = plain(&text, ',');
            let _ = canonical(&text);
        }

        #[test]
        fn millionths_survive_the_round_trip(value in -LARGEST..=LARGEST) {
            let text = shift(&value.to_string(), -6).expect("digits");
            prop_assert_eq!(parse_millionths(&text), Ok(value));
        }
    }
}
