//! The stages of a shipment: picked, packed, shipped or cancelled.

use entity::{ShipmentStage, orders, shipments};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use super::error::FulfilmentError;
use super::events::{
    ShipmentCancelled, ShipmentCreated, ShipmentDelivered, ShipmentDetails, ShipmentPacked, ShipmentPicked, ShipmentShipped,
};
use super::parcels::{self, NewParcel};
use super::queries::{self, LoadedShipment};
use ::orders::progress::{self, LineMovement};
use ::orders::{self as order_book, OrderError};
use inventory::{self, Reservation};
use store::database::Tx;

/// Fails when the order is held.
pub(super) async fn refuse_held(tx: &Tx, order: &orders::Model) -> Result<(), FulfilmentError> {
    identity::refuse_blocked(tx, order.account_id).await?;
    let holds = order_book::active_holds(tx, order.id).await?;
    match holds.into_iter().map(|h| h.reason).reduce(|all, reason| format!("{all}; {reason}")) {
        None => Ok(()),
        Some(reasons) => Err(OrderError::Held(reasons).into()),
    }
}

/// Finds a shipment and locks its order, so that the shipment does not change until the transaction ends.
pub(super) async fn lock_shipment(tx: &Tx, number: &str) -> Result<(orders::Model, LoadedShipment), FulfilmentError> {
    let seen = queries::find(tx, number, None).await?;
    let order = order_book::lock_orders_by_id(tx, &[seen.order_id]).await?.pop();
    let order = order.ok_or_else(|| OrderError::NotFound(seen.order_id.to_string()))?;
    let shipment = queries::find(tx, number, None).await?;
    let loaded = queries::load(tx, vec![shipment]).await?.pop();
    Ok((order, loaded.ok_or_else(|| FulfilmentError::NotFound(number.to_owned()))?))
}

/// Records that the goods were picked.
pub(super) async fn pick(tx: &Tx, number: &str) -> Result<LoadedShipment, FulfilmentError> {
    let (order, mut loaded) = lock_shipment(tx, number).await?;
    move_to(tx, &order, &mut loaded, ShipmentStage::Picked).await?;
    progress::record_picked(tx, order.id, &movements_of(&loaded)).await?;
    Ok(loaded)
}

/// Records the parcels. A packed shipment can be packed again.
pub(super) async fn pack(tx: &Tx, number: &str, new: &[NewParcel]) -> Result<LoadedShipment, FulfilmentError> {
    let (order, mut loaded) = lock_shipment(tx, number).await?;
    move_to(tx, &order, &mut loaded, ShipmentStage::Packed).await?;
    loaded.parcels = parcels::put(tx, loaded.shipment.id, &loaded.lines, new).await?;
    Ok(loaded)
}

/// Carrier and service of a shipment; fields that are none stay as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Dispatch {
    pub(super) carrier: Option<String>,
    pub(super) service: Option<String>,
}

/// Records that the goods were shipped, and deducts them from the stock and the reservations.
pub(super) async fn dispatch(tx: &Tx, number: &str, what: Dispatch) -> Result<LoadedShipment, FulfilmentError> {
    let (order, mut loaded) = lock_shipment(tx, number).await?;
    if let Some(carrier) = what.carrier {
        loaded.shipment.carrier = carrier;
    }
    if let Some(service) = what.service {
        loaded.shipment.service = service;
    }
    move_to(tx, &order, &mut loaded, ShipmentStage::Shipped).await?;
    issue_stock(tx, &loaded).await?;
    progress::record_shipped(tx, order.id, &movements_of(&loaded)).await?;
    Ok(loaded)
}

/// Cancels a shipment before it is shipped. The goods stay reserved for the order.
pub(super) async fn cancel(tx: &Tx, number: &str, reason: &str) -> Result<LoadedShipment, FulfilmentError> {
    let (order, mut loaded) = lock_shipment(tx, number).await?;
    let picked = loaded.shipment.stage != ShipmentStage::Created;
    advance(tx, &mut loaded, ShipmentStage::Cancelled).await?;
    tx.record(&ShipmentCancelled(ShipmentDetails { reason: Some(reason.to_owned()), ..details(&loaded) }));
    progress::record_returned_to_stock(tx, order.id, &movements_of(&loaded), picked).await?;
    Ok(loaded)
}

