//! Carts on the wire.

use entity::{CartStatus, PriceSource};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::catalog::Candidate;
use crate::kernel::problem::FieldProblem;
use crate::kernel::wire::{AmountText, Code, Money, QuantityText, Text, Timestamp};

/// A line asked for.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CartLineInput {
    /// SKU; or give an `identifier`.
    #[serde(default)]
    pub(crate) sku: Option<Text<64>>,
    /// Any name the product answers to: SKU, manufacturer part number, GTIN, the account's own part number.
    #[serde(default)]
    pub(crate) identifier: Option<Text<100>>,
    /// Quantity in the unit.
    pub(crate) quantity: QuantityText,
    /// Unit; the product's stock unit when left out.
    #[serde(default)]
    pub(crate) unit: Option<Text<8>>,
    /// Note.
    #[serde(default)]
    pub(crate) note: Text<500>,
}

/// Lines asked for.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CartLinesInput {
    /// Up to 10,000 lines.
    pub(crate) lines: Vec<CartLineInput>,
}

/// A cart to create.
#[derive(Clone, Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct CartInput {
    /// Account, when staff create a cart for one.
    pub(crate) account: Option<Code>,
    /// What it is for.
    pub(crate) name: Text<200>,
    /// ISO 4217 currency; the account's own when left out.
    pub(crate) currency: Option<Code>,
    /// First lines.
    pub(crate) lines: Vec<CartLineInput>,
}

impl Default for CartLineInput {
    fn default() -> Self {
        Self { sku: None, identifier: None, quantity: entity::Quantity(0).into(), unit: None, note: Text::default() }
    }
}

/// A change of a line.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineChange {
    /// New quantity.
    #[serde(default)]
    pub(crate) quantity: Option<QuantityText>,
    /// New unit.
    #[serde(default)]
    pub(crate) unit: Option<Text<8>>,
    /// New note.
    #[serde(default)]
    pub(crate) note: Option<Text<500>>,
}

/// What is wrong with a line, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub(crate) struct CartLineProblem {
    /// JSON pointer of the field, or the row of the list and the field.
    pub(crate) pointer: String,
    /// Stable code.
    pub(crate) code: String,
    /// What is wrong, in words.
    pub(crate) detail: String,
    /// Products that may have been meant.
    pub(crate) candidates: Vec<ProductCandidateView>,
}

impl CartLineProblem {
    /// With products that may have been meant.
    pub(super) fn with(mut self, candidates: Vec<ProductCandidateView>) -> Self {
        self.candidates = candidates;
        self
    }
}

/// A product that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub(crate) struct ProductCandidateView {
    /// SKU.
    pub(crate) sku: String,
    /// Title.
    pub(crate) title: String,
    /// Why it is offered.
    pub(crate) reason: String,
}

impl From<Candidate> for ProductCandidateView {
    fn from(candidate: Candidate) -> Self {
        Self { sku: candidate.sku, title: candidate.title, reason: candidate.reason }
    }
}

impl From<CartLineProblem> for FieldProblem {
    fn from(problem: CartLineProblem) -> Self {
        Self { pointer: problem.pointer, code: problem.code, detail: problem.detail }
    }
}

/// What happens when a line cannot be ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Partial {
    /// Take the other lines and report it.
    Accept,
    /// Refuse the request.
    #[default]
    Reject,
}

/// A cart without its lines.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartSummary {
    /// Id.
    pub(crate) id: String,
    /// Account.
    pub(crate) account: String,
    /// What it is for.
    pub(crate) name: String,
    /// Currency.
    pub(crate) currency: String,
    /// Whether it can still change.
    pub(crate) status: CartStatus,
    /// Number of lines.
    pub(crate) line_count: i32,
    /// Version, as in its `ETag`.
    pub(crate) version: i64,
    /// Created.
    pub(crate) created_at: Timestamp,
    /// Last change.
    pub(crate) updated_at: Timestamp,
}

/// Sums of a cart at today's prices.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartTotals {
    /// Number of lines.
    pub(crate) lines: usize,
    /// Lines that have no price and are not in the total.
    pub(crate) unpriced: usize,
    /// Sum of the lines' amounts.
    pub(crate) total: Money,
    /// Version of the prices.
    pub(crate) price_version: i64,
}

/// A cart with its lines.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartView {
    /// The cart.
    #[oai(flatten)]
    #[serde(flatten)]
    pub(crate) cart: CartSummary,
    /// Its lines, priced as one basket.
    pub(crate) lines: Vec<CartLineView>,
    /// Sums.
    pub(crate) totals: CartTotals,
    /// Lines that were not accepted when the cart was created.
    pub(crate) rejected: Vec<CartLineProblem>,
}

/// A line of a cart at today's price.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CartLineView {
    /// Number of the line in the cart.
    pub(crate) line: i32,
    /// Where the line stood in the request.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// SKU.
    pub(crate) sku: String,
    /// Title; empty when the product is no longer there for whoever looks.
    pub(crate) title: String,
    /// Quantity.
    pub(crate) quantity: QuantityText,
    /// Unit.
    pub(crate) unit: String,
    /// Note.
    pub(crate) note: String,
    /// Price of `per` units; none when the price is on request.
    pub(crate) unit_price: Option<AmountText>,
    /// Price basis.
    pub(crate) per: Option<u32>,
    /// Unit price × quantity ÷ per, rounded.
    pub(crate) line_amount: Option<AmountText>,
    /// Where the price comes from.
    pub(crate) price_source: Option<PriceSource>,
    /// Why there is no price.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price_problem: Option<String>,
}

/// What became of added lines.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct AddedLines {
    /// Lines now in the cart.
    pub(crate) accepted: Vec<CartLineView>,
    /// Lines that are not, each with the reason and candidates.
    pub(crate) rejected: Vec<CartLineProblem>,
    /// The cart.
    pub(crate) cart: CartSummary,
    /// Sums of the whole cart.
    pub(crate) totals: CartTotals,
}
