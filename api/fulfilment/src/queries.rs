//! Queries on shipments and on orders to be picked.

use ahash::{AHashMap, AHashSet};
use entity::{
    AccountId, OrderId, Quantity, ShipmentId, ShipmentStage, WarehouseId, order_allocations, order_holds, order_lines, orders,
    parcels, shipment_lines, shipments, tracking_events,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};
use store::Db;

use super::error::FulfilmentError;
use ::orders as order_book;
use kernel::rows::group_by;
use kernel::wire::PageRequest;
use store::sql::{fetch, fetch_one, key_chunks};

/// A shipment with its lines, parcels and tracking events.
#[derive(Debug)]
pub(super) struct LoadedShipment {
    pub(super) shipment: shipments::Model,
    pub(super) order_number: String,
    /// The lines of its order, by number.
    pub(super) order_lines: Vec<order_lines::Model>,
    pub(super) lines: Vec<shipment_lines::Model>,
    pub(super) parcels: Vec<parcels::Model>,
    pub(super) tracking: Vec<tracking_events::Model>,
}

impl LoadedShipment {
    /// The shipped quantities, each with its order line.
    pub(super) fn with_order_lines(&self) -> impl Iterator<Item = (&order_lines::Model, Quantity)> {
        self.lines.iter().filter_map(|line| {
            let place = self.order_lines.binary_search_by_key(&line.line_no, |l| l.line_no).ok()?;
            Some((&self.order_lines[place], line.quantity))
        })
    }
}

/// The shipments that an account may see; all shipments for the seller's staff (`None`).
fn visible_to(account: Option<AccountId>) -> Select<shipments::Entity> {
    let all = shipments::Entity::find();
    match account {
        Some(account) => all.filter(shipments::Column::AccountId.eq(account)),
        None => all,
    }
}

/// The shipment of a number, if the account may see it.
pub(super) async fn find(db: &impl Db, number: &str, account: Option<AccountId>) -> Result<shipments::Model, FulfilmentError> {
    let select = visible_to(account).filter(shipments::Column::Number.eq(number));
    select.one(db).await?.ok_or_else(|| FulfilmentError::NotFound(number.to_owned()))
}

/// A shipment that was shipped, with its lines; none when it was not.
pub async fn shipped(db: &impl Db, id: ShipmentId) -> Result<Option<(shipments::Model, Vec<shipment_lines::Model>)>, DbErr> {
    let left = [ShipmentStage::Shipped, ShipmentStage::Delivered];
    let select = shipments::Entity::find_by_id(id).filter(shipments::Column::Stage.is_in(left));
    let Some(shipment) = fetch_one(db, select).await? else { return Ok(None) };
    let lines = shipment_lines::Entity::find().filter(shipment_lines::Column::ShipmentId.eq(id));
    Ok(Some((shipment, fetch(db, lines.order_by_asc(shipment_lines::Column::LineNo)).await?)))
}

/// The numbers of shipments.
pub async fn numbers_of(db: &impl Db, ids: &[ShipmentId]) -> Result<AHashMap<ShipmentId, String>, DbErr> {
    let mut numbers = AHashMap::with_capacity(ids.len());
    for chunk in key_chunks(ids) {
        let select = shipments::Entity::find().select_only().columns([shipments::Column::Id, shipments::Column::Number]);
        let rows: Vec<(ShipmentId, String)> =
            select.filter(shipments::Column::Id.is_in(chunk.iter().copied())).into_tuple().all(db).await?;
        numbers.extend(rows);
    }
    Ok(numbers)
}

