//! From candidates to the price: the order of DESIGN section 5, steps 1 to 6.
//!
//! Promises: the outcome depends on the set of candidates only, not on their order. Not here: how candidates are found,
//! how the outcome is explained.

use crate::book::rows::MoneyRow;
use crate::candidate::{Candidate, Candidates, Fit, Row, Unfit};
use crate::context::PricingContext;
use crate::inputs::{Break, Kind, Mode};
use crate::order::{contract_order, entry_order, promotion_order};
use crate::rounding::{HUNDRED_PERCENT, less_percent, round_unit_price};
use crate::totals::ResolvedLine;
use crate::{
    Amount, ContractId, ContractLineId, EntryId, Flags, LineError, LinePrice, ListId, Overflow, Per, Quantity, Source, UnitPrice,
    line_amount,
};
use std::cmp::Ordering;

/// What a candidate makes of the line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value {
    pub(crate) price: UnitPrice,
    pub(crate) stopped_at_zero: bool,
}

/// Why a candidate makes nothing of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    UnderThreshold,
    NoListPrice,
    NoCost,
    Unfit(Unfit),
    Overflow,
}

impl From<Overflow> for Loss {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

/// A candidate that won its step.
#[derive(Clone, Copy)]
pub(crate) struct Winner<'c, 'b> {
    pub(crate) candidate: &'c Candidate<'b>,
    pub(crate) step: &'b Break,
    pub(crate) value: Value,
}

/// The winners of the three steps and the price chosen from them.
#[derive(Clone, Copy)]
pub(crate) struct Outcome<'c, 'b> {
    pub(crate) list: Option<Winner<'c, 'b>>,
    pub(crate) contract: Option<Winner<'c, 'b>>,
    pub(crate) promotion: Option<Winner<'c, 'b>>,
    pub(crate) chosen: Option<Winner<'c, 'b>>,
}

/// Steps 1 to 4 for the line with `added` asked units more.
pub(crate) fn outcome<'c, 'b>(
    context: &PricingContext<'b, '_>,
    resolved: &ResolvedLine<'b>,
    candidates: &'c Candidates<'b>,
    added: Quantity,
) -> Result<Outcome<'c, 'b>, LineError> {
    let mut list = None;
    for source in candidates.lists().chunk_by(|left, right| left.rank == right.rank) {
        list = list_winner(resolved, source, added)?;
        if list.is_some() {
            break;
        }
    }
    let list_price = list.map(|winner| winner.value.price);
    let contract = contract_winner(context, resolved, candidates.contracts(), list_price, added)?;
    let promotion = promotion_winner(context, resolved, candidates.promotions(), list_price, added)?;
    let chosen = match contract {
        Some(winner) if winner.is_exclusive() => contract,
        _ => lowest([contract, promotion, list]),
    };
    Ok(Outcome { list, contract, promotion, chosen })
}

/// Step 1 for the entries of one source.
pub(crate) fn list_winner<'c, 'b>(
    resolved: &ResolvedLine<'b>,
    source: &'c [Candidate<'b>],
    added: Quantity,
) -> Result<Option<Winner<'c, 'b>>, LineError> {
    let mut best: Option<Winner<'c, 'b>> = None;
    for candidate in source {
        let Some(step) = candidate.applicable(resolved, added)? else {
            continue;
        };
        if best.as_ref().is_some_and(|best| entry_order(best.candidate, candidate) == Ordering::Less) {
            continue;
        }
        let price = fixed_price(candidate, step.value, resolved)?;
        best = Some(Winner { candidate, step, value: Value { price, stopped_at_zero: false } });
    }
    Ok(best)
}

/// Step 2 over contract lines, which lie by specificity, then by distance and contract. A less specific or farther line
/// is not even computed when a better one applies.
pub(crate) fn contract_winner<'c, 'b>(
    context: &PricingContext<'b, '_>,
    resolved: &ResolvedLine<'b>,
    lines: &'c [Candidate<'b>],
    list: Option<UnitPrice>,
    added: Quantity,
) -> Result<Option<Winner<'c, 'b>>, LineError> {
    let level = |line: &Candidate<'b>| (line.specificity, context.contracts[line.rank as usize].applicable.distance);
    for level in lines.chunk_by(|left, right| level(left) == level(right)) {
        let winner = best_of_sources(context, resolved, level, list, added, contract_order)?;
        if winner.is_some() {
            return Ok(winner);
        }
    }
    Ok(None)
}

