//! Answers a question with what is shown: hits with SKU, title, highlights and, for staff, the reasons of their rank.

use crate::error::Result;
use crate::highlight::Highlighter;
use crate::index::Index;
use crate::matched::Scored;
use crate::query::{Hit, Hits, Query, Ranked, Ranking};
use crate::rank::Answer;
use crate::snapshot::Snapshot;

impl Index {
    /// Answers `query` with one page of hits. The text never makes it fail.
    pub fn find(&self, query: &Query) -> Result<Hits> {
        let snapshot = self.snapshot();
        let answer = self.answer(query, &snapshot, query.offset.saturating_add(query.limit))?;
        let mut highlighter = Highlighter::of(answer.plan.highlights.clone());
        let page = answer.items.iter().skip(query.offset).take(query.limit);
        let items = page.map(|s| hit(s, &answer, query, &snapshot, &mut highlighter)).collect::<Result<Vec<_>>>()?;
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

    /// The best `most` products for `query` (its limit and offset do not count), for joining prices and stock, which may filter
    /// and sort again, and titles, in which [`Ranking::highlighter`] finds what was asked. Shows nothing of its own, so it
    /// reads nothing that is stored.
    pub fn rank(&self, query: &Query, most: usize) -> Result<Ranking> {
        let snapshot = self.snapshot();
        let answer = self.answer(query, &snapshot, most)?;
        let ranked = |s: &Scored| Ranked {
            id: snapshot.id(s.address),
            score: s.score,
            explanation: if query.explain { explain(s, &answer) } else { Vec::new() },
        };
        Ok(Ranking {
            items: answer.items.iter().map(ranked).collect(),
            total: answer.total,
            facets: answer.facets,
            kind: answer.kind,
            relaxed: answer.relaxed,
            nearest_categories: answer.nearest,
            highlighter: Highlighter::of(answer.plan.highlights),
            did_you_mean: answer.plan.corrected,
        })
    }
}

fn hit(scored: &Scored, answer: &Answer, query: &Query, snapshot: &Snapshot, highlighter: &mut Highlighter) -> Result<Hit> {
    let record = snapshot.record(scored.address)?;
    let explanation = if query.explain { explain(scored, answer) } else { Vec::new() };
    Ok(Hit {
        id: snapshot.id(scored.address),
        highlights: highlighter.spans(&record.title),
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
