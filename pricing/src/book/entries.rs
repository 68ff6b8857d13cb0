//! The entries of one product, over all price lists.
//!
//! Those in force of knowledge lie by list and currency, two to a cache line; their keys lie with the product, so finding
//! them touches little memory. What the entries of one upload have in common is kept once. What was superseded lies apart:
//! the history of a price costs nothing but to those who ask for it.

use crate::inputs::Break;
use crate::{Currency, Instant, Per, UnitCode};
use smallvec::SmallVec;

/// An entry that is not superseded.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(crate) struct EntryRow {
    pub(crate) id: i64,
    pub(crate) step: Break,
    pub(crate) key: EntryKey,
    /// Number of its [`EntryTerms`] in the book.
    pub(crate) terms: u32,
}

const _: () = assert!(size_of::<EntryRow>() == 32, "two entries fill a cache line");

/// What many entries have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EntryTerms {
    pub(crate) unit: UnitCode,
    pub(crate) per: Per,
    pub(crate) valid_from: Instant,
    pub(crate) valid_until: Instant,
    pub(crate) recorded_at: Instant,
}

/// The list and the currency of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryKey(u32);

const _: () = assert!(crate::HANDLE_LIMIT <= 1 << 24, "a list's handle leaves room for the currency beside it");

impl EntryKey {
    pub(crate) const fn new(list: u32, currency: Currency) -> Self {
        Self(list << 8 | currency.index() as u32)
    }

    pub(crate) const fn list(self) -> u32 {
        self.0 >> 8
    }
}

/// An entry that was superseded.
#[derive(Debug, Clone, Copy)]
struct PastEntry {
    row: EntryRow,
    superseded_at: Instant,
}

/// What was superseded, by id.
#[derive(Debug, Clone, Default)]
struct Past {
    rows: Vec<PastEntry>,
    /// From this instant of knowledge on nothing of it counts.
    until: Option<Instant>,
}

/// Up to so many entries a product has no room for more: there are many products, and most have few.
const FEW: usize = 8;

/// The entries of one product.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    /// The key of each row, ascending.
    keys: SmallVec<[u32; 22]>,
    rows: Vec<EntryRow>,
    past: Option<Box<Past>>,
}

impl EntryTerms {
    pub(crate) fn is_valid(&self, at: Instant) -> bool {
        self.valid_from <= at && (at < self.valid_until || self.valid_until == Instant::MAX)
    }
}

impl Entries {
    /// Adds an entry, known until `superseded_at`; one of the same id and key is replaced, and stays superseded if it was.
    pub(crate) fn put(&mut self, row: EntryRow, superseded_at: Instant) {
        let before = self.past_place(row.id).ok().filter(|place| self.past_rows()[*place].row.key == row.key);
        if let (Some(place), Some(past)) = (before, &mut self.past) {
            let old = &mut past.rows[place];
            *old = PastEntry { row, superseded_at: superseded_at.min(old.superseded_at) };
            return;
        }
        let current = self.place_of(row.key, row.id);
        match (current, superseded_at) {
            (Some(place), Instant::MAX) => self.rows[place] = row,
            (None, Instant::MAX) => {
                let end = self.range(row.key).end;
                self.keys.insert(end, row.key.0);
                if self.rows.len() < FEW {
                    self.rows.reserve_exact(1);
                }
                self.rows.insert(end, row);
            }
            (current, superseded_at) => {
                if let Some(place) = current {
                    self.remove(place);
                }
                self.bury(row, superseded_at);
            }
        }
    }

    /// The entries of a list and currency that are not superseded.
    pub(crate) fn current(&self, key: EntryKey) -> &[EntryRow] {
        &self.rows[self.range(key)]
    }

    /// The entries of a list and currency that are superseded by now, but were not at `as_of`.
    pub(crate) fn past(&self, key: EntryKey, as_of: Instant) -> impl Iterator<Item = &EntryRow> {
        let past = self.past.as_ref().filter(|past| past.until.is_none_or(|until| as_of < until));
        let rows = past.map_or(&[][..], |past| &past.rows);
        let counted = rows.iter().filter(move |past| past.row.key == key && as_of < past.superseded_at);
        counted.map(|past| &past.row)
    }

