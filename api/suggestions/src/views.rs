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

/// How a suggestion goes with a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum SuggestionKind {
    /// The product cannot be used without it.
    Required,
    /// Useful together.
    Accessory,
    /// DeviceCompatibility.
    Compatible,
    /// May be used instead.
    Substitute,
    /// Stood in the same orders.
    BoughtTogether,
    /// Replaces the product for good.
    Successor,
}

impl SuggestionKind {
    /// Place among suggestions of all kinds.
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
    /// How it goes with the product.
    pub kind: SuggestionKind,
    /// How much of it goes with 1 stock unit of the product, where that is known.
    pub quantity: Option<QuantityText>,
    /// Why, in words.
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

/// What goes with a product.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SuggestionsView {
    /// Suggestions, the weightiest kinds first.
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
    /// What may be done when it cannot be had; as the account wants it when left out.
    #[serde(default)]
    pub replacement: Option<Consent>,
}

/// A basket to look at.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasketInput {
    /// Code of the account to suggest to. The buyer's side may leave it out; the seller's side may name one.
    #[serde(default)]
    pub account: Option<Code>,
    /// From which instant to look: recency counts back from it, orders after it do not count. Default now.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// 1 to 10,000 lines.
    #[oai(validator(min_items = 1, max_items = 10000))]
    pub lines: Vec<BulkItem<BasketLineInput>>,
    /// Most items to suggest, from 1 to 100. Default 10.
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
    /// How much to add, in `unit`: what lacks, rounded up to what can be ordered.
    pub quantity: QuantityText,
    /// Stock unit of the part.
    pub unit: String,
    /// How much the basket needs.
    pub needed: QuantityText,
    /// How much of it stands in the basket.
    pub in_basket: QuantityText,
    /// SKUs of the basket that need it.
    pub needed_for: Vec<String>,
    /// Why, in words.
    pub reason: String,
    /// Code of the relation rule that source so; absent when a product of the basket requires this very part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// SKUs of others that would do as well, the best first.
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

/// Two products of the basket that do not go together.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ConflictView {
    /// The rule that source so: `voltage-differs`, `frequency-differs`, `thread-differs`, `size-differs`,
    /// `replaced-and-replacement`, or the code of a relation rule.
    pub rule: String,
    /// Their SKUs.
    pub skus: Vec<String>,
    /// What is wrong, in words.
    pub detail: String,
    /// What would fix it, the best first.
    pub fixes: Vec<FixView>,
}

/// A product instead of one of the basket.
#[derive(Debug, Object, Serialize)]
pub(crate) struct FixView {
    /// SKU of the product to take out.
    pub instead_of: String,
    /// SKU of the product to put in.
    pub sku: String,
    /// Its title.
    pub title: String,
    /// Why, in words.
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
    /// How much speaks for it, from 0 to 1,000.
    pub score: u32,
    /// Why, in words.
    pub reason: String,
}

impl From<SuggestedItem> for ItemView {
    fn from(item: SuggestedItem) -> Self {
        Self { sku: item.product.sku.to_string(), title: item.product.title.to_string(), score: item.score, reason: item.reason }
    }
}

/// What there is to say of a basket.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AdviceView {
    /// Required parts of which the basket has too little.
    pub missing: Vec<MissingView>,
    /// Products that do not go together.
    pub conflicts: Vec<ConflictView>,
    /// Products that are no longer sold, or out of stock while others may stand in.
    pub replacements: Vec<ReplacementView>,
    /// What else goes with the basket, best first.
    pub items: Vec<ItemView>,
    /// Lines that could not be looked at, and why.
    pub rejected: Vec<FieldError>,
}
