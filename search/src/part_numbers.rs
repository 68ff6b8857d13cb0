//! Part numbers: which words of a query may be one, and how similar a product's identifiers are to it.
//!
//! Candidates come from equal terms, terms with the same prefix, and shared trigrams, all with look-alike characters made
//! equal. A weighted edit distance to the stored identifiers then scores them; damage that people cause (look-alikes, swapped
//! neighbours, a missing end) costs less.

use std::collections::{HashMap, HashSet};

use tantivy::DocAddress;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{IndexRecordOption, Term};

use crate::error::Result;
use crate::filter::{doc_filters, for_each_doc};
use crate::normalise::{MAX_WORD_CHARS, compact, gtin, look_alike};
use crate::query::Query;
use crate::score::for_each_posting;
use crate::snapshot::Snapshot;
use crate::stored_product::StoredProduct;

/// The most candidates whose edit distance is computed.
const MAX_CANDIDATES: usize = 32;
/// A candidate of this similarity is good enough not to look for others by trigrams.
const CLEAR_SIMILARITY: f32 = 0.86;
/// The most entries of trigram lists that are read, rarest trigrams first; frequent trigrams distinguish little.
const MAX_POSTINGS_READ: u32 = 8_000;
/// Less similar products are no candidates.
pub(crate) const MIN_SIMILARITY: f32 = 0.62;

/// Words of a query that may be a part number, in compact form, with the confidence from 0 to 1 that they are one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PossibleNumber {
    pub(crate) number: String,
    pub(crate) confidence: f32,
}

/// A product with an identifier equal or similar to a number.
#[derive(Debug, Clone)]
pub(crate) struct NumberMatch {
    pub(crate) address: DocAddress,
    pub(crate) similarity: f32,
    pub(crate) matched: String,
    pub(crate) stored: StoredProduct,
}

/// The trigrams of a number, with marks for its beginning and end.
pub(crate) fn trigrams(folded: &str) -> Vec<String> {
    let marked: Vec<char> = std::iter::once('^').chain(folded.chars()).chain(['$']).collect();
    marked.windows(3).map(|w| w.iter().collect()).collect()
}

pub(crate) fn customer_number_term(account: u64, compact: &str) -> String {
    format!("{account}:{}", look_alike(compact))
}

const NOISE_WORDS: &[&str] = &[
    "p/n", "pn", "p/n:", "part", "no", "no.", "nr", "ref", "ref.", "sku", "item", "mpn", "ean", "gtin", "art", "art.", "#",
    "number", "?",
];

