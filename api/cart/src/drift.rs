//! Price drift: how a cart's prices changed since the account's users saw them.

use entity::{PriceSource, carts};
use poem_openapi::Object;
use pricing::Amount;
use serde::Serialize;
use store::Db;

use super::error::CartError;
use super::lines::CartLine;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Money, QuantityText, Timestamp};
use prices::{DriftReport, Drifted, PriceLine, PriceRequest, PricedLine, Prices};

/// Price changes of a cart.
#[derive(Debug, Object, Serialize)]
pub struct CartDriftView {
    /// Id of the cart.
    pub cart: String,
    /// Version of the cart.
    pub version: i64,
    /// Price version of the new prices.
    pub price_version: i64,
    /// The lines whose price changed.
    pub lines: Vec<CartLineDrift>,
    /// Previous total of these lines.
    pub previous_total: Money,
    /// Current total of these lines.
    pub current_total: Money,
    /// Current total less previous total.
    pub difference: Money,
}

/// A line whose price changed.
#[derive(Debug, Object, Serialize)]
pub struct CartLineDrift {
    /// Number of the line in the cart.
    pub line: i32,
    /// SKU.
    pub sku: String,
    /// Quantity.
    pub quantity: QuantityText,
    /// Unit.
    pub unit: String,
    /// Time its price was last seen.
    pub seen_at: Timestamp,
    /// Price of the line in this basket at that time; absent when it had no price.
    pub previous: Option<DriftPrice>,
    /// Price now; absent when it has no price.
    pub current: Option<DriftPrice>,
    /// Changed inputs of the price: `list`, `contract`, `promotion`, `product` (units, category, brand, groups,
    /// cost, floor).
    pub causes: Vec<String>,
    /// Explanation.
    pub detail: String,
}

/// A price with its source.
#[derive(Debug, Object, Serialize)]
pub struct DriftPrice {
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
    /// Unit price × quantity ÷ per, rounded.
    pub line_amount: AmountText,
    /// Source of the price.
    pub source: PriceSource,
    /// Code of the price list, contract or promotion.
    pub label: String,
}

impl From<&PricedLine> for DriftPrice {
    fn from(line: &PricedLine) -> Self {
        Self {
            unit_price: AmountText(line.unit_price),
            per: line.per.get(),
            line_amount: AmountText(line.line_amount),
            source: line.source,
            label: line.label.to_string(),
        }
    }
}

/// Compares a cart's prices with those that were last seen.
pub async fn report(
    db: &impl Db,
    prices: &Prices,
    cart: &carts::Model,
    lines: &[CartLine],
    coupons: &[String],
) -> Result<DriftReport, CartError> {
    let price_lines: Vec<PriceLine> = lines.iter().map(CartLine::price_line).collect();
    let seen: Vec<_> = lines.iter().map(|line| line.seen).collect();
    let request = PriceRequest {
        account: Some(cart.account_id),
        currency: cart.currency.0,
        at: None,
        as_of: None,
        coupons,
        lines: &price_lines,
    };
    Ok(prices.drift(db, &request, &seen).await?)
}

/// The view of a drift report.
pub(super) fn view(
    products: &Products,
    cart: &carts::Model,
    lines: &[CartLine],
    report: &DriftReport,
) -> Result<CartDriftView, CartError> {
    let (mut views, mut previous_total, mut current_total) = (Vec::new(), 0_i128, 0_i128);
    for drifted in &report.drifted {
        let (Some(line), Some(current)) = (lines.get(drifted.place), report.basket.lines.get(drifted.place)) else { continue };
        let Some(seen) = line.seen else { continue };
        let (previous, current) = (drifted.previous.as_ref().ok(), current.as_ref().ok());
        previous_total += previous.map_or(0, |line| i128::from(line.line_amount.micros()));
        current_total += current.map_or(0, |line| i128::from(line.line_amount.micros()));
        views.push(CartLineDrift {
            line: line.line,
            sku: products.by_id(line.product).map(|product| product.sku.to_string()).unwrap_or_default(),
            quantity: line.quantity.into(),
            unit: line.unit.to_string(),
            seen_at: Timestamp(seen.valid_at),
            previous: previous.map(Into::into),
            current: current.map(Into::into),
            causes: drifted.causes.iter().map(|cause| (*cause).to_owned()).collect(),
            detail: detail(drifted, current),
        });
    }
    let money = |total: i128| {
        let amount = i64::try_from(total).map(Amount::from_micros);
        amount.map(|amount| Money::new(amount, cart.currency.code())).map_err(|_| too_large())
    };
    Ok(CartDriftView {
        cart: cart.id.to_string(),
        version: cart.version,
        price_version: report.basket.version,
        lines: views,
        previous_total: money(previous_total)?,
        current_total: money(current_total)?,
        difference: money(current_total - previous_total)?,
    })
}

fn too_large() -> CommonError {
    CommonError::invalid("/lines", FieldCode::OutOfRange, "the total is out of range; order less at once")
}

/// The explanation of a price change.
fn detail(drifted: &Drifted, current: Option<&PricedLine>) -> String {
    let shown = |line: &PricedLine| match line.per.get() {
        1 => format!("{}", line.unit_price),
        per => format!("{} per {per}", line.unit_price),
    };
    let named = |line: &PricedLine| format!("{} {}", line.source.word(), line.label);
    match (drifted.previous.as_ref().ok(), current) {
        (Some(old), Some(new)) if named(old) == named(new) => {
            format!("{}: {} became {}", named(new), shown(old), shown(new))
        }
        (Some(old), Some(new)) => format!("{} at {} instead of {} at {}", named(new), shown(new), named(old), shown(old)),
        (Some(old), None) => format!("{} at {} is gone, and no other price is left", named(old), shown(old)),
        (None, Some(new)) => format!("{} at {} is new", named(new), shown(new)),
        (None, None) => "there is no price for another reason".to_owned(),
    }
}
