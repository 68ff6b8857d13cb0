//! Invoicing: one invoice for every shipment, issued when the event that it was shipped is handled.

use chrono::{DateTime, Datelike as _};
use entity::{
    Amount, Instant, InvoiceId, OrderId, PaymentMethod, Quantity, ShipmentId, Terms, invoice_lines, invoices, order_lines,
    orders, shipment_lines,
};
use pricing::Currency;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use super::error::BillingError;
use super::events::{InvoiceIssued, InvoicePaid};
use super::{prepayment, receivables, settlement};
use ::orders::credit::{self, CreditDelta};
use ::orders::{self as order_book, OrderError, amounts, progress};
use fulfilment::events::ShipmentShipped;
use kernel::telemetry;
use order_events::OrderCancelled;
use store::database::Tx;
use store::event_handlers::EventHandler;
use store::events::Event;
use store::sql::{fetch_one, insert_all};
use store::{BoxError, DomainEvent as _, UnreadableEvent};

/// Issues invoices for shipments, and reviews orders after a cancellation: they may now be covered by prepayments or complete.
#[derive(Debug)]
pub struct Invoicing;

/// The work that an event requires.
#[derive(Clone, Copy, Debug)]
struct Task {
    order: OrderId,
    /// The shipment to invoice; none when something was cancelled.
    shipment: Option<ShipmentId>,
}

impl Task {
    fn of(event: &Event) -> Result<Option<Self>, UnreadableEvent> {
        if let Some(ShipmentShipped(shipment)) = event.decode()? {
            return Ok(Some(Self { order: shipment.order_id, shipment: Some(shipment.shipment_id) }));
        }
        let cancelled: Option<OrderCancelled> = event.decode()?;
        Ok(cancelled.map(|cancelled| Self { order: cancelled.order_id, shipment: None }))
    }
}

#[async_trait::async_trait]
impl EventHandler for Invoicing {
    fn name(&self) -> &'static str {
        "invoicing"
    }

    fn handles(&self, kind: &str) -> bool {
        [ShipmentShipped::KIND, OrderCancelled::KIND].contains(&kind)
    }

    async fn prepare(&self, tx: &Tx, events: &[&Event]) -> Result<(), BoxError> {
        let tasks = events.iter().filter_map(|event| Task::of(event).transpose());
        let ids: Vec<OrderId> = tasks.map(|task| task.map(|task| task.order)).collect::<Result<_, _>>()?;
        order_book::lock_orders_by_id(tx, &ids).await?;
        Ok(())
    }

    async fn handle(&self, tx: &Tx, event: &Event) -> Result<(), BoxError> {
        let Some(task) = Task::of(event)? else { return Ok(()) };
        let Some(order) = self.order(tx, task.order).await? else { return Ok(()) };
        let done = match task.shipment {
            Some(shipment) => issue(tx, &order, shipment).await,
            None => review_order(tx, &order).await,
        };
        Ok(done?)
    }
}

impl Invoicing {
    async fn order(&self, tx: &Tx, id: OrderId) -> Result<Option<orders::Model>, BillingError> {
        let locked = order_book::lock_orders_by_id(tx, &[id]).await;
        Ok(locked?.pop())
    }
}

/// Reviews an order after a cancellation: the payments may cover the rest of it, or it may be complete.
async fn review_order(tx: &Tx, order: &orders::Model) -> Result<(), BillingError> {
    if !order.open {
        return Ok(());
    }
    prepayment::release_if_covered(tx, order).await?;
    settlement::close_settled(tx, &[order.id], std::slice::from_ref(order)).await
}

