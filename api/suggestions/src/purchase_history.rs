//! What is learnt from orders, in the memory of every process.
//!
//! Loaded from `learned_baskets` when a process starts, then follows the orders themselves as they are placed, imported
//! and cancelled. Questions need no database.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, OrderId, ProductId, event_readers};
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use sea_orm::EntityTrait as _;

use super::bought_together::{Scratch, Viewer, bought_together};
use super::learn::READER;
use super::order_history::OrderHistory;
use super::order_reader;
use kernel::problem::CommonError;
use order_events::{OrderCancelled, OrderPlaced, OrdersImported};
use store::BoxError;
use store::database::Reader;
use store::events::{self, Event, decode_all};
use store::projections::Projection;

/// Everything learnt from orders. Cheap to clone; every clone is the same purchases.
#[derive(Clone, Debug, Default)]
pub struct PurchaseHistory {
    history: Arc<RwLock<OrderHistory>>,
    /// What accounts bought, for those asked about; taken with the history's lock held.
    bought: Arc<Mutex<AHashMap<AccountId, Arc<[ProductId]>>>>,
    /// Room for scores, one for each question asked at the same time.
    idle_scratch: Arc<Mutex<Vec<Scratch>>>,
}

impl PurchaseHistory {
    /// Loads every order.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let purchases = Self::default();
        order_reader::all(db, |bought| {
            let mut history = purchases.history.write();
            for order in &bought {
                history.learn(order);
            }
        })
        .await?;
        purchases.catch_up(db).await?;
        Ok(purchases)
    }

    /// Reads again the orders of which a part was cancelled, and that is not kept yet.
    async fn catch_up(&self, db: &Reader) -> Result<(), CommonError> {
        let handled_up_to = event_readers::Entity::find_by_id(READER).one(db).await?.map_or(0, |row| row.seq);
        let unhandled: Vec<OrderCancelled> = decode_all(&events::read_kind::<OrderCancelled>(db, handled_up_to).await?)?;
        let mut ids: Vec<OrderId> = unhandled.into_iter().map(|cancelled| cancelled.order_id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() { Ok(()) } else { self.reload(db, &ids).await }
    }

    /// Every product an account ever ordered, in no order. Worked out when it is asked for the first time after an order; the
    /// same list until then.
    pub fn bought_by(&self, account: AccountId) -> Arc<[ProductId]> {
        let history = self.history.read();
        if let Some(known) = self.bought.lock().get(&account) {
            return known.clone();
        }
        let all: Arc<[ProductId]> = history.bought_by(account).into();
        let mut bought = self.bought.lock();
        if bought.len() >= MAX_CACHED_ACCOUNTS {
            bought.clear();
        }
        bought.insert(account, all.clone());
        all
    }

    /// To look closer.
    pub(super) fn history(&self) -> RwLockReadGuard<'_, OrderHistory> {
        self.history.read()
    }

    /// See [`together`].
    pub(super) fn bought_together(&self, history: &OrderHistory, context: &[u32], viewer: Viewer) -> Vec<(u32, f32)> {
        let mut scratch = self.idle_scratch.lock().pop().unwrap_or_default();
        let scored = bought_together(history, context, viewer, &mut scratch);
        self.idle_scratch.lock().push(scratch);
        scored
    }

    /// Learns the orders read, and forgets those of which nothing is left.
    async fn reload(&self, db: &Reader, ids: &[OrderId]) -> Result<(), CommonError> {
        let bought = order_reader::some(db, ids).await?;
        let left: AHashSet<OrderId> = bought.iter().map(|order| order.order).collect();
        let mut history = self.history.write();
        let mut known = self.bought.lock();
        let before = ids.iter().filter_map(|id| history.account_of(*id));
        before.chain(bought.iter().map(|order| order.account)).for_each(|account| _ = known.remove(&account));
        for order in &bought {
            history.learn(order);
        }
        ids.iter().filter(|id| !left.contains(id)).for_each(|id| history.forget(*id));
        Ok(())
    }
}

#[async_trait::async_trait]
impl Projection for PurchaseHistory {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let mut ids: Vec<OrderId> = Vec::new();
        for event in events {
            if let Some(placed) = event.decode::<OrderPlaced>()? {
                ids.push(placed.order_id);
            } else if let Some(cancelled) = event.decode::<OrderCancelled>()? {
                ids.push(cancelled.order_id);
            } else if let Some(imported) = event.decode::<OrdersImported>()? {
                ids.extend(imported.order_ids);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(CHUNK) {
            self.reload(db, ids).await?;
        }
        Ok(())
    }
}

/// Accounts whose purchases are remembered as lists.
const MAX_CACHED_ACCOUNTS: usize = 1_000;
/// Orders read at once while following.
const CHUNK: usize = 4_000;
