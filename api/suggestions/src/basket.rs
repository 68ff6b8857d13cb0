//! What a basket lacks, what in it does not go together, what stands in for what cannot be had, and what else goes with it.

use std::sync::Arc;
use store::Db;

use ahash::AHashMap;
use entity::{Consent, ProductId};
use pricing::Quantity;
use sea_orm::DbErr;

use super::conflicts::{Conflict, conflicts};
use super::counsel::{Counsel, words};
use super::items::{Item, items};
use super::missing::{Missing, missing};
use super::replace::{Replacement, replacements};
use catalog::Product;

/// What there is to say of a basket.
#[derive(Clone, Debug, Default)]
pub(super) struct Advice {
    pub(super) missing: Vec<Missing>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) replacements: Vec<Replacement>,
    pub(super) items: Vec<Item>,
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
    place: usize,
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
            Line { place: self.order.len() - 1, ..Line::default() }
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
        self.order.get(self.lines.get(&id)?.place)
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
const ASKED_FOR_ACCESSORIES: usize = 20;
const MOST_ACCESSORIES: usize = 200;

/// Looks at a basket; gives at most `limit` items. Asks the database only when products of the basket are related to each
/// other, whose properties then are read: two statements at most. `consent` is what the account says to replacements.
pub(super) async fn advise(
    db: &impl Db,
    counsel: &Counsel<'_>,
    basket: &Basket,
    consent: Consent,
    limit: usize,
) -> Result<Advice, DbErr> {
    let mut advice = said(counsel, basket, consent, limit);
    advice.conflicts = conflicts(db, counsel, basket).await?;
    Ok(advice)
}

/// What is told from memory.
fn said(counsel: &Counsel<'_>, basket: &Basket, consent: Consent, limit: usize) -> Advice {
    let known = counsel.related.known();
    let mut accessories = AHashMap::new();
    let ids: Vec<ProductId> = basket.products().map(|product| product.id).collect();
    for product in basket.order.iter().rev().take(ASKED_FOR_ACCESSORIES) {
        for (target, says) in known.accessories(product, counsel.shop.products, MOST_ACCESSORIES) {
            accessories.entry(target).or_insert_with(|| words(format!("Accessory for {}", product.sku), &says));
        }
    }
    Advice {
        missing: missing(counsel, &known, basket),
        conflicts: Vec::new(),
        replacements: replacements(counsel, &known, basket, consent),
        items: items(counsel.memory, &counsel.shop, &ids, &accessories, counsel.view, limit),
    }
}
