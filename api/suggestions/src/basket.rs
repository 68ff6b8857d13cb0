//! What a basket lacks, what in it does not go together, what stands in for what cannot be had, and what else goes with it.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{Consent, ProductId};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use super::basket_items::{SuggestedItem, suggested_items};
use super::conflicts::{Conflict, conflicts};
use super::context::{SuggestionContext, reason_text};
use super::missing::{Missing, missing};
use super::replacements::{Replacement, replacements};
use catalog::Product;

/// What there is to say of a basket.
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
    /// In the order in which they came.
    order: Vec<Arc<Product>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// Where its product stands in the order.
    index: usize,
    quantity: Quantity,
    /// What its lines say to another product instead.
    consent: Option<Consent>,
}

impl Basket {
    /// Adds a quantity in stock units; beyond the largest quantity it stays at that. Of what several lines of a product say to
    /// a replacement the most careful counts.
    pub(super) fn add(&mut self, product: Arc<Product>, quantity: Quantity, consent: Option<Consent>) {
        let id = product.id;
        let line = self.lines.entry(id).or_insert_with(|| {
            self.order.push(product);
            Line { index: self.order.len() - 1, ..Line::default() }
        });
        line.quantity = line.quantity.checked_add(quantity).unwrap_or(Quantity::MAX);
        line.consent = line.consent.into_iter().chain(consent).min();
    }

    /// The products, in the order in which they came.
    pub(super) fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.order.iter()
    }

    /// The product, if it is in the basket.
    pub(super) fn get(&self, id: ProductId) -> Option<&Arc<Product>> {
        self.order.get(self.lines.get(&id)?.index)
    }

    /// How much of a product there is, in stock units.
    pub(super) fn quantity(&self, id: ProductId) -> Quantity {
        self.lines.get(&id).map(|line| line.quantity).unwrap_or_default()
    }

    /// What the lines of a product say to another product instead.
    pub(super) fn consent(&self, id: ProductId) -> Option<Consent> {
        self.lines.get(&id).and_then(|line| line.consent)
    }
}

/// So many products, the last ones, are asked for their accessories, and so many of each are taken into account.
const MAX_PRODUCTS_WITH_ACCESSORIES: usize = 20;
const MAX_ACCESSORIES: usize = 200;

/// Looks at a basket; gives at most `limit` items. Asks the database only when products of the basket are related to each
/// other, whose properties then are read: two statements at most. `consent` is what the account source to replacements.
pub(super) async fn advise(
    db: &impl ConnectionTrait,
    context: &SuggestionContext<'_>,
    basket: &Basket,
    consent: Consent,
    limit: usize,
) -> Result<Advice, DbErr> {
    let mut advice = advice_from_memory(context, basket, consent, limit);
    advice.conflicts = conflicts(db, context, basket).await?;
    Ok(advice)
}

/// What is told from purchases.
fn advice_from_memory(context: &SuggestionContext<'_>, basket: &Basket, consent: Consent, limit: usize) -> Advice {
    let known = context.related.known();
    let mut accessories = AHashMap::new();
    let ids: Vec<ProductId> = basket.products().map(|product| product.id).collect();
    for product in basket.order.iter().rev().take(MAX_PRODUCTS_WITH_ACCESSORIES) {
        for (target, source) in known.accessories(product, context.orderable.products, MAX_ACCESSORIES) {
            accessories.entry(target).or_insert_with(|| reason_text(format!("Accessory for {}", product.sku), &source));
        }
    }
    Advice {
        missing: missing(context, &known, basket),
        conflicts: Vec::new(),
        replacements: replacements(context, &known, basket, consent),
        items: suggested_items(context.purchases, &context.orderable, &ids, &accessories, context.viewer, limit),
    }
}
