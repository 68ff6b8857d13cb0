//! Tracking events of carriers. They are reported late, twice and out of order; a digest of the content makes each unique.

use ahash::AHashSet;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{Instant, Quantity, ShipmentStage, tracking_events};
use poem_openapi::Enum;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, NotSet};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::error::FulfilmentError;
use super::events::ShipmentTracked;
use super::queries::LoadedShipment;
use super::steps;
use ::orders::progress;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::clock::{self, DAY};
use store::database::Tx;
use store::sql::insert_all;

/// Largest number of tracking events in a request, and of a shipment.
const MAX_AT_ONCE: usize = 1_000;
const MAX_OF_SHIPMENT: usize = 10_000;

/// The kind of a tracking event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrackingCode {
    /// The parcel is announced to the carrier.
    Announced,
    /// The carrier picked up the parcel.
    PickedUp,
    /// The parcel is in transit.
    InTransit,
    /// The parcel is out for delivery.
    OutForDelivery,
    /// Delivery was attempted without success.
    Attempted,
    /// The parcel was delivered.
    Delivered,
    /// An exception occurred.
    Exception,
    /// The parcel is being returned.
    Returned,
}

impl TrackingCode {
    /// The code that is stored and shown.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::PickedUp => "picked_up",
            Self::InTransit => "in_transit",
            Self::OutForDelivery => "out_for_delivery",
            Self::Attempted => "attempted",
            Self::Delivered => "delivered",
            Self::Exception => "exception",
            Self::Returned => "returned",
        }
    }
}

/// A tracking event reported by a carrier.
#[derive(Clone, Debug)]
pub(super) struct CarrierReport {
    /// Number of the parcel; absent for the whole shipment.
    pub(super) parcel: Option<i32>,
    /// Tracking number of the parcel.
    pub(super) tracking_number: Option<String>,
    pub(super) code: TrackingCode,
    pub(super) description: String,
    pub(super) location: String,
    pub(super) occurred_at: Instant,
}

/// Stores new tracking events. When every parcel is delivered, the shipment is delivered.
pub(super) async fn record(tx: &Tx, number: &str, reports: Vec<CarrierReport>) -> Result<LoadedShipment, FulfilmentError> {
    let (_, mut loaded) = steps::lock_shipment(tx, number).await?;
    if !matches!(loaded.shipment.stage, ShipmentStage::Shipped | ShipmentStage::Delivered) {
        let text = format!("shipment {number} is {}; it has not left", loaded.shipment.stage.word());
        return Err(FulfilmentError::WrongStage(text));
    }
    let rows = rows_of(tx, &loaded, reports)?;
    if rows.is_empty() {
        return Ok(loaded);
    }
    let fresh = rows.len();
    let active = rows.iter().map(|r| {
        let mut row = r.clone().into_active_model().reset_all();
        row.id = NotSet;
        row
    });
    insert_all(tx, active.collect(), None).await?;
    loaded.tracking.extend(rows);
    loaded.tracking.sort_by_key(|t| t.occurred_at);
    tx.record(&tracked(&loaded, fresh));
    match delivered_at(&loaded) {
        Some(at) if loaded.shipment.stage == ShipmentStage::Shipped => deliver(tx, &mut loaded, at).await?,
        _ => {
            loaded.shipment.version += 1;
            steps::save(tx, &loaded.shipment).await?;
        }
    }
    Ok(loaded)
}

