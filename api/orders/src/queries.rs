//! Reading orders, and the bulk statements that move their lines' quantities.

use ahash::AHashMap;
use entity::{AccountId, OrderId, order_allocations, order_holds, order_lines, orders};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use store::Db;
use store::sql;

use super::error::OrderError;
use super::order::LoadedOrder;
use kernel::wire::PageRequest;
use store::BoundRows;
use store::database::Tx;
use store::sql::{fetch, fetch_one, key_chunks};

/// The orders that an account may see; all orders for the seller's staff (`None`).
fn visible_to(account: Option<AccountId>) -> Select<orders::Entity> {
    let all = orders::Entity::find();
    match account {
        Some(account) => all.filter(orders::Column::AccountId.eq(account)),
        None => all,
    }
}

/// The order of a number, if the account may see it.
pub async fn find_order(db: &impl Db, number: &str, account: Option<AccountId>) -> Result<orders::Model, OrderError> {
    let select = visible_to(account).filter(orders::Column::Number.eq(number));
    select.one(db).await?.ok_or_else(|| OrderError::NotFound(number.to_owned()))
}

/// The id of the order that a list is filtered by, if one is given and the account may see it.
pub async fn find_order_id(
    db: &impl Db,
    number: Option<&str>,
    account: Option<AccountId>,
) -> Result<Option<OrderId>, OrderError> {
    match number {
        Some(number) => Ok(Some(find_order(db, number, account).await?.id)),
        None => Ok(None),
    }
}

/// As [`find_order`], locked until the transaction ends. SQLite's one writer needs no lock.
pub async fn lock_order(tx: &Tx, number: &str, account: Option<AccountId>) -> Result<orders::Model, OrderError> {
    let select = sql::locked(tx, visible_to(account).filter(orders::Column::Number.eq(number)));
    fetch_one(tx, select).await?.ok_or_else(|| OrderError::NotFound(number.to_owned()))
}

/// Locks orders by id, in rising order.
pub(super) async fn lock_orders(tx: &Tx, ids: &[OrderId]) -> Result<(), OrderError> {
    if !tx.is_sqlite() {
        lock_orders_by_id(tx, ids).await?;
    }
    Ok(())
}

/// Locks orders by id, in rising order, and returns them in that order.
pub async fn lock_orders_by_id(tx: &Tx, ids: &[OrderId]) -> Result<Vec<orders::Model>, OrderError> {
    let mut rows = Vec::with_capacity(ids.len());
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    for chunk in key_chunks(&sorted) {
        let select = sql::locked(tx, orders::Entity::find().filter(orders::Column::Id.is_in(chunk.iter().copied())));
        rows.extend(fetch(tx, select.order_by_asc(orders::Column::Id)).await?);
    }
    Ok(rows)
}

/// The numbers of orders.
pub async fn numbers_of(db: &impl Db, ids: &[OrderId]) -> Result<AHashMap<OrderId, String>, DbErr> {
    let mut numbers = AHashMap::with_capacity(ids.len());
    for chunk in key_chunks(ids) {
        let select = orders::Entity::find().select_only().columns([orders::Column::Id, orders::Column::Number]);
        let rows: Vec<(OrderId, String)> =
            select.filter(orders::Column::Id.is_in(chunk.iter().copied())).into_tuple().all(db).await?;
        numbers.extend(rows);
    }
    Ok(numbers)
}

/// The lines of an order.
pub async fn lines_of(db: &impl Db, order: OrderId) -> Result<Vec<order_lines::Model>, DbErr> {
    let select = order_lines::Entity::find().filter(order_lines::Column::OrderId.eq(order));
    fetch(db, select.order_by_asc(order_lines::Column::LineNo)).await
}

/// The allocations of an order's lines.
pub async fn allocations_of(db: &impl Db, order: OrderId) -> Result<Vec<order_allocations::Model>, DbErr> {
    let select = order_allocations::Entity::find().filter(order_allocations::Column::OrderId.eq(order));
    fetch(db, select.order_by_asc(order_allocations::Column::LineNo).order_by_asc(order_allocations::Column::WarehouseId)).await
}

/// An order with everything that belongs to it.
pub(crate) async fn load(db: &impl Db, order: orders::Model) -> Result<LoadedOrder, OrderError> {
    let lines = lines_of(db, order.id).await?;
    let allocations = allocations_of(db, order.id).await?;
    let holds = fetch(db, order_holds::Entity::find().filter(order_holds::Column::OrderId.eq(order.id))).await?;
    Ok(LoadedOrder { order, lines, allocations, holds })
}

const ROWS_PER_STATEMENT: usize = 2_000;

