//! Finds the words of a query in titles.

use crate::normalise::{Stemmer, words};

/// Finds the words of one query in texts.
pub struct Highlighter {
    /// Stemmer, and words joined without a space.
    wanted: Vec<String>,
    stems: Stemmer,
}

impl std::fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Highlighter").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl Highlighter {
    pub(crate) fn new(wanted: Vec<String>) -> Self {
        Self { wanted, stems: Stemmer::new() }
    }

    /// Byte ranges of `text` that match the question, in order, not overlapping.
    pub fn spans(&mut self, text: &str) -> Vec<(usize, usize)> {
        if self.wanted.is_empty() {
            return Vec::new();
        }
        let mut found = words(text);
        found.retain(|word| {
            // A stem begins with the same letter as its word, so most words need not be stemmed.
            let possible = self.wanted.iter().any(|wanted| wanted.as_bytes().first() == word.text.as_bytes().first());
            possible && self.wanted.contains(&self.stems.stem(&word.text))
        });
        found.into_iter().map(|word| (word.start, word.end)).collect()
    }
}
