//! The mapping file: which foreign columns become which of our fields.
//!
//! ```toml
//! kind = "products"
//! [source]                # all optional: shape, delimiter, encoding, repair
//! encoding = "latin-1"
//! [fields]
//! sku = { template = "k:{part_number}" }
//! title = "description"
//! price = { column = "cents", scale = -2 }
//! [attributes]
//! from = "specs"
//! [[skip]]
//! column = "state"
//! is = "deleted"
//! reason = "deleted"
//! ```
//!
//! Promise: a mapping is checked whole before the first row, against our field names and the file's
//! columns, and the error names what is wrong. Without a mapping file our own column names are
//! expected, and an unknown one is an error.
//! Not here: the steps of a field (`transform`), attributes (`attributes`), keep and skip
//! (`rules`).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use super::attributes::{Attribute, Attributes, AttributesTable};
use super::kind::{FieldName, Kind};
use super::reader::{Encoding, Format, Record, Shape};
use super::rejection::{Problem, shorten};
use super::rules::{RowRule, RuleTable};
use super::transform::{FieldRule, lookup};
use super::value::Value;

/// Orders that may be open at the same time while lines are gathered, at most.
const WIDEST_WINDOW: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping is not valid: {0}")]
    Toml(String),
    #[error("the mapping is for {found}, not for {wanted}")]
    Kind { found: &'static str, wanted: &'static str },
    #[error("the mapping names the field \"{name}\", which {kind} do not have; known are {known}")]
    UnknownField { name: String, kind: &'static str, known: String },
    #[error("the mapping of \"{field}\" {detail}")]
    Field { field: String, detail: String },
    #[error("the mapping names the column \"{column}\" (for {used_by}), which the file does not have; it has {columns}")]
    UnknownColumn { column: String, used_by: String, columns: String },
    #[error("the file has the column \"{0}\", which is none of ours; use a mapping to say what it is")]
    ForeignColumn(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingFile {
    kind: Option<Kind>,
    #[serde(default)]
    source: SourceTable,
    distinct: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, toml::Value>,
    lines_from: Option<String>,
    #[serde(default)]
    lines: BTreeMap<String, toml::Value>,
    attributes: Option<AttributesTable>,
    #[serde(default)]
    group: GroupTable,
    #[serde(default)]
    keep: Vec<RuleTable>,
    #[serde(default)]
    skip: Vec<RuleTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    shape: Option<Shape>,
    delimiter: Option<char>,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    repair: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupTable {
    /// How many orders may be open at once; 1 wants the lines of an order next to each other.
    window: usize,
}

impl SourceTable {
    fn format(&self) -> Result<Format, String> {
        let delimiter = match self.delimiter.map(u8::try_from) {
            Some(Ok(byte)) if byte.is_ascii() && byte != b'"' => Some(byte),
            None => None,
            Some(_) => return Err("must be one ASCII character, not a quote".to_owned()),
        };
        Ok(Format { shape: self.shape, delimiter, encoding: self.encoding, repair: self.repair, ..Format::default() })
    }
}

impl Default for GroupTable {
    fn default() -> Self {
        Self { window: 1 }
    }
}

/// A checked mapping for one kind. `bind` it to a file's columns before use.
#[derive(Debug, Clone)]
pub struct Mapping {
    kind: Kind,
    format: Format,
    fields: Vec<(&'static str, FieldRule)>,
    lines: Vec<(&'static str, FieldRule)>,
    /// Column that holds the list of lines; otherwise each record is one line.
    lines_from: Option<String>,
    attributes: Option<Attributes>,
    rules: Vec<RowRule>,
    distinct: Option<String>,
    window: usize,
    own_form: bool,
    used: HashSet<String>,
}

/// Our fields of one record, not yet validated.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    pub(super) line: u64,
    pub(super) values: Vec<FieldValue>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) lines: Vec<Fields>,
}

#[derive(Debug, Clone)]
pub(super) struct FieldValue {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) droppable: bool,
}

/// What a record came to.
#[derive(Debug)]
pub enum Applied {
    Skip(Arc<str>),
    Fields(Fields, Vec<Problem>),
}

impl Mapping {
    pub fn parse(kind: Kind, text: &str) -> Result<Self, MappingError> {
        let file: MappingFile = toml::from_str(text).map_err(|e| MappingError::Toml(e.to_string().trim().to_owned()))?;
        if let Some(found) = file.kind.filter(|found| *found != kind) {
            return Err(MappingError::Kind { found: found.as_str(), wanted: kind.as_str() });
        }
        let field = |field: &str| {
            let field = field.to_owned();
            move |detail| MappingError::Field { field, detail }
        };
        let format = file.source.format().map_err(field("source.delimiter"))?;
        if !(1..=WIDEST_WINDOW).contains(&file.group.window) {
            return Err(field("group.window")(format!("must be from 1 to {WIDEST_WINDOW}")));
        }
        let keep = file.keep.into_iter().map(|table| RowRule::compile(table, false).map_err(field("keep")));
        let skip = file.skip.into_iter().map(|table| RowRule::compile(table, true).map_err(field("skip")));
        let attributes = match file.attributes {
            Some(_) if kind != Kind::Products => {
                return Err(field("attributes")("is for products only".to_owned()));
            }
            table => table.map(Attributes::compile).transpose().map_err(field("attributes"))?,
        };
        let rules = skip.chain(keep).collect::<Result<_, _>>()?;
        let fields = compile(kind, kind.fields(), file.fields)?;
        let lines = compile(kind, kind.line_fields(), file.lines)?;
        let mut mapping = Self {
            kind,
            format,
            fields,
            lines,
            lines_from: file.lines_from,
            attributes,
            rules,
            distinct: file.distinct,
            window: file.group.window,
            own_form: false,
            used: HashSet::new(),
        };
        mapping.used = mapping.needed().into_iter().map(|(column, _, _)| column.to_owned()).collect();
        Ok(mapping)
    }

    /// The mapping for files in our own form: columns are called as our fields are.
    pub fn own(kind: Kind) -> Self {
        let own = |names: &'static [FieldName]| names.iter().map(|f| (f.name, FieldRule::own(f.name, f.split))).collect();
        Self {
            kind,
            format: Format::default(),
            fields: own(kind.fields()),
            lines: own(kind.line_fields()),
            lines_from: None,
            attributes: (kind == Kind::Products).then(Attributes::own),
            rules: Vec::new(),
            distinct: None,
            window: 1,
            own_form: true,
            used: HashSet::new(),
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn format(&self) -> &Format {
        &self.format
    }

    pub fn window(&self) -> usize {
        self.window
    }

    /// Column of which only the first row per value counts.
    pub fn distinct(&self) -> Option<&str> {
        self.distinct.as_deref()
    }

    /// Checks the mapping against the columns of a file.
    pub fn bind(mut self, columns: &[Arc<str>]) -> Result<Self, MappingError> {
        if self.own_form {
            let nested = self.kind == Kind::Orders && columns.iter().any(|c| &**c == "lines");
            self.lines_from = nested.then(|| "lines".to_owned());
            let unknown = columns.iter().find(|c| !self.is_ours(c));
            return match unknown {
                Some(column) => Err(MappingError::ForeignColumn(shorten(column))),
                None => Ok(self),
            };
        }
        let known: HashSet<&str> = columns.iter().map(|c| &**c).collect();
        let exists =
            |column: &str| known.contains(column) || column.split_once('.').is_some_and(|(outer, _)| known.contains(outer));
        for (column, used_by, optional) in self.needed() {
            if !optional && !exists(column) {
                return Err(MappingError::UnknownColumn {
                    column: column.to_owned(),
                    used_by: used_by.to_owned(),
                    columns: listed(columns.iter().map(|c| &**c)),
                });
            }
        }
        Ok(self)
    }

    fn is_ours(&self, column: &str) -> bool {
        let named = |names: &[FieldName]| names.iter().any(|f| f.name == column);
        named(self.kind.fields())
            || (self.lines_from.is_none() && named(self.kind.line_fields()))
            || self.lines_from.as_deref() == Some(column)
            || (self.attributes.is_some() && (column == "attributes" || column.starts_with("attributes.")))
    }

    /// Columns used, what for, and whether they may be missing.
    fn needed(&self) -> Vec<(&str, &str, bool)> {
        let mut needed = Vec::new();
        let top_lines = if self.lines_from.is_some() { &[][..] } else { &self.lines };
        for (name, rule) in self.fields.iter().chain(top_lines) {
            needed.extend(rule.columns().into_iter().map(|column| (column, *name, rule.optional)));
        }
        needed.extend(self.lines_from.as_deref().map(|column| (column, "lines_from", false)));
        needed.extend(self.distinct.as_deref().map(|column| (column, "distinct", false)));
        needed.extend(self.rules.iter().map(|rule| (rule.column.as_str(), "keep or skip", false)));
        let attributes = self.attributes.iter().flat_map(Attributes::named_columns);
        needed.extend(attributes.map(|column| (column, "attributes", false)));
        needed
    }

    /// Skips the record or turns it into our fields. Whatever a step refuses is in the problems.
    pub fn apply(&self, record: &Record) -> Applied {
        let mut problems = Vec::new();
        for rule in &self.rules {
            match rule.skips(record) {
                Ok(Some(reason)) => return Applied::Skip(reason),
                Ok(None) => {}
                Err(problem) => {
                    return Applied::Fields(Fields { line: record.line, ..Fields::default() }, vec![problem]);
                }
            }
        }
        let mut fields = evaluate(&self.fields, record, &mut problems);
        if let Some(attributes) = &self.attributes {
            fields.attributes = attributes.collect(record, &self.used, &mut problems);
        }
        match &self.lines_from {
            None if self.kind == Kind::Orders => {
                let line = evaluate(&self.lines, record, &mut problems);
                fields.lines.push(line);
            }
            None => {}
            Some(column) => self.nested_lines(column, record, &mut fields, &mut problems),
        }
        Applied::Fields(fields, problems)
    }

    fn nested_lines(&self, column: &str, record: &Record, fields: &mut Fields, problems: &mut Vec<Problem>) {
        let Some(Value::List(items)) = lookup(record, column) else {
            problems.push(Problem::new("missing-value", "lines", "no list of lines here", ""));
            return;
        };
        for item in items {
            let Value::Object(members) = item else {
                problems.push(Problem::new("bad-list", "lines", "an item is not an object", &item.raw()));
                return;
            };
            let inner = members.iter().map(|(name, value)| (Arc::from(name.as_str()), value.clone())).collect();
            fields.lines.push(evaluate(&self.lines, &Record { line: record.line, fields: inner }, problems));
        }
    }
}

fn evaluate(rules: &[(&'static str, FieldRule)], record: &Record, problems: &mut Vec<Problem>) -> Fields {
    let mut fields = Fields { line: record.line, ..Fields::default() };
    for (name, rule) in rules {
        match rule.value(name, record) {
            Ok(Some(value)) => fields.values.push(FieldValue { name, value, droppable: rule.droppable }),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    fields
}

fn compile(
    kind: Kind,
    known: &'static [FieldName],
    specs: BTreeMap<String, toml::Value>,
) -> Result<Vec<(&'static str, FieldRule)>, MappingError> {
    let mut rules = Vec::with_capacity(specs.len());
    for (name, spec) in specs {
        let Some(own) = known.iter().find(|f| f.name == name) else {
            let known = listed(known.iter().map(|f| f.name));
            return Err(MappingError::UnknownField { name, kind: kind.as_str(), known });
        };
        let rule = FieldRule::compile(spec).map_err(|detail| MappingError::Field { field: name, detail })?;
        rules.push((own.name, rule));
    }
    Ok(rules)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.take(40).map(shorten).collect();
    names.join(", ")
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
