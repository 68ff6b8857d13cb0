//! Past orders, in the memory of every process.
//!
//! They are loaded from `learned_baskets` when a process starts, and then updated as orders are placed, imported and cancelled.
//! Suggestions need no database.

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

/// Past orders. Cheap to clone; clones share the data.
#[derive(Clone, Debug, Default)]
pub struct PurchaseHistory {
    history: Arc<RwLock<OrderHistory>>,
    /// Products bought by accounts, cached. Its lock is taken while the lock of the history is held.
    bought: Arc<Mutex<AHashMap<AccountId, Arc<[ProductId]>>>>,
    /// Scratch memory for scores, one for each suggestion that runs at the same time.
    idle_scratch: Arc<Mutex<Vec<Scratch>>>,
}

impl PurchaseHistory {
    /// Loads every order.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let purchases = Self::default();
        order_reader::read_all(db, |bought| {
            let mut history = purchases.history.write();
            for order in &bought {
                history.learn(order);
            }
        })
        .await?;
        purchases.catch_up(db).await?;
        Ok(purchases)
    }

    /// Reads orders again that were partly cancelled and whose stored row is outdated.
    async fn catch_up(&self, db: &Reader) -> Result<(), CommonError> {
        let handled_up_to = event_readers::Entity::find_by_id(READER).one(db).await?.map_or(0, |row| row.seq);
        let unhandled: Vec<OrderCancelled> = decode_all(&events::read_kind::<OrderCancelled>(db, handled_up_to).await?)?;
        let mut ids: Vec<OrderId> = unhandled.into_iter().map(|cancelled| cancelled.order_id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() { Ok(()) } else { self.reload(db, &ids).await }
    }

    /// Every product that an account ever ordered, in no order. Computed by the first call after an order; until the next order
    /// the same list is returned.
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

    /// Read access to the history.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, OrderHistory> {
        self.history.read()
    }

    /// See [`bought_together`].
    pub(super) fn bought_together(&self, history: &OrderHistory, context: &[u32], viewer: Viewer) -> Vec<(u32, f32)> {
        let mut scratch = self.idle_scratch.lock().pop().unwrap_or_default();
        let scored = bought_together(history, context, viewer, &mut scratch);
        self.idle_scratch.lock().push(scratch);
        scored
    }

    /// Reads orders again, and removes those that were cancelled completely.
    async fn reload(&self, db: &Reader, ids: &[OrderId]) -> Result<(), CommonError> {
        let bought = order_reader::read_orders(db, ids).await?;
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
        for ids in ids.chunks(ORDERS_PER_STATEMENT) {
            self.reload(db, ids).await?;
        }
        Ok(())
    }
}

/// The most accounts whose bought products are cached.
const MAX_CACHED_ACCOUNTS: usize = 1_000;
/// Orders read by one statement while following events.
const ORDERS_PER_STATEMENT: usize = 4_000;
