//! Verifies that order quantities agree with allocations and with the stock reserved for them.

use std::collections::BTreeMap;
use store::Db;

use pricing::{Factor, Quantity};

use super::error::OrderError;

/// A sentence for each discrepancy.
pub async fn reconcile(db: &impl Db) -> Result<Vec<String>, OrderError> {
    let mut found = lines_and_allocations(db).await?;
    found.extend(reservations(db).await?);
    Ok(found)
}

/// Lines whose quantities are not the sums of their allocations. Imported past orders have no allocations.
async fn lines_and_allocations(db: &impl Db) -> Result<Vec<String>, OrderError> {
    let sql = "select o.number, l.line_no from order_lines l join orders o on o.id = l.order_id left join \
               (select order_id, line_no, sum(quantity) as quantity, sum(picked) as picked, sum(shipped) as shipped \
                from order_allocations group by order_id, line_no) a on a.order_id = l.order_id and a.line_no = l.line_no \
               where (l.allocated <> coalesce(a.quantity, 0) or l.picked <> coalesce(a.picked, 0) \
               or l.shipped <> coalesce(a.shipped, 0)) and (o.open or exists \
               (select 1 from order_allocations x where x.order_id = o.id))";
    let rows = db.rows(db.statement(sql, [])).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (number, line): (String, i32) = (row.get(0)?, row.get(1)?);
        found.push(format!("order {number}, line {line}: the quantities are not the sums of its allocations"));
    }
    Ok(found)
}

/// Levels whose reserved quantity differs from the quantity allocated and not shipped.
async fn reservations(db: &impl Db) -> Result<Vec<String>, OrderError> {
    let sql = "select l.product_id, a.warehouse_id, l.numerator, l.denominator, cast(sum(a.quantity - a.shipped) as bigint) \
               from order_allocations a join order_lines l on l.order_id = a.order_id and l.line_no = a.line_no \
               where a.quantity > a.shipped group by l.product_id, a.warehouse_id, l.numerator, l.denominator";
    // By product and warehouse: the quantity allocated and not shipped, and the quantity reserved, in millionths.
    let mut both: BTreeMap<(i64, i64), (i64, i64)> = BTreeMap::new();
    for row in db.rows(db.statement(sql, [])).await? {
        let factor = Factor::new(row.get(2)?, row.get(3)?).map_err(|_| OrderError::OutOfRange)?;
        let quantity = Quantity::from_micros(row.get(4)?);
        let stock = factor.to_stock(quantity).map_err(|_| OrderError::OutOfRange)?;
        both.entry((row.get(0)?, row.get(1)?)).or_default().0 += stock.micros();
    }
    let sql = "select product_id, warehouse_id, reserved from stock_levels where reserved > 0";
    for row in db.rows(db.statement(sql, [])).await? {
        both.entry((row.get(0)?, row.get(1)?)).or_default().1 = row.get(2)?;
    }
    let differ = both.into_iter().filter(|(_, (ordered, reserved))| ordered != reserved);
    let words = differ.map(|((product, warehouse), (ordered, reserved))| {
        let (ordered, reserved) = (Quantity::from_micros(ordered), Quantity::from_micros(reserved));
        format!("product {product} at warehouse {warehouse}: {reserved} is reserved, {ordered} is allocated and not shipped")
    });
    Ok(words.collect())
}
