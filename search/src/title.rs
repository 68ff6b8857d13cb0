//! Finds the words of a title that say what the product is, rather than what it is for, made of or comes with.
//!
//! A noun phrase ends with its head: a `notebook case` is a case. No dictionary of nouns is needed, only of the words that may
//! follow one.

use crate::dimension;
use crate::normalise::{Word, words};
use crate::units;

/// The words of a title that name the product.
pub(crate) fn head_nouns(title: &str) -> Vec<String> {
    let what = &title[..context_start(title)];
    let first_part = what.find([',', ';']).or(what.find(" - ")).unwrap_or(what.len());
    let all = words(what);
    let heads = (0..all.len()).filter(|at| all[*at].end <= first_part && ends_phrase(what, &all, *at));
    heads.map(|at| all[at].text.clone()).collect()
}

/// The term for two adjacent words of a title.
pub(crate) fn adjacent_term(one: &str, other: &str) -> String {
    format!("two:{one} {other}")
}

/// Whether word `at` is a head noun: no word follows that it could modify, and it is not part of a measure or a list.
fn ends_phrase(title: &str, all: &[Word], at: usize) -> bool {
    let word = &all[at];
    let digit = |w: &Word| w.text.bytes().any(|b| b.is_ascii_digit());
    let next = all.get(at + 1);
    let gap = next.map_or("", |n| &title[word.end..n.start]);
    let last = next.is_none_or(|n| digit(n) || MODIFIERS_AFTER_NOUN.contains(&n.text.as_str()))
        || gap.contains(['(', '-', '–', ',', ';', '.', '"']);
    let before = at.checked_sub(1).map(|b| &all[b]);
    let measured = before.is_some_and(|b| {
        let unit_after_number = dimension::unit(&b.text).is_some() && at > 1 && digit(&all[at - 2]);
        let with_unit = units::quantities(&b.text, &words(&b.text));
        unit_after_number || with_unit.iter().any(|q| q.unit.is_some())
    });
    let added = before.is_some_and(|b| title[b.end..word.start].contains(['+', '&']));
    last && !measured && !added && word.text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Where a title stops saying what the product is and begins to say what it is for or comes with.
pub(crate) fn context_start(title: &str) -> usize {
    let lower = title.to_ascii_lowercase();
    let marks = [" for ", " with ", " w/", " compatible with ", ". compatible ", " replaces ", " equivalent to "];
    marks.iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min().unwrap_or(title.len())
}

/// Words that describe a product without naming it. The word before one of them ends its noun phrase.
const MODIFIERS_AFTER_NOUN: &[&str] = &[
    "for",
    "with",
    "w",
    "and",
    "in",
    "on",
    "to",
    "of",
    "by",
    "from",
    "black",
    "white",
    "grey",
    "gray",
    "silver",
    "blue",
    "red",
    "green",
    "yellow",
    "orange",
    "brown",
    "beige",
    "pink",
    "purple",
    "gold",
    "cyan",
    "magenta",
    "transparent",
    "multicolour",
    "multicolor",
    "clear",
    "original",
    "compatible",
    "wireless",
    "wired",
    "rf",
    "bluetooth",
    "usb",
    "pocket",
    "colour",
    "color",
    "stainless",
    "steel",
    "metallic",
    "titanium",
    "graphite",
    "intel",
    "amd",
    "windows",
    "laser",
    "inkjet",
    "lcd",
    "led",
    "single",
    "dual",
    "male",
    "female",
    "managed",
    "unmanaged",
    "gigabit",
    "optical",
    "digital",
    "over",
    "binaural",
    "monaural",
    "full",
    "flat",
    "touchscreen",
    "touch",
    "pcs",
    "pc",
    "s",
];
