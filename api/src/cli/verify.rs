//! Checks that what is kept twice for speed agrees with what it follows from: levels with the ledger, reservations with
//! orders, orders with shipments and invoices, credit positions with both, invoices with payments.

use pricing::{Amount, Quantity};
use sea_orm::ConnectionTrait as _;
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
