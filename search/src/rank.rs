//! Ranks products: scores the matches, adds products found by part number, applies boosts and pins, counts facets and sorts.
//!
//! Equal scores are ordered by id, so that every process returns the same pages.
//!
//! Not here: which products match (`match_products`), reading what a hit shows (`find`).

use std::collections::HashMap;

use tantivy::DocAddress;

use crate::bit_set::BitSet;
use crate::error::Result;
use crate::facets;
use crate::filter::{DocFilter, doc_filters};
use crate::index::Index;
use crate::match_products::{Matches, Scored, match_products};
use crate::normalise::words;
use crate::parse::parse;
use crate::part_numbers::{NumberMatch, looks_like_number, possible_numbers};
use crate::plan::{Plan, Role};
use crate::query::{Audience, Facet, Query, QueryKind, Sort};
use crate::reader::Reader;
use crate::snapshot::Snapshot;

/// A finished ranking, with what hits and explanations are made from.
pub(crate) struct SearchResult {
    pub(crate) plan: Plan,
    pub(crate) items: Vec<Scored>,
    pub(crate) number_matches: Vec<NumberMatch>,
    /// Positions of the pinned products.
    pub(crate) pins: Vec<(DocAddress, usize)>,
    /// Whether boosts were applied.
    pub(crate) boosted: bool,
    pub(crate) total: usize,
    pub(crate) facets: Vec<Facet>,
    pub(crate) kind: QueryKind,
    pub(crate) relaxed: bool,
    pub(crate) relaxed_to: Option<String>,
    pub(crate) nearest_categories: Vec<String>,
    pub(crate) total_without_filters: Option<usize>,
}

impl Index {
    pub(crate) fn run(&self, query: &Query, snapshot: &Snapshot, limit: usize) -> Result<SearchResult> {
        let plan = parse(&query.text, snapshot)?;
        let reader = &*snapshot.reader;
        let doc_filters = doc_filters(query, &snapshot.fields, reader)?;
        let Matches { mut items, full_matches } =
            self.scratch.with(|scratch| match_products(&plan, reader, &doc_filters, scratch))?;
        let (number_matches, exact) = number_matches(query, &plan, snapshot, &doc_filters, full_matches)?;
        let kind = kind(&plan, &number_matches, exact, full_matches > 0);
        merge_number_matches(&mut items, &number_matches, exact, full_matches > 0);
        let boosted = !exact && apply_boosts(query, &plan, snapshot, &mut items)?;
        let relaxed = !plan.concepts.is_empty() && full_matches == 0 && !exact;
        let pinned = take_pinned(query, snapshot, &doc_filters, &mut items)?;
        let pins = pinned.iter().map(|pin| (pin.1.address, pin.0)).collect();
        let found = items.len();
        items.extend(pinned.iter().map(|pin| pin.1));
        let facets = count_facets(query, snapshot, &items)?;
        let total = items.len();
        items.truncate(found);
        sort(query, snapshot, &mut items, &pinned, limit)?;
        let relaxed_to = if relaxed { relaxed_to(&plan, &query.text, &items) } else { None };
        let (nearest_categories, total_without_filters) = match (relaxed, total) {
            (_, 0) => self.suggest_alternatives(query, &plan, snapshot)?,
            (true, _) => (nearest_categories(query, snapshot, &items)?, None),
            (false, _) => (Vec::new(), None),
        };
        Ok(SearchResult {
            plan,
            items,
            number_matches,
            pins,
            boosted,
            total,
            facets,
            kind,
            relaxed,
            relaxed_to,
            nearest_categories,
            total_without_filters,
        })
    }

