//! What looks like a mistake in what staff recorded: told, never refused.

use std::fmt::Write as _;

use ahash::AHashMap;
use entity::ProductId;
use poem_openapi::Object;
use pricing::review::{Finding, FindingKind, ReviewedRow, review_contract_lines, review_entries};
use pricing::{
    ContractLine, ContractLineId, Currency, Entry, EntryId, Instant, ProductFacts, ProductMoney, Target, Terms, Times,
};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;

use super::costs::{StoredCost, costs_of};
use super::lines::NewLine;
use super::loose::Word;
use super::{NewContract, NewEntry};
use crate::catalog::Products;

/// Something that looks like a mistake and was recorded all the same.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceWarning {
    /// Where in the request.
    pub(crate) pointer: String,
    /// Stable code.
    pub(crate) code: Word,
    /// What looks wrong.
    pub(crate) detail: String,
}

impl PriceWarning {
    pub(super) fn of(finding: &Finding, base: &str) -> Self {
        let pointer = |row: ReviewedRow| match row {
            ReviewedRow::Entry(EntryId(place)) | ReviewedRow::ContractLine(ContractLineId(place)) => format!("{base}/{place}"),
        };
        let mut detail = sentence(finding.kind).to_owned();
        if !finding.threshold.is_zero() {
            let _ = write!(detail, ", from quantity {}", finding.threshold);
        }
        if let Some(other) = finding.other {
            let _ = write!(detail, "; see {}", pointer(other));
        }
        Self { pointer: pointer(finding.row), code: Word(finding.kind.code()), detail }
    }
}

pub(super) fn sentence(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::NeverValid => "it ends before it starts, so it never applies",
        FindingKind::Overlap => "another one says something for the same case at the same time; the later start counts",
        FindingKind::Gap => "no row applies between this one and the next",
        FindingKind::RisingBreak => "a larger quantity costs more per unit",
        FindingKind::UnderCost => "the price is under the product's cost",
        FindingKind::UnderFloor => "the price is under the product's minimum price",
        FindingKind::OverHundredPercent => "more than 100 percent off",
        FindingKind::UnknownUnit => "the product does not have this unit, so it never applies",
    }
}

/// Products by the small numbers a review wants.
struct Facts {
    numbers: AHashMap<ProductId, u32>,
    facts: Vec<ProductFacts>,
}

impl Facts {
    fn of(ids: impl Iterator<Item = ProductId>, products: &Products, costs: &[StoredCost]) -> Self {
        let mut facts = Self { numbers: AHashMap::new(), facts: Vec::new() };
        for id in ids {
            let next = facts.facts.len() as u32;
            let Some(product) = products.by_id(id).filter(|_| !facts.numbers.contains_key(&id)) else { continue };
            facts.numbers.insert(id, next);
            let units = product.units.iter();
            let units = units.map(|unit| pricing::ProductUnit { code: unit.unit, factor: unit.factor, order_multiple: None });
            facts.facts.push(ProductFacts {
                id: pricing::ProductId(next),
                recorded_at: Instant::MIN,
                categories: Vec::new(),
                brand: None,
                mix_group: None,
                stock_unit: product.stock_unit,
                units: units.collect(),
                money: Vec::new(),
            });
        }
        for stored in costs {
            let Some(number) = facts.numbers.get(&stored.cost.product) else { continue };
            let money = ProductMoney {
                currency: stored.cost.currency,
                cost: stored.cost.cost.map(Into::into),
                floor: stored.cost.floor.map(Into::into),
            };
            facts.facts[*number as usize].money.push(money);
        }
        facts
    }

    fn number(&self, id: ProductId) -> pricing::ProductId {
        pricing::ProductId(self.numbers.get(&id).copied().unwrap_or(u32::MAX))
    }

    fn find(&self, number: pricing::ProductId) -> Option<&ProductFacts> {
        self.facts.get(number.0 as usize)
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
    account_currency: &str,
) -> Vec<PriceWarning> {
    let found = of_contract(new, products, costs);
    let mut warnings: Vec<PriceWarning> = found.iter().map(|finding| PriceWarning::of(finding, "/lines")).collect();
    if new.currency.code() != account_currency {
        let detail = format!("the account orders in {account_currency}");
        warnings.push(PriceWarning { pointer: "/currency".to_owned(), code: Word("other_currency"), detail });
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
    let facts = Facts::of(products_of(lines).into_iter(), products, costs);
    let rows: Vec<ContractLine> = lines.iter().enumerate().map(|(place, line)| row(place, line, &facts)).collect();
    // Percentages alone are compared with nothing in a currency.
    let Some(currency) = currency.or_else(|| Currency::all().next()) else { return Vec::new() };
    review_contract_lines(&rows, currency, Instant::MIN, |id| facts.find(id))
}

fn row(place: usize, line: &NewLine, facts: &Facts) -> ContractLine {
    let target = match line.target.kind {
        entity::TargetKind::Sku => Target::Sku(facts.number(ProductId(line.target.id))),
        entity::TargetKind::Category => Target::Category(pricing::CategoryId(line.target.id as u32)),
        // A brand has no number here; its first appearance stands for it, which a review needs only within one request.
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
pub(super) struct Reviewed {
    pub(super) id: i64,
    pub(super) list: u32,
    pub(super) entry: NewEntry,
}

/// Reviews entries, each against the others of its list and against its product.
pub(super) fn findings(entries: &[Reviewed], products: &Products, costs: &[StoredCost]) -> Vec<Finding> {
    let facts = Facts::of(entries.iter().map(|reviewed| reviewed.entry.product), products, costs);
    let row = |Reviewed { id, list, entry }: &Reviewed| Entry {
        id: EntryId(*id),
        list: pricing::ListId(*list),
        product: facts.number(entry.product),
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
    review_entries(&rows, Instant::MIN, |id| facts.find(id))
}

/// Which prices are under the cost or the floor of their product as these are now: the place of each, and a sentence with a
/// stable code. For the seller's staff only.
pub(crate) async fn under_limits(
    db: &impl ConnectionTrait,
    products: &Products,
    prices: &[NewEntry],
) -> Result<Vec<(usize, &'static str, &'static str)>, DbErr> {
    let mut named: Vec<ProductId> = prices.iter().map(|price| price.product).collect();
    named.sort_unstable();
    named.dedup();
    let costs = costs_of(db, &named).await?;
    // Every price in a list of its own: they are compared with their products and not with one another.
    let reviewed = prices.iter().zip(0_u32..).map(|(entry, place)| Reviewed { id: i64::from(place), list: place, entry: *entry });
    let found = findings(&reviewed.collect::<Vec<_>>(), products, &costs).into_iter();
    let told = found.filter_map(|finding| match (finding.row, finding.kind) {
        (ReviewedRow::Entry(EntryId(place)), kind @ FindingKind::UnderCost) => {
            Some((place as usize, "under-cost", sentence(kind)))
        }
        (ReviewedRow::Entry(EntryId(place)), kind @ FindingKind::UnderFloor) => {
            Some((place as usize, "under-floor", sentence(kind)))
        }
        _ => None,
    });
    Ok(told.collect())
}

/// Reviews entries with their places in the request.
pub(super) fn entries(entries: &[(usize, NewEntry)], products: &Products, costs: &[StoredCost]) -> Vec<PriceWarning> {
    let reviewed = entries.iter().map(|(place, entry)| Reviewed { id: *place as i64, list: 0, entry: *entry });
    let found = findings(&reviewed.collect::<Vec<_>>(), products, costs);
    found.iter().map(|finding| PriceWarning::of(finding, "/entries")).collect()
}
