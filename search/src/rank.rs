//! Ranks: scores what matches, adds what was found by number and what staff decided, gates, counts and orders.
//!
//! Ties are broken by id, so that every process gives the same pages. Not here: reading what is shown (`find`).

use std::collections::HashMap;

use tantivy::DocAddress;
use tantivy::columnar::Column;

use crate::error::Result;
use crate::facets;
use crate::filter::Gate;
use crate::identify::{Found, looks_like_number, probes};
use crate::index::Index;
use crate::normal::words;
use crate::plan::{Plan, Role};
use crate::query::{Facet, Kind, Query, Sort};
use crate::score::{self, Weights};
use crate::scratch::Scratch;
use crate::snapshot::Snapshot;
use crate::understand::understand;

/// Products matching less than this share of the best match are not told.
const LEAST_SHARE: f32 = 0.5;

/// Products told of without brand and GTIN come after comparable ones that are fully described.
const SPARSE: f32 = 0.7;

/// Products that are no longer sold come after comparable ones that are.
const DISCONTINUED: f32 = 0.8;

/// When so many products match everything asked, those that match only a part are not told.
const ENOUGH: usize = 40;

/// Everything known about one product while ranking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    /// Share of the question's weight that matched.
    pub(crate) share: f32,
    pub(crate) mask: u32,
    pub(crate) address: DocAddress,
    pub(crate) id: u64,
}

/// A finished ranking with what the next steps need.
pub(crate) struct Answer {
    pub(crate) plan: Plan,
    pub(crate) items: Vec<Scored>,
    pub(crate) identified: Vec<Found>,
    pub(crate) total: usize,
    pub(crate) facets: Vec<Facet>,
    pub(crate) kind: Kind,
    pub(crate) relaxed: bool,
    pub(crate) nearest: Vec<String>,
}

impl Index {
    pub(crate) fn answer(&self, query: &Query, snapshot: &Snapshot, most: usize) -> Result<Answer> {
        let plan = understand(&query.text, snapshot)?;
        let gates = snapshot.searcher.segment_readers().iter().map(|s| Gate::new(query, &snapshot.fields, s));
        let gates = gates.collect::<Result<Vec<_>>>()?;
        let ids = snapshot.ids()?;
        let mut items = self.scratch.with(|scratch| matched(&plan, snapshot, &gates, &ids, scratch))?;
        let full_matches = items.iter().filter(|s| s.share > 0.999).count();
        let full = full_matches > 0;
        let (identified, exact) = identified(query, &plan, snapshot, &gates, full_matches)?;
        let kind = kind(&plan, &identified, exact, full);
        let best_share = items.iter().map(|s| s.share).fold(0.0, f32::max);
        let least = if full_matches >= ENOUGH { 0.999 } else { best_share * LEAST_SHARE };
        items.retain(|s| s.share >= least);
        merge(&mut items, &identified, exact, full, &ids);
        staff_choices(query, snapshot, &gates, &mut items)?;
        let facets = count_facets(query, snapshot, &items)?;
        let total = items.len();
        sort(query, snapshot, &mut items, most)?;
        let relaxed = !plan.concepts.is_empty() && !full && !exact;
        let nearest = if relaxed || total == 0 { nearest(snapshot, &items)? } else { Vec::new() };
        Ok(Answer { plan, items, identified, total, facets, kind, relaxed, nearest })
    }
}