fn rows_of(tx: &Tx, loaded: &LoadedShipment, reports: Vec<CarrierReport>) -> Result<Vec<tracking_events::Model>, CommonError> {
    if reports.len() > MAX_AT_ONCE || loaded.tracking.len() + reports.len() > MAX_OF_SHIPMENT {
        let detail = format!("there must be at most {MAX_AT_ONCE} reports at once and {MAX_OF_SHIPMENT} of a shipment");
        return Err(CommonError::invalid("", FieldCode::TooMany, detail));
    }
    let latest = clock::later(tx.now(), DAY);
    let mut known: AHashSet<String> = loaded.tracking.iter().map(|t| t.dedup.clone()).collect();
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    for (index, report) in reports.into_iter().enumerate() {
        if report.occurred_at > latest {
            problems.push(FieldError::new(format!("/{index}/occurred_at"), FieldCode::InTheFuture, "must not be in the future"));
        }
        match parcel_of(loaded, &report) {
            Err((field, detail)) => problems.push(FieldError::new(format!("/{index}/{field}"), FieldCode::UnknownParcel, detail)),
            Ok(parcel_no) => {
                let dedup = digest(parcel_no, &report);
                if known.insert(dedup.clone()) {
                    rows.push(tracking_events::Model {
                        id: 0,
                        shipment_id: loaded.shipment.id,
                        parcel_no,
                        code: report.code.word().to_owned(),
                        description: report.description,
                        location: report.location,
                        occurred_at: report.occurred_at,
                        recorded_at: tx.now(),
                        dedup,
                    });
                }
            }
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(CommonError::Invalid(problems)) }
}

fn parcel_of(loaded: &LoadedShipment, report: &CarrierReport) -> Result<Option<i32>, (&'static str, String)> {
    let by_number = report.tracking_number.as_ref().map(|number| {
        let found = loaded.parcels.iter().find(|p| p.tracking_number == *number && !number.is_empty());
        found.map(|p| p.parcel_no).ok_or_else(|| ("tracking_number", format!("no parcel has the tracking number \"{number}\"")))
    });
    let by_place = report.parcel.map(|parcel| {
        let found = loaded.parcels.iter().find(|p| p.parcel_no == parcel);
        found.map(|p| p.parcel_no).ok_or_else(|| ("parcel", format!("there is no parcel {parcel}")))
    });
    match (by_number.transpose()?, by_place.transpose()?) {
        (Some(one), Some(other)) if one != other => Err(("parcel", "the tracking number belongs to another parcel".to_owned())),
        (one, other) => Ok(one.or(other)),
    }
}

fn digest(parcel: Option<i32>, report: &CarrierReport) -> String {
    let content = json!([parcel, report.code.word(), report.description, report.location, report.occurred_at.0]);
    URL_SAFE_NO_PAD.encode(Sha256::digest(content.to_string().as_bytes()))
}

/// When the last parcel was delivered; none while one is in transit.
fn delivered_at(loaded: &LoadedShipment) -> Option<Instant> {
    let delivered: Vec<_> = loaded.tracking.iter().filter(|t| t.code == TrackingCode::Delivered.word()).collect();
    let whole = delivered.iter().filter(|t| t.parcel_no.is_none()).map(|t| t.occurred_at).min();
    if whole.is_some() || loaded.parcels.is_empty() {
        return whole;
    }
    let of = |parcel: i32| delivered.iter().filter(|t| t.parcel_no == Some(parcel)).map(|t| t.occurred_at).min();
    let each = loaded.parcels.iter().map(|p| of(p.parcel_no));
    each.collect::<Option<Vec<Instant>>>()?.into_iter().max()
}

async fn deliver(tx: &Tx, loaded: &mut LoadedShipment, at: Instant) -> Result<(), FulfilmentError> {
    loaded.shipment.delivered_at = Some(at);
    steps::advance(tx, loaded, ShipmentStage::Delivered).await?;
    let lines: Vec<(i32, Quantity)> = loaded.lines.iter().map(|l| (l.line_no, l.quantity)).collect();
    progress::record_delivered(tx, loaded.shipment.order_id, &lines).await?;
    steps::record(tx, ShipmentStage::Delivered, loaded);
    Ok(())
}

fn tracked(loaded: &LoadedShipment, reports: usize) -> ShipmentTracked {
    let shipment = &loaded.shipment;
    ShipmentTracked {
        shipment_id: shipment.id,
        number: shipment.number.clone(),
        order: loaded.order_number.clone(),
        account_id: shipment.account_id,
        reports,
    }
}

#[cfg(test)]
mod tests {
    use entity::{AccountId, OrderId, ShipmentId, WarehouseId, parcels, shipments};

    use super::*;

    fn loaded(parcels: i32, reports: &[(Option<i32>, TrackingCode, i64)]) -> LoadedShipment {
        let id = ShipmentId(1);
        let shipment = shipments::Model {
            id,
            number: "SH00000001".to_owned(),
            order_id: OrderId(1),
            account_id: AccountId(1),
            warehouse_id: WarehouseId(1),
            stage: ShipmentStage::Shipped,
            carrier: String::new(),
            service: String::new(),
            ship_to: entity::Destination::default(),
            created_at: Instant(0),
            picked_at: None,
            packed_at: None,
            shipped_at: None,
            delivered_at: None,
            version: 1,
        };
        let parcel = |parcel_no| parcels::Model {
            shipment_id: id,
            parcel_no,
            tracking_number: format!("T{parcel_no}"),
            weight_grams: None,
            contents: "[]".to_owned(),
        };
        let report = |(parcel_no, code, at): &(Option<i32>, TrackingCode, i64)| tracking_events::Model {
            id: 0,
            shipment_id: id,
            parcel_no: *parcel_no,
            code: code.word().to_owned(),
            description: String::new(),
            location: String::new(),
            occurred_at: Instant(*at),
            recorded_at: Instant(0),
            dedup: String::new(),
        };
        LoadedShipment {
            shipment,
            order_number: String::new(),
            order_lines: Vec::new(),
            lines: Vec::new(),
            parcels: (1..=parcels).map(parcel).collect(),
            tracking: reports.iter().map(report).collect(),
        }
    }

    #[test]
    fn a_shipment_is_delivered_with_its_last_parcel() {
        use TrackingCode::{Delivered, InTransit};
        let at = |parcels, reports: &[_]| delivered_at(&loaded(parcels, reports)).map(|at| at.0);
        assert_eq!(at(2, &[(Some(1), Delivered, 9)]), None);
        assert_eq!(at(2, &[(Some(2), Delivered, 5), (Some(1), Delivered, 9), (Some(1), InTransit, 11)]), Some(9));
        assert_eq!(at(2, &[(Some(1), Delivered, 9), (Some(1), Delivered, 12)]), None);
        assert_eq!(at(2, &[(None, Delivered, 7)]), Some(7));
        assert_eq!(at(0, &[(None, InTransit, 7)]), None);
        assert_eq!(at(0, &[(None, Delivered, 7)]), Some(7));
    }

    #[test]
    fn parcels_are_found_by_number_or_tracking_number() {
        let report = |parcel, tracking_number: Option<&str>| CarrierReport {
            parcel,
            tracking_number: tracking_number.map(str::to_owned),
            code: TrackingCode::InTransit,
            description: String::new(),
            location: String::new(),
            occurred_at: Instant(0),
        };
        let loaded = loaded(2, &[]);
        let parcel = |parcel, number| parcel_of(&loaded, &report(parcel, number)).map_err(|(field, _)| field);
        assert_eq!(parcel(None, None), Ok(None));
        assert_eq!(parcel(Some(2), Some("T2")), Ok(Some(2)));
        assert_eq!(parcel(None, Some("T1")), Ok(Some(1)));
        assert_eq!(parcel(Some(1), Some("T2")), Err("parcel"));
        assert_eq!(parcel(None, Some("")), Err("tracking_number"));
        assert_eq!(parcel(Some(3), None), Err("parcel"));
    }
}
