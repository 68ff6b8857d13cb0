//! Prices by product, unit and quantity on the wire: as a whole, and as what changed.

use poem_openapi::{Enum, Object};
use pricing::{Causes, Currency, LadderStep, Per, UnitPrice};
use serde::{Deserialize, Serialize};

use super::price_inquiry::UnitText;
use kernel::wire::{AmountText, QuantityText};
use kernel::wire::{SharedText, StaticCode};

/// Which prices of a product an answer contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Quantities {
    /// Every unit with every volume break.
    #[default]
    All,
    /// The smallest quantity in the stock unit.
    Smallest,
}

/// What one product costs from a quantity on. Product, unit and quantity tell prices apart.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PriceRow {
    /// The product.
    pub sku: String,
    /// Unit of quantity and price.
    pub unit: UnitText,
    /// Smallest quantity of one line that gets the price; 0 when any does.
    pub min_quantity: QuantityText,
    /// Currency.
    pub currency: StaticCode,
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
    /// List price of `list_price_per` units, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<AmountText>,
    /// Basis of the list price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price_per: Option<u32>,
    /// `list`, `contract` or `promotion`.
    pub source: StaticCode,
    /// Code of the price list, contract or promotion.
    pub label: SharedText,
}

/// A price that changed, or a tombstone of one that is gone.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PriceChangeRow {
    /// The product.
    pub sku: String,
    /// Unit of quantity and price.
    pub unit: UnitText,
    /// Smallest quantity of one line that gets the price; 0 when any does.
    pub min_quantity: QuantityText,
    /// Currency.
    pub currency: StaticCode,
    /// Whether the price exists no more: another quantity's price, or none, holds.
    pub deleted: bool,
    /// Price of `per` units; none when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<AmountText>,
    /// Price basis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<u32>,
    /// List price of `list_price_per` units, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<AmountText>,
    /// Basis of the list price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price_per: Option<u32>,
    /// `list`, `contract` or `promotion`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<StaticCode>,
    /// Code of the price list, contract or promotion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<SharedText>,
    /// Price before, of `previous_per` units; none for a new price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_unit_price: Option<AmountText>,
    /// Basis of the price before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_per: Option<u32>,
    /// What changed of what the account's price depends on, recorded or begun or ended as scheduled: `list`, `contract`,
    /// `promotion`, `product` (units, category, brand, cost, floor, publication).
    pub causes: Vec<StaticCode>,
}

/// Changes since a cursor.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PriceChangesView {
    /// The changes, by product.
    pub items: Vec<PriceChangeRow>,
    /// Give this as `after` to read on, now or later.
    pub next_cursor: String,
    /// Whether there is more already.
    pub has_more: bool,
}

/// A step of a ladder with the source of its price and its label.
#[derive(Clone, Debug)]
pub(super) struct LabelledStep {
    pub(super) step: LadderStep,
    pub(super) source: &'static str,
    pub(super) label: SharedText,
}

impl PriceRow {
    pub(super) fn new(sku: &str, currency: Currency, labelled: LabelledStep) -> Self {
        let step = labelled.step;
        Self {
            sku: sku.to_owned(),
            unit: UnitText(step.unit),
            min_quantity: QuantityText(step.min_quantity),
            currency: StaticCode(currency.code()),
            unit_price: AmountText(step.price.amount),
            per: step.price.per.get(),
            list_price: step.list_price.map(|list| AmountText(list.amount)),
            list_price_per: step.list_price.map(|list| list.per.get()),
            source: StaticCode(labelled.source),
            label: labelled.label,
        }
    }
}

/// Writes the line of JSON that a [`PriceRow`] is, without making one: there may be a million of them.
pub(super) fn write_line(out: &mut Vec<u8>, sku: &str, currency: Currency, labelled: &LabelledStep) {
    let step = &labelled.step;
    text(out, "{\"sku\":", sku);
    text(out, ",\"unit\":", step.unit.as_str());
    text(out, ",\"min_quantity\":", &step.min_quantity.text());
    text(out, ",\"currency\":", currency.code());
    text(out, ",\"unit_price\":", &step.price.amount.text());
    basis(out, ",\"per\":", step.price.per);
    if let Some(list) = step.list_price {
        text(out, ",\"list_price\":", &list.amount.text());
        basis(out, ",\"list_price_per\":", list.per);
    }
    text(out, ",\"source\":", labelled.source);
    text(out, ",\"label\":", &labelled.label.0);
    out.extend_from_slice(b"}\n");
}

