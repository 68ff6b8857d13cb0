//! Cancelling an order or parts of it before it ships: stock and credit come back at once.

use ahash::AHashMap;
use entity::{Quantity, order_allocations, order_cancellations, order_lines, orders};
use sea_orm::{NotSet, Set};

use super::amounts::{self, worth_between};
use super::credit::{self, Shift};
use super::error::OrderError;
use super::queries::{allocations_of, allocations_update, lines_of, lines_update};
use inventory::{self, Reservation};
use kernel::problem::CommonError;
use order_events::{CancelledLine, OrderCancelled};
use store::database::Tx;
use store::sql::insert_all;

/// How much of which line is cancelled; no lines at all means everything that can be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancellation {
    pub lines: Vec<(i32, Quantity)>,
    pub reason: String,
}

/// One line's part of a cancellation.
struct Part {
    line: order_lines::Model,
    quantity: Quantity,
}

/// Cancels what is asked of an order locked by the caller. What is on a pick list or has left cannot be cancelled.
pub(crate) async fn cancel(tx: &Tx, order: &orders::Model, what: &Cancellation) -> Result<(), OrderError> {
    let lines = lines_of(tx, order.id).await?;
    let allocations = allocations_of(tx, order.id).await?;
    let parts = parts_of(&lines, &allocations, what)?;
    let currency = order.currency.0;

    let mut worth = 0_i64;
    for part in &parts {
        let open = amounts::open_quantity(&part.line);
        let amount = worth_between(&part.line, Quantity(open.0 - part.quantity.0), open, currency)?;
        worth = worth.checked_add(amount.0).ok_or(OrderError::OutOfRange)?;
    }
    free_stock(tx, &parts, &allocations, &order.number).await?;
    credit::shift(tx, order.account_id, order.currency.0, Shift { receivable: 0, committed: -worth }).await?;
    let cancelled: Vec<_> = parts.iter().map(|p| (p.line.order_id, p.line.line_no, p.quantity.0)).collect();
    lines_update(tx, "cancelled", &cancelled).await?;
    date(tx, &parts).await?;
    super::progress::touch(tx, order.id).await?;
    record(tx, order, &parts, what);
    super::progress::close_if_done(tx, order).await
}

/// What can still be cancelled of a line: what is ordered and not on a pick list.
fn cancellable(line: &order_lines::Model, allocations: &[order_allocations::Model]) -> i64 {
    let released: i64 = allocations.iter().filter(|a| a.line_no == line.line_no).map(|a| a.released.0).sum();
    amounts::open_quantity(line).0 - released
}

fn parts_of(
    lines: &[order_lines::Model],
    allocations: &[order_allocations::Model],
    what: &Cancellation,
) -> Result<Vec<Part>, OrderError> {
    if what.lines.is_empty() {
        let all = lines.iter().map(|line| Part { line: line.clone(), quantity: Quantity(cancellable(line, allocations)) });
        let parts: Vec<Part> = all.filter(|part| part.quantity.0 > 0).collect();
        let whole = lines.iter().all(|line| cancellable(line, allocations) == amounts::open_quantity(line).0);
        return match (parts.is_empty(), whole) {
            (true, _) => Err(OrderError::TooLate("nothing of the order can be cancelled any more".to_owned())),
            (false, false) => {
                Err(OrderError::TooLate("a part of the order is being shipped; name the lines to cancel".to_owned()))
            }
            (false, true) => Ok(parts),
        };
    }
    let mut asked: AHashMap<i32, i64> = AHashMap::new();
    for (number, quantity) in &what.lines {
        let sum = asked.entry(*number).or_default();
        *sum = sum.checked_add(quantity.0).ok_or(OrderError::OutOfRange)?;
    }
    let mut parts = Vec::with_capacity(asked.len());
    for (number, quantity) in asked {
        let line = lines.iter().find(|l| l.line_no == number).ok_or(OrderError::NoSuchLine(number))?;
        let most = cancellable(line, allocations);
        if quantity > most {
            let most = pricing::Quantity::from_micros(most);
            return Err(OrderError::TooLate(format!("of line {number} at most {most} can be cancelled")));
        }
        parts.push(Part { line: line.clone(), quantity: Quantity(quantity) });
    }
    parts.sort_by_key(|part| part.line.line_no);
    Ok(parts)
}

/// Takes from what waits first, then from what is reserved. Inventory tells of the stock that was freed.
async fn free_stock(tx: &Tx, parts: &[Part], allocations: &[order_allocations::Model], number: &str) -> Result<(), OrderError> {
    let (mut gives, mut moved, mut from_lines) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let line = &part.line;
        let waiting = amounts::open_quantity(line).0 - line.allocated.0;
        let mut left = (part.quantity.0 - waiting).max(0);
        if left > 0 {
            from_lines.push((line.order_id, line.line_no, -left));
        }
        for place in allocations.iter().filter(|a| a.line_no == line.line_no) {
            let take = left.min(place.quantity.0 - place.released.0);
            if take > 0 {
                left -= take;
                moved.push((line.order_id, line.line_no, place.warehouse_id.0, -take));
                gives.push(Reservation {
                    product: line.product_id,
                    warehouse: place.warehouse_id,
                    quantity: super::allocate::in_stock_unit(line, Quantity(take))?,
                });
            }
        }
    }
    if gives.is_empty() {
        return Ok(());
    }
    lines_update(tx, "allocated", &from_lines).await?;
    allocations_update(tx, "quantity", &moved).await?;
    Ok(inventory::release(tx, &gives, number).await?)
}

/// Says when what was cancelled, for prices that count what was ordered so far and are asked for again.
async fn date(tx: &Tx, parts: &[Part]) -> Result<(), CommonError> {
    let row = |part: &Part| order_cancellations::ActiveModel {
        id: NotSet,
        order_id: Set(part.line.order_id),
        line_no: Set(part.line.line_no),
        quantity: Set(part.quantity),
        cancelled_at: Set(tx.now()),
    };
    Ok(insert_all(tx, parts.iter().map(row).collect(), None).await?)
}

fn record(tx: &Tx, order: &orders::Model, parts: &[Part], what: &Cancellation) {
    tx.record(&OrderCancelled {
        order_id: order.id,
        number: order.number.clone(),
        account_id: Some(order.account_id),
        lines: parts.iter().map(|p| CancelledLine { line: p.line.line_no, quantity: p.quantity.into() }).collect(),
        reason: what.reason.clone(),
    });
}
