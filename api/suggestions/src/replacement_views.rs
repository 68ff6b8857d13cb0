//! Replacements, and consents of accounts to them, on the wire.

use entity::Consent;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::replacements::{Replacement, ReplacementCandidate};
use super::views::SuggestionKind;
use kernel::wire::QuantityText;

/// Why a product of a basket may need a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplacementCause {
    /// It is no longer sold.
    Discontinued,
    /// Less is in stock than the basket wants.
    OutOfStock,
}

/// A product that may replace another.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReplacementCandidateView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// `successor` or `substitute`.
    pub kind: SuggestionKind,
    /// The quantity, in `unit`, rounded up to what can be ordered.
    pub quantity: QuantityText,
    /// Its stock unit.
    pub unit: String,
    /// Whether this quantity is in stock now.
    pub in_stock: bool,
    /// The reason, as a sentence.
    pub reason: String,
}

impl From<ReplacementCandidate> for ReplacementCandidateView {
    fn from(candidate: ReplacementCandidate) -> Self {
        Self {
            sku: candidate.product.sku.to_string(),
            title: candidate.product.title.to_string(),
            kind: candidate.kind.into(),
            quantity: QuantityText(candidate.quantity),
            unit: candidate.product.stock_unit.to_string(),
            in_stock: candidate.in_stock,
            reason: candidate.reason,
        }
    }
}

/// A product of the basket that may need a replacement.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReplacementView {
    /// Its SKU.
    pub sku: String,
    /// Why it may need a replacement.
    pub cause: ReplacementCause,
    /// Whether it may be ordered anyway and is delivered later.
    pub can_wait: bool,
    /// The consent that applies: that of its line, otherwise that of the account.
    pub consent: Consent,
    /// Whether the first candidate replaces it without asking.
    pub automatic: bool,
    /// Products that may replace it, best first; empty when no replacement is wanted.
    pub candidates: Vec<ReplacementCandidateView>,
}

impl From<Replacement> for ReplacementView {
    fn from(replacement: Replacement) -> Self {
        Self {
            sku: replacement.product.sku.to_string(),
            cause: replacement.cause,
            can_wait: replacement.can_wait,
            consent: replacement.consent,
            automatic: replacement.automatic,
            candidates: replacement.candidates.into_iter().map(Into::into).collect(),
        }
    }
}

/// The consent of an account to replacements.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplacementConsentInput {
    /// `never`, `ask` or `automatic`.
    pub consent: Consent,
}

/// The consent that applies to an account.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReplacementConsentView {
    /// Code of the account.
    pub account: String,
    /// The consent; `ask` when no account gave one.
    pub consent: Consent,
    /// Code of the account that gave it: the account itself or one above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_by: Option<String>,
}
