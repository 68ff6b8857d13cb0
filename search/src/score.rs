//! Scores a plan on one segment, concept by concept: BM25 over weighted fields, and which concepts each product matches.
//!
//! A concept counts once per product, however many fields and synonyms match it: the weighted frequencies are added before they
//! saturate, so that words match across fields. The caller chooses the documents a concept is evaluated for ([`DocSubset`]), so
//! that a frequent word costs little once a rare one has narrowed the result.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;

use crate::error::Result;
use crate::plan::{Lookup, Plan, Role};
use crate::reader::{Reader, SegmentView};
use crate::scratch::{DocScore, SegmentScores};

/// How quickly repeated terms saturate.
const BM25_K1: f32 = 1.2;
/// How strongly long texts are discounted.
const BM25_B: f32 = 0.5;
/// A posting list this many times longer than the wanted documents is searched instead of read.
const SEEK_RATIO: usize = 24;

/// A plan with its posting lists and the importance of its concepts.
pub(crate) struct WeightedPlan<'a> {
    pub(crate) concepts: Vec<WeightedConcept<'a>>,
    /// Indexes of the required concepts, rarest first.
    pub(crate) required: Vec<usize>,
    /// Indexes of the concepts that only raise products that match otherwise.
    pub(crate) optional: Vec<usize>,
    /// Sum of the importance of the required concepts.
    pub(crate) total_importance: f32,
}

/// A concept with its importance and posting lists.
pub(crate) struct WeightedConcept<'a> {
    pub(crate) importance: f32,
    /// The number of products with its most frequent term.
    frequency: u32,
    /// Entries of all its posting lists.
    pub(crate) postings: u32,
    /// By segment.
    lists: Vec<Vec<PostingLists<'a>>>,
}

/// The posting lists of a lookup in one segment.
struct PostingLists<'a> {
    lookup: &'a Lookup,
    /// One for each term.
    terms: Vec<TermInfo>,
}

/// The documents that a concept is evaluated for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DocSubset<'a> {
    /// All documents.
    All,
    /// Documents that match all concepts in `bits`: those in `docs`, which are in rising order when [`WeightedPlan::seeks`].
    HavingAll { bits: u32, docs: &'a [u32] },
    /// Documents that lack one of the concepts in `bits`.
    LackingAny { bits: u32 },
    /// Documents that lack one of the concepts in `bits` and match another concept.
    ScoredLackingAny { bits: u32 },
    /// Documents that match any concept.
    Scored,
}

impl<'a> WeightedPlan<'a> {
    /// `flatness` is the degree to which rarity is ignored, from 0 to 1.
    pub(crate) fn new(plan: &'a Plan, reader: &Reader, flatness: f32) -> Result<Self> {
        let mut concepts = Vec::with_capacity(plan.concepts.len());
        for concept in &plan.concepts {
            let lists = reader.segments.iter().map(|_| Vec::new()).collect();
            let mut weighted = WeightedConcept { importance: 0.0, frequency: 0, postings: 0, lists };
            for lookup in &concept.lookups {
                let mut frequency = 0;
                for (segment, lists) in reader.segments.iter().zip(&mut weighted.lists) {
                    if let Some(list) = PostingLists::find(lookup, segment)? {
                        frequency += if lookup.terms.len() == 1 { list.terms[0].doc_freq } else { 0 };
                        weighted.postings += list.terms[0].doc_freq;
                        lists.push(list);
                    }
                }
                weighted.frequency = weighted.frequency.max(frequency);
            }
            let (n, df) = (reader.documents as f32, weighted.frequency.min(reader.documents) as f32);
            let rarity = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
            weighted.importance = concept.weight * rarity.powf(1.0 - flatness);
            concepts.push(weighted);
        }
        let (mut required, optional): (Vec<usize>, Vec<usize>) =
            (0..concepts.len()).partition(|at| plan.concepts[*at].role != Role::Head);
        let total_importance = required.iter().map(|at| concepts[*at].importance).sum::<f32>().max(f32::MIN_POSITIVE);
        required.sort_by_key(|at| concepts[*at].frequency);
        Ok(Self { concepts, required, optional, total_importance })
    }

    /// Whether a posting list of concept `at` is searched rather than read when only `count` documents are wanted. The
    /// documents must then be in rising order.
    pub(crate) fn seeks(&self, at: usize, ord: usize, count: usize) -> bool {
        self.concepts[at].lists[ord].iter().any(|list| list.terms.len() == 1 && is_seeking_cheaper(list.terms[0].doc_freq, count))
    }

