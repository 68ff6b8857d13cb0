//! Contract lines that look at what was ordered before, so that the caller can fetch those quantities in one query.
//!
//! Not here: the quantities; the crate knows no database.

use crate::candidate::{may_name, targets};
use crate::context::PricingContext;
use crate::inputs::{Scope, Target};
use crate::totals::ResolvedLine;
use crate::{AccountId, ContractId, ContractLineId, Instant, PriceBook, PriceRequest, UnitCode};
use ahash::AHashSet;

/// A contract line of scope period that targets a line of the basket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodLine {
    /// The line, to be named in [`crate::PeriodQuantity`].
    pub line: ContractLineId,
    /// Its contract.
    pub contract: ContractId,
    /// The account that holds the contract: it and its descendants have ordered.
    pub account: AccountId,
    /// What counts: orders of the products that the line targets.
    pub target: Target,
    /// The unit the quantity is wanted in; `None` for the stock unit of each product.
    pub unit: Option<UnitCode>,
    /// Where the contract period starts; `None` for always.
    pub from: Option<Instant>,
    /// Where it ends; `None` for never.
    pub until: Option<Instant>,
}

/// The contract lines whose quantity so far a request needs, each once. Usually none.
pub fn period_lines(book: &PriceBook, request: &PriceRequest<'_>) -> Vec<PeriodLine> {
    let mut context = PricingContext::new(book, request);
    context.contracts.retain(|contract| contract.has_period);
    let mut lines = Vec::new();
    if context.contracts.is_empty() {
        return lines;
    }
    let mut seen = AHashSet::new();
    for line in request.lines {
        let Ok(resolved) = ResolvedLine::find(book, request, line) else {
            continue;
        };
        for target in targets(&resolved) {
            if seen.insert(target) {
                lines_of(&context, &resolved, target, &mut lines);
            }
        }
    }
    lines
}

fn lines_of(context: &PricingContext<'_, '_>, resolved: &ResolvedLine<'_>, target: Target, lines: &mut Vec<PeriodLine>) {
    for contract in context.contracts.iter().filter(|contract| may_name(contract.lines, resolved.slot.in_contracts, target)) {
        for row in context.book.lines.of(contract.lines, target) {
            let counts = row.span.known(context.request.as_of) && row.span.valid(context.request.at);
            if row.scope != Scope::Period || !counts {
                continue;
            }
            let span = contract.applicable.header.span;
            lines.push(PeriodLine {
                line: ContractLineId(row.id),
                contract: ContractId(contract.id),
                account: contract.applicable.header.account,
                target,
                unit: row.unit,
                from: (span.valid_from != Instant::MIN).then_some(span.valid_from),
                until: (span.valid_until != Instant::MAX).then_some(span.valid_until),
            });
        }
    }
}
