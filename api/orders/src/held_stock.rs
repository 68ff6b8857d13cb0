//! Stock of orders that are held for credit or payment: a hold keeps it for a while and not for ever, so that an account which cannot pay
//! does not keep others from buying.
//!
//! When that time is over, the reservations are released and the lines become backorders; the order stays held. Backorders of such an
//! order get no stock until it is released, and then take their turn.

use std::time::Duration;

use entity::{HoldKind, OrderId, order_holds, order_lines};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use store::clock;
use store::database::Tx;
use store::sql::fetch;
use store::system::System;
use tokio::sync::watch;

use super::error::OrderError;
use super::progress::increment_version;
use super::queries::{allocations_of, lines_of, lock_orders_by_id};
use super::release_reserved::release_reserved;
use order_events::OrderChanged;

/// Orders whose stock is released in one transaction at most.
const ORDERS_PER_ROUND: u64 = 100;
/// How often orders are looked for, at most and at least.
const SOONEST: Duration = Duration::from_secs(1);
const LATEST: Duration = Duration::from_mins(10);

/// Kinds of holds for credit or payment.
const OF_CREDIT: [HoldKind; 3] = [HoldKind::CreditLimit, HoldKind::Overdue, HoldKind::Prepayment];

/// The lines of orders that are not held for credit or payment, as a condition on `order_lines`.
pub(super) fn not_held_for_credit() -> SimpleExpr {
    Expr::cust(
        "not exists (select 1 from order_holds as h where h.order_id = order_lines.order_id and h.released_at is null \
         and h.kind <> 'manual')",
    )
}

/// Releases the stock of orders that were held before an instant that lies so far back, until `stop` turns true.
pub async fn run_held_stock(system: System, keeps: Duration, mut stop: watch::Receiver<bool>) {
    let pause = (keeps / 4).clamp(SOONEST, LATEST);
    while !*stop.borrow() {
        match release_expired(&system, keeps).await {
            Ok(0) => {}
            Ok(orders) => tracing::info!(orders, "the stock of held orders was released"),
            Err(error) => tracing::error!(error = %error, "the stock of held orders was not released; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn release_expired(system: &System, keeps: Duration) -> Result<usize, OrderError> {
    let tx = system.begin().await?;
    let before = clock::later(tx.now(), -i64::try_from(keeps.as_micros()).unwrap_or(i64::MAX));
    let found = expired(&tx, before, None).await?;
    let orders = lock_orders_by_id(&tx, &found).await?;
    // Some may have been released before they were locked.
    let still = expired(&tx, before, Some(&found)).await?;
    let mut released = 0;
    for order in orders.into_iter().filter(|order| still.contains(&order.id)) {
        let (lines, allocations) = (lines_of(&tx, order.id).await?, allocations_of(&tx, order.id).await?);
        let kept = |line: &order_lines::Model| {
            let own = allocations.iter().filter(|part| part.line_no == line.line_no);
            own.map(|part| part.quantity.0 - part.released.0).sum()
        };
        let parts: Vec<_> = lines.iter().map(|line| (line, kept(line))).collect();
        if !release_reserved(&tx, &order.number, &parts, &allocations).await? {
            continue;
        }
        increment_version(&tx, order.id).await?;
        tx.record(&OrderChanged::from(&order));
        released += 1;
    }
    Ok(tx.commit(released).await?)
}

/// Orders with reserved stock whose hold for credit or payment was placed before an instant; only those given, if any are.
async fn expired(tx: &Tx, before: entity::Instant, among: Option<&[OrderId]>) -> Result<Vec<OrderId>, DbErr> {
    use order_holds::Column;
    let reserved = Expr::cust(
        "exists (select 1 from order_allocations as a where a.order_id = order_holds.order_id and a.quantity > a.released)",
    );
    let mut held = order_holds::Entity::find()
        .filter(Column::ReleasedAt.is_null())
        .filter(Column::Kind.is_in(OF_CREDIT))
        .filter(Column::PlacedAt.lte(before))
        .filter(reserved);
    if let Some(among) = among {
        held = held.filter(Column::OrderId.is_in(among.iter().copied()));
    }
    let held = fetch(tx, held.order_by_asc(Column::OrderId).limit(ORDERS_PER_ROUND)).await?;
    let mut ids: Vec<OrderId> = held.into_iter().map(|hold| hold.order_id).collect();
    ids.dedup();
    Ok(ids)
}