    /// For a query without results: categories near it, and the number of products without the filters.
    fn suggest_alternatives(&self, query: &Query, plan: &Plan, snapshot: &Snapshot) -> Result<(Vec<String>, Option<usize>)> {
        if query.filters.is_empty() && query.product_sets.iter().all(|set| set.required.is_none()) {
            return Ok((nearest_categories(query, snapshot, &[])?, None));
        }
        let mut wider = query.clone();
        wider.filters.clear();
        wider.product_sets.clear();
        let doc_filters = doc_filters(&wider, &snapshot.fields, &snapshot.reader)?;
        let Matches { mut items, full_matches } =
            self.scratch.with(|scratch| match_products(plan, &snapshot.reader, &doc_filters, scratch))?;
        let (number_matches, exact) = number_matches(&wider, plan, snapshot, &doc_filters, full_matches)?;
        merge_number_matches(&mut items, &number_matches, exact, full_matches > 0);
        let total = items.len();
        sort(&wider, snapshot, &mut items, &[], NEAREST_SAMPLE)?;
        Ok((nearest_categories(query, snapshot, &items)?, Some(total)))
    }
}

/// The words of the text that the best product has.
fn relaxed_to(plan: &Plan, text: &str, items: &[Scored]) -> Option<String> {
    let best = items.first()?;
    let required = plan.concepts.iter().enumerate().filter(|(_, concept)| concept.role != Role::Head);
    let mut matched: Vec<&str> = required.filter(|(at, _)| best.mask >> at & 1 == 1).map(|(_, c)| c.label.as_str()).collect();
    matched.sort_by_key(|label| text.find(label).unwrap_or(usize::MAX));
    matched.dedup();
    (!matched.is_empty()).then(|| matched.join(" "))
}

