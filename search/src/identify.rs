//! Part numbers: what in a text may be one, and how near a product's identifiers come to it.
//!
//! Candidates come from exact terms, the beginnings of terms, and shared trigrams, all with look-alikes made equal; a weighted edit
//! distance on the stored identifiers then judges them. Damage that people do (look-alikes, swapped neighbours, a lost end) costs less.

use std::collections::{HashMap, HashSet};

use tantivy::DocAddress;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{IndexRecordOption, Term};

use crate::error::Result;
use crate::filter::{each, gates};
use crate::normal::{LONGEST_WORD, compact, gtin, look_alike};
use crate::query::Query;
use crate::record::Record;
use crate::score::read;
use crate::snapshot::Snapshot;

/// How many candidates are judged by distance.
const MOST_JUDGED: usize = 32;
/// From here on a candidate is so near that looking further is idle.
const CLEAR: f32 = 0.86;
/// How many entries of trigram lists are read, rarest trigrams first: common ones tell nothing.
const MOST_READ: u32 = 8_000;
/// Below this a candidate is no candidate.
pub(crate) const LEAST_SIMILARITY: f32 = 0.62;

/// A part of the text that may be a part number; compact, with what reading it so is worth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Probe {
    pub(crate) number: String,
    pub(crate) worth: f32,
}

/// A product whose identifier comes near.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) address: DocAddress,
    pub(crate) similarity: f32,
    pub(crate) matched: String,
    pub(crate) record: Record,
}

/// The trigrams of a folded number, with marks for its ends.
pub(crate) fn grams(folded: &str) -> Vec<String> {
    let marked: Vec<char> = std::iter::once('^').chain(folded.chars()).chain(['$']).collect();
    marked.windows(3).map(|w| w.iter().collect()).collect()
}

pub(crate) fn own_term(account: u64, compact: &str) -> String {
    format!("{account}:{}", look_alike(compact))
}

const NOISE: &[&str] = &[
    "p/n", "pn", "p/n:", "part", "no", "no.", "nr", "ref", "ref.", "sku", "item", "mpn", "ean", "gtin", "art", "art.", "#",
    "number", "?",
];

/// What in `text` may be a part number, the likeliest first.
pub(crate) fn probes(text: &str, brands: &[String]) -> Vec<Probe> {
    let pieces: Vec<&str> = text.split_whitespace().take(12).filter(|w| !is_noise(w)).collect();
    let mut out: Vec<Probe> = Vec::new();
    let mut add = |number: String, worth: f32| {
        let long = (3..=LONGEST_WORD).contains(&number.chars().count());
        if long && !out.iter().any(|p| p.number == number) {
            out.push(Probe { number, worth });
        }
    };
    add(pieces.iter().map(|p| compact(p)).collect(), 1.0);
    let without: Vec<&str> = pieces.iter().filter(|p| !brands.contains(&compact(p))).copied().collect();
    add(without.iter().map(|p| compact(p)).collect(), 1.0);
    for cut in without.iter().filter_map(|p| suffix_cut(p)) {
        add(cut, 0.95);
    }
    for run in (1..=3.min(without.len())).rev() {
        for window in without.windows(run) {
            let number: String = window.iter().map(|p| compact(p)).collect();
            if number.bytes().any(|b| b.is_ascii_digit()) {
                add(number, if run == without.len() { 1.0 } else { 0.97 });
            }
        }
    }
    out.truncate(16);
    out
}

fn is_noise(word: &str) -> bool {
    let lower = word.to_lowercase();
    let count =
        lower.strip_suffix(['x', '×']).is_some_and(|n| !n.is_empty() && n.len() <= 4 && n.bytes().all(|b| b.is_ascii_digit()));
    count || NOISE.contains(&lower.as_str())
}

/// The number before a packaging or country suffix: `CM1015#ABD`, `XUY73/UK`.
fn suffix_cut(piece: &str) -> Option<String> {
    let at = piece.rfind(['#', '-', '/', '_'])?;
    let (head, tail) = (compact(&piece[..at]), compact(&piece[at..]));
    let number = head.len() >= 3 && head.bytes().any(|b| b.is_ascii_digit());
    (number && (1..=6).contains(&tail.len())).then_some(head)
}

/// Whether the text looks like one number rather than words.
pub(crate) fn looks_like_number(probe: &str) -> bool {
    probe.len() >= 3 && probe.bytes().any(|b| b.is_ascii_digit())
}

