//! Who changed what when, on the wire.

use poem_openapi::Object;
use serde::Serialize;

use super::views::{AgreementLineView, ContractView, PriceEntryView, PriceListView, PromotionView};
use kernel::wire::Timestamp;

/// Who changed something, and when.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceChangeOriginView {
    /// The price version.
    pub price_version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who did it, as `user:12`, `client:erp-1` or `system:import`.
    pub changed_by: String,
    /// The change set it was published with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_set: Option<String>,
}

/// Declares a pair of before and after.
macro_rules! before_and_after {
    ($($(#[$doc:meta])* $name:ident($view:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Object, Serialize)]
        pub(crate) struct $name {
            /// What stood there before; none when it is new.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub before: Option<$view>,
            /// The value after the change; none when it was removed.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub after: Option<$view>,
        }
    )*};
}

before_and_after! {
    /// Name and assignment of a list before and after.
    ListTermsChangeView(PriceListView);
    /// An entry before and after.
    EntryChangeView(PriceEntryView);
    /// Everything about a contract but its lines, before and after.
    ContractTermsChangeView(ContractView);
    /// Everything about a promotion but its lines, before and after.
    PromotionTermsChangeView(PromotionView);
    /// A line before and after.
    LineChangeView(AgreementLineView);
}

/// A change of a price list: of its terms, or of one entry.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceListChangeView {
    /// Who and when.
    pub origin: PriceChangeOriginView,
    /// Name and assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<ListTermsChangeView>,
    /// An entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryChangeView>,
}

/// A change of a contract: of its terms, or of one line.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ContractChangeView {
    /// Who and when.
    pub origin: PriceChangeOriginView,
    /// Everything but its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<ContractTermsChangeView>,
    /// A line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineChangeView>,
}

/// A change of a promotion: of its terms, or of one line.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PromotionChangeView {
    /// Who and when.
    pub origin: PriceChangeOriginView,
    /// Everything but its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<PromotionTermsChangeView>,
    /// A line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineChangeView>,
}
