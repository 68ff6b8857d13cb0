//! Required parts that a basket lacks: parts that its products require by SKU, and parts that a rule requires, of which any
//! that agrees suffices.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use pricing::Quantity;

use super::applied_rules::AppliedRule;
use super::basket::Basket;
use super::context::{SuggestionContext, reason_text};
use super::related_products::{RelationSource, Relations};
use super::relations::ProductRelation;
use super::rule::End;
use catalog::Product;

/// A required part of which the basket has too little.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) product: Arc<Product>,
    /// Other products that would suffice.
    pub(super) alternatives: Vec<Arc<Product>>,
    /// The quantity to add, in stock units, rounded up to an orderable quantity.
    pub(super) quantity: Quantity,
    /// The quantities that the basket needs and has, in stock units.
    pub(super) needed: Quantity,
    pub(super) present: Quantity,
    /// SKUs of the products that need it.
    pub(super) needed_for: Vec<String>,
    pub(super) reason: String,
    /// Code of the rule that requires it.
    pub(super) rule: Option<String>,
}

/// The most alternatives of a missing part.
const MAX_ALTERNATIVES: usize = 5;

/// The quantity needed of a part, and the products that need it.
#[derive(Default)]
struct Need<'a> {
    quantity: Quantity,
    users: Vec<&'a Arc<Product>>,
    note: Option<&'a str>,
}

impl<'a> Need<'a> {
    fn add(&mut self, user: &'a Arc<Product>, quantity: Quantity) {
        self.quantity = self.quantity.checked_add(quantity).unwrap_or(Quantity::MAX);
        self.users.push(user);
    }

    /// The quantity that is missing when `present` is in the basket.
    fn shortfall(&self, present: Quantity) -> Option<Quantity> {
        self.quantity.checked_sub(present).filter(|shortfall| shortfall.is_positive())
    }
}

/// The missing parts, by SKU.
pub(super) fn missing(context: &SuggestionContext<'_>, relations: &Relations, basket: &Basket) -> Vec<Missing> {
    let mut missing = missing_by_sku(context, relations, basket);
    for applied in relations.rules.all().filter(|applied| applied.rule.kind == RelationKind::Required) {
        missing.extend(missing_by_rule(context, applied, basket));
    }
    missing.sort_by(|a, b| (&a.product.sku, &a.rule).cmp(&(&b.product.sku, &b.rule)));
    missing
}

fn missing_by_sku(context: &SuggestionContext<'_>, relations: &Relations, basket: &Basket) -> Vec<Missing> {
    let mut needs: AHashMap<ProductId, Need<'_>> = AHashMap::new();
    for product in basket.products() {
        let required = |relation: &&ProductRelation| relation.kind == RelationKind::Required;
        for relation in relations.by_sku.of(product.id).iter().filter(required) {
            let need = needs.entry(relation.target).or_default();
            need.add(product, multiply(basket.quantity(product.id), relation.quantity));
            need.note = need.note.or(relation.note.as_deref());
        }
    }
    let missing = needs.into_iter().filter_map(|(target, need)| {
        let present = basket.quantity(target);
        let shortfall = need.shortfall(present)?;
        let product = context.orderable.get(target)?;
        let sentence = format!("{} cannot be used without it", need.users.first()?.sku);
        Some(Missing {
            reason: reason_text(sentence, &RelationSource::ProductRelation(need.note.map(Into::into))),
            alternatives: Vec::new(),
            quantity: product.orderable_quantity(shortfall).unwrap_or(shortfall),
            needed: need.quantity,
            present,
            needed_for: skus(&need.users),
            rule: None,
            product,
        })
    });
    missing.collect()
}

fn missing_by_rule(context: &SuggestionContext<'_>, applied: &AppliedRule, basket: &Basket) -> Vec<Missing> {
    let rule = &applied.rule;
    let mut needs: AHashMap<u64, Need<'_>> = AHashMap::new();
    for product in basket.products() {
        if let Some(key) = applied.key(End::From, product.id) {
            needs.entry(key).or_default().add(product, multiply(basket.quantity(product.id), rule.quantity));
        }
    }
    if needs.is_empty() {
        return Vec::new();
    }
    let mut present: AHashMap<u64, Quantity> = AHashMap::new();
    for product in basket.products() {
        let need = applied.key(End::To, product.id).and_then(|key| Some((key, needs.get(&key)?)));
        if let Some((key, need)) = need
            && need.users.iter().any(|user| user.id != product.id && applied.agree(End::From, user.id, product.id))
        {
            let sum = present.entry(key).or_default();
            *sum = sum.checked_add(basket.quantity(product.id)).unwrap_or(Quantity::MAX);
        }
    }
    let missing = needs.into_iter().filter_map(|(key, need)| {
        let present = present.get(&key).copied().unwrap_or_default();
        let shortfall = need.shortfall(present)?;
        let user = need.users.first()?;
        let mut fitting = context.ranked(applied.partners(End::From, user.id, usize::MAX), &[user.id]).into_iter();
        let product = fitting.next()?;
        Some(Missing {
            reason: reason_text(format!("{} cannot be used without it", user.sku), &RelationSource::Rule(rule.clone())),
            alternatives: fitting.take(MAX_ALTERNATIVES).collect(),
            quantity: product.orderable_quantity(shortfall).unwrap_or(shortfall),
            needed: need.quantity,
            present,
            needed_for: skus(&need.users),
            rule: Some(rule.code.clone()),
            product,
        })
    });
    missing.collect()
}

fn skus(products: &[&Arc<Product>]) -> Vec<String> {
    products.iter().map(|product| product.sku.to_string()).collect()
}

/// The product of two quantities, rounded up to a millionth and capped at the largest quantity.
pub(super) fn multiply(quantity: Quantity, each: Quantity) -> Quantity {
    const ONE: i128 = 1_000_000;
    let product = i128::from(quantity.micros()) * i128::from(each.micros());
    let rounded = product.div_euclid(ONE) + i128::from(product.rem_euclid(ONE) != 0);
    i64::try_from(rounded).map_or(Quantity::MAX, Quantity::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_quantities_are_rounded_up_and_capped() {
        let quantity = |text: &str| text.parse::<Quantity>().expect("a decimal");
        assert_eq!(multiply(quantity("3"), quantity("2")), quantity("6"));
        assert_eq!(multiply(quantity("0.000001"), quantity("0.5")), quantity("0.000001"));
        assert_eq!(multiply(Quantity::MAX, quantity("2")), Quantity::MAX);
    }
}
