//! The API inputs of quotes: requests, offers, decisions.

use poem_openapi::Object;
use serde::Deserialize;

use super::offer::{NewOffer, NewOfferLine};
use super::revise_request::{LineRevision, RequestRevision};
use super::target_price::TargetPrice;
use cart::Partial;
use cart::RequestedLine;
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp};

/// A request for prices. Give `cart_id` or `lines`.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesQuoteInput {
    /// Account, when staff request a quote for one.
    #[serde(default)]
    pub account: Option<Code>,
    /// Cart whose lines are requested; the cart does not change.
    #[serde(default)]
    pub cart_id: Option<Text<20>>,
    /// Lines, up to 10,000.
    #[serde(default)]
    pub lines: Option<Vec<SalesQuoteLineInput>>,
    /// ISO 4217 currency. Must be that of the cart when a cart is given; the cart's or the account's when left out.
    #[serde(default)]
    pub currency: Option<Code>,
    /// Note to the seller.
    #[serde(default)]
    pub note: Text<2000>,
    /// What to do when a line cannot be ordered. Default `reject`.
    #[serde(default)]
    pub partial: Partial,
}

/// A requested line.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesQuoteLineInput {
    /// SKU; or give an `identifier`.
    #[serde(default)]
    pub sku: Option<Text<64>>,
    /// SKU, manufacturer part number, GTIN or the account's own part number.
    #[serde(default)]
    pub identifier: Option<Text<100>>,
    /// Quantity in the unit.
    pub quantity: QuantityText,
    /// Unit; the product's stock unit when left out.
    #[serde(default)]
    pub unit: Option<Text<8>>,
    /// Note.
    #[serde(default)]
    pub note: Text<500>,
    /// Target unit price.
    #[serde(default)]
    pub target_unit_price: Option<AmountText>,
    /// Price basis of the target price, 1 to 1,000,000. Default 1.
    #[serde(default)]
    pub target_per: Option<u32>,
}

/// The lines to check, and the target price of each.
pub(super) fn requested_lines(
    lines: Vec<SalesQuoteLineInput>,
) -> Result<(Vec<RequestedLine>, Vec<Option<TargetPrice>>), CommonError> {
    let (mut asked, mut targets, mut malformed) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()), Vec::new());
    for (index, line) in lines.into_iter().enumerate() {
        let pointer = format!("/lines/{index}");
        match TargetPrice::read(&pointer, line.target_unit_price.map(|price| price.0), line.target_per) {
            Ok(target) => targets.push(target),
            Err(problem) => malformed.push(problem),
        }
        asked.push(RequestedLine {
            pointer,
            sku: line.sku.map(Text::into_inner),
            identifier: line.identifier.map(Text::into_inner),
            quantity: Ok(line.quantity.0),
            unit: line.unit.map(Text::into_inner),
            note: line.note.into_inner(),
        });
    }
    if malformed.is_empty() { Ok((asked, targets)) } else { Err(CommonError::Invalid(malformed)) }
}

/// An offer. It replaces an earlier offer as a whole.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesOfferInput {
    /// The offer can be ordered before this instant.
    pub valid_until: Timestamp,
    /// Note to the customer.
    #[serde(default)]
    pub note: Text<2000>,
    /// Percentage off today's price, 0 to 100, of lines without a price of their own. Default 0.
    #[serde(default)]
    pub percent_off: Option<AmountText>,
    /// Lines with terms of their own; the others are offered in the requested quantity.
    #[serde(default)]
    pub lines: Vec<SalesOfferLineInput>,
}

/// The offer for a line: a unit price, a percentage off today's price, or a rejection.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesOfferLineInput {
    /// Number of the line.
    pub line: i32,
    /// Whether the line is left out of the offer: it has no price, is not in the total and cannot be ordered. Default false.
    #[serde(default)]
    pub decline: bool,
    /// Quantity offered, in the line's unit; the requested quantity when left out.
    #[serde(default)]
    pub quantity: Option<QuantityText>,
    /// Price of `per` units.
    #[serde(default)]
    pub unit_price: Option<AmountText>,
    /// Price basis, 1 to 1,000,000. Default 1.
    #[serde(default)]
    pub per: Option<u32>,
    /// Percentage off today's price for the quantity offered, 0 to 100.
    #[serde(default)]
    pub percent_off: Option<AmountText>,
}

/// A revision of a quote request. Fields that are left out stay as they are.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default, rename = "AskAgainInput")]
pub(crate) struct RevisedRequestInput {
    /// Note to the seller.
    pub note: Option<Text<2000>>,
    /// Lines that change.
    pub lines: Vec<RevisedLineInput>,
}

/// Changes of a line.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
#[oai(rename = "AskAgainLineInput")]
pub(crate) struct RevisedLineInput {
    /// Number of the line.
    pub line: i32,
    /// New quantity, in the line's unit.
    #[serde(default)]
    pub quantity: Option<QuantityText>,
    /// New note.
    #[serde(default)]
    pub note: Option<Text<500>>,
    /// Target unit price.
    #[serde(default)]
    pub target_unit_price: Option<AmountText>,
    /// Price basis of the new target price, or of the present one when no price is given. Default 1 with a new price.
    #[serde(default)]
    pub target_per: Option<u32>,
}

/// Why a quote is declined or withdrawn.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct QuoteReasonInput {
    /// Reason.
    pub reason: Text<500>,
}

impl From<SalesOfferInput> for NewOffer {
    fn from(input: SalesOfferInput) -> Self {
        Self {
            valid_until: input.valid_until.0,
            note: input.note.into_inner(),
            percent_off: input.percent_off.map(|percent| percent.0),
            lines: input.lines.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<SalesOfferLineInput> for NewOfferLine {
    fn from(input: SalesOfferLineInput) -> Self {
        Self {
            line: input.line,
            declined: input.decline,
            quantity: input.quantity.map(|quantity| quantity.0.into()),
            unit_price: input.unit_price.map(|price| price.0),
            per: input.per,
            percent_off: input.percent_off.map(|percent| percent.0),
        }
    }
}

impl From<RevisedRequestInput> for RequestRevision {
    fn from(input: RevisedRequestInput) -> Self {
        Self { note: input.note.map(Text::into_inner), lines: input.lines.into_iter().map(Into::into).collect() }
    }
}

impl From<RevisedLineInput> for LineRevision {
    fn from(input: RevisedLineInput) -> Self {
        Self {
            line: input.line,
            quantity: input.quantity.map(|quantity| quantity.0.into()),
            note: input.note.map(Text::into_inner),
            target_unit_price: input.target_unit_price.map(|price| price.0),
            target_per: input.target_per,
        }
    }
}
