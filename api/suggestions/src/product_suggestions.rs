//! Suggestions for one product.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{ProductId, RelationKind};
use pricing::Quantity;

use super::basket_items::bought_together_with;
use super::context::{SuggestionContext, reason_text};
use super::related_products::{RelatedProduct, RelationSource};
use super::views::SuggestionKind;
use catalog::Product;

/// A product suggested for another.
#[derive(Clone, Debug)]
pub(super) struct Suggestion {
    pub(super) product: Arc<Product>,
    pub(super) kind: SuggestionKind,
    /// The quantity for 1 stock unit of the other product, if it is known.
    pub(super) quantity: Option<Quantity>,
    pub(super) reason: String,
}

/// Suggestions for a product, of one kind or of all kinds: related products by kind, then products bought together with it.
/// Each product occurs once. Within a kind, products related by SKU come first, then the best of those that a rule or a device
/// list relates. Reads no database.
pub(super) fn suggestions(
    context: &SuggestionContext<'_>,
    product: &Product,
    wanted: Option<SuggestionKind>,
    limit: usize,
) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = Vec::new();
    if wanted != Some(SuggestionKind::BoughtTogether) {
        let mut by_kind: AHashMap<SuggestionKind, Vec<RelatedProduct>> = AHashMap::new();
        for related in context.related.read().related_to(product, context.orderable.products) {
            let kind = SuggestionKind::from(related.kind);
            if wanted.is_none_or(|wanted| wanted == kind) {
                by_kind.entry(kind).or_default().push(related);
            }
        }
        for (kind, related) in by_kind {
            found.extend(of_kind(context, product, kind, related));
        }
    }
    if wanted.is_none_or(|wanted| wanted == SuggestionKind::BoughtTogether) {
        found.extend(
            bought_together_with(context.purchases, &context.orderable, product.id, context.viewer, limit).into_iter().map(
                |item| Suggestion {
                    product: item.product,
                    kind: SuggestionKind::BoughtTogether,
                    quantity: None,
                    reason: item.reason,
                },
            ),
        );
    }
    found.sort_by_key(|suggestion| suggestion.kind.rank());
    let mut seen = AHashSet::from([product.id]);
    found.retain(|suggestion| seen.insert(suggestion.product.id));
    found.truncate(limit);
    found
}

/// Suggestions of one kind: products related by SKU first, products of another brand that list the device last.
fn of_kind(
    context: &SuggestionContext<'_>,
    product: &Product,
    kind: SuggestionKind,
    related: Vec<RelatedProduct>,
) -> Vec<Suggestion> {
    let mut by_target: AHashMap<ProductId, RelatedProduct> = AHashMap::with_capacity(related.len());
    // A product may be related in several ways; relations by SKU come first in `related`.
    for related in related {
        by_target.entry(related.target).or_insert(related);
    }
    let mut ranked = context.ranked(by_target.keys().copied(), &[product.id]);
    ranked.sort_by_key(|other| match by_target.get(&other.id).map(|related| &related.source) {
        Some(RelationSource::ProductRelation(_)) => 0,
        Some(RelationSource::Device) if !other.brand.eq_ignore_ascii_case(&product.brand) => 2,
        _ => 1,
    });
    let suggestions = ranked.into_iter().filter_map(|other| {
        let related = by_target.get(&other.id)?;
        Some(Suggestion { kind, quantity: related.quantity, reason: reason(product, related), product: other })
    });
    suggestions.collect()
}

/// The reason as a sentence.
fn reason(product: &Product, related: &RelatedProduct) -> String {
    let sku = &product.sku;
    let sentence = match related.kind {
        RelationKind::Required => format!("{sku} cannot be used without it"),
        RelationKind::Accessory => format!("Accessory for {sku}"),
        RelationKind::Compatible => format!("Fits {sku}"),
        RelationKind::Substitute => format!("Can be used instead of {sku}"),
        RelationKind::Successor => format!("Replaces {sku}"),
    };
    reason_text(sentence, &related.source)
}
