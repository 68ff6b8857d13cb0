//! The status of a quote, derived from its facts and the clock.

use entity::{Instant, quotes};
use poem_openapi::Enum;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, Condition};
use serde::{Deserialize, Serialize};

/// Status of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuoteStatus {
    /// The seller has not answered the latest request.
    Requested,
    /// The offer is valid and can be ordered.
    Offered,
    /// The offer's date has passed.
    Expired,
    /// The quote became an order.
    Ordered,
    /// The customer declined the offer.
    Declined,
    /// The quote was withdrawn.
    Withdrawn,
}

/// The status of a quote at an instant.
pub(super) fn status(quote: &quotes::Model, now: Instant) -> QuoteStatus {
    if quote.ordered_at.is_some() {
        QuoteStatus::Ordered
    } else if quote.withdrawn_at.is_some() {
        QuoteStatus::Withdrawn
    } else if quote.declined_at.is_some() {
        QuoteStatus::Declined
    } else if quote.offer_round != Some(quote.round) {
        QuoteStatus::Requested
    } else if quote.valid_until.is_some_and(|until| now < until) {
        QuoteStatus::Offered
    } else {
        QuoteStatus::Expired
    }
}

/// The condition that a row has a status at an instant.
pub(super) fn status_condition(status: QuoteStatus, now: Instant) -> Condition {
    use quotes::Column;
    let undecided =
        || Condition::all().add(Column::OrderedAt.is_null()).add(Column::WithdrawnAt.is_null()).add(Column::DeclinedAt.is_null());
    let answered = || Expr::col(Column::OfferRound).equals(Column::Round);
    match status {
        QuoteStatus::Ordered => Condition::all().add(Column::OrderedAt.is_not_null()),
        QuoteStatus::Withdrawn => Condition::all().add(Column::OrderedAt.is_null()).add(Column::WithdrawnAt.is_not_null()),
        QuoteStatus::Declined => Condition::all()
            .add(Column::OrderedAt.is_null())
            .add(Column::WithdrawnAt.is_null())
            .add(Column::DeclinedAt.is_not_null()),
        QuoteStatus::Requested => {
            let unanswered = Expr::col(Column::OfferRound).not_equals(Column::Round);
            undecided().add(Condition::any().add(Column::OfferRound.is_null()).add(unanswered))
        }
        QuoteStatus::Offered => undecided().add(answered()).add(Column::ValidUntil.gt(now)),
        QuoteStatus::Expired => undecided().add(answered()).add(Column::ValidUntil.lte(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant(1_000);

    fn quote() -> quotes::Model {
        quotes::Model {
            id: entity::QuoteId(1),
            number: "QU00000001".to_owned(),
            account_id: entity::AccountId(1),
            requested_by: String::new(),
            currency: "EUR".parse().expect("listed"),
            note: String::new(),
            line_count: 1,
            version: 1,
            round: 1,
            requested_at: NOON,
            price_version: 1,
            offer_round: None,
            offered_at: None,
            offered_by: None,
            valid_until: None,
            offer_note: String::new(),
            offer_total: None,
            declined_at: None,
            withdrawn_at: None,
            ordered_at: None,
            order_number: None,
            reason: String::new(),
            created_at: NOON,
            updated_at: NOON,
        }
    }

    #[test]
    fn an_offer_is_valid_for_its_round_until_its_instant() {
        let offered = quotes::Model { offer_round: Some(1), valid_until: Some(NOON), ..quote() };
        assert_eq!(status(&quote(), NOON), QuoteStatus::Requested);
        assert_eq!(status(&offered, Instant(999)), QuoteStatus::Offered);
        assert_eq!(status(&offered, NOON), QuoteStatus::Expired, "an offer expires at its instant");
        let again = quotes::Model { round: 2, ..offered };
        assert_eq!(status(&again, Instant(999)), QuoteStatus::Requested, "an offer does not apply to a new request");
        let offered_again = quotes::Model { offer_round: Some(2), ..again };
        assert_eq!(status(&offered_again, Instant(999)), QuoteStatus::Offered);
    }

    #[test]
    fn decisions_take_precedence_over_expiry() {
        let expired = quotes::Model { offer_round: Some(1), valid_until: Some(Instant(1)), ..quote() };
        let declined = quotes::Model { declined_at: Some(NOON), ..expired };
        assert_eq!(status(&declined, NOON), QuoteStatus::Declined);
        let withdrawn = quotes::Model { withdrawn_at: Some(NOON), ..declined };
        assert_eq!(status(&withdrawn, NOON), QuoteStatus::Withdrawn);
        let ordered = quotes::Model { ordered_at: Some(NOON), ..withdrawn };
        assert_eq!(status(&ordered, NOON), QuoteStatus::Ordered);
    }
}
