//! Price audit: an order is priced again with its original inputs and compared.
//!
//! Promises: nothing differs, whatever changed since; prices, contracts, promotions, cost, floor, units, categories, groups and
//! companies are those known at pricing time, and so are the quantities ordered before. If something differs, the
//! audit says what and why. Lines ordered from a quote are compared with the offer. Not here: today's price.

use entity::{PriceSource, order_lines, orders};
use poem_openapi::{Enum, Object};
use pricing::Viewer;
use serde::{Deserialize, Serialize};
use store::Db;

use super::error::CheckoutError;
use super::quote_prices::apply_quote_prices;
use ::orders::OrderError;
use ::orders::amounts;
use ::orders::lines_of;
use ::orders::pricing_snapshot;
use ::orders::pricing_snapshot::PricingSnapshot;
use kernel::wire::{AmountText, Money, QuantityText, Timestamp};
use prices::PriceLine;
use prices::PriceRequest;
use prices::PriceStepView;
use prices::PricedLine;
use prices::Prices;
use prices::ReplayedLine;

/// Result of a price audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuditResult {
    /// The recomputed price is exactly the same.
    Same,
    /// The recomputed price differs.
    Differs,
    /// The order was not priced here; it came with its prices.
    NotPricedHere,
}

/// A price audit of an order.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PriceAuditView {
    /// Number of the order.
    pub order: String,
    /// Result of a price audit.
    pub result: AuditResult,
    /// Currency of all amounts.
    pub currency: String,
    /// Price version the order was priced from.
    pub price_version: i64,
    /// Pricing time.
    pub at: Timestamp,
    /// Instant up to which price rows were considered.
    pub as_of: Option<Timestamp>,
    /// Number of the quote that the order was made from, which is the source of its prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_number: Option<String>,
    /// Coupons given.
    pub coupons: Vec<String>,
    /// Amount of the order as placed.
    pub agreed: Money,
    /// Recomputed amount; absent when a line has no price.
    pub replayed: Option<Money>,
    /// Recomputed amount less the amount as placed.
    pub difference: Option<Money>,
    /// One per line of the order as placed; cancelled quantities are included.
    pub lines: Vec<PriceAuditLine>,
}

/// The price audit of a line.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PriceAuditLine {
    /// Number of the line.
    pub line: i32,
    /// SKU.
    pub sku: String,
    /// Quantity ordered.
    pub quantity: QuantityText,
    /// Unit.
    pub unit: String,
    /// Result of a price audit.
    pub result: AuditResult,
    /// Price in the order.
    pub agreed: AuditedPrice,
    /// Recomputed price; absent when there is no price.
    pub replayed: Option<AuditedPrice>,
    /// Fields that differ.
    pub differences: Vec<PriceDifference>,
    /// Reason: `row_changed` (the same row has another price), `other_row` (another row determines the price), `other_amount`
    /// (the same unit price results in another amount), or why there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Steps of the price calculation.
    pub waterfall: Vec<PriceStepView>,
}

/// A price and the row it comes from.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AuditedPrice {
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: QuantityText,
    /// Unit price × quantity ÷ per, rounded.
    pub line_amount: AmountText,
    /// List price of `per` units; absent when it has another basis.
    pub list_price: Option<AmountText>,
    /// Source of the price.
    pub source: PriceSource,
    /// Code of the price list, contract or promotion, or number of the quote.
    pub label: Option<String>,
    /// Id of the entry or contract line, position of the promotion's line, or number of the quote's line.
    pub row: Option<String>,
}

/// A field that differs.
#[derive(Debug, PartialEq, Eq, Object, Serialize)]
pub(crate) struct PriceDifference {
    /// Field.
    pub field: String,
    /// Value in the order.
    pub agreed: Option<String>,
    /// Recomputed value.
    pub replayed: Option<String>,
}

/// The stored detail of a line's price.
#[derive(Debug, Default, Deserialize)]
struct Detail {
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    row: Option<i64>,
}

/// Prices an order again and compares the prices.
pub(super) async fn audit(
    db: &impl Db,
    prices: &Prices,
    order: &orders::Model,
    viewer: Viewer,
) -> Result<PriceAuditView, CheckoutError> {
    let lines = lines_of(db, order.id).await?;
    let detail = lines.first().map_or("", |line| &line.price_detail);
    let snapshot = pricing_snapshot::find(db, order, detail).await?;
    let as_of = snapshot.as_ref().map(|snapshot| snapshot.as_of);
    let replayed = match snapshot {
        None => Vec::new(),
        Some(snapshot) => {
            apply_quote_prices(db, order, &lines, replay(db, prices, order, &lines, snapshot, viewer).await?).await?
        }
    };
    let mut again = replayed.into_iter();
    let lines = lines.iter().map(|line| compared(line, again.next())).collect::<Result<Vec<_>, _>>()?;
    let result = lines.iter().map(|line| line.result).find(|result| *result != AuditResult::Same).unwrap_or(AuditResult::Same);
    let totals = lines.iter().map(|line| line.replayed.as_ref().map(|price| price.line_amount.0.into()));
    let total = totals.collect::<Option<Vec<entity::Amount>>>().map(amounts::sum).transpose()?;
    let difference = total.map(|total| entity::Amount(total.0.saturating_sub(order.total.0)));
    let money = |amount: entity::Amount| Money::new(amount, order.currency.code());
    Ok(PriceAuditView {
        order: order.number.clone(),
        result,
        currency: order.currency.to_string(),
        price_version: order.price_version,
        at: Timestamp(order.priced_at),
        as_of: as_of.map(Timestamp),
        quote_number: order.quote_number.clone(),
        coupons: order.coupons.split_whitespace().map(str::to_owned).collect(),
        agreed: money(order.total),
        replayed: total.map(money),
        difference: difference.map(money),
        lines,
    })
}

