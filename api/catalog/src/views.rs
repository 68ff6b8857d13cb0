//! What the catalog answers on the wire; what it is given stands in `input`.

use std::borrow::Cow;

use entity::{Lifecycle, RelationKind};
use poem_openapi::Object;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::Serialize;
use serde_json::Value;

use super::categories::{Categories, Category};
use super::new_product::{Attribute, AttributeValue, Outcome};
use super::products::Products;
use super::queries::Detail;
use kernel::problem::FieldError;
use kernel::wire::{QuantityText, Timestamp};

impl Type for AttributeValue {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "attribute_value".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let kind = |name: &'static str| MetaSchemaRef::Inline(Box::new(MetaSchema::new(name)));
        let mut schema = MetaSchema::ANY;
        schema.one_of = vec![kind("string"), kind("number"), kind("boolean")];
        MetaSchemaRef::Inline(Box::new(schema))
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromJSON for AttributeValue {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        serde_json::from_value(value.unwrap_or_default()).map_err(|e| ParseError::custom(e.to_string()))
    }
}

impl ToJSON for AttributeValue {
    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }
}

/// A sales unit.
#[derive(Clone, Debug, Object, Serialize)]
pub struct UnitView {
    /// Code of the unit.
    pub unit: String,
    /// Stock units per 1 of this unit, when that is an exact decimal.
    pub factor: Option<QuantityText>,
    /// Upper part of the exact fraction.
    pub numerator: i64,
    /// Lower part of the exact fraction.
    pub denominator: i64,
    /// GTIN of the package.
    pub gtin: Option<String>,
}

/// In which quantities the product is ordered; all in stock units.
#[derive(Clone, Debug, Object, Serialize)]
pub struct OrderRulesView {
    /// Smallest quantity of a line.
    pub min: Option<QuantityText>,
    /// Largest quantity of a line.
    pub max: Option<QuantityText>,
    /// Every quantity is a multiple of this.
    pub multiple: Option<QuantityText>,
    /// Whether quantities may have decimals.
    pub fractional: bool,
}

/// A property of a product.
#[derive(Clone, Debug, Object, Serialize)]
pub struct AttributeView {
    /// Name.
    pub name: String,
    /// Value: text, a number or a flag.
    pub value: AttributeValue,
    /// Unit of a number.
    pub unit: Option<String>,
}

/// Other numbers of a product.
#[derive(Clone, Debug, Object, Serialize)]
pub struct IdentifiersView {
    /// GTIN.
    pub gtin: Option<String>,
    /// Manufacturer part number.
    pub mpn: Option<String>,
    /// Numbers the product had before.
    pub superseded: Vec<String>,
}

/// A relation to another product.
#[derive(Clone, Debug, Object, Serialize)]
pub struct RelationView {
    /// How it relates.
    pub kind: RelationKind,
    /// SKU of the other product.
    pub sku: String,
    /// How much of the other goes with 1 stock unit of this product.
    pub quantity: QuantityText,
    /// Remark.
    pub note: String,
}

/// A category within a path.
#[derive(Clone, Debug, Object, Serialize)]
pub struct CategoryRef {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A product.
#[derive(Clone, Debug, Object, Serialize)]
pub struct ProductView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Brand.
    pub brand: String,
    /// Code of its category.
    pub category: Option<String>,
    /// The category and what it lies in, outermost first.
    pub category_path: Vec<CategoryRef>,
    /// The unit in which stock is counted.
    pub stock_unit: String,
    /// Further units it is sold in.
    pub units: Vec<UnitView>,
    /// In which quantities it is ordered.
    pub order_rules: OrderRulesView,
    /// Where it stands in its life.
    pub lifecycle: Lifecycle,
    /// Whether more may be ordered than is there.
    pub backorder: bool,
    /// Days until it comes when it is not in stock.
    pub lead_time_days: Option<i32>,
    /// Weight of 1 stock unit.
    pub weight_grams: Option<i64>,
    /// Tax class.
    pub tax_class: String,
    /// Products of one group reach volume prices together.
    pub mix_group: Option<String>,
    /// Other numbers.
    pub identifiers: IdentifiersView,
    /// Properties.
    pub attributes: Vec<AttributeView>,
    /// Words it shall be found by.
    pub keywords: Vec<String>,
    /// What goes with it.
    pub relations: Vec<RelationView>,
    /// Version, as in the `ETag`.
    pub version: i64,
    /// Last change.
    pub updated_at: Timestamp,
}

