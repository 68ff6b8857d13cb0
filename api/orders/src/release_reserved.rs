//! Giving back reserved stock of order lines: of a cancellation, or of an order that was held for too long.

use entity::{Quantity, order_allocations, order_lines};
use inventory::{self, Reservation};
use store::database::Tx;

use super::allocate::in_stock_unit;
use super::error::OrderError;
use super::queries::{add_to_allocations, add_to_lines};

/// Releases a quantity of each line, in millionths of its unit, from what is reserved for it and not on a pick list. The order is locked by
/// the caller; `number` is its number in the ledger. Gives whether anything was released.
pub(super) async fn release_reserved(
    tx: &Tx,
    number: &str,
    parts: &[(&order_lines::Model, i64)],
    allocations: &[order_allocations::Model],
) -> Result<bool, OrderError> {
    let (mut reservations, mut from_allocations, mut from_lines) = (Vec::new(), Vec::new(), Vec::new());
    for (line, quantity) in parts.iter().filter(|(_, quantity)| *quantity > 0) {
        from_lines.push((line.order_id, line.line_no, -quantity));
        let mut remaining = *quantity;
        for allocation in allocations.iter().filter(|allocation| allocation.line_no == line.line_no) {
            let take = remaining.min(allocation.quantity.0 - allocation.released.0);
            if take > 0 {
                remaining -= take;
                from_allocations.push((line.order_id, line.line_no, allocation.warehouse_id.0, -take));
                reservations.push(Reservation {
                    product: line.product_id,
                    warehouse: allocation.warehouse_id,
                    quantity: in_stock_unit(line, Quantity(take))?,
                });
            }
        }
    }
    if reservations.is_empty() {
        return Ok(false);
    }
    add_to_lines(tx, "allocated", &from_lines).await?;
    add_to_allocations(tx, "quantity", &from_allocations).await?;
    inventory::release(tx, &reservations, number).await?;
    Ok(true)
}
