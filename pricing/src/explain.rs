//! Explanations: how each line's price came about, what lost and why, and what a larger quantity would bring.
//!
//! Promises: the explained price is the price [`crate::price`] gives; each step of the waterfall starts where the one
//! before ended and the last ends at the unit price; what a buyer gets names no cost, no minimum price that was not
//! applied and no coupon that was not given. Not here: texts in a human language.

use crate::book::rows::MoneyRow;
use crate::candidate::{Candidate, Candidates, Depth, Gather, Row};
use crate::context::PricingContext;
use crate::inputs::Kind;
use crate::next_break::next_break;
use crate::reason::{Reason, reason};
use crate::resolve::{Outcome, Winner, line_price, outcome, stock_price};
use crate::totals::{ResolvedLine, Totals};
use crate::{Amount, LineError, LinePrice, NextBreak, PriceBook, PriceRequest, Quantity, Source, UnitCode, UnitPrice};
use smol_str::SmolStr;

/// Who reads an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// The customer or its system: without cost, without what is not its business.
    Buyer,
    /// The seller's staff: with everything, also rows that do not apply at the asked instant.
    Staff,
}

/// The prices of a basket with their explanations, line by line in the order asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The version of the book the prices come from.
    pub version: u64,
    /// One per line.
    pub lines: Vec<ExplainedLine>,
}

/// The explanation of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLine {
    /// The price, or why there is none.
    pub price: Result<LinePrice, LineError>,
    /// How the price came about, first to last; empty without price.
    pub waterfall: Vec<Step>,
    /// The rows that might have made the price and did not.
    pub candidates: Vec<LostCandidate>,
    /// What the next larger quantity that changes the price would bring.
    pub next_break: Option<NextBreak>,
    /// The product's cost and minimum price in the asked unit, for staff only.
    pub internal: Option<Internal>,
}

/// What only the seller's staff sees of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Internal {
    /// The cost of one asked unit, rounded to 6 decimals.
    pub cost: Option<Amount>,
    /// The minimum price of one asked unit, rounded to 6 decimals.
    pub floor: Option<Amount>,
}

/// What a step of the waterfall is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The list price.
    List,
    /// The contract price.
    Contract,
    /// The promotion price.
    Promotion,
    /// The product's minimum price.
    Floor,
}

impl StepKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Contract => "contract",
            Self::Promotion => "promotion",
            Self::Floor => "floor",
        }
    }
}

/// One step of the waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// The row it comes from; none for the floor.
    pub source: Option<Source>,
    /// The code of the price list, contract or promotion; `floor` for the floor.
    pub label: SmolStr,
    /// The price before, in the asked unit; none at the first step.
    pub before: Option<UnitPrice>,
    /// The price after, in the asked unit.
    pub after: UnitPrice,
    /// The row's own terms; none for the floor.
    pub terms: Option<AppliedTerms>,
}

/// The terms of a row at the threshold that applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppliedTerms {
    /// How the row makes a price.
    pub kind: Kind,
    /// The row's unit, which its price was converted from when it is not the asked one.
    pub unit: UnitCode,
    /// The threshold that applied, in the row's unit.
    pub threshold: Quantity,
    /// The price, amount or percentage; a buyer does not get the percentage on cost.
    pub value: Option<Amount>,
}

/// A row that might have made the price and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostCandidate {
    /// The row.
    pub source: Source,
    /// The code of the price list, contract or promotion.
    pub label: SmolStr,
    /// The threshold that applied; the smallest one when none did.
    pub threshold: Quantity,
    /// The price it would have made, in the asked unit.
    pub price: Option<UnitPrice>,
    /// Why it lost.
    pub reason: Reason,
}

/// Prices a basket and explains every line.
pub fn explain(book: &PriceBook, request: &PriceRequest<'_>, viewer: Viewer) -> Explanation {
    let context = PricingContext::new(book, request);
    let (mut totals, resolved) = Totals::of_basket(book, request);
    let mut candidates = Candidates::with_room();
    let mut lines = Vec::with_capacity(resolved.len());
    for resolved in resolved {
        let line = match resolved {
            Ok(resolved) => explain_line(&context, &mut totals, &resolved, &mut candidates, viewer),
            Err(error) => ExplainedLine::refused(error),
        };
        lines.push(line);
    }
    Explanation { version: book.version(), lines }
}

fn explain_line<'b>(
    context: &PricingContext<'b, '_>,
    totals: &mut Totals<'b>,
    resolved: &ResolvedLine<'b>,
    candidates: &mut Candidates<'b>,
    viewer: Viewer,
) -> ExplainedLine {
    let depth = match viewer {
        Viewer::Buyer => Depth::Explanation,
        Viewer::Staff => Depth::Everything,
    };
    let gathered = Gather { context, totals, resolved, depth }.all(candidates);
    let outcome = match gathered.and_then(|()| outcome(context, resolved, candidates, Quantity::ZERO)) {
        Ok(outcome) => outcome,
        Err(error) => return ExplainedLine::refused(error),
    };
    let mut price = line_price(context, resolved, &outcome, resolved.line.quantity);
    let next_break = match price {
        Err(LineError::Overflow) => None,
        _ => next_break(context, resolved, candidates, price.ok()),
    };
    let waterfall = price.map(|price| waterfall(context, resolved, &outcome, &price, viewer)).unwrap_or_default();
    let lost = lost_candidates(context, resolved, candidates, &outcome, viewer);
    if viewer == Viewer::Buyer {
        price = price.map(|price| LinePrice { flags: price.flags.for_buyer(), ..price });
    }
    let internal = (viewer == Viewer::Staff).then(|| internal(context, resolved));
    ExplainedLine { price, waterfall, candidates: lost, next_break, internal }
}

