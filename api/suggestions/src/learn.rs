//! Stores what orders contain, one row per order, so that a starting process reads a few megabytes instead of all order lines.

use std::time::Duration;
use store::Db as _;

use entity::{OrderId, learned_baskets};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use super::order_reader::{BASKETS, EACH_ORDER};
use kernel::problem::CommonError;
use order_events::{OrderCancelled, OrderPlaced};
use store::database::Tx;
use store::event_handlers::{EventHandler, LARGE_BATCH};
use store::events::{Event, decode_all};
use store::sql::{ids_value, key_chunks, key_list};
use store::{BoxError, DomainEvent as _};

/// Stores every order when it is placed, and what is left of it when a part is cancelled.
#[derive(Clone, Copy, Debug)]
pub struct Learner;

/// Orders are stored in batches, some of them a second later. The data in memory does not wait for it.
const LINGER: Duration = Duration::from_secs(1);
/// Its name among the readers of the event log.
pub(super) const READER: &str = "suggestions";

#[async_trait::async_trait]
impl EventHandler for Learner {
    fn name(&self) -> &'static str {
        READER
    }

    fn handles(&self, kind: &str) -> bool {
        [OrderPlaced::KIND, OrderCancelled::KIND].contains(&kind)
    }

    fn linger(&self) -> Duration {
        LINGER
    }

    fn batch(&self) -> u64 {
        LARGE_BATCH
    }

    async fn handle(&self, tx: &Tx, event: &Event) -> Result<(), BoxError> {
        self.handle_batch(tx, &[event]).await
    }

    async fn handle_batch(&self, tx: &Tx, events: &[&Event]) -> Result<(), BoxError> {
        let placed: Vec<OrderPlaced> = decode_all(events.iter().copied())?;
        let cancelled: Vec<OrderCancelled> = decode_all(events.iter().copied())?;
        let cancelled: Vec<i64> = cancelled.iter().map(|event| event.order_id.0).collect();
        for chunk in key_chunks(&cancelled) {
            let of_these = learned_baskets::Column::OrderId.is_in(chunk.iter().copied().map(OrderId));
            learned_baskets::Entity::delete_many().filter(of_these).exec(tx).await?;
        }
        let changed: Vec<i64> = placed.iter().map(|event| event.order_id.0).chain(cancelled).collect();
        learn(tx, Some(&changed)).await?;
        Ok(())
    }
}

/// Stores every order that is not stored yet, with one statement; returns their number. For orders without events; running it
/// again does no harm.
pub async fn learn_all(tx: &Tx) -> Result<u64, CommonError> {
    Ok(learn(tx, None).await?)
}

async fn learn(tx: &Tx, orders: Option<&[i64]>) -> Result<u64, DbErr> {
    let which = match orders {
        Some(_) => format!("o.id in {}", key_list(tx, 1, "bigint")),
        None => "not exists (select 1 from learned_baskets k where k.order_id = o.id)".to_owned(),
    };
    let sql = format!(
        "insert into learned_baskets (order_id, account_id, placed_at, lines) {BASKETS} and {which} {EACH_ORDER} \
         on conflict (order_id) do nothing"
    );
    let statement = tx.statement(sql, orders.map(|orders| ids_value(tx, orders.iter().copied())));
    Ok(tx.execute_raw(statement).await?.rows_affected())
}
