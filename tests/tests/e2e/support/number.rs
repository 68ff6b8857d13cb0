//! Decimals of the API as whole millionths, so that tests compute on their own and exactly.

use super::json::Json;

/// A decimal string, or the amount of a money object, in millionths.
#[track_caller]
pub(crate) fn micros(value: &Json) -> i128 {
    let text = value.as_str().or_else(|| value["amount"].as_str());
    parse(text.unwrap_or_else(|| panic!("no decimal: {value}")))
}

/// A decimal in millionths.
#[track_caller]
pub(crate) fn parse(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(fraction.len() <= 6 && !whole.is_empty(), "no decimal of 6 places: {text}");
    let parsed = format!("{whole}{fraction:0<6}").parse::<i128>();
    sign * parsed.unwrap_or_else(|_| panic!("no decimal: {text}"))
}

/// Millionths as a decimal string.
pub(crate) fn decimal(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, fraction) = (micros.abs() / 1_000_000, micros.abs() % 1_000_000);
    format!("{sign}{whole}.{fraction:06}")
}

/// Price × quantity ÷ per, rounded half away from zero to cents; all in millionths.
pub(crate) fn line_amount(unit_price: i128, quantity: i128, per: i128) -> i128 {
    // Millionths × millionths ÷ millionths, in cents.
    let divisor = per * 10_000;
    let product = unit_price * quantity;
    let cents = (product.abs() * 2 + divisor) / (divisor * 2);
    product.signum() * cents * 10_000
}

#[test]
fn amounts_round_half_away_from_zero_to_cents() {
    let whole = 1_000_000;
    assert_eq!(decimal(line_amount(parse("0.005"), whole, whole)), "0.010000");
    assert_eq!(decimal(line_amount(parse("1.234999"), whole, whole)), "1.230000");
    assert_eq!(decimal(line_amount(parse("12.5"), 3 * whole, 100 * whole)), "0.380000");
    assert_eq!(parse("-1.5"), -1_500_000);
}
