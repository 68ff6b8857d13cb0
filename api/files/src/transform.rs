//! One of our fields from a foreign record: where the value comes from and what is done to it.
//!
//! Order of the steps: source, split, strip_prefix, values / otherwise, upper, decimal, scale,
//! date, cut, prefix; blanks are dropped after each; `default` stands in when nothing is left.
//! Promise: amounts are moved as text, never through floats; a value that a step cannot handle is a
//! problem, not a guess.
//! Not here: whether the result is a good SKU or price (`rows`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dates::DateFormat;
use super::decimal;
use super::reader::Record;
use super::rejection::Problem;
use super::rules::OneOrMany;
use super::value::Value;

/// A value of the record by column name; `attributes.width` reaches into an object when no column
/// has that very name.
pub(super) fn lookup<'r>(record: &'r Record, column: &str) -> Option<&'r Value> {
    record.get(column).or_else(|| {
        let (outer, inner) = column.split_once('.')?;
        record.get(outer)?.get(inner)
    })
}

/// The table form of a field in a mapping file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    column: Option<String>,
    constant: Option<String>,
    template: Option<String>,
    first: Option<Vec<String>>,
    all: Option<Vec<String>>,
    split: Option<String>,
    strip_prefix: Option<OneOrMany>,
    values: Option<BTreeMap<String, String>>,
    otherwise: Option<String>,
    #[serde(default)]
    upper: bool,
    decimal: Option<char>,
    scale: Option<i8>,
    date: Option<String>,
    cut: Option<usize>,
    prefix: Option<String>,
    default: Option<String>,
    /// The column need not exist.
    #[serde(default)]
    optional: bool,
    invalid: Option<Invalid>,
}

/// What to do with a value that fails validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Invalid {
    /// Reject the row (the default).
    Reject,
    /// Drop the value, keep the row, and say so in the report.
    Drop,
}

/// How one of our fields is made.
#[derive(Debug, Clone)]
pub(crate) struct FieldRule {
    source: Source,
    split: Option<String>,
    strip: Vec<String>,
    values: Option<BTreeMap<String, String>>,
    otherwise: Option<String>,
    upper: bool,
    decimal: Option<char>,
    scale: Option<i8>,
    date: Option<DateFormat>,
    cut: Option<usize>,
    prefix: String,
    default: Option<String>,
    pub(super) optional: bool,
    pub(super) droppable: bool,
}

#[derive(Debug, Clone)]
enum Source {
    Column(String),
    Constant(String),
    Template(Template),
    First(Vec<String>),
    All(Vec<String>),
}

impl FieldRule {
    /// A text is a column's name, a table says more.
    pub(super) fn compile(spec: toml::Value) -> Result<Self, String> {
        let table = match spec {
            toml::Value::String(column) => FieldTable { column: Some(column), ..FieldTable::default() },
            toml::Value::Table(table) => {
                FieldTable::deserialize(toml::Value::Table(table)).map_err(|e| e.to_string().trim().to_owned())?
            }
            _ => return Err("is neither a column name nor a table".to_owned()),
        };
        let template = table.template.as_deref().map(Template::compile).transpose()?;
        let sources = [
            table.column.map(Source::Column),
            table.constant.map(Source::Constant),
            template.map(Source::Template),
            table.first.map(Source::First),
            table.all.map(Source::All),
        ];
        let mut sources = sources.into_iter().flatten();
        let (Some(source), None) = (sources.next(), sources.next()) else {
            return Err("needs exactly one of column, constant, template, first, all".to_owned());
        };
        if table.split.as_deref() == Some("") {
            return Err("split must not be empty".to_owned());
        }
        if !matches!(table.decimal, None | Some(',' | '.')) {
            return Err("decimal must be \",\" or \".\"".to_owned());
        }
        Ok(Self {
            source,
            split: table.split,
            strip: table.strip_prefix.map(OneOrMany::into_vec).unwrap_or_default(),
            values: table.values,
            otherwise: table.otherwise,
            upper: table.upper,
            decimal: table.decimal,
            scale: table.scale,
            date: table.date.as_deref().map(DateFormat::compile).transpose()?,
            cut: table.cut,
            prefix: table.prefix.unwrap_or_default(),
            default: table.default,
            optional: table.optional,
            droppable: table.invalid == Some(Invalid::Drop),
        })
    }

    /// Our own form: the column of that name, if it is there.
    pub(super) fn own(name: &str, split: Option<&str>) -> Self {
        Self {
            source: Source::Column(name.to_owned()),
            split: split.map(str::to_owned),
            strip: Vec::new(),
            values: None,
            otherwise: None,
            upper: false,
            decimal: None,
            scale: None,
            date: None,
            cut: None,
            prefix: String::new(),
            default: None,
            optional: true,
            droppable: false,
        }
    }

