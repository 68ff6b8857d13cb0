//! Where this process stands in the event log, and the events it followed lately.
//!
//! One reader per process, the follower, looks at the log; all others (listeners, the search index) get from memory what it
//! followed, and go to the log only for what is older. On SQLite, where numbers have no gaps, a transaction
//! [hands its events over](Feed::hand_over) and not even the follower reads them, unless another process wrote in between.
//!
//! Promises: [`Feed::recent`] gives all events after a number or says that it cannot; it never skips one. What it gives was
//! followed by the process's surfaces.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use super::events::Event;

/// How long a writer waits for its own process to follow what it wrote. Following normally takes a millisecond; the bound
/// keeps a stuck follower from holding up answers.
const FOLLOW_PATIENCE: Duration = Duration::from_millis(1_500);
/// Followed events that are remembered for the other readers.
const REMEMBERED: usize = 2_048;
/// Most events of one transaction that are handed over; more are read from the log.
const HANDED: usize = 256;
/// Transactions handed over and not yet followed; there are more only when the follower is stuck.
const WAITING: usize = 256;

/// Where this process stands in the log: wakes its readers after a commit, lets writers wait for its follower.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    inner: Arc<FeedInner>,
}

#[derive(Debug)]
struct FeedInner {
    committed: Notify,
    latest: AtomicI64,
    followed: watch::Sender<i64>,
    recent: Mutex<Recent>,
    /// Handed over and not yet followed, by the first number.
    handed: Mutex<BTreeMap<i64, Vec<Event>>>,
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
        let (followed, _) = watch::channel(i64::MAX);
        let inner = FeedInner {
            committed: Notify::new(),
            latest: AtomicI64::new(0),
            followed,
            recent: Mutex::default(),
            handed: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Feed {
    /// Says that an event was committed here or, by way of Redis, elsewhere.
    pub(crate) fn committed(&self, seq: i64) {
        self.inner.latest.fetch_max(seq, Ordering::AcqRel);
        self.inner.committed.notify_waiters();
    }

    /// The last number this process heard of.
    pub(crate) fn heard(&self) -> i64 {
        self.inner.latest.load(Ordering::Acquire)
    }

    /// Waits until something after `seq` was committed, or for `patience`; says whether something was.
    pub(crate) async fn wait_for_more(&self, seq: i64, patience: Duration) -> bool {
        let woken = self.inner.committed.notified();
        self.heard() > seq || tokio::time::timeout(patience, woken).await.is_ok()
    }

    /// Leaves the events of a committed transaction for the follower. Only where numbers have no gaps.
    pub(super) fn hand_over(&self, events: Vec<Event>) {
        let Some(first) = events.first().map(|event| event.seq) else { return };
        let mut handed = self.inner.handed.lock();
        if events.len() <= HANDED && handed.len() < WAITING {
            handed.insert(first, events);
        }
    }

    /// What was handed over right after `position`; empty when the log must be asked.
    pub(super) fn handed(&self, position: i64) -> Vec<Event> {
        let mut handed = self.inner.handed.lock();
        while let Some(oldest) = handed.first_entry()
            && *oldest.key() <= position
        {
            oldest.remove();
        }
        let mut next = Vec::new();
        let mut place = position;
        while let Some(events) = handed.remove(&(place + 1)) {
            place = events.last().map_or(place, |event| event.seq);
            next.extend(events);
        }
        next
    }

    /// Says that the follower of this process starts at `seq`. Before that nobody waits for it.
    pub(super) fn starts_at(&self, seq: i64) {
        *self.inner.recent.lock() = Recent { after: seq, upto: Some(seq), events: VecDeque::new() };
        self.inner.followed.send_replace(seq);
    }

    /// Says that the follower of this process followed these events, the next after all before.
    pub(super) fn followed(&self, events: impl IntoIterator<Item = Event>) {
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
            self.inner.followed.send_replace(seq);
        }
    }

    /// The first events after `after` that this process followed, at most `limit`; none when some of them are forgotten.
    pub(super) fn recent(&self, after: i64, limit: usize) -> Option<Vec<Arc<Event>>> {
        let recent = self.inner.recent.lock();
        if after < recent.after || recent.upto.is_none() {
            return None;
        }
        let start = recent.events.partition_point(|event| event.seq <= after);
        Some(recent.events.range(start..).take(limit).cloned().collect())
    }

    /// How far the follower of this process is.
    pub(crate) fn position(&self) -> i64 {
        *self.inner.followed.borrow()
    }

    /// Waits until the follower of this process is past `seq`, or for `patience`.
    pub(crate) async fn wait_past(&self, seq: i64, patience: Duration) {
        let mut followed = self.inner.followed.subscribe();
        let past = followed.wait_for(|at| *at > seq && *at != i64::MAX);
        let _ = tokio::time::timeout(patience, past).await;
    }

    async fn wait_until(&self, seq: i64) {
        let mut followed = self.inner.followed.subscribe();
        let _ = followed.wait_for(|at| *at >= seq).await;
    }

    pub(super) async fn wait_until_followed(&self, seq: i64) {
        if self.position() >= seq {
            return;
        }
        if tokio::time::timeout(FOLLOW_PATIENCE, self.wait_until(seq)).await.is_err() {
            tracing::warn!(event.seq = seq, "the follower is late");
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::Instant;
    use serde_json::value::RawValue;

    use super::*;

    fn event(seq: i64) -> Event {
        let data = RawValue::from_string("{}".to_owned()).unwrap_or_default();
        let (kind, subject, actor) = ("thing.happened".to_owned(), String::new(), String::new());
        Event { seq, kind, subject, account: None, actor, occurred_at: Instant(0), data }
    }

    fn numbers(events: Option<Vec<Arc<Event>>>) -> Option<Vec<i64>> {
        events.map(|events| events.iter().map(|event| event.seq).collect())
    }

    #[test]
    fn what_was_handed_over_is_taken_in_order_and_without_gaps() {
        let feed = Feed::default();
        feed.hand_over(vec![event(12)]);
        assert!(feed.handed(9).is_empty(), "10 and 11 are elsewhere");
        feed.hand_over(vec![event(10), event(11)]);
        let taken: Vec<i64> = feed.handed(9).iter().map(|event| event.seq).collect();
        assert_eq!(taken, [10, 11, 12]);
        assert!(feed.handed(9).is_empty());
        feed.hand_over(vec![event(13)]);
        assert!(feed.handed(13).is_empty(), "13 was read from the log meanwhile");
    }

    #[test]
    fn recent_events_are_complete_or_not_given() {
        let feed = Feed::default();
        assert_eq!(numbers(feed.recent(0, 9)), None, "nothing is followed yet");
        feed.starts_at(100);
        assert_eq!(numbers(feed.recent(99, 9)), None);
        assert_eq!(numbers(feed.recent(100, 9)), Some(vec![]));
        feed.followed([event(101), event(105)]);
        assert_eq!(numbers(feed.recent(100, 9)), Some(vec![101, 105]));
        assert_eq!(numbers(feed.recent(100, 1)), Some(vec![101]));
        assert_eq!(numbers(feed.recent(101, 9)), Some(vec![105]));
        assert_eq!(feed.position(), 105);
        feed.followed((106..=105 + REMEMBERED as i64).map(event));
        assert_eq!(numbers(feed.recent(101, 1)), None, "101 is forgotten, and 105 may not be the next");
        assert_eq!(numbers(feed.recent(105, 1)), Some(vec![106]));
    }
}
