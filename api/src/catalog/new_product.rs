//! A product as it shall be: what commands, imports and generators fill in. Nothing is checked yet.

use entity::{Lifecycle, RelationKind};
use pricing::Quantity;

use crate::kernel::problem::FieldProblem;

/// A product as it shall be. Order rules are in stock units. Start from [`NewProduct::named`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewProduct {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) brand: String,
    /// Code of a category.
    pub(crate) category: Option<String>,
    pub(crate) stock_unit: String,
    /// Sales units besides the stock unit.
    pub(crate) units: Vec<NewUnit>,
    pub(crate) fractional: bool,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) backorder: bool,
    pub(crate) min: Option<Quantity>,
    pub(crate) max: Option<Quantity>,
    pub(crate) multiple: Option<Quantity>,
    pub(crate) lead_time_days: Option<i32>,
    pub(crate) weight_grams: Option<i64>,
    pub(crate) tax_class: String,
    pub(crate) mix_group: Option<String>,
    pub(crate) mpn: Option<String>,
    pub(crate) gtin: Option<String>,
    /// Numbers the product had before.
    pub(crate) superseded: Vec<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) keywords: Vec<String>,
    /// To products that exist or stand in the same batch.
    pub(crate) relations: Vec<NewRelation>,
}

impl NewProduct {
    /// An active product with nothing but its SKU, title and stock unit.
    pub(crate) fn named(sku: impl Into<String>, title: impl Into<String>, stock_unit: &str) -> Self {
        Self {
            sku: sku.into(),
            title: title.into(),
            description: String::new(),
            brand: String::new(),
            category: None,
            stock_unit: stock_unit.to_owned(),
            units: Vec::new(),
            fractional: false,
            lifecycle: Lifecycle::Active,
            backorder: false,
            min: None,
            max: None,
            multiple: None,
            lead_time_days: None,
            weight_grams: None,
            tax_class: "standard".to_owned(),
            mix_group: None,
            mpn: None,
            gtin: None,
            superseded: Vec::new(),
            attributes: Vec::new(),
            keywords: Vec::new(),
            relations: Vec::new(),
        }
    }
}

/// A sales unit: how many stock units 1 of it is, as a decimal or as a fraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewUnit {
    pub(crate) unit: String,
    pub(crate) factor: Option<Quantity>,
    /// Numerator and denominator.
    pub(crate) fraction: Option<(i64, i64)>,
    pub(crate) gtin: Option<String>,
}

impl NewUnit {
    /// A unit of a whole number of stock units, such as a box of 30.
    #[cfg(test)]
    pub(crate) fn of(unit: &str, stock_units: i64) -> Self {
        Self { unit: unit.to_owned(), factor: None, fraction: Some((stock_units, 1)), gtin: None }
    }
}

/// A named property.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: AttributeValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum AttributeValue {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
}

/// How the product relates to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewRelation {
    pub(crate) kind: RelationKind,
    /// SKU of the other product.
    pub(crate) sku: String,
    /// How much of the other goes with 1 stock unit of this one.
    pub(crate) quantity: Quantity,
    pub(crate) note: String,
}

/// Why a product was not stored; pointers start at the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductProblem {
    pub(crate) errors: Vec<FieldProblem>,
}

/// What became of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poem_openapi::Enum, serde::Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is new.
    Created,
    /// It is now as given.
    Changed,
    /// It was as given already.
    Unchanged,
}
