//! Runs a query and shows its hits: SKU, title, highlights and, for staff, the reasons for their rank.

use crate::error::Result;
use crate::explain::query_explanation;
use crate::highlight::Highlighter;
use crate::index::Index;
use crate::match_products::Scored;
use crate::query::{Hit, Hits, Query, Ranked, Ranking};
use crate::snapshot::Snapshot;

impl Index {
    /// One page of hits for `query`. No text makes it fail.
    pub fn find(&self, query: &Query) -> Result<Hits> {
        let snapshot = self.snapshot_with(query.synonyms.as_ref());
        let result = self.run(query, &snapshot, query.offset.saturating_add(query.limit))?;
        let mut highlighter = Highlighter::new(result.plan.highlights.clone());
        let page: Vec<Scored> = result.items.iter().skip(query.offset).take(query.limit).copied().collect();
        let reasons = self.explain(&page, &result, query, &snapshot)?;
        let items = page.iter().zip(reasons).map(|(scored, reasons)| hit(scored, reasons, &snapshot, &mut highlighter));
        Ok(Hits {
            items: items.collect::<Result<Vec<_>>>()?,
            total: result.total,
            facets: result.facets,
            did_you_mean: result.plan.corrected,
            kind: result.kind,
            relaxed: result.relaxed,
            relaxed_to: result.relaxed_to,
            nearest_categories: result.nearest_categories,
            total_without_filters: result.total_without_filters,
        })
    }

    /// The best `limit` products for `query`, whose own limit and offset are ignored. Callers join prices and stock, which may
    /// filter and sort again, and titles, in which [`Ranking::highlighter`] finds the matching words. Stored fields are not
    /// read.
    pub fn rank(&self, query: &Query, limit: usize) -> Result<Ranking> {
        let snapshot = self.snapshot_with(query.synonyms.as_ref());
        let result = self.run(query, &snapshot, limit)?;
        let reasons = self.explain(&result.items, &result, query, &snapshot)?;
        let pinned_position =
            |s: &Scored| result.pins.iter().find(|(address, _)| *address == s.address).map(|(_, position)| *position);
        let ranked = |(s, explanation): (&Scored, Vec<String>)| Ranked {
            id: snapshot.id(s.address),
            score: s.score,
            pinned_position: pinned_position(s),
            explanation,
        };
        Ok(Ranking {
            items: result.items.iter().zip(reasons).map(ranked).collect(),
            query_explanation: query.explain.then(|| query_explanation(&result)),
            total: result.total,
            facets: result.facets,
            kind: result.kind,
            relaxed: result.relaxed,
            relaxed_to: result.relaxed_to,
            nearest_categories: result.nearest_categories,
            total_without_filters: result.total_without_filters,
            highlighter: Highlighter::new(result.plan.highlights),
            did_you_mean: result.plan.corrected,
        })
    }
}

fn hit(scored: &Scored, explanation: Vec<String>, snapshot: &Snapshot, highlighter: &mut Highlighter) -> Result<Hit> {
    let stored = snapshot.stored(scored.address)?;
    Ok(Hit {
        id: snapshot.id(scored.address),
        highlights: highlighter.spans(&stored.title),
        sku: stored.sku,
        title: stored.title,
        score: scored.score,
        explanation,
    })
}
