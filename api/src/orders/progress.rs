//! What later slices tell of an order: picked, shipped, delivered, invoiced, closed. They lock the order first
//! ([`super::lock_order`]); the table's checks refuse quantities that cannot be.

use entity::{OrderId, Quantity, WarehouseId, order_lines, orders};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::amounts::open_quantity;
use super::error::OrderError;
use super::queries::{allocations_update, lines_of, lines_update};
use crate::kernel::database::Tx;
use crate::kernel::events::NewEvent;

/// A quantity of a line at a warehouse, in the line's sales unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) line: i32,
    pub(crate) warehouse: WarehouseId,
    pub(crate) quantity: Quantity,
}

fn of_allocations(order: OrderId, steps: &[Step], sign: i64) -> Vec<(OrderId, i32, i64, i64)> {
    steps.iter().map(|s| (order, s.line, s.warehouse.0, sign * s.quantity.0)).collect()
}

fn of_lines(order: OrderId, steps: &[Step], sign: i64) -> Vec<(OrderId, i32, i64)> {
    steps.iter().map(|s| (order, s.line, sign * s.quantity.0)).collect()
}

/// Goods are on a pick list: they can no longer be cancelled.
pub(crate) async fn record_released(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update(tx, "released", &of_allocations(order, steps, 1)).await?;
    touch(tx, order).await
}

/// Goods were taken from the shelves.
pub(crate) async fn record_picked(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update(tx, "picked", &of_allocations(order, steps, 1)).await?;
    lines_update(tx, "picked", &of_lines(order, steps, 1)).await?;
    touch(tx, order).await
}

/// A pick list was given up; `picked` says whether the goods were already taken from the shelves.
pub(crate) async fn record_put_back(tx: &Tx, order: OrderId, steps: &[Step], picked: bool) -> Result<(), OrderError> {
    if picked {
        allocations_update(tx, "picked", &of_allocations(order, steps, -1)).await?;
        lines_update(tx, "picked", &of_lines(order, steps, -1)).await?;
    }
    allocations_update(tx, "released", &of_allocations(order, steps, -1)).await?;
    touch(tx, order).await
}

/// Goods left the warehouse.
pub(crate) async fn record_shipped(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update(tx, "shipped", &of_allocations(order, steps, 1)).await?;
    lines_update(tx, "shipped", &of_lines(order, steps, 1)).await?;
    touch(tx, order).await
}

/// Goods arrived.
pub(crate) async fn record_delivered(tx: &Tx, order: OrderId, lines: &[(i32, Quantity)]) -> Result<(), OrderError> {
    let by: Vec<_> = lines.iter().map(|(line, quantity)| (order, *line, quantity.0)).collect();
    lines_update(tx, "delivered", &by).await?;
    touch(tx, order).await
}

/// Goods were invoiced.
pub(crate) async fn record_invoiced(tx: &Tx, order: OrderId, lines: &[(i32, Quantity)]) -> Result<(), OrderError> {
    let by: Vec<_> = lines.iter().map(|(line, quantity)| (order, *line, quantity.0)).collect();
    lines_update(tx, "invoiced", &by).await?;
    touch(tx, order).await
}

/// Counts a change of the order.
pub(super) async fn touch(tx: &Tx, order: OrderId) -> Result<(), OrderError> {
    orders::Entity::update_many()
        .col_expr(orders::Column::Version, Expr::col(orders::Column::Version).add(1))
        .col_expr(orders::Column::UpdatedAt, Expr::value(tx.now().0))
        .filter(orders::Column::Id.eq(order))
        .exec(tx)
        .await?;
    Ok(())
}

/// Closes an order of which nothing is ordered any more. What was ordered and shipped is closed by billing, when it is paid.
pub(super) async fn close_if_done(tx: &Tx, order: &orders::Model) -> Result<(), OrderError> {
    let lines = lines_of(tx, order.id).await?;
    if lines.iter().all(|l| open_quantity(l).0 == 0) {
        close(tx, order).await?;
    }
    Ok(())
}

/// Closes an order whose every line is shipped and invoiced; called by billing when all its invoices are paid. Says whether
/// it was closed.
pub(crate) async fn close_paid(tx: &Tx, order: &orders::Model) -> Result<bool, OrderError> {
    let lines = lines_of(tx, order.id).await?;
    let done = |l: &order_lines::Model| open_quantity(l) == l.invoiced;
    if order.open && lines.iter().all(done) {
        close(tx, order).await?;
        return Ok(true);
    }
    Ok(false)
}

async fn close(tx: &Tx, order: &orders::Model) -> Result<(), OrderError> {
    orders::Entity::update_many()
        .col_expr(orders::Column::Open, Expr::value(false))
        .filter(orders::Column::Id.eq(order.id))
        .exec(tx)
        .await?;
    tx.record(NewEvent {
        kind: "order.closed",
        subject: format!("order/{}", order.number),
        account: Some(order.account_id),
        data: json!({ "order_id": order.id.0, "number": order.number }),
    });
    Ok(())
}
