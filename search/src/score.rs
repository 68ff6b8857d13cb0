//! Carries out a plan on one segment: concept by concept, BM25 over the weighted fields, and which concepts each product matched.
//!
//! A concept counts once per product however many fields and synonyms match it: the weighted frequencies are added before they
//! saturate, which is what lets words match across fields.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocSet, SegmentReader, TERMINATED};

use crate::error::Result;
use crate::plan::{Concept, Lookup, Plan};
use crate::scratch::Scratch;

/// How quickly repetition stops to count.
const SATURATION: f32 = 1.2;
/// How much long texts are discounted.
const LENGTH: f32 = 0.5;

/// What the whole index knows about a plan: how much each concept can tell products apart.
pub(crate) struct Weights {
    pub(crate) importance: Vec<f32>,
    /// Average length by field.
    averages: Vec<(Field, f32)>,
    /// The order in which to evaluate: rarest first.
    order: Vec<usize>,
}

impl Weights {
    /// `flat` from 0 to 1 says how little rarity should count.
    pub(crate) fn of(plan: &Plan, segments: &[SegmentReader], flat: f32) -> Result<Self> {
        let documents: u32 = segments.iter().map(SegmentReader::num_docs).sum();
        let mut importance = Vec::with_capacity(plan.concepts.len());
        let mut frequencies = Vec::with_capacity(plan.concepts.len());
        let mut fields: Vec<Field> = Vec::new();
        for concept in &plan.concepts {
            let mut frequency = 0;
            for lookup in &concept.lookups {
                if lookup.counted && !fields.contains(&lookup.field) {
                    fields.push(lookup.field);
                }
                if lookup.terms.len() == 1 {
                    frequency = frequency.max(document_frequency(segments, lookup.field, &lookup.terms[0])?);
                }
            }
            let (n, df) = (documents as f32, frequency.min(documents) as f32);
            let rarity = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
            importance.push(concept.weight * rarity.powf(1.0 - flat));
            frequencies.push(frequency);
        }
        let mut averages = Vec::new();
        for field in fields {
            let mut tokens = 0;
            for segment in segments {
                tokens += segment.inverted_index(field)?.total_num_tokens();
            }
            averages.push((field, (tokens as f32 / documents.max(1) as f32).max(1.0)));
        }
        let mut order: Vec<usize> = (0..plan.concepts.len()).collect();
        order.sort_by_key(|c| frequencies[*c]);
        Ok(Self { importance, averages, order })
    }

    fn average(&self, field: Field) -> f32 {
        self.averages.iter().find(|(f, _)| *f == field).map_or(1.0, |(_, a)| *a)
    }
}

pub(crate) fn document_frequency(segments: &[SegmentReader], field: Field, term: &str) -> Result<u32> {
    let mut sum = 0;
    for segment in segments {
        let index = segment.inverted_index(field)?;
        sum += index.terms().get(term.as_bytes()).map_err(tantivy::TantivyError::from)?.map_or(0, |info| info.doc_freq);
    }
    Ok(sum)
}

/// Fills `scratch` with the scores and masks of every product of `segment` that matches any concept.
pub(crate) fn evaluate(plan: &Plan, weights: &Weights, segment: &SegmentReader, scratch: &mut Scratch) -> Result<()> {
    scratch.fit(segment.max_doc() as usize);
    for &at in &weights.order {
        concept(&plan.concepts[at], weights, segment, scratch)?;
        let importance = weights.importance[at];
        let bit = 1_u32 << at;
        for doc in scratch.fresh.drain(..) {
            let doc_at = doc as usize;
            let part = std::mem::take(&mut scratch.part[doc_at]);
            if scratch.mask[doc_at] == 0 {
                scratch.touched.push(doc);
            }
            scratch.mask[doc_at] |= bit;
            scratch.score[doc_at] += importance * part * (SATURATION + 1.0) / (SATURATION + part);
        }
    }
    Ok(())
}

fn concept(concept: &Concept, weights: &Weights, segment: &SegmentReader, scratch: &mut Scratch) -> Result<()> {
    for lookup in &concept.lookups {
        if lookup.terms.len() > 1 {
            all(lookup, segment, scratch)?;
            continue;
        }
        let option = if lookup.counted { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let Some(mut postings) = postings(segment, lookup.field, &lookup.terms[0], option)? else {
            continue;
        };
        if lookup.counted {
            let norms = segment.get_fieldnorms_reader(lookup.field)?;
            let table = length_table(weights.average(lookup.field));
            let mut doc = postings.doc();
            while doc != TERMINATED {
                let part = lookup.weight * postings.term_freq() as f32 * table[norms.fieldnorm_id(doc) as usize];
                if lookup.alternative {
                    raise(scratch, doc, part);
                } else {
                    add(scratch, doc, part);
                }
                doc = postings.advance();
            }
        } else {
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if lookup.alternative {
                    raise(scratch, doc, lookup.weight);
                } else {
                    add(scratch, doc, lookup.weight);
                }
                doc = postings.advance();
            }
        }
    }
    Ok(())
}

/// Products that have every term of the lookup.
fn all(lookup: &Lookup, segment: &SegmentReader, scratch: &mut Scratch) -> Result<()> {
    let mut lists = Vec::with_capacity(lookup.terms.len());
    for term in &lookup.terms {
        match postings(segment, lookup.field, term, IndexRecordOption::Basic)? {
            Some(list) => lists.push(list),
            None => return Ok(()),
        }
    }
    lists.sort_by_key(SegmentPostings::doc_freq);
    let Some((first, rest)) = lists.split_first_mut() else {
        return Ok(());
    };
    let mut doc = first.doc();
    while doc != TERMINATED {
        if rest.iter_mut().all(|list| list.doc() <= doc && list.seek(doc) == doc) {
            raise(scratch, doc, lookup.weight);
        }
        doc = first.advance();
    }
    Ok(())
}

fn add(scratch: &mut Scratch, doc: u32, part: f32) {
    let slot = &mut scratch.part[doc as usize];
    if *slot == 0.0 {
        scratch.fresh.push(doc);
    }
    *slot += part;
}

/// Alternatives without frequency do not add up: the best one counts.
fn raise(scratch: &mut Scratch, doc: u32, part: f32) {
    let slot = &mut scratch.part[doc as usize];
    if *slot == 0.0 {
        scratch.fresh.push(doc);
    }
    *slot = slot.max(part);
}

fn length_table(average: f32) -> [f32; 256] {
    std::array::from_fn(|id| {
        let length = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(id as u8) as f32;
        1.0 / (1.0 - LENGTH + LENGTH * length / average)
    })
}

pub(crate) fn postings(
    segment: &SegmentReader,
    field: Field,
    term: &str,
    option: IndexRecordOption,
) -> Result<Option<SegmentPostings>> {
    let index = segment.inverted_index(field)?;
    let read = index.read_postings(&Term::from_field_text(field, term), option);
    Ok(read.map_err(tantivy::TantivyError::from)?)
}
