//! Which products of a segment exist for this question: visibility, life cycle, filters, given sets.
//!
//! Visibility is not a filter one can forget: a gate cannot be built without the audience.

use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption, Term};

use crate::bits::Bits;
use crate::columns::Columns;
use crate::error::Result;
use crate::moment::{Moment, Opened, Part};
use crate::normal::{key, words};
use crate::query::{Audience, Filter, Query};
use crate::schema::Fields;
use crate::score::read;
use crate::units;

enum Condition {
    Listed(Bits),
    /// Any of these values of a text column.
    Text(Arc<Columns>, Vec<u32>),
    /// Inside this range of a number column.
    Number(Column<f64>, (f64, f64)),
    /// In a set, or not.
    Group(Arc<Bits>, bool),
}

pub(crate) struct Gate<'a> {
    part: &'a Part,
    hidden: Option<Arc<Bits>>,
    /// All must hold; inside one, any.
    conditions: Vec<Vec<Condition>>,
    /// Whether there is anything to look at.
    open: bool,
}

/// The gates of all segments.
pub(crate) fn gates<'a>(query: &Query, fields: &Fields, moment: &'a Moment) -> Result<Vec<Gate<'a>>> {
    moment.parts.iter().map(|part| Gate::new(query, fields, part)).collect()
}

impl<'a> Gate<'a> {
    /// What a visitor without account may see.
    pub(crate) fn for_everyone(fields: &Fields, part: &'a Part) -> Result<Self> {
        Self::new(&Query::new("", Audience::Of(Vec::new())), fields, part)
    }

    fn new(query: &Query, fields: &Fields, part: &'a Part) -> Result<Self> {
        let mut names: Vec<String> = query.filters.iter().map(|f| key(&f.name)).collect();
        names.sort_unstable();
        names.dedup();
        let mut conditions = Vec::new();
        for name in names {
            let same = query.filters.iter().filter(|f| key(&f.name) == name);
            let ways = same.map(|f| condition(f, &name, fields, part)).collect::<Result<Vec<_>>>()?;
            conditions.push(ways.into_iter().flatten().collect());
        }
        for group in &query.groups {
            if let Some(wanted) = group.wanted {
                conditions.push(vec![Condition::Group(part.members(&group.members, fields)?, wanted)]);
            }
        }
        let hidden = part.hidden_from(&query.visible_to, fields)?;
        let open = hidden.is_none() && conditions.is_empty() && !part.reader.has_deletes();
        Ok(Self { part, hidden, conditions, open })
    }

    pub(crate) fn admits(&self, doc: u32) -> bool {
        self.open
            || (!self.part.reader.is_deleted(doc)
                && self.hidden.as_ref().is_none_or(|h| !h.has(doc))
                && self.conditions.iter().all(|any| any.iter().any(|c| c.holds(doc))))
    }
}

impl Condition {
    fn holds(&self, doc: u32) -> bool {
        match self {
            Self::Listed(bits) => bits.has(doc),
            Self::Text(columns, ordinals) => {
                columns.texts.as_ref().is_some_and(|texts| texts.of(doc).iter().any(|o| ordinals.contains(o)))
            }
            Self::Group(bits, wanted) => bits.has(doc) == *wanted,
            Self::Number(column, (low, high)) => column.values_for_doc(doc).any(|v| *low <= v && v <= *high),
        }
    }
}

