//! Learning from orders: which products stand together, and what an account buys.

use entity::OrderId;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use serde::Deserialize;

use crate::kernel::database::Tx;
use crate::kernel::events::Event;
use crate::kernel::follow::Listener;
use crate::kernel::problem::Trouble;
use crate::kernel::sql::is_sqlite;

/// Pairs are counted among so many products of an order, the first ones.
const BASKET: i64 = 60;

/// Counts every order as it is placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learner;

/// What is needed of `order.placed`.
#[derive(Debug, Deserialize)]
struct Placed {
    order_id: i64,
}

#[async_trait::async_trait]
impl Listener for Learner {
    fn name(&self) -> &'static str {
        "suggestions"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "order.placed"
    }

    async fn hear(&self, tx: &Tx, event: &Event) -> Result<(), Trouble> {
        if let Some(placed) = event.read::<Placed>() {
            learn(tx, Some(OrderId(placed.order_id))).await?;
        }
        Ok(())
    }
}

/// Counts every order that is not counted yet, in a constant number of statements; gives how many there were. For orders
/// that came without events, and harmless at any time.
pub(crate) async fn learn_all(tx: &Tx) -> Result<u64, Trouble> {
    Ok(learn(tx, None).await?)
}

async fn learn(tx: &Tx, order: Option<OrderId>) -> Result<u64, DbErr> {
    let backend = tx.get_database_backend();
    let batch = tx.id().await?;
    let mut values: Vec<Value> = vec![batch.into()];
    let mut which = String::new();
    if let Some(order) = order {
        which.push_str("o.id = $2 and");
        values.push(order.0.into());
    }
    let mark = format!(
        "insert into learned_orders (order_id, batch) select o.id, $1 from orders o \
         where {which} not exists (select 1 from learned_orders l where l.order_id = o.id) on conflict (order_id) do nothing"
    );
    let marked = tx.execute_raw(Statement::from_sql_and_values(backend, mark, values)).await?.rows_affected();
    if marked > 0 {
        tx.execute_raw(Statement::from_sql_and_values(backend, pairs_sql(), [batch.into(), BASKET.into()])).await?;
        tx.execute_raw(Statement::from_sql_and_values(backend, purchases_sql(is_sqlite(tx)), [batch.into()])).await?;
    }
    Ok(marked)
}

/// Counts both directions of every pair of products among the first of each order of the batch.
fn pairs_sql() -> &'static str {
    "insert into bought_together (product_id, other_id, baskets, last_at) \
     with distinct_lines as ( \
       select l.order_id, l.product_id, min(l.line_no) as line, min(l.placed_at) as placed \
       from learned_orders d join order_lines l on l.order_id = d.order_id \
       where d.batch = $1 group by l.order_id, l.product_id), \
     basket as ( \
       select order_id, product_id, placed, row_number() over (partition by order_id order by line) as place from distinct_lines) \
     select a.product_id, b.product_id, count(*), max(a.placed) \
     from basket a join basket b on b.order_id = a.order_id and b.product_id <> a.product_id \
     where a.place <= $2 and b.place <= $2 \
     group by a.product_id, b.product_id order by a.product_id, b.product_id \
     on conflict (product_id, other_id) do update set \
       baskets = bought_together.baskets + excluded.baskets, \
       last_at = case when excluded.last_at > bought_together.last_at then excluded.last_at else bought_together.last_at end"
}

/// Adds what the orders of the batch bought, in stock units. The conversion is exact and cannot overflow where the line's
/// quantity in stock units does not; a line counts at most a hundred million units, so that no sum ever overflows and stops
/// the learning.
fn purchases_sql(sqlite: bool) -> String {
    let least = if sqlite { "min" } else { "least" };
    format!(
        "insert into account_purchases (account_id, product_id, orders, quantity, first_at, last_at) \
         select l.account_id, l.product_id, count(distinct l.order_id), \
           cast(sum({least}(100000000000000, l.quantity / l.denominator * l.numerator \
             + (l.quantity % l.denominator) * l.numerator / l.denominator)) as bigint), \
           min(l.placed_at), max(l.placed_at) \
         from learned_orders d join order_lines l on l.order_id = d.order_id \
         where d.batch = $1 group by l.account_id, l.product_id order by l.account_id, l.product_id \
         on conflict (account_id, product_id) do update set \
           orders = account_purchases.orders + excluded.orders, \
           quantity = {least}(4000000000000000000, account_purchases.quantity) + excluded.quantity, \
           first_at = case when excluded.first_at < account_purchases.first_at then excluded.first_at \
             else account_purchases.first_at end, \
           last_at = case when excluded.last_at > account_purchases.last_at then excluded.last_at \
             else account_purchases.last_at end"
    )
}
