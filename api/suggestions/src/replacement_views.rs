//! Replacements, and what accounts say to them, on the wire.

use entity::Consent;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::replace::{Replacement, StandIn};
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
pub(crate) struct StandInView {
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

impl From<StandIn> for StandInView {
    fn from(stand_in: StandIn) -> Self {
        Self {
            sku: stand_in.product.sku.to_string(),
            title: stand_in.product.title.to_string(),
            kind: stand_in.kind.into(),
            quantity: QuantityText(stand_in.quantity),
            unit: stand_in.product.stock_unit.to_string(),
            in_stock: stand_in.there,
            reason: stand_in.reason,
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
    /// What counts for it: what its line says, else what the account says.
    pub consent: Consent,
    /// Whether the first candidate takes its place without asking.
    pub automatic: bool,
    /// What may stand in, the best first; none where none is wanted.
    pub candidates: Vec<StandInView>,
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

/// What an account says to getting another product than it asked for.
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
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_by: Option<String>,
}