impl ProductView {
    pub fn new(detail: &Detail, products: &Products, categories: &Categories) -> Self {
        let row = &detail.row;
        let path = row.category_id.map(|id| categories.chain(id)).unwrap_or_default();
        let relations = detail.relations.iter().zip(products.by_ids(detail.relations.iter().map(|r| r.target_id)));
        Self {
            sku: row.sku.clone(),
            title: row.title.clone(),
            description: row.description.clone(),
            brand: row.brand.clone(),
            category: path.first().map(|c| c.code.clone()),
            category_path: path.iter().rev().map(|c| CategoryRef { code: c.code.clone(), name: c.name.clone() }).collect(),
            stock_unit: row.stock_unit.to_string(),
            units: detail.units.iter().map(UnitView::new).collect(),
            order_rules: OrderRulesView {
                min: row.min_quantity.map(Into::into),
                max: row.max_quantity.map(Into::into),
                multiple: row.quantity_multiple.map(Into::into),
                fractional: row.fractional,
            },
            lifecycle: row.lifecycle,
            backorder: row.backorder,
            lead_time_days: row.lead_time_days,
            weight_grams: row.weight_grams,
            tax_class: row.tax_class.clone(),
            mix_group: row.mix_group.clone(),
            identifiers: IdentifiersView {
                gtin: row.gtin.clone(),
                mpn: row.mpn.clone(),
                superseded: detail.superseded().map(str::to_owned).collect(),
            },
            attributes: detail.attributes.iter().cloned().map(AttributeView::from).collect(),
            keywords: detail.keywords.clone(),
            relations: relations
                .map(|(relation, target)| RelationView {
                    kind: relation.kind,
                    sku: target.map(|t| t.sku.to_string()).unwrap_or_default(),
                    quantity: relation.quantity.into(),
                    note: relation.note.clone(),
                })
                .collect(),
            version: row.version,
            updated_at: Timestamp(row.updated_at),
        }
    }
}

impl UnitView {
    fn new(row: &entity::product_units::Model) -> Self {
        let factor = pricing::Factor::new(row.numerator, row.denominator);
        let decimal = factor.ok().and_then(|factor| factor.to_stock(pricing::Quantity::ONE).ok());
        Self {
            unit: row.unit.to_string(),
            factor: decimal.map(QuantityText),
            numerator: row.numerator,
            denominator: row.denominator,
            gtin: row.gtin.clone(),
        }
    }
}

impl From<Attribute> for AttributeView {
    fn from(attribute: Attribute) -> Self {
        Self { name: attribute.name, value: attribute.value, unit: attribute.unit }
    }
}

/// A product of a batch that was stored.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StoredView {
    /// Place in the batch, from 0.
    pub index: usize,
    /// SKU.
    pub sku: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Its version.
    pub version: i64,
}

/// What became of a batch.
#[derive(Debug, Object, Serialize)]
pub(crate) struct BatchView {
    /// Products stored, or already as given.
    pub accepted: Vec<StoredView>,
    /// What is wrong with the others, by pointers into the request.
    pub rejected: Vec<FieldError>,
}

/// A category.
#[derive(Debug, Object, Serialize)]
pub(crate) struct CategoryView {
    /// Its code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the category it lies in.
    pub parent: Option<String>,
    /// What it lies in, outermost first, and itself.
    pub path: Vec<CategoryRef>,
}

impl CategoryView {
    pub(crate) fn new(category: &Category, categories: &Categories) -> Self {
        let chain = categories.chain(category.id);
        Self {
            code: category.code.clone(),
            name: category.name.clone(),
            parent: chain.get(1).map(|c| c.code.clone()),
            path: chain.iter().rev().map(|c| CategoryRef { code: c.code.clone(), name: c.name.clone() }).collect(),
        }
    }
}

/// What an account calls a product.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PartNumbersView {
    /// SKU.
    pub sku: String,
    /// Code of the account.
    pub account: String,
    /// Its numbers for the product.
    pub part_numbers: Vec<String>,
}
