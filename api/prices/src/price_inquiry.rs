//! Price quotes on the wire: what a basket costs, and why, line by line.
//!
//! Answers are written straight from the explanation; what is only borrowed from the price book is not copied.

use poem_openapi::Object;
use pricing::{
    AppliedTerms, ExplainedLine, Flags, Internal, Kind, LineError, LostCandidate, NextBreak, Quantity, Source, Step, UnitCode,
    UnitPrice,
};
use serde::{Deserialize, Serialize};

use super::lookup::LineRefusal;
use kernel::problem::FieldError;
use kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp};
use kernel::wire::{RawDecimal, SharedText, StaticCode};

/// Most lines of one quote.
pub(super) const MAX_LINES: usize = 10_000;
/// Most coupons of one quote.
pub(super) const MAX_COUPONS: usize = 20;

/// A basket to price.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteInput {
    /// The account; people and clients of an account leave it out.
    #[serde(default)]
    pub account: Option<Code>,
    /// ISO 4217 code. Default: the account's currency.
    #[serde(default)]
    pub currency: Option<Text<40>>,
    /// The instant whose prices are asked for. Default: now.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// What was known at this instant. Default: everything recorded.
    #[serde(default)]
    pub as_of: Option<Timestamp>,
    /// Coupons given.
    #[serde(default)]
    pub coupons: Vec<Text<64>>,
    /// The lines, at most 10,000. Volume breaks see them together.
    pub lines: Vec<QuoteLineInput>,
}

/// A line to price.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteLineInput {
    /// The product.
    pub sku: Text<200>,
    /// How much.
    pub quantity: RawDecimal,
    /// Unit. Default: the product's default unit.
    #[serde(default)]
    pub unit: Option<Text<40>>,
}

/// A priced basket.
#[derive(Debug, Object, Serialize)]
pub(crate) struct QuoteView {
    /// The account.
    pub account: String,
    /// The currency of all amounts.
    pub currency: StaticCode,
    /// The instant whose prices these are.
    pub at: Timestamp,
    /// What was known then counted. The same `at` and `as_of` give the same answer for ever.
    pub as_of: Timestamp,
    /// The price version the answer comes from.
    pub price_version: i64,
    /// One per line asked, in the same order.
    pub lines: Vec<QuoteLineView>,
    /// Sums.
    pub totals: QuoteTotals,
}

/// Sums over the lines that have a price.
#[derive(Debug, Object, Serialize)]
pub(crate) struct QuoteTotals {
    /// Sum of the line amounts.
    pub amount: AmountText,
    /// Lines with a price.
    pub priced_lines: u64,
    /// Lines without.
    pub unpriced_lines: u64,
}

/// The price of a line, or why it has none.
#[derive(Debug, Default, Object, Serialize)]
pub(crate) struct QuoteLineView {
    /// The product, as asked.
    pub sku: String,
    /// Quantity; none when it is not a number.
    pub quantity: Option<QuantityText>,
    /// Unit.
    pub unit: Option<String>,
    /// Price of `per` units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<AmountText>,
    /// Price basis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<u32>,
    /// Unit price × quantity ÷ per, rounded to the currency's minor unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_amount: Option<AmountText>,
    /// The list price of `list_price_per` units, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<AmountText>,
    /// Basis of the list price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price_per: Option<u32>,
    /// How the price came about, first to last; the last step ends at the unit price.
    pub waterfall: Vec<PriceStepView>,
    /// The rows that might have made the price and did not.
    pub candidates: Vec<PriceCandidateView>,
    /// What the next larger quantity that changes the price would bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_break: Option<NextBreakView>,
    /// Remarks: `floor_lifted`, `stopped_at_zero`; for staff also `below_floor`, `below_cost`.
    pub flags: Vec<StaticCode>,
    /// Cost and floor, for pricing staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal: Option<InternalView>,
    /// Why there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<FieldError>,
    /// Why the quantity could not be ordered; the price holds all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_rule: Option<FieldError>,
}

