//! The catalogue's own words, brands and categories, held in memory for spelling correction, completion and recognition.
//!
//! Read from the term dictionaries after large changes; it advises and may lag behind the index.

use std::collections::{BTreeMap, HashMap};

use crate::error::Result;
use crate::filter::Gate;
use crate::moment::Moment;
use crate::normal::{compact, words};
use crate::schema::Fields;

/// A catalogue's language is covered by far fewer; the rest are part numbers.
const MOST_WORDS: usize = 200_000;
/// Longer words are not kept, in bytes.
const LONGEST: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// In alphabetical order.
    words: Vec<Entry>,
    /// The letters of each word of a length, and its place: what spelling goes through.
    by_length: Vec<Vec<(u32, u32)>>,
    /// Compact name to name as written.
    brands: HashMap<String, String, ahash::RandomState>,
    /// Most used first.
    pub(crate) categories: Vec<Name>,
    pub(crate) brand_names: Vec<Name>,
}

/// A brand or category.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) written: String,
    /// Its words in lower case, each after a space.
    pub(crate) words: String,
}

#[derive(Debug)]
struct Entry {
    word: Box<str>,
    frequency: u32,
}

impl Lexicon {
    pub(crate) fn read(moment: &Moment, fields: &Fields) -> Result<Self> {
        let mut counts: BTreeMap<Box<str>, u32> = BTreeMap::new();
        for dictionary in moment.parts.iter().filter_map(|part| part.dictionary(fields.raw)) {
            let mut stream = dictionary.terms().stream().map_err(tantivy::TantivyError::from)?;
            while stream.advance() {
                let Ok(word) = std::str::from_utf8(stream.key()) else {
                    continue;
                };
                let frequency = stream.value().doc_freq;
                let wordlike = word.len() >= 2 && !word.bytes().any(|b| b.is_ascii_digit());
                if word.len() <= LONGEST && (wordlike || frequency >= 5) && counts.len() < MOST_WORDS {
                    *counts.entry(word.into()).or_default() += frequency;
                }
            }
        }
        let words: Vec<Entry> = counts.into_iter().map(|(word, frequency)| Entry { word, frequency }).collect();
        let mut by_length: Vec<Vec<(u32, u32)>> = vec![Vec::new(); LONGEST + 1];
        for (at, entry) in words.iter().enumerate() {
            by_length[entry.word.len().min(LONGEST)].push((letters(&entry.word), at as u32));
        }
        let (brand_names, categories) = (names(moment, fields, "brand")?, names(moment, fields, "category")?);
        let brands = brand_names.iter().map(|name| (compact(&name.written), name.written.clone()));
        let brands = brands.filter(|(name, _)| !name.is_empty()).collect();
        Ok(Self { words, by_length, brands, categories, brand_names })
    }

    /// The brand that `parts`, joined, name; its name as written.
    pub(crate) fn brand(&self, parts: &[String]) -> Option<&str> {
        self.brands.get(&parts.concat()).map(String::as_str)
    }

    /// The word of the catalogue most likely meant by `word`: near, and the more used the better.
    pub(crate) fn correct(&self, word: &str) -> Option<(&str, u32)> {
        let length = word.chars().count();
        if !(4..=24).contains(&length) {
            return None;
        }
        let reach = if length >= 8 { 2 } else { 1 };
        let mask = letters(word);
        let mut best: Option<(f64, &Entry)> = None;
        let lengths = word.len().saturating_sub(reach).max(3)..=(word.len() + reach).min(LONGEST);
        let same_length = self.by_length.get(lengths).into_iter().flatten().flatten();
        let near = same_length.filter(|(letters, _)| (letters ^ mask).count_ones() as usize <= 2 * reach);
        for entry in near.map(|(_, at)| &self.words[*at as usize]) {
            if *entry.word == *word {
                continue;
            }
            let distance = strsim::osa_distance(&entry.word, word);
            if distance > reach {
                continue;
            }
            let same_start = entry.word.as_bytes()[0] == word.as_bytes()[0];
            let worth = f64::from(entry.frequency).ln_1p() - 4.0 * distance as f64 + if same_start { 1.5 } else { 0.0 };
            if best.is_none_or(|(b, other)| worth > b || (worth >= b && entry.word < other.word)) {
                best = Some((worth, entry));
            }
        }
        best.map(|(_, entry)| (&*entry.word, entry.frequency))
    }

    /// The most used words that begin with `prefix`.
    pub(crate) fn beginning_with(&self, prefix: &str, limit: usize) -> Vec<(&str, u32)> {
        let start = self.words.partition_point(|e| &*e.word < prefix);
        let mut found: Vec<(&str, u32)> =
            self.words[start..].iter().take_while(|e| e.word.starts_with(prefix)).map(|e| (&*e.word, e.frequency)).collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        found.truncate(limit);
        found
    }
}

/// Which letters a word has, one bit each: a cheap bound on the distance of two words.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |mask, b| mask | 1 << (b & 31))
}

/// The values of a label column, most used first, of products that everyone may see.
fn names(moment: &Moment, fields: &Fields, column: &str) -> Result<Vec<Name>> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for part in &moment.parts {
        let columns = part.columns(column)?;
        let Some(values) = &columns.texts else {
            continue;
        };
        let open = Gate::for_everyone(fields, part)?;
        let docs: Vec<u32> = (0..part.documents()).filter(|doc| open.admits(*doc)).collect();
        for (ordinal, count) in values.tally(&docs).into_iter().enumerate().filter(|(_, count)| *count > 0) {
            *counts.entry(values.name(ordinal as u32)?).or_default() += count;
        }
    }
    let mut names: Vec<_> = counts.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let name = |written: String| {
        let mut folded = String::new();
        for word in words(&written) {
            folded.push(' ');
            folded.push_str(&word.text);
        }
        Name { written, words: folded }
    };
    Ok(names.into_iter().map(|(written, _)| name(written)).filter(|n| !n.words.is_empty()).collect())
}