async fn replay(
    db: &impl Db,
    prices: &Prices,
    order: &orders::Model,
    lines: &[order_lines::Model],
    snapshot: PricingSnapshot,
    viewer: Viewer,
) -> Result<Vec<ReplayedLine>, CheckoutError> {
    let currency = order.currency.0;
    let request =
        |line: &order_lines::Model| PriceLine { product: line.product_id, unit: line.unit.0, quantity: line.quantity.into() };
    let price_lines: Vec<PriceLine> = lines.iter().map(request).collect();
    let coupons: Vec<String> = order.coupons.split_whitespace().map(str::to_owned).collect();
    let (at, as_of) = (Some(order.priced_at), Some(snapshot.as_of));
    let request = PriceRequest { account: Some(order.account_id), currency, at, as_of, coupons: &coupons, lines: &price_lines };
    Ok(prices.replay(db, order.price_version, &request, snapshot.ordered_before, viewer).await?)
}

/// Compares a line of the order with the recomputed line.
fn compared(line: &order_lines::Model, again: Option<ReplayedLine>) -> Result<PriceAuditLine, CheckoutError> {
    let detail: Detail = serde_json::from_str(&line.price_detail).unwrap_or_default();
    let agreed = AuditedPrice {
        unit_price: line.unit_price.into(),
        per: line.per.into(),
        line_amount: line.line_amount.into(),
        list_price: line.list_price.map(Into::into),
        source: line.price_source,
        label: detail.label,
        row: detail.row.map(|row| row.to_string()),
    };
    let (price, waterfall) = match again {
        None => (None, Vec::new()),
        Some(again) => (Some(again.price), again.waterfall),
    };
    let mut view = PriceAuditLine {
        line: line.line_no,
        sku: line.sku.clone(),
        quantity: line.quantity.into(),
        unit: line.unit.to_string(),
        result: AuditResult::NotPricedHere,
        agreed,
        replayed: None,
        differences: Vec::new(),
        why: None,
        waterfall,
    };
    match price {
        None => return Ok(view),
        Some(Err(refusal)) => view.why = Some(refusal.code().word().to_owned()),
        Some(Ok(price)) => {
            let replayed = audited(&price)?;
            view.differences = differences(&view.agreed, &replayed);
            view.why = why(&view.differences).map(str::to_owned);
            view.replayed = Some(replayed);
        }
    }
    view.result = if view.why.is_some() { AuditResult::Differs } else { AuditResult::Same };
    Ok(view)
}

fn audited(price: &PricedLine) -> Result<AuditedPrice, CheckoutError> {
    let per = pricing::Quantity::from_whole(i64::from(price.per.get())).map_err(|_| OrderError::OutOfRange)?;
    Ok(AuditedPrice {
        unit_price: AmountText(price.unit_price),
        per: QuantityText(per),
        line_amount: AmountText(price.line_amount),
        list_price: price.list_price.filter(|list| list.per == price.per).map(|list| AmountText(list.amount)),
        source: price.source,
        label: Some(price.label.to_string()),
        row: Some(price.row.to_string()),
    })
}

fn differences(agreed: &AuditedPrice, replayed: &AuditedPrice) -> Vec<PriceDifference> {
    let shown = |price: &AuditedPrice| {
        [
            ("unit_price", Some(price.unit_price.0.to_string())),
            ("per", Some(price.per.0.to_string())),
            ("line_amount", Some(price.line_amount.0.to_string())),
            ("list_price", price.list_price.map(|list| list.0.to_string())),
            ("source", Some(price.source.word().to_owned())),
            ("label", price.label.clone()),
            ("row", price.row.clone()),
        ]
    };
    let pairs = shown(agreed).into_iter().zip(shown(replayed));
    let differ = pairs.filter(|((_, agreed), (_, replayed))| agreed != replayed);
    differ.map(|((field, agreed), (_, replayed))| PriceDifference { field: field.to_owned(), agreed, replayed }).collect()
}

/// The reason of differences. A changed code of a list, contract or promotion alone is not a reason, because the row is the same.
fn why(differences: &[PriceDifference]) -> Option<&'static str> {
    let has = |fields: &[&str]| differences.iter().any(|difference| fields.contains(&difference.field.as_str()));
    if has(&["source", "row"]) {
        Some("other_row")
    } else if has(&["unit_price", "per", "list_price"]) {
        Some("row_changed")
    } else if has(&["line_amount"]) {
        Some("other_amount")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(unit_price: &str, row: i64) -> AuditedPrice {
        let amount = |text: &str| AmountText(text.parse().unwrap_or_default());
        AuditedPrice {
            unit_price: amount(unit_price),
            per: QuantityText(pricing::Quantity::ONE),
            line_amount: amount(unit_price),
            list_price: None,
            source: PriceSource::List,
            label: Some("STANDARD".to_owned()),
            row: Some(row.to_string()),
        }
    }

    #[test]
    fn differences_are_named_with_their_reason() {
        assert_eq!(differences(&price("1", 7), &price("1", 7)), []);
        let changed = differences(&price("1", 7), &price("1.01", 7));
        assert_eq!(changed.iter().map(|d| d.field.as_str()).collect::<Vec<_>>(), ["unit_price", "line_amount"]);
        assert_eq!((changed[0].agreed.as_deref(), changed[0].replayed.as_deref()), (Some("1"), Some("1.01")));
        assert_eq!(why(&changed), Some("row_changed"));
        assert_eq!(why(&differences(&price("1", 7), &price("1", 8))), Some("other_row"));
        let renamed = AuditedPrice { label: Some("NEW".to_owned()), ..price("1", 7) };
        assert_eq!(why(&differences(&price("1", 7), &renamed)), None);
    }
}
