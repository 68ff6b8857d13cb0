//! Quotes on the wire.

use poem_openapi::Object;
use serde::Serialize;

use super::status::QuoteStatus;
use cart::drift::DriftPrice;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::{AmountText, Money, QuantityText, Timestamp, Totals};

/// A quote without its lines.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteSummary {
    /// Number of the quote.
    pub number: String,
    /// Where it stands now, derived from what happened and from the date of the offer.
    pub status: QuoteStatus,
    /// Account that asks.
    pub account: String,
    /// Currency of all amounts.
    pub currency: String,
    /// Note of the customer.
    pub note: String,
    /// Number of lines.
    pub line_count: i32,
    /// Which request this is: 1, and one more whenever it is asked for again.
    pub round: i32,
    /// When it was last asked for.
    pub requested_at: Timestamp,
    /// The seller's latest offer. It stands while the quote is `offered`.
    pub offer: Option<SalesOfferView>,
    /// When the offer was declined.
    pub declined_at: Option<Timestamp>,
    /// When the quote was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Why it was declined or withdrawn.
    pub reason: String,
    /// When it was ordered.
    pub ordered_at: Option<Timestamp>,
    /// Number of the order it became.
    pub order_number: Option<String>,
    /// When it was first asked for.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Version of the quote, as in its `ETag`.
    pub version: i64,
}

/// What the seller offers.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesOfferView {
    /// The request it answers; an offer for an earlier one no longer stands.
    pub round: i32,
    /// When it was made or last revised.
    pub offered_at: Timestamp,
    /// It can be ordered before this instant.
    pub valid_until: Timestamp,
    /// Note of the seller.
    pub note: String,
    /// What the lines come to at the prices offered.
    pub totals: Totals,
}

/// A quote with its lines.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteView {
    /// The quote.
    #[oai(flatten)]
    #[serde(flatten)]
    pub quote: SalesQuoteSummary,
    /// Its lines, today's prices found as one basket.
    pub lines: Vec<SalesQuoteLineView>,
    /// Sums over the lines.
    pub totals: SalesQuoteTotals,
    /// Lines that were not taken, of a request with `partial: accept`.
    pub rejected: Vec<FieldError>,
    /// In the answer to an offer, for the seller's staff: prices under cost (`under-cost`), under the floor (`under-floor`), or
    /// above today's (`above-today`).
    pub warnings: Vec<FieldError>,
}

/// A line of a quote.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteLineView {
    /// Number of the line, from 1.
    pub line: i32,
    /// SKU.
    pub sku: String,
    /// Title; empty when the product is no longer there for whoever looks.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Quantity asked for.
    pub quantity: QuantityText,
    /// Note of the customer.
    pub note: String,
    /// Price hoped for.
    pub target: Option<TargetPriceView>,
    /// What it cost when it was last asked for; none when the price was on request.
    pub at_request: Option<QuotedPriceView>,
    /// What it costs today, in the quantity offered if the request is answered, else in the quantity asked for. None while the
    /// offer that answers it leaves it out.
    pub today: Option<DriftPrice>,
    /// Why there is no price today: `unknown_product` also when the product is no longer there for whoever looks.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_problem: Option<FieldCode>,
    /// What was last offered.
    pub offer: Option<QuotedPriceView>,
    /// Whether the latest offer leaves the line out.
    pub declined: bool,
    /// Today's amount less the offered one; none when there is not both. Negative when the offer is dearer.
    pub saving: Option<AmountText>,
}

/// A price hoped for.
#[derive(Debug, Object, Serialize)]
pub(crate) struct TargetPriceView {
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
}

/// A price with its quantity.
#[derive(Debug, Object, Serialize)]
pub(crate) struct QuotedPriceView {
    /// Quantity.
    pub quantity: QuantityText,
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
    /// Unit price × quantity ÷ per, rounded to the currency's minor unit.
    pub line_amount: AmountText,
}

/// Sums over the lines of a quote.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesQuoteTotals {
    /// What the lines that have a price come to today; none when it is too large for an amount.
    pub today: Option<Totals>,
    /// Lines without a price today, not counting those the offer leaves out.
    pub unpriced: usize,
    /// Sum of the lines' savings; none while the request is not answered, or when it is too large for an amount.
    pub saving: Option<Money>,
    /// Version of today's prices.
    pub price_version: i64,
}
