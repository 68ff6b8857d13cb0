//! Writing the allocations of a payment, with the invoices, the credit position and the closing of paid orders.

use ahash::AHashMap;
use entity::{InvoiceId, OrderId, PaymentId, invoices, orders, payment_allocations, payments};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};

use super::allocation::Allocation;
use super::error::BillingError;
use super::events::InvoicePaid;
use super::queries::is_open;
use super::receivables;
use ::orders::credit::{self, CreditDelta};
use ::orders::progress;
use store::database::Tx;
use store::sql::{insert_all, key_chunks};
use store::{BoundRows, Db};

const ROWS_PER_STATEMENT: usize = 2_000;

/// Writes the allocations of a payment. The caller has locked orders, the payment and the invoices; `invoices` holds them as
/// they are. Returns the amount taken from the payment.
pub(super) async fn settle(
    tx: &Tx,
    payment: &payments::Model,
    allocations: &[Allocation],
    invoices: &AHashMap<InvoiceId, invoices::Model>,
    orders: &[orders::Model],
) -> Result<i64, BillingError> {
    if allocations.is_empty() {
        return Ok(0);
    }
    pay_invoices(tx, allocations).await?;
    add_allocations(tx, payment.id, allocations).await?;
    let taken: i64 = allocations.iter().map(|a| a.amount).sum();
    let discounted: i64 = allocations.iter().map(|a| a.discount).sum();
    payments::Entity::update_many()
        .col_expr(payments::Column::Unallocated, Expr::col(payments::Column::Unallocated).sub(taken))
        .filter(payments::Column::Id.eq(payment.id))
        .exec(tx)
        .await?;
    let adjust = CreditDelta { receivable: -(taken + discounted), committed: 0 };
    credit::adjust(tx, payment.account_id, payment.currency.0, adjust).await?;
    receivables::recompute_oldest_due(tx, payment.account_id, payment.currency.0).await?;

    let mut settled: Vec<OrderId> = Vec::new();
    for allocation in allocations {
        let Some(invoice) = invoices.get(&allocation.invoice) else { continue };
        if invoice.paid.0 + invoice.discounted.0 + allocation.amount + allocation.discount == invoice.total.0 {
            tx.record(&InvoicePaid(invoice.into()));
            settled.push(invoice.order_id);
        }
    }
    close_settled(tx, &settled, orders).await?;
    Ok(taken)
}

async fn pay_invoices(tx: &Tx, allocations: &[Allocation]) -> Result<(), DbErr> {
    for chunk in allocations.chunks(ROWS_PER_STATEMENT) {
        let mut part = BoundRows::new(tx, &["id", "amount", "discount"], &[]);
        for allocation in chunk {
            part.push(&[allocation.invoice.0, allocation.amount, allocation.discount], &[]);
        }
        let sql = format!(
            "update invoices set paid = invoices.paid + part.amount, discounted = invoices.discounted + part.discount, \
             version = invoices.version + 1 from {} as part where invoices.id = part.id",
            part.source(1)
        );
        tx.execute_raw(tx.statement(sql, part.into_values())).await?;
    }
    Ok(())
}

async fn add_allocations(tx: &Tx, payment: PaymentId, allocations: &[Allocation]) -> Result<(), DbErr> {
    use payment_allocations::{Column, Entity};
    let more = |column: Column, name: &'static str| Expr::col((Entity, column)).add(Expr::cust(name));
    let again = OnConflict::columns([Column::PaymentId, Column::InvoiceId])
        .value(Column::Amount, more(Column::Amount, "excluded.amount"))
        .value(Column::Discount, more(Column::Discount, "excluded.discount"))
        .to_owned();
    let rows = allocations.iter().map(|allocation| payment_allocations::Model {
        payment_id: payment,
        invoice_id: allocation.invoice,
        amount: entity::Amount(allocation.amount),
        discount: entity::Amount(allocation.discount),
    });
    insert_all(tx, rows.map(|r| r.into_active_model().reset_all()).collect(), Some(again)).await
}

/// Closes the orders, locked by the caller, that have no open invoice and nothing left to ship.
pub(super) async fn close_settled(tx: &Tx, settled: &[OrderId], orders: &[orders::Model]) -> Result<(), BillingError> {
    if settled.is_empty() {
        return Ok(());
    }
    let mut owing: Vec<OrderId> = Vec::new();
    for chunk in key_chunks(settled) {
        let select = invoices::Entity::find().select_only().column(invoices::Column::OrderId).distinct();
        let select = select.filter(invoices::Column::OrderId.is_in(chunk.iter().copied())).filter(is_open());
        owing.extend(select.into_tuple::<OrderId>().all(tx).await?);
    }
    let done: Vec<orders::Model> = orders.iter().filter(|o| settled.contains(&o.id) && !owing.contains(&o.id)).cloned().collect();
    progress::close_paid(tx, &done).await?;
    Ok(())
}
