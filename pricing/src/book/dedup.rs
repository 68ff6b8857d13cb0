//! What many rows have in common, kept once.
//!
//! Promises: a value is found again while it is in use by its neighbours; keeping one costs no more than itself. Not here:
//! forgetting, since nothing that was known is forgotten.

use ahash::{AHashSet, RandomState};
use std::hash::Hash;
use std::sync::Arc;

/// Values that were seen lately are looked for in this many places.
const PLACES: usize = 4_096;

/// Values by number. The same value may get a second number when many others came in between; nobody compares numbers.
#[derive(Debug, Clone)]
pub(crate) struct Deduplicated<T> {
    values: Vec<T>,
    /// Numbers by hash, the last one of each hash.
    lately: Box<[u32]>,
    hasher: RandomState,
}

impl<T> Default for Deduplicated<T> {
    fn default() -> Self {
        // The numbers are the same in every run, so that memory is too.
        Self { values: Vec::new(), lately: vec![0; PLACES].into(), hasher: RandomState::with_seeds(1, 2, 3, 4) }
    }
}

impl<T: Eq + Hash> Deduplicated<T> {
    /// The number of a value.
    pub(crate) fn number(&mut self, value: T) -> u32 {
        let place = (self.hasher.hash_one(&value) % PLACES as u64) as usize;
        let number = self.lately[place];
        if self.values.get(number as usize) == Some(&value) {
            return number;
        }
        let number = self.values.len() as u32;
        self.values.push(value);
        self.lately[place] = number;
        number
    }
}

impl<T> Deduplicated<T> {
    /// The value of a number that was given here.
    pub(crate) fn get(&self, number: u32) -> &T {
        &self.values[number as usize]
    }

    pub(crate) fn shrink(&mut self) {
        self.values.shrink_to_fit();
    }
}

/// Things that are the same for many owners, each held by all of them.
#[derive(Debug, Clone)]
pub(crate) struct Interned<T>(AHashSet<Arc<T>>);

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self(AHashSet::new())
    }
}

impl<T: Eq + Hash> Interned<T> {
    /// The one thing that equals this.
    pub(crate) fn one(&mut self, thing: T) -> Arc<T> {
        if let Some(known) = self.0.get(&thing) {
            return Arc::clone(known);
        }
        let thing = Arc::new(thing);
        self.0.insert(Arc::clone(&thing));
        thing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_keeps_its_number_and_every_number_its_value() {
        let mut shared = Deduplicated::default();
        let numbers: Vec<u32> = (0..20_000_u64).map(|value| shared.number(value / 2)).collect();
        assert!(numbers.chunks(2).all(|pair| pair[0] == pair[1]));
        assert!((0..20_000_u64).all(|value| *shared.get(numbers[value as usize]) == value / 2));
        assert_eq!(shared.values.len(), 10_000);
    }

    #[test]
    fn equal_things_are_one() {
        let mut interned = Interned::default();
        let (left, right) = (interned.one("a".to_owned()), interned.one("a".to_owned()));
        assert!(Arc::ptr_eq(&left, &right) && !Arc::ptr_eq(&left, &interned.one("b".to_owned())));
    }
}
