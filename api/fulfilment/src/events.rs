//! Events of shipments.

use entity::{AccountId, OrderId, ShipmentId};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails};

/// A shipment at a stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShipmentDetails {
    /// Row id of the shipment.
    pub shipment_id: ShipmentId,
    /// Number of the shipment.
    pub number: String,
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    pub order: String,
    /// Account that ordered.
    pub account_id: AccountId,
    /// Number of lines.
    pub lines: usize,
    /// Reason of a cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Public form of [`ShipmentDetails`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicShipment<'a> {
    number: &'a str,
    order: &'a str,
    lines: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl EventDetails for ShipmentDetails {
    type Public<'a> = PublicShipment<'a>;

    fn subject(&self) -> String {
        format!("shipment/{}", self.number)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account_id)
    }

    fn public(&self) -> Option<PublicShipment<'_>> {
        Some(PublicShipment { number: &self.number, order: &self.order, lines: self.lines, reason: self.reason.as_deref() })
    }
}

store::event_kinds! {
    ShipmentDetails:
    /// A pick list was created for allocated goods of an order.
    pub(crate) ShipmentCreated = "shipment.created",
    /// Everything is picked.
    pub(crate) ShipmentPicked = "shipment.picked",
    /// Everything is packed.
    pub(crate) ShipmentPacked = "shipment.packed",
    /// The goods were shipped. Billing issues the invoice.
    pub ShipmentShipped = "shipment.shipped",
    /// Every parcel was delivered.
    pub(crate) ShipmentDelivered = "shipment.delivered",
    /// The shipment was cancelled before it was shipped.
    pub(crate) ShipmentCancelled = "shipment.cancelled",
}

/// New tracking events of a shipment were recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShipmentTracked {
    /// Row id of the shipment.
    pub(crate) shipment_id: ShipmentId,
    /// Number of the shipment.
    pub(crate) number: String,
    /// Number of the order.
    pub(crate) order: String,
    /// Account that ordered.
    pub(crate) account_id: AccountId,
    /// Number of new tracking events.
    pub(crate) reports: usize,
}

/// Public form of [`ShipmentTracked`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicTracking<'a> {
    number: &'a str,
    order: &'a str,
    reports: usize,
}

impl DomainEvent for ShipmentTracked {
    const KIND: &'static str = "shipment.tracked";
    type Public<'a> = PublicTracking<'a>;

    fn subject(&self) -> String {
        format!("shipment/{}", self.number)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account_id)
    }

    fn public(&self) -> Option<PublicTracking<'_>> {
        Some(PublicTracking { number: &self.number, order: &self.order, reports: self.reports })
    }
}
