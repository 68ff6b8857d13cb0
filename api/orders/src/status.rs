//! The status of an order, derived from the quantities of its lines and from its holds.

use entity::order_lines;

/// Status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poem_openapi::Enum, serde::Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Held until staff release it.
    Held,
    /// Placed; all or part of it is backordered.
    Backordered,
    /// Everything is reserved.
    Allocated,
    /// Being picked or packed.
    Picking,
    /// A part is shipped.
    PartiallyShipped,
    /// Everything is shipped.
    Shipped,
    /// Everything is delivered.
    Delivered,
    /// Everything is shipped, invoiced and paid.
    Closed,
    /// All lines are cancelled.
    Cancelled,
}

/// The status of an order with these lines.
pub(crate) fn status<'a>(lines: impl IntoIterator<Item = &'a order_lines::Model>, held: bool, open: bool) -> OrderStatus {
    let (mut ordered, mut allocated, mut picked, mut shipped, mut delivered) = (0_i128, 0_i128, 0_i128, 0_i128, 0_i128);
    for line in lines {
        ordered += i128::from(line.quantity.0 - line.cancelled.0);
        allocated += i128::from(line.allocated.0);
        picked += i128::from(line.picked.0);
        shipped += i128::from(line.shipped.0);
        delivered += i128::from(line.delivered.0);
    }
    if ordered == 0 {
        OrderStatus::Cancelled
    } else if !open {
        OrderStatus::Closed
    } else if delivered == ordered {
        OrderStatus::Delivered
    } else if shipped == ordered {
        OrderStatus::Shipped
    } else if held {
        OrderStatus::Held
    } else if shipped > 0 {
        OrderStatus::PartiallyShipped
    } else if picked > 0 {
        OrderStatus::Picking
    } else if allocated == ordered {
        OrderStatus::Allocated
    } else {
        OrderStatus::Backordered
    }
}
