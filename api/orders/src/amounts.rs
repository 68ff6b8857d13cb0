//! What a quantity of an order line is worth. Every part is worth the difference of two totals, so parts that are invoiced
//! one after another add up to the line's amount to the cent, whatever the roundings between.

use entity::{Amount, Quantity, order_lines};
use pricing::{Currency, Per};

use super::error::OrderError;

/// The amount of `quantity` of a line: unit price × quantity ÷ per, rounded once to the currency's minor unit.
pub fn worth(line: &order_lines::Model, quantity: Quantity, currency: Currency) -> Result<Amount, OrderError> {
    worth_of(line.unit_price, line.per, quantity, currency)
}

/// As [`worth`], from its parts.
pub fn worth_of(unit_price: Amount, per: Quantity, quantity: Quantity, currency: Currency) -> Result<Amount, OrderError> {
    let per = u32::try_from(per.0 / 1_000_000).ok().and_then(Per::new).ok_or(OrderError::OutOfRange)?;
    let amount = pricing::line_amount(unit_price.into(), quantity.into(), per, currency);
    amount.map(Amount::from).map_err(|_| OrderError::OutOfRange)
}

/// The amount of the part of a line between two quantities counted from its start.
pub fn worth_between(line: &order_lines::Model, from: Quantity, to: Quantity, currency: Currency) -> Result<Amount, OrderError> {
    let start = worth(line, from, currency)?;
    let end = worth(line, to, currency)?;
    end.0.checked_sub(start.0).map(Amount).ok_or(OrderError::OutOfRange)
}

/// What is still ordered of a line.
pub fn open_quantity(line: &order_lines::Model) -> Quantity {
    Quantity(line.quantity.0 - line.cancelled.0)
}

/// The sum of amounts.
pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> Result<Amount, OrderError> {
    let mut items = amounts.into_iter();
    items.try_fold(0_i64, |total, amount| total.checked_add(amount.0)).map(Amount).ok_or(OrderError::OutOfRange)
}
