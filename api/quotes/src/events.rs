//! Events of quotes, visible to their account and the seller.

use entity::{AccountId, quotes};
use kernel::wire::Money;
use serde::{Deserialize, Serialize};
use store::EventDetails;

/// A quote after a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct QuoteDetails {
    /// Number of the quote.
    number: String,
    /// Account of the quote.
    account_id: AccountId,
    /// Version after the change.
    version: i64,
    /// Number of requests so far.
    round: i32,
    /// Number of lines.
    lines: i32,
    /// Total of the offer for the latest request.
    offer_total: Option<Money>,
    /// Number of the order that the quote became.
    order_number: Option<String>,
}

impl From<&quotes::Model> for QuoteDetails {
    fn from(quote: &quotes::Model) -> Self {
        // The offer for an earlier request is not published.
        let total = quote.offer_total.filter(|_| quote.offer_round == Some(quote.round));
        Self {
            number: quote.number.clone(),
            account_id: quote.account_id,
            version: quote.version,
            round: quote.round,
            lines: quote.line_count,
            offer_total: total.map(|total| Money::new(total, quote.currency.code())),
            order_number: quote.order_number.clone(),
        }
    }
}

/// Public form of [`QuoteDetails`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicQuote<'a> {
    number: &'a str,
    version: i64,
    round: i32,
    lines: i32,
    offer_total: Option<&'a Money>,
    order_number: Option<&'a str>,
}

impl EventDetails for QuoteDetails {
    type Public<'a> = PublicQuote<'a>;

    fn subject(&self) -> String {
        format!("quote/{}", self.number)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account_id)
    }

    fn public(&self) -> Option<PublicQuote<'_>> {
        Some(PublicQuote {
            number: &self.number,
            version: self.version,
            round: self.round,
            lines: self.lines,
            offer_total: self.offer_total.as_ref(),
            order_number: self.order_number.as_deref(),
        })
    }
}

store::event_kinds! {
    QuoteDetails:
    /// A quote was requested, or its request was revised.
    pub(crate) QuoteRequested = "quote.requested",
    /// The seller offered prices.
    pub(crate) QuoteOffered = "quote.offered",
    /// The account declined the offer.
    pub(crate) QuoteDeclined = "quote.declined",
    /// The quote was withdrawn.
    pub(crate) QuoteWithdrawn = "quote.withdrawn",
    /// The quote became an order.
    pub(crate) QuoteOrdered = "quote.ordered",
}
