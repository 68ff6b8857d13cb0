//! Relation rules applied to all products: the products at both ends of each rule, indexed by the values that must agree.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet, AHasher};
use entity::ProductId;
use std::hash::{Hash as _, Hasher as _};

use super::comparable_value::ComparableValue;
use super::product_attributes::ProductAttributes;
use super::rule::{End, Rule};
use catalog::Product;

/// The most products that are compared one by one.
const MAX_COMPARED: usize = 5_000;

/// A product at an end of a rule.
#[derive(Debug)]
struct Member {
    key: u64,
    values: Arc<[ComparableValue]>,
}

#[derive(Debug, Default)]
struct Side {
    members: AHashMap<ProductId, Member>,
    by_key: AHashMap<u64, Vec<ProductId>>,
}

/// A rule with the products at its ends.
#[derive(Debug)]
pub(super) struct AppliedRule {
    pub(super) rule: Arc<Rule>,
    from: Side,
    to: Side,
}

/// Applied rules, by id.
#[derive(Debug, Default)]
pub(super) struct AppliedRules {
    rules: AHashMap<i64, AppliedRule>,
    /// Equal lists of values, stored once.
    shared: AHashMap<u64, Arc<[ComparableValue]>>,
}

impl AppliedRules {
    /// Replaces the rule of an id by a rule without products, or removes it.
    pub(super) fn put_rule(&mut self, id: i64, rule: Option<Arc<Rule>>) {
        match rule {
            Some(rule) => {
                self.rules.insert(id, AppliedRule { rule, from: Side::default(), to: Side::default() });
            }
            None => {
                self.rules.remove(&id);
            }
        }
    }

    /// Applies all rules, or only some, to the current state of a product.
    pub(super) fn put_product(&mut self, product: &Product, attributes: &ProductAttributes, only: Option<&AHashSet<i64>>) {
        for (_, applied) in self.rules.iter_mut().filter(|(id, _)| only.is_none_or(|only| only.contains(id))) {
            for end in [End::From, End::To] {
                let member = applied.rule.values(end, product, attributes).map(|values| {
                    let key = key_of(&applied.rule, &values);
                    let values = shared(&mut self.shared, values);
                    Member { key, values }
                });
                applied.side_mut(end).put(product.id, member);
            }
        }
    }

    /// Every rule, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &AppliedRule> {
        self.rules.values()
    }

    /// Patterns of the attributes that rules read.
    pub(super) fn patterns(&self) -> Vec<String> {
        let mut all: Vec<String> = self.all().flat_map(|applied| applied.rule.patterns()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn names_categories(&self) -> bool {
        self.all().any(|applied| applied.rule.names_categories())
    }

    pub(super) fn needs_no_attributes(&self) -> bool {
        self.all().any(|applied| applied.rule.needs_no_attributes())
    }
}

/// A key that is equal for values that can agree.
fn key_of(rule: &Rule, values: &[ComparableValue]) -> u64 {
    let mut hasher = AHasher::default();
    rule.matches.iter().zip(values).for_each(|(m, value)| value.key(m.compare).hash(&mut hasher));
    hasher.finish()
}

fn shared(known: &mut AHashMap<u64, Arc<[ComparableValue]>>, values: Vec<ComparableValue>) -> Arc<[ComparableValue]> {
    let mut hasher = AHasher::default();
    for value in &values {
        value.text.hash(&mut hasher);
    }
    let same = known.entry(hasher.finish()).or_insert_with(|| values.clone().into());
    if **same == *values { same.clone() } else { values.into() }
}

impl Side {
    fn put(&mut self, product: ProductId, member: Option<Member>) {
        let old = match member {
            Some(member) => {
                let key = member.key;
                let old = self.members.insert(product, member);
                if old.as_ref().is_none_or(|old| old.key != key) {
                    self.by_key.entry(key).or_default().push(product);
                }
                old.filter(|old| old.key != key)
            }
            None => self.members.remove(&product),
        };
        if let Some(old) = old
            && let Some(same) = self.by_key.get_mut(&old.key)
        {
            same.retain(|other| *other != product);
            if same.is_empty() {
                self.by_key.remove(&old.key);
            }
        }
    }
}

impl AppliedRule {
    fn side(&self, end: End) -> &Side {
        match end {
            End::From => &self.from,
            End::To => &self.to,
        }
    }

    fn side_mut(&mut self, end: End) -> &mut Side {
        match end {
            End::From => &mut self.from,
            End::To => &mut self.to,
        }
    }

    /// Whether a product is at an end of the rule.
    pub(super) fn has(&self, end: End, product: ProductId) -> bool {
        self.side(end).members.contains_key(&product)
    }

    /// The key of a product at an end: products with the same key can agree.
    pub(super) fn key(&self, end: End, product: ProductId) -> Option<u64> {
        self.side(end).members.get(&product).map(|member| member.key)
    }

    /// At most `limit` products at the other end that agree with a product at `end`, in no order.
    pub(super) fn partners(&self, end: End, product: ProductId, limit: usize) -> Vec<ProductId> {
        let Some(member) = self.side(end).members.get(&product) else { return Vec::new() };
        let others = self.side(end.other()).by_key.get(&member.key).into_iter().flatten().take(MAX_COMPARED);
        others.copied().filter(|other| *other != product && self.agree(end, product, *other)).take(limit).collect()
    }

    /// Whether a product at `end` and one at the other end agree.
    pub(super) fn agree(&self, end: End, product: ProductId, other: ProductId) -> bool {
        let (one, two) = (self.side(end).members.get(&product), self.side(end.other()).members.get(&other));
        let Some((one, two)) = one.zip(two) else { return false };
        let (from, to) = if end == End::From { (one, two) } else { (two, one) };
        let pairs = self.rule.matches.iter().zip(from.values.iter().zip(to.values.iter()));
        pairs.into_iter().all(|(m, (from, to))| from.agrees(m.compare, to) == Some(true))
    }

    /// The first attribute in which two products do not agree: name and value at each end.
    pub(super) fn difference(&self, from: ProductId, to: ProductId) -> Option<[(&str, &str); 2]> {
        let (one, two) = self.from.members.get(&from).zip(self.to.members.get(&to))?;
        let pairs = self.rule.matches.iter().zip(one.values.iter().zip(two.values.iter()));
        let mut differing = pairs.filter(|(m, (from, to))| from.agrees(m.compare, to) != Some(true));
        let (m, (from, to)) = differing.next()?;
        Some([(m.at(End::From), &from.text), (m.at(End::To), &to.text)])
    }
}
