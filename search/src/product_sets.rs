//! Sets of products and boosts that are kept outside the index: bought before, on contract, preferred by staff.
//!
//! The documents of a set are computed per segment by the first query that needs them and then cached (`reader`).

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::bit_set::BitSet;
use crate::error::Result;
use crate::filter::docs_with_any;
use crate::reader::SegmentCache;
use crate::schema::Fields;
use crate::visibility::Targets;

/// A set of products. Comparing two sets is cheap.
#[derive(Debug, Clone)]
pub struct ProductSet {
    fingerprint: u64,
    /// None means every product.
    targets: Option<Targets>,
}

/// Factors on the scores of products. Comparing two lists of factors is cheap.
#[derive(Debug, Clone)]
pub struct Boosts {
    fingerprint: u64,
    by_targets: Vec<(Targets, f32)>,
}

/// The most different factors of the products of a segment.
const MAX_CLASSES: usize = 256;
/// Looking up one id takes as long as reading this many ids in sequence.
const ID_LOOKUP_COST: usize = 64;

/// The factors of a segment's documents: one byte per document, since different factors are few.
pub(crate) struct DocBoosts {
    class_by_doc: Vec<u8>,
    factors: Vec<f32>,
}

/// A cache of computed values. When it is full, it is emptied.
pub(crate) struct BoundedCache<K, V> {
    capacity: usize,
    entries: Mutex<HashMap<K, V, ahash::RandomState>>,
}

impl ProductSet {
    /// The products that match any of `targets`.
    pub fn new(targets: Targets) -> Self {
        Self { fingerprint: fingerprint(&targets), targets: Some(targets) }
    }

    /// Every product.
    pub fn everything() -> Self {
        Self { fingerprint: 0, targets: None }
    }

    /// Whether the set has no product for certain.
    pub fn is_empty(&self) -> bool {
        self.targets.as_ref().is_some_and(|t| t.ids.is_empty() && t.categories.is_empty() && t.brands.is_empty())
    }

    pub(crate) fn docs(&self, fields: &Fields, segment: &SegmentCache) -> Result<BitSet> {
        match &self.targets {
            Some(targets) => docs_of(targets, fields, segment),
            None => Ok(BitSet::full(segment.documents())),
        }
    }
}

impl Boosts {
    /// Each product that matches targets has its score multiplied by their factor, several times when several targets match.
    pub fn new(list: Vec<(Targets, f32)>) -> Self {
        let hashed: Vec<(&Targets, u32)> = list.iter().map(|(targets, factor)| (targets, factor.to_bits())).collect();
        Self { fingerprint: fingerprint(&hashed), by_targets: list }
    }

    pub(crate) fn doc_boosts(&self, fields: &Fields, segment: &SegmentCache) -> Result<DocBoosts> {
        let documents = segment.documents();
        let mut classes = DocBoosts { class_by_doc: vec![0; documents as usize], factors: vec![1.0] };
        for (targets, factor) in &self.by_targets {
            let docs = docs_of(targets, fields, segment)?;
            let mut next: HashMap<u8, u8, ahash::RandomState> = HashMap::default();
            for doc in (0..documents).filter(|doc| docs.contains(*doc)) {
                let class = &mut classes.class_by_doc[doc as usize];
                *class = *next.entry(*class).or_insert_with(|| boosted_class(&mut classes.factors, *class, *factor));
            }
        }
        Ok(classes)
    }
}

/// The documents that match the targets. Many ids are found faster by reading the ids of the whole segment.
fn docs_of(targets: &Targets, fields: &Fields, segment: &SegmentCache) -> Result<BitSet> {
    if targets.ids.len() * ID_LOOKUP_COST < segment.documents() as usize {
        return docs_with_any(targets.terms(fields), segment);
    }
    let others = Targets { ids: Vec::new(), ..targets.clone() };
    let mut found = docs_with_any(others.terms(fields), segment)?;
    let ids: HashSet<u64, ahash::RandomState> = targets.ids.iter().copied().collect();
    (0..segment.documents()).filter(|doc| ids.contains(&segment.id(*doc))).for_each(|doc| found.insert(doc));
    Ok(found)
}

/// The class of documents of `class` after another factor. When there are too many classes, the factor is ignored.
fn boosted_class(factors: &mut Vec<f32>, class: u8, factor: f32) -> u8 {
    let product = factors[usize::from(class)] * factor.max(0.0);
    let known = factors.iter().position(|other| other.to_bits() == product.to_bits());
    let place = known.unwrap_or(factors.len());
    if place == MAX_CLASSES {
        return class;
    }
    if place == factors.len() {
        factors.push(product);
    }
    place as u8
}

impl DocBoosts {
    pub(crate) fn factor(&self, doc: u32) -> f32 {
        self.factors[usize::from(self.class_by_doc[doc as usize])]
    }
}

impl<K: Hash + Eq + Clone, V: Clone> BoundedCache<K, V> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }

    /// The cached value of `key`, or the result of `work`.
    pub(crate) fn get(&self, key: &K, work: impl FnOnce(&K) -> Result<V>) -> Result<V> {
        if let Some(known) = self.entries.lock().get(key) {
            return Ok(known.clone());
        }
        let value = work(key)?;
        let mut known = self.entries.lock();
        if known.len() >= self.capacity {
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

impl PartialEq for ProductSet {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.targets == other.targets
    }
}

impl Eq for ProductSet {}

impl Hash for ProductSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

impl PartialEq for Boosts {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.by_targets == other.by_targets
    }
}

impl Eq for Boosts {}

impl Hash for Boosts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

/// Cache of each segment.
pub(crate) type ProductSetCache = BoundedCache<Arc<ProductSet>, Arc<BitSet>>;
/// Cache of each segment.
pub(crate) type BoostCache = BoundedCache<Arc<Boosts>, Arc<DocBoosts>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_factors_share_a_class_and_classes_are_bounded() {
        let mut factors = vec![1.0];
        assert_eq!(boosted_class(&mut factors, 0, 2.0), 1);
        assert_eq!(boosted_class(&mut factors, 0, 2.0), 1);
        assert_eq!(boosted_class(&mut factors, 1, 0.5), 0, "up and down again");
        for n in 0..1_000 {
            boosted_class(&mut factors, 0, 1.5 + n as f32);
        }
        assert_eq!(factors.len(), MAX_CLASSES);
    }
}
