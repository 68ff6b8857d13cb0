//! Prepaid orders: released when the payments for them cover them, settled from those payments.

use ahash::AHashMap;
use entity::{HoldKind, invoices, order_lines, orders, payments};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::allocation::{self, OpenInvoice};
use super::error::BillingError;
use super::settlement::settle;
use ::orders::{self as order_book, amounts};
use store::database::Tx;
use store::sql;
use store::sql::fetch;

/// Releases an order, locked by the caller, from its prepayment hold if the payments for it cover the open amount.
pub(super) async fn release_if_covered(tx: &Tx, order: &orders::Model) -> Result<(), BillingError> {
    let holds = order_book::active_holds(tx, order.id).await?;
    if !holds.iter().any(|h| h.kind == HoldKind::Prepayment) {
        return Ok(());
    }
    let lines = order_book::lines_of(tx, order.id).await?;
    let paid: i128 = payments_naming(tx, order, false).await?.iter().map(|p| i128::from(p.amount.0)).sum();
    if paid >= i128::from(amount_ordered(order, &lines)?) {
        order_book::release_hold(tx, order, Some(HoldKind::Prepayment), true).await?;
    }
    Ok(())
}

/// The amount of the order without cancelled quantities.
fn amount_ordered(order: &orders::Model, lines: &[order_lines::Model]) -> Result<i64, BillingError> {
    let open = lines.iter().map(|line| amounts::line_value(line, amounts::open_quantity(line), order.currency.0));
    Ok(amounts::sum(open.collect::<Result<Vec<_>, _>>()?)?.0)
}

/// The payments for an order, oldest first; locked when only those with an unallocated amount are read.
async fn payments_naming(tx: &Tx, order: &orders::Model, with_unallocated: bool) -> Result<Vec<payments::Model>, BillingError> {
    use payments::Column;
    let mut select = payments::Entity::find().filter(Column::OrderId.eq(order.id)).filter(Column::Currency.eq(order.currency));
    if with_unallocated {
        select = select.filter(Column::Unallocated.gt(0));
        select = sql::locked(tx, select);
    }
    Ok(fetch(tx, select.order_by_asc(Column::Id)).await?)
}

/// Settles a new invoice of an order, locked by the caller, from the unallocated amounts of the payments for the order.
pub(super) async fn settle_invoice(tx: &Tx, order: &orders::Model, invoice: &invoices::Model) -> Result<(), BillingError> {
    let mut row = invoice.clone();
    for payment in payments_naming(tx, order, true).await? {
        let allocations = allocation::allocate_in_order(payment.unallocated.0, &[OpenInvoice::of(&row)], payment.received_at);
        let known: AHashMap<_, _> = [(row.id, row.clone())].into_iter().collect();
        settle(tx, &payment, &allocations, &known, std::slice::from_ref(order)).await?;
        for allocation in allocations {
            row.paid.0 += allocation.amount;
            row.discounted.0 += allocation.discount;
        }
        if row.paid.0 + row.discounted.0 == row.total.0 {
            break;
        }
    }
    Ok(())
}