    /// All entries of a list and currency, each with the instant from which it was superseded.
    pub(crate) fn ever(&self, key: EntryKey) -> impl Iterator<Item = (&EntryRow, Instant)> {
        let past = self.past_rows().iter().filter(move |past| past.row.key == key);
        self.current(key).iter().map(|row| (row, Instant::MAX)).chain(past.map(|past| (&past.row, past.superseded_at)))
    }

    /// Begins to load what is needed soon, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self, key: EntryKey) {
        let start = self.keys.partition_point(|other| *other < key.0);
        std::hint::black_box(self.rows.get(start).map(|row| row.id));
    }

    /// Whether nothing is in force.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn range(&self, key: EntryKey) -> std::ops::Range<usize> {
        let start = self.keys.partition_point(|other| *other < key.0);
        let length = self.keys[start..].iter().take_while(|other| **other == key.0).count();
        start..start + length
    }

    fn place_of(&self, key: EntryKey, id: i64) -> Option<usize> {
        let range = self.range(key);
        range.into_iter().find(|place| self.rows[*place].id == id)
    }

    fn remove(&mut self, place: usize) -> EntryRow {
        self.keys.remove(place);
        self.rows.remove(place)
    }

    fn bury(&mut self, row: EntryRow, superseded_at: Instant) {
        let past = self.past.get_or_insert_default();
        let place = past.rows.binary_search_by_key(&row.id, |past| past.row.id).unwrap_or_else(|place| place);
        if past.rows.len() < FEW {
            past.rows.reserve_exact(1);
        }
        past.rows.insert(place, PastEntry { row, superseded_at });
        past.until = past.until.max(Some(superseded_at));
    }

    fn past_rows(&self) -> &[PastEntry] {
        self.past.as_ref().map_or(&[], |past| &past.rows)
    }

    fn past_place(&self, id: i64) -> Result<usize, usize> {
        self.past_rows().binary_search_by_key(&id, |past| past.row.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, list: u32) -> EntryRow {
        EntryRow { key: EntryKey::new(list, Currency::FIRST), id, step: Break::default(), terms: 0 }
    }

    fn ids(entries: &Entries, list: u32, as_of: i64) -> Vec<i64> {
        let (key, as_of) = (EntryKey::new(list, Currency::FIRST), Instant::from_micros(as_of));
        let mut ids: Vec<i64> = entries.current(key).iter().chain(entries.past(key, as_of)).map(|row| row.id).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn what_is_superseded_is_found_by_those_who_go_back() {
        let mut entries = Entries::default();
        for id in (0..40).rev() {
            entries.put(row(id, id as u32 % 3), Instant::MAX);
        }
        assert_eq!(ids(&entries, 1, 100), (0..40).filter(|id| id % 3 == 1).collect::<Vec<_>>());
        entries.put(row(4, 1), Instant::from_micros(50));
        entries.put(row(7, 1), Instant::from_micros(60));
        entries.put(row(4, 1), Instant::MAX);
        entries.put(row(41, 1), Instant::from_micros(45));
        let with = |more: &[i64]| {
            let mut expected: Vec<i64> =
                (0..40).filter(|id| id % 3 == 1 && ![4, 7].contains(id)).chain(more.iter().copied()).collect();
            expected.sort_unstable();
            expected
        };
        assert_eq!(ids(&entries, 1, 44), with(&[4, 7, 41]));
        assert_eq!(ids(&entries, 1, 49), with(&[4, 7]));
        assert_eq!(ids(&entries, 1, 50), with(&[7]));
        assert_eq!(ids(&entries, 1, 60), with(&[]));
        assert_eq!(entries.ever(EntryKey::new(1, Currency::FIRST)).count(), 14);
    }
}