    /// Evaluates concept `at` in segment `ord` for the documents in `subset`. The matching documents are left in
    /// `scores.matched`.
    pub(crate) fn evaluate(
        &self,
        at: usize,
        ord: usize,
        reader: &Reader,
        scores: &mut SegmentScores,
        subset: DocSubset<'_>,
    ) -> Result<()> {
        let weighted = &self.concepts[at];
        let segment = &reader.segments[ord];
        scores.matched.clear();
        for list in &weighted.lists[ord] {
            match list.terms.as_slice() {
                [term] => list.score_term(term, segment, reader, scores, subset)?,
                terms => list.score_all_terms(terms, segment, scores, subset)?,
            }
        }
        let bit = 1_u32 << at;
        let SegmentScores { docs: doc_scores, scored, matched } = scores;
        for &doc in matched.iter() {
            let doc_score = &mut doc_scores[doc as usize];
            let frequency = std::mem::take(&mut doc_score.concept_frequency);
            if doc_score.mask == 0 {
                scored.push(doc);
            }
            doc_score.mask |= bit;
            doc_score.score += weighted.importance * frequency * (BM25_K1 + 1.0) / (BM25_K1 + frequency);
        }
        Ok(())
    }
}

impl<'a> PostingLists<'a> {
    fn find(lookup: &'a Lookup, segment: &SegmentView) -> Result<Option<Self>> {
        let mut terms = Vec::with_capacity(lookup.terms.len());
        for term in &lookup.terms {
            match segment.term(lookup.field, term.as_bytes())? {
                Some(info) => terms.push(info),
                None => return Ok(None),
            }
        }
        Ok((!terms.is_empty()).then_some(Self { lookup, terms }))
    }

    fn score_term(
        &self,
        term: &TermInfo,
        segment: &SegmentView,
        reader: &Reader,
        scores: &mut SegmentScores,
        subset: DocSubset<'_>,
    ) -> Result<()> {
        let option = if self.lookup.counted { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let Some(mut postings) = open_postings(segment, self.lookup, term, option)? else {
            return Ok(());
        };
        let weight = self.lookup.weight;
        match segment.lengths(self.lookup.field).filter(|_| self.lookup.counted) {
            Some(lengths) => {
                let norms = reader.length_norms(self.lookup.field);
                let frequency_of = |doc: u32, frequency: u32| weight * frequency as f32 * length_norm(norms, lengths, doc);
                self.walk(&mut postings, scores, subset, frequency_of);
            }
            None => self.walk(&mut postings, scores, subset, |_, _| weight),
        }
        Ok(())
    }

    /// Walks a posting list in the cheapest way for the wanted documents.
    fn walk(
        &self,
        postings: &mut BlockSegmentPostings,
        scores: &mut SegmentScores,
        subset: DocSubset<'_>,
        frequency_of: impl Fn(u32, u32) -> f32,
    ) {
        let alternative = self.lookup.alternative;
        let add = |doc_score: &mut DocScore, matched: &mut Vec<u32>, doc: u32, frequency: f32| {
            if doc_score.concept_frequency == 0.0 {
                matched.push(doc);
            }
            // Alternatives do not add up: the best one counts.
            doc_score.concept_frequency =
                if alternative { doc_score.concept_frequency.max(frequency) } else { doc_score.concept_frequency + frequency };
        };
        let SegmentScores { docs: doc_scores, matched, .. } = scores;
        match subset {
            DocSubset::All => for_each_posting(postings, |doc, frequency| {
                add(&mut doc_scores[doc as usize], matched, doc, frequency_of(doc, frequency));
            }),
            DocSubset::HavingAll { docs, .. } if is_seeking_cheaper(postings.doc_freq(), docs.len()) => {
                for_each_found(postings, docs, |doc, frequency| {
                    add(&mut doc_scores[doc as usize], matched, doc, frequency_of(doc, frequency));
                });
            }
            DocSubset::HavingAll { bits, .. } => for_each_posting(postings, |doc, frequency| {
                let doc_score = &mut doc_scores[doc as usize];
                if doc_score.mask & bits == bits {
                    add(doc_score, matched, doc, frequency_of(doc, frequency));
                }
            }),
            DocSubset::LackingAny { bits } => for_each_posting(postings, |doc, frequency| {
                let doc_score = &mut doc_scores[doc as usize];
                if doc_score.mask & bits != bits {
                    add(doc_score, matched, doc, frequency_of(doc, frequency));
                }
            }),
            DocSubset::ScoredLackingAny { bits } => for_each_posting(postings, |doc, frequency| {
                let doc_score = &mut doc_scores[doc as usize];
                if doc_score.mask != 0 && doc_score.mask & bits != bits {
                    add(doc_score, matched, doc, frequency_of(doc, frequency));
                }
            }),
            DocSubset::Scored => for_each_posting(postings, |doc, frequency| {
                let doc_score = &mut doc_scores[doc as usize];
                if doc_score.mask != 0 {
                    add(doc_score, matched, doc, frequency_of(doc, frequency));
                }
            }),
        }
    }

    /// Matches documents that have every term of the lookup.
    fn score_all_terms(
        &self,
        terms: &[TermInfo],
        segment: &SegmentView,
        scores: &mut SegmentScores,
        subset: DocSubset<'_>,
    ) -> Result<()> {
        let mut lists = Vec::with_capacity(terms.len());
        for term in terms {
            match open_postings(segment, self.lookup, term, IndexRecordOption::Basic)? {
                Some(list) => lists.push(list),
                None => return Ok(()),
            }
        }
        lists.sort_by_key(BlockSegmentPostings::doc_freq);
        let Some((first, rest)) = lists.split_first_mut() else {
            return Ok(());
        };
        let SegmentScores { docs: doc_scores, matched, .. } = scores;
        for_each_posting(first, |doc, _| {
            let doc_score = &mut doc_scores[doc as usize];
            if subset.contains(doc_score.mask) && rest.iter_mut().all(|list| frequency_at(list, doc).is_some()) {
                if doc_score.concept_frequency == 0.0 {
                    matched.push(doc);
                }
                doc_score.concept_frequency = doc_score.concept_frequency.max(self.lookup.weight);
            }
        });
        Ok(())
    }
}

impl DocSubset<'_> {
    fn contains(self, mask: u32) -> bool {
        match self {
            Self::All => true,
            Self::HavingAll { bits, .. } => mask & bits == bits,
            Self::LackingAny { bits } => mask & bits != bits,
            Self::ScoredLackingAny { bits } => mask != 0 && mask & bits != bits,
            Self::Scored => mask != 0,
        }
    }
}

