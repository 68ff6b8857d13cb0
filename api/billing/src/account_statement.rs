//! Statement of an account: its open invoices by age, and payments with an unallocated amount.

use std::collections::BTreeMap;
use store::Db;

use ahash::AHashMap;
use entity::{AccountId, CurrencyCode, Instant, invoices, payments};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::error::BillingError;
use super::queries::{LoadedPayment, is_open, load_payments, visible_invoices, visible_payments};
use store::clock::DAY;

/// Largest number of invoices and payments listed; the sums include all of them.
const SHOWN: usize = 1_000;

/// Sums by age of the invoices: not yet due, 1–30, 31–60, 61–90 and more than 90 days late.
pub(super) type AgeBuckets = [i64; 5];

/// Which bucket an invoice is in.
pub(super) fn age_bucket(due: Instant, now: Instant) -> usize {
    let late = now.0.saturating_sub(due.0);
    match late {
        ..=0 => 0,
        _ if late <= 30 * DAY => 1,
        _ if late <= 60 * DAY => 2,
        _ if late <= 90 * DAY => 3,
        _ => 4,
    }
}

/// Whole days an invoice is late; a part of a day counts.
pub(super) fn days_late(due: Instant, now: Instant) -> i64 {
    let late = now.0.saturating_sub(due.0).max(0);
    late / DAY + i64::from(late % DAY > 0)
}

/// The open invoices and unallocated payments of an account.
#[derive(Debug)]
pub(super) struct AccountStatement {
    /// By currency.
    pub(super) sums: BTreeMap<CurrencyCode, Sums>,
    /// Open invoices, oldest due first, with their orders' numbers.
    pub(super) invoices: Vec<(invoices::Model, String)>,
    /// Payments with an unallocated amount, oldest first.
    pub(super) payments: Vec<LoadedPayment>,
    /// Whether every open invoice and payment is shown.
    pub(super) complete: bool,
}

/// Sums in one currency, in millionths.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) buckets: AgeBuckets,
    pub(super) unallocated: i64,
}

/// The statement of an account as of `now`.
pub(super) async fn of(db: &impl Db, account: AccountId, now: Instant) -> Result<AccountStatement, BillingError> {
    let open = visible_invoices(Some(account)).filter(is_open());
    let open = open.order_by_asc(invoices::Column::DueAt).order_by_asc(invoices::Column::Id).all(db).await?;
    let rest = visible_payments(Some(account));
    let rest = rest.filter(payments::Column::Unallocated.gt(0)).order_by_asc(payments::Column::Id).limit(SHOWN as u64 * 10);
    let mut rest = rest.all(db).await?;

    let mut sums: BTreeMap<CurrencyCode, Sums> = BTreeMap::new();
    for row in &open {
        let sum = &mut sums.entry(row.currency).or_default().buckets[age_bucket(row.due_at, now)];
        *sum = sum.saturating_add(row.total.0 - row.paid.0 - row.discounted.0);
    }
    for row in &rest {
        let sum = &mut sums.entry(row.currency).or_default().unallocated;
        *sum = sum.saturating_add(row.unallocated.0);
    }
    let complete = open.len() <= SHOWN && rest.len() <= SHOWN;
    let shown: Vec<invoices::Model> = open.into_iter().take(SHOWN).collect();
    rest.truncate(SHOWN);
    let ids: Vec<_> = shown.iter().map(|i| i.order_id).collect();
    let numbers: AHashMap<_, _> = orders::numbers_of(db, &ids).await?;
    let number = |row: &invoices::Model| numbers.get(&row.order_id).cloned().unwrap_or_default();
    let invoices = shown.into_iter().map(|row| (row.clone(), number(&row))).collect();
    Ok(AccountStatement { sums, invoices, payments: load_payments(db, rest).await?, complete })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invoices_age_by_the_day_they_were_due() {
        let due = Instant(1_000 * DAY);
        let at = |days: i64, micros: i64| Instant((1_000 + days) * DAY + micros);
        let cases = [
            (at(-5, 0), 0, 0),
            (at(0, 0), 0, 0),
            (at(0, 1), 1, 1),
            (at(30, 0), 1, 30),
            (at(30, 1), 2, 31),
            (at(60, 0), 2, 60),
            (at(90, 0), 3, 90),
            (at(90, 1), 4, 91),
            (Instant(i64::MAX), 4, i64::MAX / DAY - 1_000 + 1),
        ];
        for (now, expected, late) in cases {
            assert_eq!(age_bucket(due, now), expected, "{now:?}");
            assert_eq!(days_late(due, now), late, "{now:?}");
        }
    }
}
