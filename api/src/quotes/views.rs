//! Quotes on the wire.

use poem_openapi::Object;
use serde::Serialize;

use super::status::QuoteStatus;
use crate::cart::drift::DriftPrice;
use crate::kernel::problem::FieldProblem;
use crate::kernel::wire::{AmountText, Money, QuantityText, Timestamp};

/// A quote without its lines.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteSummary {
    /// Number of the quote.
    pub(crate) number: String,
    /// Where it stands now, derived from what happened and from the date of the offer.
    pub(crate) status: QuoteStatus,
    /// Account that asks.
    pub(crate) account: String,
    /// Currency of all amounts.
    pub(crate) currency: String,
    /// Note of the customer.
    pub(crate) note: String,
    /// Number of lines.
    pub(crate) line_count: i32,
    /// Which request this is: 1, and one more whenever it is asked for again.
    pub(crate) round: i32,
    /// When it was last asked for.
    pub(crate) requested_at: Timestamp,
    /// The seller's latest offer. It stands while the quote is `offered`.
    pub(crate) offer: Option<SalesOfferView>,
    /// When the offer was declined.
    pub(crate) declined_at: Option<Timestamp>,
    /// When the quote was withdrawn.
    pub(crate) withdrawn_at: Option<Timestamp>,
    /// Why it was declined or withdrawn.
    pub(crate) reason: String,
    /// When it was ordered.
    pub(crate) ordered_at: Option<Timestamp>,
    /// Number of the order it became.
    pub(crate) order_number: Option<String>,
    /// When it was first asked for.
    pub(crate) created_at: Timestamp,
    /// Last change.
    pub(crate) updated_at: Timestamp,
    /// Version of the quote, as in its `ETag`.
    pub(crate) version: i64,
}

/// What the seller offers.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesOfferView {
    /// The request it answers; an offer for an earlier one no longer stands.
    pub(crate) round: i32,
    /// When it was made or last revised.
    pub(crate) offered_at: Timestamp,
    /// It can be ordered before this instant.
    pub(crate) valid_until: Timestamp,
    /// Note of the seller.
    pub(crate) note: String,
    /// Sum of the lines' amounts.
    pub(crate) total: Money,
}

/// A quote with its lines.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteView {
    /// The quote.
    #[oai(flatten)]
    #[serde(flatten)]
    pub(crate) quote: SalesQuoteSummary,
    /// Its lines, today's prices found as one basket.
    pub(crate) lines: Vec<SalesQuoteLineView>,
    /// Sums over the lines.
    pub(crate) totals: SalesQuoteTotals,
    /// Lines that were not taken, of a request with `partial: accept`.
    pub(crate) rejected: Vec<FieldProblem>,
    /// In the answer to an offer, for the seller's staff: prices under cost (`under-cost`), under the floor (`under-floor`), or
    /// above today's (`above-today`).
    pub(crate) warnings: Vec<FieldProblem>,
}

/// A line of a quote.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteLineView {
    /// Number of the line, from 1.
    pub(crate) line: i32,
    /// SKU.
    pub(crate) sku: String,
    /// Title; empty when the product is no longer there for whoever looks.
    pub(crate) title: String,
    /// Unit.
    pub(crate) unit: String,
    /// Quantity asked for.
    pub(crate) quantity: QuantityText,
    /// Note of the customer.
    pub(crate) note: String,
    /// Price hoped for.
    pub(crate) target: Option<TargetPriceView>,
    /// What it cost when it was last asked for; none when the price was on request.
    pub(crate) at_request: Option<QuotedPriceView>,
    /// What it costs today, in the quantity offered if the request is answered, else in the quantity asked for. None while the
    /// offer that answers it leaves it out.
    pub(crate) today: Option<DriftPrice>,
    /// Why there is no price today: `unknown_product` also when the product is no longer there for whoever looks.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price_problem: Option<String>,
    /// What was last offered.
    pub(crate) offer: Option<QuotedPriceView>,
    /// Whether the latest offer leaves the line out.
    pub(crate) declined: bool,
    /// Today's amount less the offered one; none when there is not both. Negative when the offer is dearer.
    pub(crate) saving: Option<AmountText>,
}

/// A price hoped for.
#[derive(Debug, Object, Serialize)]
pub(crate) struct TargetPriceView {
    /// Price of `per` units.
    pub(crate) unit_price: AmountText,
    /// Price basis.
    pub(crate) per: u32,
}

/// A price with its quantity.
#[derive(Debug, Object, Serialize)]
pub(crate) struct QuotedPriceView {
    /// Quantity.
    pub(crate) quantity: QuantityText,
    /// Price of `per` units.
    pub(crate) unit_price: AmountText,
    /// Price basis.
    pub(crate) per: u32,
    /// Unit price × quantity ÷ per, rounded to the currency's minor unit.
    pub(crate) line_amount: AmountText,
}

/// Sums over the lines of a quote.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteTotals {
    /// Sum of today's amounts of the lines that have a price; none when it is too large for an amount.
    pub(crate) today: Option<Money>,
    /// Lines without a price today, not counting those the offer leaves out.
    pub(crate) unpriced: usize,
    /// Sum of the lines' savings; none while the request is not answered, or when it is too large for an amount.
    pub(crate) saving: Option<Money>,
    /// Version of today's prices.
    pub(crate) price_version: i64,
}
