//! Answers a question with what is shown: hits with SKU, title, highlights and, for staff, the reasons of their rank.

use crate::error::Result;
use crate::index::Index;
use crate::normal::{Stems, words};
use crate::plan::Plan;
use crate::query::{Hit, Hits, Query, Ranked, Ranking};
use crate::rank::{Answer, Scored};
use crate::snapshot::Snapshot;
use crate::understand::understand;

impl Index {
    /// Answers `query` with one page of hits. The text never makes it fail.
    pub fn find(&self, query: &Query) -> Result<Hits> {
        let snapshot = self.snapshot();
        let answer = self.answer(query, &snapshot, query.offset.saturating_add(query.limit))?;
        let page: Vec<Scored> = answer.items.iter().skip(query.offset).take(query.limit).copied().collect();
        let items = page.iter().map(|s| hit(s, &answer, query, &snapshot)).collect::<Result<Vec<_>>>()?;
        Ok(Hits {
            items,
            total: answer.total,
            facets: answer.facets,
            did_you_mean: answer.plan.corrected,
            kind: answer.kind,
            relaxed: answer.relaxed,
            nearest_categories: answer.nearest,
        })
    }

    /// The best `most` ids for `query` (its limit and offset do not count), for joining prices and stock, which may filter and
    /// sort again. [`Index::render`] then shows the page.
    pub fn rank(&self, query: &Query, most: usize) -> Result<Ranking> {
        let snapshot = self.snapshot();
        let answer = self.answer(query, &snapshot, most)?;
        let items = answer.items.iter().map(|s| Ranked { id: s.id, score: s.score }).collect();
        Ok(Ranking {
            items,
            total: answer.total,
            facets: answer.facets,
            did_you_mean: answer.plan.corrected,
            kind: answer.kind,
            relaxed: answer.relaxed,
            nearest_categories: answer.nearest,
        })
    }

    /// Shows ranked products: SKU, title, highlights. Those gone meanwhile are left out. Visibility was decided by
    /// [`Index::rank`]; pass only what it gave.
    pub fn render(&self, query: &Query, ranked: &[Ranked]) -> Result<Vec<Hit>> {
        let snapshot = self.snapshot();
        let plan = understand(&query.text, &snapshot)?;
        let mut out = Vec::with_capacity(ranked.len());
        for one in ranked {
            let Some(address) = snapshot.address(one.id)? else {
                continue;
            };
            let record = snapshot.record(address)?;
            let highlights = highlights(&record.title, &plan);
            let (sku, title) = (record.sku, record.title);
            out.push(Hit { id: one.id, sku, title, score: one.score, highlights, explanation: Vec::new() });
        }
        Ok(out)
    }
}

fn hit(scored: &Scored, answer: &Answer, query: &Query, snapshot: &Snapshot) -> Result<Hit> {
    let record = snapshot.record(scored.address)?;
    let explanation = if query.explain { explain(scored, answer) } else { Vec::new() };
    Ok(Hit {
        id: scored.id,
        highlights: highlights(&record.title, &answer.plan),
        sku: record.sku,
        title: record.title,
        score: scored.score,
        explanation,
    })
}

fn explain(scored: &Scored, answer: &Answer) -> Vec<String> {
    let mut out = vec![format!("read as {:?}", answer.kind)];
    if scored.score > 1e5 {
        out.push("pinned by staff".to_owned());
    }
    if let Some(found) = answer.identified.iter().find(|f| f.address == scored.address) {
        out.push(format!("identifier {} with similarity {:.2}", found.matched, found.similarity));
    }
    for (at, concept) in answer.plan.concepts.iter().enumerate() {
        let verb = if scored.mask >> at & 1 == 1 { "matches" } else { "lacks" };
        out.push(format!("{verb} {} ({:?})", concept.label, concept.role));
    }
    out.push(format!("{:.0} % of the question, score {:.3}", scored.share * 100.0, scored.score));
    out
}

fn highlights(title: &str, plan: &Plan) -> Vec<(usize, usize)> {
    let mut stems = Stems::new();
    let wanted = |w: &crate::normal::Word, stems: &mut Stems| plan.highlights.contains(&stems.stem(&w.text));
    words(title).iter().filter(|w| wanted(w, &mut stems)).map(|w| (w.start, w.end)).collect()
}
