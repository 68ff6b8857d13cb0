//! Small dense numbers for ids and names, as the price engine wants them.
//!
//! Ids of the database are drawn from one sequence for everything and leave wide gaps; the engine indexes vectors. The numbers
//! mean nothing outside this process.

use std::borrow::Borrow;
use std::hash::Hash;

use ahash::AHashMap;
use pricing::HANDLE_LIMIT;

/// Numbers handed out for keys, in the order the keys were first seen.
#[derive(Debug)]
pub(super) struct DenseIds<K> {
    numbers: AHashMap<K, u32>,
    keys: Vec<K>,
}

impl<K> Default for DenseIds<K> {
    fn default() -> Self {
        Self { numbers: AHashMap::new(), keys: Vec::new() }
    }
}

impl<K: Hash + Eq + Clone> DenseIds<K> {
    /// The number of a key; a new one if it was not seen before.
    pub(super) fn number(&mut self, key: K) -> u32 {
        let next = self.keys.len() as u32;
        let number = *self.numbers.entry(key.clone()).or_insert(next);
        if number == next {
            self.keys.push(key);
        }
        number
    }

    /// The number of a key that was seen before; otherwise one that nothing has.
    pub(super) fn known<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> u32
    where
        K: Borrow<Q>,
    {
        self.numbers.get(key).copied().unwrap_or(HANDLE_LIMIT)
    }

    /// The key of a number.
    pub(super) fn key(&self, number: u32) -> Option<&K> {
        self.keys.get(number as usize)
    }

    /// How many keys there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense_and_stay() {
        let mut ids = DenseIds::<String>::default();
        assert_eq!(ids.number("a".to_owned()), 0);
        assert_eq!(ids.number("b".to_owned()), 1);
        assert_eq!(ids.number("a".to_owned()), 0);
        assert_eq!(ids.known("b"), 1);
        assert_eq!(ids.known("c"), HANDLE_LIMIT);
        assert_eq!(ids.key(1).map(String::as_str), Some("b"));
        assert_eq!(ids.len(), 2);
    }
}
