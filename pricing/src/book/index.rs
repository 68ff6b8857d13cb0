//! An owner's lines by target: which line chain starts at a SKU, category, brand or everything.
//!
//! Most owners have few targets; theirs lie together in a few cache lines. An owner with many gets a hash table, so that
//! filing stays cheap. Not here: the lines.

use crate::inputs::Target;
use ahash::AHashMap;

/// SKUs up to which they are kept as a sorted list.
const SMALL: usize = 128;

/// Chains of lines by target.
#[derive(Debug, Clone, Default)]
pub(crate) struct TargetIndex {
    kinds: u8,
    /// Key and head of categories, brands and everything, sorted: few, and looked at for every product.
    others: Vec<(u32, u32)>,
    /// Key and head of SKUs, sorted; empty when `large` is in use.
    skus: Vec<(u32, u32)>,
    large: Option<Box<AHashMap<u32, u32>>>,
    /// A mark for every SKU, several to a bit: without its mark a SKU is not there.
    marks: [u64; 4],
}

impl TargetIndex {
    /// Whether any line may have the target; false lets a look-up be skipped.
    pub(crate) fn may_have(&self, target: Target) -> bool {
        match target {
            Target::Sku(product) => {
                let (word, bit) = mark(product.0);
                self.marks[word] & bit != 0
            }
            other => self.kinds & 1 << kind(other) != 0,
        }
    }

    /// Begins to load what is looked at for every product, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self) {
        std::hint::black_box((self.others.first().copied(), self.marks[3]));
    }

    /// The head of every chain.
    pub(crate) fn heads(&self) -> impl Iterator<Item = u32> {
        let large = self.large.iter().flat_map(|large| large.values().copied());
        self.others.iter().chain(&self.skus).map(|(_, head)| *head).chain(large)
    }

    pub(crate) fn head(&self, target: Target) -> Option<u32> {
        let key = key(target);
        if !matches!(target, Target::Sku(_)) {
            return find(&self.others, key);
        }
        match &self.large {
            Some(large) => large.get(&key).copied(),
            None => find(&self.skus, key),
        }
    }

    /// Makes `row` the head of the chain; returns the head before.
    pub(crate) fn replace_head(&mut self, target: Target, row: u32) -> Option<u32> {
        self.kinds |= 1 << kind(target);
        if let Target::Sku(product) = target {
            let (word, bit) = mark(product.0);
            self.marks[word] |= bit;
        }
        let key = key(target);
        if !matches!(target, Target::Sku(_)) {
            return replace(&mut self.others, key, row);
        }
        if self.large.is_none() && self.skus.len() == SMALL {
            self.large = Some(Box::new(self.skus.drain(..).collect()));
        }
        match &mut self.large {
            Some(large) => large.insert(key, row),
            None => replace(&mut self.skus, key, row),
        }
    }

    pub(crate) fn shrink(&mut self) {
        self.others.shrink_to_fit();
        self.skus.shrink_to_fit();
    }
}

/// The bit that marks a SKU.
const fn mark(handle: u32) -> (usize, u64) {
    // Handles follow one another; their product with this number does not.
    let spread = handle.wrapping_mul(0x9E37_79B1) >> 24;
    ((spread >> 6) as usize, 1 << (spread & 63))
}

fn find(pairs: &[(u32, u32)], key: u32) -> Option<u32> {
    // A handful is found faster one by one.
    if pairs.len() <= 8 {
        return pairs.iter().find(|(other, _)| *other == key).map(|(_, head)| *head);
    }
    pairs.binary_search_by_key(&key, |(other, _)| *other).ok().map(|place| pairs[place].1)
}

fn replace(pairs: &mut Vec<(u32, u32)>, key: u32, row: u32) -> Option<u32> {
    match pairs.binary_search_by_key(&key, |(other, _)| *other) {
        Ok(place) => Some(std::mem::replace(&mut pairs[place].1, row)),
        Err(place) => {
            pairs.insert(place, (key, row));
            None
        }
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
        assert!((0..300).all(|id| index.may_have(Target::Sku(ProductId(id)))));
        assert_eq!(index.head(Target::Sku(ProductId(7))), Some(1_007));
        assert_eq!(index.head(Target::Sku(ProductId(300))), None);
        assert!(index.may_have(Target::Sku(ProductId(9))) && !index.may_have(Target::Everything));
    }
}
