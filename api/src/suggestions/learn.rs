//! Keeping what orders bought, one row per order, so that a process that starts reads a few megabytes instead of every line
//! ever ordered.

use entity::{OrderId, learned_baskets};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, Statement};
use serde::Deserialize;

use super::read::{BASKETS, EACH_ORDER};
use crate::kernel::database::Tx;
use crate::kernel::events::Event;
use crate::kernel::follow::Listener;
use crate::kernel::problem::Trouble;

/// Keeps every order as it is placed, and what is left of it when a part is cancelled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learner;

/// Its name among the readers of the event log.
pub(super) const READER: &str = "suggestions";

/// What is needed of events about one order.
#[derive(Debug, Deserialize)]
pub(super) struct OfOrder {
    pub(super) order_id: i64,
}

/// The event after which less is left of an order.
pub(super) const CANCELLED: &str = "order.cancelled";

#[async_trait::async_trait]
impl Listener for Learner {
    fn name(&self) -> &'static str {
        READER
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "order.placed" || kind == CANCELLED
    }

    async fn hear(&self, tx: &Tx, event: &Event) -> Result<(), Trouble> {
        let Some(of) = event.read::<OfOrder>() else { return Ok(()) };
        let order = OrderId(of.order_id);
        if event.kind == CANCELLED {
            learned_baskets::Entity::delete_many().filter(learned_baskets::Column::OrderId.eq(order)).exec(tx).await?;
        }
        learn(tx, Some(order)).await?;
        Ok(())
    }
}

/// Keeps every order that is not kept yet, in one statement; gives how many there were. For orders that came without
/// events, and harmless at any time.
pub(crate) async fn learn_all(tx: &Tx) -> Result<u64, Trouble> {
    Ok(learn(tx, None).await?)
}

async fn learn(tx: &Tx, order: Option<OrderId>) -> Result<u64, DbErr> {
    let which = match order {
        Some(_) => "o.id = $1",
        None => "not exists (select 1 from learned_baskets k where k.order_id = o.id)",
    };
    let sql = format!(
        "insert into learned_baskets (order_id, account_id, placed_at, lines) {BASKETS} and {which} {EACH_ORDER} \
         on conflict (order_id) do nothing"
    );
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, order.map(|order| order.0.into()));
    Ok(tx.execute_raw(statement).await?.rows_affected())
}
