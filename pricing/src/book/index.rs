//! An owner's lines by target: which line chain starts at a SKU, category, brand or everything.
//!
//! Most owners have few targets; theirs lie together in a few cache lines. An owner with many gets a hash table, so that
//! filing stays cheap. Not here: the lines.

use crate::facts::Target;
use ahash::AHashMap;

/// Targets up to which they are kept as a sorted list.
const SMALL: usize = 128;

/// Chains of lines by target.
#[derive(Debug, Clone, Default)]
pub(crate) struct TargetIndex {
    kinds: u8,
    /// Sorted, beside `heads`; empty when `large` is in use.
    keys: Vec<u32>,
    heads: Vec<u32>,
    large: Option<Box<AHashMap<u32, u32>>>,
}

impl TargetIndex {
    /// Whether any line has a target of this kind; false lets a look-up be skipped.
    pub(crate) fn may_have(&self, target: Target) -> bool {
        self.kinds & 1 << kind(target) != 0
    }

    /// Begins to load the keys, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self) {
        std::hint::black_box(self.keys.first().copied());
    }

    /// The head of every chain.
    pub(crate) fn heads(&self) -> impl Iterator<Item = u32> {
        let large = self.large.iter().flat_map(|large| large.values().copied());
        self.heads.iter().copied().chain(large)
    }

    pub(crate) fn head(&self, target: Target) -> Option<u32> {
        let key = key(target);
        if let Some(large) = &self.large {
            return large.get(&key).copied();
        }
        self.keys.binary_search(&key).ok().map(|place| self.heads[place])
    }

    /// Makes `row` the head of the chain; returns the head before.
    pub(crate) fn replace_head(&mut self, target: Target, row: u32) -> Option<u32> {
        self.kinds |= 1 << kind(target);
        let key = key(target);
        if self.large.is_none() && self.keys.len() == SMALL {
            let pairs = self.keys.drain(..).zip(self.heads.drain(..));
            self.large = Some(Box::new(pairs.collect()));
        }
        if let Some(large) = &mut self.large {
            return large.insert(key, row);
        }
        match self.keys.binary_search(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.heads[place], row)),
            Err(place) => {
                self.keys.insert(place, key);
                self.heads.insert(place, row);
                None
            }
        }
    }

    pub(crate) fn shrink(&mut self) {
        self.keys.shrink_to_fit();
        self.heads.shrink_to_fit();
    }
}

const _: () = assert!(crate::HANDLE_LIMIT <= 1 << 24, "a handle leaves room for the kind above it");

const fn key(target: Target) -> u32 {
    let id = match target {
        Target::Sku(product) => product.0,
        Target::Category(category) => category.0,
        Target::Brand(brand) => brand.0,
        Target::Everything => 0,
    };
    kind(target) << 24 | id
}

const fn kind(target: Target) -> u32 {
    match target {
        Target::Sku(_) => 0,
        Target::Category(_) => 1,
        Target::Brand(_) => 2,
        Target::Everything => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProductId;

    #[test]
    fn small_and_large_read_the_same() {
        let mut index = TargetIndex::default();
        for round in 0..2 {
            for id in (0..300).rev() {
                let before = index.replace_head(Target::Sku(ProductId(id)), id + round * 1_000);
                assert_eq!(before, (round == 1).then_some(id));
            }
        }
        assert_eq!(index.head(Target::Sku(ProductId(7))), Some(1_007));
        assert_eq!(index.head(Target::Sku(ProductId(300))), None);
        assert!(index.may_have(Target::Sku(ProductId(9))) && !index.may_have(Target::Everything));
    }
}
