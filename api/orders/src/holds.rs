//! Holding and releasing orders.

use entity::{HoldKind, OrderId, ProductId, order_holds, orders};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use store::Db;

use super::error::OrderError;
use super::progress::increment_version;
use super::queries::lines_of;
use order_events::{OrderHeld, OrderHold, OrderReleased, OrdersWaiting};
use store::database::Tx;
use store::sql::fetch;

/// The holds of an order that are not released.
pub async fn active_holds(db: &impl Db, order: OrderId) -> Result<Vec<order_holds::Model>, DbErr> {
    let select = order_holds::Entity::find().filter(order_holds::Column::OrderId.eq(order));
    fetch(db, select.filter(order_holds::Column::ReleasedAt.is_null())).await
}

/// Holds an order, locked by the caller, until staff release it.
pub(super) async fn hold(tx: &Tx, order: &orders::Model, reason: String) -> Result<(), OrderError> {
    if !order.open {
        return Err(OrderError::NotChangeable("the order is closed".to_owned()));
    }
    let row = order_holds::Model {
        order_id: order.id,
        kind: HoldKind::Manual,
        reason,
        placed_at: tx.now(),
        released_at: None,
        released_by: None,
    };
    let again = OnConflict::columns([order_holds::Column::OrderId, order_holds::Column::Kind])
        .update_columns([
            order_holds::Column::Reason,
            order_holds::Column::PlacedAt,
            order_holds::Column::ReleasedAt,
            order_holds::Column::ReleasedBy,
        ])
        .to_owned();
    order_holds::Entity::insert(row.into_active_model().reset_all()).on_conflict(again).exec_without_returning(tx).await?;
    increment_version(tx, order.id).await?;
    tx.record(&OrderHeld(OrderHold::new(order, Some(HoldKind::Manual))));
    Ok(())
}

/// Whether a hold protects what the seller is owed, so that only who keeps credit releases it.
fn is_of_credit(kind: HoldKind) -> bool {
    match kind {
        HoldKind::CreditLimit | HoldKind::Overdue | HoldKind::Prepayment => true,
        HoldKind::Manual => false,
    }
}

/// Releases one hold of an order locked by the caller, or all of them. Holds for credit or payment are released only by who keeps
/// credit.
pub async fn release(tx: &Tx, order: &orders::Model, kind: Option<HoldKind>, keeps_credit: bool) -> Result<(), OrderError> {
    let active = active_holds(tx, order.id).await?.into_iter().map(|hold| hold.kind);
    let released: Vec<HoldKind> = active.filter(|active| kind.is_none_or(|kind| kind == *active)).collect();
    if released.is_empty() {
        return Err(OrderError::NotHeld);
    }
    if let Some(kind) = released.iter().find(|kind| is_of_credit(**kind) && !keeps_credit) {
        return Err(OrderError::NotYoursToRelease(*kind));
    }
    order_holds::Entity::update_many()
        .col_expr(order_holds::Column::ReleasedAt, Expr::value(tx.now().0))
        .col_expr(order_holds::Column::ReleasedBy, Expr::value(tx.actor().label.to_string()))
        .filter(order_holds::Column::OrderId.eq(order.id))
        .filter(order_holds::Column::ReleasedAt.is_null())
        .filter(order_holds::Column::Kind.is_in(released))
        .exec(tx)
        .await?;
    increment_version(tx, order.id).await?;
    tx.record(&OrderReleased(OrderHold::new(order, kind)));
    // What lost its stock while it was held, or never had any, takes its turn.
    let lines = lines_of(tx, order.id).await?;
    let backordered = lines.iter().filter(|line| line.allocated.0 + line.cancelled.0 < line.quantity.0);
    let product_ids: Vec<ProductId> = backordered.map(|line| line.product_id).collect();
    if !product_ids.is_empty() {
        tx.record(&OrdersWaiting { product_ids });
    }
    Ok(())
}
