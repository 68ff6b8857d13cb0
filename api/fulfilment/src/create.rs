//! Creating a shipment: allocated goods are put on a pick list, or recorded as already picked, packed or shipped.

use std::collections::BTreeMap;

use entity::{
    Quantity, ShipmentId, ShipmentStage, WarehouseId, order_allocations, order_lines, orders, shipment_lines, shipments,
};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};

use super::error::FulfilmentError;
use super::parcels::{self, NewParcel};
use super::queries::LoadedShipment;
use super::steps;
use ::orders as order_book;
use ::orders::progress::{self, LineMovement};
use catalog::Products;
use inventory::StockLevels;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::database::Tx;
use store::sql::insert_all;

/// A shipment to be created.
#[derive(Clone, Debug)]
pub(super) struct NewShipment {
    pub(super) order: String,
    pub(super) warehouse: Option<String>,
    /// Lines and quantities; empty for everything that can be shipped from the warehouse, no quantity for all of a line.
    pub(super) lines: Vec<(i32, Option<Quantity>)>,
    pub(super) carrier: String,
    pub(super) service: String,
    pub(super) parcels: Vec<NewParcel>,
    /// The stage that the shipment has reached already.
    pub(super) stage: ShipmentStage,
}

/// Quantities allocated and on no pick list, by warehouse and line.
type Unreleased = BTreeMap<WarehouseId, BTreeMap<i32, i64>>;

/// Creates a shipment of an order at the stage given.
pub(super) async fn create(
    tx: &Tx,
    stock_levels: &StockLevels,
    products: &Products,
    new: NewShipment,
) -> Result<LoadedShipment, FulfilmentError> {
    let order = order_book::lock_order(tx, &new.order, None).await?;
    steps::refuse_held(tx, &order).await?;
    let lines = order_book::lines_of(tx, order.id).await?;
    let unreleased = unreleased_by_warehouse(&order_book::allocations_of(tx, order.id).await?);
    let asked = match &new.warehouse {
        None => None,
        Some(code) => Some(stock_levels.warehouse(code).map(|w| w.id).ok_or_else(|| {
            CommonError::invalid("/warehouse", FieldCode::UnknownWarehouse, format!("there is no warehouse \"{code}\""))
        })?),
    };
    let warehouse = choose_warehouse(&unreleased, asked, &new.lines, |id| stock_levels.code_of(id))?;
    let quantities = quantities_of(&lines, unreleased.get(&warehouse), &new.lines, products)?;

    let id = ShipmentId(tx.id().await?);
    let shipment = row(tx, &order, id, warehouse, &new);
    let rows: Vec<shipment_lines::Model> = quantities
        .iter()
        .map(|(line_no, quantity)| shipment_lines::Model {
            shipment_id: id,
            order_id: order.id,
            line_no: *line_no,
            quantity: *quantity,
        })
        .collect();
    shipments::Entity::insert(shipment.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    insert_all(tx, rows.iter().map(|r| r.clone().into_active_model().reset_all()).collect(), None).await?;
    let parcels = if new.parcels.is_empty() { Vec::new() } else { parcels::put(tx, id, &rows, &new.parcels).await? };

    let order_number = order.number.clone();
    let loaded = LoadedShipment { shipment, order_number, order_lines: lines, lines: rows, parcels, tracking: Vec::new() };
    let movements: Vec<LineMovement> =
        quantities.into_iter().map(|(line, quantity)| LineMovement { line, warehouse, quantity }).collect();
    steps::record(tx, ShipmentStage::Created, &loaded);
    match new.stage {
        ShipmentStage::Created => progress::record_released(tx, order.id, &movements).await?,
        ShipmentStage::Shipped => {
            steps::issue_stock(tx, &loaded).await?;
            progress::record_shipped_directly(tx, order.id, &movements).await?;
        }
        _ => progress::record_picked_directly(tx, order.id, &movements).await?,
    }
    if new.stage != ShipmentStage::Created {
        steps::record(tx, new.stage, &loaded);
    }
    Ok(loaded)
}

fn row(tx: &Tx, order: &orders::Model, id: ShipmentId, warehouse: WarehouseId, new: &NewShipment) -> shipments::Model {
    let reached = |stage: ShipmentStage| (new.stage >= stage).then(|| tx.now());
    shipments::Model {
        id,
        number: format!("SH{:08}", id.0),
        order_id: order.id,
        account_id: order.account_id,
        warehouse_id: warehouse,
        stage: new.stage,
        carrier: new.carrier.clone(),
        service: new.service.clone(),
        ship_to: order.ship_to.clone(),
        created_at: tx.now(),
        picked_at: reached(ShipmentStage::Picked),
        packed_at: reached(ShipmentStage::Packed),
        shipped_at: reached(ShipmentStage::Shipped),
        delivered_at: None,
        version: 1,
    }
}

fn unreleased_by_warehouse(allocations: &[order_allocations::Model]) -> Unreleased {
    let mut unreleased = Unreleased::new();
    for allocation in allocations {
        let quantity = allocation.quantity.0 - allocation.released.0;
        if quantity > 0 {
            unreleased.entry(allocation.warehouse_id).or_default().insert(allocation.line_no, quantity);
        }
    }
    unreleased
}

/// The warehouse of a shipment: the one given, or the only one that has the requested quantities.
fn choose_warehouse(
    unreleased: &Unreleased,
    named: Option<WarehouseId>,
    wanted: &[(i32, Option<Quantity>)],
    code_of: impl Fn(WarehouseId) -> String,
) -> Result<WarehouseId, FulfilmentError> {
    if unreleased.is_empty() {
        return Err(FulfilmentError::NothingToShip("nothing of the order is allocated and on no pick list".to_owned()));
    }
    if let Some(named) = named {
        return Ok(named);
    }
    let has = |lines: &BTreeMap<i32, i64>| {
        wanted
            .iter()
            .all(|(line, quantity)| lines.get(line).is_some_and(|unreleased| quantity.is_none_or(|q| q.0 <= *unreleased)))
    };
    let candidates: Vec<WarehouseId> = unreleased.iter().filter(|(_, lines)| has(lines)).map(|(id, _)| *id).collect();
    match (candidates.as_slice(), unreleased.len()) {
        ([one], _) => Ok(*one),
        // The only warehouse is chosen although it cannot ship the quantities, so that the errors name the lines.
        ([], 1) => {
            unreleased.keys().next().copied().ok_or_else(|| FulfilmentError::NothingToShip("nothing is allocated".to_owned()))
        }
        _ => {
            let codes: Vec<String> = unreleased.keys().map(|id| code_of(*id)).collect();
            let detail = format!("the order is allocated at {}; name the warehouse", codes.join(", "));
            Err(CommonError::invalid("/warehouse", FieldCode::WarehouseNeeded, detail).into())
        }
    }
}

/// The quantity shipped of each line. Every invalid line is reported.
fn quantities_of(
    lines: &[order_lines::Model],
    unreleased: Option<&BTreeMap<i32, i64>>,
    wanted: &[(i32, Option<Quantity>)],
    products: &Products,
) -> Result<Vec<(i32, Quantity)>, FulfilmentError> {
    let none = BTreeMap::new();
    let unreleased = unreleased.unwrap_or(&none);
    if wanted.is_empty() {
        if unreleased.is_empty() {
            return Err(FulfilmentError::NothingToShip("nothing of the order is allocated at this warehouse".to_owned()));
        }
        return Ok(unreleased.iter().map(|(line, quantity)| (*line, Quantity(*quantity))).collect());
    }
    let mut quantities: BTreeMap<i32, Quantity> = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, (number, quantity)) in wanted.iter().enumerate() {
        let pointer = format!("/lines/{index}");
        match quantity_of(lines, unreleased, *number, *quantity, products) {
            Err((field, code, detail)) => problems.push(FieldError::new(format!("{pointer}/{field}"), code, detail)),
            Ok(_) if quantities.contains_key(number) => {
                problems.push(FieldError::new(format!("{pointer}/line"), FieldCode::Duplicate, "a line must be given only once"));
            }
            Ok(quantity) => {
                quantities.insert(*number, quantity);
            }
        }
    }
    if problems.is_empty() { Ok(quantities.into_iter().collect()) } else { Err(CommonError::Invalid(problems).into()) }
}

