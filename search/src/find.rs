//! Answers a question with what is shown: hits with SKU, title, highlights and, for staff, the reasons of their rank.

use crate::error::Result;
use crate::explain::reading;
use crate::highlight::Highlighter;
use crate::index::Index;
use crate::matched::Scored;
use crate::query::{Hit, Hits, Query, Ranked, Ranking};
use crate::snapshot::Snapshot;

impl Index {
    /// Answers `query` with one page of hits. The text never makes it fail.
    pub fn find(&self, query: &Query) -> Result<Hits> {
        let snapshot = self.snapshot_with(query.synonyms.as_ref());
        let answer = self.answer(query, &snapshot, query.offset.saturating_add(query.limit))?;
        let mut highlighter = Highlighter::of(answer.plan.highlights.clone());
        let page: Vec<Scored> = answer.items.iter().skip(query.offset).take(query.limit).copied().collect();
        let reasons = self.explain(&page, &answer, query, &snapshot)?;
        let items = page.iter().zip(reasons).map(|(scored, reasons)| hit(scored, reasons, &snapshot, &mut highlighter));
        Ok(Hits {
            items: items.collect::<Result<Vec<_>>>()?,
            total: answer.total,
            facets: answer.facets,
            did_you_mean: answer.plan.corrected,
            kind: answer.kind,
            relaxed: answer.relaxed,
            relaxed_to: answer.relaxed_to,
            nearest_categories: answer.nearest,
            unfiltered: answer.unfiltered,
        })
    }

    /// The best `most` products for `query` (its limit and offset do not count), for joining prices and stock, which may filter
    /// and sort again, and titles, in which [`Ranking::highlighter`] finds what was asked. Shows nothing of its own, so it
    /// reads nothing that is stored.
    pub fn rank(&self, query: &Query, most: usize) -> Result<Ranking> {
        let snapshot = self.snapshot_with(query.synonyms.as_ref());
        let answer = self.answer(query, &snapshot, most)?;
        let reasons = self.explain(&answer.items, &answer, query, &snapshot)?;
        let pinned = |s: &Scored| answer.pins.iter().find(|(address, _)| *address == s.address).map(|(_, place)| *place);
        let ranked = |(s, explanation): (&Scored, Vec<String>)| Ranked {
            id: snapshot.id(s.address),
            score: s.score,
            pinned: pinned(s),
            explanation,
        };
        Ok(Ranking {
            items: answer.items.iter().zip(reasons).map(ranked).collect(),
            reading: query.explain.then(|| reading(&answer)),
            total: answer.total,
            facets: answer.facets,
            kind: answer.kind,
            relaxed: answer.relaxed,
            relaxed_to: answer.relaxed_to,
            nearest_categories: answer.nearest,
            unfiltered: answer.unfiltered,
            highlighter: Highlighter::of(answer.plan.highlights),
            did_you_mean: answer.plan.corrected,
        })
    }
}

fn hit(scored: &Scored, explanation: Vec<String>, snapshot: &Snapshot, highlighter: &mut Highlighter) -> Result<Hit> {
    let record = snapshot.record(scored.address)?;
    Ok(Hit {
        id: snapshot.id(scored.address),
        highlights: highlighter.spans(&record.title),
        sku: record.sku,
        title: record.title,
        score: scored.score,
        explanation,
    })
}
