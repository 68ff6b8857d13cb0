//! Why a candidate lost, one code each.
//!
//! Not here: the rules themselves (see `resolve`); a reason is found by asking at which rule the winner differs.

use crate::candidate::{Candidate, Fit, Row, Unfit};
use crate::order::{contract_order, entry_order, promotion_order};
use crate::resolve::{Loss, Outcome, Value, Winner};
use std::cmp::Ordering;

/// Why a row did not make the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The quantity is under its smallest threshold.
    UnderThreshold,
    /// It is off the list price and there is none.
    NoListPrice,
    /// It is on the product's cost and there is none. For staff.
    NoCost,
    /// It is neither in the asked unit nor in the stock unit.
    OtherUnit,
    /// Its thresholds are in a unit the product does not have.
    UnknownUnit,
    /// Its coupon was not given. For staff.
    CouponMissing,
    /// It starts later. For staff.
    NotYetValid,
    /// It has ended. For staff.
    Expired,
    /// Its price is out of range.
    OutOfRange,
    /// Its contract is exclusive and another price counts, or another contract is exclusive.
    ExclusiveContract,
    /// A nearer list source has a price.
    FartherSource,
    /// The same source has a row in the asked unit.
    ConvertedUnit,
    /// A larger threshold of the same source applies.
    SmallerThreshold,
    /// The winner is for a more specific target.
    LessSpecific,
    /// The winner's contract is held by a nearer account.
    FartherAccount,
    /// The winner starts later.
    EarlierStart,
    /// The winner was recorded later.
    EarlierRecorded,
    /// The winner of the same step is lower.
    HigherPrice,
    /// Of list, contract and promotion another is lower.
    NotLowest,
    /// Of list, contract and promotion another is equal and goes first.
    Tie,
    /// The same price, and the winner's code comes first.
    LaterCode,
    /// The winner says the same.
    Duplicate,
}

impl Reason {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnderThreshold => "under_threshold",
            Self::NoListPrice => "no_list_price",
            Self::NoCost => "no_cost",
            Self::OtherUnit => "other_unit",
            Self::UnknownUnit => "unknown_unit",
            Self::CouponMissing => "coupon_missing",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::OutOfRange => "out_of_range",
            Self::ExclusiveContract => "exclusive_contract",
            Self::FartherSource => "farther_source",
            Self::ConvertedUnit => "converted_unit",
            Self::SmallerThreshold => "smaller_threshold",
            Self::LessSpecific => "less_specific",
            Self::FartherAccount => "farther_account",
            Self::EarlierStart => "earlier_start",
            Self::EarlierRecorded => "earlier_recorded",
            Self::HigherPrice => "higher_price",
            Self::NotLowest => "not_lowest",
            Self::Tie => "tie",
            Self::LaterCode => "later_code",
            Self::Duplicate => "duplicate",
        }
    }

    /// Whether a buyer does not get to see the candidate.
    pub const fn is_for_staff(self) -> bool {
        matches!(self, Self::NoCost | Self::CouponMissing | Self::NotYetValid | Self::Expired)
    }
}

/// Why this candidate, which is not the chosen one, lost.
pub(crate) fn reason(candidate: &Candidate<'_>, value: &Result<Value, Loss>, outcome: &Outcome<'_, '_>) -> Reason {
    let value = match value {
        Ok(value) => *value,
        Err(Loss::Unfit(Unfit::OtherUnit)) => return Reason::OtherUnit,
        Err(Loss::Unfit(Unfit::UnknownUnit)) => return Reason::UnknownUnit,
        Err(Loss::Unfit(Unfit::CouponMissing)) => return Reason::CouponMissing,
        Err(Loss::Unfit(Unfit::NotYetValid)) => return Reason::NotYetValid,
        Err(Loss::Unfit(Unfit::Expired)) => return Reason::Expired,
        Err(Loss::UnderThreshold) => return Reason::UnderThreshold,
        Err(Loss::NoListPrice) => return Reason::NoListPrice,
        Err(Loss::NoCost) => return Reason::NoCost,
        Err(Loss::Overflow) => return Reason::OutOfRange,
    };
    let (winner, lost_to): (_, fn(&Winner<'_, '_>, &Winner<'_, '_>) -> Reason) = match candidate.row {
        Row::Entry { .. } => (outcome.list, lost_list),
        Row::Contract { .. } => (outcome.contract, lost_contract),
        Row::Promotion { .. } => (outcome.promotion, lost_promotion),
    };
    let Some(winner) = winner else {
        return Reason::ConvertedUnit;
    };
    if std::ptr::eq(winner.candidate, candidate) {
        return lost_choice(&value, outcome);
    }
    lost_to(&Winner { candidate, step: winner.step, value }, &winner)
}

