//! Normalises text so that it can be compared: words, part numbers, attribute names. Pure functions, safe on any text.
//!
//! Not here: units (`units`) and the meaning of words (`parse`).

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer as StemFilter, TextAnalyzer, TokenStream};

/// Longer words and part numbers are cut, which bounds their cost.
pub(crate) const MAX_WORD_CHARS: usize = 40;

/// A word with the byte range it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The lower-case words of letters and digits, without accents. A `.` or `,` between digits becomes `.`, and a fraction such as
/// `1/4` stays whole.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut current = String::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_alphanumeric() {
            if current.is_empty() {
                start = at;
            }
            push_folded(&mut current, c);
            continue;
        }
        let next_digit = chars.peek().is_some_and(|(_, n)| n.is_ascii_digit());
        let after_digit = current.ends_with(|p: char| p.is_ascii_digit());
        if after_digit && next_digit && keeps_number(&current, c) {
            match c {
                ',' if is_thousands(&text[at + 1..], &current) => {}
                ',' => current.push('.'),
                other => current.push(other),
            }
            continue;
        }
        flush(&mut out, &mut current, start, at);
    }
    flush(&mut out, &mut current, start, text.len());
    out
}

/// Whether `c`, which lies between two digits, belongs to the number that `current` ends with.
fn keeps_number(current: &str, c: char) -> bool {
    let tail = current.rsplit(|p: char| !p.is_ascii_digit() && p != '.' && p != '/').next().unwrap_or("");
    match c {
        '.' | ',' => !tail.contains(['.', '/']),
        '/' => tail.len() <= 2 && !tail.contains(['.', '/']) && tail.len() == current.len(),
        _ => false,
    }
}

/// Whether the comma before `rest` groups thousands, as in 15,000.
fn is_thousands(rest: &str, before: &str) -> bool {
    rest.bytes().take_while(u8::is_ascii_digit).count() == 3 && before != "0"
}

fn flush(out: &mut Vec<Word>, current: &mut String, start: usize, end: usize) {
    if !current.is_empty() {
        cut(current);
        out.push(Word { text: std::mem::take(current), start, end });
    }
}

fn cut(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(MAX_WORD_CHARS) {
        text.truncate(at);
    }
}

/// Appends `c` in lower case without its accent.
fn push_folded(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    for lower in c.to_lowercase() {
        match lower {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => out.push('e'),
            'ì'..='ï' | 'ī' | 'į' | 'ı' => out.push('i'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'š' | 'ś' => out.push('s'),
            'ž' | 'ź' | 'ż' => out.push('z'),
            'ł' => out.push('l'),
            'đ' | 'ď' => out.push('d'),
            'ř' => out.push('r'),
            'ť' => out.push('t'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            '\u{300}'..='\u{36f}' => {}
            other => out.push(other),
        }
    }
}

/// A part number reduced to its lower-case letters and digits.
pub(crate) fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(64));
    for c in text.chars().filter(|c| c.is_alphanumeric()).take(MAX_WORD_CHARS) {
        push_folded(&mut out, c);
    }
    out
}

/// A compact part number with look-alike characters made equal: O and Q as 0, I and L as 1, S as 5, B as 8, G as 6, Z as 2.
pub(crate) fn look_alike(compact: &str) -> String {
    compact
        .chars()
        .map(|c| match c {
            'o' | 'q' => '0',
            'i' | 'l' => '1',
            's' => '5',
            'b' => '8',
            'g' => '6',
            'z' => '2',
            other => other,
        })
        .collect()
}

/// A GTIN without leading zeros, when `compact` can be one: 8 to 14 digits.
pub(crate) fn gtin(compact: &str) -> Option<&str> {
    let digits = (8..=14).contains(&compact.len()) && compact.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| compact.trim_start_matches('0'))
}

/// The name of an attribute as a key: lower-case words joined with `_`.
pub(crate) fn key(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in words(name) {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(&word.text.replace(['.', '/'], "_"));
    }
    out
}

/// The lower-case words of a text without accents, joined by single spaces.
pub fn fold_text(text: &str) -> String {
    let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
    words.join(" ")
}

/// A key that is equal for phrases that differ only in case, accents, separators and word endings.
pub fn phrase_key(text: &str) -> String {
    let mut stems = Stemmer::new();
    let words: Vec<String> = words(text).iter().map(|word| stems.stem(&word.text)).collect();
    words.join(" ")
}

/// Reduces English words to their stems. Other languages would be added here.
#[derive(Clone)]
pub(crate) struct Stemmer {
    analyzer: TextAnalyzer,
}

impl Stemmer {
    pub(crate) fn new() -> Self {
        Self { analyzer: TextAnalyzer::builder(RawTokenizer::default()).filter(StemFilter::new(Language::English)).build() }
    }

    /// The stem of a word made by [`words`]. Words with digits and very short words stay as they are.
    pub(crate) fn stem(&mut self, word: &str) -> String {
        if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return word.to_owned();
        }
        let mut stream = self.analyzer.token_stream(word);
        if stream.advance() { std::mem::take(&mut stream.token_mut().text) } else { word.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn words_keep_numbers_whole_and_drop_accents() {
        assert_eq!(texts("Câble Cat.6a, 1,5 m"), ["cable", "cat", "6a", "1.5", "m"]);
        assert_eq!(texts("1/4 in NPT"), ["1/4", "in", "npt"]);
        assert_eq!(texts("15,000 Pages"), ["15000", "pages"]);
        assert_eq!(texts("WAC700/22"), ["wac700", "22"]);
    }

    #[test]
    fn part_numbers_lose_case_separators_and_look_alikes() {
        assert_eq!(compact("CSE-512/260 B"), "cse512260b");
        assert_eq!(look_alike("tk88om"), look_alike("tk880m"));
        assert_eq!(gtin("0884962282892"), Some("884962282892"));
        assert_eq!(gtin("12a6730"), None);
    }

    #[test]
    fn keys_are_plain() {
        assert_eq!(key("Cable length (max.)"), "cable_length_max");
    }

    #[test]
    fn stems_join_plural_and_singular() {
        let mut stems = Stemmer::new();
        assert_eq!(stems.stem("batteries"), stems.stem("battery"));
        assert_eq!(stems.stem("cat6"), "cat6");
    }
}