/// Issues the invoice of a shipment, unless there is one.
async fn issue(tx: &Tx, order: &orders::Model, shipment: ShipmentId) -> Result<(), BillingError> {
    let known = fetch_one(tx, invoices::Entity::find().filter(invoices::Column::ShipmentId.eq(shipment))).await?;
    let Some((_, shipped)) = fulfilment::shipped(tx, shipment).await?.filter(|_| known.is_none()) else { return Ok(()) };
    let of_order = order_book::lines_of(tx, order.id).await?;
    let currency = order.currency.0;

    let id = InvoiceId(tx.id().await?);
    let lines = lines_of(id, &of_order, &shipped, currency)?;
    let total = amounts::sum(lines.iter().map(|l| l.line_amount))?;
    let year = DateTime::from_timestamp_micros(tx.now().0).unwrap_or_default().year();
    let number = tx.gapless(&format!("invoices-{year}")).await?;
    let invoice = row(tx.now(), order, id, format!("INV-{year}-{number:06}"), shipment, total, currency);
    invoices::Entity::insert(invoice.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    insert_all(tx, lines.into_iter().map(|l| l.into_active_model().reset_all()).collect(), None).await?;

    let invoiced: Vec<(i32, Quantity)> = shipped.iter().map(|l| (l.line_no, l.quantity)).collect();
    progress::record_invoiced(tx, order.id, &invoiced).await?;
    credit::adjust(tx, order.account_id, order.currency.0, CreditDelta { receivable: total.0, committed: -total.0 }).await?;
    receivables::recompute_oldest_due(tx, order.account_id, order.currency.0).await?;
    tx.record(&InvoiceIssued((&invoice).into()));
    telemetry::count("bulkhead_invoices_issued_total");
    if total.0 == 0 {
        tx.record(&InvoicePaid((&invoice).into()));
        return settlement::close_settled(tx, &[order.id], std::slice::from_ref(order)).await;
    }
    prepayment::settle_invoice(tx, order, &invoice).await
}

fn row(
    now: Instant,
    order: &orders::Model,
    id: InvoiceId,
    number: String,
    shipment: ShipmentId,
    total: Amount,
    currency: Currency,
) -> invoices::Model {
    // A prepaid invoice is due at once and has no early-payment discount.
    let prepaid = order.payment_method == PaymentMethod::Prepaid;
    let terms = if prepaid { Terms::of_prepayment() } else { order.terms.clone() };
    let early = terms.early(now, total.into(), currency).filter(|(_, off)| off.is_positive());
    invoices::Model {
        id,
        number,
        account_id: order.account_id,
        order_id: order.id,
        shipment_id: shipment,
        currency: order.currency,
        total,
        paid: Amount(0),
        discounted: Amount(0),
        due_at: terms.due(now),
        terms,
        issued_at: now,
        discount_until: early.map(|(until, _)| until),
        discount_amount: early.map_or(Amount(0), |(_, off)| off.into()),
        purchase_order_number: order.purchase_order_number.clone(),
        version: 1,
    }
}

/// The lines of an invoice. The amount of each is the order line's amount up to the new quantity less what was invoiced before.
fn lines_of(
    id: InvoiceId,
    of_order: &[order_lines::Model],
    shipped: &[shipment_lines::Model],
    currency: Currency,
) -> Result<Vec<invoice_lines::Model>, BillingError> {
    let mut lines = Vec::with_capacity(shipped.len());
    for (line_no, part) in (1_i32..).zip(shipped) {
        let place = of_order.binary_search_by_key(&part.line_no, |l| l.line_no);
        let line = place.map(|p| &of_order[p]).map_err(|_| OrderError::NoSuchLine(part.line_no))?;
        let upto = line.invoiced.0.checked_add(part.quantity.0).map(Quantity).ok_or(OrderError::OutOfRange)?;
        lines.push(invoice_lines::Model {
            invoice_id: id,
            line_no,
            order_id: line.order_id,
            order_line_no: line.line_no,
            sku: line.sku.clone(),
            title: line.title.clone(),
            unit: line.unit,
            quantity: part.quantity,
            unit_price: line.unit_price,
            per: line.per,
            line_amount: amounts::value_between(line, line.invoiced, upto, currency)?,
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use entity::{AccountId, PriceSource, ProductId};
    use proptest::prelude::*;

    use super::*;

    fn order_line(quantity: i64, unit_price: i64, per: i64) -> order_lines::Model {
        let zero = Quantity(0);
        order_lines::Model {
            order_id: OrderId(1),
            line_no: 1,
            account_id: AccountId(1),
            product_id: ProductId(1),
            sku: "A".to_owned(),
            title: String::new(),
            unit: "EA".parse().expect("a unit"),
            numerator: 1,
            denominator: 1,
            quantity: Quantity(quantity),
            cancelled: zero,
            allocated: zero,
            picked: zero,
            shipped: zero,
            delivered: zero,
            invoiced: zero,
            returned: zero,
            unit_price: Amount(unit_price),
            per: Quantity(per * 1_000_000),
            line_amount: Amount(0),
            list_price: None,
            price_source: PriceSource::List,
            price_detail: String::new(),
            promised_at: None,
            note: String::new(),
            reference: String::new(),
            placed_at: Instant(0),
        }
    }

    proptest! {
        #[test]
        fn the_invoices_of_a_line_add_up_to_the_line(
            parts in prop::collection::vec(1_i64..50_000_000, 1..8),
            unit_price in 0_i64..5_000_000_000,
            per in prop::sample::select(vec![1_i64, 100, 1000]),
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        ) {
            let currency: Currency = code.parse().expect("a listed currency");
            let quantity: i64 = parts.iter().sum();
            let mut line = order_line(quantity, unit_price, per);
            let whole = amounts::line_value(&line, Quantity(quantity), currency).expect("in range");
            let mut invoiced = 0;
            for part in parts {
                let shipped = shipment_lines::Model { shipment_id: ShipmentId(1), order_id: OrderId(1), line_no: 1, quantity: Quantity(part) };
                let lines = lines_of(InvoiceId(1), std::slice::from_ref(&line), &[shipped], currency).expect("in range");
                let amount = pricing::Amount::from(lines[0].line_amount);
                prop_assert_eq!(amount.round_to_minor(currency), Ok(amount), "a part has no fraction of the minor unit");
                prop_assert!(!amount.is_negative());
                invoiced += lines[0].line_amount.0;
                line.invoiced.0 += part;
            }
            prop_assert_eq!(invoiced, whole.0);
        }
    }
}
