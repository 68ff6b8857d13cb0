//! The list entries of one product: those in force, found by list in one short search, and apart from them those that
//! were replaced or withdrawn.
//!
//! Promises: a product's history costs nothing when today's knowledge is asked for, and putting an entry costs the same
//! however long that history is. Not here: which entry wins.

use super::rows::{EntryRow, Span};
use crate::Instant;
use std::collections::BTreeMap;

/// The entries of one product.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    /// The list of each row, ascending, beside `rows` so that a search touches little memory.
    lists: Vec<u32>,
    /// Rows nobody replaced or withdrew, by list and id.
    rows: Vec<EntryRow>,
    past: Option<Box<Past>>,
}

/// Rows that were replaced or withdrawn.
#[derive(Debug, Clone)]
struct Past {
    /// For knowledge from this instant on none of them counts.
    until: Instant,
    /// By list and id.
    rows: BTreeMap<(u32, i64), EntryRow>,
}

impl Default for Past {
    fn default() -> Self {
        Self { until: Instant::MIN, rows: BTreeMap::new() }
    }
}

impl Entries {
    /// Adds a row of a list; one of the same id is replaced, but what was known to have ended stays so.
    pub(crate) fn put(&mut self, list: u32, mut row: EntryRow) {
        let old = self.past.as_ref().and_then(|past| past.rows.get(&(list, row.id)));
        if let Some(old) = old {
            row.span = row.span.superseded_no_later_than(old.span);
        }
        let place = self.place_of(list, row.id);
        if row.span.superseded_at != Instant::MAX {
            if let Ok(place) = place {
                self.lists.remove(place);
                self.rows.remove(place);
            }
            let past = self.past.get_or_insert_default();
            past.until = past.until.max(row.span.superseded_at);
            past.rows.insert((list, row.id), row);
            return;
        }
        match place {
            Ok(place) => self.rows[place] = row,
            Err(place) => {
                self.lists.insert(place, list);
                self.rows.insert(place, row);
            }
        }
    }

    /// Says from when on a row was known to be replaced or withdrawn. False when there is no such row.
    pub(crate) fn supersede(&mut self, id: i64, at: Instant) -> bool {
        if let Some(place) = self.rows.iter().position(|row| row.id == id) {
            let (list, row) = (self.lists[place], self.rows[place].clone());
            let span = Span { superseded_at: at, ..row.span };
            self.put(list, EntryRow { span, ..row });
            return true;
        }
        let mut past = self.past.iter_mut().flat_map(|past| past.rows.values_mut());
        let Some(row) = past.find(|row| row.id == id) else {
            return false;
        };
        row.span.superseded_at = row.span.superseded_at.min(at);
        true
    }

    /// The rows of a list that may be known at `as_of`, in no particular order.
    pub(crate) fn of(&self, list: u32, as_of: Instant) -> impl Iterator<Item = &EntryRow> {
        let start = self.lists.partition_point(|other| *other < list);
        let length = self.lists[start..].iter().take_while(|other| **other == list).count();
        let past = self.past.iter().filter(move |past| as_of < past.until);
        let past = past.flat_map(move |past| past.rows.range((list, i64::MIN)..=(list, i64::MAX)).map(|(_, row)| row));
        self.rows[start..start + length].iter().chain(past)
    }

    /// Begins to load what is needed soon, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self) {
        std::hint::black_box(self.lists.last().copied());
        std::hint::black_box(self.rows.first().map(|entry| entry.id));
    }

    /// Gives back memory that growing left unused.
    pub(crate) fn shrink(&mut self) {
        self.lists.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    fn place_of(&self, list: u32, id: i64) -> Result<usize, usize> {
        let start = self.lists.partition_point(|other| *other < list);
        let length = self.lists[start..].partition_point(|other| *other == list);
        let found = self.rows[start..start + length].binary_search_by_key(&id, |row| row.id);
        found.map(|place| start + place).map_err(|place| start + place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Break, Per, Times};

    fn row(id: i64, superseded: Option<i64>) -> EntryRow {
        let times = Times { superseded_at: superseded.map(Instant::from_micros), ..Times::since(Instant::from_micros(id)) };
        EntryRow {
            id,
            unit: "EA".parse().expect("a unit"),
            per: Per::ONE,
            currency: crate::Currency::FIRST,
            step: Break::default(),
            span: Span::new(&times),
        }
    }

    fn ids(entries: &Entries, list: u32, as_of: i64) -> Vec<i64> {
        let as_of = Instant::from_micros(as_of);
        let mut ids: Vec<i64> = entries.of(list, as_of).filter(|row| row.span.known(as_of)).map(|row| row.id).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn what_ended_is_known_before_and_not_in_the_way_after() {
        let mut entries = Entries::default();
        for id in [3, 1, 2] {
            entries.put(7, row(id, None));
        }
        entries.put(8, row(4, None));
        entries.put(7, row(1, Some(10)));
        assert_eq!((ids(&entries, 7, 9), ids(&entries, 7, 10)), (vec![1, 2, 3], vec![2, 3]));
        assert_eq!(ids(&entries, 8, 10), [4]);
        assert_eq!(entries.of(7, Instant::from_micros(10)).count(), 2, "the past is not even looked at");
    }

    #[test]
    fn a_late_reader_does_not_bring_back_what_ended() {
        let mut entries = Entries::default();
        entries.put(7, row(1, Some(10)));
        entries.put(7, row(1, None));
        assert!(ids(&entries, 7, 10).is_empty());
        assert!(entries.supersede(1, Instant::from_micros(5)) && !entries.supersede(2, Instant::MIN));
        assert!(ids(&entries, 7, 5).is_empty());
    }
}
