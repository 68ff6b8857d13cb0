//! Reads orders into memory, many orders in one text value, so that the database and the driver spend no time on single lines.

use entity::{AccountId, Instant, OrderId, ProductId};
use sea_orm::{DbErr, Value};
use store::{Db, Row};

use super::order_history::Purchase;
use store::sql::{ids_value, key_list};

/// Separates the orders in the text.
const ROW: char = '\n';

/// Orders read by one statement.
const ORDERS_PER_STATEMENT: usize = 4_000;

/// Selects the quantities of an order that were not cancelled, in stock units. The calculation is exact, and overflows only
/// where the order itself would.
pub(super) const BASKETS: &str = "select o.id as order_id, o.account_id, o.placed_at, \
    string_agg(l.product_id || ':' || ((l.quantity - l.cancelled) / l.denominator * l.numerator \
      + (l.quantity - l.cancelled) % l.denominator * l.numerator / l.denominator), ' ') as lines \
    from orders o join order_lines l on l.order_id = o.id where l.cancelled < l.quantity";

/// The end of [`BASKETS`].
pub(super) const EACH_ORDER: &str = "group by o.id, o.account_id, o.placed_at";

/// Passes every stored order to `consume`, by rising id, and then the orders that are not stored yet.
pub(super) async fn read_all(db: &impl Db, mut consume: impl FnMut(Vec<Purchase>)) -> Result<(), DbErr> {
    let mut after = 0_i64;
    loop {
        let page = "select order_id, account_id, placed_at, lines from learned_baskets where order_id > $1 order by order_id";
        let (purchases, last) = read_packed(db, &format!("{page} limit {ORDERS_PER_STATEMENT}"), [after.into()]).await?;
        let Some(last) = last else { break };
        after = last;
        consume(purchases);
    }
    let open = "select o.id from orders o where not exists (select 1 from learned_baskets l where l.order_id = o.id)";
    let open = db.rows(db.statement(open, [])).await?;
    let open = open.iter().map(|row| row.get(0).map(OrderId)).collect::<Result<Vec<_>, _>>()?;
    for ids in open.chunks(ORDERS_PER_STATEMENT) {
        consume(read_orders(db, ids).await?);
    }
    Ok(())
}

/// The current state of some orders. Orders that were cancelled completely are left out.
pub(super) async fn read_orders(db: &impl Db, ids: &[OrderId]) -> Result<Vec<Purchase>, DbErr> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ORDERS_PER_STATEMENT) {
        let list = ids_value(db, ids.iter().map(|id| id.0));
        let keys = key_list(db, 1, "bigint");
        let select = format!("{BASKETS} and o.id in {keys} {EACH_ORDER}");
        found.extend(read_packed(db, &select, [list]).await?.0);
    }
    Ok(found)
}

/// The orders of a select, and the last id.
async fn read_packed(
    db: &impl Db,
    select: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(Vec<Purchase>, Option<i64>), DbErr> {
    let newline = db.dialect("char(10)", "chr(10)");
    let sql = format!(
        "select max(order_id), string_agg(order_id || ' ' || account_id || ' ' || placed_at || ' ' || lines, {newline}) \
         from ({select}) as baskets"
    );
    let row = db.row(db.statement(sql, values)).await?;
    let read = |row: Row| Ok::<_, DbErr>((row.get(0)?, row.get(1)?));
    let (last, text): (Option<i64>, Option<String>) = row.map(read).transpose()?.unwrap_or_default();
    Ok((text.unwrap_or_default().split(ROW).filter_map(parse_purchase).collect(), last))
}

fn parse_purchase(row: &str) -> Option<Purchase> {
    let mut words = row.split(' ');
    let mut number = || words.next()?.parse::<i64>().ok();
    let (order, account, at) = (OrderId(number()?), AccountId(number()?), Instant(number()?));
    let lines = words.filter_map(|line| {
        let (product, quantity) = line.split_once(':')?;
        Some((ProductId(product.parse().ok()?), quantity.parse().ok()?))
    });
    Some(Purchase { order, account, at, lines: lines.collect() })
}