/// The possible part numbers in `text`, the most likely first.
pub(crate) fn possible_numbers(text: &str, brands: &[String]) -> Vec<PossibleNumber> {
    let pieces: Vec<&str> = text.split_whitespace().take(12).filter(|w| !is_noise(w)).collect();
    let mut out: Vec<PossibleNumber> = Vec::new();
    let mut add = |number: String, confidence: f32| {
        let long = (3..=MAX_WORD_CHARS).contains(&number.chars().count());
        if long && !out.iter().any(|p| p.number == number) {
            out.push(PossibleNumber { number, confidence });
        }
    };
    add(pieces.iter().map(|p| compact(p)).collect(), 1.0);
    let without: Vec<&str> = pieces.iter().filter(|p| !brands.contains(&compact(p))).copied().collect();
    add(without.iter().map(|p| compact(p)).collect(), 1.0);
    for cut in without.iter().filter_map(|p| without_suffix(p)) {
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
    count || NOISE_WORDS.contains(&lower.as_str())
}

/// The number before a packaging or country suffix: `CM1015#ABD`, `XUY73/UK`.
fn without_suffix(piece: &str) -> Option<String> {
    let at = piece.rfind(['#', '-', '/', '_'])?;
    let (head, tail) = (compact(&piece[..at]), compact(&piece[at..]));
    let number = head.len() >= 3 && head.bytes().any(|b| b.is_ascii_digit());
    (number && (1..=6).contains(&tail.len())).then_some(head)
}

/// Whether a compact text looks like a number rather than words.
pub(crate) fn looks_like_number(possible: &str) -> bool {
    possible.len() >= 3 && possible.bytes().any(|b| b.is_ascii_digit())
}

impl Snapshot {
    /// Products with an identifier equal to `number` up to case, separators and look-alikes, including the account's own part
    /// numbers.
    pub(crate) fn find_exact(&self, number: &str, account: Option<u64>) -> Result<Vec<NumberMatch>> {
        let mut out = Vec::new();
        if let Some(account) = account {
            for address in self.with_term(self.fields.customer_number, &customer_number_term(account, number), 20)? {
                out.push(NumberMatch { address, similarity: 1.0, matched: number.to_owned(), stored: self.stored(address)? });
            }
        }
        let folded = look_alike(number);
        let mut terms = vec![folded];
        terms.extend(gtin(number).filter(|g| *g != number).map(str::to_owned));
        for term in terms {
            for address in self.with_term(self.fields.identifier, &term, 50)? {
                if out.iter().any(|f: &NumberMatch| f.address == address) {
                    continue;
                }
                let stored = self.stored(address)?;
                let (similarity, matched) = match stored.find_identifier(number) {
                    Some((position, matched)) if position < 2 => (1.0, matched.clone()),
                    Some((_, matched)) => (0.99, matched.clone()),
                    None => (0.96, number.to_owned()),
                };
                out.push(NumberMatch { address, similarity, matched, stored });
            }
        }
        out.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        Ok(out)
    }

    /// Products with an identifier similar to one of the possible numbers, best first. Trigrams are read only when no candidate
    /// is clearly similar.
    pub(crate) fn find_similar(&self, possible_numbers: &[PossibleNumber], limit: usize) -> Result<Vec<NumberMatch>> {
        let mut candidates: HashSet<DocAddress, ahash::RandomState> = HashSet::default();
        let numbers: Vec<String> = possible_numbers.iter().take(5).map(|p| look_alike(&p.number)).collect();
        for folded in &numbers {
            candidates.extend(self.with_prefix(folded, 16)?);
            candidates.extend(self.within_one_edit(folded, MAX_CANDIDATES)?);
        }
        let mut out = self.score_candidates(&candidates, possible_numbers)?;
        if out.first().is_none_or(|best| best.similarity < CLEAR_SIMILARITY) {
            let mut far: HashSet<DocAddress, ahash::RandomState> = HashSet::default();
            for folded in numbers.iter().filter(|n| n.len() >= 6) {
                far.extend(self.by_shared_trigrams(folded, MAX_CANDIDATES)?);
            }
            far.retain(|address| !candidates.contains(address));
            out.extend(self.score_candidates(&far, possible_numbers)?);
            sort(&mut out);
        }
        out.truncate(limit);
        Ok(out)
    }

    fn score_candidates(
        &self,
        candidates: &HashSet<DocAddress, ahash::RandomState>,
        possible_numbers: &[PossibleNumber],
    ) -> Result<Vec<NumberMatch>> {
        let mut out = Vec::new();
        for &address in candidates {
            let stored = self.stored(address)?;
            let best = best_identifier(&stored, possible_numbers);
            if let Some((similarity, matched)) = best.filter(|b| b.0 >= MIN_SIMILARITY) {
                out.push(NumberMatch { address, similarity, matched, stored });
            }
        }
        sort(&mut out);
        Ok(out)
    }

    /// Products with an identifier at most one edit away.
    fn within_one_edit(&self, folded: &str, limit: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        if folded.len() < 4 {
            return Ok(out);
        }
        let near = FuzzyTermQuery::new(Term::from_field_text(self.fields.identifier, folded), 1, true);
        for (ord, segment) in self.reader.segments.iter().enumerate() {
            let Some(dictionary) = segment.dictionary(self.fields.identifier) else {
                continue;
            };
            let stream = dictionary.terms().search(near.automaton()?).into_stream();
            let mut stream = stream.map_err(tantivy::TantivyError::from)?;
            while out.len() < limit && stream.advance() {
                let list = dictionary.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic);
                self.collect_docs(ord, &mut list.map_err(tantivy::TantivyError::from)?, limit, &mut out);
            }
        }
        Ok(out)
    }

    /// Adds the documents of a list that are not deleted, up to `limit`.
    fn collect_docs(&self, ord: usize, list: &mut BlockSegmentPostings, limit: usize, out: &mut Vec<DocAddress>) {
        let segment = &self.reader.segments[ord];
        for_each_posting(list, |doc, _| {
            if out.len() < limit && !segment.reader.is_deleted(doc) {
                out.push(DocAddress::new(ord as u32, doc));
            }
        });
    }

    /// Products with an identifier that begins with `folded`, as far as `query` may see them.
    pub(crate) fn with_number_prefix(&self, folded: &str, limit: usize, query: &Query) -> Result<Vec<(u64, StoredProduct)>> {
        let mut out = Vec::new();
        let doc_filters = doc_filters(query, &self.fields, &self.reader)?;
        for address in self.with_prefix(folded, 4 * limit)? {
            if out.len() < limit && doc_filters[address.segment_ord as usize].accepts(address.doc_id) {
                out.push((self.id(address), self.stored(address)?));
            }
        }
        Ok(out)
    }

    fn with_prefix(&self, folded: &str, limit: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        for (ord, segment) in self.reader.segments.iter().enumerate() {
            let Some(dictionary) = segment.dictionary(self.fields.identifier) else {
                continue;
            };
            let stream = dictionary.terms().range().ge(folded.as_bytes()).into_stream();
            let mut stream = stream.map_err(tantivy::TantivyError::from)?;
            let mut seen = 0;
            while seen < limit && stream.advance() && stream.key().starts_with(folded.as_bytes()) {
                seen += 1;
                let list = dictionary.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic);
                self.collect_docs(ord, &mut list.map_err(tantivy::TantivyError::from)?, 4 * limit, &mut out);
            }
        }
        Ok(out)
    }

    /// The products that share the most trigrams with the number.
    fn by_shared_trigrams(&self, folded: &str, limit: usize) -> Result<Vec<DocAddress>> {
        let mut wanted = trigrams(folded);
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.len() < 3 {
            return Ok(Vec::new());
        }
        let mut rare = Vec::with_capacity(wanted.len());
        for gram in wanted {
            rare.push((self.reader.frequency(self.fields.gram, &gram)?, gram));
        }
        rare.sort_unstable();
        let mut counts: HashMap<DocAddress, f32, ahash::RandomState> = HashMap::default();
        let (mut whole, mut read) = (0.0, 0);
        for (frequency, gram) in rare {
            read += frequency;
            if read > MAX_POSTINGS_READ {
                break;
            }
            let confidence = (self.reader.documents as f32 / (frequency as f32 + 1.0)).ln_1p();
            whole += confidence;
            let term = Term::from_field_text(self.fields.gram, &gram);
            for (ord, segment) in self.reader.segments.iter().enumerate() {
                for_each_doc(segment, &term, |doc| *counts.entry(DocAddress::new(ord as u32, doc)).or_default() += confidence)?;
            }
        }
        let mut ranked: Vec<(f32, DocAddress)> =
            counts.into_iter().filter(|(_, n)| *n >= whole * 0.25).map(|(a, n)| (n, a)).collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        ranked.retain(|(_, a)| !self.reader.segments[a.segment_ord as usize].reader.is_deleted(a.doc_id));
        ranked.truncate(limit);
        Ok(ranked.into_iter().map(|(_, a)| a).collect())
    }
}

