//! Orders of the past. Built per record; lines of one order in several records are brought together
//! by `orders`.

use super::{Checked, ImportRow, Least};
use crate::kind::Kind;
use crate::mapping::Fields;
use crate::rejection::Problem;

/// Lines of one order.
pub const MOST_LINES: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// The number it had where it came from.
    pub external_number: String,
    /// Code of the account.
    pub account: String,
    pub placed_at: i64,
    pub po: Option<String>,
    pub currency: String,
    pub lines: Vec<OrderLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Line of the file.
    pub line: u64,
    pub sku: String,
    /// Millionths of the unit, above zero.
    pub quantity: i64,
    /// The stock unit when absent.
    pub unit: Option<String>,
    /// Millionths of the currency; absent when the file does not know it.
    pub unit_price: Option<i64>,
}

impl ImportRow for OrderRow {
    const KIND: Kind = Kind::Orders;

    fn build(fields: &mut Checked) -> Option<Self> {
        let external_number = fields.required("external_number", |f| f.key("external_number", 64));
        let account = fields.required("account", |f| f.key("account", 64));
        let placed_at = fields.required("placed_at", |f| f.instant("placed_at"));
        let po = fields.line("po", 64);
        let currency = fields.required("currency", |f| f.letters("currency", 3));
        let records = std::mem::take(&mut fields.fields.lines);
        if records.is_empty() {
            fields.required("lines", |_| None::<()>);
        }
        if records.len() > MOST_LINES {
            let detail = format!("must have at most {MOST_LINES} lines");
            fields.problem(Problem::new("too-many", "lines", detail, &records.len().to_string()));
            return None;
        }
        let lines = records.into_iter().filter_map(|record| line(fields, record)).collect();
        Some(Self { external_number: external_number?, account: account?, placed_at: placed_at?, po, currency: currency?, lines })
    }

    /// Seen to where the lines are brought together.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

fn line(order: &mut Checked, record: Fields) -> Option<OrderLine> {
    let number = record.line;
    let mut fields = Checked::new(record, Vec::new());
    let sku = fields.required("sku", |f| f.key("sku", 100));
    let quantity = fields.required("quantity", |f| f.millionths("quantity", Least::AboveZero));
    let unit = fields.unit("unit");
    let unit_price = fields.millionths("unit_price", Least::Zero);
    for problem in fields.problems {
        order.problem(problem);
    }
    for warning in fields.warnings {
        order.refuse(true, warning);
    }
    Some(OrderLine { line: number, sku: sku?, quantity: quantity?, unit, unit_price })
}
