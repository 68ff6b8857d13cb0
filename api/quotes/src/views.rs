//! The API views of quotes.

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
    /// Status now, derived from the quote's history and the date of its offer.
    pub status: QuoteStatus,
    /// Account.
    pub account: String,
    /// Currency of all amounts.
    pub currency: String,
    /// Note of the customer.
    pub note: String,
    /// Number of lines.
    pub line_count: i32,
    /// Number of the latest request, from 1; a revised request has the next number.
    pub round: i32,
    /// Time of the latest request.
    pub requested_at: Timestamp,
    /// The seller's latest offer. It can be ordered while the quote is `offered`.
    pub offer: Option<SalesOfferView>,
    /// Time the offer was declined.
    pub declined_at: Option<Timestamp>,
    /// Time the quote was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Reason of the rejection or withdrawal.
    pub reason: String,
    /// Time it was ordered.
    pub ordered_at: Option<Timestamp>,
    /// Number of the order it became.
    pub order_number: Option<String>,
    /// Time of the first request.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Version of the quote, also its `ETag`.
    pub version: i64,
}

/// An offer of the seller.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SalesOfferView {
    /// Number of the request it answers; an offer for an earlier request no longer applies.
    pub round: i32,
    /// Time it was made or last revised.
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
    /// Lines, with today's prices found as one basket.
    pub lines: Vec<SalesQuoteLineView>,
    /// Sums over the lines.
    pub totals: SalesQuoteTotals,
    /// Lines that were not accepted, for a request with `partial: accept`.
    pub rejected: Vec<FieldError>,
    /// In the response to an offer, for the seller's staff: prices below cost (`under-cost`), below the floor (`under-floor`), or
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
    /// Title; empty when the viewer may not see the product.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Quantity requested.
    pub quantity: QuantityText,
    /// Note of the customer.
    pub note: String,
    /// Target price.
    pub target: Option<TargetPriceView>,
    /// Price at the time of the latest request; absent when the price was on request.
    pub at_request: Option<QuotedPriceView>,
    /// Price today, in the quantity offered if the request is answered, otherwise in the quantity requested. Absent while the
    /// offer leaves the line out.
    pub today: Option<DriftPrice>,
    /// Why there is no price today: `unknown_product` also when the viewer may not see the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_problem: Option<FieldCode>,
    /// Latest offer.
    pub offer: Option<QuotedPriceView>,
    /// Whether the latest offer leaves the line out.
    pub declined: bool,
    /// Today's amount less the offered amount; absent unless there are both. Negative when the offer is higher.
    pub saving: Option<AmountText>,
}

/// A target price.
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
    /// Totals of today's amounts of the lines that have a price; absent when they are out of range.
    pub today: Option<Totals>,
    /// Number of lines without a price today, except those the offer leaves out.
    pub unpriced: usize,
    /// Sum of the lines' savings; absent while the request is not answered, or when it is out of range.
    pub saving: Option<Money>,
    /// Version of today's prices.
    pub price_version: i64,
}