/// A step of the waterfall.
#[derive(Debug, Object, Serialize)]
pub struct PriceStepView {
    /// `list`, `contract`, `promotion` or `floor`; `quote` in the audit of an order made of a quote.
    pub source: StaticCode,
    /// Code of the price list, contract or promotion; `floor` for the floor, the number of a quote.
    pub label: SharedText,
    /// Price before; none at the first step.
    pub before: Option<AmountText>,
    /// Price after, of `per` asked units.
    pub after: AmountText,
    /// Basis of the price after.
    pub per: u32,
    /// Basis of the price before, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_per: Option<u32>,
    /// Id of the entry or contract line, place of the promotion's line, or number of the quote's line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
    /// The row's own terms; none for the floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<PriceTermsView>,
}

/// The terms that applied.
#[derive(Debug, Object, Serialize)]
pub struct PriceTermsView {
    /// `fixed`, `percent_off`, `amount_off` or `cost_plus`.
    pub kind: StaticCode,
    /// The row's unit; the price was converted when it is not the asked one.
    pub unit: UnitText,
    /// The threshold that applied, in the row's unit.
    pub min_quantity: QuantityText,
    /// The price, amount or percentage; buyers do not get the percentage on cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<AmountText>,
}

/// A row that lost.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PriceCandidateView {
    /// `list`, `contract` or `promotion`.
    pub source: StaticCode,
    /// Code of the price list, contract or promotion.
    pub label: SharedText,
    /// Id of the entry or contract line, or place of the promotion's line.
    pub row: RowId,
    /// The threshold that applied; the smallest one when none did.
    pub min_quantity: QuantityText,
    /// The price it would have made, of `per` asked units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<AmountText>,
    /// Basis of that price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<u32>,
    /// Why it lost.
    pub reason: StaticCode,
}

/// What a larger quantity would bring.
#[derive(Debug, Object, Serialize)]
pub(crate) struct NextBreakView {
    /// Quantity to add, rounded up to the order multiple.
    pub add: QuantityText,
    /// The quantity then.
    pub quantity: QuantityText,
    /// The unit price then.
    pub unit_price: AmountText,
    /// Its basis.
    pub per: u32,
    /// The line amount then.
    pub line_amount: AmountText,
    /// Whether the larger quantity costs less in total.
    pub costs_less: bool,
}

/// What only pricing staff sees.
#[derive(Debug, Object, Serialize)]
pub(crate) struct InternalView {
    /// Cost of one asked unit.
    pub cost: Option<AmountText>,
    /// Minimum price of one asked unit.
    pub floor: Option<AmountText>,
}

/// An id that is written as text, since not every reader has 64-bit numbers.
#[derive(Clone, Copy, Debug)]
pub struct RowId(i64);

kernel::write_only!(RowId);
kernel::string_schema!([] RowId, "string_row", poem_openapi::registry::MetaSchema::new("string"));

impl poem_openapi::types::ToJSON for RowId {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(serde_json::Value::String(self.0.to_string()))
    }
}

impl Serialize for RowId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A unit code.
#[derive(Clone, Copy, Debug)]
pub struct UnitText(pub(super) UnitCode);

kernel::write_only!(UnitText);
kernel::string_schema!([] UnitText, "string_unit", poem_openapi::registry::MetaSchema::new("string"));

impl poem_openapi::types::ToJSON for UnitText {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(serde_json::Value::String(self.0.to_string()))
    }
}

impl Serialize for UnitText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl PriceStepView {
    /// The last step of a line that was ordered from a quote: the price offered in it.
    pub fn quoted(number: &str, line: i64, before: Option<&Self>, price: UnitPrice) -> Self {
        Self {
            source: StaticCode("quote"),
            label: SharedText(number.into()),
            before: before.map(|step| step.after),
            after: AmountText(price.amount),
            per: price.per.get(),
            before_per: before.map(|step| step.per).filter(|per| *per != price.per.get()),
            row: Some(RowId(line)),
            terms: None,
        }
    }
}

impl QuoteLineView {
    /// A line that was not priced because its input is wrong.
    pub(super) fn refused(sku: String, quantity: Option<Quantity>, unit: Option<String>, problem: FieldError) -> Self {
        Self { sku, quantity: quantity.map(QuantityText), unit, problem: Some(problem), ..Self::default() }
    }

