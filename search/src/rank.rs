//! Ranks: scores what matches, adds what was found by number and what staff decided, gates, counts and orders.
//!
//! Ties are broken by id, so that every process gives the same pages. Not here: which products match (`matched`), reading what is
//! shown (`find`).

use std::collections::HashMap;

use tantivy::DocAddress;

use crate::bits::Bits;
use crate::error::Result;
use crate::facets;
use crate::filter::{Gate, gates};
use crate::identify::{Found, looks_like_number, probes};
use crate::index::Index;
use crate::matched::{Matched, Scored, matched};
use crate::moment::Moment;
use crate::normal::words;
use crate::plan::{Plan, Role};
use crate::query::{Audience, Facet, Kind, Query, Sort};
use crate::snapshot::Snapshot;
use crate::understand::understand;

/// A finished ranking with what the next steps need.
pub(crate) struct Answer {
    pub(crate) plan: Plan,
    pub(crate) items: Vec<Scored>,
    pub(crate) identified: Vec<Found>,
    /// Where staff pinned products to.
    pub(crate) pins: Vec<(DocAddress, usize)>,
    /// Whether staff's factors counted.
    pub(crate) weighed: bool,
    pub(crate) total: usize,
    pub(crate) facets: Vec<Facet>,
    pub(crate) kind: Kind,
    pub(crate) relaxed: bool,
    pub(crate) relaxed_to: Option<String>,
    pub(crate) nearest: Vec<String>,
    pub(crate) unfiltered: Option<usize>,
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
        let weighed = !exact && weigh(query, &plan, snapshot, &mut items)?;
        let relaxed = !plan.concepts.is_empty() && full == 0 && !exact;
        let pinned = pinned(query, snapshot, &gates, &mut items)?;
        let pins = pinned.iter().map(|pin| (pin.1.address, pin.0)).collect();
        let found = items.len();
        items.extend(pinned.iter().map(|pin| pin.1));
        let facets = count_facets(query, snapshot, &items)?;
        let total = items.len();
        items.truncate(found);
        sort(query, snapshot, &mut items, &pinned, most)?;
        let relaxed_to = if relaxed { relaxed_to(&plan, &query.text, &items) } else { None };
        let (nearest, unfiltered) = match (relaxed, total) {
            (_, 0) => self.instead(query, &plan, snapshot)?,
            (true, _) => (nearest(query, snapshot, &items)?, None),
            (false, _) => (Vec::new(), None),
        };
        Ok(Answer { plan, items, identified, pins, weighed, total, facets, kind, relaxed, relaxed_to, nearest, unfiltered })
    }

    /// For someone who found nothing: categories near the question, and how much there is without the filters.
    fn instead(&self, query: &Query, plan: &Plan, snapshot: &Snapshot) -> Result<(Vec<String>, Option<usize>)> {
        if query.filters.is_empty() && query.groups.iter().all(|group| group.wanted.is_none()) {
            return Ok((nearest(query, snapshot, &[])?, None));
        }
        let mut wider = query.clone();
        wider.filters.clear();
        wider.groups.clear();
        let gates = gates(&wider, &snapshot.fields, &snapshot.moment)?;
        let Matched { mut items, full } = self.scratch.with(|scratch| matched(plan, &snapshot.moment, &gates, scratch))?;
        let (identified, exact) = identified(&wider, plan, snapshot, &gates, full)?;
        merge(&mut items, &identified, exact, full > 0);
        let total = items.len();
        sort(&wider, snapshot, &mut items, &[], NEAREST_OF)?;
        Ok((nearest(query, snapshot, &items)?, Some(total)))
    }
}

