//! Replacements, and what accounts say to them, on the wire.

use entity::Consent;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::replacements::{Replacement, ReplacementCandidate};
use super::views::SuggestionKind;
use kernel::wire::QuantityText;

/// Why a product of a basket may need another in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplacementCause {
    /// It is no longer sold.
    Discontinued,
    /// There is less of it than the basket wants.
    OutOfStock,
}

/// A product that may stand in for another.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReplacementCandidateView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// `successor` or `substitute`.
    pub kind: SuggestionKind,
    /// How much of it, in `unit`, rounded up to what can be ordered.
    pub quantity: QuantityText,
    /// Its stock unit.
    pub unit: String,
    /// Whether there is so much of it now.
    pub in_stock: bool,
    /// Why, in words.
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

/// A product of the basket that cannot be had as it is asked for.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReplacementView {
    /// Its SKU.
    pub sku: String,
    /// Why it may need another in its place.
    pub cause: ReplacementCause,
    /// Whether it may be ordered all the same and comes later.
    pub can_wait: bool,
    /// What counts for it: what its line source, else what the account source.
    pub consent: Consent,
    /// Whether the first candidate takes its place without asking.
    pub automatic: bool,
    /// What may stand in, the best first; none where none is wanted.
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

/// What an account source to getting another product than it asked for.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplacementConsentInput {
    /// `never`, `ask` or `automatic`.
    pub consent: Consent,
}

/// What counts for an account when a product cannot be had.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReplacementConsentView {
    /// Code of the account.
    pub account: String,
    /// What counts for it; `ask` where nobody said anything.
    pub consent: Consent,
    /// Code of the account that said so: the account itself or one above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_by: Option<String>,
}
