//! Queries on invoices and payments.

use ahash::AHashMap;
use entity::{
    AccountId, CurrencyCode, Instant, InvoiceId, OrderId, PaymentId, ShipmentId, invoice_lines, invoices, payment_allocations,
    payments,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};
use store::Db;
use store::sql;

use super::error::BillingError;
use kernel::rows::group_by;
use kernel::wire::PageRequest;
use store::database::Tx;
use store::sql::key_chunks;

/// An invoice with its lines and allocations.
#[derive(Debug)]
pub(super) struct LoadedInvoice {
    pub(super) invoice: invoices::Model,
    pub(super) order_number: String,
    pub(super) shipment_number: String,
    pub(super) lines: Vec<invoice_lines::Model>,
    pub(super) settled_by: Vec<payment_allocations::Model>,
}

/// A payment with its allocations.
#[derive(Debug)]
pub(super) struct LoadedPayment {
    pub(super) payment: payments::Model,
    /// Number of the order that the payment is for.
    pub(super) order_number: Option<String>,
    /// Its allocations, each with the number of the invoice.
    pub(super) settles: Vec<(String, payment_allocations::Model)>,
}

/// The condition that an invoice has an outstanding amount.
pub(super) fn is_open() -> SimpleExpr {
    use invoices::Column;
    Expr::col((invoices::Entity, Column::Paid))
        .add(Expr::col((invoices::Entity, Column::Discounted)))
        .lt(Expr::col((invoices::Entity, Column::Total)))
}

/// The invoices that an account may see; all invoices for the seller's staff (`None`).
pub(super) fn visible_invoices(account: Option<AccountId>) -> Select<invoices::Entity> {
    let all = invoices::Entity::find();
    match account {
        Some(account) => all.filter(invoices::Column::AccountId.eq(account)),
        None => all,
    }
}

/// The payments that an account may see; all payments for the seller's staff (`None`).
pub(super) fn visible_payments(account: Option<AccountId>) -> Select<payments::Entity> {
    let all = payments::Entity::find();
    match account {
        Some(account) => all.filter(payments::Column::AccountId.eq(account)),
        None => all,
    }
}

/// The invoice of a number, if the account may see it.
pub(super) async fn find_invoice(
    db: &impl Db,
    number: &str,
    account: Option<AccountId>,
) -> Result<invoices::Model, BillingError> {
    let select = visible_invoices(account).filter(invoices::Column::Number.eq(number));
    select.one(db).await?.ok_or_else(|| BillingError::InvoiceNotFound(number.to_owned()))
}

/// The invoices with these numbers; unknown numbers are left out.
pub(super) async fn invoices_by_number(db: &impl Db, numbers: &[String]) -> Result<AHashMap<String, invoices::Model>, DbErr> {
    let mut found = AHashMap::with_capacity(numbers.len());
    for chunk in key_chunks(numbers) {
        let rows = invoices::Entity::find().filter(invoices::Column::Number.is_in(chunk)).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.number.clone(), row)));
    }
    Ok(found)
}

/// Locks invoices by id, in rising order, and returns them.
pub(super) async fn lock_invoices(tx: &Tx, ids: &[InvoiceId]) -> Result<AHashMap<InvoiceId, invoices::Model>, DbErr> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut locked = AHashMap::with_capacity(sorted.len());
    for chunk in key_chunks(&sorted) {
        let select = sql::locked(tx, invoices::Entity::find().filter(invoices::Column::Id.is_in(chunk.iter().copied())));
        let rows = select.order_by_asc(invoices::Column::Id).all(tx).await?;
        locked.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(locked)
}

/// The payment of an id, if the account may see it.
pub(super) async fn find_payment(db: &impl Db, id: &str, account: Option<AccountId>) -> Result<payments::Model, BillingError> {
    let unknown = || BillingError::PaymentNotFound(id.to_owned());
    let number = payment_id(id).ok_or_else(unknown)?;
    let select = visible_payments(account).filter(payments::Column::Id.eq(number));
    select.one(db).await?.ok_or_else(unknown)
}

/// The public id of a payment.
pub(super) fn payment_name(id: PaymentId) -> String {
    format!("PY{:08}", id.0)
}

fn payment_id(name: &str) -> Option<PaymentId> {
    let id = name.strip_prefix("PY").and_then(|digits| digits.parse().ok()).map(PaymentId)?;
    (payment_name(id) == name).then_some(id)
}

/// Invoices with their lines and allocations, in the order given.
pub(super) async fn load_invoices(db: &impl Db, rows: Vec<invoices::Model>) -> Result<Vec<LoadedInvoice>, BillingError> {
    let ids: Vec<InvoiceId> = rows.iter().map(|i| i.id).collect();
    let order_ids: Vec<OrderId> = rows.iter().map(|i| i.order_id).collect();
    let shipment_ids: Vec<ShipmentId> = rows.iter().map(|i| i.shipment_id).collect();
    let orders = orders::numbers_of(db, &order_ids).await?;
    let shipments = fulfilment::numbers_of(db, &shipment_ids).await?;
    let lines = invoice_lines::Entity::find().filter(invoice_lines::Column::InvoiceId.is_in(ids.clone()));
    let mut lines = group_by(lines.order_by_asc(invoice_lines::Column::LineNo).all(db).await?, |l| l.invoice_id);
    let settled = payment_allocations::Entity::find().filter(payment_allocations::Column::InvoiceId.is_in(ids));
    let mut settled = group_by(settled.order_by_asc(payment_allocations::Column::PaymentId).all(db).await?, |a| a.invoice_id);
    let loaded = rows.into_iter().map(|invoice| LoadedInvoice {
        order_number: orders.get(&invoice.order_id).cloned().unwrap_or_default(),
        shipment_number: shipments.get(&invoice.shipment_id).cloned().unwrap_or_default(),
        lines: lines.remove(&invoice.id).unwrap_or_default(),
        settled_by: settled.remove(&invoice.id).unwrap_or_default(),
        invoice,
    });
    Ok(loaded.collect())
}