fn sort(found: &mut [NumberMatch]) {
    found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.stored.sku.cmp(&b.stored.sku)));
}

fn best_identifier(stored: &StoredProduct, possible_numbers: &[PossibleNumber]) -> Option<(f32, String)> {
    let mut best: Option<(f32, String)> = None;
    let has_mpn = stored.identifiers.get(1).is_some_and(|n| !n.is_empty());
    for (position, identifier) in stored.identifiers.iter().enumerate() {
        let own: Vec<char> = compact(identifier).chars().collect();
        // A seller's running numbers are similar to any other number by chance.
        let chance = position == 0 && has_mpn && own.iter().all(char::is_ascii_digit);
        for possible in possible_numbers {
            let asked: Vec<char> = possible.number.chars().collect();
            let confidence = if chance { 0.8 * possible.confidence } else { possible.confidence };
            let similarity = confidence * similarity(&asked, &own);
            if best.as_ref().is_none_or(|b| similarity > b.0) {
                best = Some((similarity, identifier.clone()));
            }
        }
    }
    best
}

/// How likely `asked` is a damaged form of `own`, from 0 to 1. Both are compact.
pub(crate) fn similarity(asked: &[char], own: &[char]) -> f32 {
    if asked.is_empty() || own.is_empty() {
        return 0.0;
    }
    let cost = distance(asked, own);
    (1.0 - cost / asked.len().max(3) as f32).max(0.0)
}

/// Weighted edit distance. A missing end of `own` is cheap, since people type beginnings.
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