/// Scores every admitted product that matches anything; all products when nothing is asked.
fn matched(
    plan: &Plan,
    snapshot: &Snapshot,
    gates: &[Gate<'_>],
    ids: &[Column<u64>],
    scratch: &mut Scratch,
) -> Result<Vec<Scored>> {
    let segments = snapshot.searcher.segment_readers();
    let mut out = Vec::new();
    if plan.concepts.is_empty() {
        if plan.kind == Kind::Everything {
            for (ord, (segment, gate)) in segments.iter().zip(gates).enumerate() {
                let all = (0..segment.max_doc()).filter(|doc| gate.admits(*doc));
                out.extend(all.map(|doc| Scored {
                    score: 0.0,
                    share: 1.0,
                    mask: 0,
                    address: DocAddress::new(ord as u32, doc),
                    id: id_at(ids, ord, doc),
                }));
            }
        }
        return Ok(out);
    }
    let weights = Weights::of(plan, segments, flatness(plan.kind))?;
    let asked: Vec<usize> = (0..plan.concepts.len()).filter(|c| plan.concepts[*c].role != Role::Head).collect();
    let whole: f32 = asked.iter().map(|c| weights.importance[*c]).sum::<f32>().max(f32::MIN_POSITIVE);
    let everything = asked.iter().fold(0_u32, |mask, c| mask | 1 << c);
    for (ord, (segment, gate)) in segments.iter().zip(gates).enumerate() {
        score::evaluate(plan, &weights, segment, scratch)?;
        let full = scratch.touched.iter().filter(|doc| scratch.mask[**doc as usize] & everything == everything).count();
        let mut last = (0_u32, 0.0_f32);
        for &doc in &scratch.touched {
            let mask = scratch.mask[doc as usize];
            if (full >= ENOUGH && mask & everything != everything) || !gate.admits(doc) {
                continue;
            }
            if last.0 != mask {
                let matched: f32 = asked.iter().filter(|c| mask >> **c & 1 == 1).map(|c| weights.importance[*c]).sum();
                last = (mask, matched / whole);
            }
            let share = last.1;
            let mut score = scratch.score[doc as usize] / whole * share.powf(1.5);
            if gate.discontinued.as_ref().is_some_and(|d| d.has(doc)) {
                score *= DISCONTINUED;
            }
            if gate.sparse.as_ref().is_some_and(|s| s.has(doc)) {
                score *= SPARSE;
            }
            out.push(Scored { score, share, mask, address: DocAddress::new(ord as u32, doc), id: id_at(ids, ord, doc) });
        }
        scratch.clear();
    }
    Ok(out)
}

fn id_at(ids: &[Column<u64>], segment: usize, doc: u32) -> u64 {
    ids[segment].first(doc).unwrap_or_default()
}

/// How little rarity counts: in a specification every property is asked for.
fn flatness(kind: Kind) -> f32 {
    if kind == Kind::Specification { 0.6 } else { 0.0 }
}

/// Products found by number, admitted ones only, and whether the number was borne exactly.
fn identified(query: &Query, plan: &Plan, snapshot: &Snapshot, gates: &[Gate<'_>], full: usize) -> Result<(Vec<Found>, bool)> {
    let admitted = |found: Vec<Found>| -> Vec<Found> {
        found.into_iter().filter(|f| gates[f.address.segment_ord as usize].admits(f.address.doc_id)).collect()
    };
    let mut probes = probes(&query.text, &plan.brands);
    let described = matches!(plan.kind, Kind::Compatibility | Kind::Specification) && plan.concepts.len() > 1;
    for probe in &probes {
        let number = looks_like_number(&probe.number);
        let part = probe.worth < 1.0;
        let too_plain = if part { !could_stand_alone(&probe.number) } else { !number && full >= 5 };
        if too_plain || (part && described && full > 0) {
            continue;
        }
        let mut found = admitted(snapshot.equal(&probe.number, query.account)?);
        // A short number, or one inside a description, must be meant as written: look-alikes are chance there.
        if probe.number.len() < 4 || (part && described) {
            found.retain(|f| f.similarity >= 0.99);
        }
        if !found.is_empty() {
            return Ok((found, true));
        }
    }
    // What the words describe completely, or mostly, is not a damaged number.
    if described && plan.concepts.len() > 2 {
        return Ok((Vec::new(), false));
    }
    probes.retain(|p| p.number.len() >= 3 && (p.worth >= 1.0 || (looks_like_number(&p.number) && !is_measure(&p.number))));
    if full > 0 || !probes.iter().any(|p| looks_like_number(&p.number)) {
        return Ok((Vec::new(), false));
    }
    Ok((admitted(snapshot.near(&probes, 20)?), false))
}

/// Whether one word among others is surely a number: `350` in `ink for Designjet 350` is not.
fn could_stand_alone(compact: &str) -> bool {
    let digits = compact.bytes().filter(u8::is_ascii_digit).count();
    let mixed = digits > 0 && digits < compact.len() && compact.len() >= 4;
    (mixed || digits >= 5) && !is_measure(compact)
}

/// Whether a compact word is a quantity like `256mb`.
fn is_measure(compact: &str) -> bool {
    crate::units::quantities(compact, &words(compact)).first().is_some_and(|q| q.unit.is_some())
}

fn kind(plan: &Plan, identified: &[Found], exact: bool, full: bool) -> Kind {
    match identified.first() {
        Some(best) if exact && best.similarity >= 0.99 => Kind::Identifier,
        Some(_) if exact => Kind::PartNumber,
        Some(best) if !full && best.similarity >= 0.75 => Kind::PartNumber,
        _ => plan.kind,
    }
}

/// Puts what was found by number into the ranking: exact ones first, near ones by their similarity.
fn merge(items: &mut Vec<Scored>, identified: &[Found], exact: bool, full: bool, ids: &[Column<u64>]) {
    let places: HashMap<DocAddress, usize, ahash::RandomState> = if identified.is_empty() {
        HashMap::default()
    } else {
        items.iter().enumerate().map(|(at, s)| (s.address, at)).collect()
    };
    for found in identified {
        let worth = if exact {
            4.0 * found.similarity
        } else if full {
            0.2 * found.similarity
        } else {
            2.0 * found.similarity * found.similarity
        };
        match places.get(&found.address) {
            Some(at) => items[*at].score = worth + 0.3 * items[*at].score,
            None => items.push(Scored {
                score: worth,
                share: found.similarity,
                mask: 0,
                address: found.address,
                id: id_at(ids, found.address.segment_ord as usize, found.address.doc_id),
            }),
        }
    }
}

/// Boosts and pins.
fn staff_choices(query: &Query, snapshot: &Snapshot, gates: &[Gate<'_>], items: &mut Vec<Scored>) -> Result<()> {
    for (id, factor) in &query.boosts {
        let Some(address) = snapshot.address(*id)? else {
            continue;
        };
        for item in items.iter_mut().filter(|s| s.address == address) {
            item.score *= factor.max(0.0);
        }
    }
    for (place, id) in query.pinned.iter().enumerate() {
        let Some(address) = snapshot.address(*id)? else {
            continue;
        };
        if !gates[address.segment_ord as usize].admits(address.doc_id) {
            continue;
        }
        items.retain(|s| s.address != address);
        items.push(Scored { score: 1e6 - place as f32, share: 1.0, mask: 0, address, id: *id });
    }
    Ok(())
}

fn count_facets(query: &Query, snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<Facet>> {
    if query.facets.is_empty() {
        return Ok(Vec::new());
    }
    let segments = snapshot.searcher.segment_readers();
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); segments.len()];
    for item in items {
        found[item.address.segment_ord as usize].push(item.address.doc_id);
    }
    query.facets.iter().map(|name| facets::count(name, segments, &found)).collect()
}

/// Orders the best `most` and drops the rest.
fn sort(query: &Query, snapshot: &Snapshot, items: &mut Vec<Scored>, most: usize) -> Result<()> {
    match &query.sort {
        Sort::Relevance => {
            let order = |a: &Scored, b: &Scored| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id));
            if items.len() > most && most > 0 {
                items.select_nth_unstable_by(most, order);
                items.truncate(most);
            }
            items.sort_unstable_by(order);
        }
        Sort::Sku => {
            let keyed = items.iter().map(|s| Ok((snapshot.sku(s.address)?, *s))).collect::<Result<Vec<_>>>();
            let mut keyed = keyed?;
            keyed.sort_by(|a, b| a.0.cmp(&b.0));
            *items = keyed.into_iter().map(|(_, s)| s).collect();
        }
        Sort::Attribute { name, descending } => {
            let values = snapshot.numbers(name)?;
            let value = |s: &Scored| {
                let column = values[s.address.segment_ord as usize].as_ref();
                column.and_then(|c| c.first(s.address.doc_id))
            };
            items.sort_by(|a, b| match (value(a), value(b)) {
                (Some(x), Some(y)) => {
                    if *descending {
                        y.total_cmp(&x)
                    } else {
                        x.total_cmp(&y)
                    }
                }
                (x, y) => y.is_some().cmp(&x.is_some()),
            });
        }
    }
    items.truncate(most);
    Ok(())
}

/// The categories of the best products, for someone who found little.
fn nearest(snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<String>> {
    let segments = snapshot.searcher.segment_readers();
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); segments.len()];
    for item in items.iter().take(50) {
        found[item.address.segment_ord as usize].push(item.address.doc_id);
    }
    for docs in &mut found {
        docs.sort_unstable();
    }
    let mut names: Vec<String> = facets::count("category", segments, &found)?.values.into_iter().map(|(name, _)| name).collect();
    if names.is_empty() {
        names = snapshot.lexicon.categories.iter().map(|name| name.written.clone()).collect();
    }
    names.truncate(5);
    Ok(names)
}
