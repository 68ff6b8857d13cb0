//! Events of shipments.

use entity::{AccountId, OrderId, ShipmentId};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails};

/// A shipment at a stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShipmentDetails {
    /// Its row.
    pub shipment_id: ShipmentId,
    /// Its number.
    pub number: String,
    /// The row of its order.
    pub order_id: OrderId,
    /// The number of its order.
    pub order: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// How many lines it has.
    pub lines: usize,
    /// Why it was cancelled.
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
    /// A pick list was made of what an order has allocated.
    pub(crate) ShipmentCreated = "shipment.created",
    /// Everything is picked.
    pub(crate) ShipmentPicked = "shipment.picked",
    /// Everything is packed.
    pub(crate) ShipmentPacked = "shipment.packed",
    /// The goods left. Read by billing, which issues the invoice.
    pub ShipmentShipped = "shipment.shipped",
    /// Every parcel arrived.
    pub(crate) ShipmentDelivered = "shipment.delivered",
    /// The shipment was cancelled before it left.
    pub(crate) ShipmentCancelled = "shipment.cancelled",
}

/// A carrier reported something new of a shipment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShipmentTracked {
    /// Its row.
    pub(crate) shipment_id: ShipmentId,
    /// Its number.
    pub(crate) number: String,
    /// The number of its order.
    pub(crate) order: String,
    /// Whose it is.
    pub(crate) account_id: AccountId,
    /// How many reports are new.
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
