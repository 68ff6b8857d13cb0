//! What a title says the product is, as opposed to what it is for, made of or comes with.
//!
//! A noun phrase ends with its head: a `notebook case` is a case. No dictionary of things is needed, only the words that may follow.

use crate::dimension;
use crate::normal::{Word, words};
use crate::units;

/// The words of a title that name the product.
pub(crate) fn heads(title: &str) -> Vec<String> {
    let what = &title[..context(title)];
    let first_part = what.find([',', ';']).or(what.find(" - ")).unwrap_or(what.len());
    let all = words(what);
    let named = (0..all.len()).filter(|at| all[*at].end <= first_part && ends_phrase(what, &all, *at));
    named.map(|at| all[at].text.clone()).collect()
}

/// The term for two words standing next to each other in a title.
pub(crate) fn neighbours(one: &str, other: &str) -> String {
    format!("two:{one} {other}")
}

/// Whether word `at` names the thing: nothing it could be a modifier of follows, and it is not a part of a measure or a list.
fn ends_phrase(title: &str, all: &[Word], at: usize) -> bool {
    let word = &all[at];
    let digit = |w: &Word| w.text.bytes().any(|b| b.is_ascii_digit());
    let next = all.get(at + 1);
    let gap = next.map_or("", |n| &title[word.end..n.start]);
    let last = next.is_none_or(|n| digit(n) || FOLLOWERS.contains(&n.text.as_str()))
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

/// Where a title stops to say what the product is and begins to say what it is for or comes with.
pub(crate) fn context(title: &str) -> usize {
    let lower = title.to_ascii_lowercase();
    let marks = [" for ", " with ", " w/", " compatible with ", ". compatible ", " replaces ", " equivalent to "];
    marks.iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min().unwrap_or(title.len())
}

/// Words that say how a thing is, not what it is: the word before one of them ends its phrase.
const FOLLOWERS: &[&str] = &[
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
