//! The database row of an order line.

use entity::{AccountId, Instant, OrderId, Quantity, order_lines};

use super::error::OrderError;
use super::order::NewLine;

/// The order that a line belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineOwner {
    pub(super) order: OrderId,
    pub(super) account: AccountId,
    pub(super) placed_at: Instant,
}

/// The row of a new line. `index` is its position in the order, from 0. Nothing of it is allocated or shipped yet.
pub(super) fn line_row(owner: LineOwner, index: usize, line: NewLine) -> Result<order_lines::Model, OrderError> {
    let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
    let zero = Quantity(0);
    Ok(order_lines::Model {
        order_id: owner.order,
        line_no: i32::try_from(index + 1).map_err(|_| OrderError::OutOfRange)?,
        account_id: owner.account,
        product_id: line.product.id,
        sku: line.product.sku.to_string(),
        title: line.product.title.to_string(),
        unit: line.unit.into(),
        numerator: factor.numerator(),
        denominator: factor.denominator(),
        quantity: line.quantity,
        cancelled: zero,
        allocated: zero,
        picked: zero,
        shipped: zero,
        delivered: zero,
        invoiced: zero,
        returned: zero,
        unit_price: line.price.unit_price,
        per: line.price.per,
        line_amount: line.price.line_amount,
        list_price: line.price.list_price,
        price_source: line.price.source,
        price_detail: line.price.detail,
        promised_at: None,
        note: line.note,
        reference: line.reference,
        placed_at: owner.placed_at,
    })
}
