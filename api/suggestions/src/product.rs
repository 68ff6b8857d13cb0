//! What goes with one product.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{ProductId, RelationKind};
use pricing::Quantity;

use super::counsel::{Counsel, words};
use super::items::bought_together_with;
use super::related::{Link, Says};
use super::views::SuggestionKind;
use catalog::Product;

/// A product suggested for another.
#[derive(Clone, Debug)]
pub(super) struct Suggestion {
    pub(super) product: Arc<Product>,
    pub(super) kind: SuggestionKind,
    /// How much of it goes with 1 stock unit of the other, where that is known.
    pub(super) quantity: Option<Quantity>,
    pub(super) reason: String,
}

/// What goes with a product, of one kind or of every: related products by kind, then what is bought with it. A product stands
/// in it once. Of one kind, products somebody related to it come first; then the best of those that a rule or a list of
/// devices relates. Asks no database.
pub(super) fn suggestions(
    counsel: &Counsel<'_>,
    product: &Product,
    wanted: Option<SuggestionKind>,
    limit: usize,
) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = Vec::new();
    if wanted != Some(SuggestionKind::BoughtTogether) {
        let mut by_kind: AHashMap<SuggestionKind, Vec<Link>> = AHashMap::new();
        for link in counsel.related.known().links(product, counsel.shop.products) {
            let kind = SuggestionKind::from(link.kind);
            if wanted.is_none_or(|wanted| wanted == kind) {
                by_kind.entry(kind).or_default().push(link);
            }
        }
        for (kind, links) in by_kind {
            found.extend(of_kind(counsel, product, kind, links));
        }
    }
    if wanted.is_none_or(|wanted| wanted == SuggestionKind::BoughtTogether) {
        found.extend(bought_together_with(counsel.memory, &counsel.shop, product.id, counsel.view, limit).into_iter().map(
            |item| Suggestion {
                product: item.product,
                kind: SuggestionKind::BoughtTogether,
                quantity: None,
                reason: item.reason,
            },
        ));
    }
    found.sort_by_key(|suggestion| suggestion.kind.rank());
    let mut seen = AHashSet::from([product.id]);
    found.retain(|suggestion| seen.insert(suggestion.product.id));
    found.truncate(limit);
    found
}

/// What can be suggested of one kind: what somebody related first, what lists a device of another brand last.
fn of_kind(counsel: &Counsel<'_>, product: &Product, kind: SuggestionKind, links: Vec<Link>) -> Vec<Suggestion> {
    let mut by_target: AHashMap<ProductId, Link> = AHashMap::with_capacity(links.len());
    // A product may be related in several ways; what somebody said by hand comes first in the links.
    for link in links {
        by_target.entry(link.target).or_insert(link);
    }
    let mut ranked = counsel.ranked(by_target.keys().copied(), &[product.id]);
    ranked.sort_by_key(|other| match by_target.get(&other.id).map(|link| &link.says) {
        Some(Says::Tie(_)) => 0,
        Some(Says::Device) if !other.brand.eq_ignore_ascii_case(&product.brand) => 2,
        _ => 1,
    });
    let said = ranked.into_iter().filter_map(|other| {
        let link = by_target.get(&other.id)?;
        Some(Suggestion { kind, quantity: link.quantity, reason: reason(product, link), product: other })
    });
    said.collect()
}

/// Why, in words.
fn reason(product: &Product, link: &Link) -> String {
    let sku = &product.sku;
    let said = match link.kind {
        RelationKind::Required => format!("{sku} cannot be used without it"),
        RelationKind::Accessory => format!("Accessory for {sku}"),
        RelationKind::Compatible => format!("Fits {sku}"),
        RelationKind::Substitute => format!("Can be used instead of {sku}"),
        RelationKind::Successor => format!("Replaces {sku}"),
    };
    words(said, &link.says)
}
