//! A short list that lies inside its owner, so that reading it costs no second look-up in memory.

use std::hash::{Hash, Hasher};

/// Up to `N` items inline, more on the heap.
#[derive(Debug, Clone)]
pub(crate) enum Few<T, const N: usize> {
    Inline([T; N], u8),
    Many(Vec<T>),
}

impl<T: Copy, const N: usize> Few<T, N> {
    /// `filler` takes the places that are left free; it is never read.
    pub(crate) fn new(items: &[T], filler: T) -> Self {
        if items.len() > N {
            return Self::Many(items.to_vec());
        }
        let mut inline = [filler; N];
        inline[..items.len()].copy_from_slice(items);
        Self::Inline(inline, items.len() as u8)
    }
}

impl<T: Copy, const N: usize> Few<T, N> {
    pub(crate) fn push(&mut self, item: T) {
        match self {
            Self::Inline(items, length) if usize::from(*length) < N => {
                items[usize::from(*length)] = item;
                *length += 1;
            }
            Self::Inline(items, _) => {
                let mut many = items.to_vec();
                many.push(item);
                *self = Self::Many(many);
            }
            Self::Many(items) => items.push(item),
        }
    }
}

impl<const N: usize> Few<u32, N> {
    /// Adds an item to a sorted list that has each item once.
    pub(crate) fn insert(&mut self, item: u32) {
        if let Err(place) = self.binary_search(&item) {
            self.insert_at(place, item);
        }
    }

    /// Puts an item at a place.
    pub(crate) fn insert_at(&mut self, place: usize, item: u32) {
        match self {
            Self::Inline(items, length) if usize::from(*length) < N => {
                items.copy_within(place..usize::from(*length), place + 1);
                items[place] = item;
                *length += 1;
            }
            Self::Inline(items, _) => {
                let mut many = items.to_vec();
                many.insert(place, item);
                *self = Self::Many(many);
            }
            Self::Many(items) => items.insert(place, item),
        }
    }

    /// Takes out the item at a place.
    pub(crate) fn remove_at(&mut self, place: usize) {
        match self {
            Self::Inline(items, length) => {
                items.copy_within(place + 1..usize::from(*length), place);
                *length -= 1;
            }
            Self::Many(items) => {
                items.remove(place);
            }
        }
    }
}

impl<const N: usize> Default for Few<u32, N> {
    fn default() -> Self {
        Self::Inline([0; N], 0)
    }
}

impl<T: PartialEq, const N: usize> PartialEq for Few<T, N> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq, const N: usize> Eq for Few<T, N> {}

impl<T: Hash, const N: usize> Hash for Few<T, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T, const N: usize> std::ops::Deref for Few<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Inline(items, length) => &items[..usize::from(*length)],
            Self::Many(items) => items,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_sorted_beyond_its_inline_room() {
        let mut few = Few::<u32, 2>::default();
        for item in [5, 1, 5, 9, 3, 1] {
            few.insert(item);
        }
        assert_eq!(*few, [1, 3, 5, 9]);
        few.remove_at(2);
        assert_eq!(*few, [1, 3, 9]);
        let mut few = Few::<u32, 4>::default();
        (0..4).for_each(|item| few.insert_at(0, item));
        few.remove_at(1);
        assert_eq!(*few, [3, 1, 0]);
        assert_eq!(*Few::<u8, 2>::new(&[1], 0), [1]);
        assert_eq!(*Few::<u8, 2>::new(&[1, 2, 3], 0), [1, 2, 3]);
    }
}
