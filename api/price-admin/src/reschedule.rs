//! Scheduling and ending contracts and promotions: when they apply changes, nothing else about them.

use entity::Instant;

use super::change::PriceChange;
use super::contract::{self, Contract};
use super::error::PriceAdminError;
use super::promotion::{self, Promotion};
use super::{NewContract, NewPromotion, copy, put_contract, put_promotion};
use kernel::wire::VersionMatch;
use store::database::Tx;

/// When a contract or promotion is to apply.
#[derive(Clone, Copy, Debug)]
pub(super) enum Schedule {
    /// From and until the instants given; none for an open start or end.
    Between(Option<Instant>, Option<Instant>),
    /// Not longer than until the instant given.
    EndAt(Instant),
}

/// The validity after a change, and whether the contract or promotion is still in force.
struct Validity {
    from: Option<Instant>,
    until: Option<Instant>,
    in_force: bool,
}

impl Schedule {
    fn apply(self, from: Option<Instant>, until: Option<Instant>) -> Validity {
        match self {
            Self::Between(from, until) => Validity { from, until, in_force: true },
            // What would begin after its end is put out of force instead, so that it never applies.
            Self::EndAt(end) if from.is_some_and(|from| from >= end) => Validity { from, until, in_force: false },
            Self::EndAt(end) => Validity { from, until: Some(until.map_or(end, |until| until.min(end))), in_force: true },
        }
    }
}

/// Changes when a contract applies. `expected` is the version the caller read, if it said one.
pub(super) async fn contract(
    tx: &Tx,
    code: &str,
    schedule: Schedule,
    expected: Option<VersionMatch>,
) -> Result<Contract, PriceAdminError> {
    let change = PriceChange::begin(tx, format!("contract/{code}")).await?;
    let present = contract::find(tx, code).await?;
    let new = copy::of_contract(&present, code.to_owned());
    let Validity { from, until, in_force } = schedule.apply(new.valid_from, new.valid_until);
    let new = NewContract { valid_from: from, valid_until: until, active: new.active && in_force, ..new };
    put_contract(tx, &change, new, expected).await
}

/// Changes when a promotion applies. `expected` is the version the caller read, if it said one.
pub(super) async fn promotion(
    tx: &Tx,
    code: &str,
    schedule: Schedule,
    expected: Option<VersionMatch>,
) -> Result<Promotion, PriceAdminError> {
    let change = PriceChange::begin(tx, format!("promotion/{code}")).await?;
    let present = promotion::find(tx, code).await?;
    let new = copy::of_promotion(&present, code.to_owned());
    let Validity { from, until, in_force } = schedule.apply(new.valid_from, new.valid_until);
    let new = NewPromotion { valid_from: from, valid_until: until, active: new.active && in_force, ..new };
    put_promotion(tx, &change, new, expected).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_never_comes_before_the_start_and_never_later_than_before() {
        let end = |from: Option<i64>, until: Option<i64>| {
            let validity = Schedule::EndAt(Instant(50)).apply(from.map(Instant), until.map(Instant));
            (validity.until.map(|at| at.0), validity.in_force)
        };
        assert_eq!(end(None, None), (Some(50), true));
        assert_eq!(end(Some(10), Some(40)), (Some(40), true));
        assert_eq!(end(Some(10), Some(90)), (Some(50), true));
        assert_eq!(end(Some(50), Some(90)), (Some(90), false));
        assert_eq!(end(Some(60), None), (None, false));
    }
}
