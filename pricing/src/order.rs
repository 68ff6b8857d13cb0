//! Which of two rows of one step comes first. Every order is total up to the row's identity, so that the order in which
//! rows were put into the book never matters.
//!
//! Not here: the choice between list, contract and promotion.

use crate::UnitPrice;
use crate::book::entries::{EntryRow, EntryTerms};
use crate::candidate::{Candidate, Fit, Row};
use crate::resolve::Winner;
use std::cmp::Ordering;

/// Which of two applicable entries of one source comes first: the asked unit, the larger threshold, the later start,
/// the later recorded, then by price and identity so that the order of rows never matters.
pub(crate) fn entry_order(left: &Candidate<'_>, right: &Candidate<'_>) -> Ordering {
    let (Row::Entry { entry: left_entry, terms: left_terms }, Row::Entry { entry: right_entry, terms: right_terms }) =
        (left.row, right.row)
    else {
        return Ordering::Equal;
    };
    let fit = |candidate: &Candidate<'_>| candidate.fit == Fit::Converted;
    fit(left)
        .cmp(&fit(right))
        .then_with(|| right_entry.step.threshold.cmp(&left_entry.step.threshold))
        .then_with(|| right_terms.valid_from.cmp(&left_terms.valid_from))
        .then_with(|| right_terms.recorded_at.cmp(&left_terms.recorded_at))
        .then_with(|| {
            let price = |entry: &EntryRow, terms: &EntryTerms| UnitPrice { amount: entry.step.value, per: terms.per };
            price(left_entry, left_terms).cmp_value(&price(right_entry, right_terms))
        })
        .then_with(|| left_terms.per.cmp(&right_terms.per))
        .then_with(|| (left_entry.key.list(), left_entry.id).cmp(&(right_entry.key.list(), right_entry.id)))
}

/// Which of two contract prices comes first.
pub(crate) fn contract_order(left: &Winner<'_, '_>, right: &Winner<'_, '_>) -> Ordering {
    let (
        Row::Contract { contract: left_contract, line: left_line },
        Row::Contract { contract: right_contract, line: right_line },
    ) = (left.candidate.row, right.candidate.row)
    else {
        return Ordering::Equal;
    };
    right
        .candidate
        .specificity
        .cmp(&left.candidate.specificity)
        .then_with(|| left_contract.distance.cmp(&right_contract.distance))
        .then_with(|| right_contract.header.span.valid_from.cmp(&left_contract.header.span.valid_from))
        .then_with(|| left.value.price.cmp_value(&right.value.price))
        .then_with(|| left_contract.header.code.cmp(&right_contract.header.code))
        .then_with(|| left.value.price.per.cmp(&right.value.price.per))
        .then_with(|| left.candidate.kind.cmp(&right.candidate.kind))
        .then_with(|| (left_line.owner, left_line.id).cmp(&(right_line.owner, right_line.id)))
}

/// Which of two promotion prices comes first.
pub(crate) fn promotion_order(left: &Winner<'_, '_>, right: &Winner<'_, '_>) -> Ordering {
    let (
        Row::Promotion { promotion: left_promotion, line: left_line },
        Row::Promotion { promotion: right_promotion, line: right_line },
    ) = (left.candidate.row, right.candidate.row)
    else {
        return Ordering::Equal;
    };
    left.value
        .price
        .cmp_value(&right.value.price)
        .then_with(|| left_promotion.code.cmp(&right_promotion.code))
        .then_with(|| left.value.price.per.cmp(&right.value.price.per))
        .then_with(|| (left_promotion.promotion.id, left_line.id).cmp(&(right_promotion.promotion.id, right_line.id)))
}
