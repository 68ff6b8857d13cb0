//! Everything that suggestions are computed from: past orders, relations, orderable products, and the viewer.

use std::sync::Arc;

use ahash::AHashMap;
use entity::ProductId;

use super::bought_together::Viewer;
use super::orderable::OrderableProducts;
use super::purchase_history::PurchaseHistory;
use super::related_products::{RelatedProducts, RelationSource};
use catalog::Product;

/// Everything that suggestions are computed from.
#[derive(Clone, Debug)]
pub(super) struct SuggestionContext<'a> {
    pub(super) purchases: &'a PurchaseHistory,
    pub(super) related: &'a RelatedProducts,
    pub(super) orderable: OrderableProducts<'a>,
    pub(super) viewer: Viewer,
}

/// The most products that are ranked. A rule may relate nearly all products.
const MAX_RANKED: usize = 2_000;

impl SuggestionContext<'_> {
    /// The products that can be suggested: those in stock first, then those bought most with `near`, then those bought most
    /// lately.
    pub(super) fn ranked(&self, products: impl IntoIterator<Item = ProductId>, near: &[ProductId]) -> Vec<Arc<Product>> {
        let orderable = products.into_iter().take(MAX_RANKED).filter_map(|product| self.orderable.get(product));
        let mut orderable: Vec<Arc<Product>> = orderable.collect();
        if orderable.len() < 2 {
            return orderable;
        }
        let history = self.purchases.read();
        let near: Vec<u32> = near.iter().filter_map(|product| history.index_of(*product)).collect();
        let together: AHashMap<u32, f32> = self.purchases.bought_together(&history, &near, self.viewer).into_iter().collect();
        orderable.sort_by_cached_key(|product| {
            let index = history.index_of(product.id);
            let score = index.and_then(|index| together.get(&index)).copied().unwrap_or_default();
            let activity = index.map_or(0.0, |index| history.activity(index, self.viewer.minute));
            let descending = |score: f32| std::cmp::Reverse((score.max(0.0) * 1e6) as u64);
            let in_stock = self.orderable.stock_levels.available(product.id).is_positive();
            (!in_stock, descending(score), descending(activity), product.sku.clone())
        });
        orderable
    }
}

/// The reason that two products are related: the sentence `sentence`, and the detail of its source.
pub(super) fn reason_text(sentence: String, source: &RelationSource) -> String {
    match source {
        RelationSource::ProductRelation(None) => sentence,
        RelationSource::ProductRelation(Some(note)) => format!("{sentence}: {note}"),
        RelationSource::Rule(rule) => format!("{sentence}: {}", rule.name),
        RelationSource::Device => format!("{sentence}, which it names as compatible"),
    }
}
