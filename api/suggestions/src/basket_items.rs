//! Suggests further products for a basket: products related to those in it, products bought together with them, and products
//! that the account orders regularly, in one list with one reason each.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, ProductId};

use super::bought_together::{MAX_CONTEXT, OtherBuyers, Viewer, support};
use super::order_history::OrderHistory;
use super::orderable::OrderableProducts;
use super::purchase_history::PurchaseHistory;
use super::reorder_patterns::{Purpose, ReorderPattern, reorder_patterns};
use catalog::Product;

/// A product suggested for a basket.
#[derive(Clone, Debug)]
pub(super) struct SuggestedItem {
    pub(super) product: Arc<Product>,
    /// From 0 to 1,000.
    pub(super) score: u32,
    pub(super) reason: String,
}

/// Weights of the sources relative to products bought together. Reorder patterns count twice: alone, and combined with products
/// bought together.
const PATTERN_WEIGHT: f32 = 0.45;
const COMBINED_WEIGHT: f32 = 0.5;
const ACCESSORY_WEIGHT: f32 = 0.5;
/// Scales the sum of all sources to at most 1,000.
const SCALE: f32 = 400.0;

/// Candidates that are examined for each wanted item, since some cannot be ordered or may not be disclosed.
const OVERSAMPLING: usize = 4;

/// The most latest orders of a product in which partners are searched, and the most partners that are tried as its reason.
const MAX_ORDERS: usize = 200;
const MAX_PARTNERS: usize = 3;

/// A candidate with the scores of its sources.
#[derive(Clone, Copy, Debug, Default)]
struct Candidate {
    together: f32,
    pattern: Option<ReorderPattern>,
    accessory: bool,
}

impl Candidate {
    fn score(&self) -> f32 {
        let pattern = self.pattern.map_or(0.0, |pattern| pattern.score.powf(0.6));
        let accessory = if self.accessory { ACCESSORY_WEIGHT } else { 0.0 };
        self.together + PATTERN_WEIGHT * pattern + COMBINED_WEIGHT * pattern * self.together + accessory
    }
}

/// At most `limit` products that go with those of `basket`, best first. `accessories` are products related to the basket, with
/// their reasons. Reads no database.
pub(super) fn suggested_items(
    purchases: &PurchaseHistory,
    orderable: &OrderableProducts<'_>,
    basket: &[ProductId],
    accessories: &AHashMap<ProductId, String>,
    viewer: Viewer,
    limit: usize,
) -> Vec<SuggestedItem> {
    let history = purchases.read();
    let context: Vec<u32> = basket.iter().filter_map(|product| history.index_of(*product)).collect();
    let mut candidates: AHashMap<ProductId, Candidate> = AHashMap::new();
    for (index, score) in purchases.bought_together(&history, &context, viewer) {
        candidates.entry(history.product(index)).or_default().together = score;
    }
    for pattern in
        viewer.account.into_iter().flat_map(|account| reorder_patterns(&history, account, viewer.minute, Purpose::Basket))
    {
        candidates.entry(history.product(pattern.product)).or_default().pattern = Some(pattern);
    }
    for product in accessories.keys() {
        candidates.entry(*product).or_default().accessory = true;
    }
    let in_basket: AHashSet<&ProductId> = basket.iter().collect();
    candidates.retain(|product, _| !in_basket.contains(product));
    let context = &context[context.len().saturating_sub(MAX_CONTEXT)..];
    let reasons = Reasons { history: &history, orderable, context: context.iter().copied().collect(), accessories, viewer };
    best(candidates, |(product, candidate)| reasons.item(*product, candidate), limit)
}

/// The best `limit` of the candidates that become an item, best first. Only as many are examined as needed.
fn best(
    candidates: AHashMap<ProductId, Candidate>,
    item: impl Fn(&(ProductId, Candidate)) -> Option<SuggestedItem>,
    limit: usize,
) -> Vec<SuggestedItem> {
    let mut ranked: Vec<(f32, (ProductId, Candidate))> =
        candidates.into_iter().map(|candidate| (candidate.1.score(), candidate)).collect();
    let order =
        |a: &(f32, (ProductId, Candidate)), b: &(f32, (ProductId, Candidate))| b.0.total_cmp(&a.0).then(a.1.0.cmp(&b.1.0));
    let near = (limit * OVERSAMPLING + OVERSAMPLING).min(ranked.len());
    if near > 0 && near < ranked.len() {
        ranked.select_nth_unstable_by(near - 1, order);
    }
    let mut found: Vec<SuggestedItem> = Vec::with_capacity(limit);
    for part in [0..near, near..ranked.len()] {
        let part = &mut ranked[part];
        if found.len() < limit {
            part.sort_unstable_by(order);
            found.extend(part.iter().filter_map(|(_, candidate)| item(candidate)).take(limit - found.len()));
        }
    }
    found
}

