//! Carries out a plan on one segment: concept by concept, BM25 over the weighted fields, and which concepts each product matched.
//!
//! A concept counts once per product however many fields and synonyms match it: the weighted frequencies are added before they
//! saturate, which is what lets words match across fields. Which products a list may touch is the caller's choice ([`Among`]), so
//! that a common word costs little once a rare one has told which products matter.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;

use crate::error::Result;
use crate::moment::{Moment, Part};
use crate::plan::{Lookup, Plan, Role};
use crate::scratch::{Cell, Sheet};

/// How quickly repetition stops to count.
const SATURATION: f32 = 1.2;
/// How much long texts are discounted.
const LENGTH: f32 = 0.5;
/// A list so many times longer than what is looked for in it is searched instead of read.
const WORTH_SEEKING: usize = 24;

/// A plan with its lists found and its concepts weighed: how much each can tell products apart.
pub(crate) struct Work<'a> {
    pub(crate) concepts: Vec<Task<'a>>,
    /// The concepts that are asked for, rarest first.
    pub(crate) asked: Vec<usize>,
    /// The concepts that only raise what was found otherwise.
    pub(crate) raising: Vec<usize>,
    /// What all that is asked for weighs together.
    pub(crate) whole: f32,
}

/// One concept of a plan.
pub(crate) struct Task<'a> {
    pub(crate) importance: f32,
    /// Products that have its commonest term.
    frequency: u32,
    /// Entries of all its lists.
    pub(crate) entries: u32,
    /// By segment.
    lists: Vec<Vec<List<'a>>>,
}

/// Where the products of a lookup stand in one segment.
struct List<'a> {
    lookup: &'a Lookup,
    /// One for each term.
    terms: Vec<TermInfo>,
}

/// Which products a concept is looked up for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Among<'a> {
    /// All.
    All,
    /// Those with all bits of `bits`; `docs` names them, in rising order when [`Work::seeks`].
    Having { bits: u32, docs: &'a [u32] },
    /// Those that lack one of the bits.
    Lacking { bits: u32 },
    /// Those that lack one of the bits and have another.
    TouchedLacking { bits: u32 },
    /// Those with any bit.
    Touched,
}

impl<'a> Work<'a> {
    /// `flat` from 0 to 1 says how little rarity should count.
    pub(crate) fn of(plan: &'a Plan, moment: &Moment, flat: f32) -> Result<Self> {
        let mut concepts = Vec::with_capacity(plan.concepts.len());
        for concept in &plan.concepts {
            let lists = moment.parts.iter().map(|_| Vec::new()).collect();
            let mut task = Task { importance: 0.0, frequency: 0, entries: 0, lists };
            for lookup in &concept.lookups {
                let mut frequency = 0;
                for (part, lists) in moment.parts.iter().zip(&mut task.lists) {
                    if let Some(list) = List::find(lookup, part)? {
                        frequency += if lookup.terms.len() == 1 { list.terms[0].doc_freq } else { 0 };
                        task.entries += list.terms[0].doc_freq;
                        lists.push(list);
                    }
                }
                task.frequency = task.frequency.max(frequency);
            }
            let (n, df) = (moment.documents as f32, task.frequency.min(moment.documents) as f32);
            let rarity = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
            task.importance = concept.weight * rarity.powf(1.0 - flat);
            concepts.push(task);
        }
        let (mut asked, raising): (Vec<usize>, Vec<usize>) =
            (0..concepts.len()).partition(|at| plan.concepts[*at].role != Role::Head);
        let whole = asked.iter().map(|at| concepts[*at].importance).sum::<f32>().max(f32::MIN_POSITIVE);
        asked.sort_by_key(|at| concepts[*at].frequency);
        Ok(Self { concepts, asked, raising, whole })
    }

