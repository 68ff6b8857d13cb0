//! Findings of a review on the wire.

use poem_openapi::Object;
use pricing::review::FindingKind;
use serde::Serialize;

use kernel::wire::QuantityText;
use kernel::wire::StaticCode;
use prices::finding_text;

/// Something that looks like a mistake.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceFindingView {
    /// Stable code: `never_valid`, `overlap`, `gap`, `rising_break`, `under_cost`, `under_floor`, `over_hundred_percent`,
    /// `unknown_unit` or `other_currency`.
    pub code: StaticCode,
    /// In words.
    pub detail: String,
    /// The product, where the row is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Id of the entry or contract line, or place of the promotion's line; none for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// The row it disagrees with, or the next one after a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// The quantity from which on it shows, in the row's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<QuantityText>,
}

impl PriceFindingView {
    pub(super) fn new(kind: FindingKind, row: i64, sku: Option<String>) -> Self {
        Self {
            code: StaticCode(kind.code()),
            detail: finding_text(kind).to_owned(),
            sku,
            row: Some(row.to_string()),
            other: None,
            min_quantity: None,
        }
    }
}
