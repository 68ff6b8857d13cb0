//! Decides which documents of a segment a query may find: by visibility, life cycle, filters and product sets.
//!
//! A [`DocFilter`] cannot be built without the audience, so visibility cannot be forgotten.

use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption, Term};

use crate::bit_set::BitSet;
use crate::columns::Columns;
use crate::error::Result;
use crate::normalise::{key, words};
use crate::query::{Audience, Filter, Query};
use crate::reader::{Reader, SegmentCache, SegmentView};
use crate::schema::Fields;
use crate::score::for_each_posting;
use crate::units;

/// One way to pass a filter.
enum Condition {
    /// One of these documents.
    Docs(BitSet),
    /// Any of these ordinals of a text column.
    Text(Arc<Columns>, Vec<u32>),
    /// Inside this range of a number column.
    Number(Column<f64>, (f64, f64)),
    /// In the set, or outside it when `false`.
    InSet(Arc<BitSet>, bool),
}

/// The documents of one segment that a query may find.
pub(crate) struct DocFilter<'a> {
    segment: &'a SegmentView,
    /// Documents that the audience may not see.
    hidden: Option<Arc<BitSet>>,
    /// Every inner list must have a condition that holds.
    conditions: Vec<Vec<Condition>>,
    /// Whether every document is accepted, so that no condition needs to be checked.
    accepts_all: bool,
}

/// The filters of all segments.
pub(crate) fn doc_filters<'a>(query: &Query, fields: &Fields, reader: &'a Reader) -> Result<Vec<DocFilter<'a>>> {
    reader.segments.iter().map(|segment| DocFilter::new(query, fields, segment)).collect()
}

impl<'a> DocFilter<'a> {
    /// Accepts what a visitor without an account may see.
    pub(crate) fn for_everyone(fields: &Fields, segment: &'a SegmentView) -> Result<Self> {
        Self::new(&Query::new("", Audience::Groups(Vec::new())), fields, segment)
    }

    fn new(query: &Query, fields: &Fields, segment: &'a SegmentView) -> Result<Self> {
        let mut names: Vec<String> = query.filters.iter().map(|f| key(&f.name)).collect();
        names.sort_unstable();
        names.dedup();
        let mut conditions = Vec::new();
        for name in names {
            let same = query.filters.iter().filter(|f| key(&f.name) == name);
            let ways = same.map(|f| condition(f, &name, fields, segment)).collect::<Result<Vec<_>>>()?;
            conditions.push(ways.into_iter().flatten().collect());
        }
        for set in &query.product_sets {
            if let Some(required) = set.required {
                conditions.push(vec![Condition::InSet(segment.docs_of_set(&set.products, fields)?, required)]);
            }
        }
        let hidden = segment.hidden_from(&query.visible_to, fields)?;
        let accepts_all = hidden.is_none() && conditions.is_empty() && !segment.reader.has_deletes();
        Ok(Self { segment, hidden, conditions, accepts_all })
    }

    pub(crate) fn accepts(&self, doc: u32) -> bool {
        self.accepts_all
            || (!self.segment.reader.is_deleted(doc)
                && self.hidden.as_ref().is_none_or(|h| !h.contains(doc))
                && self.conditions.iter().all(|any| any.iter().any(|c| c.holds(doc))))
    }
}

impl Condition {
    fn holds(&self, doc: u32) -> bool {
        match self {
            Self::Docs(bits) => bits.contains(doc),
            Self::Text(columns, ordinals) => {
                columns.texts.as_ref().is_some_and(|texts| texts.of(doc).iter().any(|o| ordinals.contains(o)))
            }
            Self::InSet(bits, required) => bits.contains(doc) == *required,
            Self::Number(column, (low, high)) => column.values_for_doc(doc).any(|v| *low <= v && v <= *high),
        }
    }
}

/// The documents that `audience` may not see. Computed once for each audience and segment.
pub(crate) fn hidden_docs(audience: &Audience, fields: &Fields, segment: &SegmentCache) -> Result<Option<BitSet>> {
    let (ids, visibility) = match audience {
        Audience::Staff => return Ok(None),
        Audience::Groups(ids) => (ids.as_slice(), None),
        Audience::Restricted(visibility) => (&[][..], Some(visibility)),
    };
    let mut out: Option<BitSet> = segment.restricted.clone();
    if let Some(bits) = &mut out {
        for id in ids {
            for_each_doc(segment, &Term::from_field_u64(fields.allow, *id), |doc| bits.remove(doc))?;
        }
    }
    let none = || BitSet::empty(segment.documents());
    for id in ids {
        for_each_doc(segment, &Term::from_field_u64(fields.deny, *id), |doc| out.get_or_insert_with(none).insert(doc))?;
    }
    if let Some(hidden) = &segment.hidden {
        out.get_or_insert_with(none).union_with(hidden);
    }
    if let Some(visibility) = visibility {
        let mut for_each = |term: &Term, work: &mut dyn FnMut(u32)| for_each_doc(segment, term, work);
        visibility.hide(segment.documents(), fields, &mut for_each, out.get_or_insert_with(none))?;
    }
    Ok(out)
}

/// The documents with a mark.
pub(crate) fn docs_with_mark(mark: &str, fields: &Fields, segment: &SegmentCache) -> Result<Option<BitSet>> {
    let mut out: Option<BitSet> = None;
    let none = || BitSet::empty(segment.documents());
    for_each_doc(segment, &Term::from_field_text(fields.mark, mark), |doc| out.get_or_insert_with(none).insert(doc))?;
    Ok(out)
}

/// The documents with any of the terms.
pub(crate) fn docs_with_any(terms: impl Iterator<Item = Term>, segment: &SegmentCache) -> Result<BitSet> {
    let mut out = BitSet::empty(segment.documents());
    for term in terms {
        for_each_doc(segment, &term, |doc| out.insert(doc))?;
    }
    Ok(out)
}

/// Visits every document with a term, deleted ones too.
pub(crate) fn for_each_doc(segment: &SegmentCache, term: &Term, mut work: impl FnMut(u32)) -> Result<()> {
    let field: Field = term.field();
    let Some(dictionary) = segment.dictionary(field) else {
        return Ok(());
    };
    let list = dictionary.read_block_postings(term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)?;
    if let Some(mut list) = list {
        for_each_posting(&mut list, |doc, _| work(doc));
    }
    Ok(())
}

/// The conditions of a filter, any of which suffices: an attribute may be a text on one product and a number on another.
fn condition(filter: &Filter, name: &str, fields: &Fields, segment: &SegmentView) -> Result<Vec<Condition>> {
    let lower = filter.value.to_lowercase();
    if name == "brand" || name == "category" {
        let terms = [format!("{name}:{lower}"), format!("{name}#{lower}")];
        let terms = terms.map(|term| Term::from_field_text(fields.label, &term));
        return Ok(vec![Condition::Docs(docs_with_any(terms.into_iter(), segment)?)]);
    }
    let columns = segment.columns(name)?;
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
/// Bounds in base units of `2`, `2 m`, `1..3` or `..200 cm`, slightly widened so that a converted number equals itself.
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
