//! Suggestions for a whole basket: missing parts, conflicts, replacements, and what else goes with it.

use std::sync::Arc;
use store::Db;

use ahash::AHashMap;
use entity::{Consent, ProductId};
use pricing::Quantity;
use sea_orm::DbErr;

use super::basket_items::{SuggestedItem, suggested_items};
use super::conflicts::{Conflict, conflicts};
use super::context::{SuggestionContext, reason_text};
use super::missing::{Missing, missing};
use super::replacements::{Replacement, replacements};
use catalog::Product;

/// The suggestions for a basket.
#[derive(Clone, Debug, Default)]
pub(super) struct Advice {
    pub(super) missing: Vec<Missing>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) replacements: Vec<Replacement>,
    pub(super) items: Vec<SuggestedItem>,
}

/// A basket: products and their quantities in stock units.
#[derive(Clone, Debug, Default)]
pub(super) struct Basket {
    lines: AHashMap<ProductId, Line>,
    /// In the order in which they were added.
    order: Vec<Arc<Product>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// Index of its product in `order`.
    index: usize,
    quantity: Quantity,
    /// Whether its lines permit a replacement.
    consent: Option<Consent>,
}

impl Basket {
    /// Adds a quantity in stock units, capped at the largest quantity. Of several lines of a product, the most restrictive
    /// consent applies.
    pub(super) fn add(&mut self, product: Arc<Product>, quantity: Quantity, consent: Option<Consent>) {
        let id = product.id;
        let line = self.lines.entry(id).or_insert_with(|| {
            self.order.push(product);
            Line { index: self.order.len() - 1, ..Line::default() }
        });
        line.quantity = line.quantity.checked_add(quantity).unwrap_or(Quantity::MAX);
        line.consent = line.consent.into_iter().chain(consent).min();
    }

    /// The products, in the order in which they were added.
    pub(super) fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.order.iter()
    }

    /// The product, if it is in the basket.
    pub(super) fn get(&self, id: ProductId) -> Option<&Arc<Product>> {
        self.order.get(self.lines.get(&id)?.index)
    }

    /// The quantity of a product, in stock units.
    pub(super) fn quantity(&self, id: ProductId) -> Quantity {
        self.lines.get(&id).map(|line| line.quantity).unwrap_or_default()
    }

    /// Whether the lines of a product permit a replacement.
    pub(super) fn consent(&self, id: ProductId) -> Option<Consent> {
        self.lines.get(&id).and_then(|line| line.consent)
    }
}

/// The most products, the last ones, whose accessories are suggested, and the most accessories of each.
const MAX_PRODUCTS_WITH_ACCESSORIES: usize = 20;
const MAX_ACCESSORIES: usize = 200;

/// Suggestions for a basket, with at most `limit` items. The database is read only when products of the basket are related to
/// each other: at most two statements read their attributes. `consent` is the consent of the account to replacements.
pub(super) async fn advise(
    db: &impl Db,
    context: &SuggestionContext<'_>,
    basket: &Basket,
    consent: Consent,
    limit: usize,
) -> Result<Advice, DbErr> {
    let mut advice = suggest_from_memory(context, basket, consent, limit);
    advice.conflicts = conflicts(db, context, basket).await?;
    Ok(advice)
}

/// The suggestions that need no database.
fn suggest_from_memory(context: &SuggestionContext<'_>, basket: &Basket, consent: Consent, limit: usize) -> Advice {
    let relations = context.related.read();
    let mut accessories = AHashMap::new();
    let ids: Vec<ProductId> = basket.products().map(|product| product.id).collect();
    for product in basket.order.iter().rev().take(MAX_PRODUCTS_WITH_ACCESSORIES) {
        for (target, source) in relations.accessories(product, context.orderable.products, MAX_ACCESSORIES) {
            accessories.entry(target).or_insert_with(|| reason_text(format!("Accessory for {}", product.sku), &source));
        }
    }
    Advice {
        missing: missing(context, &relations, basket),
        conflicts: Vec::new(),
        replacements: replacements(context, &relations, basket, consent),
        items: suggested_items(context.purchases, &context.orderable, &ids, &accessories, context.viewer, limit),
    }
}
