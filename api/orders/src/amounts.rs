//! The amount of a quantity of an order line. A part of a line is the difference of two totals, so parts that are invoiced
//! one after another add up exactly to the line's amount, however the parts are rounded.

use entity::{Amount, Quantity, order_lines};
use pricing::{Currency, Per};

use super::error::OrderError;

/// The amount of `quantity` of a line: unit price × quantity ÷ per, rounded once to the currency's minor unit.
pub fn line_value(line: &order_lines::Model, quantity: Quantity, currency: Currency) -> Result<Amount, OrderError> {
    value_of(line.unit_price, line.per, quantity, currency)
}

/// As [`line_value`], for a price that is not in a line.
pub fn value_of(unit_price: Amount, per: Quantity, quantity: Quantity, currency: Currency) -> Result<Amount, OrderError> {
    let per = u32::try_from(per.0 / 1_000_000).ok().and_then(Per::new).ok_or(OrderError::OutOfRange)?;
    let amount = pricing::line_amount(unit_price.into(), quantity.into(), per, currency);
    amount.map(Amount::from).map_err(|_| OrderError::OutOfRange)
}

/// The amount of the part of a line between two quantities counted from its start.
pub fn value_between(line: &order_lines::Model, from: Quantity, to: Quantity, currency: Currency) -> Result<Amount, OrderError> {
    let start = line_value(line, from, currency)?;
    let end = line_value(line, to, currency)?;
    end.0.checked_sub(start.0).map(Amount).ok_or(OrderError::OutOfRange)
}

/// The ordered quantity of a line less the cancelled quantity.
pub fn open_quantity(line: &order_lines::Model) -> Quantity {
    Quantity(line.quantity.0 - line.cancelled.0)
}

/// The sum of amounts.
pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> Result<Amount, OrderError> {
    let mut items = amounts.into_iter();
    items.try_fold(0_i64, |total, amount| total.checked_add(amount.0)).map(Amount).ok_or(OrderError::OutOfRange)
}
