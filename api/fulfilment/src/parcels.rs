//! The parcels of a shipment.

use ahash::AHashMap;
use entity::{Quantity, ShipmentId, parcels, shipment_lines};
use poem_openapi::Object;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde::{Deserialize, Serialize};

use super::error::FulfilmentError;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::QuantityText;
use store::database::Tx;
use store::sql::insert_all;

/// Largest number of parcels in a shipment.
pub(super) const MAX_PARCELS: usize = 1_000;

/// A parcel to be recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct NewParcel {
    pub(super) tracking_number: String,
    pub(super) weight_grams: Option<i64>,
    /// Lines and quantities in the parcel; empty when they are unknown.
    pub(super) lines: Vec<(i32, Quantity)>,
}

/// A quantity of a line in a parcel.
#[derive(Debug, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[oai(rename = "Content")]
pub(crate) struct PackedLine {
    /// Number of the order's line.
    pub line: i32,
    /// Quantity in the line's unit.
    pub quantity: QuantityText,
}

/// Checks parcels against the lines of the shipment: `(line, quantity)`. Returns all errors at once.
pub(super) fn check(parcels: &[NewParcel], shipped: &[(i32, i64)]) -> Result<(), CommonError> {
    if parcels.len() > MAX_PARCELS {
        return Err(CommonError::from(
            FieldError::new("/parcels", FieldCode::TooMany, format!("there must be at most {MAX_PARCELS} parcels"))
                .with("max", MAX_PARCELS),
        ));
    }
    let mut left: AHashMap<i32, i64> = shipped.iter().copied().collect();
    let mut problems = Vec::new();
    for (index, parcel) in parcels.iter().enumerate() {
        if parcel.weight_grams.is_some_and(|grams| !(1..=1_000_000_000).contains(&grams)) {
            let pointer = format!("/parcels/{index}/weight_grams");
            problems.push(FieldError::new(pointer, FieldCode::OutOfRange, "the weight must be from 1 g to 1000 t"));
        }
        for (place, (line, quantity)) in parcel.lines.iter().enumerate() {
            let pointer = format!("/parcels/{index}/lines/{place}");
            let Some(rest) = left.get_mut(line) else {
                let detail = format!("line {line} is not in the shipment");
                problems.push(FieldError::new(format!("{pointer}/line"), FieldCode::UnknownOrderLine, detail));
                continue;
            };
            if quantity.0 <= 0 || quantity.0 > *rest {
                let detail = format!(
                    "the quantity of line {line} must be at most {}, which is not packed yet",
                    pricing::Quantity::from_micros(*rest)
                );
                problems.push(FieldError::new(format!("{pointer}/quantity"), FieldCode::OutOfRange, detail));
            } else {
                *rest -= quantity.0;
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(CommonError::Invalid(problems)) }
}

/// Replaces the parcels of a shipment.
pub(super) async fn put(
    tx: &Tx,
    shipment: ShipmentId,
    lines: &[shipment_lines::Model],
    new: &[NewParcel],
) -> Result<Vec<parcels::Model>, FulfilmentError> {
    let shipped: Vec<(i32, i64)> = lines.iter().map(|l| (l.line_no, l.quantity.0)).collect();
    check(new, &shipped)?;
    parcels::Entity::delete_many().filter(parcels::Column::ShipmentId.eq(shipment)).exec(tx).await?;
    let mut rows = Vec::with_capacity(new.len());
    for (parcel_no, parcel) in (1_i32..).zip(new) {
        let contents = parcel.lines.iter().map(|(line, quantity)| PackedLine { line: *line, quantity: (*quantity).into() });
        let contents: Vec<PackedLine> = contents.collect();
        rows.push(parcels::Model {
            shipment_id: shipment,
            parcel_no,
            tracking_number: parcel.tracking_number.clone(),
            weight_grams: parcel.weight_grams,
            contents: serde_json::to_string(&contents).map_err(|e| CommonError::Internal(e.to_string()))?,
        });
    }
    insert_all(tx, rows.iter().map(|r| r.clone().into_active_model().reset_all()).collect(), None).await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(lines: &[(i32, i64)]) -> NewParcel {
        NewParcel { lines: lines.iter().map(|(line, quantity)| (*line, Quantity(*quantity))).collect(), ..NewParcel::default() }
    }

    fn pointers(parcels: &[NewParcel]) -> Vec<String> {
        match check(parcels, &[(1, 10), (2, 5)]) {
            Err(CommonError::Invalid(problems)) => problems.into_iter().map(|p| p.pointer).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn parcels_hold_no_more_than_the_shipment() {
        assert_eq!(pointers(&[parcel(&[(1, 4), (2, 5)]), parcel(&[(1, 6)])]), Vec::<String>::new());
        assert_eq!(pointers(&[parcel(&[(1, 4)]), parcel(&[(1, 7)])]), ["/parcels/1/lines/0/quantity"]);
        assert_eq!(pointers(&[parcel(&[(3, 1), (2, 0)])]), ["/parcels/0/lines/0/line", "/parcels/0/lines/1/quantity"]);
        let heavy = NewParcel { weight_grams: Some(-1), ..NewParcel::default() };
        assert_eq!(pointers(&[heavy]), ["/parcels/0/weight_grams"]);
    }
}
