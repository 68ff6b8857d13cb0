//! Words that mean the same: a small standard table of trade English, and what the staff add for their catalogue.
//!
//! A group is a list of words or phrases; each stands for all the others. Not here: spelling mistakes (`lexicon`).

use std::collections::HashMap;

use crate::normal::{Stems, words};

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

/// Compiled groups: from a phrase of stems to the phrases that mean the same.
#[derive(Debug, Default)]
pub(crate) struct Synonyms {
    phrases: HashMap<String, Vec<Vec<String>>, ahash::RandomState>,
    longest: usize,
}

impl Synonyms {
    pub(crate) fn standard() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(groups: &[Vec<String>]) -> Self {
        let mut out = Self::default();
        let mut stems = Stems::new();
        for group in STANDARD {
            out.add(&mut stems, group.iter().copied());
        }
        for group in groups {
            out.add(&mut stems, group.iter().map(String::as_str));
        }
        out
    }

    fn add<'a>(&mut self, stems: &mut Stems, group: impl Iterator<Item = &'a str>) {
        let phrases: Vec<Vec<String>> = group
            .map(|phrase| words(phrase).iter().map(|w| stems.stem(&w.text)).collect::<Vec<_>>())
            .filter(|phrase| !phrase.is_empty() && phrase.len() <= 5)
            .collect();
        for one in &phrases {
            self.longest = self.longest.max(one.len());
            let others = self.phrases.entry(one.join(" ")).or_default();
            for other in &phrases {
                if other != one && !others.contains(other) {
                    others.push(other.clone());
                }
            }
        }
    }

    /// The longest phrase starting at `stems[0]`: how many stems it has and what it stands for.
    pub(crate) fn longest_match(&self, stems: &[String]) -> Option<(usize, &[Vec<String>])> {
        (1..=self.longest.min(stems.len()))
            .rev()
            .find_map(|n| self.phrases.get(&stems[..n].join(" ")).map(|others| (n, others.as_slice())))
    }
}