    /// Whether one of the lists of concept `at` is rather searched than read when only `count` products matter. These must
    /// come in rising order then.
    pub(crate) fn seeks(&self, at: usize, ord: usize, count: usize) -> bool {
        self.concepts[at].lists[ord].iter().any(|list| list.terms.len() == 1 && seeks(list.terms[0].doc_freq, count))
    }

    /// Looks concept `at` up in segment `ord` for the products `among`. Those that match it are left in `sheet.fresh`.
    pub(crate) fn evaluate(&self, at: usize, ord: usize, moment: &Moment, sheet: &mut Sheet, among: Among<'_>) -> Result<()> {
        let task = &self.concepts[at];
        let part = &moment.parts[ord];
        sheet.fresh.clear();
        for list in &task.lists[ord] {
            match list.terms.as_slice() {
                [term] => list.one(term, part, moment, sheet, among)?,
                terms => list.all(terms, part, sheet, among)?,
            }
        }
        let bit = 1_u32 << at;
        let Sheet { cells, touched, fresh } = sheet;
        for &doc in fresh.iter() {
            let cell = &mut cells[doc as usize];
            let part = std::mem::take(&mut cell.part);
            if cell.mask == 0 {
                touched.push(doc);
            }
            cell.mask |= bit;
            cell.score += task.importance * part * (SATURATION + 1.0) / (SATURATION + part);
        }
        Ok(())
    }
}

impl<'a> List<'a> {
    fn find(lookup: &'a Lookup, part: &Part) -> Result<Option<Self>> {
        let mut terms = Vec::with_capacity(lookup.terms.len());
        for term in &lookup.terms {
            match part.term(lookup.field, term.as_bytes())? {
                Some(info) => terms.push(info),
                None => return Ok(None),
            }
        }
        Ok((!terms.is_empty()).then_some(Self { lookup, terms }))
    }

    fn one(&self, term: &TermInfo, part: &Part, moment: &Moment, sheet: &mut Sheet, among: Among<'_>) -> Result<()> {
        let option = if self.lookup.counted { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let Some(mut postings) = open(part, self.lookup, term, option)? else {
            return Ok(());
        };
        let weight = self.lookup.weight;
        match part.lengths(self.lookup.field).filter(|_| self.lookup.counted) {
            Some(lengths) => {
                let table = moment.shares(self.lookup.field);
                let worth = |doc: u32, often: u32| weight * often as f32 * share(table, lengths, doc);
                self.walk(&mut postings, sheet, among, worth);
            }
            None => self.walk(&mut postings, sheet, among, |_, _| weight),
        }
        Ok(())
    }

    /// Goes through a list in the way that is cheapest for what is looked for.
    fn walk(&self, postings: &mut BlockSegmentPostings, sheet: &mut Sheet, among: Among<'_>, worth: impl Fn(u32, u32) -> f32) {
        let alternative = self.lookup.alternative;
        let put = |cell: &mut Cell, fresh: &mut Vec<u32>, doc: u32, part: f32| {
            if cell.part == 0.0 {
                fresh.push(doc);
            }
            // Alternatives do not add up: the best one counts.
            cell.part = if alternative { cell.part.max(part) } else { cell.part + part };
        };
        let Sheet { cells, fresh, .. } = sheet;
        match among {
            Among::All => read(postings, |doc, often| put(&mut cells[doc as usize], fresh, doc, worth(doc, often))),
            Among::Having { docs, .. } if seeks(postings.doc_freq(), docs.len()) => {
                seek(postings, docs, |doc, often| put(&mut cells[doc as usize], fresh, doc, worth(doc, often)));
            }
            Among::Having { bits, .. } => read(postings, |doc, often| {
                let cell = &mut cells[doc as usize];
                if cell.mask & bits == bits {
                    put(cell, fresh, doc, worth(doc, often));
                }
            }),
            Among::Lacking { bits } => read(postings, |doc, often| {
                let cell = &mut cells[doc as usize];
                if cell.mask & bits != bits {
                    put(cell, fresh, doc, worth(doc, often));
                }
            }),
            Among::TouchedLacking { bits } => read(postings, |doc, often| {
                let cell = &mut cells[doc as usize];
                if cell.mask != 0 && cell.mask & bits != bits {
                    put(cell, fresh, doc, worth(doc, often));
                }
            }),
            Among::Touched => read(postings, |doc, often| {
                let cell = &mut cells[doc as usize];
                if cell.mask != 0 {
                    put(cell, fresh, doc, worth(doc, often));
                }
            }),
        }
    }

    /// Products that have every term of the lookup.
    fn all(&self, terms: &[TermInfo], part: &Part, sheet: &mut Sheet, among: Among<'_>) -> Result<()> {
        let mut lists = Vec::with_capacity(terms.len());
        for term in terms {
            match open(part, self.lookup, term, IndexRecordOption::Basic)? {
                Some(list) => lists.push(list),
                None => return Ok(()),
            }
        }
        lists.sort_by_key(BlockSegmentPostings::doc_freq);
        let Some((first, rest)) = lists.split_first_mut() else {
            return Ok(());
        };
        let Sheet { cells, fresh, .. } = sheet;
        read(first, |doc, _| {
            let cell = &mut cells[doc as usize];
            if among.admits(cell.mask) && rest.iter_mut().all(|list| at(list, doc).is_some()) {
                if cell.part == 0.0 {
                    fresh.push(doc);
                }
                cell.part = cell.part.max(self.lookup.weight);
            }
        });
        Ok(())
    }
}

impl Among<'_> {
    fn admits(self, mask: u32) -> bool {
        match self {
            Self::All => true,
            Self::Having { bits, .. } => mask & bits == bits,
            Self::Lacking { bits } => mask & bits != bits,
            Self::TouchedLacking { bits } => mask != 0 && mask & bits != bits,
            Self::Touched => mask != 0,
        }
    }
}