struct Reasons<'a> {
    history: &'a OrderHistory,
    orderable: &'a OrderableProducts<'a>,
    context: AHashSet<u32>,
    accessories: &'a AHashMap<ProductId, String>,
    viewer: Viewer,
}

impl Reasons<'_> {
    /// The item of a candidate; none when it cannot be ordered or may not be disclosed.
    fn item(&self, product: ProductId, candidate: &Candidate) -> Option<SuggestedItem> {
        let product = self.orderable.get(product)?;
        let pattern = || candidate.pattern.map(|pattern| pattern.reason(self.viewer.minute));
        let together = || partner_reason(self.history, self.orderable, &self.context, product.id, self.viewer);
        let usual = candidate.pattern.is_some_and(|pattern| PATTERN_WEIGHT * pattern.score.powf(0.6) > candidate.together);
        let reason = match self.accessories.get(&product.id) {
            Some(reason) => Some(reason.clone()),
            None if usual => pattern(),
            None => together().or_else(pattern),
        };
        Some(SuggestedItem { score: (candidate.score() * SCALE) as u32, reason: reason?, product })
    }
}

/// The reason that a product was bought together with products of `context`; none when the account may not learn it.
fn partner_reason(
    history: &OrderHistory,
    orderable: &OrderableProducts<'_>,
    context: &AHashSet<u32>,
    product: ProductId,
    viewer: Viewer,
) -> Option<String> {
    let index = history.index_of(product)?;
    let mut partners: AHashMap<u32, u32> = AHashMap::new();
    let mut others = OtherBuyers::default();
    for order in history.with(index, viewer.minute).take(MAX_ORDERS).map(|order| history.order(order)) {
        let mut with = history.basket_of(order).iter().filter(|other| context.contains(other)).peekable();
        if with.peek().is_some() && viewer.account != Some(order.account) {
            others.count(order.account);
        }
        with.for_each(|other| *partners.entry(*other).or_default() += 1);
    }
    let mut partners: Vec<(u32, u32)> = partners.into_iter().collect();
    partners.sort_unstable_by_key(|(partner, count)| (std::cmp::Reverse(*count), *partner));
    let reason = partners.iter().take(MAX_PARTNERS).find_map(|(partner, _)| {
        let support = support(history, *partner, index, viewer);
        let partner = orderable.products.by_id(history.product(*partner))?;
        support.may_be_disclosed().then(|| support.reason(&partner.sku))
    });
    // The product may be rare with each of them but frequent with all of them.
    let of_all = || format!("Bought together with products of this basket in {} orders", others.orders());
    reason.or_else(|| others.are_many().then(of_all))
}

/// Products bought together with one product, best first, with their reasons.
pub(super) fn bought_together_with(
    purchases: &PurchaseHistory,
    orderable: &OrderableProducts<'_>,
    product: ProductId,
    viewer: Viewer,
    limit: usize,
) -> Vec<SuggestedItem> {
    let history = purchases.read();
    let context: Vec<u32> = history.index_of(product).into_iter().collect();
    let scored = purchases.bought_together(&history, &context, viewer).into_iter();
    let candidates =
        scored.map(|(index, together)| (history.product(index), Candidate { together, ..Candidate::default() })).collect();
    let context = context.into_iter().collect();
    let item = |(other, candidate): &(ProductId, Candidate)| {
        let other = orderable.get(*other)?;
        let reason = partner_reason(&history, orderable, &context, other.id, viewer)?;
        Some(SuggestedItem { score: (candidate.score() * SCALE) as u32, reason, product: other })
    };
    best(candidates, item, limit)
}

/// A product to reorder.
#[derive(Clone, Debug)]
pub(super) struct ReorderSuggestion {
    pub(super) item: SuggestedItem,
    pub(super) pattern: ReorderPattern,
}

/// The products that an account is most likely to reorder next, best first.
pub(super) fn reorder_suggestions(
    purchases: &PurchaseHistory,
    orderable: &OrderableProducts<'_>,
    account: AccountId,
    minute: u32,
    limit: usize,
) -> Vec<ReorderSuggestion> {
    let history = purchases.read();
    let mut all = reorder_patterns(&history, account, minute, Purpose::Reorder);
    all.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.product.cmp(&b.product)));
    let item = |pattern: ReorderPattern| {
        let product = orderable.get(history.product(pattern.product))?;
        let score = (pattern.score * 1e3) as u32;
        Some(ReorderSuggestion { item: SuggestedItem { score, reason: pattern.reason(minute), product }, pattern })
    };
    all.into_iter().filter_map(item).take(limit).collect()
}
