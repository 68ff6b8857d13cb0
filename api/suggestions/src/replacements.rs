//! Replacements for products that cannot be delivered: a successor, or a substitute by SKU or by rule.
//!
//! Promises: the consent of the account is respected, and the consent of a line overrides it. Without consent no candidate is
//! suggested. A product is replaced without asking only when it cannot be delivered later either, and only by a candidate that
//! is in stock in the needed quantity.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{Consent, Lifecycle, ProductId, RelationKind};
use pricing::Quantity;

use super::basket::Basket;
use super::context::{SuggestionContext, reason_text};
use super::missing::multiply;
use super::related_products::{RelationSource, Relations};
use super::replacement_views::ReplacementCause;
use super::rule::End;
use catalog::Product;

/// A product of the basket that cannot be delivered as ordered.
#[derive(Clone, Debug)]
pub(super) struct Replacement {
    pub(super) product: Arc<Product>,
    pub(super) cause: ReplacementCause,
    /// Whether it may be ordered anyway and is delivered later.
    pub(super) can_wait: bool,
    pub(super) consent: Consent,
    /// Products that may replace it, best first.
    pub(super) candidates: Vec<ReplacementCandidate>,
    /// Whether the first candidate replaces it without asking.
    pub(super) automatic: bool,
}

/// A product that may replace another.
#[derive(Clone, Debug)]
pub(super) struct ReplacementCandidate {
    pub(super) product: Arc<Product>,
    pub(super) kind: RelationKind,
    /// The quantity, in its stock unit, rounded up to what can be ordered.
    pub(super) quantity: Quantity,
    /// Whether this quantity is in stock.
    pub(super) in_stock: bool,
    pub(super) reason: String,
}

/// The most candidates.
const MAX_CANDIDATES: usize = 5;
/// The longest chain of successors.
const MAX_GENERATIONS: usize = 8;

/// Replacements for the products of the basket that are no longer sold, or whose stock is insufficient while a candidate is in
/// stock.
pub(super) fn replacements(
    context: &SuggestionContext<'_>,
    relations: &Relations,
    basket: &Basket,
    consent: Consent,
) -> Vec<Replacement> {
    basket.products().filter_map(|product| replacement(context, relations, basket, product, consent)).collect()
}

fn replacement(
    context: &SuggestionContext<'_>,
    relations: &Relations,
    basket: &Basket,
    product: &Arc<Product>,
    consent: Consent,
) -> Option<Replacement> {
    let wanted = basket.quantity(product.id);
    let enough = context.orderable.stock_levels.available(product.id) >= wanted;
    let cause = match product.lifecycle {
        Lifecycle::Discontinued => ReplacementCause::Discontinued,
        Lifecycle::Draft => return None,
        Lifecycle::Active | Lifecycle::PhaseOut if enough => return None,
        Lifecycle::Active | Lifecycle::PhaseOut => ReplacementCause::OutOfStock,
    };
    let is_discontinued = cause == ReplacementCause::Discontinued;
    let consent = basket.consent(product.id).unwrap_or(consent);
    let mut candidates =
        if consent == Consent::Never { Vec::new() } else { replacement_candidates(context, relations, product, wanted) };
    if !is_discontinued {
        candidates.retain(|candidate| candidate.in_stock);
        if candidates.is_empty() {
            return None;
        }
    }
    candidates.truncate(MAX_CANDIDATES);
    let can_wait = !is_discontinued && product.may_backorder();
    let automatic = consent == Consent::Automatic && !can_wait && candidates.first().is_some_and(|first| first.in_stock);
    Some(Replacement { product: product.clone(), cause, can_wait, consent, candidates, automatic })
}

/// Candidates: those in stock first, successors before substitutes.
fn replacement_candidates(
    context: &SuggestionContext<'_>,
    relations: &Relations,
    product: &Product,
    wanted: Quantity,
) -> Vec<ReplacementCandidate> {
    let mut found: Vec<ReplacementCandidate> = Vec::new();
    let mut seen: AHashSet<ProductId> = AHashSet::from([product.id]);
    let mut add = |target: ProductId, kind, quantity, source: &RelationSource| {
        let Some(other) = context.orderable.get(target).filter(|other| seen.insert(other.id)) else { return };
        let quantity = multiply(wanted, quantity);
        let quantity = other.orderable_quantity(quantity).unwrap_or(quantity);
        let sentence = match kind {
            RelationKind::Successor => format!("Replaces {}", product.sku),
            _ => format!("Can be used instead of {}", product.sku),
        };
        let in_stock = context.orderable.stock_levels.available(other.id) >= quantity;
        found.push(ReplacementCandidate { kind, quantity, in_stock, reason: reason_text(sentence, source), product: other });
    };
    for (target, quantity, source) in successors(relations, product.id) {
        add(target, RelationKind::Successor, quantity, &source);
    }
    for relation in relations.by_sku.of(product.id).iter().filter(|relation| relation.kind == RelationKind::Substitute) {
        add(
            relation.target,
            RelationKind::Substitute,
            relation.quantity,
            &RelationSource::ProductRelation(relation.note.clone()),
        );
    }
    for applied in relations.rules.all().filter(|applied| applied.rule.kind == RelationKind::Substitute) {
        let source = RelationSource::Rule(applied.rule.clone());
        let partners = context.ranked(applied.partners(End::From, product.id, usize::MAX), &[product.id]);
        for other in partners.into_iter().take(MAX_CANDIDATES) {
            add(other.id, RelationKind::Substitute, applied.rule.quantity, &source);
        }
    }
    found.sort_by_key(|candidate| !candidate.in_stock);
    found
}

/// The successor of a product, its successor, and so on, each with the quantity for 1 unit of the product.
fn successors(relations: &Relations, product: ProductId) -> Vec<(ProductId, Quantity, RelationSource)> {
    let mut found: Vec<(ProductId, Quantity, RelationSource)> = Vec::new();
    let mut generation = vec![(product, Quantity::ONE)];
    for _ in 0..MAX_GENERATIONS {
        let mut next = Vec::new();
        for (old, quantity) in generation {
            for relation in relations.by_sku.of(old).iter().filter(|relation| relation.kind == RelationKind::Successor) {
                if relation.target != product && found.iter().all(|known| known.0 != relation.target) {
                    let quantity = multiply(quantity, relation.quantity);
                    found.push((relation.target, quantity, RelationSource::ProductRelation(relation.note.clone())));
                    next.push((relation.target, quantity));
                }
            }
        }
        generation = next;
    }
    found
}
