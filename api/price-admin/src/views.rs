//! Price lists, contracts, promotions and costs as staff read them.

use entity::{AssignedKind, AudienceKind, ContractMode, PriceRuleKind, TargetKind, VolumeScope, price_entries};
use poem_openapi::Object;
use pricing::Amount;
use serde::Serialize;

use super::contract::Contract;
use super::lines::NewLine;
use super::lists::PriceList;
use super::promotion::Promotion;
use super::review::PriceWarning;
use identity::Accounts;
use kernel::problem::FieldError;
use kernel::wire::{AmountText, QuantityText, Timestamp};
use prices::StoredCost;

/// The customers a price list is for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct AssignedView {
    /// Everyone, a group, or an account and those below it.
    pub kind: AssignedKind,
    /// Code of the group or account.
    pub code: Option<String>,
}

/// A price list.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceListView {
    /// Its code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The customers it is for.
    pub assigned: AssignedView,
    /// Price version of the last change, as in the `ETag`.
    pub price_version: i64,
    /// First recorded.
    pub created_at: Timestamp,
    /// Last change of name or assignment.
    pub updated_at: Timestamp,
}

impl From<PriceList> for PriceListView {
    fn from(list: PriceList) -> Self {
        Self {
            code: list.list.code,
            name: list.terms.name,
            assigned: AssignedView { kind: list.terms.assigned_kind, code: some(list.terms.assigned_code) },
            price_version: list.terms.change_id,
            created_at: Timestamp(list.list.created_at),
            updated_at: Timestamp(list.terms.recorded_at),
        }
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// An entry of a price list.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceEntryView {
    /// Its id.
    pub id: String,
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
    pub per: i64,
    /// First instant at which it applies.
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    pub valid_until: Option<Timestamp>,
    /// Since when it is known.
    pub recorded_at: Timestamp,
    /// Since when it is known to be replaced or withdrawn.
    pub superseded_at: Option<Timestamp>,
}

impl PriceEntryView {
    pub(super) fn new(row: price_entries::Model, sku: String) -> Self {
        Self {
            id: row.id.to_string(),
            sku,
            unit: row.unit.to_string(),
            currency: row.currency.to_string(),
            min_quantity: row.min_quantity.into(),
            unit_price: row.unit_price.into(),
            per: i64::from(row.per.get()),
            valid_from: row.valid_from.map(Timestamp),
            valid_until: row.valid_until.map(Timestamp),
            recorded_at: Timestamp(row.recorded_at),
            superseded_at: row.superseded_at.map(Timestamp),
        }
    }
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poem_openapi::Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum PriceEntryStatus {
    /// It is new.
    Created,
    /// It took the place of another.
    Replaced,
    /// The current one says the same.
    Unchanged,
    /// It was not recorded.
    Rejected,
}

/// What became of one entry.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceEntryResult {
    /// Its place in the request, from 0; in an upload the line it begins on, from 1.
    pub index: u64,
    /// What became of it.
    pub status: PriceEntryStatus,
    /// Its id, when it is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it was rejected.
    pub errors: Vec<FieldError>,
}

/// What became of entries.
#[derive(Clone, Debug, Default, Object, Serialize)]
pub(crate) struct PriceEntriesView {
    /// Price version that recorded them; of an upload the last one. None when nothing was recorded, and for drafts.
    pub price_version: Option<i64>,
    /// Entries read.
    pub received: u64,
    /// New ones.
    pub created: u64,
    /// Those that took the place of another.
    pub replaced: u64,
    /// Those that said what was recorded already.
    pub unchanged: u64,
    /// Those that were not recorded.
    pub rejected: u64,
    /// What became of each entry. Of an upload only the rejected ones, at most 1,000; with `results=all` every row.
    pub results: Vec<PriceEntryResult>,
    /// What looks like a mistake and was recorded all the same. Not looked for in uploads.
    pub warnings: Vec<PriceWarning>,
}

/// What a line is for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct TargetView {
    /// One product, a category, a brand, or everything.
    pub kind: TargetKind,
    /// SKU, code of the category, or name of the brand.
    pub code: Option<String>,
}

/// From a quantity on, a value.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct BreakView {
    /// The quantity.
    pub min_quantity: QuantityText,
    /// The value from there on.
    pub value: AmountText,
}

/// A line of a contract or promotion.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct AgreementLineView {
    /// Its id; lines of promotions have none.
    pub id: Option<String>,
    /// What it is for.
    pub target: TargetView,
    /// How it makes a price.
    pub kind: PriceRuleKind,
    /// The value that needs no quantity.
    pub value: Option<AmountText>,
    /// Unit of price and thresholds; none for the stock unit.
    pub unit: Option<String>,
    /// Price basis.
    pub per: u32,
    /// Which quantity thresholds are compared with.
    pub scope: VolumeScope,
    /// Volume breaks.
    pub breaks: Vec<BreakView>,
    /// First instant at which it applies, within its contract's validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

