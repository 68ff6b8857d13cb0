//! Changing an order after it was placed: its texts, dates and destination, and smaller quantities.
//!
//! A line with a smaller quantity keeps its unit price: the price of a volume break stays, and so does the price that a quote
//! offered.

use entity::{Destination, Instant, Quantity, orders};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};

use super::amounts::open_quantity;
use super::cancel::{Cancellation, cancel, cancellable};
use super::error::OrderError;
use super::queries::{allocations_of, lines_of};
use super::remaining_quantity::check_remaining;
use catalog::Products;
use kernel::problem::CommonError;
use order_events::OrderChanged;
use store::database::Tx;

/// The fields that change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub purchase_order_number: Option<String>,
    pub note: Option<String>,
    pub requested_at: Option<Instant>,
    pub ship_to: Option<Destination>,
    /// New quantities of lines, at most the open quantities.
    pub lines: Vec<(i32, Quantity)>,
}

/// Changes an order locked by the caller. The destination can change until something is on a pick list.
pub(super) async fn change(
    tx: &Tx,
    products: &Products,
    order: orders::Model,
    change: Change,
) -> Result<orders::Model, OrderError> {
    if !order.open {
        return Err(OrderError::NotChangeable("the order is closed".to_owned()));
    }
    let lines = lines_of(tx, order.id).await?;
    let allocations = allocations_of(tx, order.id).await?;
    if change.ship_to.is_some() && allocations.iter().any(|part| part.released.0 > 0) {
        return Err(OrderError::NotChangeable(
            "a part of the order is on a pick list; the destination can no longer be changed".to_owned(),
        ));
    }
    let mut less = Cancellation { reason: "changed".to_owned(), ..Cancellation::default() };
    for (place, (number, quantity)) in change.lines.iter().enumerate() {
        let line = lines.iter().find(|l| l.line_no == *number).ok_or(OrderError::NoSuchLine(*number))?;
        let open = open_quantity(line);
        if *quantity > open {
            return Err(OrderError::QuantityIncrease);
        }
        if *quantity < open {
            if open.0 - quantity.0 != cancellable(line, &allocations) {
                let left = Quantity(line.quantity.0 - line.cancelled.0 - (open.0 - quantity.0));
                check_remaining(products, line, left, &format!("/lines/{place}")).map_err(CommonError::from)?;
            }
            less.lines.push((*number, Quantity(open.0 - quantity.0)));
        }
    }
    let mut active = order.clone().into_active_model();
    if let Some(number) = change.purchase_order_number {
        active.purchase_order_number = Set(number);
    }
    if let Some(note) = change.note {
        active.note = Set(note);
    }
    if let Some(at) = change.requested_at {
        active.requested_at = Set(Some(at));
    }
    if let Some(ship_to) = change.ship_to {
        active.site_code = Set(ship_to.site.clone());
        active.ship_to = Set(ship_to);
    }
    active.version = Set(order.version + 1);
    active.updated_at = Set(tx.now());
    let order = active.update(tx).await?;
    if !less.lines.is_empty() {
        cancel(tx, products, &order, &less).await?;
    }
    tx.record(&OrderChanged::from(&order));
    Ok(order)
}
