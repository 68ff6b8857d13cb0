//! Versions of one thing, kept by the instant at which each was recorded.

use crate::Instant;

/// All versions of one thing. Reading the latest costs nothing extra.
#[derive(Debug, Clone)]
pub(crate) struct History<T> {
    latest: Option<(Instant, T)>,
    /// Ascending by instant, all before `latest`.
    #[expect(clippy::box_collection, reason = "there are many things and most have none, which is smaller so")]
    older: Option<Box<Vec<(Instant, T)>>>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { latest: None, older: None }
    }
}

impl<T> History<T> {
    /// The version that counts at `as_of`: the last one recorded up to then, or else the very first one.
    pub(crate) fn known(&self, as_of: Instant) -> Option<&T> {
        let (recorded_at, latest) = self.latest.as_ref()?;
        let Some(older) = self.older.as_ref().filter(|_| as_of < *recorded_at) else {
            return Some(latest);
        };
        let later = older.partition_point(|(recorded_at, _)| *recorded_at <= as_of);
        older.get(later.saturating_sub(1)).map(|(_, version)| version)
    }

    /// Adds a version, in any order; one of the same instant is replaced.
    pub(crate) fn put(&mut self, recorded_at: Instant, version: T) {
        match &mut self.latest {
            Some((latest, current)) if *latest == recorded_at => *current = version,
            Some((latest, _)) if *latest > recorded_at => {
                let older = self.older.get_or_insert_default();
                match older.binary_search_by_key(&recorded_at, |(instant, _)| *instant) {
                    Ok(found) => older[found].1 = version,
                    Err(place) => older.insert(place, (recorded_at, version)),
                }
            }
            _ => {
                let Some(before) = self.latest.replace((recorded_at, version)) else {
                    return;
                };
                let older = self.older.get_or_insert_default();
                // Most things are recorded once or twice, and there are many things.
                if older.len() < 2 {
                    older.reserve_exact(1);
                }
                older.push(before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_of_recordings_reads_the_same() {
        let orders = [[1, 2, 3], [3, 2, 1], [2, 3, 1], [2, 1, 3]];
        for order in orders {
            let mut history = History::default();
            for instant in order {
                history.put(Instant::from_micros(instant * 10), instant);
            }
            for (as_of, expected) in [(5, 1), (10, 1), (19, 1), (20, 2), (30, 3), (99, 3)] {
                assert_eq!(history.known(Instant::from_micros(as_of)), Some(&expected), "{order:?} at {as_of}");
            }
        }
    }
}
