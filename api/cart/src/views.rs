//! The API views and inputs of carts.

use std::collections::BTreeMap;

use entity::{CartStatus, PriceSource};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::change_cart::LineChange;
use super::check_lines::{LineProblem, RequestedLine};
use catalog::Candidate;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp, Totals};

/// A requested line.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CartLineInput {
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
}

impl CartLineInput {
    /// The requested lines of a JSON body.
    pub(super) fn into_requested(lines: Vec<Self>) -> Vec<RequestedLine> {
        let lines = lines.into_iter().enumerate();
        lines.map(|(index, line)| line.at(format!("/lines/{index}"))).collect()
    }

    fn at(self, pointer: String) -> RequestedLine {
        RequestedLine {
            pointer,
            sku: self.sku.map(Text::into_inner),
            identifier: self.identifier.map(Text::into_inner),
            quantity: Ok(self.quantity.0),
            unit: self.unit.map(Text::into_inner),
            note: self.note.into_inner(),
        }
    }
}

/// Requested lines.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CartLinesInput {
    /// Up to 10,000 lines.
    pub lines: Vec<CartLineInput>,
}

/// A cart to create.
#[derive(Clone, Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct CartInput {
    /// Account, when staff create a cart for one.
    pub account: Option<Code>,
    /// Name of the cart.
    pub name: Text<200>,
    /// ISO 4217 currency; the account's own when left out.
    pub currency: Option<Code>,
    /// First lines.
    pub lines: Vec<CartLineInput>,
}

impl Default for CartLineInput {
    fn default() -> Self {
        Self { sku: None, identifier: None, quantity: entity::Quantity(0).into(), unit: None, note: Text::default() }
    }
}

/// A change of a line.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
#[oai(rename = "LineChange")]
pub(crate) struct LineChangeInput {
    /// New quantity.
    #[serde(default)]
    pub quantity: Option<QuantityText>,
    /// New unit.
    #[serde(default)]
    pub unit: Option<Text<8>>,
    /// New note.
    #[serde(default)]
    pub note: Option<Text<500>>,
}

impl LineChangeInput {
    /// The change, if the unit can be read.
    pub(super) fn read(self) -> Result<LineChange, CommonError> {
        let unit = self.unit.map(|unit| unit.parse()).transpose();
        Ok(LineChange {
            unit: unit.map_err(|_| CommonError::invalid("/unit", FieldCode::UnknownUnit, "must be a unit of the product"))?,
            quantity: self.quantity.map(|quantity| quantity.0.into()),
            note: self.note.map(Text::into_inner),
        })
    }
}

/// Why a line was not accepted, with products that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub(crate) struct CartLineProblem {
    /// JSON pointer of the field, or the row of the list and the field.
    pub pointer: String,
    /// Stable code.
    pub code: FieldCode,
    /// Explanation: the rule, and what to do.
    pub detail: String,
    /// Values in the explanation, by name.
    pub params: BTreeMap<String, String>,
    /// Products that may have been meant.
    pub candidates: Vec<ProductCandidateView>,
}

impl From<LineProblem> for CartLineProblem {
    fn from(problem: LineProblem) -> Self {
        let LineProblem { field, candidates } = problem;
        let candidates = candidates.into_iter().map(ProductCandidateView::from).collect();
        Self { pointer: field.pointer, code: field.code, detail: field.detail, params: field.params, candidates }
    }
}

/// A product that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub(crate) struct ProductCandidateView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// Why the product is a candidate.
    pub reason: String,
}

impl From<Candidate> for ProductCandidateView {
    fn from(candidate: Candidate) -> Self {
        Self { sku: candidate.sku, title: candidate.title, reason: candidate.reason }
    }
}

/// What to do when a line cannot be ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    /// Accept the other lines and report it.
    Accept,
    /// Reject the request.
    #[default]
    Reject,
}

/// A cart without its lines.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartSummary {
    /// Id.
    pub id: String,
    /// Account.
    pub account: String,
    /// Name of the cart.
    pub name: String,
    /// Currency.
    pub currency: String,
    /// Whether the cart can still be changed.
    pub status: CartStatus,
    /// Number of lines.
    pub line_count: i32,
    /// Version, also its `ETag`.
    pub version: i64,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// Sums of a cart at today's prices.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartTotals {
    /// Number of lines.
    pub lines: usize,
    /// Lines that have no price and are not in the sums.
    pub unpriced: usize,
    /// What the priced lines come to.
    #[oai(flatten)]
    #[serde(flatten)]
    pub sums: Totals,
    /// Version of the prices.
    pub price_version: i64,
}

/// A cart with its lines.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartView {
    /// The cart.
    #[oai(flatten)]
    #[serde(flatten)]
    pub cart: CartSummary,
    /// Its lines, priced as one basket.
    pub lines: Vec<CartLineView>,
    /// Sums.
    pub totals: CartTotals,
    /// Lines that were not accepted when the cart was created.
    pub rejected: Vec<CartLineProblem>,
}

/// A line of a cart at today's price.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartLineView {
    /// Number of the line in the cart.
    pub line: i32,
    /// Pointer of the line in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// SKU.
    pub sku: String,
    /// Title; empty when the caller may not see the product.
    pub title: String,
    /// Quantity.
    pub quantity: QuantityText,
    /// Unit.
    pub unit: String,
    /// Note.
    pub note: String,
    /// Price of `per` units; absent when the price is on request.
    pub unit_price: Option<AmountText>,
    /// Price basis.
    pub per: Option<u32>,
    /// Unit price × quantity ÷ per, rounded.
    pub line_amount: Option<AmountText>,
    /// Source of the price.
    pub price_source: Option<PriceSource>,
    /// Why there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_problem: Option<FieldCode>,
}

/// Result of adding lines to a cart.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct AddedLines {
    /// Lines that were added.
    pub accepted: Vec<CartLineView>,
    /// Lines that were not accepted, each with the reason and candidates.
    pub rejected: Vec<CartLineProblem>,
    /// The cart.
    pub cart: CartSummary,
    /// Sums of the whole cart.
    pub totals: CartTotals,
}
