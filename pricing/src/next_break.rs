//! The next break: what a larger quantity of the line would cost.
//!
//! Promises: the quantity to add respects the order multiple; the new price is computed, not guessed, so an exclusive
//! contract or a floor is taken into account. Not here: whether the customer needs more.

use crate::candidate::Candidates;
use crate::context::PricingContext;
use crate::resolve::{line_price, outcome};
use crate::totals::ResolvedLine;
use crate::{Amount, LinePrice, Per, Quantity, Source};

/// The smallest larger quantity at which a threshold changes the unit price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextBreak {
    /// The quantity to add to the line, in the asked unit, rounded up to its order multiple.
    pub add: Quantity,
    /// The quantity of the line then.
    pub quantity: Quantity,
    /// The unit price then.
    pub unit_price: Amount,
    /// Its basis.
    pub per: Per,
    /// The line amount then.
    pub line_amount: Amount,
    /// Where the price comes from then.
    pub source: Source,
    /// Whether the larger quantity costs less than the asked one, line against line.
    pub costs_less: bool,
}

pub(crate) fn next_break<'b>(
    context: &PricingContext<'b, '_>,
    resolved: &ResolvedLine<'b>,
    candidates: &Candidates<'b>,
    present: Option<LinePrice>,
) -> Option<NextBreak> {
    let multiple = resolved.product.order_multiple(resolved.line.unit);
    let mut tried = Quantity::ZERO;
    while let Some(add) = next_addition(resolved, candidates, multiple, tried) {
        let found = price_with(context, resolved, candidates, add);
        if let Some(found) = found.filter(|found| differs(found, present)) {
            let costs_less = present.is_some_and(|present| found.line_amount < present.line_amount);
            return Some(NextBreak { costs_less, ..found });
        }
        tried = add;
    }
    None
}

/// The smallest quantity above `tried` that reaches a threshold not reached yet.
fn next_addition(
    resolved: &ResolvedLine<'_>,
    candidates: &Candidates<'_>,
    multiple: Quantity,
    tried: Quantity,
) -> Option<Quantity> {
    let mut smallest: Option<Quantity> = None;
    for candidate in candidates.all.iter().filter(|candidate| candidate.unfit.is_none()) {
        // Thresholds ascend, so the first one above is the nearest of this candidate.
        for step in candidate.breaks {
            let Ok(missing) = candidate.volume.missing(step.threshold, resolved.factor) else {
                continue;
            };
            if missing <= tried {
                continue;
            }
            let Ok(add) = missing.rounded_up_to(multiple) else {
                break;
            };
            if add > tried {
                smallest = Some(smallest.map_or(add, |smallest| smallest.min(add)));
                break;
            }
        }
    }
    smallest
}

fn price_with<'b>(
    context: &PricingContext<'b, '_>,
    resolved: &ResolvedLine<'b>,
    candidates: &Candidates<'b>,
    add: Quantity,
) -> Option<NextBreak> {
    let quantity = resolved.line.quantity.checked_add(add)?;
    let outcome = outcome(context, resolved, candidates, add).ok()?;
    let price = line_price(context, resolved, &outcome, quantity).ok()?;
    Some(NextBreak {
        add,
        quantity,
        unit_price: price.unit_price,
        per: price.per,
        line_amount: price.line_amount,
        source: price.source,
        costs_less: false,
    })
}

fn differs(found: &NextBreak, present: Option<LinePrice>) -> bool {
    present.is_none_or(|present| (present.unit_price, present.per) != (found.unit_price, found.per))
}
