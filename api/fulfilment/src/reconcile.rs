//! Verifies that shipments agree with the quantities of their orders.

use sea_orm::DbErr;
use store::Db;

/// A sentence for each discrepancy. Imported past orders have no shipments.
pub async fn reconcile(db: &impl Db) -> Result<Vec<String>, DbErr> {
    let sql = "select o.number, l.line_no from order_lines l join orders o on o.id = l.order_id left join \
               (select sl.order_id, sl.line_no, \
                sum(case when s.stage in ('picked', 'packed', 'shipped', 'delivered') then sl.quantity else 0 end) as picked, \
                sum(case when s.stage in ('shipped', 'delivered') then sl.quantity else 0 end) as shipped, \
                sum(case when s.stage = 'delivered' then sl.quantity else 0 end) as delivered \
                from shipment_lines sl join shipments s on s.id = sl.shipment_id group by sl.order_id, sl.line_no) s \
               on s.order_id = l.order_id and s.line_no = l.line_no where (l.picked <> coalesce(s.picked, 0) \
               or l.shipped <> coalesce(s.shipped, 0) or l.delivered <> coalesce(s.delivered, 0)) \
               and (o.open or exists (select 1 from order_allocations x where x.order_id = o.id))";
    let rows = db.rows(db.statement(sql, [])).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (number, line): (String, i32) = (row.get(0)?, row.get(1)?);
        found.push(format!("order {number}, line {line}: picked, shipped or delivered is not the sum of its shipments"));
    }
    Ok(found)
}
