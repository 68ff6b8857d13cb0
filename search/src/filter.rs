//! Which products of a segment exist for this question: visibility, life cycle, filters, a given set of ids.
//!
//! Visibility is not a filter one can forget: a gate cannot be built without the audience.

use tantivy::columnar::{Column, StrColumn};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, SegmentReader, TERMINATED, Term};

use crate::error::Result;
use crate::normal::{key, words};
use crate::query::{Audience, Filter, Query};
use crate::schema::Fields;
use crate::units;

/// One bit per document of a segment.
pub(crate) struct Bits {
    blocks: Vec<u64>,
}

impl Bits {
    pub(crate) fn none(documents: u32) -> Self {
        Self { blocks: vec![0; documents as usize / 64 + 1] }
    }

    pub(crate) fn has(&self, doc: u32) -> bool {
        self.blocks[doc as usize / 64] >> (doc % 64) & 1 == 1
    }

    pub(crate) fn set(&mut self, doc: u32) {
        self.blocks[doc as usize / 64] |= 1 << (doc % 64);
    }

    fn unset(&mut self, doc: u32) {
        self.blocks[doc as usize / 64] &= !(1 << (doc % 64));
    }
}

enum Condition {
    Listed(Bits),
    /// Any of these values of a text column.
    Text(StrColumn, Vec<u64>),
    /// Inside this range of a number column.
    Number(Column<f64>, (f64, f64)),
}

pub(crate) struct Gate<'a> {
    segment: &'a SegmentReader,
    hidden: Option<Bits>,
    pub(crate) discontinued: Option<Bits>,
    pub(crate) sparse: Option<Bits>,
    within: Option<Bits>,
    /// All must hold; inside one, any.
    conditions: Vec<Vec<Condition>>,
}

impl<'a> Gate<'a> {
    /// What a visitor without account may see.
    pub(crate) fn for_everyone(fields: &Fields, segment: &'a SegmentReader) -> Result<Self> {
        Self::new(&Query::new("", Audience::Of(Vec::new())), fields, segment)
    }

    pub(crate) fn new(query: &Query, fields: &Fields, segment: &'a SegmentReader) -> Result<Self> {
        let mut names: Vec<String> = query.filters.iter().map(|f| key(&f.name)).collect();
        names.sort_unstable();
        names.dedup();
        let mut conditions = Vec::new();
        for name in names {
            let same = query.filters.iter().filter(|f| key(&f.name) == name);
            let ways = same.map(|f| condition(f, &name, fields, segment)).collect::<Result<Vec<_>>>()?;
            conditions.push(ways.into_iter().flatten().collect());
        }
        let within = match &query.within {
            Some(ids) => Some(listed(ids.iter().map(|id| fields.id_term(*id)), segment)?),
            None => None,
        };
        let discontinued = marked("discontinued", fields, segment)?;
        let sparse = marked("sparse", fields, segment)?;
        Ok(Self { segment, hidden: hidden(&query.visible_to, fields, segment)?, discontinued, sparse, within, conditions })
    }

    pub(crate) fn admits(&self, doc: u32) -> bool {
        !self.segment.is_deleted(doc)
            && self.hidden.as_ref().is_none_or(|h| !h.has(doc))
            && self.within.as_ref().is_none_or(|w| w.has(doc))
            && self.conditions.iter().all(|any| any.iter().any(|c| c.holds(doc)))
    }
}

impl Condition {
    fn holds(&self, doc: u32) -> bool {
        match self {
            Self::Listed(bits) => bits.has(doc),
            Self::Text(column, ordinals) => column.term_ords(doc).any(|o| ordinals.contains(&o)),
            Self::Number(column, (low, high)) => column.values_for_doc(doc).any(|v| *low <= v && v <= *high),
        }
    }
}

fn hidden(audience: &Audience, fields: &Fields, segment: &SegmentReader) -> Result<Option<Bits>> {
    let (ids, sight) = match audience {
        Audience::Staff => return Ok(None),
        Audience::Of(ids) => (ids.as_slice(), None),
        Audience::Sees(sight) => (&[][..], Some(sight)),
    };
    let mut out: Option<Bits> = marked("restricted", fields, segment)?;
    if let Some(bits) = &mut out {
        for id in ids {
            each(segment, fields.allow, &Term::from_field_u64(fields.allow, *id), |doc| bits.unset(doc))?;
        }
    }
    let none = || Bits::none(segment.max_doc());
    for id in ids {
        each(segment, fields.deny, &Term::from_field_u64(fields.deny, *id), |doc| out.get_or_insert_with(none).set(doc))?;
    }
    each(segment, fields.mark, &Term::from_field_text(fields.mark, "hidden"), |doc| out.get_or_insert_with(none).set(doc))?;
    if let Some(sight) = sight {
        let mut each = |term: &Term, work: &mut dyn FnMut(u32)| each(segment, term.field(), term, work);
        sight.hide(segment.max_doc(), fields, &mut each, out.get_or_insert_with(none))?;
    }
    Ok(out)
}

fn marked(mark: &str, fields: &Fields, segment: &SegmentReader) -> Result<Option<Bits>> {
    let mut out: Option<Bits> = None;
    let none = || Bits::none(segment.max_doc());
    each(segment, fields.mark, &Term::from_field_text(fields.mark, mark), |doc| out.get_or_insert_with(none).set(doc))?;
    Ok(out)
}

fn listed(terms: impl Iterator<Item = Term>, segment: &SegmentReader) -> Result<Bits> {
    let mut out = Bits::none(segment.max_doc());
    for term in terms {
        each(segment, term.field(), &term, |doc| out.set(doc))?;
    }
    Ok(out)
}

fn each(segment: &SegmentReader, field: Field, term: &Term, mut work: impl FnMut(u32)) -> Result<()> {
    let index = segment.inverted_index(field)?;
    let Some(mut list) = index.read_postings(term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)? else {
        return Ok(());
    };
    let mut doc = list.doc();
    while doc != TERMINATED {
        work(doc);
        doc = list.advance();
    }
    Ok(())
}

/// The ways to hold a filter: an attribute may be text on one product and a number on another.
fn condition(filter: &Filter, name: &str, fields: &Fields, segment: &SegmentReader) -> Result<Vec<Condition>> {
    let lower = filter.value.to_lowercase();
    if name == "brand" || name == "category" {
        let terms = [format!("{name}:{lower}"), format!("{name}#{lower}")];
        let terms = terms.map(|term| Term::from_field_text(fields.label, &term));
        return Ok(vec![Condition::Listed(listed(terms.into_iter(), segment)?)]);
    }
    let column = format!("columns.{name}");
    let mut out = Vec::new();
    if let (Some(range), Some(numbers)) = (range(&filter.value), segment.fast_fields().column_opt::<f64>(&column)?) {
        out.push(Condition::Number(numbers, range));
    }
    if let Some(texts) = segment.fast_fields().str(&column)? {
        let mut ordinals = Vec::new();
        let mut value = String::new();
        for ordinal in 0..texts.num_terms().min(50_000) as u64 {
            value.clear();
            if texts.ord_to_str(ordinal, &mut value)? && value.to_lowercase() == lower {
                ordinals.push(ordinal);
            }
        }
        out.push(Condition::Text(texts, ordinals));
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
