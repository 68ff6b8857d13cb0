//! What goes with one product.

use std::sync::Arc;

use ahash::AHashSet;
use entity::RelationKind;
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use super::items::companions;
use super::memory::Memory;
use super::shop::Shop;
use super::together::View;
use super::views::SuggestionKind;
use crate::catalog::Product;
use crate::catalog::queries::{self, Relation};

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
    pub(super) view: View,
    pub(super) limit: usize,
}

/// What goes with a product: related products by kind, then what is bought with it. A product stands in it once.
pub(super) async fn suggestions(
    db: &impl ConnectionTrait,
    memory: &Memory,
    shop: &Shop<'_>,
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
        found.extend(relations.iter().filter_map(|relation| related(shop, product, relation)));
    }
    if wish.kind.is_none_or(|kind| kind == SuggestionKind::BoughtTogether) {
        found.extend(companions(memory, shop, product.id, wish.view, wish.limit).into_iter().map(|item| Suggestion {
            product: item.product,
            kind: SuggestionKind::BoughtTogether,
            quantity: None,
            reason: item.reason,
        }));
    }
    found.retain(|s| s.product.id != product.id && wish.kind.is_none_or(|kind| kind == s.kind));
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

fn related(shop: &Shop<'_>, product: &Product, relation: &Relation) -> Option<Suggestion> {
    let target = shop.offered(relation.target)?;
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
