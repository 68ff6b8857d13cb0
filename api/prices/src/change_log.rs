//! Which products' own rows changed when, so that asking what changed since costs in proportion to what changed.
//!
//! The index covers what happened since the book was loaded; for an older state the caller looks at all products. A note too
//! many does no harm, because the caller compares prices. Not here: contracts and promotions, which may change the price of a
//! product that they do not name.

use std::collections::BTreeMap;
use std::ops::Bound;

use ahash::AHashSet;
use entity::Instant;
use pricing::Times;

/// Notes kept; beyond them the oldest are forgotten, and older questions look at every product.
const MOST_NOTES: usize = 4_000_000;

/// Notes by the instant of the change. All numbers are dense ids of the book.
#[derive(Debug)]
pub(super) struct ChangeIndex {
    /// Whatever was recorded after this is noted.
    recorded_after: Instant,
    /// Whatever begins or ends after this is noted.
    valid_after: Instant,
    /// List and product by the instant at which an entry was recorded or known to end.
    recorded: BTreeMap<Instant, Vec<(u32, u32)>>,
    /// List and product by the instant at which an entry begins or ends to apply.
    scheduled: BTreeMap<Instant, Vec<(u32, u32)>>,
    /// Products by the instant at which a version, cost or floor was recorded.
    products: BTreeMap<Instant, Vec<u32>>,
    notes: usize,
}

impl Default for ChangeIndex {
    fn default() -> Self {
        let never = Instant(i64::MAX);
        Self {
            recorded_after: never,
            valid_after: never,
            recorded: BTreeMap::new(),
            scheduled: BTreeMap::new(),
            products: BTreeMap::new(),
            notes: 0,
        }
    }
}

/// An instant of knowledge and one of time: a state of all prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AsOf {
    /// What was known then counts.
    pub known_at: Instant,
    /// The instant whose prices count.
    pub valid_at: Instant,
}

impl ChangeIndex {
    /// Before the book is loaded: notes what applies from `now` on.
    pub(super) fn open(&mut self, now: Instant) {
        self.valid_after = now;
    }

    /// After the book was loaded up to the version recorded at `recorded_at`: notes what is recorded from there on.
    pub(super) fn begin(&mut self, recorded_at: Instant) {
        self.recorded_after = recorded_at;
    }

    /// An entry was taken into the book.
    pub(super) fn note_entry(&mut self, list: u32, product: u32, times: &Times) {
        let known = [Some(times.recorded_at), times.superseded_at].into_iter().flatten().map(Instant::from);
        for at in known.filter(|at| *at > self.recorded_after) {
            self.recorded.entry(at).or_default().push((list, product));
            self.notes += 1;
        }
        if times.superseded_at.is_none() {
            let valid = [times.valid_from, times.valid_until].into_iter().flatten().map(Instant::from);
            for at in valid.filter(|at| *at > self.valid_after) {
                self.scheduled.entry(at).or_default().push((list, product));
                self.notes += 1;
            }
        }
        self.forget();
    }

    /// A version, cost or floor of a product was recorded at an instant.
    pub(super) fn note_product(&mut self, product: u32, at: Instant) {
        if at > self.recorded_after {
            self.products.entry(at).or_default().push(product);
            self.notes += 1;
            self.forget();
        }
    }

    fn forget(&mut self) {
        while self.notes > MOST_NOTES {
            let oldest = [&self.recorded, &self.scheduled].into_iter().filter_map(|notes| notes.keys().next()).min();
            let oldest = oldest.copied().into_iter().chain(self.products.keys().next().copied()).min();
            let Some(oldest) = oldest else { return };
            for (notes, after) in [(&mut self.recorded, &mut self.recorded_after), (&mut self.scheduled, &mut self.valid_after)] {
                if let Some(gone) = notes.remove(&oldest) {
                    self.notes -= gone.len();
                    *after = (*after).max(oldest);
                }
            }
            if let Some(gone) = self.products.remove(&oldest) {
                self.notes -= gone.len();
                self.recorded_after = self.recorded_after.max(oldest);
            }
        }
    }

    /// Whether every change after this state is noted.
    pub(super) fn covers(&self, from: AsOf) -> bool {
        from.known_at >= self.recorded_after && from.valid_at >= self.valid_after
    }

    /// Products of which an entry of these lists, or what is known of them, may have changed in between.
    pub(super) fn between(&self, from: AsOf, to: AsOf, lists: &AHashSet<u32>) -> AHashSet<u32> {
        let mut products = AHashSet::new();
        for (notes, after, upto) in [(&self.recorded, from.known_at, to.known_at), (&self.scheduled, from.valid_at, to.valid_at)]
        {
            if after < upto {
                let noted = notes.range((Bound::Excluded(after), Bound::Included(upto))).flat_map(|(_, noted)| noted);
                products.extend(noted.filter(|(list, _)| lists.contains(list)).map(|(_, product)| *product));
            }
        }
        if from.known_at < to.known_at {
            let range = (Bound::Excluded(from.known_at), Bound::Included(to.known_at));
            products.extend(self.products.range(range).flat_map(|(_, noted)| noted).copied());
        }
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_of(valid_at: i64, known_at: i64) -> AsOf {
        AsOf { valid_at: Instant(valid_at), known_at: Instant(known_at) }
    }

    fn times(valid_from: Option<i64>, recorded_at: i64, superseded_at: Option<i64>) -> Times {
        let at = pricing::Instant::from_micros;
        Times {
            valid_from: valid_from.map(at),
            valid_until: None,
            recorded_at: at(recorded_at),
            superseded_at: superseded_at.map(at),
        }
    }

    #[test]
    fn changes_are_found_by_when_they_were_known_or_apply() {
        let mut index = ChangeIndex::default();
        index.open(Instant(100));
        index.note_entry(1, 7, &times(Some(150), 50, None));
        index.note_entry(1, 8, &times(None, 50, None));
        index.begin(Instant(60));
        index.note_entry(1, 9, &times(None, 70, None));
        index.note_entry(2, 10, &times(None, 70, Some(80)));
        index.note_product(11, Instant(80));
        let found = |from, to, lists: &[u32]| {
            let mut found: Vec<u32> = index.between(from, to, &lists.iter().copied().collect()).into_iter().collect();
            found.sort_unstable();
            found
        };
        assert!(index.covers(as_of(100, 60)) && !index.covers(as_of(99, 60)) && !index.covers(as_of(100, 59)));
        assert_eq!(found(as_of(100, 60), as_of(149, 69), &[1, 2]), [0_u32; 0]);
        assert_eq!(found(as_of(100, 60), as_of(150, 69), &[1, 2]), [7]);
        assert_eq!(found(as_of(150, 60), as_of(200, 70), &[1, 2]), [9, 10]);
        assert_eq!(found(as_of(150, 60), as_of(200, 70), &[1]), [9]);
        assert_eq!(found(as_of(150, 70), as_of(200, 80), &[1, 2]), [10, 11]);
    }
}
