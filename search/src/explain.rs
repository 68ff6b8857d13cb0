//! Explains the rank of hits, for staff.

use tantivy::DocAddress;

use crate::error::Result;
use crate::index::Index;
use crate::match_products::{DISCONTINUED_FACTOR, SPARSE_FACTOR, Scored, concept_scores};
use crate::plan::Role;
use crate::query::{Query, QueryExplanation};
use crate::rank::SearchResult;
use crate::snapshot::Snapshot;

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Brand => "brand",
            Self::Quantity => "quantity",
            Self::Pair => "pair",
            Self::Device => "device",
            Self::Head => "head",
        }
    }
}

/// The concepts and synonyms that were read from the query.
pub(crate) fn query_explanation(result: &SearchResult) -> QueryExplanation {
    let concepts = result.plan.concepts.iter().map(|concept| (concept.label.clone(), concept.role.word()));
    QueryExplanation { concepts: concepts.collect(), synonyms: result.plan.synonyms.clone() }
}

impl Index {
    /// The reasons for the rank of each hit, one line each; none unless the query asks for them.
    pub(crate) fn explain(
        &self,
        hits: &[Scored],
        result: &SearchResult,
        query: &Query,
        snapshot: &Snapshot,
    ) -> Result<Vec<Vec<String>>> {
        if !query.explain {
            return Ok(vec![Vec::new(); hits.len()]);
        }
        let addresses: Vec<DocAddress> = hits.iter().map(|hit| hit.address).collect();
        let scores = self.scratch.with(|scratch| concept_scores(&result.plan, &snapshot.reader, &addresses, scratch))?;
        hits.iter().zip(scores).map(|(hit, scores)| lines(hit, &scores, result, query, snapshot)).collect()
    }
}

fn lines(hit: &Scored, scores: &[f32], result: &SearchResult, query: &Query, snapshot: &Snapshot) -> Result<Vec<String>> {
    let mut out = vec![format!("read as {:?}", result.kind)];
    if let Some((_, position)) = result.pins.iter().find(|(address, _)| *address == hit.address) {
        out.push(format!("pinned by staff to place {}", position + 1));
    }
    if let Some(found) = result.number_matches.iter().find(|f| f.address == hit.address) {
        out.push(format!("identifier {} with similarity {:.2}", found.matched, found.similarity));
    }
    for ((at, concept), score) in result.plan.concepts.iter().enumerate().zip(scores) {
        let role = concept.role.word();
        if hit.mask >> at & 1 == 1 {
            out.push(format!("matches {} ({role}): {score:.3}", concept.label));
        } else {
            out.push(format!("lacks {} ({role})", concept.label));
        }
    }
    let segment = &snapshot.reader.segments[hit.address.segment_ord as usize];
    let marked = |bits: &Option<crate::bit_set::BitSet>| bits.as_ref().is_some_and(|bits| bits.contains(hit.address.doc_id));
    if marked(&segment.discontinued) {
        out.push(format!("no longer sold: × {DISCONTINUED_FACTOR}"));
    }
    if marked(&segment.sparse) {
        out.push(format!("hardly described: × {SPARSE_FACTOR}"));
    }
    for boosts in query.boosts.iter().filter(|_| result.boosted) {
        let factor = segment.doc_boosts(boosts, &snapshot.fields)?.factor(hit.address.doc_id);
        if factor.to_bits() != 1.0_f32.to_bits() {
            out.push(format!("weighed by staff: × {factor}"));
        }
    }
    out.push(format!("{:.0} % of the question, score {:.3}", hit.share * 100.0, hit.score));
    Ok(out)
}
