//! What lies in a warehouse.

use super::{Checked, ImportRow, Least};
use crate::kind::Kind;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRow {
    pub sku: String,
    pub warehouse: String,
    /// On hand, in the stock unit, in millionths; not negative.
    pub quantity: i64,
}

impl ImportRow for StockRow {
    const KIND: Kind = Kind::Stock;

    fn build(fields: &mut Checked) -> Option<Self> {
        let sku = fields.required("sku", |f| f.key("sku", 100));
        let warehouse = fields.required("warehouse", |f| f.key("warehouse", 64));
        let quantity = fields.required("quantity", |f| f.millionths("quantity", Least::Zero));
        Some(Self { sku: sku?, warehouse: warehouse?, quantity: quantity? })
    }

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}\n{}", self.sku, self.warehouse))
    }
}
