//! Placing an order whose stock is reserved: credit, lines, holds and the event, in the transaction that reserved it.

use std::sync::Arc;

use entity::{
    Amount, Destination, HoldKind, Instant, OrderId, PaymentMethod, PriceSource, Quantity, Terms, order_allocations, order_holds,
    order_lines, order_pricings, orders,
};
use pricing::{Currency, PeriodQuantity, UnitCode};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use serde_json::json;

use super::credit::{self, Shift};
use super::error::OrderError;
use super::reserve::Reservation;
use super::{amounts, pricing_snapshot};
use catalog::Product;
use identity::Account;
use inventory::{self, Board, Prefer, Reserved};
use kernel::problem::FieldError;
use kernel::telemetry;
use store::database::Tx;
use store::events::NewEvent;
use store::sql::insert_all;

/// The price a line is ordered at.
#[derive(Clone, Debug)]
pub struct AgreedPrice {
    pub unit_price: Amount,
    /// The unit price is for so many units.
    pub per: Quantity,
    pub line_amount: Amount,
    pub list_price: Option<Amount>,
    pub source: PriceSource,
    /// How the price came about, JSON.
    pub detail: String,
}

/// A line to be ordered.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// Where the line stood in the request, for refusals.
    pub pointer: String,
    pub product: Arc<Product>,
    pub unit: UnitCode,
    pub quantity: Quantity,
    pub price: AgreedPrice,
    pub note: String,
    /// The customer's own reference of the line.
    pub reference: String,
}

/// An order to be placed.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub account: Arc<Account>,
    pub placed_by: String,
    pub purchase_order_number: String,
    pub currency: Currency,
    pub payment_method: PaymentMethod,
    pub terms: Terms,
    pub ship_to: Destination,
    pub note: String,
    pub external_reference: Option<String>,
    pub coupons: Vec<String>,
    pub price_version: i64,
    pub priced_at: Instant,
    /// Whose knowledge counted.
    pub priced_as_of: Instant,
    /// What had been ordered before, under contract lines that count it.
    pub ordered_before: Vec<PeriodQuantity>,
    pub requested_at: Option<Instant>,
    /// The quote it is made of, if it is.
    pub quote_number: Option<String>,
    pub lines: Vec<NewLine>,
    /// Drop lines that cannot be ordered instead of refusing the order.
    pub partial: bool,
    /// Ship from here if possible.
    pub prefer: Prefer,
}

/// A line that was not ordered.
#[derive(Clone, Debug)]
pub struct RejectedLine {
    pub problem: FieldError,
}

/// A placed order.
#[derive(Debug)]
pub struct Placed {
    pub order: orders::Model,
    pub lines: Vec<order_lines::Model>,
    pub allocations: Vec<order_allocations::Model>,
    pub holds: Vec<order_holds::Model>,
    pub rejected: Vec<RejectedLine>,
}

/// Places an order whose stock is reserved, at the prices its lines have now.
pub async fn place(tx: &Tx, board: &Board, reserved: Reservation) -> Result<Placed, OrderError> {
    let Reservation { id, new, lines, parts, rejected, committed, mut position } = reserved;
    let currency = new.currency;
    let total = amounts::sum(lines.iter().map(|l| l.price.line_amount))?;
    if total != committed {
        let difference = Shift { receivable: 0, committed: total.0 - committed.0 };
        position = credit::shift(tx, new.account.id, currency, difference).await?;
    }
    let reasons = match new.payment_method {
        PaymentMethod::Terms => credit::reasons_to_hold(&new.account, currency, position, tx.now()),
        // Nothing to pay is nothing to wait for.
        PaymentMethod::Prepaid if total.0 == 0 => Vec::new(),
        PaymentMethod::Prepaid => vec![(HoldKind::Prepayment, "the payment has not arrived".to_owned())],
    };
    let order = order_row(tx, &new, id, total);
    let promises = promises(tx, board, &new.prefer, &lines, &parts).await?;
    let lines = lines.into_iter().zip(promises).collect();
    let placed = write(tx, &new, order, lines, &parts, &reasons).await?;
    record(tx, &placed);
    telemetry::count("bulkhead_orders_placed_total");
    Ok(Placed { rejected, ..placed })
}

/// When each line leaves.
async fn promises(
    tx: &Tx,
    board: &Board,
    prefer: &Prefer,
    lines: &[NewLine],
    reserved: &[Reserved],
) -> Result<Vec<Option<Instant>>, OrderError> {
    let mut asks = Vec::with_capacity(lines.len());
    for (key, line) in lines.iter().enumerate() {
        let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
        asks.push(inventory::Ask {
            key,
            product: line.product.id,
            quantity: factor.to_stock(line.quantity.into()).map_err(|_| OrderError::OutOfRange)?,
            multiple: pricing::Quantity::default(),
            backorder: line.product.may_backorder(),
            lead_time_days: line.product.lead_time_days,
        });
    }
    Ok(inventory::promise_reserved(tx, board, &asks, reserved, prefer, tx.now()).await?)
}

