//! Places: how many requests are worked on at once, in all and of one caller.
//!
//! A request takes a place when it has come in whole and its caller is known, so that neither a body that never ends nor a caller with a
//! thousand requests holds the places of others. Callers without a valid token have a share of their own. Requests that wait for
//! something to happen have places apart, because they cost nothing while they wait.
//!
//! Not here: how many requests a caller makes over time ([`rate`](super::rate)), and how many connections there are
//! ([`connections`](super::connections)).

use std::sync::Arc;

use ahash::AHashMap;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// The holder of a valid token.
    Known(Arc<str>),
    /// An address.
    Visitor(Arc<str>),
}

/// What a request does with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    Work,
    /// It waits for something to happen.
    Wait,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// All places are taken.
    All,
    /// The caller has as many as one may have.
    Own,
}

/// The places of a process.
#[derive(Clone, Debug)]
pub struct Places {
    work: Arc<Semaphore>,
    visitors: Arc<Semaphore>,
    wait: Arc<Semaphore>,
    /// Places of one caller at most.
    of_one: usize,
    of_one_visitor: usize,
    taken: Arc<Mutex<AHashMap<(Caller, Purpose), usize>>>,
}

/// Requests of one caller that may wait at once.
const WAITING_OF_ONE: usize = 16;

impl Places {
    /// So many places in all. A caller may have a quarter of them; all callers without a token have an eighth together, and one
    /// address a quarter of that.
    pub fn new(all: usize) -> Self {
        let share = |part: usize| (all / part).max(1);
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            work: semaphore(all),
            visitors: semaphore(share(8)),
            wait: semaphore(all.saturating_mul(4).min(Semaphore::MAX_PERMITS)),
            of_one: share(4),
            of_one_visitor: share(32),
            taken: Arc::default(),
        }
    }

    /// Takes a place, which is free again when it is dropped.
    pub(super) fn take(&self, caller: Caller, purpose: Purpose) -> Result<Place, Full> {
        let permits = match (&caller, purpose) {
            (Caller::Visitor(_), _) => &self.visitors,
            (Caller::Known(_), Purpose::Work) => &self.work,
            (Caller::Known(_), Purpose::Wait) => &self.wait,
        };
        let permit = permits.clone().try_acquire_owned().map_err(|_| Full::All)?;
        let most = match (&caller, purpose) {
            (Caller::Visitor(_), _) => self.of_one_visitor,
            (Caller::Known(_), Purpose::Work) => self.of_one,
            (Caller::Known(_), Purpose::Wait) => WAITING_OF_ONE,
        };
        let key = (caller, purpose);
        let mut taken = self.taken.lock();
        match taken.get_mut(&key) {
            Some(own) if *own >= most => return Err(Full::Own),
            Some(own) => *own += 1,
            None => drop(taken.insert(key.clone(), 1)),
        }
        drop(taken);
        Ok(Place { taken: self.taken.clone(), key, _permit: permit })
    }
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    taken: Arc<Mutex<AHashMap<(Caller, Purpose), usize>>>,
    key: (Caller, Purpose),
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        if let Some(own) = taken.get_mut(&self.key) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Caller {
        Caller::Known(name.into())
    }

    #[test]
    fn one_caller_has_a_quarter_and_the_rest_is_for_others() {
        let places = Places::new(16);
        let own: Vec<Place> = (0..4).map(|_| places.take(known("a"), Purpose::Work).expect("a place")).collect();
        assert_eq!(places.take(known("a"), Purpose::Work).err(), Some(Full::Own));
        places.take(known("b"), Purpose::Work).expect("a place of another");
        drop(own);
        places.take(known("a"), Purpose::Work).expect("free again");
        assert!(places.taken.lock().is_empty(), "nobody is remembered");
    }

    #[test]
    fn visitors_and_those_who_wait_take_no_places_of_others() {
        let places = Places::new(16);
        let visitors: Vec<_> =
            (0..10).filter_map(|n| places.take(Caller::Visitor(n.to_string().into()), Purpose::Work).ok()).collect();
        assert_eq!(visitors.len(), 2);
        drop(visitors);
        let one: Vec<_> = (0..10).filter_map(|_| places.take(Caller::Visitor("a".into()), Purpose::Wait).ok()).collect();
        assert_eq!(one.len(), 1, "one address does not take them all");
        let waiting: Vec<_> = (0..30).filter_map(|_| places.take(known("a"), Purpose::Wait).ok()).collect();
        assert_eq!(waiting.len(), WAITING_OF_ONE);
        let working: Vec<_> = (0..30).filter_map(|n| places.take(known(&n.to_string()), Purpose::Work).ok()).collect();
        assert_eq!(working.len(), 16);
    }
}
