//! Conflicts between products of one basket: the rule that reports each, and what would fix it.
//!
//! There are three sources: related products whose voltage, frequency, thread or nominal size differs; a product beside its
//! successor; and relation rules, when the basket has products for both ends of a rule and a product at the `to` end agrees
//! with none at the `from` end (a nut whose thread differs from every screw).
//!
//! Not here: products without a relation, since they need not be used together.

use std::sync::Arc;
use store::Db;

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use sea_orm::DbErr;

use super::applied_rules::AppliedRule;
use super::basket::Basket;
use super::comparable_value::{ComparableValue, Compare};
use super::context::SuggestionContext;
use super::product_attributes::{self, ProductAttributes, ReadScope};
use super::related_products::Relations;
use super::rule::End;
use catalog::Product;

/// Two products of a basket that conflict.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    /// Code of the rule that reports it.
    pub(super) rule: String,
    pub(super) skus: [String; 2],
    pub(super) detail: String,
    /// Replacements that would fix it, best first.
    pub(super) fixes: Vec<Fix>,
}

/// A product to put in place of one in the basket.
#[derive(Clone, Debug)]
pub(super) struct Fix {
    pub(super) instead_of: String,
    pub(super) product: Arc<Product>,
    pub(super) reason: String,
}

/// The most fixes of a conflict.
const MAX_FIXES: usize = 3;

/// An attribute in which related products must agree.
struct SharedAttribute {
    code: &'static str,
    noun: &'static str,
    /// Names of the attribute.
    names: &'static [&'static str],
    compare: Compare,
}

const SHARED_ATTRIBUTES: &[SharedAttribute] = &[
    SharedAttribute {
        code: "voltage-differs",
        noun: "voltage",
        names: &["voltage", "rated voltage", "supply voltage", "operating voltage", "coil voltage"],
        compare: Compare::Overlaps,
    },
    SharedAttribute {
        code: "frequency-differs",
        noun: "frequency",
        names: &["frequency", "mains frequency"],
        compare: Compare::Overlaps,
    },
    SharedAttribute {
        code: "thread-differs",
        noun: "thread",
        names: &["thread", "thread size", "for thread"],
        compare: Compare::Thread,
    },
    SharedAttribute {
        code: "size-differs",
        noun: "nominal size",
        names: &["nominal size", "nominal diameter", "connection size", "pipe size", "dn"],
        compare: Compare::Equal,
    },
];

/// Patterns of the names of these attributes.
const PATTERNS: &[&str] = &["voltage", "frequency", "thread", "nominal%", "connection%size", "pipe%size", "\"dn\""];

/// Two related products, both in the basket.
#[derive(Clone)]
struct Pair<'a> {
    kind: RelationKind,
    product: &'a Arc<Product>,
    target: &'a Arc<Product>,
    /// Other products with the same relation to the product, and substitutes of the target.
    others: Vec<ProductId>,
}

/// The conflicts of a basket. Runs at most two statements, and only when products of the basket are related to each other.
pub(super) async fn conflicts(db: &impl Db, context: &SuggestionContext<'_>, basket: &Basket) -> Result<Vec<Conflict>, DbErr> {
    let (mut found, pairs) = {
        let relations = context.related.read();
        (by_rules(context, &relations, basket), pairs(&relations, basket))
    };
    for pair in pairs.iter().filter(|pair| pair.kind == RelationKind::Successor) {
        found.push(successor_conflict(pair.product, pair.target));
    }
    let used: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.kind != RelationKind::Successor).collect();
    let mut attributes = attributes_of(db, used.iter().flat_map(|pair| [pair.product.id, pair.target.id])).await?;
    let differing: Vec<(&Pair<'_>, Difference)> =
        used.iter().flat_map(|pair| differences(&attributes, pair.product.id, pair.target.id).map(move |d| (*pair, d))).collect();
    let others = differing.iter().flat_map(|(pair, _)| pair.others.iter().copied());
    attributes.extend(attributes_of(db, others).await?);
    for (pair, difference) in differing {
        found.push(attribute_conflict(context, &attributes, pair, &difference));
    }
    found.sort_by(|a, b| (&a.rule, &a.skus).cmp(&(&b.rule, &b.skus)));
    found.dedup_by(|a, b| (&a.rule, &a.skus) == (&b.rule, &b.skus));
    Ok(found)
}