/// Adds to one quantity column of many lines: `(order, line, delta)`. The table's constraints reject impossible quantities.
pub(super) async fn add_to_lines(tx: &Tx, column: &'static str, by: &[(OrderId, i32, i64)]) -> Result<(), DbErr> {
    add_to_line_columns(tx, &[column], by).await
}

/// As [`add_to_lines`], for several columns at once.
pub(super) async fn add_to_line_columns(tx: &Tx, columns: &[&'static str], by: &[(OrderId, i32, i64)]) -> Result<(), DbErr> {
    let set = set_sql("order_lines", columns);
    for chunk in by.chunks(ROWS_PER_STATEMENT) {
        let mut moved = BoundRows::new(tx, &["order_id", "line_no", "quantity"], &[]);
        for (order, line, quantity) in chunk {
            moved.push(&[order.0, i64::from(*line), *quantity], &[]);
        }
        let sql = format!(
            "update order_lines set {set} from {} as moved \
             where order_lines.order_id = moved.order_id and order_lines.line_no = moved.line_no",
            moved.source(1)
        );
        tx.execute_raw(tx.statement(sql, moved.into_values())).await?;
    }
    Ok(())
}

/// Adds to one quantity column of many allocations: `(order, line, warehouse, delta)`.
pub(super) async fn add_to_allocations(tx: &Tx, column: &'static str, by: &[(OrderId, i32, i64, i64)]) -> Result<(), DbErr> {
    add_to_allocation_columns(tx, &[column], by).await
}

/// As [`add_to_allocations`], for several columns at once.
pub(super) async fn add_to_allocation_columns(
    tx: &Tx,
    columns: &[&'static str],
    by: &[(OrderId, i32, i64, i64)],
) -> Result<(), DbErr> {
    let set = set_sql("order_allocations", columns);
    for chunk in by.chunks(ROWS_PER_STATEMENT) {
        let columns = &["order_id", "line_no", "warehouse_id", "quantity"];
        let mut moved = BoundRows::new(tx, columns, &[]);
        for (order, line, warehouse, quantity) in chunk {
            moved.push(&[order.0, i64::from(*line), *warehouse, *quantity], &[]);
        }
        let sql = format!(
            "update order_allocations set {set} from {} as moved \
             where order_allocations.order_id = moved.order_id and order_allocations.line_no = moved.line_no \
             and order_allocations.warehouse_id = moved.warehouse_id",
            moved.source(1)
        );
        tx.execute_raw(tx.statement(sql, moved.into_values())).await?;
    }
    Ok(())
}

fn set_sql(table: &str, columns: &[&str]) -> String {
    let set: Vec<String> = columns.iter().map(|column| format!("{column} = {table}.{column} + moved.quantity")).collect();
    set.join(", ")
}

/// Which orders a list shows.
#[derive(Clone, Debug)]
pub(crate) struct OrderFilter {
    pub account: Option<AccountId>,
    pub purchase_order_number: Option<String>,
    pub open: Option<bool>,
    pub page: PageRequest,
}

/// Orders of a list, newest first, each with its lines and holds.
pub(crate) async fn list(db: &impl Db, filter: OrderFilter) -> Result<Vec<LoadedOrder>, OrderError> {
    let mut select = filter.page.descending(visible_to(filter.account), orders::Column::Id);
    if let Some(number) = filter.purchase_order_number {
        select = select.filter(orders::Column::PurchaseOrderNumber.eq(number));
    }
    if let Some(open) = filter.open {
        select = select.filter(orders::Column::Open.eq(open));
    }
    let rows = fetch(db, select).await?;
    let ids: Vec<OrderId> = rows.iter().map(|o| o.id).collect();
    let lines = order_lines::Entity::find().filter(order_lines::Column::OrderId.is_in(ids.clone()));
    let lines = fetch(db, lines.order_by_asc(order_lines::Column::LineNo)).await?;
    let holds = fetch(db, order_holds::Entity::find().filter(order_holds::Column::OrderId.is_in(ids.clone()))).await?;
    let allocations = order_allocations::Entity::find().filter(order_allocations::Column::OrderId.is_in(ids));
    let allocations = fetch(db, allocations.order_by_asc(order_allocations::Column::LineNo)).await?;
    let mut lines_by: AHashMap<OrderId, Vec<order_lines::Model>> = AHashMap::new();
    for line in lines {
        lines_by.entry(line.order_id).or_default().push(line);
    }
    let orders = rows.into_iter().map(|order| LoadedOrder {
        lines: lines_by.remove(&order.id).unwrap_or_default(),
        holds: holds.iter().filter(|h| h.order_id == order.id).cloned().collect(),
        allocations: allocations.iter().filter(|a| a.order_id == order.id).cloned().collect(),
        order,
    });
    Ok(orders.collect())
}
