//! Where this process stands in the event log, and the events it applied lately.
//!
//! One reader per process, the follower, looks at the log; all others (listeners, the search index) get from memory what it
//! applied, and go to the log only for what is older. On SQLite, where numbers have no gaps, a transaction
//! [hands its events over](Feed::publish_local) and applies them itself, so that neither a statement nor another task
//! stands between a commit and its answer. The log is asked only when another process wrote, or two writers crossed.
//!
//! Promises: [`Feed::recent`] gives all events after a number or says that it cannot; it never skips one. What it gives was
//! applied by the process's projections. A [`Subscription`] wakes its reader when something it wants was applied, also when nobody
//! listened at that moment.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::sync::{MutexGuard, Notify, watch};

use super::database::Reader;
use super::error::BoxError;
use super::events::Event;
use super::projections::Projection;

/// How long a writer waits for its own process to follow what it wrote. Following normally takes a millisecond; the bound
/// keeps a stuck follower from holding up answers.
const APPLY_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Followed events that are remembered for the other readers.
const REMEMBERED: usize = 2_048;
/// Most events of one transaction that are handed over; more are read from the log.
const MAX_LOCAL_EVENTS: usize = 256;
/// Transactions handed over and not yet applied; there are more only when the follower is stuck.
const MAX_QUEUED: usize = 256;

/// Where this process stands in the log: wakes its readers after a commit, lets writers wait for its follower.
#[derive(Clone, Debug)]
pub struct Feed {
    inner: Arc<FeedInner>,
}

struct FeedInner {
    /// Rings for those who wait for commits of whatever kind.
    committed: Notify,
    /// Rings for the follower, when a commit was not applied by its writer.
    behind: Notify,
    /// Held while projections apply events.
    apply_lock: tokio::sync::Mutex<()>,
    projections: RwLock<Arc<[Arc<dyn Projection>]>>,
    subscriptions: RwLock<Vec<Subscription>>,
    latest: AtomicI64,
    applied: watch::Sender<i64>,
    recent: Mutex<Recent>,
    /// Handed over and not yet applied, by the first number.
    queued: Mutex<BTreeMap<i64, Vec<Event>>>,
}

impl std::fmt::Debug for FeedInner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedInner").field("latest", &self.latest).finish_non_exhaustive()
    }
}

/// Wakes a reader of the feed when there is something for it.
#[derive(Clone)]
pub struct Subscription {
    rung: Arc<Notify>,
    wants: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Subscription {
    /// Waits until something wanted was applied since the last time, or for `patience`.
    pub async fn wait(&self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.rung.notified()).await;
    }
}

/// All events after one number up to another.
#[derive(Debug, Default)]
struct Recent {
    after: i64,
    upto: Option<i64>,
    events: VecDeque<Arc<Event>>,
}

