//! Why products stand where they stand, in words for staff who ask.

use tantivy::DocAddress;

use crate::error::Result;
use crate::index::Index;
use crate::matched::{DISCONTINUED, SPARSE, Scored, parts};
use crate::plan::Role;
use crate::query::{Query, Reading};
use crate::rank::Answer;
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

/// How the text of an answer was read.
pub(crate) fn reading(answer: &Answer) -> Reading {
    let concepts = answer.plan.concepts.iter().map(|concept| (concept.label.clone(), concept.role.word()));
    Reading { concepts: concepts.collect(), synonyms: answer.plan.synonyms.clone() }
}

impl Index {
    /// The reasons of each hit's rank, one line each: nothing unless the query asks.
    pub(crate) fn explain(
        &self,
        hits: &[Scored],
        answer: &Answer,
        query: &Query,
        snapshot: &Snapshot,
    ) -> Result<Vec<Vec<String>>> {
        if !query.explain {
            return Ok(vec![Vec::new(); hits.len()]);
        }
        let addresses: Vec<DocAddress> = hits.iter().map(|hit| hit.address).collect();
        let parts = self.scratch.with(|scratch| parts(&answer.plan, &snapshot.moment, &addresses, scratch))?;
        hits.iter().zip(parts).map(|(hit, parts)| lines(hit, &parts, answer, query, snapshot)).collect()
    }
}

fn lines(hit: &Scored, parts: &[f32], answer: &Answer, query: &Query, snapshot: &Snapshot) -> Result<Vec<String>> {
    let mut out = vec![format!("read as {:?}", answer.kind)];
    if let Some((_, place)) = answer.pins.iter().find(|(address, _)| *address == hit.address) {
        out.push(format!("pinned by staff to place {}", place + 1));
    }
    if let Some(found) = answer.identified.iter().find(|f| f.address == hit.address) {
        out.push(format!("identifier {} with similarity {:.2}", found.matched, found.similarity));
    }
    for ((at, concept), part) in answer.plan.concepts.iter().enumerate().zip(parts) {
        let role = concept.role.word();
        if hit.mask >> at & 1 == 1 {
            out.push(format!("matches {} ({role}): {part:.3}", concept.label));
        } else {
            out.push(format!("lacks {} ({role})", concept.label));
        }
    }
    let part = &snapshot.moment.parts[hit.address.segment_ord as usize];
    let marked = |bits: &Option<crate::bits::Bits>| bits.as_ref().is_some_and(|bits| bits.has(hit.address.doc_id));
    if marked(&part.discontinued) {
        out.push(format!("no longer sold: × {DISCONTINUED}"));
    }
    if marked(&part.sparse) {
        out.push(format!("hardly described: × {SPARSE}"));
    }
    for weights in query.weights.iter().filter(|_| answer.weighed) {
        let factor = part.classes(weights, &snapshot.fields)?.factor(hit.address.doc_id);
        if factor.to_bits() != 1.0_f32.to_bits() {
            out.push(format!("weighed by staff: × {factor}"));
        }
    }
    out.push(format!("{:.0} % of the question, score {:.3}", hit.share * 100.0, hit.score));
    Ok(out)
}
