//! From a file to typed rows: reading, mapping and validating in one iterator.
//!
//! Promise: every record of the file comes out exactly once, as accepted, skipped (by a rule of the
//! mapping) or rejected. Memory grows only by eight bytes per distinct key, to find doubles; beyond
//! ten million keys they are no longer looked for.
//! Not here: orders whose lines are spread over records (`orders`); writing anything.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::marker::PhantomData;
use std::sync::Arc;

use super::mapping::{Applied, Fields, Mapping, MappingError};
use super::reader::{ReadError, Record, Records};
use super::rejection::{Problem, Rejection};
use super::rows::{Checked, ImportRow};
use super::transform::lookup;
use super::value::Value;

const MOST_KEYS: usize = 10_000_000;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// What became of one record, or of one order.
#[derive(Debug)]
pub enum Outcome<T> {
    /// With a warning for each value that was dropped.
    Accepted {
        line: u64,
        row: T,
        warnings: Vec<Rejection>,
    },
    /// Left out by a rule of the mapping; where and by which rule.
    Skipped {
        line: u64,
        reason: Arc<str>,
    },
    Rejected(Vec<Rejection>),
}

/// With the external number of the order, where the record carries one.
pub(super) type Numbered<T> = (Option<String>, Outcome<T>);

/// Typed rows of one file.
pub struct Rows<T> {
    records: Records,
    mapping: Mapping,
    distinct: Keys,
    unique: Keys,
    kind: PhantomData<fn() -> T>,
}

impl<T: ImportRow> Rows<T> {
    /// Reads the beginning of the file and checks the mapping against it.
    pub fn open(input: Box<dyn Read + Send>, mapping: Mapping) -> Result<Self, ImportError> {
        if mapping.kind() != T::KIND {
            let (found, wanted) = (mapping.kind().as_str(), T::KIND.as_str());
            return Err(MappingError::Kind { found, wanted }.into());
        }
        let records = Records::new(input, mapping.format().clone())?;
        let mapping = mapping.bind(records.columns())?;
        Ok(Self { records, mapping, distinct: Keys::default(), unique: Keys::default(), kind: PhantomData })
    }

    pub(super) fn window(&self) -> usize {
        self.mapping.window()
    }

    /// The next outcome, with the external number if the record carries one.
    pub(super) fn next_numbered(&mut self) -> Option<Result<Numbered<T>, ReadError>> {
        Some(match self.records.next()? {
            Ok(Ok(record)) => Ok(self.outcome(&record)),
            Ok(Err(rejection)) => Ok((None, Outcome::Rejected(vec![rejection]))),
            Err(error) => Err(error),
        })
    }

    fn outcome(&mut self, record: &Record) -> Numbered<T> {
        let line = record.line;
        let (fields, problems) = match self.mapping.apply(record) {
            Applied::Skip(reason) => return (None, Outcome::Skipped { line, reason }),
            Applied::Fields(fields, problems) => (fields, problems),
        };
        let distinct = self.mapping.distinct().map(|column| {
            let value = lookup(record, column).map(Value::raw);
            value.unwrap_or_default()
        });
        if distinct.as_ref().is_some_and(|key| self.distinct.has(key)) {
            let reason = "repeated".into();
            return (None, Outcome::Skipped { line, reason });
        }
        let number = external_number(&fields);
        let at = |problems: Vec<Problem>| problems.into_iter().map(|p| p.at(line)).collect();
        let outcome = match Checked::new(fields, problems).finish::<T>() {
            Err(problems) => Outcome::Rejected(at(problems)),
            Ok((row, warnings)) => match row.unique_key().filter(|key| !self.unique.is_new(key)) {
                None => {
                    if let Some(key) = distinct {
                        self.distinct.is_new(&key);
                    }
                    let warnings = at(warnings);
                    Outcome::Accepted { line, row, warnings }
                }
                Some(key) => {
                    let detail = "an earlier row of the file has the same key";
                    Outcome::Rejected(vec![Problem::new("duplicate", "", detail, &key).at(line)])
                }
            },
        };
        (number, outcome)
    }
}

impl<T: ImportRow> Iterator for Rows<T> {
    type Item = Result<Outcome<T>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_numbered().map(|next| next.map(|(_, outcome)| outcome))
    }
}

fn external_number(fields: &Fields) -> Option<String> {
    let field = fields.values.iter().find(|f| f.name == "external_number")?;
    field.value.as_text().map(String::from)
}

/// Keys met so far, as hashes with a seed of this process.
#[derive(Default)]
pub(super) struct Keys {
    hasher: RandomState,
    seen: HashSet<u64>,
}

impl Keys {
    fn has(&self, key: &str) -> bool {
        self.seen.contains(&self.hasher.hash_one(key))
    }

    /// Notes the key; false when it was noted before.
    pub(super) fn is_new(&mut self, key: &str) -> bool {
        let hash = self.hasher.hash_one(key);
        if self.seen.len() >= MOST_KEYS {
            return !self.seen.contains(&hash);
        }
        self.seen.insert(hash)
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
