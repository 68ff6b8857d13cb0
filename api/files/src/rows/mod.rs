//! Rows as we want them: typed, complete, bounded, or refused with every reason.
//!
//! Promise: amounts and quantities are whole millionths, instants microseconds since the epoch
//! (UTC); texts fit their length and hold no control characters, so that any database takes them.
//! All problems of a row are reported, up to 20.
//! Not here: whether a unit, account, warehouse or SKU exists; the code that stores the rows checks that.

mod account;
pub mod order;
mod price;
pub mod product;
mod stock;

use super::dates::parse_iso;
use super::decimal::parse_millionths;
use super::kind::Kind;
use super::mapping::Fields;
use super::rejection::Problem;
use super::value::Value;

pub use account::AccountRow;
pub use order::OrderRow;
pub use price::PriceRow;
pub use product::ProductRow;
pub use stock::StockRow;

/// Problems reported per row.
pub(super) const MOST_PROBLEMS: usize = 20;
const MOST_ITEMS: usize = 200;

/// A kind of row that can be made from mapped fields.
pub trait ImportRow: Sized {
    const KIND: Kind;

    /// Problems are noted in `fields`; the row counts only when there are none.
    fn build(fields: &mut Checked) -> Option<Self>;

    /// What must be unique within one file, if anything.
    fn unique_key(&self) -> Option<String>;
}

/// The fields of one record while they are validated.
pub struct Checked {
    pub(super) fields: Fields,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Checked {
    /// `problems` are those found on the way here.
    pub fn new(fields: Fields, mut problems: Vec<Problem>) -> Self {
        problems.truncate(MOST_PROBLEMS);
        Self { fields, problems, warnings: Vec::new() }
    }

    /// The row with what was dropped from it, or all that is wrong with it.
    pub fn finish<T: ImportRow>(mut self) -> Result<(T, Vec<Problem>), Vec<Problem>> {
        match T::build(&mut self) {
            Some(row) if self.problems.is_empty() => Ok((row, self.warnings)),
            _ if self.problems.is_empty() => Err(vec![Problem::new("missing-value", "", "the row is incomplete", "")]),
            _ => Err(self.problems),
        }
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Notes the problem, as a warning if the mapping lets the value be dropped.
    fn refuse(&mut self, droppable: bool, problem: Problem) {
        if !droppable {
            self.problem(problem);
        } else if self.warnings.len() < MOST_PROBLEMS {
            self.warnings.push(problem);
        }
    }

    fn take(&mut self, name: &'static str) -> Option<(Value, bool)> {
        let at = self.fields.values.iter().position(|f| f.name == name)?;
        let field = self.fields.values.swap_remove(at);
        Some((field.value, field.droppable))
    }

    fn scalar<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, (&'static str, String)>) -> Option<T> {
        let (value, droppable) = self.take(name)?;
        let result = match value.as_text() {
            Some(text) => read(&text),
            None => Err(("invalid-value", "must be one value, not a list or an object".to_owned())),
        };
        match result {
            Ok(read) => Some(read),
            Err((code, detail)) => {
                self.refuse(droppable, Problem::new(code, name, detail, &value.raw()));
                None
            }
        }
    }

    fn required<T>(&mut self, name: &'static str, value: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.problems.len();
        let found = value(self);
        if found.is_none() && self.problems.len() == before && !self.problems.iter().any(|p| p.field == name) {
            self.problem(Problem::new("missing-value", name, "must be given", ""));
        }
        found
    }

    /// One line of text; runs of white space become one space.
    fn line(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.scalar(name, |text| line_text(text, most))
    }

    /// Text with line breaks.
    fn prose(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.scalar(name, |text| match bounded(text, most) {
            Ok(()) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
                Err(("control-character", "must not contain control characters".to_owned()))
            }
            Ok(()) => Ok(text.to_owned()),
            Err(problem) => Err(problem),
        })
    }

    /// A key such as a SKU: taken unchanged, no control characters, no space at either end.
    fn key(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.scalar(name, |text| key_text(text, most))
    }

    /// A currency of three or a country of two capital letters.
    fn letters(&mut self, name: &'static str, count: usize) -> Option<String> {
        self.scalar(name, |text| {
            if text.len() == count && text.bytes().all(|b| b.is_ascii_uppercase()) {
                Ok(text.to_owned())
            } else {
                Err(("bad-code", format!("must be {count} capital letters")))
            }
        })
    }

    fn unit(&mut self, name: &'static str) -> Option<String> {
        self.scalar(name, unit_text)
    }

    fn millionths(&mut self, name: &'static str, least: Least) -> Option<i64> {
        self.scalar(name, |text| millionths_text(text, least))
    }

    /// An instant: RFC 3339, or a date, which is its midnight in UTC.
    fn instant(&mut self, name: &'static str) -> Option<i64> {
        let field = self.fields.values.iter().find(|f| f.name == name);
        if let Some(&Value::Instant(micros)) = field.map(|f| &f.value) {
            self.take(name);
            return Some(micros);
        }
        self.scalar(name, |text| {
            parse_iso(text).ok_or(("bad-date", "not a date such as 2026-11-21 or 2026-11-21T07:45:00Z".to_owned()))
        })
    }

    /// Every item of a list, or the single value; what `read` refuses is a problem each.
    fn items<T>(&mut self, name: &'static str, mut read: impl FnMut(&Value) -> Result<T, (&'static str, String)>) -> Vec<T> {
        let Some((value, droppable)) = self.take(name) else {
            return Vec::new();
        };
        let values = match value {
            Value::List(items) => items,
            single => vec![single],
        };
        if values.len() > MOST_ITEMS {
            let detail = format!("must have at most {MOST_ITEMS} items");
            self.problem(Problem::new("too-many", name, detail, &values.len().to_string()));
            return Vec::new();
        }
        let mut items = Vec::with_capacity(values.len());
        for value in values.iter().filter(|v| !v.is_empty()) {
            match read(value) {
                Ok(item) => items.push(item),
                Err((code, detail)) => {
                    self.refuse(droppable, Problem::new(code, name, detail, &value.raw()));
                }
            }
        }
        items
    }
}

/// The least value of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Least {
    Zero,
    AboveZero,
}

fn bounded(text: &str, most: usize) -> Result<(), (&'static str, String)> {
    if text.chars().nth(most).is_some() {
        return Err(("too-long", format!("must have at most {most} characters")));
    }
    Ok(())
}

fn line_text(text: &str, most: usize) -> Result<String, (&'static str, String)> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    bounded(&line, most)?;
    if line.chars().any(char::is_control) {
        return Err(("control-character", "must not contain control characters".to_owned()));
    }
    Ok(line)
}

fn key_text(text: &str, most: usize) -> Result<String, (&'static str, String)> {
    bounded(text, most)?;
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(("bad-code", "must not be empty nor contain control characters".to_owned()));
    }
    Ok(text.to_owned())
}

fn unit_text(text: &str) -> Result<String, (&'static str, String)> {
    let fits = (1..=12).contains(&text.len());
    if fits && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        Ok(text.to_owned())
    } else {
        Err(("bad-code", "a unit code must have 1 to 12 letters or digits".to_owned()))
    }
}

fn millionths_text(text: &str, least: Least) -> Result<i64, (&'static str, String)> {
    let value = parse_millionths(text).map_err(|e| (e.code(), e.to_string()))?;
    match least {
        Least::Zero if value < 0 => Err(("out-of-range", "must not be less than 0".to_owned())),
        Least::AboveZero if value <= 0 => Err(("out-of-range", "must be greater than 0".to_owned())),
        _ => Ok(value),
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