async fn move_to(
    tx: &Tx,
    order: &orders::Model,
    loaded: &mut LoadedShipment,
    next: ShipmentStage,
) -> Result<(), FulfilmentError> {
    refuse_held(tx, order).await?;
    advance(tx, loaded, next).await?;
    record(tx, next, loaded);
    Ok(())
}

/// Moves a shipment to its next stage and writes its row.
pub(super) async fn advance(tx: &Tx, loaded: &mut LoadedShipment, next: ShipmentStage) -> Result<(), FulfilmentError> {
    let shipment = &mut loaded.shipment;
    let again = shipment.stage == ShipmentStage::Packed && next == ShipmentStage::Packed;
    if !again && !shipment.stage.may_become(next) {
        let text = format!("shipment {} is {}; it cannot become {}", shipment.number, shipment.stage.word(), next.word());
        return Err(FulfilmentError::WrongStage(text));
    }
    shipment.stage = next;
    shipment.version += 1;
    let now = Some(tx.now());
    match next {
        ShipmentStage::Picked => shipment.picked_at = now,
        ShipmentStage::Packed => shipment.packed_at = now,
        ShipmentStage::Shipped => shipment.shipped_at = now,
        ShipmentStage::Created | ShipmentStage::Delivered | ShipmentStage::Cancelled => {}
    }
    save(tx, shipment).await
}

/// Writes a shipment's row. Its order is locked, so no other transaction writes it.
pub(super) async fn save(tx: &Tx, shipment: &shipments::Model) -> Result<(), FulfilmentError> {
    let mut row = shipment.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(shipment.id);
    row.number = sea_orm::ActiveValue::Unchanged(shipment.number.clone());
    row.update(tx).await?;
    Ok(())
}

fn movements_of(loaded: &LoadedShipment) -> Vec<LineMovement> {
    let warehouse = loaded.shipment.warehouse_id;
    loaded.lines.iter().map(|l| LineMovement { line: l.line_no, warehouse, quantity: l.quantity }).collect()
}

/// Deducts the goods of the shipment from the stock.
pub(super) async fn issue_stock(tx: &Tx, loaded: &LoadedShipment) -> Result<(), FulfilmentError> {
    let mut held = Vec::with_capacity(loaded.lines.len());
    for (line, quantity) in loaded.with_order_lines() {
        held.push(Reservation {
            product: line.product_id,
            warehouse: loaded.shipment.warehouse_id,
            quantity: order_book::in_stock_unit(line, quantity)?,
        });
    }
    Ok(inventory::issue(tx, &held, &loaded.shipment.number).await?)
}

/// Records that a shipment reached a stage.
pub(super) fn record(tx: &Tx, stage: ShipmentStage, loaded: &LoadedShipment) {
    let details = details(loaded);
    match stage {
        ShipmentStage::Created => tx.record(&ShipmentCreated(details)),
        ShipmentStage::Picked => tx.record(&ShipmentPicked(details)),
        ShipmentStage::Packed => tx.record(&ShipmentPacked(details)),
        ShipmentStage::Shipped => tx.record(&ShipmentShipped(details)),
        ShipmentStage::Delivered => tx.record(&ShipmentDelivered(details)),
        ShipmentStage::Cancelled => tx.record(&ShipmentCancelled(details)),
    }
}

fn details(loaded: &LoadedShipment) -> ShipmentDetails {
    let shipment = &loaded.shipment;
    ShipmentDetails {
        shipment_id: shipment.id,
        number: shipment.number.clone(),
        order_id: shipment.order_id,
        order: loaded.order_number.clone(),
        account_id: shipment.account_id,
        lines: loaded.lines.len(),
        reason: None,
    }
}