/// Accepted products found by part number, and whether a product has exactly that number.
fn number_matches(
    query: &Query,
    plan: &Plan,
    snapshot: &Snapshot,
    doc_filters: &[DocFilter<'_>],
    full_matches: usize,
) -> Result<(Vec<NumberMatch>, bool)> {
    let accepted = |found: Vec<NumberMatch>| -> Vec<NumberMatch> {
        found.into_iter().filter(|f| doc_filters[f.address.segment_ord as usize].accepts(f.address.doc_id)).collect()
    };
    let mut possible_numbers = possible_numbers(&query.text, &plan.brands);
    let described = matches!(plan.kind, QueryKind::Compatibility | QueryKind::Specification) && plan.concepts.len() > 1;
    for possible in &possible_numbers {
        let number = looks_like_number(&possible.number);
        let is_partial = possible.confidence < 1.0;
        let is_ambiguous = if is_partial { !is_clearly_a_number(&possible.number) } else { !number && full_matches >= 5 };
        if is_ambiguous || (is_partial && described && full_matches > 0) {
            continue;
        }
        let mut found = accepted(snapshot.find_exact(&possible.number, query.account)?);
        // A short number, or one inside a description, must match as written: look-alikes would match by chance.
        if possible.number.len() < 4 || (is_partial && described) {
            found.retain(|f| f.similarity >= 0.99);
        }
        if !found.is_empty() {
            return Ok((found, true));
        }
    }
    // A text whose words describe products is not a damaged number.
    if described && plan.concepts.len() > 2 {
        return Ok((Vec::new(), false));
    }
    possible_numbers
        .retain(|p| p.number.len() >= 3 && (p.confidence >= 1.0 || (looks_like_number(&p.number) && !is_measure(&p.number))));
    if full_matches > 0 || !possible_numbers.iter().any(|p| looks_like_number(&p.number)) {
        return Ok((Vec::new(), false));
    }
    Ok((accepted(snapshot.find_similar(&possible_numbers, 20)?), false))
}

/// Whether one word among others is certainly a number: `350` in `ink for Designjet 350` is not.
fn is_clearly_a_number(compact: &str) -> bool {
    let digits = compact.bytes().filter(u8::is_ascii_digit).count();
    let mixed = digits > 0 && digits < compact.len() && compact.len() >= 4;
    (mixed || digits >= 5) && !is_measure(compact)
}

/// Whether a compact word is a quantity like `256mb`.
fn is_measure(compact: &str) -> bool {
    crate::units::quantities(compact, &words(compact)).first().is_some_and(|q| q.unit.is_some())
}

fn kind(plan: &Plan, number_matches: &[NumberMatch], exact: bool, has_full_matches: bool) -> QueryKind {
    match number_matches.first() {
        Some(best) if exact && best.similarity >= 0.99 => QueryKind::Identifier,
        Some(_) if exact => QueryKind::PartNumber,
        Some(best) if !has_full_matches && best.similarity >= 0.75 => QueryKind::PartNumber,
        _ => plan.kind,
    }
}

/// Adds the products found by part number: exact ones before all others, similar ones by their similarity.
fn merge_number_matches(items: &mut Vec<Scored>, number_matches: &[NumberMatch], exact: bool, has_full_matches: bool) {
    if number_matches.is_empty() {
        return;
    }
    let score_of = |found: &NumberMatch| {
        if exact {
            4.0 * found.similarity
        } else if has_full_matches {
            0.2 * found.similarity
        } else {
            2.0 * found.similarity * found.similarity
        }
    };
    let mut left: HashMap<DocAddress, &NumberMatch, ahash::RandomState> = number_matches.iter().map(|f| (f.address, f)).collect();
    for item in items.iter_mut() {
        if let Some(found) = left.remove(&item.address) {
            item.score = score_of(found) + 0.3 * item.score;
        }
    }
    let others = left.into_values();
    items.extend(others.map(|f| Scored { score: score_of(f), share: f.similarity, mask: 0, address: f.address }));
}

/// Multiplies the scores with the boosts; returns whether there are any.
fn apply_boosts(query: &Query, plan: &Plan, snapshot: &Snapshot, items: &mut [Scored]) -> Result<bool> {
    for boosts in &query.boosts {
        let doc_boosts = snapshot.reader.segments.iter().map(|segment| segment.doc_boosts(boosts, &snapshot.fields));
        let doc_boosts = doc_boosts.collect::<Result<Vec<_>>>()?;
        for item in &mut *items {
            let factor = doc_boosts[item.address.segment_ord as usize].factor(item.address.doc_id);
            // Without concepts every score is 0, so factors are added instead.
            item.score = if plan.concepts.is_empty() { item.score + factor - 1.0 } else { item.score * factor };
        }
    }
    Ok(!query.boosts.is_empty())
}

/// Removes the pinned products from `items`, or looks them up; returns them with their positions, in rising order.
fn take_pinned(
    query: &Query,
    snapshot: &Snapshot,
    doc_filters: &[DocFilter<'_>],
    items: &mut Vec<Scored>,
) -> Result<Vec<(usize, Scored)>> {
    let mut pinned: Vec<(usize, Scored)> = Vec::with_capacity(query.pinned.len());
    for pin in &query.pinned {
        let address = snapshot.address(pin.id)?;
        let address = address.filter(|at| doc_filters[at.segment_ord as usize].accepts(at.doc_id));
        if let Some(address) = address.filter(|at| pinned.iter().all(|(_, other)| other.address != *at)) {
            pinned.push((pin.position, Scored { score: 0.0, share: 0.0, mask: 0, address }));
        }
    }
    if pinned.is_empty() {
        return Ok(pinned);
    }
    let mut marked: Vec<BitSet> = snapshot.reader.segments.iter().map(|segment| BitSet::empty(segment.documents())).collect();
    for (_, pin) in &pinned {
        marked[pin.address.segment_ord as usize].insert(pin.address.doc_id);
    }
    items.retain(|item| {
        let is_pinned = marked[item.address.segment_ord as usize].contains(item.address.doc_id);
        if is_pinned && let Some(pin) = pinned.iter_mut().find(|(_, pin)| pin.address == item.address) {
            pin.1 = *item;
        }
        !is_pinned
    });
    pinned.sort_by_key(|(position, _)| *position);
    Ok(pinned)
}

fn count_facets(query: &Query, snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<Facet>> {
    if query.facets.is_empty() {
        return Ok(Vec::new());
    }
    let reader = &*snapshot.reader;
    let found = by_segment(items.iter(), reader);
    let count = |name: &String| match query.product_sets.iter().find(|set| set.name == *name) {
        Some(set) => {
            let docs = reader.segments.iter().map(|segment| segment.docs_of_set(&set.products, &snapshot.fields));
            Ok(facets::count_set(name, &docs.collect::<Result<Vec<_>>>()?, &found))
        }
        None => facets::count(name, reader, &found),
    };
    query.facets.iter().map(count).collect()
}

fn by_segment<'a>(items: impl Iterator<Item = &'a Scored>, reader: &Reader) -> Vec<Vec<u32>> {
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); reader.segments.len()];
    for item in items {
        found[item.address.segment_ord as usize].push(item.address.doc_id);
    }
    found
}

