//! Entries of price lists.

use super::{Checked, ImportRow, Least};
use crate::kind::Kind;
use crate::rejection::Problem;

const ONE: i64 = 1_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    pub price_list: String,
    pub sku: String,
    /// The stock unit when absent.
    pub unit: Option<String>,
    pub currency: String,
    /// Millionths of the unit; one when the file does not say.
    pub min_quantity: i64,
    /// Millionths of the currency.
    pub unit_price: i64,
    /// The price is for this many units, in millionths; one when the file does not say.
    pub per: i64,
    pub valid_from: Option<i64>,
    pub valid_until: Option<i64>,
}

impl ImportRow for PriceRow {
    const KIND: Kind = Kind::Prices;

    fn build(fields: &mut Checked) -> Option<Self> {
        let price_list = fields.required("price_list", |f| f.key("price_list", 64));
        let sku = fields.required("sku", |f| f.key("sku", 100));
        let unit = fields.unit("unit");
        let currency = fields.required("currency", |f| f.letters("currency", 3));
        let min_quantity = fields.millionths("min_quantity", Least::AboveZero).unwrap_or(ONE);
        let unit_price = fields.required("unit_price", |f| f.millionths("unit_price", Least::Zero));
        let per = fields.millionths("per", Least::AboveZero).unwrap_or(ONE);
        let valid_from = fields.instant("valid_from");
        let valid_until = fields.instant("valid_until");
        if valid_from.zip(valid_until).is_some_and(|(from, until)| until <= from) {
            fields.problem(Problem::new("out-of-range", "valid_until", "must be after valid_from", ""));
        }
        Some(Self {
            price_list: price_list?,
            sku: sku?,
            unit,
            currency: currency?,
            min_quantity,
            unit_price: unit_price?,
            per,
            valid_from,
            valid_until,
        })
    }

    fn unique_key(&self) -> Option<String> {
        let unit = self.unit.as_deref().unwrap_or_default();
        Some(format!(
            "{}\n{}\n{unit}\n{}\n{}\n{:?}",
            self.price_list, self.sku, self.currency, self.min_quantity, self.valid_from
        ))
    }
}