    /// A line as the engine explained it. `place` is its place in the request.
    pub(super) fn explained(mut self, place: usize, line: ExplainedLine) -> Self {
        match line.price {
            Ok(price) => {
                self.unit_price = Some(AmountText(price.unit_price));
                self.per = Some(price.per.get());
                self.line_amount = Some(AmountText(price.line_amount));
                self.list_price = price.list_price.map(|list| AmountText(list.amount));
                self.list_price_per = price.list_price.map(|list| list.per.get());
                self.flags = flags(price.flags);
            }
            Err(error) => {
                let pointer = format!("/lines/{place}{}", field_of(error));
                let refusal = LineRefusal(error);
                self.problem = Some(FieldError::new(pointer, refusal.code(), refusal.detail()));
            }
        }
        self.waterfall = line.waterfall.into_iter().map(step).collect();
        self.candidates = line.candidates.into_iter().map(candidate).collect();
        self.next_break = line.next_break.map(next_break);
        self.internal = line.internal.map(internal);
        self
    }
}

fn field_of(error: LineError) -> &'static str {
    match error {
        LineError::UnknownProduct => "/sku",
        LineError::UnknownUnit => "/unit",
        LineError::QuantityNotPositive | LineError::Overflow => "/quantity",
        LineError::PriceOnRequest => "",
    }
}

fn flags(flags: Flags) -> Vec<StaticCode> {
    let all = [
        (flags.floor_lifted, "floor_lifted"),
        (flags.below_floor, "below_floor"),
        (flags.below_cost, "below_cost"),
        (flags.stopped_at_zero, "stopped_at_zero"),
    ];
    all.into_iter().filter(|(set, _)| *set).map(|(_, word)| StaticCode(word)).collect()
}

fn source(source: Source) -> (StaticCode, RowId) {
    match source {
        Source::List { entry, .. } => (StaticCode("list"), RowId(entry.0)),
        Source::Contract { line, .. } => (StaticCode("contract"), RowId(line.0)),
        Source::Promotion { line, .. } => (StaticCode("promotion"), RowId(i64::from(line))),
    }
}

pub(super) fn step(step: Step) -> PriceStepView {
    let per = step.after.per;
    PriceStepView {
        source: StaticCode(step.kind.code()),
        label: SharedText(step.label),
        before: step.before.map(|price| AmountText(price.amount)),
        after: AmountText(step.after.amount),
        per: per.get(),
        before_per: step.before.map(|price| price.per).filter(|before| *before != per).map(pricing::Per::get),
        row: step.source.map(|from| source(from).1),
        terms: step.terms.map(terms),
    }
}

fn terms(terms: AppliedTerms) -> PriceTermsView {
    let kind = match terms.kind {
        Kind::Fixed => "fixed",
        Kind::PercentOff => "percent_off",
        Kind::AmountOff => "amount_off",
        Kind::CostPlus => "cost_plus",
    };
    PriceTermsView {
        kind: StaticCode(kind),
        unit: UnitText(terms.unit),
        min_quantity: QuantityText(terms.threshold),
        value: terms.value.map(AmountText),
    }
}

fn candidate(lost: LostCandidate) -> PriceCandidateView {
    let (source, row) = source(lost.source);
    let price: Option<UnitPrice> = lost.price;
    PriceCandidateView {
        source,
        label: SharedText(lost.label),
        row,
        min_quantity: QuantityText(lost.threshold),
        price: price.map(|price| AmountText(price.amount)),
        per: price.map(|price| price.per.get()),
        reason: StaticCode(lost.reason.code()),
    }
}

fn next_break(next: NextBreak) -> NextBreakView {
    NextBreakView {
        add: QuantityText(next.add),
        quantity: QuantityText(next.quantity),
        unit_price: AmountText(next.unit_price),
        per: next.per.get(),
        line_amount: AmountText(next.line_amount),
        costs_less: next.costs_less,
    }
}

fn internal(internal: Internal) -> InternalView {
    InternalView { cost: internal.cost.map(AmountText), floor: internal.floor.map(AmountText) }
}
