//! What comes in: requests, offers, decisions.

use poem_openapi::Object;
use pricing::{Amount, Per};
use serde::Deserialize;

use cart::AskedLine;
use cart::Partial;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp};

/// Largest price basis.
const MAX_PER: u32 = 1_000_000;

/// A request for prices. Give `cart_id` or `lines`.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesQuoteInput {
    /// Account, when staff ask for one.
    #[serde(default)]
    pub account: Option<Code>,
    /// Cart whose lines are asked for; the cart stays as it is.
    #[serde(default)]
    pub cart_id: Option<Text<20>>,
    /// Lines asked for, up to 10,000.
    #[serde(default)]
    pub lines: Option<Vec<SalesQuoteLineInput>>,
    /// ISO 4217 currency, with a cart that of the cart; the cart's or the account's own when left out.
    #[serde(default)]
    pub currency: Option<Code>,
    /// Note to the seller.
    #[serde(default)]
    pub note: Text<2000>,
    /// What happens when a line cannot be ordered. Default `reject`.
    #[serde(default)]
    pub partial: Partial,
}

/// A line asked for.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesQuoteLineInput {
    /// SKU; or give an `identifier`.
    #[serde(default)]
    pub sku: Option<Text<64>>,
    /// Any name the product answers to.
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
    /// Unit price hoped for.
    #[serde(default)]
    pub target_unit_price: Option<AmountText>,
    /// Price basis of the price hoped for, 1 to 1,000,000. Default 1.
    #[serde(default)]
    pub target_per: Option<u32>,
}

/// A price hoped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub(super) unit_price: Amount,
    pub(super) per: Per,
}

impl Target {
    /// What is hoped for, if anything; or what is wrong with it. `pointer` is that of the line.
    pub(super) fn read(pointer: &str, unit_price: Option<AmountText>, per: Option<u32>) -> Result<Option<Self>, FieldError> {
        let Some(AmountText(unit_price)) = unit_price else {
            let alone = per.map(|_| {
                FieldError::new(
                    format!("{pointer}/target_per"),
                    FieldCode::TargetWithoutPrice,
                    "a basis must be given together with a target price",
                )
            });
            return alone.map_or(Ok(None), Err);
        };
        if unit_price.is_negative() {
            let pointer = format!("{pointer}/target_unit_price");
            return Err(FieldError::new(pointer, FieldCode::Negative, "the price must not be less than 0"));
        }
        Ok(Some(Self { unit_price, per: read_per(&format!("{pointer}/target_per"), per)? }))
    }
}

/// A price basis, or what is wrong with it.
pub(super) fn read_per(pointer: &str, per: Option<u32>) -> Result<Per, FieldError> {
    let per = Per::new(per.unwrap_or(1)).filter(|per| per.get() <= MAX_PER);
    per.ok_or_else(|| {
        FieldError::new(pointer, FieldCode::OutOfRange, format!("a price must be for 1 to {MAX_PER} units"))
            .with("min", 1)
            .with("max", MAX_PER)
    })
}

/// Lines as they are checked, and what is hoped for of each.
pub(super) fn asked(lines: Vec<SalesQuoteLineInput>) -> Result<(Vec<AskedLine>, Vec<Option<Target>>), CommonError> {
    let (mut asked, mut targets, mut malformed) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()), Vec::new());
    for (index, line) in lines.into_iter().enumerate() {
        let pointer = format!("/lines/{index}");
        match Target::read(&pointer, line.target_unit_price, line.target_per) {
            Ok(target) => targets.push(target),
            Err(problem) => malformed.push(problem),
        }
        asked.push(AskedLine {
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

/// An offer. It takes the place of an earlier one as a whole.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalesOfferInput {
    /// The offer can be ordered before this instant.
    pub valid_until: Timestamp,
    /// Note to the customer.
    #[serde(default)]
    pub note: Text<2000>,
    /// Percentage off today's price, 0 to 100, of lines that say nothing of their price. Default 0.
    #[serde(default)]
    pub percent_off: Option<AmountText>,
    /// Lines with terms of their own; the others are offered in the quantity asked for.
    #[serde(default)]
    pub lines: Vec<SalesOfferLineInput>,
}

/// What is offered of a line: a unit price or a percentage off today's price, or nothing.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalesOfferLineInput {
    /// Number of the line.
    pub line: i32,
    /// Leaves the line out of the offer: it has no price, is not in the total and is not ordered. Default false.
    #[serde(default)]
    pub decline: bool,
    /// Quantity offered, in the line's unit; the quantity asked for when left out.
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

/// What is asked for anew. What is left out stays as it was.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct AskAgainInput {
    /// Note to the seller.
    pub note: Option<Text<2000>>,
    /// Lines that change.
    pub lines: Vec<AskAgainLineInput>,
}

/// A line that is asked for anew.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskAgainLineInput {
    /// Number of the line.
    pub line: i32,
    /// New quantity, in the line's unit.
    #[serde(default)]
    pub quantity: Option<QuantityText>,
    /// New note.
    #[serde(default)]
    pub note: Option<Text<500>>,
    /// Unit price hoped for.
    #[serde(default)]
    pub target_unit_price: Option<AmountText>,
    /// Price basis of the price hoped for, of a new one or alone of the one that stands. Default 1 with a new price.
    #[serde(default)]
    pub target_per: Option<u32>,
}

/// Why a quote is given up.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct QuoteReasonInput {
    /// The reason.
    pub reason: Text<500>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hoped_for_is_a_price_with_its_basis() {
        let price = |text: &str| text.parse().ok().map(AmountText);
        let read = |unit_price, per| Target::read("/lines/0", unit_price, per).map_err(|problem| problem.pointer);
        assert_eq!(read(None, None), Ok(None));
        assert_eq!(read(price("1.5"), None).map(|target| target.map(|target| target.per)), Ok(Some(Per::ONE)));
        assert_eq!(read(price("-1"), None), Err("/lines/0/target_unit_price".to_owned()));
        for (unit_price, per) in [(price("1"), Some(0)), (price("1"), Some(1_000_001)), (None, Some(100))] {
            assert_eq!(read(unit_price, per), Err("/lines/0/target_per".to_owned()));
        }
    }
}
