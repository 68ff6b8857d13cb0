//! All that an answer is made from: what is learnt, what is said to go together, what can be ordered, and who asks.

use std::sync::Arc;

use ahash::AHashMap;
use entity::ProductId;

use super::memory::Memory;
use super::related::{Related, Says};
use super::shop::Shop;
use super::together::View;
use catalog::Product;

/// All that an answer is made from.
#[derive(Clone, Debug)]
pub(super) struct Counsel<'a> {
    pub(super) memory: &'a Memory,
    pub(super) related: &'a Related,
    pub(super) shop: Shop<'a>,
    pub(super) view: View,
}

/// More products than this are not compared with each other; some rule relates nearly everything.
const MOST_RANKED: usize = 2_000;

impl Counsel<'_> {
    /// Those of the products that can be suggested: what is there first, then what is bought most with `near`, then what is
    /// bought most lately.
    pub(super) fn ranked(&self, products: impl IntoIterator<Item = ProductId>, near: &[ProductId]) -> Vec<Arc<Product>> {
        let offered = products.into_iter().take(MOST_RANKED).filter_map(|product| self.shop.offered(product));
        let mut offered: Vec<Arc<Product>> = offered.collect();
        if offered.len() < 2 {
            return offered;
        }
        let history = self.memory.history();
        let context: Vec<u32> = near.iter().filter_map(|product| history.place_of(*product)).collect();
        let together: AHashMap<u32, f32> = self.memory.together(&history, &context, self.view).into_iter().collect();
        offered.sort_by_cached_key(|product| {
            let place = history.place_of(product.id);
            let score = place.and_then(|place| together.get(&place)).copied().unwrap_or_default();
            let activity = place.map_or(0.0, |place| history.activity(place, self.view.minute));
            let descending = |score: f32| std::cmp::Reverse((score.max(0.0) * 1e6) as u64);
            let there = self.shop.board.available(product.id).is_positive();
            (!there, descending(score), descending(activity), product.sku.clone())
        });
        offered
    }
}

/// Why two products go together, in words: `said` is what is said of both.
pub(super) fn words(said: String, says: &Says) -> String {
    match says {
        Says::Tie(None) => said,
        Says::Tie(Some(note)) => format!("{said}: {note}"),
        Says::Rule(rule) => format!("{said}: {}", rule.name),
        Says::Device => format!("{said}, which it names as compatible"),
    }
}