/// Sorts `items` and keeps the best `limit`. Pinned products are inserted at their positions when sorting by relevance, and
/// sorted like others otherwise.
fn sort(query: &Query, snapshot: &Snapshot, items: &mut Vec<Scored>, pinned: &[(usize, Scored)], limit: usize) -> Result<()> {
    if query.sort != Sort::Relevance {
        items.extend(pinned.iter().map(|pin| pin.1));
    }
    match &query.sort {
        Sort::Relevance => {
            keep_best(items, limit);
            let keyed = items.iter().map(|s| (snapshot.id(s.address), *s));
            let mut keyed: Vec<(u64, Scored)> = keyed.collect();
            let order = |a: &(u64, Scored), b: &(u64, Scored)| b.1.score.total_cmp(&a.1.score).then_with(|| a.0.cmp(&b.0));
            if keyed.len() > limit && limit > 0 {
                keyed.select_nth_unstable_by(limit, order);
                keyed.truncate(limit);
            }
            keyed.sort_unstable_by(order);
            *items = keyed.into_iter().map(|(_, s)| s).collect();
            for (position, pin) in pinned {
                items.insert((*position).min(items.len()), *pin);
            }
        }
        Sort::Sku => sort_by_sku(snapshot, items, limit)?,
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
    items.truncate(limit);
    Ok(())
}

/// Drops what scores less than the best `limit`. Of products with the same score all stay.
fn keep_best(items: &mut Vec<Scored>, limit: usize) {
    if items.len() <= limit || limit == 0 {
        return;
    }
    let mut scores: Vec<f32> = items.iter().map(|s| s.score).collect();
    let (_, least, _) = scores.select_nth_unstable_by(limit - 1, |a, b| b.total_cmp(a));
    let least = *least;
    items.retain(|s| s.score >= least);
}

/// Sorts by SKU, reading only the SKUs of products that can come first.
fn sort_by_sku(snapshot: &Snapshot, items: &mut Vec<Scored>, limit: usize) -> Result<()> {
    let mut keyed: Vec<(String, Scored)> = Vec::new();
    for (ord, segment) in snapshot.reader.segments.iter().enumerate() {
        let Some(column) = segment.reader.fast_fields().str("sku")? else {
            continue;
        };
        let here = items.iter().filter(|s| s.address.segment_ord as usize == ord);
        let mut here: Vec<(u64, Scored)> = here.filter_map(|s| Some((column.term_ords(s.address.doc_id).next()?, *s))).collect();
        if here.len() > limit && limit > 0 {
            here.select_nth_unstable_by_key(limit, |(ordinal, _)| *ordinal);
            here.truncate(limit);
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

/// The number of best products from which near categories are taken.
const NEAREST_SAMPLE: usize = 50;

/// The categories of the best products; without products, the largest categories the user sees.
fn nearest_categories(query: &Query, snapshot: &Snapshot, items: &[Scored]) -> Result<Vec<String>> {
    let reader = &*snapshot.reader;
    let found = by_segment(items.iter().take(NEAREST_SAMPLE), reader);
    let mut names = categories(reader, &found)?;
    if names.is_empty() && matches!(query.visible_to, Audience::Restricted(_)) {
        let seen = reader.segments.iter().map(|segment| {
            let hidden = segment.hidden_from(&query.visible_to, &snapshot.fields)?;
            Ok((0..segment.documents()).filter(|doc| hidden.as_ref().is_none_or(|hidden| !hidden.contains(*doc))).collect())
        });
        names = categories(reader, &seen.collect::<Result<Vec<Vec<u32>>>>()?)?;
    } else if names.is_empty() {
        names = snapshot.lexicon.categories.iter().map(|name| name.written.clone()).collect();
    }
    names.truncate(5);
    Ok(names)
}

fn categories(reader: &Reader, found: &[Vec<u32>]) -> Result<Vec<String>> {
    Ok(facets::count("category", reader, found)?.values.into_iter().map(|(name, _)| name).collect())
}
