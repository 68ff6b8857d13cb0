//! Checks for the seller's staff: what looks like a mistake in price lists and contracts, without refusing it.
//!
//! Promises: pure functions over rows; the same rows in any order give the same findings. Not here: what cannot be
//! taken at all (see [`crate::BookError`]), whom to notify.

use crate::inputs::{Break, ContractLine, Entry, Kind, ProductVersion, Scope, Target, Times};
use crate::{Amount, ContractLineId, Currency, EntryId, Factor, Instant, ProductId, Quantity, UnitCode, UnitPrice};
use std::cmp::Ordering;

/// What looks like a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// It ends before or when it starts, so it never applies.
    NeverValid,
    /// Another row says something for the same case at the same time; the later start wins.
    Overlap,
    /// Between this row and the next one for the same case no row applies.
    Gap,
    /// A larger quantity costs more per unit.
    RisingBreak,
    /// The price is under the product's cost.
    UnderCost,
    /// The price is under the product's minimum price.
    UnderFloor,
    /// A percentage off of more than 100.
    OverHundredPercent,
    /// The row is in a unit the product does not have, so it never applies.
    UnknownUnit,
}

impl FindingKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NeverValid => "never_valid",
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::RisingBreak => "rising_break",
            Self::UnderCost => "under_cost",
            Self::UnderFloor => "under_floor",
            Self::OverHundredPercent => "over_hundred_percent",
            Self::UnknownUnit => "unknown_unit",
        }
    }
}

/// The row a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewedRow {
    /// An entry of a price list.
    Entry(EntryId),
    /// A line of a contract.
    ContractLine(ContractLineId),
}

/// Something that looks like a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// The row.
    pub row: ReviewedRow,
    /// What is the matter.
    pub kind: FindingKind,
    /// The row it disagrees with, or the next one after a gap.
    pub other: Option<ReviewedRow>,
    /// The threshold at which it shows, in the row's unit.
    pub threshold: Quantity,
}

/// Reviews price list entries as known at `as_of`, each against the others given and against its product. A product
/// that is not found is not compared with.
pub fn review_entries<'p>(
    entries: &[Entry],
    as_of: Instant,
    product: impl Fn(ProductId) -> Option<&'p ProductVersion>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut spells = Vec::new();
    for entry in entries.iter().filter(|entry| is_known(&entry.times, as_of)) {
        let row = ReviewedRow::Entry(entry.id);
        let price = UnitPrice { amount: entry.unit_price, per: entry.per };
        if let Some(version) = product(entry.product) {
            compare_with_product(row, entry.min_quantity, price, entry.unit, entry.currency, version, &mut findings);
        }
        spells.push(Spell {
            case: (entry.list.0, Target::Sku(entry.product), Some(entry.unit), Some(entry.currency), Scope::Sku),
            row,
            threshold: entry.min_quantity,
            from: entry.times.valid_from.unwrap_or(Instant::MIN),
            until: entry.times.valid_until.unwrap_or(Instant::MAX),
            price: Some(price),
        });
    }
    review_spells(spells, &mut findings);
    sorted(findings)
}

/// Reviews contract lines as known at `as_of`, each against the others given and, where it is for one product, against
/// that product. `currency` is the contracts' currency.
pub fn review_contract_lines<'p>(
    lines: &[ContractLine],
    currency: Currency,
    as_of: Instant,
    product: impl Fn(ProductId) -> Option<&'p ProductVersion>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut spells = Vec::new();
    for line in lines.iter().filter(|line| is_known(&line.times, as_of)) {
        let terms = &line.terms;
        let row = ReviewedRow::ContractLine(line.id);
        let breaks = steps(line);
        for step in breaks.iter().filter(|step| terms.kind == Kind::PercentOff && step.value > HUNDRED) {
            findings.push(finding(row, FindingKind::OverHundredPercent, None, step.threshold));
        }
        review_breaks(line, &breaks, &mut findings);
        if let (Target::Sku(id), Kind::Fixed) = (terms.target, terms.kind)
            && let Some(version) = product(id)
        {
            let unit = terms.unit.unwrap_or(version.stock_unit);
            for step in &breaks {
                let price = UnitPrice { amount: step.value, per: terms.per };
                compare_with_product(row, step.threshold, price, unit, currency, version, &mut findings);
            }
        }
        spells.push(Spell {
            case: (line.contract.0, terms.target, terms.unit, None, terms.scope),
            row,
            threshold: breaks.first().map_or(Quantity::ZERO, |step| step.threshold),
            from: line.times.valid_from.unwrap_or(Instant::MIN),
            until: line.times.valid_until.unwrap_or(Instant::MAX),
            price: None,
        });
    }
    review_spells(spells, &mut findings);
    sorted(findings)
}

const HUNDRED: Amount = Amount::from_micros(100_000_000);