    pub(super) fn columns(&self) -> Vec<&str> {
        match &self.source {
            Source::Column(column) => vec![column],
            Source::Constant(_) => Vec::new(),
            Source::Template(template) => template.columns().collect(),
            Source::First(columns) | Source::All(columns) => columns.iter().map(String::as_str).collect(),
        }
    }

    /// The value for the field called `field`, `None` when there is none, or the first thing wrong
    /// with it.
    pub(super) fn value(&self, field: &str, record: &Record) -> Result<Option<Value>, Problem> {
        let found = match &self.source {
            Source::Column(column) => lookup(record, column).and_then(|v| self.steps(field, v).transpose()),
            Source::Constant(text) => self.text(field, text).transpose(),
            Source::Template(template) => template.fill(record).and_then(|t| self.text(field, &t).transpose()),
            Source::First(columns) => columns
                .iter()
                .filter_map(|column| lookup(record, column).filter(|v| !v.is_empty()))
                .find_map(|v| self.steps(field, v).transpose()),
            Source::All(columns) => {
                let mut all = Vec::new();
                for value in columns.iter().filter_map(|column| lookup(record, column)) {
                    match self.steps(field, value)? {
                        Some(Value::List(items)) => all.extend(items),
                        other => all.extend(other),
                    }
                }
                (!all.is_empty()).then_some(Ok(Value::List(all)))
            }
        };
        match (found.transpose()?, &self.default) {
            (Some(value), _) => Ok(Some(value)),
            (None, Some(default)) => Ok(Some(Value::Text(default.clone()))),
            (None, None) => Ok(None),
        }
    }

    fn steps(&self, field: &str, value: &Value) -> Result<Option<Value>, Problem> {
        match value {
            Value::List(items) => {
                let mut kept = Vec::with_capacity(items.len());
                for item in items {
                    match self.steps(field, item)? {
                        Some(Value::List(parts)) => kept.extend(parts),
                        other => kept.extend(other),
                    }
                }
                Ok((!kept.is_empty()).then_some(Value::List(kept)))
            }
            Value::Object(_) if value.is_empty() => Ok(None),
            Value::Object(_) => Ok(Some(value.clone())),
            scalar => self.text(field, &scalar.as_text().unwrap_or_default()),
        }
    }

    fn text(&self, field: &str, text: &str) -> Result<Option<Value>, Problem> {
        let Some(separator) = &self.split else {
            return self.one(field, text);
        };
        let mut items = Vec::new();
        for part in text.split(separator.as_str()) {
            items.extend(self.one(field, part)?);
        }
        Ok((!items.is_empty()).then_some(Value::List(items)))
    }

    fn one(&self, field: &str, text: &str) -> Result<Option<Value>, Problem> {
        let mut text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(stripped) = self.strip.iter().find_map(|prefix| text.strip_prefix(prefix.as_str())) {
            text = stripped.trim();
        }
        if let Some(values) = &self.values {
            text = match (values.get(text), &self.otherwise) {
                (Some(own), _) | (None, Some(own)) => own,
                (None, None) => {
                    let detail = "the mapping's table of values does not list it and names no `otherwise`";
                    return Err(Problem::new("not-in-table", field, detail, text));
                }
            };
        }
        if text.is_empty() {
            return Ok(None);
        }
        let number = |e: decimal::DecimalError| Problem::new(e.code(), field, e.to_string(), text);
        let mut owned = if self.upper { text.to_uppercase() } else { text.to_owned() };
        if let Some(mark) = self.decimal {
            owned = decimal::plain(&owned, mark).map_err(number)?;
        }
        if let Some(places) = self.scale {
            owned = decimal::shift(&owned, places).map_err(number)?;
        }
        if let Some(format) = &self.date {
            return match format.parse(&owned) {
                Some(micros) => Ok(Some(Value::Instant(micros))),
                None => {
                    let detail = format!("must be a date of the form {}", format.as_str());
                    Err(Problem::new("bad-date", field, detail, text))
                }
            };
        }
        if let Some((end, _)) = self.cut.and_then(|most| owned.char_indices().nth(most)) {
            owned.truncate(end);
        }
        if !self.prefix.is_empty() {
            owned.insert_str(0, &self.prefix);
        }
        Ok(Some(Value::Text(owned)))
    }
}

/// Text with `{column}` in it.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Literal(String),
    Column(String),
}

impl Template {
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (column, after) = after.split_once('}').ok_or_else(|| format!("the template \"{text}\" has an open brace"))?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            pieces.push(Piece::Column(column.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column(column) => Some(column.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// `None` when it names columns and all of them are empty.
    pub(super) fn fill(&self, record: &Record) -> Option<String> {
        let mut out = String::new();
        let mut filled = false;
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Column(column) => {
                    let text = lookup(record, column).and_then(Value::as_text).unwrap_or_default();
                    filled |= !text.is_empty();
                    out.push_str(&text);
                }
            }
        }
        (filled || self.columns().next().is_none()).then_some(out)
    }
}

#[cfg(test)]
#[path = "transform_tests.rs"]
mod tests;