/// The winner of its step that was not chosen.
fn lost_choice(value: &Value, outcome: &Outcome<'_, '_>) -> Reason {
    match outcome.chosen {
        Some(chosen) if chosen.is_exclusive() => Reason::ExclusiveContract,
        Some(chosen) if chosen.value.price.cmp_value(&value.price) == Ordering::Equal => Reason::Tie,
        _ => Reason::NotLowest,
    }
}

fn lost_list(loser: &Winner<'_, '_>, winner: &Winner<'_, '_>) -> Reason {
    let (Row::Entry { entry: lost, terms: lost_terms }, Row::Entry { entry: won, terms: won_terms }) =
        (loser.candidate.row, winner.candidate.row)
    else {
        return Reason::Duplicate;
    };
    if loser.candidate.rank != winner.candidate.rank {
        Reason::FartherSource
    } else if loser.candidate.fit != winner.candidate.fit {
        Reason::ConvertedUnit
    } else if lost.step.threshold != won.step.threshold {
        Reason::SmallerThreshold
    } else if lost_terms.valid_from != won_terms.valid_from {
        Reason::EarlierStart
    } else if lost_terms.recorded_at != won_terms.recorded_at {
        Reason::EarlierRecorded
    } else if loser.value.price.cmp_value(&winner.value.price) != Ordering::Equal {
        Reason::HigherPrice
    } else {
        debug_assert_eq!(entry_order(winner.candidate, loser.candidate), Ordering::Less);
        Reason::Duplicate
    }
}

fn lost_contract(loser: &Winner<'_, '_>, winner: &Winner<'_, '_>) -> Reason {
    let (Row::Contract { contract: lost, .. }, Row::Contract { contract: won, .. }) = (loser.candidate.row, winner.candidate.row)
    else {
        return Reason::Duplicate;
    };
    if contract_order(loser, winner) == Ordering::Less {
        // It would have won, so a row of its own contract in the asked unit took it out.
        Reason::ConvertedUnit
    } else if loser.candidate.specificity != winner.candidate.specificity {
        Reason::LessSpecific
    } else if lost.distance != won.distance {
        Reason::FartherAccount
    } else if lost.header.span.valid_from != won.header.span.valid_from {
        Reason::EarlierStart
    } else {
        lost_by_price(loser, winner, lost.header.code == won.header.code)
    }
}

fn lost_promotion(loser: &Winner<'_, '_>, winner: &Winner<'_, '_>) -> Reason {
    let (Row::Promotion { promotion: lost, .. }, Row::Promotion { promotion: won, .. }) =
        (loser.candidate.row, winner.candidate.row)
    else {
        return Reason::Duplicate;
    };
    if promotion_order(loser, winner) == Ordering::Less {
        return Reason::ConvertedUnit;
    }
    lost_by_price(loser, winner, lost.code == won.code)
}

fn lost_by_price(loser: &Winner<'_, '_>, winner: &Winner<'_, '_>, same_code: bool) -> Reason {
    if loser.value.price.cmp_value(&winner.value.price) != Ordering::Equal {
        // A converted price of the winner's own source is out whatever its height.
        let same_source = loser.candidate.rank == winner.candidate.rank;
        let converted = loser.candidate.fit == Fit::Converted && winner.candidate.fit == Fit::Asked;
        return if same_source && converted { Reason::ConvertedUnit } else { Reason::HigherPrice };
    }
    if same_code { Reason::Duplicate } else { Reason::LaterCode }
}
