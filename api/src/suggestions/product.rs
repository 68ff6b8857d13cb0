//! What goes with one product.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{AccountId, RelationKind};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use super::together::{companions, in_orders, own_habit};
use super::views::SuggestionKind;
use crate::catalog::queries::{self, Relation};
use crate::catalog::{Product, Products};

/// A product suggested for another.
#[derive(Clone, Debug)]
pub(super) struct Suggestion {
    pub(super) product: Arc<Product>,
    pub(super) kind: SuggestionKind,
    /// How much of it goes with 1 stock unit of the other, where that is known.
    pub(super) quantity: Option<Quantity>,
    pub(super) reason: String,
}

/// What to suggest, of which kind (every kind when none is given), to whom, and how many at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) kind: Option<SuggestionKind>,
    pub(super) account: Option<AccountId>,
    pub(super) limit: usize,
}

/// What goes with a product: related products by kind, then what is bought with it. A product stands in it once.
pub(super) async fn suggestions(
    db: &impl ConnectionTrait,
    products: &Products,
    product: &Product,
    wish: Wish,
) -> Result<Vec<Suggestion>, DbErr> {
    let mut found = Vec::new();
    if wish.kind != Some(SuggestionKind::BoughtTogether) {
        let mut relations = queries::relations_from(db, &[product.id]).await?;
        // What fits this product says so from its own side as well.
        if wish.kind.is_none_or(|kind| kind == SuggestionKind::Compatible) {
            relations.extend(queries::relations_to(db, &[product.id], RelationKind::Compatible).await?.into_iter().map(turned));
        }
        found.extend(relations.iter().filter_map(|relation| related(products, product, relation)));
    }
    if wish.kind.is_none_or(|kind| kind == SuggestionKind::BoughtTogether) {
        let (pairs, known) = companions(db, &[product.id], wish.account).await?;
        let others = products.by_ids(pairs.iter().map(|pair| pair.other));
        found.extend(pairs.iter().zip(others).filter_map(|(pair, other)| {
            let other = other?;
            let reason =
                format!("Bought together with {} {}{}", product.sku, in_orders(pair.baskets), own_habit(&known, other.id));
            Some(Suggestion { product: other, kind: SuggestionKind::BoughtTogether, quantity: None, reason })
        }));
    }
    found.retain(|s| s.product.is_orderable() && s.product.id != product.id && wish.kind.is_none_or(|kind| kind == s.kind));
    found.sort_by_key(|s| s.kind.rank());
    let mut seen = AHashSet::new();
    found.retain(|s| seen.insert(s.product.id));
    found.truncate(wish.limit);
    Ok(found)
}

/// The same relation told from the target's side.
fn turned(relation: Relation) -> Relation {
    Relation { product: relation.target, target: relation.product, quantity: Quantity::ONE, ..relation }
}

fn related(products: &Products, product: &Product, relation: &Relation) -> Option<Suggestion> {
    let target = products.by_id(relation.target)?;
    let kind = SuggestionKind::from(relation.kind);
    Some(Suggestion { product: target, kind, quantity: Some(relation.quantity), reason: reason(product, relation) })
}

/// Why, in words.
pub(super) fn reason(product: &Product, relation: &Relation) -> String {
    let sku = &product.sku;
    let reason = match relation.kind {
        RelationKind::Required => format!("{sku} cannot be used without it"),
        RelationKind::Accessory => format!("Accessory for {sku}"),
        RelationKind::Compatible => format!("Fits {sku}"),
        RelationKind::Substitute => format!("Can be used instead of {sku}"),
        RelationKind::Successor => format!("Replaces {sku}"),
    };
    if relation.note.is_empty() { reason } else { format!("{reason}: {}", relation.note) }
}