/// A row's time, with all that says whether two rows are for the same case.
#[derive(Clone, Copy)]
struct Spell {
    case: (u32, Target, Option<UnitCode>, Option<Currency>, Scope),
    row: ReviewedRow,
    threshold: Quantity,
    from: Instant,
    until: Instant,
    /// The price that must not rise with the threshold.
    price: Option<UnitPrice>,
}

impl Spell {
    fn overlaps(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}

fn review_spells(mut spells: Vec<Spell>, findings: &mut Vec<Finding>) {
    spells.retain(|spell| {
        let is_sound = spell.from < spell.until;
        if !is_sound {
            findings.push(finding(spell.row, FindingKind::NeverValid, None, spell.threshold));
        }
        is_sound
    });
    spells.sort_unstable_by_key(|spell| (spell.case, spell.threshold, spell.from, spell.until, spell.row));
    for case in spells.chunk_by(|left, right| left.case == right.case) {
        for level in case.chunk_by(|left, right| left.threshold == right.threshold) {
            review_times(level, findings);
        }
        review_thresholds(case, findings);
    }
}

/// Rows for the same case and threshold, by start.
fn review_times(level: &[Spell], findings: &mut Vec<Finding>) {
    let Some(mut last) = level.first() else {
        return;
    };
    for next in &level[1..] {
        if next.from < last.until {
            findings.push(finding(next.row, FindingKind::Overlap, Some(last.row), next.threshold));
        } else if next.from > last.until {
            findings.push(finding(last.row, FindingKind::Gap, Some(next.row), last.threshold));
        }
        if next.until > last.until {
            last = next;
        }
    }
}

/// Rows for the same case, by threshold: each against the nearest smaller threshold of the same time.
fn review_thresholds(case: &[Spell], findings: &mut Vec<Finding>) {
    for (index, spell) in case.iter().enumerate() {
        let smaller = case[..index].iter().rev();
        let mut smaller = smaller.filter(|other| other.threshold < spell.threshold && other.overlaps(spell));
        let (Some(price), Some(other)) = (spell.price, smaller.next()) else {
            continue;
        };
        if other.price.is_some_and(|lower| price.cmp_value(&lower) == Ordering::Greater) {
            findings.push(finding(spell.row, FindingKind::RisingBreak, Some(other.row), spell.threshold));
        }
    }
}

/// Breaks within one line. A smaller discount is a higher price.
fn review_breaks(line: &ContractLine, breaks: &[Break], findings: &mut Vec<Finding>) {
    for pair in breaks.windows(2) {
        let rises = match line.terms.kind {
            Kind::Fixed | Kind::CostPlus => pair[1].value > pair[0].value,
            Kind::PercentOff | Kind::AmountOff => pair[1].value < pair[0].value,
        };
        if rises {
            let row = ReviewedRow::ContractLine(line.id);
            findings.push(finding(row, FindingKind::RisingBreak, None, pair[1].threshold));
        }
    }
}

fn compare_with_product(
    row: ReviewedRow,
    threshold: Quantity,
    price: UnitPrice,
    unit: UnitCode,
    currency: Currency,
    product: &ProductVersion,
    findings: &mut Vec<Finding>,
) {
    let factor = if unit == product.stock_unit {
        Some(Factor::ONE)
    } else {
        product.units.iter().find(|row| row.code == unit).map(|row| row.factor)
    };
    let Some(factor) = factor else {
        findings.push(finding(row, FindingKind::UnknownUnit, None, threshold));
        return;
    };
    let money = product.money.iter().find(|money| money.currency == currency);
    let is_under = |limit: Option<Amount>| limit.is_some_and(|limit| is_below(price, limit, factor));
    if is_under(money.and_then(|money| money.cost)) {
        findings.push(finding(row, FindingKind::UnderCost, None, threshold));
    }
    if is_under(money.and_then(|money| money.floor)) {
        findings.push(finding(row, FindingKind::UnderFloor, None, threshold));
    }
}

/// Whether a price per unit of `factor` stock units is below an amount per stock unit.
fn is_below(price: UnitPrice, limit: Amount, factor: Factor) -> bool {
    let price_part = i128::from(price.amount.micros()) * i128::from(factor.denominator());
    let limit_part = i128::from(limit.micros()) * i128::from(factor.numerator()) * i128::from(price.per.get());
    price_part < limit_part
}

fn steps(line: &ContractLine) -> Vec<Break> {
    let base = line.terms.value.map(|value| Break { threshold: Quantity::ZERO, value });
    let mut steps: Vec<Break> = base.into_iter().chain(line.terms.breaks.iter().copied()).collect();
    steps.sort_by_key(|step| step.threshold);
    steps
}

fn is_known(times: &Times, as_of: Instant) -> bool {
    times.recorded_at <= as_of && times.superseded_at.is_none_or(|superseded| as_of < superseded)
}

fn finding(row: ReviewedRow, kind: FindingKind, other: Option<ReviewedRow>, threshold: Quantity) -> Finding {
    Finding { row, kind, other, threshold }
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_unstable();
    findings.dedup();
    findings
}
