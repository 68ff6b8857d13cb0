//! Values that many rows have in common, kept once.
//!
//! Promises: a value is usually found again while rows loaded near each other use it, and keeping one costs no more than the
//! value itself. Not here: removing values; the book keeps all versions.

use ahash::{AHashSet, RandomState};
use std::hash::Hash;
use std::sync::Arc;

/// Slots in which recent values are looked for.
const PLACES: usize = 4_096;

/// Values by number. The same value may get a second number when many others came in between; numbers are never compared.
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

/// Values that many owners have in common. Each value is kept once and shared.
#[derive(Debug, Clone)]
pub(crate) struct Interned<T>(AHashSet<Arc<T>>);

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self(AHashSet::new())
    }
}

impl<T: Eq + Hash> Interned<T> {
    /// The shared value that equals this one.
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
