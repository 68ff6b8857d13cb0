//! Finds the products that match a plan, and scores them.
//!
//! When enough products match every required concept, partial matches are left out. So products that match all of them are
//! searched first, beginning with the rarest concept, which is cheap. Only when too few match, partial matches are searched,
//! and frequent words only among products that can still be results.

use tantivy::DocAddress;

use crate::error::Result;
use crate::filter::DocFilter;
use crate::plan::Plan;
use crate::query::QueryKind;
use crate::reader::Reader;
use crate::score::{DocSubset, WeightedPlan};
use crate::scratch::{Scratch, SegmentScores};

/// Products whose share is less than this part of the best share are left out.
const MIN_SHARE: f32 = 0.5;
/// From this share on a product matches every required concept, up to rounding.
const FULL_SHARE: f32 = 0.999;
/// Factor on products without brand and GTIN, so that they rank after comparable products that are fully described.
pub(crate) const SPARSE_FACTOR: f32 = 0.7;
/// Factor on products that are no longer sold, so that they rank after comparable products that are.
pub(crate) const DISCONTINUED_FACTOR: f32 = 0.8;
/// From this number of full matches on, partial matches are left out.
const ENOUGH_FULL_MATCHES: usize = 40;

/// A product and its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    /// Share of the importance of the required concepts that the product matches, from 0 to 1.
    pub(crate) share: f32,
    pub(crate) mask: u32,
    pub(crate) address: DocAddress,
}

/// The matching products, in no order.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    pub(crate) items: Vec<Scored>,
    /// The number of products that match every required concept.
    pub(crate) full_matches: usize,
}

/// Scores every accepted product that matches well enough; all products when the query is empty.
pub(crate) fn match_products(
    plan: &Plan,
    reader: &Reader,
    doc_filters: &[DocFilter<'_>],
    scratch: &mut Scratch,
) -> Result<Matches> {
    if plan.concepts.is_empty() {
        return Ok(if plan.kind == QueryKind::Everything { everything(reader, doc_filters) } else { Matches::default() });
    }
    scratch.reserve(reader.segments.iter().map(|segment| segment.documents()));
    let plan = WeightedPlan::new(plan, reader, flatness(plan.kind))?;
    let mut matcher = Matcher { shares: ShareCache::new(&plan), plan, reader, doc_filters, scratch };
    let all: u32 = matcher.plan.required.iter().fold(0, |mask, at| mask | 1 << at);
    let mut full_docs = matcher.match_all_required()?;
    if full_docs.iter().map(Vec::len).sum::<usize>() >= ENOUGH_FULL_MATCHES {
        matcher.score_optional_for(all, &mut full_docs)?;
        return Ok(matcher.scored_docs(&full_docs));
    }
    matcher.match_any_required(!full_docs.iter().all(Vec::is_empty))?;
    matcher.score_optional()?;
    Ok(matcher.best_matches())
}

/// How far to ignore rarity, from 0 to 1: in a specification each property matters about equally.
fn flatness(kind: QueryKind) -> f32 {
    if kind == QueryKind::Specification { 0.6 } else { 0.0 }
}

/// The score that each concept adds to each of these products, before factors on the whole score. For explanations.
pub(crate) fn concept_scores(plan: &Plan, reader: &Reader, docs: &[DocAddress], scratch: &mut Scratch) -> Result<Vec<Vec<f32>>> {
    scratch.reserve(reader.segments.iter().map(|segment| segment.documents()));
    let plan = WeightedPlan::new(plan, reader, flatness(plan.kind))?;
    let mut parts = vec![Vec::with_capacity(plan.concepts.len()); docs.len()];
    let score = |scratch: &Scratch, at: &DocAddress| scratch.segments[at.segment_ord as usize].docs[at.doc_id as usize].score;
    for at in 0..plan.concepts.len() {
        let before: Vec<f32> = docs.iter().map(|doc| score(scratch, doc)).collect();
        for ord in 0..reader.segments.len() {
            plan.evaluate(at, ord, reader, &mut scratch.segments[ord], DocSubset::All)?;
        }
        for ((parts, doc), before) in parts.iter_mut().zip(docs).zip(before) {
            parts.push((score(scratch, doc) - before) / plan.total_importance);
        }
    }
    Ok(parts)
}

fn everything(reader: &Reader, doc_filters: &[DocFilter<'_>]) -> Matches {
    let mut items = Vec::with_capacity(reader.documents as usize);
    for (ord, (segment, doc_filter)) in reader.segments.iter().zip(doc_filters).enumerate() {
        let all = (0..segment.documents()).filter(|doc| doc_filter.accepts(*doc));
        let address = |doc| DocAddress::new(ord as u32, doc);
        items.extend(all.map(|doc| Scored { score: 0.0, share: 1.0, mask: 0, address: address(doc) }));
    }
    Matches { full_matches: items.len(), items }
}

/// A running match of one query.
struct Matcher<'a> {
    plan: WeightedPlan<'a>,
    shares: ShareCache,
    reader: &'a Reader,
    doc_filters: &'a [DocFilter<'a>],
    scratch: &'a mut Scratch,
}

