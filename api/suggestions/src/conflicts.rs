//! Products of one basket that do not go together although they seem meant to, which rule source so, and what would fix it.
//!
//! Three sources: products that somebody related to each other and whose voltage, frequency, thread or nominal size differs; a
//! product beside the one that replaced it; and rules over properties, when the basket has products for both ends of one
//! and a product at the far end agrees with none at the near end (a nut of another thread than every screw).
//!
//! Not here: products that nobody related to each other; nothing source they are used together.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use sea_orm::{ConnectionTrait, DbErr};

use super::applied_rules::AppliedRule;
use super::basket::Basket;
use super::comparable_value::{ComparableValue, Compare};
use super::context::SuggestionContext;
use super::product_attributes::{self, ProductAttributes, ReadScope};
use super::related_products::Relations;
use super::rule::End;
use catalog::Product;

/// Two products of a basket that do not go together.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    /// Code of the rule that source so.
    pub(super) rule: String,
    pub(super) skus: [String; 2],
    pub(super) detail: String,
    /// What would fix it, the best first.
    pub(super) fixes: Vec<Fix>,
}

/// A product instead of one in the basket.
#[derive(Clone, Debug)]
pub(super) struct Fix {
    pub(super) instead_of: String,
    pub(super) product: Arc<Product>,
    pub(super) reason: String,
}

/// How many ways out are told.
const FIXES: usize = 3;

/// A property that products related to each other must share.
struct Shared {
    code: &'static str,
    noun: &'static str,
    /// Names under which the property goes.
    names: &'static [&'static str],
    compare: Compare,
}

const SHARED: &[Shared] = &[
    Shared {
        code: "voltage-differs",
        noun: "voltage",
        names: &["voltage", "rated voltage", "supply voltage", "operating voltage", "coil voltage"],
        compare: Compare::Overlaps,
    },
    Shared { code: "frequency-differs", noun: "frequency", names: &["frequency", "mains frequency"], compare: Compare::Overlaps },
    Shared { code: "thread-differs", noun: "thread", names: &["thread", "thread size", "for thread"], compare: Compare::Thread },
    Shared {
        code: "size-differs",
        noun: "nominal size",
        names: &["nominal size", "nominal diameter", "connection size", "pipe size", "dn"],
        compare: Compare::Equal,
    },
];

/// Patterns of these properties.
const PATTERNS: &[&str] = &["voltage", "frequency", "thread", "nominal%", "connection%size", "pipe%size", "\"dn\""];

/// Two products related to each other, both in the basket.
#[derive(Clone)]
struct Pair<'a> {
    kind: RelationKind,
    product: &'a Arc<Product>,
    target: &'a Arc<Product>,
    /// What else is related to the product in that way, or may be used instead of the target.
    others: Vec<ProductId>,
}

/// The conflicts of a basket. Two statements, and only when products of it are related to each other.
pub(super) async fn conflicts(
    db: &impl ConnectionTrait,
    context: &SuggestionContext<'_>,
    basket: &Basket,
) -> Result<Vec<Conflict>, DbErr> {
    let (mut found, pairs) = {
        let known = context.related.known();
        (by_rules(context, &known, basket), pairs(&known, basket))
    };
    for pair in pairs.iter().filter(|pair| pair.kind == RelationKind::Successor) {
        found.push(replaced(pair.product, pair.target));
    }
    let used: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.kind != RelationKind::Successor).collect();
    let mut attributes = attributes_of(db, used.iter().flat_map(|pair| [pair.product.id, pair.target.id])).await?;
    let differing: Vec<(&Pair<'_>, Difference)> =
        used.iter().flat_map(|pair| differences(&attributes, pair.product.id, pair.target.id).map(move |d| (*pair, d))).collect();
    let others = differing.iter().flat_map(|(pair, _)| pair.others.iter().copied());
    attributes.extend(attributes_of(db, others).await?);
    for (pair, difference) in differing {
        found.push(differs(context, &attributes, pair, &difference));
    }
    found.sort_by(|a, b| (&a.rule, &a.skus).cmp(&(&b.rule, &b.skus)));
    found.dedup_by(|a, b| (&a.rule, &a.skus) == (&b.rule, &b.skus));
    Ok(found)
}

fn pairs<'a>(known: &Relations, basket: &'a Basket) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for product in basket.products() {
        let relations = known.relations.of(product.id);
        for relation in relations.iter().filter(|relation| relation.kind != RelationKind::Substitute) {
            let Some(target) = basket.get(relation.target) else { continue };
            let alike = relations.iter().filter(|other| other.kind == relation.kind && other.target != relation.target);
            let instead = known.relations.of(relation.target).iter().filter(|other| other.kind == RelationKind::Substitute);
            let others = alike.chain(instead).map(|other| other.target).collect();
            pairs.push(Pair { kind: relation.kind, product, target, others });
        }
    }
    pairs
}

async fn attributes_of(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = ProductId>,
) -> Result<AHashMap<ProductId, ProductAttributes>, DbErr> {
    let mut ids: Vec<ProductId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let patterns: Vec<String> = PATTERNS.iter().map(|pattern| (*pattern).to_owned()).collect();
    let mut found = AHashMap::with_capacity(ids.len());
    product_attributes::for_each(db, ReadScope::Only(&ids), &patterns, |id, attributes| drop(found.insert(id, attributes)))
        .await?;
    Ok(found)
}

