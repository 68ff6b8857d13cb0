//! Resolves lists of identifiers: exact ones by term, the rest by similarity.

use crate::error::Result;
use crate::filter::{DocFilter, doc_filters};
use crate::index::Index;
use crate::normalise::compact;
use crate::part_numbers::{NumberMatch, PossibleNumber};
use crate::query::{Audience, Candidate, IdentifierMatch, Query};
use crate::snapshot::Snapshot;

/// The most identifiers of one call that are searched by similarity; a list with more mistakes is the wrong list.
const MAX_SIMILARITY_SEARCHES: usize = 300;
const MAX_CANDIDATES: usize = 5;

impl Index {
    /// For each identifier (SKU, MPN, GTIN, superseded number, the account's own number) the product that has it, or
    /// candidates, in the order given. Products that `visible_to` may not see are left out.
    pub fn match_identifiers(
        &self,
        identifiers: &[impl AsRef<str>],
        account: Option<u64>,
        visible_to: &Audience,
    ) -> Result<Vec<IdentifierMatch>> {
        let snapshot = self.snapshot();
        let query = Query::new("", visible_to.clone());
        let doc_filters = doc_filters(&query, &snapshot.fields, &snapshot.reader)?;
        let mut searches_left = MAX_SIMILARITY_SEARCHES;
        identifiers
            .iter()
            .map(|text| match_identifier(text.as_ref(), account, &snapshot, &doc_filters, &mut searches_left))
            .collect()
    }
}

fn match_identifier(
    text: &str,
    account: Option<u64>,
    snapshot: &Snapshot,
    doc_filters: &[DocFilter<'_>],
    searches_left: &mut usize,
) -> Result<IdentifierMatch> {
    let number = compact(text);
    if number.is_empty() {
        return Ok(IdentifierMatch::None);
    }
    let accepted = |found: Vec<NumberMatch>| -> Vec<NumberMatch> {
        found.into_iter().filter(|f| doc_filters[f.address.segment_ord as usize].accepts(f.address.doc_id)).collect()
    };
    let equal = accepted(snapshot.find_exact(&number, account)?);
    let exact: Vec<&NumberMatch> = equal.iter().filter(|f| f.similarity >= 0.99).collect();
    if let [only] = exact[..] {
        return Ok(IdentifierMatch::Exact(candidate(only, snapshot)));
    }
    if let Some(sku) = exact.iter().find(|f| compact(&f.stored.sku) == number) {
        // Another product's MPN may equal our SKU: our own number wins.
        return Ok(IdentifierMatch::Exact(candidate(sku, snapshot)));
    }
    let found = if !equal.is_empty() {
        equal
    } else if *searches_left > 0 && number.len() >= 3 {
        *searches_left -= 1;
        accepted(snapshot.find_similar(&[PossibleNumber { number, confidence: 1.0 }], 2 * MAX_CANDIDATES)?)
    } else {
        Vec::new()
    };
    if found.is_empty() {
        return Ok(IdentifierMatch::None);
    }
    let candidates = found.iter().take(MAX_CANDIDATES).map(|f| candidate(f, snapshot));
    Ok(IdentifierMatch::Ambiguous(candidates.collect()))
}

fn candidate(found: &NumberMatch, snapshot: &Snapshot) -> Candidate {
    let (sku, title) = (found.stored.sku.clone(), found.stored.title.clone());
    Candidate { id: snapshot.id(found.address), sku, title, matched: found.matched.clone(), similarity: found.similarity }
}
