//! The words, brands and categories of the catalogue, in memory for spelling correction, completion and recognition.
//!
//! The lexicon is read from the term dictionaries after large changes and may lag behind the index.

use std::collections::{BTreeMap, HashMap};

use crate::error::Result;
use crate::filter::DocFilter;
use crate::normalise::{compact, words};
use crate::reader::Reader;
use crate::schema::Fields;

/// A catalogue's language has far fewer words; the rest are part numbers.
const MAX_WORDS: usize = 200_000;
/// Longer words are left out.
const MAX_WORD_BYTES: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// In alphabetical order.
    words: Vec<LexiconWord>,
    /// For each word length: the letters of each word as a mask, and its index in `words`. Spelling correction walks these
    /// lists.
    by_length: Vec<Vec<(u32, u32)>>,
    /// Names of brands as written, by compact name.
    brands: HashMap<String, String, ahash::RandomState>,
    /// Most frequent first.
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
struct LexiconWord {
    word: Box<str>,
    frequency: u32,
}

impl Lexicon {
    pub(crate) fn read(reader: &Reader, fields: &Fields) -> Result<Self> {
        let mut counts: BTreeMap<Box<str>, u32> = BTreeMap::new();
        for dictionary in reader.segments.iter().filter_map(|segment| segment.dictionary(fields.raw)) {
            let mut stream = dictionary.terms().stream().map_err(tantivy::TantivyError::from)?;
            while stream.advance() {
                let Ok(word) = std::str::from_utf8(stream.key()) else {
                    continue;
                };
                let frequency = stream.value().doc_freq;
                let wordlike = word.len() >= 2 && !word.bytes().any(|b| b.is_ascii_digit());
                if word.len() <= MAX_WORD_BYTES && (wordlike || frequency >= 5) && counts.len() < MAX_WORDS {
                    *counts.entry(word.into()).or_default() += frequency;
                }
            }
        }
        let words: Vec<LexiconWord> = counts.into_iter().map(|(word, frequency)| LexiconWord { word, frequency }).collect();
        let mut by_length: Vec<Vec<(u32, u32)>> = vec![Vec::new(); MAX_WORD_BYTES + 1];
        for (at, entry) in words.iter().enumerate() {
            by_length[entry.word.len().min(MAX_WORD_BYTES)].push((letters(&entry.word), at as u32));
        }
        let (brand_names, categories) = (names(reader, fields, "brand")?, names(reader, fields, "category")?);
        let brands = brand_names.iter().map(|name| (compact(&name.written), name.written.clone()));
        let brands = brands.filter(|(name, _)| !name.is_empty()).collect();
        Ok(Self { words, by_length, brands, categories, brand_names })
    }

    /// The brand that `parts` name when joined, as it is written.
    pub(crate) fn brand(&self, parts: &[String]) -> Option<&str> {
        self.brands.get(&parts.concat()).map(String::as_str)
    }

    /// The most likely correction of `word`: a similar word of the catalogue, more frequent ones preferred.
    pub(crate) fn correct(&self, word: &str) -> Option<(&str, u32)> {
        let length = word.chars().count();
        if !(4..=24).contains(&length) {
            return None;
        }
        let reach = if length >= 8 { 2 } else { 1 };
        let mask = letters(word);
        let mut best: Option<(f64, &LexiconWord)> = None;
        let lengths = word.len().saturating_sub(reach).max(3)..=(word.len() + reach).min(MAX_WORD_BYTES);
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
            let likelihood = f64::from(entry.frequency).ln_1p() - 4.0 * distance as f64 + if same_start { 1.5 } else { 0.0 };
            if best.is_none_or(|(b, other)| likelihood > b || (likelihood >= b && entry.word < other.word)) {
                best = Some((likelihood, entry));
            }
        }
        best.map(|(_, entry)| (&*entry.word, entry.frequency))
    }

    /// The most frequent words that begin with `prefix`.
    pub(crate) fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<(&str, u32)> {
        let start = self.words.partition_point(|e| &*e.word < prefix);
        let mut found: Vec<(&str, u32)> =
            self.words[start..].iter().take_while(|e| e.word.starts_with(prefix)).map(|e| (&*e.word, e.frequency)).collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        found.truncate(limit);
        found
    }
}

/// The letters of a word, one bit each: a cheap bound on the distance of two words.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |mask, b| mask | 1 << (b & 31))
}

/// The values of a label column among products that everyone may see, most frequent first.
fn names(reader: &Reader, fields: &Fields, column: &str) -> Result<Vec<Name>> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for segment in &reader.segments {
        let columns = segment.columns(column)?;
        let Some(values) = &columns.texts else {
            continue;
        };
        let open = DocFilter::for_everyone(fields, segment)?;
        let docs: Vec<u32> = (0..segment.documents()).filter(|doc| open.accepts(*doc)).collect();
        for (ordinal, count) in values.count_values(&docs).into_iter().enumerate().filter(|(_, count)| *count > 0) {
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
