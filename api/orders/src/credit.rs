//! The credit position of an account: how much of its limit is used.
//!
//! Exposure = receivable (open invoices) + committed (orders not yet invoiced). The position is a row that changes together with
//! the orders and invoices it is derived from, in their transactions. `billing` sets when the oldest open invoice is due and
//! recomputes positions to verify them.

use ahash::AHashMap;
use entity::{AccountId, Amount, CurrencyCode, Instant, OrderId, credit_positions, order_lines, orders};
use pricing::Currency;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use store::{Db, Row};

use super::amounts;
use super::error::OrderError;
use identity::Account;
use store::clock::DAY;
use store::database::Tx;

/// The receivables and commitments of an account in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CreditPosition {
    /// Open invoices.
    pub receivable: Amount,
    /// Orders not yet invoiced.
    pub committed: Amount,
    /// When the oldest open invoice is due.
    pub oldest_due_at: Option<Instant>,
}

impl CreditPosition {
    /// Receivable and committed amount together.
    pub fn exposure(self) -> Amount {
        Amount(self.receivable.0.saturating_add(self.committed.0))
    }

    fn of_row(row: &Row) -> Result<Self, DbErr> {
        Ok(Self {
            receivable: Amount(row.get(0)?),
            committed: Amount(row.get(1)?),
            oldest_due_at: row.get::<Option<i64>>(2)?.map(Instant),
        })
    }
}

/// A change of a position.
#[derive(Clone, Copy, Debug, Default)]
pub struct CreditDelta {
    pub receivable: i64,
    pub committed: i64,
}

/// Adds to the credit position of an account, locks it until the transaction ends, and returns the new position. Fails when a
/// sum would be out of range.
pub async fn adjust(tx: &Tx, account: AccountId, currency: Currency, by: CreditDelta) -> Result<CreditPosition, OrderError> {
    let sql = "insert into credit_positions (account_id, currency, receivable, committed, updated_at) values ($1, $2, $3, $4, $5) \
               on conflict (account_id, currency) do update set receivable = credit_positions.receivable + $3, \
               committed = credit_positions.committed + $4, updated_at = $5 \
               where credit_positions.receivable <= $6 and credit_positions.committed <= $7 \
               returning receivable, committed, oldest_due_at";
    let room = |by: i64| i64::MAX - by.max(0);
    let values = [
        account.0.into(),
        currency.code().into(),
        by.receivable.into(),
        by.committed.into(),
        tx.now().0.into(),
        room(by.receivable).into(),
        room(by.committed).into(),
    ];
    let row = tx.row(tx.statement(sql, values)).await?;
    Ok(CreditPosition::of_row(&row.ok_or(OrderError::OutOfRange)?)?)
}

/// Sets when the oldest open invoice of an account is due. The caller has locked the position with [`adjust`].
pub async fn set_oldest_due(tx: &Tx, account: AccountId, currency: Currency, due: Option<Instant>) -> Result<(), DbErr> {
    let sql = "update credit_positions set oldest_due_at = $3 where account_id = $1 and currency = $2";
    let values = [account.0.into(), currency.code().into(), due.map(|due| due.0).into()];
    tx.execute_raw(tx.statement(sql, values)).await?;
    Ok(())
}

/// The position of an account as last committed.
pub async fn position(db: &impl Db, account: AccountId, currency: Currency) -> Result<CreditPosition, DbErr> {
    let find = credit_positions::Entity::find().filter(credit_positions::Column::AccountId.eq(account));
    let row = find.filter(credit_positions::Column::Currency.eq(CurrencyCode(currency))).one(db).await?;
    Ok(row.map_or_else(CreditPosition::default, |r| CreditPosition {
        receivable: r.receivable,
        committed: r.committed,
        oldest_due_at: r.oldest_due_at,
    }))
}

/// Why an order on terms must be held. `position` already includes the order.
pub fn reasons_to_hold(
    account: &Account,
    currency: Currency,
    position: CreditPosition,
    now: Instant,
) -> Vec<(entity::HoldKind, String)> {
    let mut reasons = Vec::new();
    let over = match account.credit_limit {
        Some(_) if account.currency != currency => Some(format!("the account has no credit limit in {currency}")),
        Some(limit) if position.exposure() > limit => {
            let (exposure, limit) = (pricing::Amount::from(position.exposure()), pricing::Amount::from(limit));
            Some(format!("exposure would be {exposure} {currency}, the limit is {limit} {currency}"))
        }
        _ => None,
    };
    reasons.extend(over.map(|reason| (entity::HoldKind::CreditLimit, reason)));
    let grace = i64::from(account.overdue_grace_days) * DAY;
    if position.oldest_due_at.is_some_and(|due| due.0.saturating_add(grace) < now.0) {
        let reason = format!("an invoice is overdue by more than {} days", account.overdue_grace_days);
        reasons.push((entity::HoldKind::Overdue, reason));
    }
    reasons
}

/// Every stored position, by account and currency.
pub async fn positions(db: &impl Db) -> Result<AHashMap<(AccountId, Currency), CreditPosition>, DbErr> {
    let rows = credit_positions::Entity::find().all(db).await?;
    let positions = rows.into_iter().map(|row| {
        let position = CreditPosition { receivable: row.receivable, committed: row.committed, oldest_due_at: row.oldest_due_at };
        ((row.account_id, row.currency.0), position)
    });
    Ok(positions.collect())
}

/// The amounts of orders not yet invoiced by account and currency, computed from the order lines.
pub async fn compute_committed(db: &impl Db) -> Result<AHashMap<(AccountId, Currency), Amount>, OrderError> {
    let mut counted: AHashMap<(AccountId, Currency), Amount> = AHashMap::new();
    let open = orders::Entity::find().filter(orders::Column::Open.eq(true)).all(db).await?;
    for chunk in open.chunks(500) {
        let ids: Vec<OrderId> = chunk.iter().map(|o| o.id).collect();
        let lines = order_lines::Entity::find().filter(order_lines::Column::OrderId.is_in(ids)).all(db).await?;
        let by_id: AHashMap<OrderId, &orders::Model> = chunk.iter().map(|o| (o.id, o)).collect();
        for line in lines {
            let Some(order) = by_id.get(&line.order_id) else { continue };
            let currency = order.currency.0;
            let part = amounts::value_between(&line, line.invoiced, amounts::open_quantity(&line), currency)?;
            counted.entry((order.account_id, currency)).or_default().0 += part.0;
        }
    }
    Ok(counted)
}
