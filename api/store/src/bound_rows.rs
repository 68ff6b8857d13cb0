//! A table of values for a statement, whose text is the same for any number of rows: prepared once, whatever is bound.

use std::fmt::Write as _;

use sea_orm::{DbBackend, Value};

use super::row::Db;
use super::sql::ArrayText;

/// Rows of whole numbers and texts. SQLite reads them from one JSON value, PostgreSQL from an array for each column.
#[derive(Clone, Debug)]
pub struct BoundRows {
    numbers: &'static [&'static str],
    texts: &'static [&'static str],
    bound: Bound,
}

#[derive(Clone, Debug)]
enum Bound {
    Json(String),
    Arrays(Vec<ArrayText>),
}

impl BoundRows {
    /// No rows of columns with these names: numbers first, then texts.
    pub fn new(db: &impl Db, numbers: &'static [&'static str], texts: &'static [&'static str]) -> Self {
        let bound = match db.get_database_backend() {
            DbBackend::Sqlite => Bound::Json(String::new()),
            _ => Bound::Arrays(vec![ArrayText::default(); numbers.len() + texts.len()]),
        };
        Self { numbers, texts, bound }
    }

    /// Adds a row, which has a value for each column.
    pub fn push(&mut self, numbers: &[i64], texts: &[&str]) {
        debug_assert!(numbers.len() == self.numbers.len() && texts.len() == self.texts.len(), "a value for each column");
        match &mut self.bound {
            Bound::Json(json) => push_json(json, numbers, texts),
            Bound::Arrays(arrays) => {
                let (of_numbers, of_texts) = arrays.split_at_mut(self.numbers.len());
                of_numbers.iter_mut().zip(numbers).for_each(|(array, number)| array.push_number(*number));
                of_texts.iter_mut().zip(texts).for_each(|(array, text)| array.push_text(text));
            }
        }
    }

    /// What stands behind `from` or `join`, in parentheses, when the [values](Self::into_values) are bound in the places from `first` on.
    pub fn source(&self, first: usize) -> String {
        let names = self.numbers.iter().chain(self.texts).enumerate();
        match &self.bound {
            Bound::Json(_) => {
                let columns: Vec<String> = names.map(|(at, name)| format!("value ->> {at} as {name}")).collect();
                format!("(select {} from json_each(${first}))", columns.join(", "))
            }
            Bound::Arrays(_) => {
                let kind = |at: usize| if at < self.numbers.len() { "bigint" } else { "text" };
                let arrays: Vec<String> = names.map(|(at, _)| format!("${}::text::{}[]", first + at, kind(at))).collect();
                let names: Vec<&str> = self.numbers.iter().chain(self.texts).copied().collect();
                format!("(select * from unnest({}) as bound ({}))", arrays.join(", "), names.join(", "))
            }
        }
    }

    /// The values to bind, which must be the last of the statement.
    pub fn into_values(self) -> Vec<Value> {
        match self.bound {
            Bound::Json(mut json) => {
                json.push_str(if json.is_empty() { "[]" } else { "]" });
                vec![json.into()]
            }
            Bound::Arrays(arrays) => arrays.into_iter().map(ArrayText::into_value).collect(),
        }
    }
}

fn push_json(json: &mut String, numbers: &[i64], texts: &[&str]) {
    json.push_str(if json.is_empty() { "[[" } else { ",[" });
    for (at, number) in numbers.iter().enumerate() {
        let _ = write!(json, "{}{number}", if at == 0 { "" } else { "," });
    }
    for (at, text) in texts.iter().enumerate() {
        json.push_str(if at == 0 && numbers.is_empty() { "" } else { "," });
        let _ = write!(json, "{}", serde_json::Value::from(*text));
    }
    json.push(']');
}
