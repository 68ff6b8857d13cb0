//! The API views and inputs of shipments.

use entity::{Quantity, ShipmentStage};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::create::NewShipment;
use super::parcels::{NewParcel, PackedLine};
use super::queries::{LoadedShipment, OrderToPick};
use super::tracking::{CarrierReport, TrackingCode};
use ::orders::DestinationView;
use identity::Accounts;
use inventory::StockLevels;
use kernel::wire::{Code, QuantityText, Text, Timestamp};

/// A shipment.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ShipmentView {
    /// Number of the shipment.
    pub number: String,
    /// Number of the order.
    pub order: String,
    /// Account that ordered.
    pub account: String,
    /// Warehouse.
    pub warehouse: String,
    /// Stage.
    pub stage: ShipmentStage,
    /// Carrier.
    pub carrier: String,
    /// Service of the carrier.
    pub service: String,
    /// Destination.
    pub ship_to: DestinationView,
    /// Time of the pick list.
    pub created_at: Timestamp,
    /// Time it was picked.
    pub picked_at: Option<Timestamp>,
    /// Time it was packed.
    pub packed_at: Option<Timestamp>,
    /// Time it was shipped.
    pub shipped_at: Option<Timestamp>,
    /// Time its last parcel was delivered.
    pub delivered_at: Option<Timestamp>,
    /// Version of the shipment, also its `ETag`.
    pub version: i64,
    /// Lines.
    pub lines: Vec<ShipmentLineView>,
    /// Parcels.
    pub parcels: Vec<ParcelView>,
    /// Tracking events, oldest first.
    pub tracking: Vec<TrackingView>,
}

/// A line of a shipment.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ShipmentLineView {
    /// Number of the order's line.
    pub line: i32,
    /// SKU.
    pub sku: String,
    /// Title when it was ordered.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Quantity in the unit.
    pub quantity: QuantityText,
    /// The customer's reference of the line.
    pub reference: String,
}

/// A parcel.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ParcelView {
    /// Number of the parcel within the shipment, from 1.
    pub parcel: i32,
    /// Tracking number.
    pub tracking_number: String,
    /// Weight in grams.
    pub weight_grams: Option<i64>,
    /// Contents, if they are known.
    pub lines: Vec<PackedLine>,
}

/// A tracking event.
#[derive(Debug, Object, Serialize)]
pub(crate) struct TrackingView {
    /// Number of the parcel; absent for the whole shipment.
    pub parcel: Option<i32>,
    /// Kind of event.
    pub code: String,
    /// Description by the carrier.
    pub description: String,
    /// Place.
    pub location: String,
    /// Time.
    pub occurred_at: Timestamp,
}

impl ShipmentView {
    /// The view of a loaded shipment.
    pub(super) fn new(loaded: LoadedShipment, accounts: &Accounts, stock_levels: &StockLevels) -> Self {
        let lines = loaded.with_order_lines().map(|(line, quantity)| ShipmentLineView {
            line: line.line_no,
            sku: line.sku.clone(),
            title: line.title.clone(),
            unit: line.unit.to_string(),
            quantity: quantity.into(),
            reference: line.reference.clone(),
        });
        let lines = lines.collect();
        let LoadedShipment { shipment, order_number, parcels, tracking, .. } = loaded;
        Self {
            account: accounts.code_of(shipment.account_id),
            warehouse: stock_levels.code_of(shipment.warehouse_id),
            number: shipment.number,
            order: order_number,
            stage: shipment.stage,
            carrier: shipment.carrier,
            service: shipment.service,
            ship_to: shipment.ship_to.into(),
            created_at: Timestamp(shipment.created_at),
            picked_at: shipment.picked_at.map(Timestamp),
            packed_at: shipment.packed_at.map(Timestamp),
            shipped_at: shipment.shipped_at.map(Timestamp),
            delivered_at: shipment.delivered_at.map(Timestamp),
            version: shipment.version,
            lines,
            parcels: parcels.into_iter().map(Into::into).collect(),
            tracking: tracking.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<entity::parcels::Model> for ParcelView {
    fn from(row: entity::parcels::Model) -> Self {
        Self {
            parcel: row.parcel_no,
            tracking_number: row.tracking_number,
            weight_grams: row.weight_grams,
            lines: serde_json::from_str(&row.contents).unwrap_or_default(),
        }
    }
}

impl From<entity::tracking_events::Model> for TrackingView {
    fn from(row: entity::tracking_events::Model) -> Self {
        Self {
            parcel: row.parcel_no,
            code: row.code,
            description: row.description,
            location: row.location,
            occurred_at: Timestamp(row.occurred_at),
        }
    }
}

/// The quantities of an order to be picked.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PickListView {
    /// Number of the order.
    pub order: String,
    /// Account that ordered.
    pub account: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// Time the order was placed.
    pub placed_at: Timestamp,
    /// Delivery date requested by the customer.
    pub requested_at: Option<Timestamp>,
    /// Destination.
    pub ship_to: DestinationView,
    /// Lines to pick.
    pub lines: Vec<PickLineView>,
}

/// A line to pick.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PickLineView {
    /// Number of the order's line.
    pub line: i32,
    /// SKU.
    pub sku: String,
    /// Title when it was ordered.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Quantity in the unit.
    pub quantity: QuantityText,
    /// Promised shipping date.
    pub promised_at: Option<Timestamp>,
    /// Note of the customer.
    pub note: String,
}

impl PickListView {
    /// The view of an order to be picked.
    pub(super) fn new(to_pick: OrderToPick, accounts: &Accounts) -> Self {
        let lines = to_pick.lines.into_iter().map(|(line, quantity)| PickLineView {
            line: line.line_no,
            sku: line.sku,
            title: line.title,
            unit: line.unit.to_string(),
            quantity: quantity.into(),
            promised_at: line.promised_at.map(Timestamp),
            note: line.note,
        });
        Self {
            lines: lines.collect(),
            order: to_pick.order.number,
            account: accounts.code_of(to_pick.order.account_id),
            purchase_order_number: to_pick.order.purchase_order_number,
            placed_at: Timestamp(to_pick.order.placed_at),
            requested_at: to_pick.order.requested_at.map(Timestamp),
            ship_to: to_pick.order.ship_to.into(),
        }
    }
}

/// The stage of a new shipment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FirstStage {
    /// On a pick list.
    Created,
    /// Picked.
    Picked,
    /// Packed.
    Packed,
    /// Shipped, as an ERP or warehouse system reports afterwards.
    #[default]
    Shipped,
}