impl Snapshot {
    /// Products bearing `number` up to case, separators and look-alikes, among all identifiers and the account's own.
    pub(crate) fn equal(&self, number: &str, account: Option<u64>) -> Result<Vec<Found>> {
        let mut out = Vec::new();
        if let Some(account) = account {
            for address in self.with_term(self.fields.own, &own_term(account, number), 20)? {
                out.push(Found { address, similarity: 1.0, matched: number.to_owned(), record: self.record(address)? });
            }
        }
        let folded = look_alike(number);
        let mut terms = vec![folded];
        terms.extend(gtin(number).filter(|g| *g != number).map(str::to_owned));
        for term in terms {
            for address in self.with_term(self.fields.identifier, &term, 50)? {
                if out.iter().any(|f: &Found| f.address == address) {
                    continue;
                }
                let record = self.record(address)?;
                let (similarity, matched) = match record.exact(number) {
                    Some((place, matched)) if place < 2 => (1.0, matched.clone()),
                    Some((_, matched)) => (0.99, matched.clone()),
                    None => (0.96, number.to_owned()),
                };
                out.push(Found { address, similarity, matched, record });
            }
        }
        out.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        Ok(out)
    }

    /// Products whose identifiers come near one of the probes, best first. Trigrams are read only when nothing is one step away.
    pub(crate) fn near(&self, probes: &[Probe], most: usize) -> Result<Vec<Found>> {
        let mut candidates: HashSet<DocAddress, ahash::RandomState> = HashSet::default();
        let numbers: Vec<String> = probes.iter().take(5).map(|p| look_alike(&p.number)).collect();
        for folded in &numbers {
            candidates.extend(self.beginning_with(folded, 16)?);
            candidates.extend(self.one_off(folded, MOST_JUDGED)?);
        }
        let mut out = self.judge(&candidates, probes)?;
        if out.first().is_none_or(|best| best.similarity < CLEAR) {
            let mut far: HashSet<DocAddress, ahash::RandomState> = HashSet::default();
            for folded in numbers.iter().filter(|n| n.len() >= 6) {
                far.extend(self.sharing_grams(folded, MOST_JUDGED)?);
            }
            far.retain(|address| !candidates.contains(address));
            out.extend(self.judge(&far, probes)?);
            sort(&mut out);
        }
        out.truncate(most);
        Ok(out)
    }

    fn judge(&self, candidates: &HashSet<DocAddress, ahash::RandomState>, probes: &[Probe]) -> Result<Vec<Found>> {
        let mut out = Vec::new();
        for &address in candidates {
            let record = self.record(address)?;
            let best = best_identifier(&record, probes);
            if let Some((similarity, matched)) = best.filter(|b| b.0 >= LEAST_SIMILARITY) {
                out.push(Found { address, similarity, matched, record });
            }
        }
        sort(&mut out);
        Ok(out)
    }

    /// Products with an identifier one edit away.
    fn one_off(&self, folded: &str, most: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        if folded.len() < 4 {
            return Ok(out);
        }
        let near = FuzzyTermQuery::new(Term::from_field_text(self.fields.identifier, folded), 1, true);
        for (ord, part) in self.moment.parts.iter().enumerate() {
            let Some(dictionary) = part.dictionary(self.fields.identifier) else {
                continue;
            };
            let stream = dictionary.terms().search(near.automaton()?).into_stream();
            let mut stream = stream.map_err(tantivy::TantivyError::from)?;
            while out.len() < most && stream.advance() {
                let list = dictionary.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic);
                self.bearers(ord, &mut list.map_err(tantivy::TantivyError::from)?, most, &mut out);
            }
        }
        Ok(out)
    }

    /// Adds the products of a list that are not deleted, until there are `most`.
    fn bearers(&self, ord: usize, list: &mut BlockSegmentPostings, most: usize, out: &mut Vec<DocAddress>) {
        let part = &self.moment.parts[ord];
        read(list, |doc, _| {
            if out.len() < most && !part.reader.is_deleted(doc) {
                out.push(DocAddress::new(ord as u32, doc));
            }
        });
    }

    /// Products one of whose numbers begins with `folded`, as far as `query` may see them.
    pub(crate) fn numbered(&self, folded: &str, most: usize, query: &Query) -> Result<Vec<(u64, Record)>> {
        let mut out = Vec::new();
        let gates = gates(query, &self.fields, &self.moment)?;
        for address in self.beginning_with(folded, 4 * most)? {
            if out.len() < most && gates[address.segment_ord as usize].admits(address.doc_id) {
                out.push((self.id(address), self.record(address)?));
            }
        }
        Ok(out)
    }

    fn beginning_with(&self, folded: &str, most: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        for (ord, part) in self.moment.parts.iter().enumerate() {
            let Some(dictionary) = part.dictionary(self.fields.identifier) else {
                continue;
            };
            let stream = dictionary.terms().range().ge(folded.as_bytes()).into_stream();
            let mut stream = stream.map_err(tantivy::TantivyError::from)?;
            let mut seen = 0;
            while seen < most && stream.advance() && stream.key().starts_with(folded.as_bytes()) {
                seen += 1;
                let list = dictionary.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic);
                self.bearers(ord, &mut list.map_err(tantivy::TantivyError::from)?, 4 * most, &mut out);
            }
        }
        Ok(out)
    }

    /// The products sharing most trigrams with the number.
    fn sharing_grams(&self, folded: &str, most: usize) -> Result<Vec<DocAddress>> {
        let mut wanted = grams(folded);
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.len() < 3 {
            return Ok(Vec::new());
        }
        let mut rare = Vec::with_capacity(wanted.len());
        for gram in wanted {
            rare.push((self.moment.frequency(self.fields.gram, &gram)?, gram));
        }
        rare.sort_unstable();
        let mut counts: HashMap<DocAddress, f32, ahash::RandomState> = HashMap::default();
        let (mut whole, mut read) = (0.0, 0);
        for (frequency, gram) in rare {
            read += frequency;
            if read > MOST_READ {
                break;
            }
            let worth = (self.moment.documents as f32 / (frequency as f32 + 1.0)).ln_1p();
            whole += worth;
            let term = Term::from_field_text(self.fields.gram, &gram);
            for (ord, part) in self.moment.parts.iter().enumerate() {
                each(part, &term, |doc| *counts.entry(DocAddress::new(ord as u32, doc)).or_default() += worth)?;
            }
        }
        let mut ranked: Vec<(f32, DocAddress)> =
            counts.into_iter().filter(|(_, n)| *n >= whole * 0.25).map(|(a, n)| (n, a)).collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        ranked.retain(|(_, a)| !self.moment.parts[a.segment_ord as usize].reader.is_deleted(a.doc_id));
        ranked.truncate(most);
        Ok(ranked.into_iter().map(|(_, a)| a).collect())
    }
}