impl Default for Feed {
    fn default() -> Self {
        let (applied, _) = watch::channel(i64::MAX);
        let inner = FeedInner {
            committed: Notify::new(),
            behind: Notify::new(),
            apply_lock: tokio::sync::Mutex::default(),
            projections: RwLock::new(Arc::new([])),
            subscriptions: RwLock::default(),
            latest: AtomicI64::new(0),
            applied,
            recent: Mutex::default(),
            queued: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Feed {
    /// Says that an event was committed here or, by way of Redis, elsewhere.
    pub fn committed(&self, seq: i64) {
        self.inner.latest.fetch_max(seq, Ordering::AcqRel);
        self.inner.committed.notify_waiters();
        if self.position() < seq {
            self.inner.behind.notify_one();
        }
    }

    /// A subscription that wakes its reader when something wanted was applied.
    pub fn subscribe(&self, wants: impl Fn(&str) -> bool + Send + Sync + 'static) -> Subscription {
        let subscription = Subscription { rung: Arc::new(Notify::new()), wants: Arc::new(wants) };
        self.inner.subscriptions.write().push(subscription.clone());
        subscription
    }

    /// The last number this process knows of.
    pub fn latest_seen(&self) -> i64 {
        self.inner.latest.load(Ordering::Acquire)
    }

    /// Waits until something after `seq` was committed, or for `patience`; says whether something was.
    pub async fn wait_for_more(&self, seq: i64, patience: Duration) -> bool {
        let woken = self.inner.committed.notified();
        self.latest_seen() > seq || tokio::time::timeout(patience, woken).await.is_ok()
    }

    /// Waits until the follower must look: something was committed that its writer did not follow. Says whether that was so
    /// within `patience`.
    pub(super) async fn wait_behind(&self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.inner.behind.notified()).await.is_ok()
    }

    /// Leaves the events of a committed transaction for the follower, and follows them at once if nobody else is following.
    /// Only where numbers have no gaps. When the caller is cancelled in between, the follower finds the events in the log.
    pub(super) async fn publish_local(&self, db: &Reader, events: Vec<Event>) {
        let Some(first) = events.first().map(|event| event.seq) else { return };
        if self.position() == i64::MAX || events.len() > MAX_LOCAL_EVENTS {
            return;
        }
        self.enqueue(first, events);
        if let Ok(lock) = self.inner.apply_lock.try_lock() {
            while let Ok(1..) = self.apply_queued(db, &lock).await {}
        }
    }

    fn enqueue(&self, first: i64, events: Vec<Event>) {
        let mut queued = self.inner.queued.lock();
        if queued.len() < MAX_QUEUED {
            queued.insert(first, events);
        }
    }

    /// The right to follow; at most one task has it.
    pub(super) async fn apply_lock(&self) -> MutexGuard<'_, ()> {
        self.inner.apply_lock.lock().await
    }

    /// Applies what was handed over next; gives how many events that were.
    pub(super) async fn apply_queued(&self, db: &Reader, lock: &MutexGuard<'_, ()>) -> Result<usize, BoxError> {
        let batch = self.queued(self.position());
        self.apply(db, batch, lock).await
    }

    /// Lets the projections follow events, which are the next after all before; gives how many they were.
    pub(super) async fn apply(&self, db: &Reader, batch: Vec<Event>, _: &MutexGuard<'_, ()>) -> Result<usize, BoxError> {
        let count = batch.len();
        if count > 0 {
            let projections = self.inner.projections.read().clone();
            for projection in projections.iter() {
                projection.apply(db, &batch).await?;
            }
            self.applied(batch);
        }
        Ok(count)
    }

    /// What was handed over right after `position`; empty when the log must be asked.
    fn queued(&self, position: i64) -> Vec<Event> {
        let mut queued = self.inner.queued.lock();
        while let Some(oldest) = queued.first_entry()
            && *oldest.key() <= position
        {
            oldest.remove();
        }
        let mut next = Vec::new();
        let mut place = position;
        while let Some(events) = queued.remove(&(place + 1)) {
            place = events.last().map_or(place, |event| event.seq);
            next.extend(events);
        }
        next
    }

    /// Says that the follower of this process starts at `seq` with these projections. Before that nobody waits for it.
    pub(super) fn starts_at(&self, seq: i64, projections: Vec<Arc<dyn Projection>>) {
        *self.inner.projections.write() = projections.into();
        *self.inner.recent.lock() = Recent { after: seq, upto: Some(seq), events: VecDeque::new() };
        self.inner.applied.send_replace(seq);
    }

    /// Remembers events that the projections applied, the next after all before, and rings for those who want them.
    fn applied(&self, events: Vec<Event>) {
        let wanted = |subscription: &&Subscription| events.iter().any(|event| (subscription.wants)(&event.kind));
        let subscriptions: Vec<Subscription> = self.inner.subscriptions.read().iter().filter(wanted).cloned().collect();
        let mut recent = self.inner.recent.lock();
        for event in events {
            recent.upto = Some(event.seq);
            recent.events.push_back(Arc::new(event));
            if recent.events.len() > REMEMBERED
                && let Some(forgotten) = recent.events.pop_front()
            {
                recent.after = forgotten.seq;
            }
        }
        let upto = recent.upto;
        drop(recent);
        if let Some(seq) = upto {
            self.inner.applied.send_replace(seq);
        }
        for subscription in subscriptions {
            subscription.rung.notify_one();
        }
    }

    /// The first events after `after` that this process applied, at most `limit`; none when some of them are forgotten.
    pub(super) fn recent(&self, after: i64, limit: usize) -> Option<Vec<Arc<Event>>> {
        let recent = self.inner.recent.lock();
        if after < recent.after || recent.upto.is_none() {
            return None;
        }
        let start = recent.events.partition_point(|event| event.seq <= after);
        Some(recent.events.range(start..).take(limit).cloned().collect())
    }

    /// How far the follower of this process is.
    pub fn position(&self) -> i64 {
        *self.inner.applied.borrow()
    }

    async fn wait_until(&self, seq: i64) {
        let mut applied = self.inner.applied.subscribe();
        let _ = applied.wait_for(|at| *at >= seq).await;
    }

    pub(super) async fn wait_until_applied(&self, seq: i64) {
        if self.position() >= seq {
            return;
        }
        if tokio::time::timeout(APPLY_TIMEOUT, self.wait_until(seq)).await.is_err() {
            tracing::warn!(event.seq = seq, "the follower is late");
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::Instant;

    use super::*;

    fn event(seq: i64) -> Event {
        let (kind, subject, actor, data) = ("thing.happened".into(), String::new(), String::new(), "{}".to_owned());
        Event { seq, kind, subject, account: None, actor, occurred_at: Instant(0), data }
    }

    fn numbers(events: Option<Vec<Arc<Event>>>) -> Option<Vec<i64>> {
        events.map(|events| events.iter().map(|event| event.seq).collect())
    }

    fn taken(feed: &Feed, position: i64) -> Vec<i64> {
        feed.queued(position).iter().map(|event| event.seq).collect()
    }

    fn hand(feed: &Feed, events: Vec<Event>) {
        feed.enqueue(events[0].seq, events);
    }

    #[test]
    fn what_was_handed_over_is_taken_in_order_and_without_gaps() {
        let feed = Feed::default();
        hand(&feed, vec![event(12)]);
        assert!(taken(&feed, 9).is_empty(), "10 and 11 are elsewhere");
        hand(&feed, vec![event(10), event(11)]);
        assert_eq!(taken(&feed, 9), [10, 11, 12]);
        assert!(taken(&feed, 9).is_empty());
        hand(&feed, vec![event(13)]);
        assert!(taken(&feed, 13).is_empty(), "13 was read from the log meanwhile");
    }

    #[test]
    fn recent_events_are_complete_or_not_given() {
        let feed = Feed::default();
        assert_eq!(numbers(feed.recent(0, 9)), None, "nothing is applied yet");
        feed.starts_at(100, Vec::new());
        assert_eq!(numbers(feed.recent(99, 9)), None);
        assert_eq!(numbers(feed.recent(100, 9)), Some(vec![]));
        feed.applied(vec![event(101), event(105)]);
        assert_eq!(numbers(feed.recent(100, 9)), Some(vec![101, 105]));
        assert_eq!(numbers(feed.recent(100, 1)), Some(vec![101]));
        assert_eq!(numbers(feed.recent(101, 9)), Some(vec![105]));
        assert_eq!(feed.position(), 105);
        feed.applied((106..=105 + REMEMBERED as i64).map(event).collect());
        assert_eq!(numbers(feed.recent(101, 1)), None, "101 is forgotten, and 105 may not be the next");
        assert_eq!(numbers(feed.recent(105, 1)), Some(vec![106]));
    }

    #[tokio::test]
    async fn a_bell_rings_for_what_its_reader_wants_also_when_nobody_listens() {
        let feed = Feed::default();
        feed.starts_at(0, Vec::new());
        let (wanted, other) = (feed.subscribe(|kind| kind == "thing.happened"), feed.subscribe(|kind| kind == "other.happened"));
        feed.applied(vec![event(1)]);
        let rings = async |subscription: &Subscription| {
            tokio::time::timeout(Duration::from_millis(5), subscription.rung.notified()).await.is_ok()
        };
        assert!(rings(&wanted).await);
        assert!(!rings(&wanted).await, "once");
        assert!(!rings(&other).await);
    }
}
