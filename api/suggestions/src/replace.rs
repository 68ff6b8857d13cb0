//! Another product for one that cannot be had: its successor, or a substitute by SKU or by rule.
//!
//! Promises: what the account said to replacements is kept, and what a line says comes before it. Who wants none is offered
//! none. Without asking only a product is replaced that cannot be had later either, and only by one there is enough of.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{Consent, Lifecycle, ProductId, RelationKind};
use pricing::Quantity;

use super::basket::Basket;
use super::counsel::{Counsel, words};
use super::missing::times;
use super::related::{Known, Says};
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
    pub(super) candidates: Vec<StandIn>,
    /// Whether the first of them takes its place without asking.
    pub(super) automatic: bool,
}

/// A product that may stand in for another.
#[derive(Clone, Debug)]
pub(super) struct StandIn {
    pub(super) product: Arc<Product>,
    pub(super) kind: RelationKind,
    /// How much of it, in its stock unit, such that it can be ordered.
    pub(super) quantity: Quantity,
    /// Whether there is so much of it.
    pub(super) there: bool,
    pub(super) reason: String,
}

/// How many are told.
const CANDIDATES: usize = 5;
/// How often a successor may have been succeeded.
const GENERATIONS: usize = 8;

/// Replacements for the products of the basket that need one: those no longer sold, and those of which too little is there
/// and something else can be had.
pub(super) fn replacements(counsel: &Counsel<'_>, known: &Known, basket: &Basket, consent: Consent) -> Vec<Replacement> {
    basket.products().filter_map(|product| replacement(counsel, known, basket, product, consent)).collect()
}

fn replacement(
    counsel: &Counsel<'_>,
    known: &Known,
    basket: &Basket,
    product: &Arc<Product>,
    consent: Consent,
) -> Option<Replacement> {
    let wanted = basket.quantity(product.id);
    let enough = counsel.shop.board.available(product.id) >= wanted;
    let cause = match product.lifecycle {
        Lifecycle::Discontinued => ReplacementCause::Discontinued,
        Lifecycle::Draft => return None,
        Lifecycle::Active | Lifecycle::PhaseOut if enough => return None,
        Lifecycle::Active | Lifecycle::PhaseOut => ReplacementCause::OutOfStock,
    };
    let gone = cause == ReplacementCause::Discontinued;
    let consent = basket.consent(product.id).unwrap_or(consent);
    let mut candidates = if consent == Consent::Never { Vec::new() } else { stand_ins(counsel, known, product, wanted) };
    if !gone {
        candidates.retain(|candidate| candidate.there);
        if candidates.is_empty() {
            return None;
        }
    }
    candidates.truncate(CANDIDATES);
    let can_wait = !gone && product.may_backorder();
    let automatic = consent == Consent::Automatic && !can_wait && candidates.first().is_some_and(|first| first.there);
    Some(Replacement { product: product.clone(), cause, can_wait, consent, candidates, automatic })
}

/// What may stand in: what there is enough of first, successors before substitutes.
fn stand_ins(counsel: &Counsel<'_>, known: &Known, product: &Product, wanted: Quantity) -> Vec<StandIn> {
    let mut found: Vec<StandIn> = Vec::new();
    let mut seen: AHashSet<ProductId> = AHashSet::from([product.id]);
    let mut add = |target: ProductId, kind, quantity, says: &Says| {
        let Some(other) = counsel.shop.offered(target).filter(|other| seen.insert(other.id)) else { return };
        let quantity = times(wanted, quantity);
        let quantity = other.orderable_quantity(quantity).unwrap_or(quantity);
        let said = match kind {
            RelationKind::Successor => format!("Replaces {}", product.sku),
            _ => format!("Can be used instead of {}", product.sku),
        };
        let there = counsel.shop.board.available(other.id) >= quantity;
        found.push(StandIn { kind, quantity, there, reason: words(said, says), product: other });
    };
    for (target, quantity, says) in successors(known, product.id) {
        add(target, RelationKind::Successor, quantity, &says);
    }
    for tie in known.ties.of(product.id).iter().filter(|tie| tie.kind == RelationKind::Substitute) {
        add(tie.target, RelationKind::Substitute, tie.quantity, &Says::Tie(tie.note.clone()));
    }
    for applied in known.rules.all().filter(|applied| applied.rule.kind == RelationKind::Substitute) {
        let says = Says::Rule(applied.rule.clone());
        let partners = counsel.ranked(applied.partners(End::From, product.id, usize::MAX), &[product.id]);
        for other in partners.into_iter().take(CANDIDATES) {
            add(other.id, RelationKind::Substitute, applied.rule.quantity, &says);
        }
    }
    found.sort_by_key(|candidate| !candidate.there);
    found
}

/// What replaced a product, what replaced that, and so on, with how much of it goes for 1 of the product.
fn successors(known: &Known, product: ProductId) -> Vec<(ProductId, Quantity, Says)> {
    let mut found: Vec<(ProductId, Quantity, Says)> = Vec::new();
    let mut generation = vec![(product, Quantity::ONE)];
    for _ in 0..GENERATIONS {
        let mut next = Vec::new();
        for (old, quantity) in generation {
            for tie in known.ties.of(old).iter().filter(|tie| tie.kind == RelationKind::Successor) {
                if tie.target != product && found.iter().all(|known| known.0 != tie.target) {
                    let quantity = times(quantity, tie.quantity);
                    found.push((tie.target, quantity, Says::Tie(tie.note.clone())));
                    next.push((tie.target, quantity));
                }
            }
        }
        generation = next;
    }
    found
}