fn seeks(frequency: u32, count: usize) -> bool {
    frequency as usize > WORTH_SEEKING * count
}

fn open(part: &Part, lookup: &Lookup, term: &TermInfo, option: IndexRecordOption) -> Result<Option<BlockSegmentPostings>> {
    let Some(dictionary) = part.dictionary(lookup.field) else {
        return Ok(None);
    };
    let read = dictionary.read_block_postings_from_terminfo(term, option);
    Ok(Some(read.map_err(tantivy::TantivyError::from)?))
}

fn share(table: &[f32; 256], lengths: &FieldNormReader, doc: u32) -> f32 {
    table[lengths.fieldnorm_id(doc) as usize]
}

/// What a mention is worth by the length of the text, in the steps lengths are kept in.
pub(crate) fn shares(average: f32) -> [f32; 256] {
    std::array::from_fn(|id| {
        let length = FieldNormReader::id_to_fieldnorm(id as u8) as f32;
        1.0 / (1.0 - LENGTH + LENGTH * length / average)
    })
}

/// Every document of a list with its frequency, which is arbitrary when the list was opened without.
pub(crate) fn read(postings: &mut BlockSegmentPostings, mut work: impl FnMut(u32, u32)) {
    loop {
        let docs = postings.docs();
        if docs.is_empty() {
            return;
        }
        for (at, doc) in docs.iter().enumerate() {
            work(*doc, postings.freq(at));
        }
        postings.advance();
    }
}

/// Those of `docs`, in rising order, that are in the list.
fn seek(postings: &mut BlockSegmentPostings, docs: &[u32], mut work: impl FnMut(u32, u32)) {
    for doc in docs {
        if let Some(often) = at(postings, *doc) {
            work(*doc, often);
        }
    }
}

/// The frequency of `doc` in a list whose earlier documents need not be seen any more.
fn at(postings: &mut BlockSegmentPostings, doc: u32) -> Option<u32> {
    let place = postings.seek(doc);
    (postings.doc(place) == doc).then(|| postings.freq(place))
}