impl AgreementLineView {
    pub(super) fn new(id: Option<i64>, line: NewLine) -> Self {
        let one = |(quantity, value): (pricing::Quantity, Amount)| BreakView {
            min_quantity: QuantityText(quantity),
            value: AmountText(value),
        };
        Self {
            id: id.map(|id| id.to_string()),
            target: TargetView { kind: line.target.kind, code: some(line.target.code) },
            kind: line.kind,
            value: line.value.map(AmountText),
            unit: line.unit.map(|unit| unit.to_string()),
            per: line.per.get(),
            scope: line.scope,
            breaks: line.breaks.into_iter().map(one).collect(),
            valid_from: line.valid_from.map(Timestamp),
            valid_until: line.valid_until.map(Timestamp),
        }
    }
}

/// A contract.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ContractView {
    /// Its code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The account that holds it.
    pub account: String,
    /// Currency of all its amounts.
    pub currency: String,
    /// First instant at which it applies.
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    pub valid_until: Option<Timestamp>,
    /// Whether its price may be beaten.
    pub mode: ContractMode,
    /// Whether it is in force.
    pub status: super::agreements::InForce,
    /// Its lines; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<AgreementLineView>>,
    /// Price version of the last change, as in the `ETag`.
    pub price_version: i64,
    /// Last change.
    pub updated_at: Timestamp,
    /// What looks like a mistake and was recorded all the same.
    pub warnings: Vec<PriceWarning>,
}

impl ContractView {
    pub(super) fn new(contract: Contract, accounts: &Accounts, warnings: Vec<PriceWarning>) -> Self {
        let lines = contract.lines.into_iter().map(|(id, line)| AgreementLineView::new(Some(id), line)).collect();
        let terms = contract.terms;
        Self { lines: Some(lines), warnings, ..Self::summary(contract.header.code, terms, accounts) }
    }

    pub(super) fn summary(code: String, terms: entity::contract_terms::Model, accounts: &Accounts) -> Self {
        Self {
            code,
            name: terms.name,
            account: accounts.code_of(terms.account_id),
            currency: terms.currency.to_string(),
            valid_from: terms.valid_from.map(Timestamp),
            valid_until: terms.valid_until.map(Timestamp),
            mode: terms.mode,
            status: in_force(terms.active),
            lines: None,
            price_version: terms.change_id,
            updated_at: Timestamp(terms.recorded_at),
            warnings: Vec::new(),
        }
    }
}

fn in_force(active: bool) -> super::agreements::InForce {
    if active { super::agreements::InForce::Active } else { super::agreements::InForce::Inactive }
}

/// The customers a promotion is for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct AudienceView {
    /// Everyone, a group, or one account.
    pub kind: AudienceKind,
    /// Code of the group or account.
    pub code: Option<String>,
}

/// A promotion.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PromotionView {
    /// Its code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The customers it is for.
    pub audience: AudienceView,
    /// Currency; none for every currency.
    pub currency: Option<String>,
    /// The coupon it needs.
    pub coupon: Option<String>,
    /// First instant at which it applies.
    pub valid_from: Option<Timestamp>,
    /// First instant at which it does not apply any more.
    pub valid_until: Option<Timestamp>,
    /// Whether it is in force.
    pub status: super::agreements::InForce,
    /// Its lines; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<AgreementLineView>>,
    /// Price version of the last change, as in the `ETag`.
    pub price_version: i64,
    /// Last change.
    pub updated_at: Timestamp,
    /// What looks like a mistake and was recorded all the same.
    pub warnings: Vec<PriceWarning>,
}

impl PromotionView {
    pub(super) fn new(promotion: Promotion, warnings: Vec<PriceWarning>) -> Self {
        let lines = promotion.lines.into_iter().map(|line| AgreementLineView::new(None, line)).collect();
        Self { lines: Some(lines), warnings, ..Self::summary(promotion.header.code, promotion.terms) }
    }

    pub(super) fn summary(code: String, terms: entity::promotion_terms::Model) -> Self {
        Self {
            code,
            name: terms.name,
            audience: AudienceView { kind: terms.audience_kind, code: some(terms.audience_code) },
            currency: terms.currency.map(|code| code.to_string()),
            coupon: terms.coupon,
            valid_from: terms.valid_from.map(Timestamp),
            valid_until: terms.valid_until.map(Timestamp),
            status: in_force(terms.active),
            lines: None,
            price_version: terms.change_id,
            updated_at: Timestamp(terms.recorded_at),
            warnings: Vec::new(),
        }
    }
}

/// Cost and floor in one currency.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CostView {
    /// Currency.
    pub currency: String,
    /// What 1 stock unit costs the seller.
    pub cost: Option<AmountText>,
    /// The lowest price of 1 stock unit.
    pub floor: Option<AmountText>,
    /// Since when.
    pub recorded_at: Timestamp,
}

/// Cost and floor of a product.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CostsView {
    /// The product.
    pub sku: String,
    /// The unit they are for.
    pub unit: String,
    /// One per currency.
    pub costs: Vec<CostView>,
}

impl From<&StoredCost> for CostView {
    fn from(stored: &StoredCost) -> Self {
        Self {
            currency: stored.cost.currency.code().to_owned(),
            cost: stored.cost.cost.map(Into::into),
            floor: stored.cost.floor.map(Into::into),
            recorded_at: Timestamp(stored.recorded_at),
        }
    }
}
