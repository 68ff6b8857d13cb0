//! Attributes of a product from a nested object, from columns, or from pairs written into one cell.
//!
//! Promise: every attribute found is kept or is a problem of the row; when two foreign names become
//! one (`t_width` and `n_width` without their prefixes), the later keeps its foreign name. Numbers
//! keep their digits.
//! Not here: which attributes a category knows, units as such.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::decimal;
use super::reader::Record;
use super::rejection::Problem;
use super::transform::{Template, lookup};
use super::value::Value;

const MOST_ATTRIBUTES: usize = 500;
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 8000;
const LONGEST_UNIT: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub value: AttributeValue,
    pub unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    Text(String),
    /// Plain decimal text without surplus zeros, of any precision.
    Number(String),
    Boolean(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AttributeType {
    Text,
    Number,
    Boolean,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AttributesTable {
    /// Column that holds an object; each member is an attribute.
    from: Option<String>,
    /// Prefix of a foreign name, taken off, and the type it stands for.
    prefixes: BTreeMap<String, AttributeType>,
    columns: Vec<String>,
    /// Every column whose name begins so, without the prefix.
    column_prefix: Option<String>,
    /// Every column that nothing else of the mapping uses.
    rest: bool,
    except: Vec<String>,
    rename: BTreeMap<String, String>,
    types: BTreeMap<String, AttributeType>,
    /// Unit of an attribute, as a template: `"mm"` or `"{unit}"`.
    units: BTreeMap<String, String>,
    /// Text that is a plain decimal number becomes one.
    guess_numbers: bool,
    pairs: Vec<PairsTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairsTable {
    column: String,
    separator: String,
    assign: String,
}

#[derive(Debug, Clone)]
pub struct Attributes {
    from: Option<String>,
    prefixes: BTreeMap<String, AttributeType>,
    columns: Vec<String>,
    column_prefix: Option<String>,
    rest: bool,
    except: HashSet<String>,
    rename: BTreeMap<String, String>,
    types: BTreeMap<String, AttributeType>,
    units: BTreeMap<String, Template>,
    guess_numbers: bool,
    pairs: Vec<PairsTable>,
}

impl Attributes {
    pub(super) fn compile(table: AttributesTable) -> Result<Self, String> {
        if table.pairs.iter().any(|p| p.separator.is_empty() || p.assign.is_empty()) {
            return Err("pairs need a separator and an assign mark".to_owned());
        }
        let mut units = BTreeMap::new();
        for (name, unit) in table.units {
            units.insert(name, Template::compile(&unit)?);
        }
        Ok(Self {
            from: table.from,
            prefixes: table.prefixes,
            columns: table.columns,
            column_prefix: table.column_prefix,
            rest: table.rest,
            except: table.except.into_iter().collect(),
            rename: table.rename,
            types: table.types,
            units,
            guess_numbers: table.guess_numbers,
            pairs: table.pairs,
        })
    }

    /// Our own form: an `attributes` object, or columns called `attributes.Name`.
    pub(super) fn own() -> Self {
        Self {
            from: Some("attributes".to_owned()),
            prefixes: BTreeMap::new(),
            columns: Vec::new(),
            column_prefix: Some("attributes.".to_owned()),
            rest: false,
            except: HashSet::new(),
            rename: BTreeMap::new(),
            types: BTreeMap::new(),
            units: BTreeMap::new(),
            guess_numbers: true,
            pairs: Vec::new(),
        }
    }

    /// Columns named, which must exist.
    pub(super) fn named_columns(&self) -> impl Iterator<Item = &str> {
        let units = self.units.values().flat_map(Template::columns);
        let pairs = self.pairs.iter().map(|p| p.column.as_str());
        self.from.iter().chain(&self.columns).map(String::as_str).chain(pairs).chain(units)
    }

    /// `used` are the columns the other fields are made from.
    pub(super) fn collect(&self, record: &Record, used: &HashSet<String>, problems: &mut Vec<Problem>) -> Vec<Attribute> {
        let mut found = Found { rules: self, record, seen: HashSet::new(), attributes: Vec::new(), problems };
        if let Some(Value::Object(members)) = self.from.as_deref().and_then(|from| record.get(from)) {
            for (name, value) in members {
                found.add(name, name, value);
            }
        }
        for column in &self.columns {
            if let Some(value) = lookup(record, column) {
                found.add(column, column, value);
            }
        }
        for (name, value) in &record.fields {
            let unprefixed = self.column_prefix.as_deref().and_then(|prefix| name.strip_prefix(prefix));
            if let Some(own) = unprefixed {
                found.add(own, name, value);
            } else if self.rest && !used.contains(&**name) && !self.columns.iter().any(|c| **c == **name) {
                found.add(name, name, value);
            }
        }
        for pairs in &self.pairs {
            let text = lookup(record, &pairs.column).and_then(Value::as_text).unwrap_or_default();
            for (name, value) in text.split(&pairs.separator).filter_map(|pair| pair.split_once(&pairs.assign)) {
                found.add(name.trim(), name, &Value::Text(value.to_owned()));
            }
        }
        found.attributes
    }
}

struct Found<'a> {
    rules: &'a Attributes,
    record: &'a Record,
    seen: HashSet<String>,
    attributes: Vec<Attribute>,
    problems: &'a mut Vec<Problem>,
}

impl Found<'_> {
    fn add(&mut self, name: &str, foreign: &str, value: &Value) {
        if value.is_empty() || self.rules.except.contains(name) {
            return;
        }
        let prefixed = self.rules.prefixes.iter().find_map(|(p, t)| name.strip_prefix(p.as_str()).map(|own| (own, *t)));
        let (own, kind) = match prefixed {
            Some((own, kind)) if !own.is_empty() => (own, Some(kind)),
            _ => (name, None),
        };
        let own = self.rules.rename.get(own).map_or(own, String::as_str);
        let own = if self.seen.insert(own.to_owned()) { own } else { foreign };
        let kind = self.rules.types.get(own).copied().or(kind);
        if let Err(problem) = self.keep(own, kind, value)
            && self.problems.len() < super::rows::MOST_PROBLEMS
        {
            self.problems.push(problem);
        }
    }

    fn keep(&mut self, name: &str, kind: Option<AttributeType>, value: &Value) -> Result<(), Problem> {
        let field = format!("attributes.{name}");
        let refuse = |code, detail: &str| Problem::new(code, &field, detail, &value.raw());
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(refuse("bad-attribute", "the name must have at most 100 characters and no control characters"));
        }
        if self.attributes.len() >= MOST_ATTRIBUTES {
            return Err(refuse("too-many", "must have at most 500 attributes"));
        }
        match value {
            Value::List(items) => {
                for item in items.iter().filter(|item| !item.is_empty()) {
                    if matches!(item, Value::List(_)) {
                        return Err(refuse("bad-attribute", "a list must not contain a list"));
                    }
                    self.keep(name, kind, item)?;
                }
                Ok(())
            }
            Value::Object(members) => {
                let known = members.iter().all(|(key, _)| key == "value" || key == "unit");
                match value.get("value") {
                    Some(inner @ (Value::Bool(_) | Value::Number(_) | Value::Text(_))) if known => {
                        let unit = value.get("unit").and_then(Value::as_text).map(String::from);
                        self.push(name, kind, inner, unit)
                    }
                    _ => Err(refuse("bad-attribute", "an object here must have `value` and may have `unit`")),
                }
            }
            scalar => {
                let unit = self.rules.units.get(name).and_then(|template| template.fill(self.record));
                self.push(name, kind, scalar, unit)
            }
        }
    }

    fn push(&mut self, name: &str, kind: Option<AttributeType>, value: &Value, unit: Option<String>) -> Result<(), Problem> {
        let typed = typed(kind, value, self.rules.guess_numbers)
            .map_err(|(code, detail)| Problem::new(code, &format!("attributes.{name}"), detail, &value.raw()))?;
        let unit = unit.map(|u| u.trim().to_owned()).filter(|u| !u.is_empty());
        if let Some(unit) = unit.as_deref().filter(|u| u.chars().count() > LONGEST_UNIT) {
            return Err(Problem::new(
                "too-long",
                &format!("attributes.{name}"),
                "the unit must have at most 20 characters",
                unit,
            ));
        }
        self.attributes.push(Attribute { name: name.to_owned(), value: typed, unit });
        Ok(())
    }
}

