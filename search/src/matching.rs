//! Resolves lists of identifiers at once: exact ones by term, the rest by what comes near.

use crate::error::Result;
use crate::filter::{Gate, gates};
use crate::identify::{Found, Probe};
use crate::index::Index;
use crate::normal::compact;
use crate::query::{Audience, Candidate, IdentifierMatch, Query};
use crate::snapshot::Snapshot;

/// How many identifiers of one call may be looked for by similarity; a list with more mistakes is the wrong list.
const MOST_NEAR: usize = 300;
const MOST_CANDIDATES: usize = 5;

impl Index {
    /// For each identifier (SKU, MPN, GTIN, superseded, the account's own) the product that bears it, or candidates. Same
    /// order as asked. Only what `visible_to` may see is told.
    pub fn match_identifiers(
        &self,
        identifiers: &[impl AsRef<str>],
        account: Option<u64>,
        visible_to: &Audience,
    ) -> Result<Vec<IdentifierMatch>> {
        let snapshot = self.snapshot();
        let query = Query::new("", visible_to.clone());
        let gates = gates(&query, &snapshot.fields, &snapshot.moment)?;
        let mut near_left = MOST_NEAR;
        identifiers.iter().map(|text| one(text.as_ref(), account, &snapshot, &gates, &mut near_left)).collect()
    }
}

fn one(
    text: &str,
    account: Option<u64>,
    snapshot: &Snapshot,
    gates: &[Gate<'_>],
    near_left: &mut usize,
) -> Result<IdentifierMatch> {
    let number = compact(text);
    if number.is_empty() {
        return Ok(IdentifierMatch::None);
    }
    let admitted = |found: Vec<Found>| -> Vec<Found> {
        found.into_iter().filter(|f| gates[f.address.segment_ord as usize].admits(f.address.doc_id)).collect()
    };
    let equal = admitted(snapshot.equal(&number, account)?);
    let exact: Vec<&Found> = equal.iter().filter(|f| f.similarity >= 0.99).collect();
    if let [only] = exact[..] {
        return Ok(IdentifierMatch::Exact(candidate(only, snapshot)));
    }
    if let Some(sku) = exact.iter().find(|f| compact(&f.record.sku) == number) {
        // Another product's MPN may be our SKU: our own number wins.
        return Ok(IdentifierMatch::Exact(candidate(sku, snapshot)));
    }
    let found = if !equal.is_empty() {
        equal
    } else if *near_left > 0 && number.len() >= 3 {
        *near_left -= 1;
        admitted(snapshot.near(&[Probe { number, worth: 1.0 }], 2 * MOST_CANDIDATES)?)
    } else {
        Vec::new()
    };
    if found.is_empty() {
        return Ok(IdentifierMatch::None);
    }
    let candidates = found.iter().take(MOST_CANDIDATES).map(|f| candidate(f, snapshot));
    Ok(IdentifierMatch::Ambiguous(candidates.collect()))
}

fn candidate(found: &Found, snapshot: &Snapshot) -> Candidate {
    let (sku, title) = (found.record.sku.clone(), found.record.title.clone());
    Candidate { id: snapshot.id(found.address), sku, title, matched: found.matched.clone(), similarity: found.similarity }
}
