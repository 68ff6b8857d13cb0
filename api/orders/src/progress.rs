//! What later slices tell of an order: picked, shipped, delivered, invoiced, closed. They lock the order first
//! ([`super::lock_order`]); the table's checks refuse quantities that cannot be.

use entity::{OrderId, Quantity, WarehouseId, order_lines, orders};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::amounts::open_quantity;
use super::error::OrderError;
use super::queries::{allocations_update, allocations_update_all, lines_of, lines_update, lines_update_all};
use order_events::OrderClosed;
use store::database::Tx;
use store::sql::key_chunks;

/// A quantity of a line at a warehouse, in the line's sales unit.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub line: i32,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

fn of_allocations(order: OrderId, steps: &[Step], sign: i64) -> Vec<(OrderId, i32, i64, i64)> {
    steps.iter().map(|s| (order, s.line, s.warehouse.0, sign * s.quantity.0)).collect()
}

fn of_lines(order: OrderId, steps: &[Step], sign: i64) -> Vec<(OrderId, i32, i64)> {
    steps.iter().map(|s| (order, s.line, sign * s.quantity.0)).collect()
}

/// Goods are on a pick list: they can no longer be cancelled.
pub async fn record_released(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update(tx, "released", &of_allocations(order, steps, 1)).await?;
    touch(tx, order).await
}

/// Goods were taken from the shelves.
pub async fn record_picked(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update(tx, "picked", &of_allocations(order, steps, 1)).await?;
    lines_update(tx, "picked", &of_lines(order, steps, 1)).await?;
    touch(tx, order).await
}

/// Goods were put on a pick list and taken from the shelves at once.
pub async fn record_taken(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update_all(tx, &["released", "picked"], &of_allocations(order, steps, 1)).await?;
    lines_update(tx, "picked", &of_lines(order, steps, 1)).await?;
    touch(tx, order).await
}

/// Goods left the warehouse that were on no pick list before: released, picked and shipped at once.
pub async fn record_left(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update_all(tx, &["released", "picked", "shipped"], &of_allocations(order, steps, 1)).await?;
    lines_update_all(tx, &["picked", "shipped"], &of_lines(order, steps, 1)).await?;
    touch(tx, order).await
}

/// A pick list was given up; `picked` says whether the goods were already taken from the shelves.
pub async fn record_put_back(tx: &Tx, order: OrderId, steps: &[Step], picked: bool) -> Result<(), OrderError> {
    if picked {
        allocations_update(tx, "picked", &of_allocations(order, steps, -1)).await?;
        lines_update(tx, "picked", &of_lines(order, steps, -1)).await?;
    }
    allocations_update(tx, "released", &of_allocations(order, steps, -1)).await?;
    touch(tx, order).await
}

/// Goods left the warehouse.
pub async fn record_shipped(tx: &Tx, order: OrderId, steps: &[Step]) -> Result<(), OrderError> {
    allocations_update(tx, "shipped", &of_allocations(order, steps, 1)).await?;
    lines_update(tx, "shipped", &of_lines(order, steps, 1)).await?;
    touch(tx, order).await
}

/// Goods arrived.
pub async fn record_delivered(tx: &Tx, order: OrderId, lines: &[(i32, Quantity)]) -> Result<(), OrderError> {
    let by: Vec<_> = lines.iter().map(|(line, quantity)| (order, *line, quantity.0)).collect();
    lines_update(tx, "delivered", &by).await?;
    touch(tx, order).await
}

/// Goods were invoiced.
pub async fn record_invoiced(tx: &Tx, order: OrderId, lines: &[(i32, Quantity)]) -> Result<(), OrderError> {
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
        close(tx, &[order]).await?;
    }
    Ok(())
}

/// Closes those of the orders, all locked by the caller, whose every line is shipped and invoiced; called by billing with
/// orders whose invoices are all paid.
pub async fn close_paid(tx: &Tx, orders: &[orders::Model]) -> Result<(), OrderError> {
    let ids: Vec<OrderId> = orders.iter().filter(|o| o.open).map(|o| o.id).collect();
    let mut unfinished: Vec<OrderId> = Vec::new();
    for chunk in key_chunks(&ids) {
        use order_lines::Column;
        let waits = Expr::col(Column::Invoiced).add(Expr::col(Column::Cancelled)).lt(Expr::col(Column::Quantity));
        let select = order_lines::Entity::find().select_only().column(Column::OrderId).distinct();
        let select = select.filter(Column::OrderId.is_in(chunk.iter().copied())).filter(waits);
        unfinished.extend(select.into_tuple::<OrderId>().all(tx).await?);
    }
    let done: Vec<&orders::Model> = orders.iter().filter(|o| o.open && !unfinished.contains(&o.id)).collect();
    close(tx, &done).await
}

async fn close(tx: &Tx, orders: &[&orders::Model]) -> Result<(), OrderError> {
    let ids: Vec<OrderId> = orders.iter().map(|o| o.id).collect();
    for chunk in key_chunks(&ids) {
        orders::Entity::update_many()
            .col_expr(orders::Column::Open, Expr::value(false))
            .filter(orders::Column::Id.is_in(chunk.iter().copied()))
            .exec(tx)
            .await?;
    }
    for order in orders {
        tx.record(&OrderClosed::from(*order));
    }
    Ok(())
}
