//! Verifies that invoices, payments and allocations agree.

use sea_orm::DbErr;
use store::Db;

/// A sentence for each discrepancy.
pub async fn reconcile(db: &impl Db) -> Result<Vec<String>, DbErr> {
    let mut found = Vec::new();
    for (sql, what) in CHECKS {
        let rows = db.rows(db.statement(*sql, [])).await?;
        for row in rows {
            let name: String = row.get(0)?;
            found.push(format!("{what}: {name}"));
        }
    }
    Ok(found)
}

/// Each statement returns the numbers of the documents that disagree.
const CHECKS: &[(&str, &str)] = &[
    (
        "select i.number from invoices i left join (select invoice_id, sum(amount) as amount, sum(discount) as discount \
         from payment_allocations group by invoice_id) a on a.invoice_id = i.id \
         where i.paid <> coalesce(a.amount, 0) or i.discounted <> coalesce(a.discount, 0)",
        "paid or discounted is not the sum of the allocations of invoice",
    ),
    (
        "select cast(p.id as text) from payments p left join (select payment_id, sum(amount) as amount \
         from payment_allocations group by payment_id) a on a.payment_id = p.id \
         where p.amount - p.unallocated <> coalesce(a.amount, 0)",
        "the allocated amount is not the sum of the allocations of payment",
    ),
    (
        "select i.number from invoices i left join (select invoice_id, sum(line_amount) as amount \
         from invoice_lines group by invoice_id) l on l.invoice_id = i.id where i.total <> coalesce(l.amount, 0)",
        "the total is not the sum of the lines of invoice",
    ),
    (
        "select o.number from (select order_id, order_line_no, sum(quantity) as quantity from invoice_lines \
         group by order_id, order_line_no) i join order_lines l on l.order_id = i.order_id and l.line_no = i.order_line_no \
         join orders o on o.id = l.order_id where l.invoiced <> i.quantity",
        "a line's invoiced quantity is not the sum of its invoices, in order",
    ),
];
