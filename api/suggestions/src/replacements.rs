//! Another product for one that cannot be had: its successor, or a substitute by SKU or by rule.
//!
//! Promises: what the account said to replacements is kept, and what a line source comes before it. Who wants none is offered
//! none. Without asking only a product is replaced that cannot be had later either, and only by one in_stock is enough of.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{Consent, Lifecycle, ProductId, RelationKind};
use pricing::Quantity;

use super::basket::Basket;
use super::context::{SuggestionContext, reason_text};
use super::missing::times;
use super::related_products::{RelationSource, Relations};
use super::replacement_views::ReplacementCause;
use super::rule::End;
use catalog::Product;

/// A product of the basket that cannot be had as it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Replacement {
    pub(super) product: Arc<Product>,
    pub(super) cause: ReplacementCause,
    /// Whether it may be ordered all the same and comes later.
    pub(super) can_wait: bool,
    pub(super) consent: Consent,
    /// What may stand in, the best first.
    pub(super) candidates: Vec<ReplacementCandidate>,
    /// Whether the first of them takes its place without asking.
    pub(super) automatic: bool,
}

/// A product that may stand in for another.
#[derive(Clone, Debug)]
pub(super) struct ReplacementCandidate {
    pub(super) product: Arc<Product>,
    pub(super) kind: RelationKind,
    /// How much of it, in its stock unit, such that it can be ordered.
    pub(super) quantity: Quantity,
    /// Whether in_stock is so much of it.
    pub(super) in_stock: bool,
    pub(super) reason: String,
}

/// How many are told.
const CANDIDATES: usize = 5;
/// How often a successor may have been succeeded.
const GENERATIONS: usize = 8;

/// Replacements for the products of the basket that need one: those no longer sold, and those of which too little is in_stock
/// and something else can be had.
pub(super) fn replacements(
    context: &SuggestionContext<'_>,
    known: &Relations,
    basket: &Basket,
    consent: Consent,
) -> Vec<Replacement> {
    basket.products().filter_map(|product| replacement(context, known, basket, product, consent)).collect()
}

fn replacement(
    context: &SuggestionContext<'_>,
    known: &Relations,
    basket: &Basket,
    product: &Arc<Product>,
    consent: Consent,
) -> Option<Replacement> {
    let wanted = basket.quantity(product.id);
    let enough = context.orderable.board.available(product.id) >= wanted;
    let cause = match product.lifecycle {
        Lifecycle::Discontinued => ReplacementCause::Discontinued,
        Lifecycle::Draft => return None,
        Lifecycle::Active | Lifecycle::PhaseOut if enough => return None,
        Lifecycle::Active | Lifecycle::PhaseOut => ReplacementCause::OutOfStock,
    };
    let gone = cause == ReplacementCause::Discontinued;
    let consent = basket.consent(product.id).unwrap_or(consent);
    let mut candidates =
        if consent == Consent::Never { Vec::new() } else { replacement_candidates(context, known, product, wanted) };
    if !gone {
        candidates.retain(|candidate| candidate.in_stock);
        if candidates.is_empty() {
            return None;
        }
    }
    candidates.truncate(CANDIDATES);
    let can_wait = !gone && product.may_backorder();
    let automatic = consent == Consent::Automatic && !can_wait && candidates.first().is_some_and(|first| first.in_stock);
    Some(Replacement { product: product.clone(), cause, can_wait, consent, candidates, automatic })
}

/// What may stand in: what in_stock is enough of first, successors before substitutes.
fn replacement_candidates(
    context: &SuggestionContext<'_>,
    known: &Relations,
    product: &Product,
    wanted: Quantity,
) -> Vec<ReplacementCandidate> {
    let mut found: Vec<ReplacementCandidate> = Vec::new();
    let mut seen: AHashSet<ProductId> = AHashSet::from([product.id]);
    let mut add = |target: ProductId, kind, quantity, source: &RelationSource| {
        let Some(other) = context.orderable.get(target).filter(|other| seen.insert(other.id)) else { return };
        let quantity = times(wanted, quantity);
        let quantity = other.orderable_quantity(quantity).unwrap_or(quantity);
        let said = match kind {
            RelationKind::Successor => format!("Replaces {}", product.sku),
            _ => format!("Can be used instead of {}", product.sku),
        };
        let in_stock = context.orderable.board.available(other.id) >= quantity;
        found.push(ReplacementCandidate { kind, quantity, in_stock, reason: reason_text(said, source), product: other });
    };
    for (target, quantity, source) in successors(known, product.id) {
        add(target, RelationKind::Successor, quantity, &source);
    }
    for relation in known.relations.of(product.id).iter().filter(|relation| relation.kind == RelationKind::Substitute) {
        add(
            relation.target,
            RelationKind::Substitute,
            relation.quantity,
            &RelationSource::ProductRelation(relation.note.clone()),
        );
    }
    for applied in known.rules.all().filter(|applied| applied.rule.kind == RelationKind::Substitute) {
        let source = RelationSource::Rule(applied.rule.clone());
        let partners = context.ranked(applied.partners(End::From, product.id, usize::MAX), &[product.id]);
        for other in partners.into_iter().take(CANDIDATES) {
            add(other.id, RelationKind::Substitute, applied.rule.quantity, &source);
        }
    }
    found.sort_by_key(|candidate| !candidate.in_stock);
    found
}

/// What replaced a product, what replaced that, and so on, with how much of it goes for 1 of the product.
fn successors(known: &Relations, product: ProductId) -> Vec<(ProductId, Quantity, RelationSource)> {
    let mut found: Vec<(ProductId, Quantity, RelationSource)> = Vec::new();
    let mut generation = vec![(product, Quantity::ONE)];
    for _ in 0..GENERATIONS {
        let mut next = Vec::new();
        for (old, quantity) in generation {
            for relation in known.relations.of(old).iter().filter(|relation| relation.kind == RelationKind::Successor) {
                if relation.target != product && found.iter().all(|known| known.0 != relation.target) {
                    let quantity = times(quantity, relation.quantity);
                    found.push((relation.target, quantity, RelationSource::ProductRelation(relation.note.clone())));
                    next.push((relation.target, quantity));
                }
            }
        }
        generation = next;
    }
    found
}
