//! Device names: those that attributes of accessories list, and those of products that are devices. They relate accessories to
//! devices without a relation by hand.
//!
//! Lists are read as people write them: `HP LaserJet 2550, 2550L, 2820` names three LaserJets, `P4014/P4015` two. A device is
//! identified by its model, the first word with a digit, together with the words around it.
//!
//! Not here: queries such as "toner for C752dn", which the crate `search` parses.

use std::hash::{Hash as _, Hasher as _};

use ahash::{AHashMap, AHasher};

/// The confidence that a name means a device, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    /// The model without the words before it. Reliable only within one brand.
    ModelAlone,
    /// The full name as listed.
    Named,
}

/// An attribute lists devices when its name contains one of the first and none of the second.
const DEVICE_LIST_NAMES: &[&str] =
    &["compatib", "suitable for", "component for", "fits", "supported model", "supported device", "for model", "for printer"];
const OTHER_NAMES: &[&str] =
    &["operating system", "memory card", "electromagnetic", "size", "maximum", "minimum", "brand", "chipset", "supplies"];

/// Patterns that find such attributes in the database.
pub(super) const PATTERNS: &[&str] =
    &["compatib", "suitable%for", "component%for", "fits", "supported%model", "supported%device", "for%model", "for%printer"];

/// Words before the last item of a list.
const CONJUNCTIONS: &[&str] = &["and", "or", "und", "oder"];

/// Longer lists are cut: a product that fits more devices fits nearly everything.
const MAX_KEYS: usize = 4_000;

/// Whether an attribute lists devices. Its name must be a result of `comparable_value::name_of`.
pub(super) fn is_list(name: &str) -> bool {
    DEVICE_LIST_NAMES.iter().any(|part| name.contains(part)) && !OTHER_NAMES.iter().any(|part| name.contains(part))
}

/// Adds the keys of the devices that a text lists.
pub(super) fn add_listed_devices(text: &str, keys: &mut AHashMap<u64, Confidence>) {
    let mut series: Vec<String> = Vec::new();
    for item in text.split([',', ';', '\n', '|']).flat_map(|part| part.split(" / ")).flat_map(|part| part.split(". ")) {
        for (nth, alternative) in item.split('/').enumerate() {
            add_device(alternative, nth > 0, &mut series, keys);
            if keys.len() > MAX_KEYS {
                return;
            }
        }
    }
}

/// Adds one device. A device that starts with its model belongs to the series named before it.
fn add_device(item: &str, continued: bool, series: &mut Vec<String>, keys: &mut AHashMap<u64, Confidence>) {
    let item: Vec<String> = words(item).skip_while(|word| CONJUNCTIONS.contains(&word.as_str())).take(8).collect();
    let Some(model) = item.iter().position(|word| has_digit(word)) else {
        if !continued && (1..=4).contains(&item.len()) {
            *series = item;
        }
        return;
    };
    let before = if model > 0 { item[..model].to_vec() } else { series.clone() };
    let all: Vec<&str> = before.iter().chain(&item[model..]).map(String::as_str).collect();
    let model = before.len();
    for end in [model, all.len() - 1] {
        for start in model.saturating_sub(3)..=model {
            let name = all[start..=end].concat();
            if name.len() >= 3 {
                let confidence = if start < model || model == 0 { Confidence::Named } else { Confidence::ModelAlone };
                let known = keys.entry(key(&name)).or_insert(confidence);
                *known = confidence.max(*known);
            }
        }
    }
    if !before.is_empty() {
        *series = before;
    }
}

/// Adds the keys under which a product may be listed as a device, from its brand and one of its names, each with the length of
/// the name.
pub(super) fn device_name_keys(brand: &str, name: &str, keys: &mut AHashMap<u64, usize>) {
    let name: Vec<String> = name.split('/').flat_map(words).collect();
    // A decimal, or a word far down the title, is a property and no model.
    let Some(model) = name.iter().take(6).position(|word| has_digit(word)) else { return };
    let brand: Vec<String> = words(brand).collect();
    let mut add = |name: String| {
        if name.len() >= 3 {
            keys.insert(key(&name), name.len());
        }
    };
    for end in model..name.len().min(model + 4) {
        for start in model.saturating_sub(3)..=model {
            add(name[start..=end].concat());
        }
        for start in [model, model.saturating_sub(1)] {
            add(brand.concat() + &name[start..=end].concat());
        }
    }
}

/// Lower-case words without punctuation; decimals are left out.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_decimal = |word: &str| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit());
    text.split_whitespace().filter(move |word| !is_decimal(word)).map(compact).filter(|word| !word.is_empty())
}

fn compact(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

fn key(name: &str) -> u64 {
    let mut hasher = AHasher::default();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The confidence that a list names a product.
    fn fits(list: &str, brand: &str, title: &str) -> Option<Confidence> {
        let (mut listed_keys, mut own) = (AHashMap::new(), AHashMap::new());
        add_listed_devices(list, &mut listed_keys);
        device_name_keys(brand, title, &mut own);
        own.keys().filter_map(|key| listed_keys.get(key).copied()).max()
    }

    #[test]
    fn a_series_carries_over() {
        let list = "HP LaserJet 4200, 4200L, 4250/4350";
        for title in ["HP LaserJet 4200 1200 x 1200 DPI A4", "LaserJet 4200L", "HP LaserJet 4250 printer", "HP LaserJet 4350"] {
            assert_eq!(fits(list, "HP", title), Some(Confidence::Named), "{title}");
        }
        assert_eq!(fits(list, "HP", "HP LaserJet 1200 printer"), None);
        assert_eq!(fits("HP DesignJet 30, 90, and 130 Printer series", "HP", "HP Designjet 130"), Some(Confidence::Named));
        assert_eq!(fits("3330dn", "DELL", "DELL 3330dn 1200 x 1200 DPI A4"), Some(Confidence::Named));
    }

    #[test]
    fn the_model_alone_has_less_confidence() {
        assert_eq!(fits("Xerox Phaser 4200", "HP", "HP LaserJet 4200"), Some(Confidence::ModelAlone));
        assert_eq!(fits("HP Compaq 6730b Notebook PC", "HP", "HP Compaq 6730b Notebook 39.1 cm"), Some(Confidence::Named));
        assert_eq!(fits("HP 2800", "HP", "HP Business Inkjet 2800 printer"), Some(Confidence::Named));
    }

    #[test]
    fn decimals_are_no_models() {
        assert_eq!(fits("USB 2.0", "Tripp Lite", "Tripp Lite USB 2.0 cable"), None);
    }

    #[test]
    fn only_lists_of_devices_are_read() {
        assert!(is_list("compatibility") && is_list("compatible products") && is_list("suitable for"));
        assert!(!is_list("compatible operating systems") && !is_list("electromagnetic compatibility") && !is_list("colour"));
    }
}