fn quantity_of(
    lines: &[order_lines::Model],
    unreleased: &BTreeMap<i32, i64>,
    number: i32,
    quantity: Option<Quantity>,
    products: &Products,
) -> Result<Quantity, (&'static str, FieldCode, String)> {
    let found = lines.binary_search_by_key(&number, |l| l.line_no).map(|allocation| &lines[allocation]);
    let line = found.map_err(|_| ("line", FieldCode::UnknownOrderLine, format!("the order has no line {number}")))?;
    let most = unreleased.get(&number).copied().unwrap_or(0);
    let quantity = quantity.unwrap_or(Quantity(most));
    if quantity.0 <= 0 && most > 0 {
        return Err(("quantity", FieldCode::NotPositive, "the quantity must be greater than 0".to_owned()));
    }
    if quantity.0 > most || most == 0 {
        let most = pricing::Quantity::from_micros(most);
        return Err((
            "quantity",
            FieldCode::MoreThanAllocated,
            format!("the quantity of line {number} must be at most {most}, which is allocated here and on no pick list"),
        ));
    }
    let divisible = || products.by_id(line.product_id).is_some_and(|p| p.fractional && p.stock_unit == line.unit.0);
    let whole = pricing::Quantity::from(quantity).is_whole() || quantity.0 == most || divisible();
    if !whole || order_book::in_stock_unit(line, quantity).is_err() {
        return Err(("quantity", FieldCode::NotWhole, format!("the quantity of {} must be a whole number", line.sku)));
    }
    Ok(quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreleased(places: &[(i64, i32, i64)]) -> Unreleased {
        let mut unreleased = Unreleased::new();
        for (warehouse, line, quantity) in places {
            unreleased.entry(WarehouseId(*warehouse)).or_default().insert(*line, *quantity);
        }
        unreleased
    }

    fn chosen(unreleased: &Unreleased, wanted: &[(i32, Option<i64>)]) -> Result<i64, String> {
        let wanted: Vec<_> = wanted.iter().map(|(line, quantity)| (*line, quantity.map(Quantity))).collect();
        choose_warehouse(unreleased, None, &wanted, |id| format!("W{id}")).map(|id| id.0).map_err(|e| e.to_string())
    }

    #[test]
    fn the_only_warehouse_with_the_quantities_is_chosen() {
        let two = unreleased(&[(1, 1, 5), (1, 2, 5), (2, 2, 9)]);
        assert_eq!(chosen(&two, &[(1, None)]), Ok(1));
        assert_eq!(chosen(&two, &[(2, Some(7))]), Ok(2));
        assert!(chosen(&two, &[(2, Some(3))]).is_err_and(|e| e.contains("W1, W2")));
        assert!(chosen(&two, &[]).is_err_and(|e| e.contains("name the warehouse")));
        assert!(chosen(&two, &[(1, Some(6))]).is_err());
        assert_eq!(chosen(&unreleased(&[(3, 1, 5)]), &[]), Ok(3));
        assert_eq!(chosen(&unreleased(&[(3, 1, 5)]), &[(9, None)]), Ok(3));
        assert!(chosen(&unreleased(&[]), &[]).is_err());
    }
}
