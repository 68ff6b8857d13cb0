//! Products told by what they are, for sets that are kept outside the index: bought before, on contract, preferred by staff.
//!
//! Which products of a segment belong to one is worked out by the first question that needs it and kept for the next (`moment`).

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::bits::Bits;
use crate::error::Result;
use crate::filter::listed;
use crate::moment::Opened;
use crate::schema::Fields;
use crate::sight::Targets;

/// A set of products. Cheap to tell from another.
#[derive(Debug, Clone)]
pub struct Members {
    fingerprint: u64,
    /// None is every product.
    targets: Option<Targets>,
}

/// Factors on the scores of products. Cheap to tell from others.
#[derive(Debug, Clone)]
pub struct Weights {
    fingerprint: u64,
    list: Vec<(Targets, f32)>,
}

/// Different factors that products of a segment can have.
const MOST_CLASSES: usize = 256;
/// A look-up of one id takes as long as reading so many.
const WORTH_READING: usize = 64;

/// The factors of a segment's products: one byte each, since different factors are few.
pub(crate) struct Classes {
    of: Vec<u8>,
    factors: Vec<f32>,
}

/// What was worked out lately, by what it was worked out for.
pub(crate) struct Kept<K, V> {
    most: usize,
    known: Mutex<HashMap<K, V, ahash::RandomState>>,
}

impl Members {
    /// The products that are one of `targets`.
    pub fn new(targets: Targets) -> Self {
        Self { fingerprint: fingerprint(&targets), targets: Some(targets) }
    }

    /// Every product.
    pub fn everything() -> Self {
        Self { fingerprint: 0, targets: None }
    }

    /// Whether nothing can belong to it.
    pub fn is_empty(&self) -> bool {
        self.targets.as_ref().is_some_and(|t| t.ids.is_empty() && t.categories.is_empty() && t.brands.is_empty())
    }

    pub(crate) fn bits(&self, fields: &Fields, part: &Opened) -> Result<Bits> {
        match &self.targets {
            Some(targets) => named(targets, fields, part),
            None => Ok(Bits::all(part.documents())),
        }
    }
}

impl Weights {
    /// Multiplies the score of what is one of the targets; a product that several name is multiplied with each factor.
    pub fn new(list: Vec<(Targets, f32)>) -> Self {
        let hashed: Vec<(&Targets, u32)> = list.iter().map(|(targets, factor)| (targets, factor.to_bits())).collect();
        Self { fingerprint: fingerprint(&hashed), list }
    }

    pub(crate) fn classes(&self, fields: &Fields, part: &Opened) -> Result<Classes> {
        let documents = part.documents();
        let mut classes = Classes { of: vec![0; documents as usize], factors: vec![1.0] };
        for (targets, factor) in &self.list {
            let named = named(targets, fields, part)?;
            let mut next: HashMap<u8, u8, ahash::RandomState> = HashMap::default();
            for doc in (0..documents).filter(|doc| named.has(*doc)) {
                let class = &mut classes.of[doc as usize];
                *class = *next.entry(*class).or_insert_with(|| times(&mut classes.factors, *class, *factor));
            }
        }
        Ok(classes)
    }
}

/// The documents that are one of the targets. Many ids are found faster by going through the segment once.
fn named(targets: &Targets, fields: &Fields, part: &Opened) -> Result<Bits> {
    if targets.ids.len() * WORTH_READING < part.documents() as usize {
        return listed(targets.terms(fields), part);
    }
    let others = Targets { ids: Vec::new(), ..targets.clone() };
    let mut found = listed(others.terms(fields), part)?;
    let ids: HashSet<u64, ahash::RandomState> = targets.ids.iter().copied().collect();
    (0..part.documents()).filter(|doc| ids.contains(&part.id(*doc))).for_each(|doc| found.set(doc));
    Ok(found)
}

/// The class of what is in `class` and multiplied once more; the same when there are too many.
fn times(factors: &mut Vec<f32>, class: u8, factor: f32) -> u8 {
    let product = factors[usize::from(class)] * factor.max(0.0);
    let known = factors.iter().position(|other| other.to_bits() == product.to_bits());
    let place = known.unwrap_or(factors.len());
    if place == MOST_CLASSES {
        return class;
    }
    if place == factors.len() {
        factors.push(product);
    }
    place as u8
}

impl Classes {
    pub(crate) fn factor(&self, doc: u32) -> f32 {
        self.factors[usize::from(self.of[doc as usize])]
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Kept<K, V> {
    pub(crate) fn at_most(most: usize) -> Self {
        Self { most, known: Mutex::default() }
    }

    /// What is kept for `key`, or what `work` gives.
    pub(crate) fn get(&self, key: &K, work: impl FnOnce(&K) -> Result<V>) -> Result<V> {
        if let Some(known) = self.known.lock().get(key) {
            return Ok(known.clone());
        }
        let value = work(key)?;
        let mut known = self.known.lock();
        if known.len() >= self.most {
            known.clear();
        }
        known.insert(key.clone(), value.clone());
        Ok(value)
    }
}

fn fingerprint(what: &impl Hash) -> u64 {
    let mut hasher = ahash::AHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.targets == other.targets
    }
}

impl Eq for Members {}

impl Hash for Members {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

impl PartialEq for Weights {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.list == other.list
    }
}

impl Eq for Weights {}

impl Hash for Weights {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

/// Kept per segment.
pub(crate) type KeptMembers = Kept<Arc<Members>, Arc<Bits>>;
/// Kept per segment.
pub(crate) type KeptClasses = Kept<Arc<Weights>, Arc<Classes>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_factors_share_a_class_and_there_are_never_too_many() {
        let mut factors = vec![1.0];
        assert_eq!(times(&mut factors, 0, 2.0), 1);
        assert_eq!(times(&mut factors, 0, 2.0), 1);
        assert_eq!(times(&mut factors, 1, 0.5), 0, "up and down again");
        for n in 0..1_000 {
            times(&mut factors, 0, 1.5 + n as f32);
        }
        assert_eq!(factors.len(), MOST_CLASSES);
    }
}