/// A member that is a price basis, which nearly always is 1.
fn basis(out: &mut Vec<u8>, name: &str, per: Per) {
    out.extend_from_slice(name.as_bytes());
    if per == Per::ONE {
        out.push(b'1');
    } else {
        out.extend_from_slice(per.get().to_string().as_bytes());
    }
}

/// A member that is a text.
fn text(out: &mut Vec<u8>, name: &str, text: &str) {
    out.extend_from_slice(name.as_bytes());
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(out, text);
    }
}

impl PriceChangeRow {
    /// A price that is new or other than before.
    pub(super) fn changed(
        sku: &str,
        currency: Currency,
        labelled: LabelledStep,
        previous: Option<UnitPrice>,
        causes: Causes,
    ) -> Self {
        let row = PriceRow::new(sku, currency, labelled);
        Self {
            sku: row.sku,
            unit: row.unit,
            min_quantity: row.min_quantity,
            currency: row.currency,
            deleted: false,
            unit_price: Some(row.unit_price),
            per: Some(row.per),
            list_price: row.list_price,
            list_price_per: row.list_price_per,
            source: Some(row.source),
            label: Some(row.label),
            previous_unit_price: previous.map(|price| AmountText(price.amount)),
            previous_per: previous.map(|price| price.per.get()),
            causes: words(causes).map(StaticCode).collect(),
        }
    }

    /// A price that is gone.
    pub(super) fn gone(sku: &str, currency: Currency, step: &LadderStep, causes: Causes) -> Self {
        Self {
            sku: sku.to_owned(),
            unit: UnitText(step.unit),
            min_quantity: QuantityText(step.min_quantity),
            currency: StaticCode(currency.code()),
            deleted: true,
            unit_price: None,
            per: None,
            list_price: None,
            list_price_per: None,
            source: None,
            label: None,
            previous_unit_price: Some(AmountText(step.price.amount)),
            previous_per: Some(step.price.per.get()),
            causes: words(causes).map(StaticCode).collect(),
        }
    }
}

/// The words for causes.
pub(super) fn words(causes: Causes) -> impl Iterator<Item = &'static str> {
    let all =
        [(causes.list, "list"), (causes.contract, "contract"), (causes.promotion, "promotion"), (causes.product, "product")];
    all.into_iter().filter(|(is, _)| *is).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use pricing::{Amount, ListId, Quantity, Source};

    use super::*;

    #[test]
    fn a_written_line_is_the_row_it_stands_for() {
        let price = |micros, per| UnitPrice { amount: Amount::from_micros(micros), per: Per::new(per).unwrap_or_default() };
        let euro: Currency = "EUR".parse().expect("listed");
        let lists = [None, Some(price(2_000_000, 1)), Some(price(-5, 1_000_000))];
        for (list_price, name) in lists.into_iter().zip(["P-1", "quo\"te \\ \u{1f}", "\u{e9}\u{20ac}"]) {
            let step = LadderStep {
                unit: "E\"A".parse().expect("a unit code"),
                min_quantity: Quantity::from_micros(1_500_000),
                price: price(1_234_500, 100),
                list_price,
                source: Source::List { list: ListId(1), entry: pricing::EntryId(2) },
            };
            let labelled = LabelledStep { step, source: "list", label: SharedText(name.into()) };
            let mut line = Vec::new();
            write_line(&mut line, name, euro, &labelled);
            let row = serde_json::to_string(&PriceRow::new(name, euro, labelled)).expect("JSON");
            assert_eq!(String::from_utf8(line).expect("UTF-8"), row + "\n");
        }
    }
}