fn waterfall(
    context: &PricingContext<'_, '_>,
    resolved: &ResolvedLine<'_>,
    outcome: &Outcome<'_, '_>,
    price: &LinePrice,
    viewer: Viewer,
) -> Vec<Step> {
    let mut steps = Vec::with_capacity(3);
    let mut before = None;
    let list = outcome.list.filter(|list| !outcome.is_chosen(list.candidate));
    for winner in list.iter().chain(&outcome.chosen) {
        steps.push(step(context, resolved, winner, before, viewer));
        before = Some(winner.value.price);
    }
    if price.flags.floor_lifted {
        let after = UnitPrice { amount: price.unit_price, per: price.per };
        let label = SmolStr::new_static("floor");
        steps.push(Step { kind: StepKind::Floor, source: None, label, before, after, terms: None });
    }
    steps
}

fn step(
    context: &PricingContext<'_, '_>,
    resolved: &ResolvedLine<'_>,
    winner: &Winner<'_, '_>,
    before: Option<UnitPrice>,
    viewer: Viewer,
) -> Step {
    let candidate = winner.candidate;
    let kind = match candidate.row {
        Row::Entry { .. } => StepKind::List,
        Row::Contract { .. } => StepKind::Contract,
        Row::Promotion { .. } => StepKind::Promotion,
    };
    let secret = viewer == Viewer::Buyer && candidate.kind == Kind::CostPlus;
    let unit = match candidate.row {
        Row::Entry { terms, .. } => terms.unit,
        Row::Contract { line, .. } | Row::Promotion { line, .. } => line.unit.unwrap_or(resolved.product.stock_unit()),
    };
    let terms = AppliedTerms {
        kind: candidate.kind,
        unit,
        threshold: winner.step.threshold,
        value: (!secret).then_some(winner.step.value),
    };
    Step {
        kind,
        source: Some(candidate.source()),
        label: label(context, candidate),
        before,
        after: winner.value.price,
        terms: Some(terms),
    }
}

fn lost_candidates(
    context: &PricingContext<'_, '_>,
    resolved: &ResolvedLine<'_>,
    candidates: &Candidates<'_>,
    outcome: &Outcome<'_, '_>,
    viewer: Viewer,
) -> Vec<LostCandidate> {
    let mut lost = Vec::with_capacity(candidates.all.len().saturating_sub(1));
    let list = outcome.list.map(|winner| winner.value.price);
    for candidate in &candidates.all {
        if outcome.is_chosen(candidate) {
            continue;
        }
        let value = candidate.value(context, resolved, list, Quantity::ZERO);
        let reason = reason(candidate, &value, outcome);
        if viewer == Viewer::Buyer && reason.is_for_staff() {
            continue;
        }
        let applicable = candidate.applicable(resolved, Quantity::ZERO).ok().flatten();
        lost.push(LostCandidate {
            source: candidate.source(),
            label: label(context, candidate),
            threshold: applicable.or(candidate.breaks.first()).map_or(Quantity::ZERO, |step| step.threshold),
            price: value.ok().map(|value| value.price),
            reason,
        });
    }
    // Not in the order in which the rows came into the book.
    lost.sort_unstable_by_key(|candidate| candidate.source);
    lost
}

fn label(context: &PricingContext<'_, '_>, candidate: &Candidate<'_>) -> SmolStr {
    match candidate.row {
        Row::Entry { entry, .. } => {
            let list = context.book.lists.get(entry.key.list() as usize).and_then(|list| list.known(context.as_of()));
            list.map_or_else(SmolStr::default, |list| list.code.clone())
        }
        Row::Contract { contract, .. } => contract.header.code.clone(),
        Row::Promotion { promotion, .. } => promotion.code.clone(),
    }
}

fn internal(context: &PricingContext<'_, '_>, resolved: &ResolvedLine<'_>) -> Internal {
    let money = resolved.product.money(context.request.currency);
    let in_asked_unit = |amount: fn(&MoneyRow) -> Option<Amount>| {
        money.and_then(amount).and_then(|amount| stock_price(amount, crate::Per::ONE, resolved).ok())
    };
    Internal { cost: in_asked_unit(MoneyRow::cost), floor: in_asked_unit(MoneyRow::floor) }
}

impl ExplainedLine {
    fn refused(error: LineError) -> Self {
        Self { price: Err(error), waterfall: Vec::new(), candidates: Vec::new(), next_break: None, internal: None }
    }
}
