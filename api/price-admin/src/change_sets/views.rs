//! Change sets on the wire.

use entity::{ChangeSetStatus, price_change_set_agreements, price_change_sets};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::collect::DraftEntry;
use super::publish::Outcome;
use crate::review::PriceWarning;
use kernel::wire::RawDecimal;
use kernel::wire::{AmountText, BulkItem, Code, QuantityText, Text, Timestamp};

/// A change set to create or rename.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeSetInput {
    /// Name. Default: its code.
    #[serde(default)]
    pub name: Option<Text<200>>,
}

/// An entry to collect: as in a price list, with the list it is for.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftEntryInput {
    /// Code of the price list.
    pub price_list: Code,
    /// The product.
    pub sku: Text<200>,
    /// Unit of price and quantity. Default: the product's default unit.
    #[serde(default)]
    pub unit: Option<Text<40>>,
    /// ISO 4217 code.
    pub currency: Text<40>,
    /// Smallest quantity of the SKU in the basket at which it applies. Default 0.
    #[serde(default)]
    pub min_quantity: Option<RawDecimal>,
    /// Price of `per` units, up to 6 decimals.
    pub unit_price: RawDecimal,
    /// Price basis, 1 to 1,000,000. Default 1.
    #[serde(default)]
    pub per: Option<u32>,
    /// First instant at which it applies. Default: when the set is published, or from its `valid_from` on.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// Entries to collect.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftEntriesInput {
    /// At most 10,000; send CSV or NDJSON for more.
    pub entries: Vec<BulkItem<DraftEntryInput>>,
}

/// When a set is to be published.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicationInput {
    /// From when on the set applies. Default: at once.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
}

/// A contract or promotion of a set.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct DraftAgreementView {
    /// `contract` or `promotion`.
    pub kind: String,
    /// Its code.
    pub code: String,
    /// The price version it was drafted against; none when it is new. Publishing is refused when it changed since.
    pub base_version: Option<i64>,
    /// Who drafted it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Timestamp,
    /// What looks like a mistake; given when it is drafted.
    pub warnings: Vec<PriceWarning>,
}

impl DraftAgreementView {
    pub(super) fn new(row: price_change_set_agreements::Model, warnings: Vec<PriceWarning>) -> Self {
        Self {
            kind: row.kind,
            code: row.code,
            base_version: row.base_version,
            recorded_by: row.recorded_by,
            recorded_at: Timestamp(row.recorded_at),
            warnings,
        }
    }
}

/// What a published set did.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct PublicationView {
    /// The price version that all of it has.
    pub price_version: i64,
    /// From when on it applies; none for at once.
    pub valid_from: Option<Timestamp>,
    /// New entries.
    pub created: u64,
    /// Entries that took the place of another.
    pub replaced: u64,
    /// Entries that said what was recorded already.
    pub unchanged: u64,
    /// Contracts.
    pub contracts: u64,
    /// Promotions.
    pub promotions: u64,
}

/// A change set.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct ChangeSetView {
    /// Its code.
    pub code: String,
    /// Name.
    pub name: String,
    /// How far it is.
    pub status: ChangeSetStatus,
    /// Rises with every change, as in the `ETag`.
    pub version: i64,
    /// Entries collected and not yet published or dropped.
    pub entries: u64,
    /// Contracts and promotions; left out in lists.
    pub agreements: Vec<DraftAgreementView>,
    /// Who created it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Who published or dropped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// What publishing it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication: Option<PublicationView>,
}

impl ChangeSetView {
    pub(super) fn new(set: price_change_sets::Model, entries: u64, agreements: Vec<DraftAgreementView>) -> Self {
        let outcome: Outcome = serde_json::from_str(&set.outcome).unwrap_or_default();
        let publication = set.price_version.map(|price_version| PublicationView {
            price_version,
            valid_from: set.valid_from.map(Timestamp),
            created: outcome.created,
            replaced: outcome.replaced,
            unchanged: outcome.unchanged,
            contracts: outcome.contracts,
            promotions: outcome.promotions,
        });
        Self {
            code: set.code,
            name: set.name,
            status: set.status,
            version: set.version,
            entries,
            agreements,
            created_by: set.created_by,
            created_at: Timestamp(set.created_at),
            updated_at: Timestamp(set.updated_at),
            closed_by: set.closed_by,
            closed_at: set.closed_at.map(Timestamp),
            publication,
        }
    }
}

/// An entry of a set.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct DraftEntryView {
    /// The id it has now and keeps when it is published.
    pub id: String,
    /// Code of the price list.
    pub price_list: String,
    /// The product.
    pub sku: String,
    /// Unit of price and quantity.
    pub unit: String,
    /// Currency.
    pub currency: String,
    /// Smallest quantity of the SKU in the basket.
    pub min_quantity: QuantityText,
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
    /// First instant at which it applies; none for when the set is published.
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    pub valid_until: Option<Timestamp>,
}

impl DraftEntryView {
    pub(super) fn new(id: entity::PriceEntryId, draft: DraftEntry, price_list: String, sku: String) -> Self {
        let entry = draft.entry;
        Self {
            id: id.to_string(),
            price_list,
            sku,
            unit: entry.unit.to_string(),
            currency: entry.currency.code().to_owned(),
            min_quantity: QuantityText(entry.min_quantity),
            unit_price: AmountText(entry.unit_price),
            per: entry.per.get(),
            valid_from: entry.valid_from.map(Timestamp),
            valid_until: entry.valid_until.map(Timestamp),
        }
    }
}