fn typed(kind: Option<AttributeType>, value: &Value, guess: bool) -> Result<AttributeValue, (&'static str, &'static str)> {
    let text = value.as_text().unwrap_or_default();
    let number = || decimal::canonical(&text).map(AttributeValue::Number);
    match (kind, value) {
        (Some(AttributeType::Boolean) | None, Value::Bool(value)) => Ok(AttributeValue::Boolean(*value)),
        (Some(AttributeType::Boolean), _) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Ok(AttributeValue::Boolean(true)),
            "false" | "no" | "n" | "0" => Ok(AttributeValue::Boolean(false)),
            _ => Err(("bad-attribute", "must be a boolean such as true or false")),
        },
        (Some(AttributeType::Number), _) | (None, Value::Number(_)) => {
            number().map_err(|_| ("not-a-number", "must be a decimal number"))
        }
        (None, Value::Text(_)) if guess && !padded(&text) && number().is_ok() => {
            number().map_err(|_| ("not-a-number", "must be a decimal number"))
        }
        _ => {
            if text.chars().count() > LONGEST_TEXT {
                return Err(("too-long", "must have at most 8000 characters"));
            }
            if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                return Err(("control-character", "must not contain control characters"));
            }
            Ok(AttributeValue::Text(text.into_owned()))
        }
    }
}

/// `007` is a code, not seven.
fn padded(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") || text.starts_with('+')
}

#[cfg(test)]
#[path = "attributes_tests.rs"]
mod tests;