fn sort(found: &mut [Found]) {
    found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.record.sku.cmp(&b.record.sku)));
}

fn best_identifier(record: &Record, probes: &[Probe]) -> Option<(f32, String)> {
    let mut best: Option<(f32, String)> = None;
    let has_mpn = record.identifiers.get(1).is_some_and(|n| !n.is_empty());
    for (place, identifier) in record.identifiers.iter().enumerate() {
        let own: Vec<char> = compact(identifier).chars().collect();
        // A seller's running number comes near any other number by chance.
        let chance = place == 0 && has_mpn && own.iter().all(char::is_ascii_digit);
        for probe in probes {
            let asked: Vec<char> = probe.number.chars().collect();
            let worth = if chance { 0.8 * probe.worth } else { probe.worth };
            let similarity = worth * similarity(&asked, &own);
            if best.as_ref().is_none_or(|b| similarity > b.0) {
                best = Some((similarity, identifier.clone()));
            }
        }
    }
    best
}

/// From 0 to 1: how likely `asked` is a damaged form of `own`. Both compact.
pub(crate) fn similarity(asked: &[char], own: &[char]) -> f32 {
    if asked.is_empty() || own.is_empty() {
        return 0.0;
    }
    let cost = distance(asked, own);
    (1.0 - cost / asked.len().max(3) as f32).max(0.0)
}

/// Weighted edit distance. A lost end of `own` is cheap: people type beginnings.
fn distance(asked: &[char], own: &[char]) -> f32 {
    let (n, m) = (asked.len(), own.len());
    let mut before_last = vec![0.0_f32; m + 1];
    let mut last: Vec<f32> = (0..=m).map(|j| j as f32).collect();
    let mut row = vec![0.0_f32; m + 1];
    for i in 1..=n {
        row[0] = last[0] + 1.0;
        for j in 1..=m {
            let (a, b) = (asked[i - 1], own[j - 1]);
            let doubled = i > 1 && asked[i - 2] == a;
            let mut best = last[j - 1] + substitution(a, b);
            best = best.min(last[j] + if doubled { 0.5 } else { 0.9 });
            best = best.min(row[j - 1] + 0.7);
            if i > 1 && j > 1 && a == own[j - 2] && asked[i - 2] == b {
                best = best.min(before_last[j - 2] + 0.6);
            }
            row[j] = best;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    let mut best = last[m];
    for (j, cost) in last.iter().enumerate().take(m).skip(1) {
        let missing = (m - j) as f32;
        best = best.min(cost + 0.25 + 0.12 * missing);
    }
    best
}

fn substitution(a: char, b: char) -> f32 {
    if a == b {
        return 0.0;
    }
    let fold = |c: char| look_alike(c.encode_utf8(&mut [0; 4]));
    if fold(a) == fold(b) { 0.25 } else { 1.0 }
}
