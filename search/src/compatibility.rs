//! Index terms for the devices that a product fits, read from its attributes and title.
//!
//! Lists are read as people write them: `HP LaserJet 2550, 2550L, 2820` names three LaserJets, `5MP/5P` two models.
//!
//! Not here: devices as products of their own; relations between SKUs belong to the catalog.

use std::collections::HashSet;

use crate::document::{Document, Value};
use crate::normalise::{compact, key};

/// Longer lists are cut: a product that fits more devices than this fits nearly everything.
const MAX_TERMS: usize = 2000;

/// Space-separated terms: each model alone and with up to three words before it, joined without separators.
pub(crate) fn terms(d: &Document) -> String {
    let mut out: HashSet<String, ahash::RandomState> = HashSet::default();
    for a in &d.attributes {
        let Value::Text(text) = &a.value else {
            continue;
        };
        if names_devices(&key(&a.name)) {
            read_list(text, &mut out);
        }
    }
    for text in [&d.title, &d.description] {
        if let Some(after) = after_for(text) {
            read_list(after, &mut out);
        }
    }
    out.into_iter().collect::<Vec<_>>().join(" ")
}

fn names_devices(key: &str) -> bool {
    let fits =
        ["compat", "suitable_for", "component_for", "fits", "supported_model", "supported_device", "for_model", "for_printer"];
    let other = ["operating_system", "memory_card", "electromagnetic", "size", "maximum", "minimum", "brand"];
    fits.iter().any(|f| key.contains(f)) && !other.iter().any(|o| key.contains(o))
}

/// The text after "for", "fits" or "compatible with".
fn after_for(text: &str) -> Option<&str> {
    ["ompatible with ", " for ", " fits "].iter().find_map(|mark| text.split_once(mark)).map(|(_, after)| after)
}

fn read_list(text: &str, out: &mut HashSet<String, ahash::RandomState>) {
    let mut series: Vec<String> = Vec::new();
    for item in text.split([',', ';', '\n', '|', '.']).flat_map(|part| part.split(" / ")) {
        for (nth, alternative) in item.split('/').enumerate() {
            read_device(alternative, nth > 0, &mut series, out);
            if out.len() > MAX_TERMS {
                return;
            }
        }
    }
}

/// Adds the terms of one device. A device that starts with its model number belongs to the series named before it.
fn read_device(item: &str, continued: bool, series: &mut Vec<String>, out: &mut HashSet<String, ahash::RandomState>) {
    let item_words: Vec<String> = item.split_whitespace().map(compact).filter(|w| !w.is_empty()).take(8).collect();
    let Some(model) = item_words.iter().position(|w| w.bytes().any(|b| b.is_ascii_digit())) else {
        if !continued && !item_words.is_empty() && item_words.len() <= 4 {
            out.insert(item_words.concat());
            *series = item_words;
        }
        return;
    };
    let own = model > 0;
    if own {
        *series = item_words[..model].to_vec();
    }
    let mut all = if own { Vec::new() } else { series.clone() };
    let model = if own { model } else { all.len() };
    all.extend(item_words);
    for end in model..all.len() {
        for start in model.saturating_sub(3)..=end.min(model) {
            out.insert(all[start..=end].concat());
        }
        if end > model {
            out.insert(all[end].clone());
        }
    }
}

/// Splits a query into the words that device names are made of, without separators inside part numbers.
pub(crate) fn pieces(text: &str) -> Vec<String> {
    text.split_whitespace().flat_map(|w| w.split('/')).map(compact).filter(|w| !w.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Attribute;

    fn of(text: &str) -> Vec<String> {
        let attribute = Attribute { name: "Compatibility".into(), value: Value::Text(text.into()) };
        let all = terms(&Document { attributes: vec![attribute], ..Document::default() });
        all.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_series_carries_over() {
        let all = of("HP LaserJet 2550, 2550L, 2820/2840");
        for wanted in ["hplaserjet2550", "laserjet2550l", "2820", "laserjet2840", "hplaserjet2840"] {
            assert!(all.iter().any(|t| t == wanted), "{wanted} missing in {all:?}");
        }
    }

    #[test]
    fn words_after_the_model_are_kept() {
        let all = of("Epson Stylus Pro 7900CTP\nEOS-1N HS");
        for wanted in ["pro7900ctp", "stylusp", "eos1nhs", "epsonstyluspro7900ctp"] {
            assert_eq!(all.iter().any(|t| t == wanted), wanted != "stylusp", "{wanted} in {all:?}");
        }
    }
}