/// A property in which two products differ, with both values in words.
struct Difference {
    shared: &'static Shared,
    own: Box<str>,
    other: Box<str>,
}

impl Shared {
    fn value<'a>(&self, attributes: &'a ProductAttributes) -> Option<&'a ComparableValue> {
        self.names.iter().find_map(|name| attributes.get(name))
    }

    /// Whether two products agree in the property; nothing when one of them does not say.
    fn agree(&self, one: &ProductAttributes, other: &ProductAttributes) -> Option<bool> {
        self.value(one)?.agrees(self.compare, self.value(other)?)
    }
}

fn differences(
    attributes: &AHashMap<ProductId, ProductAttributes>,
    one: ProductId,
    other: ProductId,
) -> impl Iterator<Item = Difference> + use<> {
    let both = attributes.get(&one).zip(attributes.get(&other));
    let differing = both.into_iter().flat_map(|(one, other)| {
        SHARED.iter().filter_map(move |shared| {
            let (own, theirs) = (shared.value(one)?.words.clone(), shared.value(other)?.words.clone());
            (shared.agree(one, other) == Some(false)).then_some(Difference { shared, own, other: theirs })
        })
    });
    differing.collect::<Vec<_>>().into_iter()
}

fn differs(
    context: &SuggestionContext<'_>,
    attributes: &AHashMap<ProductId, ProductAttributes>,
    pair: &Pair<'_>,
    difference: &Difference,
) -> Conflict {
    let (product, target, shared) = (pair.product, pair.target, difference.shared);
    let agrees = |other: &ProductId| {
        let both = attributes.get(&product.id).zip(attributes.get(other));
        both.and_then(|(one, other)| shared.agree(one, other)) == Some(true)
    };
    let fitting = context.ranked(pair.others.iter().copied().filter(agrees), &[product.id]);
    let fix = |fit: Arc<Product>| Fix {
        instead_of: target.sku.to_string(),
        reason: format!("It has the {} of {}", shared.noun, product.sku),
        product: fit,
    };
    Conflict {
        rule: shared.code.to_owned(),
        skus: [product.sku.to_string(), target.sku.to_string()],
        detail: format!("{} has {} {}, {} has {}", product.sku, shared.noun, difference.own, target.sku, difference.other),
        fixes: fitting.into_iter().take(FIXES).map(fix).collect(),
    }
}

fn replaced(old: &Arc<Product>, new: &Arc<Product>) -> Conflict {
    let reason = format!("{} replaces {}", new.sku, old.sku);
    Conflict {
        rule: "replaced-and-replacement".to_owned(),
        skus: [old.sku.to_string(), new.sku.to_string()],
        detail: format!("{reason}; both are in the basket"),
        fixes: vec![Fix { instead_of: old.sku.to_string(), product: new.clone(), reason }],
    }
}

/// Products that agree with none of the products a rule wants them to go with, though the basket has such.
fn by_rules(context: &SuggestionContext<'_>, known: &Relations, basket: &Basket) -> Vec<Conflict> {
    let binds = |applied: &&AppliedRule| {
        !applied.rule.matches.is_empty() && !matches!(applied.rule.kind, RelationKind::Substitute | RelationKind::Successor)
    };
    let mut found = Vec::new();
    for applied in known.rules.all().filter(binds) {
        let at = |end| basket.products().filter(move |product| applied.has(end, product.id));
        let mut by_key: AHashMap<u64, Vec<ProductId>> = AHashMap::new();
        for product in at(End::From) {
            by_key.entry(applied.key(End::From, product.id).unwrap_or_default()).or_default().push(product.id);
        }
        if by_key.is_empty() {
            continue;
        }
        for far in at(End::To).filter(|product| !applied.has(End::From, product.id)) {
            let same = applied.key(End::To, far.id).and_then(|key| by_key.get(&key));
            if same.is_some_and(|near| near.iter().any(|near| applied.agree(End::From, *near, far.id))) {
                continue;
            }
            let near = at(End::From).find_map(|near| Some((near, applied.difference(near.id, far.id)?)));
            found.extend(near.map(|(near, difference)| breaks(context, applied, near, far, difference)));
        }
    }
    found
}

fn breaks(
    context: &SuggestionContext<'_>,
    applied: &AppliedRule,
    near: &Arc<Product>,
    far: &Arc<Product>,
    [(name, value), (other_name, other_value)]: [(&str, &str); 2],
) -> Conflict {
    let rule = &applied.rule;
    let fitting = context.ranked(applied.partners(End::From, near.id, usize::MAX), &[near.id]);
    let fix = |fit: Arc<Product>| Fix {
        instead_of: far.sku.to_string(),
        reason: format!("It goes with {}: {}", near.sku, rule.name),
        product: fit,
    };
    Conflict {
        rule: rule.code.clone(),
        skus: [near.sku.to_string(), far.sku.to_string()],
        detail: format!("{}: {} has {name} {value}, {} has {other_name} {other_value}", rule.name, near.sku, far.sku),
        fixes: fitting.into_iter().take(FIXES).map(fix).collect(),
    }
}
