//! Cancelling an order or parts of it before it ships. Stock and credit are released in the same transaction.

use ahash::AHashMap;
use entity::{Quantity, order_allocations, order_cancellations, order_lines, orders};
use sea_orm::{NotSet, Set};

use super::amounts::{self, value_between};
use super::credit::{self, CreditDelta};
use super::error::OrderError;
use super::queries::{add_to_lines, allocations_of, lines_of};
use super::release_reserved::release_reserved;
use super::remaining_quantity::check_remaining;
use catalog::Products;
use kernel::problem::CommonError;
use order_events::{CancelledLine, OrderCancelled};
use store::database::Tx;
use store::sql::insert_all;

/// The lines and quantities to cancel; no lines means the whole order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancellation {
    pub lines: Vec<(i32, Quantity)>,
    pub reason: String,
}

/// A line and the quantity of it that is cancelled.
struct LineCancellation {
    line: order_lines::Model,
    quantity: Quantity,
}

/// Cancels lines of an order locked by the caller. Quantities on a pick list or shipped cannot be cancelled.
pub(crate) async fn cancel(
    tx: &Tx,
    products: &Products,
    order: &orders::Model,
    cancellation: &Cancellation,
) -> Result<(), OrderError> {
    let lines = lines_of(tx, order.id).await?;
    let allocations = allocations_of(tx, order.id).await?;
    let parts = parts_of(&lines, &allocations, cancellation)?;
    for part in &parts {
        let place = cancellation.lines.iter().position(|(number, _)| *number == part.line.line_no).unwrap_or_default();
        // All that can be cancelled may go, whatever is left on its way.
        if part.quantity.0 == cancellable(&part.line, &allocations) {
            continue;
        }
        let left = Quantity(part.line.quantity.0 - part.line.cancelled.0 - part.quantity.0);
        check_remaining(products, &part.line, left, &format!("/lines/{place}")).map_err(CommonError::from)?;
    }
    let currency = order.currency.0;

    let mut value = 0_i64;
    for part in &parts {
        let open = amounts::open_quantity(&part.line);
        let amount = value_between(&part.line, Quantity(open.0 - part.quantity.0), open, currency)?;
        value = value.checked_add(amount.0).ok_or(OrderError::OutOfRange)?;
    }
    // The backordered quantity goes first, then the reserved one.
    let reserved = |part: &LineCancellation| part.quantity.0 - (amounts::open_quantity(&part.line).0 - part.line.allocated.0);
    let released: Vec<_> = parts.iter().map(|part| (&part.line, reserved(part))).collect();
    release_reserved(tx, &order.number, &released, &allocations).await?;
    credit::adjust(tx, order.account_id, order.currency.0, CreditDelta { receivable: 0, committed: -value }).await?;
    let cancelled: Vec<_> = parts.iter().map(|p| (p.line.order_id, p.line.line_no, p.quantity.0)).collect();
    add_to_lines(tx, "cancelled", &cancelled).await?;
    record_times(tx, &parts).await?;
    super::progress::increment_version(tx, order.id).await?;
    record(tx, order, &parts, cancellation);
    super::progress::close_if_all_cancelled(tx, order).await
}

/// The quantity of a line that can still be cancelled: ordered and not on a pick list.
pub(super) fn cancellable(line: &order_lines::Model, allocations: &[order_allocations::Model]) -> i64 {
    let released: i64 = allocations.iter().filter(|a| a.line_no == line.line_no).map(|a| a.released.0).sum();
    amounts::open_quantity(line).0 - released
}

fn parts_of(
    lines: &[order_lines::Model],
    allocations: &[order_allocations::Model],
    cancellation: &Cancellation,
) -> Result<Vec<LineCancellation>, OrderError> {
    if cancellation.lines.is_empty() {
        let all =
            lines.iter().map(|line| LineCancellation { line: line.clone(), quantity: Quantity(cancellable(line, allocations)) });
        let parts: Vec<LineCancellation> = all.filter(|part| part.quantity.0 > 0).collect();
        let whole = lines.iter().all(|line| cancellable(line, allocations) == amounts::open_quantity(line).0);
        return match (parts.is_empty(), whole) {
            (true, _) => Err(OrderError::NotChangeable("the order must have a line that is not on a pick list".to_owned())),
            (false, false) => Err(OrderError::NotChangeable(
                "a part of the order is being shipped; the lines to cancel must be given".to_owned(),
            )),
            (false, true) => Ok(parts),
        };
    }
    let mut asked: AHashMap<i32, i64> = AHashMap::new();
    for (number, quantity) in &cancellation.lines {
        let sum = asked.entry(*number).or_default();
        *sum = sum.checked_add(quantity.0).ok_or(OrderError::OutOfRange)?;
    }
    let mut parts = Vec::with_capacity(asked.len());
    for (number, quantity) in asked {
        let line = lines.iter().find(|l| l.line_no == number).ok_or(OrderError::NoSuchLine(number))?;
        let most = cancellable(line, allocations);
        if quantity > most {
            let most = pricing::Quantity::from_micros(most);
            return Err(OrderError::NotChangeable(format!(
                "the quantity of line {number} must be at most {most}, which can still be cancelled"
            )));
        }
        parts.push(LineCancellation { line: line.clone(), quantity: Quantity(quantity) });
    }
    parts.sort_by_key(|part| part.line.line_no);
    Ok(parts)
}

/// Records when quantities were cancelled, so that a price audit can recompute the quantities ordered before an order.
async fn record_times(tx: &Tx, parts: &[LineCancellation]) -> Result<(), CommonError> {
    let row = |part: &LineCancellation| order_cancellations::ActiveModel {
        id: NotSet,
        order_id: Set(part.line.order_id),
        line_no: Set(part.line.line_no),
        quantity: Set(part.quantity),
        cancelled_at: Set(tx.now()),
    };
    Ok(insert_all(tx, parts.iter().map(row).collect(), None).await?)
}

fn record(tx: &Tx, order: &orders::Model, parts: &[LineCancellation], cancellation: &Cancellation) {
    tx.record(&OrderCancelled {
        order_id: order.id,
        number: order.number.clone(),
        account_id: Some(order.account_id),
        lines: parts.iter().map(|p| CancelledLine { line: p.line.line_no, quantity: p.quantity.into() }).collect(),
        reason: cancellation.reason.clone(),
    });
}
