//! Reading the stock ledger, and verifying that the levels are the sums of its rows.

use std::fmt::Write as _;
use store::Db;

use entity::{Instant, ProductId, WarehouseId};
use pricing::Quantity;
use sea_orm::{DbErr, Value};

use kernel::wire::PageRequest;

/// A level that is not the sum of its ledger rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    pub product: ProductId,
    pub sku: String,
    pub warehouse: String,
    pub on_hand: Quantity,
    pub ledger_on_hand: Quantity,
    pub reserved: Quantity,
    pub ledger_reserved: Quantity,
}

/// The levels that are not the sums of their ledger rows, at most `limit`. One statement reads levels and ledger at one instant.
pub async fn verify(db: &impl Db, limit: u64) -> Result<Vec<Discrepancy>, DbErr> {
    let sql = "select t.product_id, p.sku, w.code, t.on_hand, t.ledger_on_hand, t.reserved, t.ledger_reserved from \
         (select product_id, warehouse_id, cast(sum(on_hand) as bigint) as on_hand, cast(sum(reserved) as bigint) as reserved, \
          cast(sum(ledger_on_hand) as bigint) as ledger_on_hand, cast(sum(ledger_reserved) as bigint) as ledger_reserved from \
          (select product_id, warehouse_id, on_hand, reserved, 0 as ledger_on_hand, 0 as ledger_reserved from stock_levels \
           union all \
           select product_id, warehouse_id, 0, 0, sum(on_hand_delta), sum(reserved_delta) from stock_movements \
           group by product_id, warehouse_id) as both_sides \
          group by product_id, warehouse_id) as t \
         join products as p on p.id = t.product_id join warehouses as w on w.id = t.warehouse_id \
         where t.on_hand <> t.ledger_on_hand or t.reserved <> t.ledger_reserved order by t.product_id, t.warehouse_id limit $1";
    let statement = db.statement(sql, [(limit as i64).into()]);
    let mut found = Vec::new();
    for row in db.rows(statement).await? {
        let quantity = |at| row.get(at).map(Quantity::from_micros);
        found.push(Discrepancy {
            product: ProductId(row.get(0)?),
            sku: row.get(1)?,
            warehouse: row.get(2)?,
            on_hand: quantity(3)?,
            ledger_on_hand: quantity(4)?,
            reserved: quantity(5)?,
            ledger_reserved: quantity(6)?,
        });
    }
    Ok(found)
}

/// Which ledger rows a list shows.
#[derive(Clone, Debug)]
pub(crate) struct LedgerFilter {
    pub product: Option<ProductId>,
    pub warehouse: Option<WarehouseId>,
    pub reference: Option<String>,
    pub page: PageRequest,
}
/// A row of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct LedgerRow {
    pub id: i64,
    pub sku: String,
    pub warehouse: WarehouseId,
    pub on_hand: Quantity,
    pub reserved: Quantity,
    pub reason: String,
    pub reference: String,
    pub actor: String,
    pub occurred_at: Instant,
}

/// Rows of the ledger, latest first.
pub(crate) async fn list_rows(db: &impl Db, filter: &LedgerFilter) -> Result<Vec<LedgerRow>, DbErr> {
    let mut values: Vec<Value> = vec![(filter.page.rows() as i64).into()];
    let mut sql = String::from(
        "select m.id, p.sku, m.warehouse_id, m.on_hand_delta, m.reserved_delta, m.reason, m.reference, m.actor, m.occurred_at \
         from stock_movements as m join products as p on p.id = m.product_id where true",
    );
    let conditions: [(&str, Option<Value>); 4] = [
        ("m.product_id =", filter.product.map(|p| p.0.into())),
        ("m.warehouse_id =", filter.warehouse.map(|w| w.0.into())),
        ("m.reference =", filter.reference.clone().map(Into::into)),
        ("m.id <", filter.page.after.map(Into::into)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            let _ = write!(sql, " and {condition} ${}", values.len());
        }
    }
    sql.push_str(" order by m.id desc limit $1");
    let mut rows = Vec::new();
    for row in db.rows(db.statement(sql, values)).await? {
        rows.push(LedgerRow {
            id: row.get(0)?,
            sku: row.get(1)?,
            warehouse: WarehouseId(row.get(2)?),
            on_hand: Quantity::from_micros(row.get(3)?),
            reserved: Quantity::from_micros(row.get(4)?),
            reason: row.get(5)?,
            reference: row.get(6)?,
            actor: row.get(7)?,
            occurred_at: Instant(row.get(8)?),
        });
    }
    Ok(rows)
}
