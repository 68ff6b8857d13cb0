//! Ranks: scores what matches, adds what was found by number and what staff decided, gates, counts and orders.
//!
//! Ties are broken by id, so that every process gives the same pages. Not here: which products match (`matched`), reading what is
//! shown (`find`).

use std::collections::HashMap;

use tantivy::DocAddress;

use crate::error::Result;
use crate::facets;
use crate::filter::{Gate, gates};
use crate::identify::{Found, looks_like_number, probes};
use crate::index::Index;
use crate::matched::{Matched, Scored, matched};
use crate::moment::Moment;
use crate::normal::words;
use crate::plan::Plan;
use crate::query::{Facet, Kind, Query, Sort};
use crate::snapshot::Snapshot;
use crate::understand::understand;

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
        let moment = &*snapshot.moment;
        let gates = gates(query, &snapshot.fields, moment)?;
        let Matched { mut items, full } = self.scratch.with(|scratch| matched(&plan, moment, &gates, scratch))?;
        let (identified, exact) = identified(query, &plan, snapshot, &gates, full)?;
        let kind = kind(&plan, &identified, exact, full > 0);
        merge(&mut items, &identified, exact, full > 0);
        staff_choices(query, snapshot, &gates, &mut items)?;
        let facets = count_facets(query, moment, &items)?;
        let total = items.len();
        sort(query, snapshot, &mut items, most)?;
        let relaxed = !plan.concepts.is_empty() && full == 0 && !exact;
        let nearest = if relaxed || total == 0 { nearest(snapshot, &items)? } else { Vec::new() };
        Ok(Answer { plan, items, identified, total, facets, kind, relaxed, nearest })
    }
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
fn merge(items: &mut Vec<Scored>, identified: &[Found], exact: bool, full: bool) {
    if identified.is_empty() {
        return;
    }
    let worth = |found: &Found| {
        if exact {
            4.0 * found.similarity
        } else if full {
            0.2 * found.similarity
        } else {
            2.0 * found.similarity * found.similarity
        }
    };
    let mut left: HashMap<DocAddress, &Found, ahash::RandomState> = identified.iter().map(|f| (f.address, f)).collect();
    for item in items.iter_mut() {
        if let Some(found) = left.remove(&item.address) {
            item.score = worth(found) + 0.3 * item.score;
        }
    }
    let others = left.into_values();
    items.extend(others.map(|f| Scored { score: worth(f), share: f.similarity, mask: 0, address: f.address }));
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
        items.push(Scored { score: 1e6 - place as f32, share: 1.0, mask: 0, address });
    }
    Ok(())
}

fn count_facets(query: &Query, moment: &Moment, items: &[Scored]) -> Result<Vec<Facet>> {
    if query.facets.is_empty() {
        return Ok(Vec::new());
    }
    let found = by_segment(items.iter(), moment);
    query.facets.iter().map(|name| facets::count(name, moment, &found)).collect()
}

fn by_segment<'a>(items: impl Iterator<Item = &'a Scored>, moment: &Moment) -> Vec<Vec<u32>> {
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); moment.parts.len()];
    for item in items {
        found[item.address.segment_ord as usize].push(item.address.doc_id);
    }
    found
}

/// Orders the best `most` and drops the rest.
fn sort(query: &Query, snapshot: &Snapshot, items: &mut Vec<Scored>, most: usize) -> Result<()> {
    match &query.sort {
        Sort::Relevance => {
            keep_best(items, most);
            let keyed = items.iter().map(|s| (snapshot.id(s.address), *s));
            let mut keyed: Vec<(u64, Scored)> = keyed.collect();
            let order = |a: &(u64, Scored), b: &(u64, Scored)| b.1.score.total_cmp(&a.1.score).then_with(|| a.0.cmp(&b.0));
            if keyed.len() > most && most > 0 {
                keyed.select_nth_unstable_by(most, order);
                keyed.truncate(most);
            }
            keyed.sort_unstable_by(order);
            *items = keyed.into_iter().map(|(_, s)| s).collect();
        }
        Sort::Sku => sort_by_sku(snapshot, items, most)?,
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

/// Drops what scores less than the best `most`; of those that score the same all stay.
fn keep_best(items: &mut Vec<Scored>, most: usize) {
    if items.len() <= most || most == 0 {
        return;
    }
    let mut scores: Vec<f32> = items.iter().map(|s| s.score).collect();
    let (_, least, _) = scores.select_nth_unstable_by(most - 1, |a, b| b.total_cmp(a));
    let least = *least;
    items.retain(|s| s.score >= least);
}

/// Reads the SKUs of those only that may come first.
fn sort_by_sku(snapshot: &Snapshot, items: &mut Vec<Scored>, most: usize) -> Result<()> {
    let mut keyed: Vec<(String, Scored)> = Vec::new();
    for (ord, part) in snapshot.moment.parts.iter().enumerate() {
        let Some(column) = part.reader.fast_fields().str("sku")? else {
            continue;
        };
        let here = items.iter().filter(|s| s.address.segment_ord as usize == ord);
        let mut here: Vec<(u64, Scored)> = here.filter_map(|s| Some((column.term_ords(s.address.doc_id).next()?, *s))).collect();
        if here.len() > most && most > 0 {
            here.select_nth_unstable_by_key(most, |(ordinal, _)| *ordinal);
            here.truncate(most);
        }
        for (ordinal, item) in here {
            let mut sku = String::new();
            column.ord_to_str(ordinal, &mut sku)?;
            keyed.push((sku, item));
        }
    }
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| snapshot.id(a.1.address).cmp(&snapshot.id(b.1.address))));
    *items = keyed.into_iter().map(|(_, item)| item).collect();
    Ok(())
}

/// The categories of the best products, for someone who found little.
fn nearest(snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<String>> {
    let found = by_segment(items.iter().take(50), &snapshot.moment);
    let counted = facets::count("category", &snapshot.moment, &found)?;
    let mut names: Vec<String> = counted.values.into_iter().map(|(name, _)| name).collect();
    if names.is_empty() {
        names = snapshot.lexicon.categories.iter().map(|name| name.written.clone()).collect();
    }
    names.truncate(5);
    Ok(names)
}
