//! Placing an order: stock, credit, lines, holds and the event, in one transaction.

use entity::{HoldKind, Instant, OrderId, PaymentMethod, Quantity, order_allocations, order_holds, order_lines, orders};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use super::credit::{self, CreditDelta};
use super::error::OrderError;
use super::line_row::{LineOwner, line_row};
use super::order::{LoadedOrder, NewLine, NewOrder, NewOrderHeader, order_number};
use super::{amounts, pricing_snapshot};
use entity::Amount;
use inventory::{self, Allocation, SourcingPreference, StockLevels};
use kernel::telemetry;
use kernel::wire::Money;
use order_events::{OrderHeld, OrderHold, OrderPlaced};
use store::database::Tx;
use store::sql::insert_later;

/// Places an order at the prices of its lines, with the stock planned for it. Stock cannot be missing, because the levels are
/// locked. An order above the credit limit is held.
pub async fn place(tx: &Tx, stock_levels: &StockLevels, new: NewOrder) -> Result<LoadedOrder, OrderError> {
    let NewOrder { header, lines, levels, stock } = new;
    if lines.is_empty() {
        return Err(OrderError::Empty);
    }
    let total = amounts::sum(lines.iter().map(|line| line.price.line_amount))?;
    let order = order_row(tx, &header, OrderId(tx.id().await?), total);
    let delta = CreditDelta { receivable: 0, committed: total.0 };
    let position = credit::adjust(tx, header.account.id, header.currency, delta).await?;
    let reasons = match header.payment_method {
        PaymentMethod::Terms => credit::reasons_to_hold(&header.account, header.currency, position, tx.now()),
        // An order without an amount needs no payment.
        PaymentMethod::Prepaid if total.0 == 0 => Vec::new(),
        PaymentMethod::Prepaid => vec![(HoldKind::Prepayment, "the payment has not arrived".to_owned())],
    };
    let allocations = levels.reserve(tx, stock, &order.number).await?;
    let promises = promises(tx, stock_levels, &header.sourcing, &lines, &allocations).await?;
    let lines = lines.into_iter().zip(promises).collect();
    let placed = write(tx, &header, order, lines, &allocations, &reasons).await?;
    record(tx, &placed);
    telemetry::count("bulkhead_orders_placed_total");
    Ok(placed)
}

/// The promised shipping date of each line.
async fn promises(
    tx: &Tx,
    stock_levels: &StockLevels,
    sourcing: &SourcingPreference,
    lines: &[NewLine],
    allocations: &[Allocation],
) -> Result<Vec<Option<Instant>>, OrderError> {
    let mut asks = Vec::with_capacity(lines.len());
    for (key, line) in lines.iter().enumerate() {
        let factor = line.product.factor_of(line.unit).ok_or(OrderError::OutOfRange)?;
        asks.push(inventory::PromiseRequest {
            key,
            product: line.product.id,
            quantity: factor.to_stock(line.quantity.into()).map_err(|_| OrderError::OutOfRange)?,
            multiple: pricing::Quantity::default(),
            backorder: line.product.may_backorder(),
            lead_time_days: line.product.lead_time_days,
        });
    }
    Ok(inventory::promise_reserved(tx, stock_levels, &asks, allocations, sourcing, tx.now()).await?)
}

async fn write(
    tx: &Tx,
    new: &NewOrderHeader,
    order: orders::Model,
    lines: Vec<(NewLine, Option<Instant>)>,
    parts: &[Allocation],
    reasons: &[(HoldKind, String)],
) -> Result<LoadedOrder, OrderError> {
    let id = order.id;
    let owner = LineOwner { order: id, account: order.account_id, placed_at: order.placed_at };
    let mut rows: Vec<order_lines::Model> = Vec::with_capacity(lines.len());
    for (index, (line, promised_at)) in lines.into_iter().enumerate() {
        rows.push(order_lines::Model { promised_at, ..line_row(owner, index, line)? });
    }
    let mut allocations = Vec::with_capacity(parts.len());
    for part in parts {
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
    insert_later(tx, vec![order.clone().into_active_model().reset_all()]).await?;
    insert_later(tx, rows.iter().map(|r| r.clone().into_active_model().reset_all()).collect()).await?;
    insert_later(tx, allocations.iter().map(|r| r.clone().into_active_model().reset_all()).collect()).await?;
    insert_later(tx, vec![pricing_snapshot::row(new, id).into_active_model().reset_all()]).await?;
    insert_later(tx, holds.iter().map(|r| r.clone().into_active_model().reset_all()).collect()).await?;
    Ok(LoadedOrder { order, lines: rows, allocations, holds })
}

fn order_row(tx: &Tx, new: &NewOrderHeader, id: OrderId, total: Amount) -> orders::Model {
    orders::Model {
        id,
        number: order_number(id),
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

fn record(tx: &Tx, placed: &LoadedOrder) {
    let order = &placed.order;
    tx.record(&OrderPlaced {
        order_id: order.id,
        number: order.number.clone(),
        account_id: order.account_id,
        purchase_order_number: order.purchase_order_number.clone(),
        total: Money::new(order.total, order.currency.code()),
        lines: placed.lines.len(),
    });
    for hold in &placed.holds {
        tx.record(&OrderHeld(OrderHold::new(order, Some(hold.kind))));
    }
}
