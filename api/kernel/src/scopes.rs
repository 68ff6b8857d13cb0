//! What a token allows: a set of words such as `orders:read`. Which words there are, and which roles hold them, is known to
//! `identity`; the kernel compares them.

use std::fmt;

use smol_str::SmolStr;

/// A set of scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<SmolStr>);

impl Scopes {
    /// The set of these words.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut set: Vec<SmolStr> = words.into_iter().map(SmolStr::new).collect();
        set.sort_unstable();
        set.dedup();
        Self(set)
    }

    /// The set of the words in a text, separated by spaces.
    pub fn of_text(text: &str) -> Self {
        Self::of(text.split_whitespace())
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(SmolStr::as_str)
    }

    /// Whether the set holds this word.
    pub fn contains(&self, word: &str) -> bool {
        self.0.binary_search_by(|held| held.as_str().cmp(word)).is_ok()
    }

    /// The words of either set.
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.iter().chain(other.iter()))
    }

    /// The words of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self::of(self.iter().filter(|word| other.contains(word)))
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            f.write_str(word)?;
        }
        Ok(())
    }
}
