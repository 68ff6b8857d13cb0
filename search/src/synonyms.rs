//! Synonyms: a small standard table of trade English, and the synonyms that staff define for their catalogue.
//!
//! A group is a list of words or phrases, each a synonym of all others.
//!
//! Not here: spelling mistakes (`lexicon`).

use std::collections::HashMap;
use std::sync::Arc;

use crate::normalise::{Stemmer, words};

const STANDARD: &[&[&str]] = &[
    &["laptop", "notebook"],
    &["grey", "gray"],
    &["colour", "color"],
    &["fibre", "fiber"],
    &["fibre optic", "fiber optic", "optical fibre"],
    &["aluminium", "aluminum"],
    &["tyre", "tire"],
    &["metre", "meter"],
    &["litre", "liter"],
    &["ups", "uninterruptible power supply"],
    &["cord", "cable", "lead"],
    &["network cable", "networking cable", "ethernet cable", "patch cable", "patch cord", "lan cable"],
    &["ethernet", "network", "networking", "lan"],
    &["earbuds", "earphones", "in-ear headphones"],
    &["headphones", "headset", "headphone"],
    &["usb stick", "usb flash drive", "memory stick", "usb drive", "flash drive", "thumb drive"],
    &["hdd", "hard drive", "hard disk", "hard disk drive"],
    &["ssd", "solid state drive"],
    &["ram", "memory", "memory module"],
    &["tv", "television"],
    &["cellphone", "mobile phone", "smartphone"],
    &["cpu", "processor"],
    &["gpu", "graphics card", "video card"],
    &["psu", "power supply"],
    &["nic", "network card", "network adapter"],
    &["wifi", "wi-fi", "wireless lan", "wlan"],
    &["ps4", "playstation 4"],
    &["ps5", "playstation 5"],
    &["multifunctional", "multifunction", "all-in-one", "mfp"],
    &["power bank", "portable charger"],
    &["turquoise", "aqua"],
    &["screen", "monitor", "display"],
    &["memory card", "flash card"],
    &["sd", "secure digital"],
    &["cf", "compactflash", "compact flash"],
    &["microsd", "micro sd"],
    &["cd drive", "optical drive", "optical disc drive", "dvd drive"],
    &["bag", "case"],
    &["rucksack", "backpack"],
    &["stapler", "staple gun"],
    &["sellotape", "adhesive tape", "sticky tape"],
    &["ballpoint", "ball pen", "biro"],
    &["hex", "hexagon", "hexagonal"],
    &["ss", "stainless steel", "stainless"],
    &["zinc", "zinc plated", "galvanised", "galvanized"],
    &["allen", "hex socket", "socket head"],
    &["washer", "plain washer", "flat washer"],
    &["spanner", "wrench"],
    &["torch", "flashlight"],
    &["plier", "pliers"],
    &["gasket", "seal"],
    &["valve", "tap", "cock"],
    &["adapter", "adaptor"],
    &["battery", "accumulator"],
    &["bulb", "lamp"],
];

/// A group of synonyms defined by staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynonymGroup {
    /// Its name in explanations.
    pub code: Arc<str>,
    pub terms: Vec<String>,
    /// When given, each term has these as synonyms, but not the other way round. Otherwise the terms are synonyms of each
    /// other.
    pub means: Vec<String>,
}

/// Compiled groups: from a phrase of stems to its synonyms. The standard table is always included.
#[derive(Debug, Default)]
pub struct Synonyms {
    phrases: HashMap<String, Vec<Meaning>, ahash::RandomState>,
    longest: usize,
}

/// A synonym.
#[derive(Debug, Clone)]
pub(crate) struct Meaning {
    pub(crate) stems: Vec<String>,
    pub(crate) text: Arc<str>,
    /// The group of the staff it comes from; none for the standard table.
    pub(crate) source: Option<Arc<str>>,
}

/// Longer phrases have no synonyms.
const MAX_WORDS: usize = 5;

impl Synonyms {
    pub(crate) fn standard() -> Self {
        Self::with(&[])
    }

    /// The standard table and these groups.
    pub fn with(groups: &[SynonymGroup]) -> Self {
        let mut out = Self::default();
        let mut stems = Stemmer::new();
        for group in STANDARD {
            let phrases = phrases(&mut stems, group.iter().copied(), None);
            out.add(&phrases, &phrases);
        }
        for group in groups {
            let source = Some(&group.code);
            let terms = phrases(&mut stems, group.terms.iter().map(String::as_str), source);
            let means = phrases(&mut stems, group.means.iter().map(String::as_str), source);
            out.add(&terms, if means.is_empty() { &terms } else { &means });
        }
        out
    }

    fn add(&mut self, terms: &[Meaning], means: &[Meaning]) {
        for one in terms {
            self.longest = self.longest.max(one.stems.len());
            let others = self.phrases.entry(one.stems.join(" ")).or_default();
            for other in means {
                if other.stems != one.stems && !others.iter().any(|known| known.stems == other.stems) {
                    others.push(other.clone());
                }
            }
        }
    }

    /// Whether staff define synonyms of this stem, so that it is no spelling mistake.
    pub(crate) fn is_defined_by_staff(&self, stem: &str) -> bool {
        self.phrases.get(stem).is_some_and(|others| others.iter().any(|other| other.source.is_some()))
    }

    /// The longest phrase starting at `stems[0]` that has synonyms: its number of stems, and the synonyms.
    pub(crate) fn longest_match(&self, stems: &[String]) -> Option<(usize, &[Meaning])> {
        (1..=self.longest.min(stems.len()))
            .rev()
            .find_map(|n| self.phrases.get(&stems[..n].join(" ")).map(|others| (n, others.as_slice())))
    }
}

fn phrases<'a>(stems: &mut Stemmer, texts: impl Iterator<Item = &'a str>, source: Option<&Arc<str>>) -> Vec<Meaning> {
    let phrase = |text: &str| Meaning {
        stems: words(text).iter().map(|word| stems.stem(&word.text)).collect(),
        text: text.into(),
        source: source.cloned(),
    };
    texts.map(phrase).filter(|phrase| (1..=MAX_WORDS).contains(&phrase.stems.len())).collect()
}
