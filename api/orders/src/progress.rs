//! Recording the progress of an order: picked, shipped, delivered, invoiced, closed. Later slices lock the order first
//! ([`super::lock_order`]) and call these functions. The table's constraints reject impossible quantities.

use entity::{OrderId, Quantity, WarehouseId, order_lines, orders};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::amounts::open_quantity;
use super::error::OrderError;
use super::queries::{add_to_allocation_columns, add_to_allocations, add_to_line_columns, add_to_lines, lines_of};
use order_events::OrderClosed;
use store::database::Tx;
use store::sql::key_chunks;

/// A quantity of a line at a warehouse, in the line's sales unit.
#[derive(Clone, Copy, Debug)]
pub struct LineMovement {
    pub line: i32,
    pub warehouse: WarehouseId,
    pub quantity: Quantity,
}

fn of_allocations(order: OrderId, movements: &[LineMovement], sign: i64) -> Vec<(OrderId, i32, i64, i64)> {
    movements.iter().map(|s| (order, s.line, s.warehouse.0, sign * s.quantity.0)).collect()
}

fn of_lines(order: OrderId, movements: &[LineMovement], sign: i64) -> Vec<(OrderId, i32, i64)> {
    movements.iter().map(|s| (order, s.line, sign * s.quantity.0)).collect()
}

/// Records that goods are on a pick list. They can no longer be cancelled.
pub async fn record_released(tx: &Tx, order: OrderId, movements: &[LineMovement]) -> Result<(), OrderError> {
    add_to_allocations(tx, "released", &of_allocations(order, movements, 1)).await?;
    increment_version(tx, order).await
}

/// Records that goods were picked.
pub async fn record_picked(tx: &Tx, order: OrderId, movements: &[LineMovement]) -> Result<(), OrderError> {
    add_to_allocations(tx, "picked", &of_allocations(order, movements, 1)).await?;
    add_to_lines(tx, "picked", &of_lines(order, movements, 1)).await?;
    increment_version(tx, order).await
}

/// Records that goods were picked without a pick list created before: released and picked at once.
pub async fn record_picked_directly(tx: &Tx, order: OrderId, movements: &[LineMovement]) -> Result<(), OrderError> {
    add_to_allocation_columns(tx, &["released", "picked"], &of_allocations(order, movements, 1)).await?;
    add_to_lines(tx, "picked", &of_lines(order, movements, 1)).await?;
    increment_version(tx, order).await
}

/// Records that goods were shipped without a pick list created before: released, picked and shipped at once.
pub async fn record_shipped_directly(tx: &Tx, order: OrderId, movements: &[LineMovement]) -> Result<(), OrderError> {
    add_to_allocation_columns(tx, &["released", "picked", "shipped"], &of_allocations(order, movements, 1)).await?;
    add_to_line_columns(tx, &["picked", "shipped"], &of_lines(order, movements, 1)).await?;
    increment_version(tx, order).await
}

/// Records that a pick list was cancelled. `picked` says whether the goods were already picked.
pub async fn record_returned_to_stock(
    tx: &Tx,
    order: OrderId,
    movements: &[LineMovement],
    picked: bool,
) -> Result<(), OrderError> {
    if picked {
        add_to_allocations(tx, "picked", &of_allocations(order, movements, -1)).await?;
        add_to_lines(tx, "picked", &of_lines(order, movements, -1)).await?;
    }
    add_to_allocations(tx, "released", &of_allocations(order, movements, -1)).await?;
    increment_version(tx, order).await
}

/// Records that goods were shipped.
pub async fn record_shipped(tx: &Tx, order: OrderId, movements: &[LineMovement]) -> Result<(), OrderError> {
    add_to_allocations(tx, "shipped", &of_allocations(order, movements, 1)).await?;
    add_to_lines(tx, "shipped", &of_lines(order, movements, 1)).await?;
    increment_version(tx, order).await
}

/// Records that goods were delivered.
pub async fn record_delivered(tx: &Tx, order: OrderId, lines: &[(i32, Quantity)]) -> Result<(), OrderError> {
    let by: Vec<_> = lines.iter().map(|(line, quantity)| (order, *line, quantity.0)).collect();
    add_to_lines(tx, "delivered", &by).await?;
    increment_version(tx, order).await
}

/// Records that goods were invoiced.
pub async fn record_invoiced(tx: &Tx, order: OrderId, lines: &[(i32, Quantity)]) -> Result<(), OrderError> {
    let by: Vec<_> = lines.iter().map(|(line, quantity)| (order, *line, quantity.0)).collect();
    add_to_lines(tx, "invoiced", &by).await?;
    increment_version(tx, order).await
}

/// Increments the version of an order.
pub(super) async fn increment_version(tx: &Tx, order: OrderId) -> Result<(), OrderError> {
    orders::Entity::update_many()
        .col_expr(orders::Column::Version, Expr::col(orders::Column::Version).add(1))
        .col_expr(orders::Column::UpdatedAt, Expr::value(tx.now().0))
        .filter(orders::Column::Id.eq(order))
        .exec(tx)
        .await?;
    Ok(())
}

/// Closes an order whose lines are all cancelled. Other orders are closed by billing when they are paid.
pub(super) async fn close_if_all_cancelled(tx: &Tx, order: &orders::Model) -> Result<(), OrderError> {
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
        let is_not_invoiced = Expr::col(Column::Invoiced).add(Expr::col(Column::Cancelled)).lt(Expr::col(Column::Quantity));
        let select = order_lines::Entity::find().select_only().column(Column::OrderId).distinct();
        let select = select.filter(Column::OrderId.is_in(chunk.iter().copied())).filter(is_not_invoiced);
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