/// Shipments with their lines, parcels and tracking events, in the order given.
pub(super) async fn load(db: &impl Db, rows: Vec<shipments::Model>) -> Result<Vec<LoadedShipment>, FulfilmentError> {
    let ids: Vec<ShipmentId> = rows.iter().map(|s| s.id).collect();
    let order_ids: Vec<OrderId> = rows.iter().map(|s| s.order_id).collect::<AHashSet<_>>().into_iter().collect();
    let numbers = order_book::numbers_of(db, &order_ids).await?;
    let select = order_lines::Entity::find().filter(order_lines::Column::OrderId.is_in(order_ids));
    let order_lines = select.order_by_asc(order_lines::Column::LineNo).all(db).await?;
    let mut order_lines = group_by(order_lines, |l| l.order_id);
    let select = shipment_lines::Entity::find().filter(shipment_lines::Column::ShipmentId.is_in(ids.clone()));
    let mut lines = group_by(select.order_by_asc(shipment_lines::Column::LineNo).all(db).await?, |l| l.shipment_id);
    let select = parcels::Entity::find().filter(parcels::Column::ShipmentId.is_in(ids.clone()));
    let mut parcels = group_by(select.order_by_asc(parcels::Column::ParcelNo).all(db).await?, |p| p.shipment_id);
    let select = tracking_events::Entity::find().filter(tracking_events::Column::ShipmentId.is_in(ids));
    let select = select.order_by_asc(tracking_events::Column::OccurredAt).order_by_asc(tracking_events::Column::Id);
    let mut tracking = group_by(select.all(db).await?, |t| t.shipment_id);

    let mut all = Vec::with_capacity(rows.len());
    for shipment in rows {
        let lines = lines.remove(&shipment.id).unwrap_or_default();
        // Several shipments of one order each get the order lines that they contain.
        let wanted: AHashSet<i32> = lines.iter().map(|l| l.line_no).collect();
        let of_order = order_lines.entry(shipment.order_id).or_default();
        all.push(LoadedShipment {
            order_number: numbers.get(&shipment.order_id).cloned().unwrap_or_default(),
            order_lines: of_order.iter().filter(|l| wanted.contains(&l.line_no)).cloned().collect(),
            lines,
            parcels: parcels.remove(&shipment.id).unwrap_or_default(),
            tracking: tracking.remove(&shipment.id).unwrap_or_default(),
            shipment,
        });
    }
    Ok(all)
}

/// Which shipments a list shows.
#[derive(Clone, Debug)]
pub(super) struct ShipmentFilter {
    pub(super) account: Option<AccountId>,
    pub(super) order: Option<OrderId>,
    pub(super) stage: Option<ShipmentStage>,
    pub(super) page: PageRequest,
}

/// Shipments of a list, newest first.
pub(super) async fn list(db: &impl Db, filter: ShipmentFilter) -> Result<Vec<LoadedShipment>, FulfilmentError> {
    let mut select = visible_to(filter.account);
    if let Some(order) = filter.order {
        select = select.filter(shipments::Column::OrderId.eq(order));
    }
    if let Some(stage) = filter.stage {
        select = select.filter(shipments::Column::Stage.eq(stage));
    }
    load(db, filter.page.descending(select, shipments::Column::Id).all(db).await?).await
}

/// An order and its lines to be picked at a warehouse, with the quantities.
#[derive(Debug)]
pub(super) struct OrderToPick {
    pub(super) order: orders::Model,
    pub(super) lines: Vec<(order_lines::Model, Quantity)>,
}

/// Orders that are not held, with goods allocated at a warehouse and on no pick list: oldest first.
pub(super) async fn to_pick(
    db: &impl Db,
    warehouse: WarehouseId,
    page: PageRequest,
) -> Result<Vec<OrderToPick>, FulfilmentError> {
    use order_allocations::Column;
    let unreleased =
        Expr::col((order_allocations::Entity, Column::Released)).lt(Expr::col((order_allocations::Entity, Column::Quantity)));
    let held = Query::select()
        .column(order_holds::Column::OrderId)
        .from(order_holds::Entity)
        .and_where(order_holds::Column::ReleasedAt.is_null())
        .to_owned();
    let select = order_allocations::Entity::find().select_only().column(Column::OrderId).distinct();
    let select = select
        .filter(Column::WarehouseId.eq(warehouse))
        .filter(unreleased.clone())
        .filter(Column::OrderId.gt(page.after.unwrap_or(0)));
    let select = select.filter(Column::OrderId.not_in_subquery(held)).order_by_asc(Column::OrderId).limit(page.rows());
    let ids: Vec<OrderId> = select.into_tuple().all(db).await?;

    let rows =
        orders::Entity::find().filter(orders::Column::Id.is_in(ids.clone())).order_by_asc(orders::Column::Id).all(db).await?;
    let lines = order_lines::Entity::find().filter(order_lines::Column::OrderId.is_in(ids.clone())).all(db).await?;
    let mut lines: AHashMap<(OrderId, i32), order_lines::Model> =
        lines.into_iter().map(|l| ((l.order_id, l.line_no), l)).collect();
    let allocations =
        order_allocations::Entity::find().filter(Column::OrderId.is_in(ids)).filter(Column::WarehouseId.eq(warehouse));
    let allocations = allocations.filter(unreleased).order_by_asc(Column::LineNo).all(db).await?;
    let mut to_pick: AHashMap<OrderId, Vec<(order_lines::Model, Quantity)>> = AHashMap::new();
    for allocation in allocations {
        if let Some(line) = lines.remove(&(allocation.order_id, allocation.line_no)) {
            let quantity = Quantity(allocation.quantity.0 - allocation.released.0);
            to_pick.entry(allocation.order_id).or_default().push((line, quantity));
        }
    }
    Ok(rows.into_iter().map(|order| OrderToPick { lines: to_pick.remove(&order.id).unwrap_or_default(), order }).collect())
}