impl From<FirstStage> for ShipmentStage {
    fn from(stage: FirstStage) -> Self {
        match stage {
            FirstStage::Created => Self::Created,
            FirstStage::Picked => Self::Picked,
            FirstStage::Packed => Self::Packed,
            FirstStage::Shipped => Self::Shipped,
        }
    }
}

/// A new shipment.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipmentInput {
    /// Number of the order.
    pub order: Code,
    /// Warehouse; may be left out when only one warehouse has the goods.
    pub warehouse: Option<Code>,
    /// Lines; empty for everything allocated at the warehouse and on no pick list.
    #[oai(default)]
    #[serde(default)]
    pub lines: Vec<ShipmentLineInput>,
    /// Carrier.
    #[oai(default)]
    #[serde(default)]
    pub carrier: Text<64>,
    /// Service of the carrier.
    #[oai(default)]
    #[serde(default)]
    pub service: Text<64>,
    /// Parcels.
    #[oai(default)]
    #[serde(default)]
    pub parcels: Vec<ParcelInput>,
    /// Stage.
    #[oai(default)]
    #[serde(default)]
    pub stage: FirstStage,
}

/// A line to be shipped.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipmentLineInput {
    /// Number of the order's line.
    pub line: i32,
    /// Quantity in the line's unit; everything that can be shipped of the line when left out.
    pub quantity: Option<QuantityText>,
}

/// A parcel.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParcelInput {
    /// Tracking number.
    #[oai(default)]
    #[serde(default)]
    pub tracking_number: Text<64>,
    /// Weight in grams.
    pub weight_grams: Option<i64>,
    /// Lines.
    #[oai(default)]
    #[serde(default)]
    pub lines: Vec<PackedLine>,
}

/// The parcels of a shipment.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackingInput {
    /// The parcels; they replace the present ones.
    pub parcels: Vec<ParcelInput>,
}

/// An empty object.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PickInput {}

/// Carrier of a shipment; fields that are left out stay as they are.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct DispatchInput {
    /// Carrier.
    pub carrier: Option<Text<64>>,
    /// Service of the carrier.
    pub service: Option<Text<64>>,
}

/// Cancellation of a shipment.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct GiveUpInput {
    /// Reason.
    pub reason: Text<500>,
}

/// A tracking event.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportInput {
    /// Number of the parcel within the shipment; for the whole shipment leave out this and the tracking number.
    pub parcel: Option<i32>,
    /// Tracking number of the parcel.
    pub tracking_number: Option<Text<64>>,
    /// Kind of event.
    pub code: TrackingCode,
    /// Description by the carrier.
    #[oai(default)]
    #[serde(default)]
    pub description: Text<500>,
    /// Place.
    #[oai(default)]
    #[serde(default)]
    pub location: Text<200>,
    /// Time.
    pub occurred_at: Timestamp,
}

impl From<ReportInput> for CarrierReport {
    fn from(input: ReportInput) -> Self {
        Self {
            parcel: input.parcel,
            tracking_number: input.tracking_number.map(Text::into_inner),
            code: input.code,
            description: input.description.into_inner(),
            location: input.location.into_inner(),
            occurred_at: input.occurred_at.0,
        }
    }
}

impl From<ParcelInput> for NewParcel {
    fn from(input: ParcelInput) -> Self {
        Self {
            tracking_number: input.tracking_number.into_inner(),
            weight_grams: input.weight_grams,
            lines: input.lines.iter().map(|l| (l.line, Quantity::from(l.quantity.0))).collect(),
        }
    }
}

impl From<ShipmentInput> for NewShipment {
    fn from(input: ShipmentInput) -> Self {
        Self {
            order: input.order.into_inner(),
            warehouse: input.warehouse.map(Code::into_inner),
            lines: input.lines.iter().map(|l| (l.line, l.quantity.map(|q| q.0.into()))).collect(),
            carrier: input.carrier.into_inner(),
            service: input.service.into_inner(),
            parcels: input.parcels.into_iter().map(Into::into).collect(),
            stage: input.stage.into(),
        }
    }
}
