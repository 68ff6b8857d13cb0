//! The targets that the contracts in force for an account name.
//!
//! Not here: which price that gives (see [`crate::price`]); a line that lacks its base or threshold is covered all the same.

use crate::context::PricingContext;
use crate::inputs::{ContractStatus, Target};
use crate::{Instant, PriceBook, PriceRequest};

/// The targets of the contract lines in force for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Each once, in order.
    pub targets: Vec<Target>,
    /// When a line begins or ends next, as far as is known; `None` when nothing more will.
    pub until: Option<Instant>,
}

/// What the contracts of the request's account and of the companies above it name, in the request's currency. The lines of
/// the request do not count. Costs in proportion to the lines of these contracts.
pub fn coverage(book: &PriceBook, request: &PriceRequest<'_>) -> Coverage {
    let context = PricingContext::with_lists(book, request);
    let mut targets = Vec::new();
    let mut until = Instant::MAX;
    let mut note = |from: Instant, end: Instant| {
        let changes = [from, end].into_iter().filter(|change| *change > request.at);
        until = changes.fold(until, Instant::min);
    };
    for company in context.companies() {
        let contracts = book.account(company).map_or(&[][..], |slot| &slot.contracts[..]);
        for contract in contracts.iter().filter_map(|id| book.contracts.get(*id as usize)) {
            let header = contract.known(request.as_of).filter(|header| {
                header.account == company && header.currency == request.currency && header.status == ContractStatus::Active
            });
            let Some(header) = header else { continue };
            note(header.span.valid_from, header.span.valid_until);
            for line in book.lines.all_of(&contract.lines).filter(|line| line.span.known(request.as_of)) {
                note(line.span.valid_from, line.span.valid_until);
                if header.span.valid(request.at) && line.span.valid(request.at) {
                    targets.push(line.target);
                }
            }
        }
    }
    targets.sort_unstable();
    targets.dedup();
    Coverage { targets, until: (until != Instant::MAX).then_some(until) }
}