/// What `audience` may not see of a segment. Worked out once for each audience and segment.
pub(crate) fn hidden(audience: &Audience, fields: &Fields, part: &Opened) -> Result<Option<Bits>> {
    let (ids, sight) = match audience {
        Audience::Staff => return Ok(None),
        Audience::Of(ids) => (ids.as_slice(), None),
        Audience::Sees(sight) => (&[][..], Some(sight)),
    };
    let mut out: Option<Bits> = part.restricted.clone();
    if let Some(bits) = &mut out {
        for id in ids {
            each(part, &Term::from_field_u64(fields.allow, *id), |doc| bits.unset(doc))?;
        }
    }
    let none = || Bits::none(part.documents());
    for id in ids {
        each(part, &Term::from_field_u64(fields.deny, *id), |doc| out.get_or_insert_with(none).set(doc))?;
    }
    if let Some(hidden) = &part.hidden {
        out.get_or_insert_with(none).add(hidden);
    }
    if let Some(sight) = sight {
        let mut each = |term: &Term, work: &mut dyn FnMut(u32)| each(part, term, work);
        sight.hide(part.documents(), fields, &mut each, out.get_or_insert_with(none))?;
    }
    Ok(out)
}

/// The products with a mark.
pub(crate) fn marked(mark: &str, fields: &Fields, part: &Opened) -> Result<Option<Bits>> {
    let mut out: Option<Bits> = None;
    let none = || Bits::none(part.documents());
    each(part, &Term::from_field_text(fields.mark, mark), |doc| out.get_or_insert_with(none).set(doc))?;
    Ok(out)
}

/// The documents with one of the terms.
pub(crate) fn listed(terms: impl Iterator<Item = Term>, part: &Opened) -> Result<Bits> {
    let mut out = Bits::none(part.documents());
    for term in terms {
        each(part, &term, |doc| out.set(doc))?;
    }
    Ok(out)
}

/// Every document with this term, deleted ones too.
pub(crate) fn each(part: &Opened, term: &Term, mut work: impl FnMut(u32)) -> Result<()> {
    let field: Field = term.field();
    let Some(dictionary) = part.dictionary(field) else {
        return Ok(());
    };
    let list = dictionary.read_block_postings(term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)?;
    if let Some(mut list) = list {
        read(&mut list, |doc, _| work(doc));
    }
    Ok(())
}

/// The ways to hold a filter: an attribute may be text on one product and a number on another.
fn condition(filter: &Filter, name: &str, fields: &Fields, part: &Part) -> Result<Vec<Condition>> {
    let lower = filter.value.to_lowercase();
    if name == "brand" || name == "category" {
        let terms = [format!("{name}:{lower}"), format!("{name}#{lower}")];
        let terms = terms.map(|term| Term::from_field_text(fields.label, &term));
        return Ok(vec![Condition::Listed(listed(terms.into_iter(), part)?)]);
    }
    let columns = part.columns(name)?;
    let mut out = Vec::new();
    if let (Some(range), Some(numbers)) = (range(&filter.value), &columns.numbers) {
        out.push(Condition::Number(numbers.clone(), range));
    }
    if let Some(texts) = &columns.texts {
        let ordinals = texts.ordinals(&lower)?;
        out.push(Condition::Text(columns, ordinals));
    }
    Ok(out)
}
/// `2`, `2 m`, `1..3`, `..200 cm`: bounds in base units, a little widened so that a converted number meets itself.
pub(crate) fn range(text: &str) -> Option<(f64, f64)> {
    let value = |part: &str| -> Option<f64> {
        let negative = part.trim_start().strip_prefix('-');
        let part = negative.unwrap_or(part);
        if let Ok(number) = part.trim().parse::<f64>() {
            return Some(if negative.is_some() { -number } else { number });
        }
        let found = units::quantities(part, &words(part));
        let q = found.first()?;
        let base = q.written * q.unit.map_or(1.0, |u| u.1);
        Some(if negative.is_some() { -base } else { base })
    };
    let (low, high) = match text.split_once("..") {
        Some((low, high)) => {
            let open = |part: &str, end: f64| {
                if part.trim().is_empty() { Some(end) } else { value(part) }
            };
            (open(low, f64::NEG_INFINITY)?, open(high, f64::INFINITY)?)
        }
        None => (value(text)?, value(text)?),
    };
    Some((low - low.abs() * 1e-9, high + high.abs() * 1e-9))
}
