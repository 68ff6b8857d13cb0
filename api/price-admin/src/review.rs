//! Review of recorded prices: lists what looks like a mistake, and refuses nothing.

use std::fmt::Write as _;

use entity::ProductId;
use poem_openapi::Object;
use pricing::review::{Finding, ReviewedRow, review_contract_lines, review_entries};
use pricing::{ContractLine, ContractLineId, Currency, Entry, EntryId, Instant, Target, Terms, Times};
use serde::Serialize;

use super::lines::NewLine;
use super::{NewContract, NewEntry};
use catalog::Products;
use kernel::wire::StaticCode;
use prices::{Reviewable, StoredCost, finding_text};

/// Something that looks like a mistake and was recorded all the same.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceWarning {
    /// Where in the request.
    pub pointer: String,
    /// Stable code.
    pub code: StaticCode,
    /// What looks wrong.
    pub detail: String,
}

impl PriceWarning {
    pub(super) fn of(finding: &Finding, base: &str) -> Self {
        let pointer = |row: ReviewedRow| match row {
            ReviewedRow::Entry(EntryId(place)) | ReviewedRow::ContractLine(ContractLineId(place)) => format!("{base}/{place}"),
        };
        let mut detail = finding_text(finding.kind).to_owned();
        if !finding.threshold.is_zero() {
            let _ = write!(detail, ", from quantity {}", finding.threshold);
        }
        if let Some(other) = finding.other {
            let _ = write!(detail, "; see {}", pointer(other));
        }
        Self { pointer: pointer(finding.row), code: StaticCode(finding.kind.code()), detail }
    }
}

/// The products that lines name one by one.
pub(super) fn products_of(lines: &[NewLine]) -> Vec<ProductId> {
    let named = lines.iter().filter(|line| line.target.kind == entity::TargetKind::Sku);
    named.map(|line| ProductId(line.target.id)).collect()
}

/// Reviews a contract's lines, and its currency.
pub(super) fn contract(
    new: &NewContract,
    products: &Products,
    costs: &[StoredCost],
    account_currency: Option<Currency>,
) -> Vec<PriceWarning> {
    let found = of_contract(new, products, costs);
    let mut warnings: Vec<PriceWarning> = found.iter().map(|finding| PriceWarning::of(finding, "/lines")).collect();
    if let Some(account_currency) = account_currency.filter(|own| *own != new.currency) {
        let detail = format!("the account orders in {account_currency}");
        warnings.push(PriceWarning { pointer: "/currency".to_owned(), code: StaticCode("other_currency"), detail });
    }
    warnings
}

/// Reviews a contract's lines, each by its place.
pub(super) fn of_contract(new: &NewContract, products: &Products, costs: &[StoredCost]) -> Vec<Finding> {
    of_lines(&new.lines, Some(new.currency), products, costs)
}

/// Reviews a promotion's lines.
pub(super) fn lines(
    lines: &[NewLine],
    currency: Option<Currency>,
    products: &Products,
    costs: &[StoredCost],
) -> Vec<PriceWarning> {
    of_lines(lines, currency, products, costs).iter().map(|finding| PriceWarning::of(finding, "/lines")).collect()
}

/// Reviews lines, as far as they have a currency, each by its place.
pub(super) fn of_lines(lines: &[NewLine], currency: Option<Currency>, products: &Products, costs: &[StoredCost]) -> Vec<Finding> {
    let reviewable = Reviewable::of(products_of(lines).into_iter(), products, costs);
    let rows: Vec<ContractLine> = lines.iter().enumerate().map(|(place, line)| row(place, line, &reviewable)).collect();
    // Percentages alone are compared with nothing in a currency.
    let Some(currency) = currency.or_else(|| Currency::all().next()) else { return Vec::new() };
    review_contract_lines(&rows, currency, Instant::MIN, |id| reviewable.find(id))
}

fn row(place: usize, line: &NewLine, reviewable: &Reviewable) -> ContractLine {
    let target = match line.target.kind {
        entity::TargetKind::Sku => Target::Sku(reviewable.number(ProductId(line.target.id))),
        entity::TargetKind::Category => Target::Category(pricing::CategoryId(line.target.id as u32)),
        // A brand has no number here; the place of its first line serves as one within a review.
        entity::TargetKind::Brand => Target::Brand(pricing::BrandId(brand_number(&line.target.code))),
        entity::TargetKind::Everything => Target::Everything,
    };
    let terms = Terms {
        target,
        kind: match line.kind {
            entity::PriceRuleKind::Fixed => pricing::Kind::Fixed,
            entity::PriceRuleKind::PercentOff => pricing::Kind::PercentOff,
            entity::PriceRuleKind::AmountOff => pricing::Kind::AmountOff,
            entity::PriceRuleKind::CostPlus => pricing::Kind::CostPlus,
        },
        unit: line.unit,
        per: line.per,
        scope: match line.scope {
            entity::VolumeScope::Sku => pricing::Scope::Sku,
            entity::VolumeScope::Group => pricing::Scope::Group,
            entity::VolumeScope::Period => pricing::Scope::Period,
        },
        value: line.value,
        breaks: line.steps(),
    };
    let (id, contract) = (ContractLineId(place as i64), pricing::ContractId(0));
    let times = Times {
        valid_from: line.valid_from.map(Into::into),
        valid_until: line.valid_until.map(Into::into),
        ..Times::since(Instant::MIN)
    };
    ContractLine { id, contract, terms, times }
}

fn brand_number(name: &str) -> u32 {
    name.bytes().fold(2_166_136_261, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619))
}

/// An entry to be reviewed: its number, and that of its list.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReviewedEntry {
    pub(super) id: i64,
    pub(super) list: u32,
    pub(super) entry: NewEntry,
}

/// Reviews entries, each against the others of its list and against its product.
pub(super) fn findings(entries: &[ReviewedEntry], products: &Products, costs: &[StoredCost]) -> Vec<Finding> {
    let reviewable = Reviewable::of(entries.iter().map(|reviewed| reviewed.entry.product), products, costs);
    let row = |ReviewedEntry { id, list, entry }: &ReviewedEntry| Entry {
        id: EntryId(*id),
        list: pricing::ListId(*list),
        product: reviewable.number(entry.product),
        unit: entry.unit,
        currency: entry.currency,
        min_quantity: entry.min_quantity,
        unit_price: entry.unit_price,
        per: entry.per,
        times: Times {
            valid_from: entry.valid_from.map(Into::into),
            valid_until: entry.valid_until.map(Into::into),
            ..Times::since(Instant::MIN)
        },
    };
    let rows: Vec<Entry> = entries.iter().map(row).collect();
    review_entries(&rows, Instant::MIN, |id| reviewable.find(id))
}

/// Reviews entries with their places in the request.
pub(super) fn entries(entries: &[(usize, NewEntry)], products: &Products, costs: &[StoredCost]) -> Vec<PriceWarning> {
    let reviewed = entries.iter().map(|(place, entry)| ReviewedEntry { id: *place as i64, list: 0, entry: *entry });
    let found = findings(&reviewed.collect::<Vec<_>>(), products, costs);
    found.iter().map(|finding| PriceWarning::of(finding, "/entries")).collect()
}
