//! Allocating stock to backordered lines: the oldest order first, line by line, whole sales units only.

use entity::{OrderId, ProductId, Quantity, order_allocations, order_lines, orders};
use pricing::Factor;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::error::OrderError;
use super::held_stock::not_held_for_credit;
use super::queries::{add_to_lines, lock_orders};
use inventory::Demand;
use inventory::SourcingPreference;
use inventory::events::StockFreed;
use inventory::events::StockReceived;
use order_events::OrderAllocated;
use order_events::OrdersWaiting;
use store::database::Tx;
use store::event_handlers::EventHandler;
use store::events::Event;
use store::sql::insert_all;
use store::{BoxError, DomainEvent as _, UnreadableEvent};

/// Largest number of lines allocated per event. When a round reaches it, it records an event for the next round.
const LINES_PER_ROUND: u64 = 500;

/// Converts a quantity from the stock unit to the line's sales unit.
pub(super) fn in_sales_unit(line: &order_lines::Model, stock: pricing::Quantity) -> Result<Quantity, OrderError> {
    let factor = Factor::new(line.numerator, line.denominator).map_err(|_| OrderError::OutOfRange)?;
    factor.from_stock(stock).map(Quantity::from).map_err(|_| OrderError::OutOfRange)
}

/// Converts a quantity from the line's sales unit to the stock unit.
pub fn in_stock_unit(line: &order_lines::Model, sales: Quantity) -> Result<pricing::Quantity, OrderError> {
    let factor = Factor::new(line.numerator, line.denominator).map_err(|_| OrderError::OutOfRange)?;
    factor.to_stock(sales.into()).map_err(|_| OrderError::OutOfRange)
}

/// Allocates stock of the products to the oldest backordered lines. Returns the number of lines that received stock.
pub(crate) async fn allocate_backorders(tx: &Tx, products: &[ProductId]) -> Result<usize, OrderError> {
    let backordered = backordered_lines(tx, products).await?;
    if backordered.is_empty() {
        return Ok(0);
    }
    let mut ids: Vec<OrderId> = backordered.iter().map(|l| l.order_id).collect();
    ids.dedup();
    lock_orders(tx, &ids).await?;
    // The lines are read again, because they may have been cancelled or allocated before the orders were locked.
    let mut lines = backordered_lines(tx, products).await?;
    lines.retain(|line| ids.binary_search(&line.order_id).is_ok());
    let demands = lines.iter().enumerate().map(|(key, line)| demand_of(key, line)).collect::<Result<Vec<_>, _>>()?;
    let reserved = inventory::reserve(tx, &demands, &SourcingPreference::default(), "backorder").await?;
    let mut allocated = vec![0_i64; lines.len()];
    let mut allocations = Vec::with_capacity(reserved.len());
    for part in &reserved {
        let line = &lines[part.key];
        let quantity = in_sales_unit(line, part.quantity)?;
        allocated[part.key] += quantity.0;
        allocations.push(order_allocations::Model {
            order_id: line.order_id,
            line_no: line.line_no,
            warehouse_id: part.warehouse,
            quantity,
            released: Quantity(0),
            picked: Quantity(0),
            shipped: Quantity(0),
        });
    }
    add_allocations(tx, allocations).await?;
    let allocated_lines: Vec<(OrderId, i32, i64)> =
        lines.iter().zip(&allocated).filter(|(_, g)| **g > 0).map(|(l, g)| (l.order_id, l.line_no, *g)).collect();
    add_to_lines(tx, "allocated", &allocated_lines).await?;
    record(tx, &allocated_lines).await?;
    Ok(allocated_lines.len())
}

async fn backordered_lines(tx: &Tx, products: &[ProductId]) -> Result<Vec<order_lines::Model>, OrderError> {
    use order_lines::Column;
    let is_backordered = Expr::col(Column::Allocated).add(Expr::col(Column::Cancelled)).lt(Expr::col(Column::Quantity));
    let select = order_lines::Entity::find()
        .filter(Column::ProductId.is_in(products.iter().copied()))
        .filter(is_backordered)
        .filter(not_held_for_credit());
    Ok(select.order_by_asc(Column::OrderId).order_by_asc(Column::LineNo).limit(LINES_PER_ROUND).all(tx).await?)
}

fn demand_of(key: usize, line: &order_lines::Model) -> Result<Demand, OrderError> {
    let open = Quantity(line.quantity.0 - line.cancelled.0 - line.allocated.0);
    let one = Quantity(if line.quantity.0 % 1_000_000 == 0 { 1_000_000 } else { 1 });
    Ok(Demand {
        key,
        product: line.product_id,
        quantity: in_stock_unit(line, open)?,
        multiple: in_stock_unit(line, one)?,
        all_or_nothing: false,
    })
}

/// Adds to the quantities of lines at each warehouse.
async fn add_allocations(tx: &Tx, allocations: Vec<order_allocations::Model>) -> Result<(), OrderError> {
    use order_allocations::Column;
    let upsert = OnConflict::columns([Column::OrderId, Column::LineNo, Column::WarehouseId])
        .value(Column::Quantity, Expr::col((order_allocations::Entity, Column::Quantity)).add(Expr::cust("excluded.quantity")))
        .to_owned();
    let rows = allocations.into_iter().map(|r| r.into_active_model().reset_all()).collect();
    Ok(insert_all(tx, rows, Some(upsert)).await?)
}

async fn record(tx: &Tx, allocated_lines: &[(OrderId, i32, i64)]) -> Result<(), OrderError> {
    let mut ids: Vec<OrderId> = allocated_lines.iter().map(|s| s.0).collect();
    ids.dedup();
    let rows = orders::Entity::find().filter(orders::Column::Id.is_in(ids)).all(tx).await?;
    for order in rows {
        let lines: Vec<i32> = allocated_lines.iter().filter(|s| s.0 == order.id).map(|s| s.1).collect();
        let (number, account_id) = (order.number, Some(order.account_id));
        tx.record(&OrderAllocated { order_id: order.id, number, account_id, lines });
    }
    Ok(())
}

/// Allocates stock to backorders when stock is received or released.
#[derive(Debug)]
pub struct BackorderAllocation;

#[async_trait::async_trait]
impl EventHandler for BackorderAllocation {
    fn name(&self) -> &'static str {
        "waiting-orders"
    }

    fn handles(&self, kind: &str) -> bool {
        [StockReceived::KIND, StockFreed::KIND, OrdersWaiting::KIND].contains(&kind)
    }

    async fn handle(&self, tx: &Tx, event: &Event) -> Result<(), BoxError> {
        let product_ids = products_with_stock(event)?;
        let allocated_lines = allocate_backorders(tx, &product_ids).await?;
        if allocated_lines as u64 == LINES_PER_ROUND {
            tx.record(&OrdersWaiting { product_ids });
        }
        Ok(())
    }
}

/// The products that an event says may have stock for backorders.
fn products_with_stock(event: &Event) -> Result<Vec<ProductId>, UnreadableEvent> {
    if let Some(StockReceived(more)) = event.decode()? {
        return Ok(more.product_ids);
    }
    if let Some(StockFreed(more)) = event.decode()? {
        return Ok(more.product_ids);
    }
    let backordered: Option<OrdersWaiting> = event.decode()?;
    Ok(backordered.map(|backordered| backordered.product_ids).unwrap_or_default())
}