/// Step 3.
fn promotion_winner<'c, 'b>(
    context: &PricingContext<'b, '_>,
    resolved: &ResolvedLine<'b>,
    lines: &'c [Candidate<'b>],
    list: Option<UnitPrice>,
    added: Quantity,
) -> Result<Option<Winner<'c, 'b>>, LineError> {
    best_of_sources(context, resolved, lines, list, added, promotion_order)
}

/// The first by `order`. Within one source and specificity, a price in the asked unit beats a converted one.
fn best_of_sources<'c, 'b>(
    context: &PricingContext<'b, '_>,
    resolved: &ResolvedLine<'b>,
    lines: &'c [Candidate<'b>],
    list: Option<UnitPrice>,
    added: Quantity,
    order: fn(&Winner<'_, '_>, &Winner<'_, '_>) -> Ordering,
) -> Result<Option<Winner<'c, 'b>>, LineError> {
    let mut best: Option<Winner<'c, 'b>> = None;
    let keep = |best: &mut Option<Winner<'c, 'b>>, winner: Winner<'c, 'b>| {
        if best.as_ref().is_none_or(|best| order(&winner, best) == Ordering::Less) {
            *best = Some(winner);
        }
    };
    let same_source =
        |left: &Candidate<'b>, right: &Candidate<'b>| (left.rank, left.specificity) == (right.rank, right.specificity);
    for source in lines.chunk_by(same_source) {
        let mut converted = None;
        let mut in_asked_unit = false;
        for candidate in source {
            let Some(step) = candidate.applicable(resolved, added)? else {
                continue;
            };
            let value = match value_of(candidate, step, context, resolved, list) {
                Ok(value) => value,
                Err(Loss::Overflow) => return Err(LineError::Overflow),
                Err(_) => continue,
            };
            let winner = Winner { candidate, step, value };
            in_asked_unit |= candidate.fit == Fit::Asked;
            keep(if candidate.fit == Fit::Converted { &mut converted } else { &mut best }, winner);
        }
        if let Some(winner) = converted.filter(|_| !in_asked_unit) {
            keep(&mut best, winner);
        }
    }
    Ok(best)
}

/// The lowest; the earlier one on a tie.
fn lowest<'c, 'b, const N: usize>(winners: [Option<Winner<'c, 'b>>; N]) -> Option<Winner<'c, 'b>> {
    winners
        .into_iter()
        .flatten()
        .reduce(|best, next| if next.value.price.cmp_value(&best.value.price) == Ordering::Less { next } else { best })
}

/// The price a candidate makes with one of its breaks.
pub(crate) fn value_of(
    candidate: &Candidate<'_>,
    step: &Break,
    context: &PricingContext<'_, '_>,
    resolved: &ResolvedLine<'_>,
    list: Option<UnitPrice>,
) -> Result<Value, Loss> {
    let value = i128::from(step.value.micros());
    match candidate.kind {
        Kind::Fixed => {
            let price = fixed_price(candidate, step.value, resolved)?;
            Ok(Value { price, stopped_at_zero: false })
        }
        Kind::PercentOff => {
            let list = list.ok_or(Loss::NoListPrice)?;
            let amount = less_percent(list.amount, step.value)?;
            Ok(stop_at_zero(list.amount, UnitPrice { amount, ..list }))
        }
        Kind::AmountOff => {
            let list = list.ok_or(Loss::NoListPrice)?;
            let factor = if candidate.fit == Fit::Converted { resolved.factor } else { crate::Factor::ONE };
            let per_list = i128::from(list.per.get()) * i128::from(factor.numerator());
            let off = value.checked_mul(per_list).ok_or(Loss::Overflow)?;
            let denominator = i128::from(factor.denominator());
            let amount = i128::from(list.amount.micros()) * denominator;
            discounted(list, amount.checked_sub(off).ok_or(Loss::Overflow)?, denominator)
        }
        Kind::CostPlus => {
            let cost = resolved.product.money(context.request.currency).and_then(MoneyRow::cost).ok_or(Loss::NoCost)?;
            let (numerator, denominator) = per_stock_unit(cost, candidate.per, resolved);
            let numerator = numerator.checked_mul(HUNDRED_PERCENT + value).ok_or(Loss::Overflow)?;
            let amount = round_unit_price(numerator, denominator * HUNDRED_PERCENT)?;
            Ok(stop_at_zero(cost, UnitPrice { amount, per: candidate.per }))
        }
    }
}

