//! What can be imported, and the names of our fields for each.
//!
//! Promise: these names are the ones a mapping file and a file in our own form may use; nothing
//! else is accepted.
//! Not here: what a field must look like (`rows`).

use serde::Deserialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Products,
    Prices,
    Stock,
    Accounts,
    Orders,
}

/// One of our fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName {
    pub name: &'static str,
    /// How a text cell of our own form is cut into a list.
    pub split: Option<&'static str>,
}

const fn one(name: &'static str) -> FieldName {
    FieldName { name, split: None }
}

const fn list(name: &'static str, separator: &'static str) -> FieldName {
    FieldName { name, split: Some(separator) }
}

const PRODUCT: &[FieldName] = &[
    one("sku"),
    one("title"),
    one("description"),
    one("brand"),
    list("category", ">"),
    one("stock_unit"),
    list("units", ";"),
    one("mpn"),
    list("gtins", ";"),
    list("identifiers", ";"),
    one("minimum_quantity"),
    one("maximum_quantity"),
    one("order_multiple"),
    one("lifecycle"),
    one("lead_time_days"),
    one("price"),
    one("cost"),
    one("minimum_price"),
    one("currency"),
];

const PRICE: &[FieldName] = &[
    one("price_list"),
    one("sku"),
    one("unit"),
    one("currency"),
    one("min_quantity"),
    one("unit_price"),
    one("per"),
    one("valid_from"),
    one("valid_until"),
];

const STOCK: &[FieldName] = &[one("sku"), one("warehouse"), one("quantity")];

const ACCOUNT: &[FieldName] = &[
    one("code"),
    one("name"),
    one("parent"),
    one("group"),
    one("currency"),
    one("credit_limit"),
    one("terms"),
    one("country"),
    one("street"),
    one("postal_code"),
    one("city"),
    one("tax_number"),
];

const ORDER: &[FieldName] = &[one("external_number"), one("account"), one("placed_at"), one("po"), one("currency")];

const ORDER_LINE: &[FieldName] = &[one("sku"), one("quantity"), one("unit"), one("unit_price")];

impl Kind {
    pub const fn fields(self) -> &'static [FieldName] {
        match self {
            Self::Products => PRODUCT,
            Self::Prices => PRICE,
            Self::Stock => STOCK,
            Self::Accounts => ACCOUNT,
            Self::Orders => ORDER,
        }
    }

    /// Fields of one line of an order; empty for everything else.
    pub const fn line_fields(self) -> &'static [FieldName] {
        match self {
            Self::Orders => ORDER_LINE,
            _ => &[],
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Prices => "prices",
            Self::Stock => "stock",
            Self::Accounts => "accounts",
            Self::Orders => "orders",
        }
    }
}
