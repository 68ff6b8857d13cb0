//! The receivables in the credit positions that `orders` stores, and the verification of those positions.

use ahash::AHashMap;
use entity::{AccountId, Amount, CurrencyCode, Instant};
use pricing::Currency;
use sea_orm::DbErr;
use store::Db;

use ::orders::OrderError;
use ::orders::credit::{self, CreditPosition};
use store::database::Tx;

/// Recomputes when the oldest open invoice of an account is due. The caller has locked the position
/// with [`credit::adjust`].
pub(super) async fn recompute_oldest_due(tx: &Tx, account: AccountId, currency: Currency) -> Result<(), DbErr> {
    let sql = "select min(due_at) from invoices where account_id = $1 and currency = $2 and paid + discounted < total";
    let values = [account.0.into(), currency.code().into()];
    let row = tx.row(tx.statement(sql, values)).await?;
    let oldest = row.map(|row| row.get::<Option<i64>>(0)).transpose()?.flatten();
    credit::set_oldest_due(tx, account, currency, oldest.map(Instant)).await
}

/// A credit position that differs from the orders and invoices it is derived from.
#[derive(Debug)]
pub struct CreditDiscrepancy {
    pub account: AccountId,
    pub currency: Currency,
    pub stored: CreditPosition,
    pub computed: CreditPosition,
}

/// Recomputes every credit position from orders and invoices and compares it with the stored one.
pub async fn reconcile_credit(db: &impl Db) -> Result<Vec<CreditDiscrepancy>, OrderError> {
    let committed = credit::compute_committed(db).await?.into_iter();
    let mut computed: AHashMap<(AccountId, Currency), CreditPosition> =
        committed.map(|(key, committed)| (key, CreditPosition { committed, ..CreditPosition::default() })).collect();
    let sql = "select account_id, currency, cast(sum(total - paid - discounted) as bigint), min(due_at) from invoices \
               where paid + discounted < total group by account_id, currency";
    for row in db.rows(db.statement(sql, [])).await? {
        let key = (AccountId(row.get(0)?), row.get::<CurrencyCode>(1)?.0);
        let position = computed.entry(key).or_default();
        position.receivable = Amount(row.get(2)?);
        position.oldest_due_at = Some(Instant(row.get(3)?));
    }
    let stored = credit::positions(db).await?;
    let mut keys: Vec<(AccountId, Currency)> = stored.keys().chain(computed.keys()).copied().collect();
    keys.sort();
    keys.dedup();
    let differ = keys.into_iter().filter_map(|key| {
        let (stored, computed) = (stored.get(&key).copied().unwrap_or_default(), computed.get(&key).copied().unwrap_or_default());
        (stored != computed).then_some(CreditDiscrepancy { account: key.0, currency: key.1, stored, computed })
    });
    Ok(differ.collect())
}