/// Steps 5 and 6: the floor, then the line amount.
pub(crate) fn line_price(
    context: &PricingContext<'_, '_>,
    resolved: &ResolvedLine<'_>,
    outcome: &Outcome<'_, '_>,
    quantity: Quantity,
) -> Result<LinePrice, LineError> {
    let chosen = outcome.chosen.ok_or(LineError::PriceOnRequest)?;
    let mut price = chosen.value.price;
    let mut flags = Flags { stopped_at_zero: chosen.value.stopped_at_zero, ..Flags::default() };
    if let Some(money) = resolved.product.money(context.request.currency) {
        let floor = money.floor().map(|floor| stock_price(floor, price.per, resolved)).transpose()?;
        if let Some(floor) = floor.filter(|floor| price.amount < *floor) {
            if chosen.candidate.kind == Kind::Fixed && matches!(chosen.candidate.row, Row::Contract { .. }) {
                flags.below_floor = true;
            } else {
                flags.floor_lifted = true;
                price.amount = floor;
            }
        }
        flags.below_cost = is_below_cost(money, price, resolved)?;
    }
    let currency = context.request.currency;
    Ok(LinePrice {
        unit_price: price.amount,
        per: price.per,
        line_amount: line_amount(price.amount, quantity, price.per, currency)?,
        list_price: outcome.list.map(|winner| winner.value.price),
        source: chosen.candidate.source(),
        flags,
    })
}

impl<'b> Outcome<'_, 'b> {
    pub(crate) fn is_chosen(&self, candidate: &Candidate<'b>) -> bool {
        self.chosen.is_some_and(|chosen| std::ptr::eq(chosen.candidate, candidate))
    }
}

impl Winner<'_, '_> {
    pub(crate) fn is_exclusive(&self) -> bool {
        matches!(self.candidate.row, Row::Contract { contract, .. } if contract.header.mode == Mode::Exclusive)
    }
}

impl Candidate<'_> {
    pub(crate) fn source(&self) -> Source {
        match self.row {
            Row::Entry { entry, .. } => Source::List { list: ListId(entry.key.list()), entry: EntryId(entry.id) },
            Row::Contract { line, .. } => Source::Contract { contract: ContractId(line.owner), line: ContractLineId(line.id) },
            Row::Promotion { promotion, line } => Source::Promotion { promotion: promotion.promotion.id, line: line.id as u32 },
        }
    }
}

/// A price that is given as such, in the asked unit. Rounding point: unit conversion.
fn fixed_price(candidate: &Candidate<'_>, value: Amount, resolved: &ResolvedLine<'_>) -> Result<UnitPrice, Overflow> {
    let per = candidate.per;
    if candidate.fit != Fit::Converted {
        return Ok(UnitPrice { amount: value, per });
    }
    let numerator = i128::from(value.micros()) * i128::from(resolved.factor.numerator());
    let amount = round_unit_price(numerator, i128::from(resolved.factor.denominator()))?;
    Ok(UnitPrice { amount, per })
}

/// A discount off the list price. Rounding point: end of the contract or promotion step.
fn discounted(list: UnitPrice, numerator: i128, denominator: i128) -> Result<Value, Loss> {
    let amount = round_unit_price(numerator, denominator)?;
    Ok(stop_at_zero(list.amount, UnitPrice { amount, per: list.per }))
}

/// What starts at or above zero does not end below.
fn stop_at_zero(base: Amount, price: UnitPrice) -> Value {
    let stopped_at_zero = price.amount.is_negative() && !base.is_negative();
    let amount = if stopped_at_zero { Amount::ZERO } else { price.amount };
    Value { price: UnitPrice { amount, ..price }, stopped_at_zero }
}

/// An amount per stock unit as an exact fraction per `per` asked units.
fn per_stock_unit(amount: Amount, per: Per, resolved: &ResolvedLine<'_>) -> (i128, i128) {
    let units = i128::from(resolved.factor.numerator()) * i128::from(per.get());
    (i128::from(amount.micros()) * units, i128::from(resolved.factor.denominator()))
}

/// An amount per stock unit, for `per` asked units. Rounding point: unit conversion.
pub(crate) fn stock_price(amount: Amount, per: Per, resolved: &ResolvedLine<'_>) -> Result<Amount, Overflow> {
    let (numerator, denominator) = per_stock_unit(amount, per, resolved);
    round_unit_price(numerator, denominator)
}

fn is_below_cost(money: &MoneyRow, price: UnitPrice, resolved: &ResolvedLine<'_>) -> Result<bool, Overflow> {
    let Some(cost) = money.cost() else {
        return Ok(false);
    };
    let (cost, denominator) = per_stock_unit(cost, price.per, resolved);
    let price = i128::from(price.amount.micros()).checked_mul(denominator).ok_or(Overflow)?;
    Ok(price < cost)
}
