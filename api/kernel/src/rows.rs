//! Grouping database rows that were read for many parents at once.

use std::hash::Hash;

use ahash::AHashMap;

/// Groups rows by a key; the rows of a group keep their order.
pub fn group_by<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> AHashMap<K, Vec<T>> {
    let mut groups: AHashMap<K, Vec<T>> = AHashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