/// Payments with their allocations, in the order given.
pub(super) async fn load_payments(db: &impl Db, rows: Vec<payments::Model>) -> Result<Vec<LoadedPayment>, BillingError> {
    let ids: Vec<PaymentId> = rows.iter().map(|p| p.id).collect();
    let order_ids: Vec<OrderId> = rows.iter().filter_map(|p| p.order_id).collect();
    let orders = orders::numbers_of(db, &order_ids).await?;
    let settled = payment_allocations::Entity::find().filter(payment_allocations::Column::PaymentId.is_in(ids));
    let settled = settled.order_by_asc(payment_allocations::Column::InvoiceId).all(db).await?;
    let invoice_ids: Vec<InvoiceId> = settled.iter().map(|a| a.invoice_id).collect();
    let mut numbers: AHashMap<InvoiceId, String> = AHashMap::with_capacity(invoice_ids.len());
    for chunk in key_chunks(&invoice_ids) {
        let select = invoices::Entity::find().select_only().columns([invoices::Column::Id, invoices::Column::Number]);
        let rows: Vec<(InvoiceId, String)> =
            select.filter(invoices::Column::Id.is_in(chunk.iter().copied())).into_tuple().all(db).await?;
        numbers.extend(rows);
    }
    let mut settled = group_by(settled, |a| a.payment_id);
    let loaded = rows.into_iter().map(|payment| {
        let settles = settled.remove(&payment.id).unwrap_or_default();
        LoadedPayment {
            order_number: payment.order_id.and_then(|id| orders.get(&id).cloned()),
            settles: settles.into_iter().map(|a| (numbers.get(&a.invoice_id).cloned().unwrap_or_default(), a)).collect(),
            payment,
        }
    });
    Ok(loaded.collect())
}

/// Which invoices a list shows.
#[derive(Clone, Debug)]
pub(super) struct InvoiceFilter {
    pub(super) account: Option<AccountId>,
    pub(super) order: Option<OrderId>,
    pub(super) open: Option<bool>,
    /// Whether the invoice is open and was due before this instant.
    pub(super) overdue: Option<(bool, Instant)>,
    pub(super) page: PageRequest,
}

/// Invoices of a list, newest first.
pub(super) async fn list_invoices(db: &impl Db, filter: InvoiceFilter) -> Result<Vec<LoadedInvoice>, BillingError> {
    use invoices::Column;
    let mut select = visible_invoices(filter.account);
    if let Some(order) = filter.order {
        select = select.filter(Column::OrderId.eq(order));
    }
    if let Some(open) = filter.open {
        select = select.filter(if open { is_open() } else { is_open().not() });
    }
    if let Some((overdue, now)) = filter.overdue {
        let late = is_open().and(Column::DueAt.lt(now));
        select = select.filter(if overdue { late } else { late.not() });
    }
    load_invoices(db, filter.page.descending(select, Column::Id).all(db).await?).await
}

/// Which payments a list shows.
#[derive(Clone, Debug)]
pub(super) struct PaymentFilter {
    pub(super) account: Option<AccountId>,
    /// Whether the payment has an unallocated amount.
    pub(super) unallocated: Option<bool>,
    pub(super) page: PageRequest,
}

/// Payments of a list, newest first.
pub(super) async fn list_payments(db: &impl Db, filter: PaymentFilter) -> Result<Vec<LoadedPayment>, BillingError> {
    use payments::Column;
    let mut select = visible_payments(filter.account);
    if let Some(unallocated) = filter.unallocated {
        select = select.filter(if unallocated { Column::Unallocated.gt(0) } else { Column::Unallocated.eq(0) });
    }
    load_payments(db, filter.page.descending(select, Column::Id).all(db).await?).await
}

/// The open invoices of an account in a currency, oldest due first; at most `limit`.
pub(super) async fn open_invoices(
    db: &impl Db,
    account: AccountId,
    currency: CurrencyCode,
    limit: u64,
) -> Result<Vec<invoices::Model>, DbErr> {
    use invoices::Column;
    let select = visible_invoices(Some(account)).filter(Column::Currency.eq(currency));
    select.filter(is_open()).order_by_asc(Column::DueAt).order_by_asc(Column::Id).limit(limit).all(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_payment_ids_are_read() {
        assert_eq!(payment_id(&payment_name(PaymentId(42))), Some(PaymentId(42)));
        assert_eq!(payment_id(&payment_name(PaymentId(i64::MAX))), Some(PaymentId(i64::MAX)));
        for name in ["42", "PY42", "PY", "PY+0000042", "PY00000042 ", "PY99999999999999999999"] {
            assert_eq!(payment_id(name), None, "{name}");
        }
    }
}
