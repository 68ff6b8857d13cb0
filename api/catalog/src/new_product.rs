//! A product as it shall be: what commands, imports and generators fill in. Nothing is checked yet.

use entity::{Lifecycle, RelationKind};
use pricing::Quantity;

use kernel::problem::FieldError;

/// A product as it shall be. Order rules are in stock units. Start from [`NewProduct::named`].
#[derive(Clone, Debug, PartialEq)]
pub struct NewProduct {
    pub sku: String,
    pub title: String,
    pub description: String,
    pub brand: String,
    /// Code of a category.
    pub category: Option<String>,
    pub stock_unit: String,
    /// Sales units besides the stock unit.
    pub units: Vec<NewUnit>,
    pub fractional: bool,
    pub lifecycle: Lifecycle,
    pub backorder: bool,
    pub min: Option<Quantity>,
    pub max: Option<Quantity>,
    pub multiple: Option<Quantity>,
    pub lead_time_days: Option<i32>,
    pub weight_grams: Option<i64>,
    pub tax_class: String,
    pub mix_group: Option<String>,
    pub mpn: Option<String>,
    pub gtin: Option<String>,
    /// Numbers the product had before.
    pub superseded: Vec<String>,
    pub attributes: Vec<Attribute>,
    pub keywords: Vec<String>,
    /// To products that exist or stand in the same batch.
    pub relations: Vec<NewRelation>,
}

impl NewProduct {
    /// An active product with nothing but its SKU, title and stock unit.
    pub fn named(sku: impl Into<String>, title: impl Into<String>, stock_unit: &str) -> Self {
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
pub struct NewUnit {
    pub unit: String,
    pub factor: Option<Quantity>,
    /// Numerator and denominator.
    pub fraction: Option<(i64, i64)>,
    pub gtin: Option<String>,
}

impl NewUnit {
    /// A unit of a whole number of stock units, such as a box of 30.
    #[cfg(test)]
    pub fn of(unit: &str, stock_units: i64) -> Self {
        Self { unit: unit.to_owned(), factor: None, fraction: Some((stock_units, 1)), gtin: None }
    }
}

/// A named property.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attribute {
    pub name: String,
    pub value: AttributeValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
}

/// How the product relates to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRelation {
    pub kind: RelationKind,
    /// SKU of the other product.
    pub sku: String,
    /// How much of the other goes with 1 stock unit of this one.
    pub quantity: Quantity,
    pub note: String,
}

/// Why a product was not stored; pointers start at the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductProblem {
    pub errors: Vec<FieldError>,
}

/// What became of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poem_openapi::Enum, serde::Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Created,
    /// It is now as given.
    Changed,
    /// It was as given already.
    Unchanged,
}
