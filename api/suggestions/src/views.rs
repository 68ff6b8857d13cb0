//! Suggestions on the wire.

use entity::{Consent, RelationKind};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::basket_items::SuggestedItem;
use super::conflicts::{Conflict, Fix};
use super::missing::Missing;
use super::product_suggestions::Suggestion;
use super::replacement_views::ReplacementView;
use kernel::problem::FieldError;
use kernel::wire::{BulkItem, Code, QuantityText, Text, Timestamp};

/// The relation of a suggestion to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum SuggestionKind {
    /// The product cannot be used without it.
    Required,
    /// Useful together.
    Accessory,
    /// Fits the product.
    Compatible,
    /// May be used instead.
    Substitute,
    /// Bought in the same orders.
    BoughtTogether,
    /// Replaces the product permanently.
    Successor,
}

impl SuggestionKind {
    /// Position among suggestions of all kinds.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Successor => 0,
            Self::Required => 1,
            Self::Accessory => 2,
            Self::Compatible => 3,
            Self::BoughtTogether => 4,
            Self::Substitute => 5,
        }
    }
}

impl From<RelationKind> for SuggestionKind {
    fn from(kind: RelationKind) -> Self {
        match kind {
            RelationKind::Required => Self::Required,
            RelationKind::Accessory => Self::Accessory,
            RelationKind::Compatible => Self::Compatible,
            RelationKind::Substitute => Self::Substitute,
            RelationKind::Successor => Self::Successor,
        }
    }
}

/// A product suggested for another.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SuggestionView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// Its relation to the product.
    pub kind: SuggestionKind,
    /// The quantity for 1 stock unit of the product, if it is known.
    pub quantity: Option<QuantityText>,
    /// The reason, as a sentence.
    pub reason: String,
}

impl From<Suggestion> for SuggestionView {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            sku: suggestion.product.sku.to_string(),
            title: suggestion.product.title.to_string(),
            kind: suggestion.kind,
            quantity: suggestion.quantity.map(QuantityText),
            reason: suggestion.reason,
        }
    }
}

/// Suggestions for a product.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SuggestionsView {
    /// Suggestions, the most important kinds first.
    pub items: Vec<SuggestionView>,
}

/// A line of a basket.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasketLineInput {
    /// SKU.
    pub sku: Code,
    /// Quantity. Default 1.
    #[serde(default)]
    pub quantity: Option<QuantityText>,
    /// Unit of the quantity; the product's stock unit when left out.
    #[serde(default)]
    pub unit: Option<Text<8>>,
    /// Consent to a replacement when the product cannot be delivered; the account's consent when left out.
    #[serde(default)]
    pub replacement: Option<Consent>,
}

/// A basket to suggest products for.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasketInput {
    /// Code of the account to suggest to. The buyer's side may leave it out; the seller's side may name one.
    #[serde(default)]
    pub account: Option<Code>,
    /// The instant to suggest for: recency is computed from it, and later orders do not count. Default now.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// 1 to 10,000 lines.
    #[oai(validator(min_items = 1, max_items = 10000))]
    pub lines: Vec<BulkItem<BasketLineInput>>,
    /// The most items to suggest, from 1 to 100. Default 10.
    #[serde(default)]
    pub limit: Option<u64>,
}

/// A required part of which the basket has too little.
#[derive(Debug, Object, Serialize)]
pub(crate) struct MissingView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// The quantity to add, in `unit`: the missing quantity, rounded up to what can be ordered.
    pub quantity: QuantityText,
    /// Stock unit of the part.
    pub unit: String,
    /// The quantity that the basket needs.
    pub needed: QuantityText,
    /// The quantity in the basket.
    pub in_basket: QuantityText,
    /// SKUs of the basket that need it.
    pub needed_for: Vec<String>,
    /// The reason, as a sentence.
    pub reason: String,
    /// Code of the relation rule that requires it; left out when a product of the basket requires it by SKU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// SKUs of other products that would suffice, best first.
    pub alternatives: Vec<String>,
}

impl From<Missing> for MissingView {
    fn from(missing: Missing) -> Self {
        Self {
            sku: missing.product.sku.to_string(),
            title: missing.product.title.to_string(),
            quantity: QuantityText(missing.quantity),
            unit: missing.product.stock_unit.to_string(),
            needed: QuantityText(missing.needed),
            in_basket: QuantityText(missing.present),
            needed_for: missing.needed_for,
            reason: missing.reason,
            rule: missing.rule,
            alternatives: missing.alternatives.iter().map(|product| product.sku.to_string()).collect(),
        }
    }
}

/// Two products of the basket that conflict.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ConflictView {
    /// The rule that reports it: `voltage-differs`, `frequency-differs`, `thread-differs`, `size-differs`,
    /// `replaced-and-replacement`, or the code of a relation rule.
    pub rule: String,
    /// Their SKUs.
    pub skus: Vec<String>,
    /// What is wrong, as a sentence.
    pub detail: String,
    /// Replacements that would fix it, best first.
    pub fixes: Vec<FixView>,
}

/// A product to put in place of one in the basket.
#[derive(Debug, Object, Serialize)]
pub(crate) struct FixView {
    /// SKU of the product to remove.
    pub instead_of: String,
    /// SKU of the product to add.
    pub sku: String,
    /// Its title.
    pub title: String,
    /// The reason, as a sentence.
    pub reason: String,
}

impl From<Fix> for FixView {
    fn from(fix: Fix) -> Self {
        Self {
            instead_of: fix.instead_of,
            sku: fix.product.sku.to_string(),
            title: fix.product.title.to_string(),
            reason: fix.reason,
        }
    }
}

impl From<Conflict> for ConflictView {
    fn from(conflict: Conflict) -> Self {
        Self {
            rule: conflict.rule,
            skus: conflict.skus.into(),
            detail: conflict.detail,
            fixes: conflict.fixes.into_iter().map(Into::into).collect(),
        }
    }
}

/// A product that goes with the basket.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ItemView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// How well it goes with the basket, from 0 to 1,000.
    pub score: u32,
    /// The reason, as a sentence.
    pub reason: String,
}

impl From<SuggestedItem> for ItemView {
    fn from(item: SuggestedItem) -> Self {
        Self { sku: item.product.sku.to_string(), title: item.product.title.to_string(), score: item.score, reason: item.reason }
    }
}

/// Suggestions for a basket.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AdviceView {
    /// Required parts of which the basket has too little.
    pub missing: Vec<MissingView>,
    /// Products that conflict.
    pub conflicts: Vec<ConflictView>,
    /// Products that are no longer sold, or out of stock while a replacement is in stock.
    pub replacements: Vec<ReplacementView>,
    /// What else goes with the basket, best first.
    pub items: Vec<ItemView>,
    /// Lines that could not be read, and why.
    pub rejected: Vec<FieldError>,
}
