//! The rounding points, each with its name. All of them round half away from zero.
//!
//! | point | function | to |
//! |---|---|---|
//! | unit conversion, end of the contract step, end of the promotion step | [`round_unit_price`] | 6 decimals |
//! | percentages off, wherever they are given | [`less_percent`] | 6 decimals |
//! | line amount | [`line_amount`] | minor unit of the currency |
//!
//! Nothing else in this crate rounds. Not here: what is rounded when (see the crate's documentation).

use crate::{Amount, Currency, Per, Quantity};

/// A result is out of range (about ±9.2 trillion).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the result is out of range")]
pub struct Overflow;

/// One hundred per cent, in millionths of a per cent.
pub(crate) const HUNDRED_PERCENT: i128 = 100_000_000;

/// The amount of a line: `unit_price × quantity ÷ per`, rounded once, half away from zero, to the currency's minor unit.
///
/// ```
/// use pricing::{Per, line_amount};
/// let amount = line_amount("0.125".parse()?, "3".parse()?, Per::ONE, "EUR".parse()?)?;
/// assert_eq!(amount.to_string(), "0.38");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn line_amount(unit_price: Amount, quantity: Quantity, per: Per, currency: Currency) -> Result<Amount, Overflow> {
    let product = i128::from(unit_price.micros()) * i128::from(quantity.micros());
    let divisor = i128::from(per.get()) * i128::from(crate::decimal::ONE);
    round_to_multiple(product, divisor, currency.minor_micros()).map(Amount::from_micros)
}

/// A price less so many percent, rounded half away from zero to 6 decimals: the rounding point of discounts. More than 100
/// percent turns the sign.
///
/// ```
/// let less = pricing::less_percent("0.333333".parse()?, "12.5".parse()?);
/// assert_eq!(less.map(|price| price.to_string()), Ok("0.291666".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn less_percent(price: Amount, percent: Amount) -> Result<Amount, Overflow> {
    let left = HUNDRED_PERCENT - i128::from(percent.micros());
    round_unit_price(i128::from(price.micros()) * left, HUNDRED_PERCENT)
}

/// A unit price in millionths from an exact fraction.
pub(crate) fn round_unit_price(numerator: i128, denominator: i128) -> Result<Amount, Overflow> {
    div_half_away(numerator, denominator).and_then(|micros| i64::try_from(micros).ok()).map(Amount::from_micros).ok_or(Overflow)
}

/// `numerator / denominator` rounded to a multiple of `step`.
pub(crate) fn round_to_multiple(numerator: i128, denominator: i128, step: i64) -> Result<i64, Overflow> {
    let step = i128::from(step);
    let divisor = denominator.checked_mul(step).ok_or(Overflow)?;
    let steps = div_half_away(numerator, divisor).ok_or(Overflow)?;
    steps.checked_mul(step).and_then(|micros| i64::try_from(micros).ok()).ok_or(Overflow)
}

/// Division by a positive number, half away from zero. Nothing for a divisor that is not positive.
fn div_half_away(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator <= 0 {
        return None;
    }
    // Most prices fit into 64 bits, where a division costs a fraction.
    if let (Ok(numerator), Ok(denominator)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        let (numerator_abs, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
        let (quotient, rest) = (numerator_abs / denominator, numerator_abs % denominator);
        let magnitude = i128::from(quotient) + i128::from(rest >= denominator - rest);
        return Some(if numerator < 0 { -magnitude } else { magnitude });
    }
    let (numerator_abs, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let (quotient, rest) = (numerator_abs / denominator, numerator_abs % denominator);
    let magnitude = i128::try_from(quotient + u128::from(rest >= denominator - rest)).ok()?;
    Some(if numerator < 0 { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_half_away_from_zero() {
        for (numerator, denominator, expected) in [
            (5, 2, Some(3)),
            (-5, 2, Some(-3)),
            (4, 3, Some(1)),
            (-4, 3, Some(-1)),
            (1, 0, None),
            (1, -1, None),
            (i128::MAX, 1, Some(i128::MAX)),
            (i128::MIN, 2, Some(i128::MIN / 2)),
            (i128::from(i64::MIN), 1, Some(i128::from(i64::MIN))),
        ] {
            assert_eq!(div_half_away(numerator, denominator), expected, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn line_amounts_round_once() {
        for (price, quantity, per, currency, expected) in [
            ("12.5", "100", 100, "EUR", "12.5"),
            ("0.004999", "1", 1, "EUR", "0"),
            ("0.005", "1", 1, "EUR", "0.01"),
            ("-0.005", "1", 1, "EUR", "-0.01"),
            ("0.333333", "3", 1, "JPY", "1"),
            ("1.0005", "1", 1, "KWD", "1.001"),
            ("1", "0.333333", 1, "CLF", "0.3333"),
        ] {
            let per = Per::new(per).expect("not zero");
            let amount = line_amount(
                price.parse().expect("a decimal"),
                quantity.parse().expect("a decimal"),
                per,
                currency.parse().expect("listed"),
            );
            assert_eq!(amount.expect("in range").to_string(), expected, "{price} × {quantity} {currency}");
        }
        let euro = "EUR".parse().expect("listed");
        assert_eq!(line_amount(Amount::MAX, Quantity::MAX, Per::ONE, euro), Err(Overflow));
        assert_eq!(line_amount(Amount::MIN, Quantity::MIN, Per::ONE, euro), Err(Overflow));
    }
}