fn is_seeking_cheaper(frequency: u32, count: usize) -> bool {
    frequency as usize > SEEK_RATIO * count
}

fn open_postings(
    segment: &SegmentView,
    lookup: &Lookup,
    term: &TermInfo,
    option: IndexRecordOption,
) -> Result<Option<BlockSegmentPostings>> {
    let Some(dictionary) = segment.dictionary(lookup.field) else {
        return Ok(None);
    };
    let read = dictionary.read_block_postings_from_terminfo(term, option);
    Ok(Some(read.map_err(tantivy::TantivyError::from)?))
}

fn length_norm(norms: &[f32; 256], lengths: &FieldNormReader, doc: u32) -> f32 {
    norms[lengths.fieldnorm_id(doc) as usize]
}

/// Length normalisation factors by stored length step, for fields of this average length.
pub(crate) fn length_norms(average: f32) -> [f32; 256] {
    std::array::from_fn(|id| {
        let length = FieldNormReader::id_to_fieldnorm(id as u8) as f32;
        1.0 / (1.0 - BM25_B + BM25_B * length / average)
    })
}

/// Visits every document of a list with its frequency, which is arbitrary when the list was opened without frequencies.
pub(crate) fn for_each_posting(postings: &mut BlockSegmentPostings, mut visit: impl FnMut(u32, u32)) {
    loop {
        let docs = postings.docs();
        if docs.is_empty() {
            return;
        }
        for (at, doc) in docs.iter().enumerate() {
            visit(*doc, postings.freq(at));
        }
        postings.advance();
    }
}

/// Visits those of `docs`, which are in rising order, that are in the list.
fn for_each_found(postings: &mut BlockSegmentPostings, docs: &[u32], mut visit: impl FnMut(u32, u32)) {
    for doc in docs {
        if let Some(frequency) = frequency_at(postings, *doc) {
            visit(*doc, frequency);
        }
    }
}

/// The frequency of `doc` in a list. Moves forward only, so documents must be asked for in rising order.
fn frequency_at(postings: &mut BlockSegmentPostings, doc: u32) -> Option<u32> {
    let index = postings.seek(doc);
    (postings.doc(index) == doc).then(|| postings.freq(index))
}