impl Matcher<'_> {
    /// The accepted products that match every required concept, by segment.
    fn match_all_required(&mut self) -> Result<Vec<Vec<u32>>> {
        let doc_filters = self.doc_filters;
        let mut found = Vec::with_capacity(doc_filters.len());
        for (ord, doc_filter) in doc_filters.iter().enumerate() {
            let scores = &mut self.scratch.segments[ord];
            let (mut bits, mut docs) = (0, Vec::new());
            for (nth, &at) in self.plan.required.iter().enumerate() {
                if nth > 0 && self.plan.seeks(at, ord, docs.len()) {
                    docs.sort_unstable();
                }
                let subset = if nth == 0 { DocSubset::All } else { DocSubset::HavingAll { bits, docs: &docs } };
                self.plan.evaluate(at, ord, self.reader, scores, subset)?;
                bits |= 1 << at;
                std::mem::swap(&mut docs, &mut scores.matched);
                if docs.is_empty() {
                    break;
                }
            }
            docs.retain(|doc| doc_filter.accepts(*doc));
            found.push(docs);
        }
        Ok(found)
    }

    /// Scores the products that match only some concepts and were left out by [`Matcher::match_all_required`], as far as they
    /// can still be results.
    fn match_any_required(&mut self, some_match_all: bool) -> Result<()> {
        let Some((&first, rest)) = self.plan.required.split_first() else {
            return Ok(());
        };
        let importance: Vec<f32> = self.plan.concepts.iter().map(|concept| concept.importance).collect();
        // Each remaining concept with the mask of concepts that [`Matcher::match_all_required`] evaluated before it. A product
        // that lacks one of those was not looked up for the concept yet.
        let mut rest_by_cost: Vec<(usize, u32)> = Vec::with_capacity(rest.len());
        let mut bits = 1_u32 << first;
        for &at in rest {
            rest_by_cost.push((at, bits));
            bits |= 1 << at;
        }
        // Concepts that add much importance for few postings come first.
        let cost = |at: usize| self.plan.concepts[at].postings as f32 / importance[at].max(f32::MIN_POSITIVE);
        rest_by_cost.sort_by(|a, b| cost(a.0).total_cmp(&cost(b.0)));
        let mut left: f32 = rest_by_cost.iter().map(|(at, _)| importance[*at]).sum();
        let mut best: f32 = if some_match_all { 1.0 } else { 0.0 };
        // Whether a product that matches no concept so far can no longer reach the minimum share.
        let mut only_scored = false;
        for (at, bits) in rest_by_cost {
            if !only_scored && left < MIN_SHARE * self.plan.total_importance {
                best = if best < 1.0 { self.best_share() } else { best };
                only_scored = left < MIN_SHARE * best * FULL_SHARE * self.plan.total_importance;
            }
            let subset = if only_scored { DocSubset::ScoredLackingAny { bits } } else { DocSubset::LackingAny { bits } };
            for ord in 0..self.doc_filters.len() {
                self.plan.evaluate(at, ord, self.reader, &mut self.scratch.segments[ord], subset)?;
            }
            left -= importance[at];
        }
        Ok(())
    }

    /// Evaluates the optional concepts for `docs`, which match all concepts in `bits`.
    fn score_optional_for(&mut self, bits: u32, docs: &mut [Vec<u32>]) -> Result<()> {
        for (ord, docs) in docs.iter_mut().enumerate() {
            for &at in &self.plan.optional {
                if self.plan.seeks(at, ord, docs.len()) {
                    docs.sort_unstable();
                }
                let subset = DocSubset::HavingAll { bits, docs };
                self.plan.evaluate(at, ord, self.reader, &mut self.scratch.segments[ord], subset)?;
            }
        }
        Ok(())
    }

    /// Evaluates the optional concepts for every product that matches some concept.
    fn score_optional(&mut self) -> Result<()> {
        for ord in 0..self.doc_filters.len() {
            for &at in &self.plan.optional {
                self.plan.evaluate(at, ord, self.reader, &mut self.scratch.segments[ord], DocSubset::Scored)?;
            }
        }
        Ok(())
    }

    /// The largest share of an accepted product so far.
    fn best_share(&mut self) -> f32 {
        let mut best = 0.0;
        for (scores, doc_filter) in self.scratch.segments.iter().zip(self.doc_filters) {
            for &doc in &scores.scored {
                let share = self.shares.coverage(&self.plan, scores.docs[doc as usize].mask).0;
                if share > best && doc_filter.accepts(doc) {
                    best = share;
                }
            }
        }
        best
    }

    fn scored_docs(&mut self, docs: &[Vec<u32>]) -> Matches {
        let mut items = Vec::with_capacity(docs.iter().map(Vec::len).sum());
        for (ord, docs) in docs.iter().enumerate() {
            items.extend(docs.iter().map(|doc| self.scored(ord, *doc)));
        }
        Matches { full_matches: items.len(), items }
    }

    /// The products whose share is near the best; only full matches when there are enough of them.
    fn best_matches(&mut self) -> Matches {
        let least = MIN_SHARE * self.best_share();
        let mut items = Vec::new();
        let mut full_matches = 0;
        for ord in 0..self.doc_filters.len() {
            for at in 0..self.scratch.segments[ord].scored.len() {
                let scores = &self.scratch.segments[ord];
                let doc = scores.scored[at];
                let share = self.shares.coverage(&self.plan, scores.docs[doc as usize].mask).0;
                if share < least || !self.doc_filters[ord].accepts(doc) {
                    continue;
                }
                full_matches += usize::from(share > FULL_SHARE);
                items.push(self.scored(ord, doc));
            }
        }
        if full_matches >= ENOUGH_FULL_MATCHES {
            items.retain(|s| s.share > FULL_SHARE);
        }
        Matches { items, full_matches }
    }

    fn scored(&mut self, ord: usize, doc: u32) -> Scored {
        let segment = &self.reader.segments[ord];
        let SegmentScores { docs, .. } = &self.scratch.segments[ord];
        let doc_score = docs[doc as usize];
        let (share, factor) = self.shares.coverage(&self.plan, doc_score.mask);
        let mut score = doc_score.score / self.plan.total_importance * factor;
        if segment.discontinued.as_ref().is_some_and(|d| d.contains(doc)) {
            score *= DISCONTINUED_FACTOR;
        }
        if segment.sparse.as_ref().is_some_and(|s| s.contains(doc)) {
            score *= SPARSE_FACTOR;
        }
        Scored { score, share, mask: doc_score.mask, address: DocAddress::new(ord as u32, doc) }
    }
}

/// A cache of shares by mask, since there are many products but few different masks.
struct ShareCache {
    required: u32,
    /// Mask, share, and the factor on the score.
    cached: Vec<(u32, f32, f32)>,
}

const CACHED_MASKS: usize = 128;

impl ShareCache {
    fn new(plan: &WeightedPlan<'_>) -> Self {
        Self { required: plan.required.iter().fold(0, |mask, at| mask | 1 << at), cached: vec![(0, 0.0, 0.0); CACHED_MASKS] }
    }

    /// The share of a product that matches the concepts in `mask`, and the factor on its score.
    fn coverage(&mut self, plan: &WeightedPlan<'_>, mask: u32) -> (f32, f32) {
        let mask = mask & self.required;
        let cached = &mut self.cached[(mask.wrapping_mul(0x9E37_79B1) >> 25) as usize];
        if cached.0 != mask {
            let mut rest = mask;
            let mut matched = 0.0;
            while rest != 0 {
                matched += plan.concepts[rest.trailing_zeros() as usize].importance;
                rest &= rest - 1;
            }
            let share = matched / plan.total_importance;
            *cached = (mask, share, share.powf(1.5));
        }
        (cached.1, cached.2)
    }
}