fn pairs<'a>(relations: &Relations, basket: &'a Basket) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for product in basket.products() {
        let own = relations.by_sku.of(product.id);
        for relation in own.iter().filter(|relation| relation.kind != RelationKind::Substitute) {
            let Some(target) = basket.get(relation.target) else { continue };
            let alike = own.iter().filter(|other| other.kind == relation.kind && other.target != relation.target);
            let instead = relations.by_sku.of(relation.target).iter().filter(|other| other.kind == RelationKind::Substitute);
            let others = alike.chain(instead).map(|other| other.target).collect();
            pairs.push(Pair { kind: relation.kind, product, target, others });
        }
    }
    pairs
}

async fn attributes_of(
    db: &impl Db,
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

/// An attribute in which two products differ, with both values.
struct Difference {
    shared: &'static SharedAttribute,
    own: Box<str>,
    other: Box<str>,
}

impl SharedAttribute {
    fn value<'a>(&self, attributes: &'a ProductAttributes) -> Option<&'a ComparableValue> {
        self.names.iter().find_map(|name| attributes.get(name))
    }

    /// Whether two products agree in the attribute; none when one of them does not have it.
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
        SHARED_ATTRIBUTES.iter().filter_map(move |shared| {
            let (own, theirs) = (shared.value(one)?.text.clone(), shared.value(other)?.text.clone());
            (shared.agree(one, other) == Some(false)).then_some(Difference { shared, own, other: theirs })
        })
    });
    differing.collect::<Vec<_>>().into_iter()
}

fn attribute_conflict(
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
        fixes: fitting.into_iter().take(MAX_FIXES).map(fix).collect(),
    }
}

fn successor_conflict(old: &Arc<Product>, new: &Arc<Product>) -> Conflict {
    let reason = format!("{} replaces {}", new.sku, old.sku);
    Conflict {
        rule: "replaced-and-replacement".to_owned(),
        skus: [old.sku.to_string(), new.sku.to_string()],
        detail: format!("{reason}; both are in the basket"),
        fixes: vec![Fix { instead_of: old.sku.to_string(), product: new.clone(), reason }],
    }
}

/// Products at the `to` end of a rule that agree with no product at its `from` end, although the basket has such products.
fn by_rules(context: &SuggestionContext<'_>, relations: &Relations, basket: &Basket) -> Vec<Conflict> {
    let binds = |applied: &&AppliedRule| {
        !applied.rule.matches.is_empty() && !matches!(applied.rule.kind, RelationKind::Substitute | RelationKind::Successor)
    };
    let mut found = Vec::new();
    for applied in relations.rules.all().filter(binds) {
        let at = |end| basket.products().filter(move |product| applied.has(end, product.id));
        let mut by_key: AHashMap<u64, Vec<ProductId>> = AHashMap::new();
        for product in at(End::From) {
            by_key.entry(applied.key(End::From, product.id).unwrap_or_default()).or_default().push(product.id);
        }
        if by_key.is_empty() {
            continue;
        }
        for to_product in at(End::To).filter(|product| !applied.has(End::From, product.id)) {
            let same = applied.key(End::To, to_product.id).and_then(|key| by_key.get(&key));
            if same.is_some_and(|from_product| {
                from_product.iter().any(|from_product| applied.agree(End::From, *from_product, to_product.id))
            }) {
                continue;
            }
            let from_product =
                at(End::From).find_map(|from_product| Some((from_product, applied.difference(from_product.id, to_product.id)?)));
            found.extend(
                from_product
                    .map(|(from_product, difference)| rule_conflict(context, applied, from_product, to_product, difference)),
            );
        }
    }
    found
}

fn rule_conflict(
    context: &SuggestionContext<'_>,
    applied: &AppliedRule,
    from_product: &Arc<Product>,
    to_product: &Arc<Product>,
    [(name, value), (other_name, other_value)]: [(&str, &str); 2],
) -> Conflict {
    let rule = &applied.rule;
    let fitting = context.ranked(applied.partners(End::From, from_product.id, usize::MAX), &[from_product.id]);
    let fix = |fit: Arc<Product>| Fix {
        instead_of: to_product.sku.to_string(),
        reason: format!("It goes with {}: {}", from_product.sku, rule.name),
        product: fit,
    };
    Conflict {
        rule: rule.code.clone(),
        skus: [from_product.sku.to_string(), to_product.sku.to_string()],
        detail: format!(
            "{}: {} has {name} {value}, {} has {other_name} {other_value}",
            rule.name, from_product.sku, to_product.sku
        ),
        fixes: fitting.into_iter().take(MAX_FIXES).map(fix).collect(),
    }
}
