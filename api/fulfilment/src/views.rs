//! Shipments on the wire.

use entity::{Quantity, ShipmentStage};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::create::NewShipment;
use super::parcels::{NewParcel, PackedLine};
use super::queries::{LoadedShipment, OrderToPick};
use super::tracking::{CarrierReport, TrackingCode};
use ::orders::DestinationView;
use identity::Accounts;
use inventory::Board;
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
    /// Warehouse it leaves from.
    pub warehouse: String,
    /// How far it is.
    pub stage: ShipmentStage,
    /// Carrier.
    pub carrier: String,
    /// Service of the carrier.
    pub service: String,
    /// Where it goes.
    pub ship_to: DestinationView,
    /// When it was put on a pick list.
    pub created_at: Timestamp,
    /// When it was picked.
    pub picked_at: Option<Timestamp>,
    /// When it was packed.
    pub packed_at: Option<Timestamp>,
    /// When it left.
    pub shipped_at: Option<Timestamp>,
    /// When its last parcel arrived.
    pub delivered_at: Option<Timestamp>,
    /// Version of the shipment, as in its `ETag`.
    pub version: i64,
    /// What is in it.
    pub lines: Vec<ShipmentLineView>,
    /// What it is packed in.
    pub parcels: Vec<ParcelView>,
    /// What the carrier reported, in the order it happened.
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
    /// The carrier's number.
    pub tracking_number: String,
    /// Weight.
    pub weight_grams: Option<i64>,
    /// What is in it, if it is known.
    pub lines: Vec<PackedLine>,
}

/// What a carrier reported.
#[derive(Debug, Object, Serialize)]
pub(crate) struct TrackingView {
    /// Number of the parcel; none for the whole shipment.
    pub parcel: Option<i32>,
    /// What happened.
    pub code: String,
    /// In the carrier's words.
    pub description: String,
    /// Where.
    pub location: String,
    /// When.
    pub occurred_at: Timestamp,
}

impl ShipmentView {
    /// The view of a loaded shipment.
    pub(super) fn new(loaded: LoadedShipment, accounts: &Accounts, board: &Board) -> Self {
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
            warehouse: board.code_of(shipment.warehouse_id),
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

/// What waits to be picked of one order.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PickListView {
    /// Number of the order.
    pub order: String,
    /// Account that ordered.
    pub account: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When the customer wants it.
    pub requested_at: Option<Timestamp>,
    /// Where it goes.
    pub ship_to: DestinationView,
    /// What to pick.
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
    /// When it is promised to leave.
    pub promised_at: Option<Timestamp>,
    /// Note of the customer.
    pub note: String,
}

impl PickListView {
    /// The view of what is to be picked of an order.
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

/// How far a new shipment is already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FirstStage {
    /// On a pick list.
    Created,
    /// Taken from the shelves.
    Picked,
    /// In parcels.
    Packed,
    /// Gone: what an ERP or warehouse system tells afterwards.
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

/// A shipment to be made.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipmentInput {
    /// Number of the order.
    pub order: Code,
    /// Warehouse it leaves from; not needed when only one has the goods.
    pub warehouse: Option<Code>,
    /// What is shipped; nothing for everything allocated at the warehouse and on no pick list.
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
    /// What it is packed in.
    #[oai(default)]
    #[serde(default)]
    pub parcels: Vec<ParcelInput>,
    /// How far it is already.
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
    /// Quantity in the line's unit; none for all that can be shipped of the line.
    pub quantity: Option<QuantityText>,
}

/// A parcel.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParcelInput {
    /// The carrier's number.
    #[oai(default)]
    #[serde(default)]
    pub tracking_number: Text<64>,
    /// Weight.
    pub weight_grams: Option<i64>,
    /// What is in it.
    #[oai(default)]
    #[serde(default)]
    pub lines: Vec<PackedLine>,
}

/// What a shipment is packed in.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackingInput {
    /// The parcels, in the place of those known before.
    pub parcels: Vec<ParcelInput>,
}

/// Nothing but an empty object.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PickInput {}

/// With whom a shipment leaves; what is left out stays as it is.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct DispatchInput {
    /// Carrier.
    pub carrier: Option<Text<64>>,
    /// Service of the carrier.
    pub service: Option<Text<64>>,
}

/// Why a shipment is given up.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct GiveUpInput {
    /// The reason.
    pub reason: Text<500>,
}

/// A report of a carrier.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportInput {
    /// Number of the parcel within the shipment; neither this nor a tracking number for the whole shipment.
    pub parcel: Option<i32>,
    /// The parcel by the carrier's number.
    pub tracking_number: Option<Text<64>>,
    /// What happened.
    pub code: TrackingCode,
    /// In the carrier's words.
    #[oai(default)]
    #[serde(default)]
    pub description: Text<500>,
    /// Where.
    #[oai(default)]
    #[serde(default)]
    pub location: Text<200>,
    /// When.
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