/// The words of the text that the best product has.
fn relaxed_to(plan: &Plan, text: &str, items: &[Scored]) -> Option<String> {
    let best = items.first()?;
    let asked = plan.concepts.iter().enumerate().filter(|(_, concept)| concept.role != Role::Head);
    let mut had: Vec<&str> = asked.filter(|(at, _)| best.mask >> at & 1 == 1).map(|(_, c)| c.label.as_str()).collect();
    had.sort_by_key(|label| text.find(label).unwrap_or(usize::MAX));
    had.dedup();
    (!had.is_empty()).then(|| had.join(" "))
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

/// Multiplies scores by what staff prefer and would rather not show; says whether there is anything of it.
fn weigh(query: &Query, plan: &Plan, snapshot: &Snapshot, items: &mut [Scored]) -> Result<bool> {
    for weights in &query.weights {
        let classes = snapshot.moment.parts.iter().map(|part| part.classes(weights, &snapshot.fields));
        let classes = classes.collect::<Result<Vec<_>>>()?;
        for item in &mut *items {
            let factor = classes[item.address.segment_ord as usize].factor(item.address.doc_id);
            // Where nothing is asked, nothing scores.
            item.score = if plan.concepts.is_empty() { item.score + factor - 1.0 } else { item.score * factor };
        }
    }
    Ok(!query.weights.is_empty())
}

/// Takes the products that staff pinned out of the ranking, or finds them anew, with their places in rising order.
fn pinned(query: &Query, snapshot: &Snapshot, gates: &[Gate<'_>], items: &mut Vec<Scored>) -> Result<Vec<(usize, Scored)>> {
    let mut pinned: Vec<(usize, Scored)> = Vec::with_capacity(query.pinned.len());
    for pin in &query.pinned {
        let address = snapshot.address(pin.id)?;
        let address = address.filter(|at| gates[at.segment_ord as usize].admits(at.doc_id));
        if let Some(address) = address.filter(|at| pinned.iter().all(|(_, other)| other.address != *at)) {
            pinned.push((pin.place, Scored { score: 0.0, share: 0.0, mask: 0, address }));
        }
    }
    if pinned.is_empty() {
        return Ok(pinned);
    }
    let mut marked: Vec<Bits> = snapshot.moment.parts.iter().map(|part| Bits::none(part.documents())).collect();
    for (_, pin) in &pinned {
        marked[pin.address.segment_ord as usize].set(pin.address.doc_id);
    }
    items.retain(|item| {
        let is_pinned = marked[item.address.segment_ord as usize].has(item.address.doc_id);
        if is_pinned && let Some(pin) = pinned.iter_mut().find(|(_, pin)| pin.address == item.address) {
            pin.1 = *item;
        }
        !is_pinned
    });
    pinned.sort_by_key(|(place, _)| *place);
    Ok(pinned)
}

fn count_facets(query: &Query, snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<Facet>> {
    if query.facets.is_empty() {
        return Ok(Vec::new());
    }
    let moment = &*snapshot.moment;
    let found = by_segment(items.iter(), moment);
    let count = |name: &String| match query.groups.iter().find(|group| group.name == *name) {
        Some(group) => {
            let members = moment.parts.iter().map(|part| part.members(&group.members, &snapshot.fields));
            Ok(facets::count_group(name, &members.collect::<Result<Vec<_>>>()?, &found))
        }
        None => facets::count(name, moment, &found),
    };
    query.facets.iter().map(count).collect()
}

fn by_segment<'a>(items: impl Iterator<Item = &'a Scored>, moment: &Moment) -> Vec<Vec<u32>> {
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); moment.parts.len()];
    for item in items {
        found[item.address.segment_ord as usize].push(item.address.doc_id);
    }
    found
}

/// Orders the best `most` and drops the rest. What is pinned, with its places, stands there when relevance orders and is a
/// product like others in any order that was asked for.
fn sort(query: &Query, snapshot: &Snapshot, items: &mut Vec<Scored>, pinned: &[(usize, Scored)], most: usize) -> Result<()> {
    if query.sort != Sort::Relevance {
        items.extend(pinned.iter().map(|pin| pin.1));
    }
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
            for (place, pin) in pinned {
                items.insert((*place).min(items.len()), *pin);
            }
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

/// How many of the best products say which categories are near.
const NEAREST_OF: usize = 50;

/// The categories of the best products, for someone who found little; without any, the largest ones the person sees.
fn nearest(query: &Query, snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<String>> {
    let moment = &*snapshot.moment;
    let found = by_segment(items.iter().take(NEAREST_OF), moment);
    let mut names = categories(moment, &found)?;
    if names.is_empty() && matches!(query.visible_to, Audience::Sees(_)) {
        let seen = moment.parts.iter().map(|part| {
            let hidden = part.hidden_from(&query.visible_to, &snapshot.fields)?;
            Ok((0..part.documents()).filter(|doc| hidden.as_ref().is_none_or(|hidden| !hidden.has(*doc))).collect())
        });
        names = categories(moment, &seen.collect::<Result<Vec<Vec<u32>>>>()?)?;
    } else if names.is_empty() {
        names = snapshot.lexicon.categories.iter().map(|name| name.written.clone()).collect();
    }
    names.truncate(5);
    Ok(names)
}

fn categories(moment: &Moment, found: &[Vec<u32>]) -> Result<Vec<String>> {
    Ok(facets::count("category", moment, found)?.values.into_iter().map(|(name, _)| name).collect())
}