async fn write(
    tx: &Tx,
    new: &NewOrder,
    order: orders::Model,
    lines: Vec<(NewLine, Option<Instant>)>,
    reserved: &[Reserved],
    reasons: &[(HoldKind, String)],
) -> Result<Placed, OrderError> {
    let id = order.id;
    let mut rows: Vec<order_lines::Model> = Vec::with_capacity(lines.len());
    for (index, (line, promised_at)) in lines.into_iter().enumerate() {
        rows.push(order_lines::Model { promised_at, ..line_row(tx, new, id, index, line)? });
    }
    let mut allocations = Vec::with_capacity(reserved.len());
    for part in reserved {
        let line = &mut rows[part.key];
        let quantity = super::allocate::in_sales_unit(line, part.quantity)?;
        line.allocated.0 += quantity.0;
        allocations.push(order_allocations::Model {
            order_id: id,
            line_no: line.line_no,
            warehouse_id: part.warehouse,
            quantity,
            released: Quantity(0),
            picked: Quantity(0),
            shipped: Quantity(0),
        });
    }
    let holds: Vec<order_holds::Model> = reasons
        .iter()
        .map(|(kind, reason)| order_holds::Model {
            order_id: id,
            kind: *kind,
            reason: reason.clone(),
            placed_at: tx.now(),
            released_at: None,
            released_by: None,
        })
        .collect();
    orders::Entity::insert(order.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    insert_all(tx, rows.iter().map(|r| r.clone().into_active_model().reset_all()).collect(), None).await?;
    insert_all(tx, allocations.iter().map(|r| r.clone().into_active_model().reset_all()).collect(), None).await?;
    let pricing = pricing_snapshot::row(new, id).into_active_model().reset_all();
    order_pricings::Entity::insert(pricing).exec_without_returning(tx).await?;
    insert_all(tx, holds.iter().map(|r| r.clone().into_active_model().reset_all()).collect(), None).await?;
    Ok(Placed { order, lines: rows, allocations, holds, rejected: Vec::new() })
}

/// The number people know an order by.
pub(super) fn number_of(id: OrderId) -> String {
    format!("SO{:08}", id.0)
}

fn order_row(tx: &Tx, new: &NewOrder, id: OrderId, total: Amount) -> orders::Model {
    orders::Model {
        id,
        number: number_of(id),
        account_id: new.account.id,
        placed_by: new.placed_by.clone(),
        purchase_order_number: new.purchase_order_number.clone(),
        currency: new.currency.into(),
        payment_method: new.payment_method,
        terms: new.terms.clone(),
        ship_to: new.ship_to.clone(),
        site_code: new.ship_to.site.clone(),
        note: new.note.clone(),
        external_reference: new.external_reference.clone(),
        total,
        price_version: new.price_version,
        priced_at: new.priced_at,
        coupons: new.coupons.join(" "),
        requested_at: new.requested_at,
        placed_at: tx.now(),
        updated_at: tx.now(),
        version: 1,
        open: true,
        quote_number: new.quote_number.clone(),
    }
}

fn line_row(tx: &Tx, new: &NewOrder, id: OrderId, index: usize, line: NewLine) -> Result<order_lines::Model, OrderError> {
    let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
    let zero = Quantity(0);
    Ok(order_lines::Model {
        order_id: id,
        line_no: i32::try_from(index + 1).map_err(|_| OrderError::OutOfRange)?,
        account_id: new.account.id,
        product_id: line.product.id,
        sku: line.product.sku.to_string(),
        title: line.product.title.to_string(),
        unit: line.unit.into(),
        numerator: factor.numerator(),
        denominator: factor.denominator(),
        quantity: line.quantity,
        cancelled: zero,
        allocated: zero,
        picked: zero,
        shipped: zero,
        delivered: zero,
        invoiced: zero,
        returned: zero,
        unit_price: line.price.unit_price,
        per: line.price.per,
        line_amount: line.price.line_amount,
        list_price: line.price.list_price,
        price_source: line.price.source,
        price_detail: line.price.detail,
        promised_at: None,
        note: line.note,
        reference: line.reference,
        placed_at: tx.now(),
    })
}

fn record(tx: &Tx, placed: &Placed) {
    let order = &placed.order;
    let subject = format!("order/{}", order.number);
    let data = json!({
        "order_id": order.id.0,
        "number": order.number,
        "account_id": order.account_id.0,
        "purchase_order_number": order.purchase_order_number,
        "total": { "amount": pricing::Amount::from(order.total).to_string(), "currency": order.currency.code() },
        "lines": placed.lines.len(),
    });
    tx.record(NewEvent { kind: "order.placed", subject: subject.clone(), account: Some(order.account_id), data });
    for hold in &placed.holds {
        let data = json!({ "order_id": order.id.0, "kind": hold.kind.word() });
        tx.record(NewEvent { kind: "order.held", subject: subject.clone(), account: Some(order.account_id), data });
    }
}
