//! Checks that what is kept twice for speed agrees with what it follows from: levels with the ledger, reservations with
//! orders, orders with shipments and invoices, credit positions with both, invoices with payments; and that each line refers to rows
//! that exist.

use migration::LineReference;
use pricing::{Amount, Quantity};
use sea_orm::{ConnectionTrait as _, DbErr};
use store::Db as _;

use super::say;
use crate::config::Config;
use crate::server;
use store::database::Tx;

/// Most disagreements of one kind that are printed.
const SHOWN: usize = 50;

/// Prints every disagreement; fails when there is one. Sees one state of the database, also while others write.
pub(super) async fn verify(config: &Config) -> Result<(), String> {
    let kernel = server::open_kernel(config).await?;
    let tx = kernel.system("command line").begin().await.map_err(|e| e.to_string())?;
    let found = look(&tx).await;
    drop(tx);
    kernel.close().await;
    let found = found?;
    for line in found.iter().take(SHOWN) {
        say(line);
    }
    match found.len() {
        0 => {
            say("stock, orders, credit and invoices agree");
            Ok(())
        }
        1 => Err("1 disagreement".to_owned()),
        many => Err(format!("{many} disagreements")),
    }
}

async fn look(tx: &Tx) -> Result<Vec<String>, String> {
    let failed = |e: &dyn std::fmt::Display| format!("verify: {e}");
    if !tx.is_sqlite() {
        let one_state = tx.execute_unprepared("set transaction isolation level repeatable read").await;
        one_state.map_err(|e| failed(&e))?;
    }
    let mut found = Vec::new();
    for reference in migration::LINE_REFERENCES {
        let lost = lost_references(tx, reference).await.map_err(|e| failed(&e))?;
        if lost > 0 {
            found.push(format!("{lost} rows of {} have a {} that is not in {}", reference.table, reference.column, reference.to));
        }
    }
    for level in inventory::verify(tx, SHOWN as u64).await.map_err(|e| failed(&e))? {
        let [on_hand, ledger, reserved, of_ledger] = [level.on_hand, level.ledger_on_hand, level.reserved, level.ledger_reserved]
            .map(|quantity: Quantity| quantity.to_string());
        let (sku, warehouse) = (&level.sku, &level.warehouse);
        found.push(format!("{sku} at {warehouse}: {on_hand} on hand, ledger {ledger}; {reserved} reserved, ledger {of_ledger}"));
    }
    found.extend(orders::reconcile(tx).await.map_err(|e| failed(&e))?);
    found.extend(fulfilment::reconcile(tx).await.map_err(|e| failed(&e))?);
    found.extend(billing::reconcile(tx).await.map_err(|e| failed(&e))?);
    for wrong in billing::reconcile_credit(tx).await.map_err(|e| failed(&e))? {
        let text = |amount: entity::Amount| Amount::from(amount).to_string();
        found.push(format!(
            "credit of account {} in {}: receivable {}, should be {}; committed {}, should be {}; oldest due {:?}, should be {:?}",
            wrong.account,
            wrong.currency,
            text(wrong.stored.receivable),
            text(wrong.computed.receivable),
            text(wrong.stored.committed),
            text(wrong.computed.committed),
            wrong.stored.oldest_due_at.map(|at| at.0),
            wrong.computed.oldest_due_at.map(|at| at.0),
        ));
    }
    Ok(found)
}

/// How many rows refer to one that does not exist.
async fn lost_references(tx: &Tx, LineReference { table, column, to }: &LineReference) -> Result<i64, DbErr> {
    let sql = format!(
        "select count(*) from {table} as line where not exists (select 1 from {to} as target where target.id = line.{column})"
    );
    tx.first_value(tx.statement(sql, [])).await
}

#[cfg(test)]
mod tests {
    use migration::LINE_REFERENCES;

    use super::*;
    use store::database::Database;

    #[tokio::test]
    async fn lines_without_their_product_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let database = Database::connect(&url, 1).await.expect("a database");
        database.migrate().await.expect("migrated");
        let tx = database.system("test").begin().await.expect("a transaction");
        assert_eq!(look(&tx).await.expect("verified"), Vec::<String>::new());
        tx.execute_unprepared("pragma defer_foreign_keys = on; insert into product_units (product_id, unit, numerator, denominator) values (7, 'BOX', 10, 1)")
            .await
            .expect("a unit of no product");
        assert_eq!(look(&tx).await.expect("verified"), ["1 rows of product_units have a product_id that is not in products"]);
        let units = LINE_REFERENCES.iter().find(|of| of.table == "product_units").expect("declared");
        assert_eq!(lost_references(&tx, units).await.expect("counted"), 1);
    }
}
