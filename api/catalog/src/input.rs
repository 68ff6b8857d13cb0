//! What the catalog is given on the wire.

use entity::{Lifecycle, RelationKind};
use poem_openapi::Object;
use serde::Deserialize;

use super::new_product::{Attribute, AttributeValue, NewProduct, NewRelation, NewUnit};
use kernel::wire::{BulkItem, Code, QuantityText, Text};

fn one() -> QuantityText {
    QuantityText(pricing::Quantity::ONE)
}

/// A sales unit. How many stock units 1 of it is: `factor`, or `numerator` and `denominator` where no decimal is exact.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitInput {
    /// Code of the unit, such as `BX`.
    pub unit: Text<8>,
    /// Stock units per 1 of this unit.
    #[serde(default)]
    pub factor: Option<QuantityText>,
    /// Upper part of the fraction.
    #[serde(default)]
    pub numerator: Option<i64>,
    /// Lower part of the fraction; 1 when left out.
    #[serde(default)]
    pub denominator: Option<i64>,
    /// GTIN of the package.
    #[serde(default)]
    pub gtin: Option<Text<14>>,
}

/// In which quantities the product is ordered; all in stock units.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderRulesInput {
    /// Smallest quantity of a line.
    #[serde(default)]
    pub min: Option<QuantityText>,
    /// Largest quantity of a line.
    #[serde(default)]
    pub max: Option<QuantityText>,
    /// Every quantity is a multiple of this.
    #[serde(default)]
    pub multiple: Option<QuantityText>,
    /// Whether quantities may have decimals.
    #[serde(default)]
    pub fractional: bool,
}

/// A property of a product.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeInput {
    /// Name, such as `voltage`.
    pub name: Text<100>,
    /// Value: text, a number or a flag.
    pub value: AttributeValue,
    /// Unit of a number, such as `V`.
    #[serde(default)]
    pub unit: Option<Text<40>>,
}

/// Other numbers of a product. Accounts' own part numbers are put one account at a time.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentifiersInput {
    /// GTIN of 8, 12, 13 or 14 digits.
    #[serde(default)]
    pub gtin: Option<Text<14>>,
    /// Manufacturer part number.
    #[serde(default)]
    pub mpn: Option<Text<100>>,
    /// Numbers the product had before.
    #[serde(default)]
    #[oai(validator(max_items = 50))]
    pub superseded: Vec<Text<100>>,
}

/// A relation to another product.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationInput {
    /// How it relates.
    pub kind: RelationKind,
    /// SKU of the other product; it exists or stands in the same batch.
    pub sku: Code,
    /// How much of the other goes with 1 stock unit of this product. Default 1.
    #[serde(default = "one")]
    pub quantity: QuantityText,
    /// Remark shown with the suggestion.
    #[serde(default)]
    pub note: Text<500>,
}

/// A product to create or replace.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductInput {
    /// SKU. Needed in a batch; when put at an address it may be left out.
    #[serde(default)]
    pub sku: Option<Code>,
    /// Title.
    pub title: Text<300>,
    /// Description.
    #[serde(default)]
    pub description: Text<20000>,
    /// Brand.
    #[serde(default)]
    pub brand: Text<100>,
    /// Code of its category.
    #[serde(default)]
    pub category: Option<Code>,
    /// The unit in which stock is counted, such as `EA` or `MTR`.
    pub stock_unit: Text<8>,
    /// Further units it is sold in.
    #[serde(default)]
    #[oai(validator(max_items = 50))]
    pub units: Vec<UnitInput>,
    /// In which quantities it is ordered.
    #[serde(default)]
    pub order_rules: OrderRulesInput,
    /// Where it stands in its life. Default `active`.
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// Whether more may be ordered than is there. Default false.
    #[serde(default)]
    pub backorder: bool,
    /// Days until it comes when it is not in stock.
    #[serde(default)]
    pub lead_time_days: Option<i32>,
    /// Weight of 1 stock unit.
    #[serde(default)]
    pub weight_grams: Option<i64>,
    /// Tax class. Default `standard`.
    #[serde(default)]
    pub tax_class: Option<Code>,
    /// Products of one group reach volume prices together.
    #[serde(default)]
    pub mix_group: Option<Code>,
    /// Other numbers.
    #[serde(default)]
    pub identifiers: IdentifiersInput,
    /// Properties.
    #[serde(default)]
    #[oai(validator(max_items = 300))]
    pub attributes: Vec<AttributeInput>,
    /// Words it shall be found by besides those above.
    #[serde(default)]
    #[oai(validator(max_items = 100))]
    pub keywords: Vec<Text<100>>,
    /// What goes with it.
    #[serde(default)]
    #[oai(validator(max_items = 500))]
    pub relations: Vec<RelationInput>,
}

impl From<UnitInput> for NewUnit {
    fn from(input: UnitInput) -> Self {
        let fraction = match (input.numerator, input.denominator) {
            (None, None) => None,
            (numerator, denominator) => Some((numerator.unwrap_or(0), denominator.unwrap_or(1))),
        };
        Self {
            unit: input.unit.into_inner(),
            factor: input.factor.map(|f| f.0),
            fraction,
            gtin: input.gtin.map(Text::into_inner),
        }
    }
}

impl From<RelationInput> for NewRelation {
    fn from(input: RelationInput) -> Self {
        Self { kind: input.kind, sku: input.sku.into_inner(), quantity: input.quantity.0, note: input.note.into_inner() }
    }
}

impl From<AttributeInput> for Attribute {
    fn from(input: AttributeInput) -> Self {
        Self { name: input.name.into_inner(), value: input.value, unit: input.unit.map(Text::into_inner) }
    }
}

impl ProductInput {
    /// The product of `sku` as the input says.
    pub(crate) fn into_new(self, sku: String) -> NewProduct {
        let rules = self.order_rules;
        let quantity = |quantity: Option<QuantityText>| quantity.map(|q| q.0);
        NewProduct {
            sku,
            title: self.title.into_inner(),
            description: self.description.into_inner(),
            brand: self.brand.into_inner(),
            category: self.category.map(Code::into_inner),
            stock_unit: self.stock_unit.into_inner(),
            units: self.units.into_iter().map(Into::into).collect(),
            fractional: rules.fractional,
            lifecycle: self.lifecycle.unwrap_or(Lifecycle::Active),
            backorder: self.backorder,
            min: quantity(rules.min),
            max: quantity(rules.max),
            multiple: quantity(rules.multiple),
            lead_time_days: self.lead_time_days,
            weight_grams: self.weight_grams,
            tax_class: self.tax_class.map_or_else(|| "standard".to_owned(), Code::into_inner),
            mix_group: self.mix_group.map(Code::into_inner),
            mpn: self.identifiers.mpn.map(Text::into_inner),
            gtin: self.identifiers.gtin.map(Text::into_inner),
            superseded: self.identifiers.superseded.into_iter().map(Text::into_inner).collect(),
            attributes: self.attributes.into_iter().map(Into::into).collect(),
            keywords: self.keywords.into_iter().map(Text::into_inner).collect(),
            relations: self.relations.into_iter().map(Into::into).collect(),
        }
    }
}

/// Products to create or replace.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchInput {
    /// 1 to 1,000 products.
    #[oai(validator(min_items = 1, max_items = 1000))]
    pub products: Vec<BulkItem<ProductInput>>,
}

/// A category to create or change.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryInput {
    /// Name.
    pub name: Text<200>,
    /// Code of the category it lies in.
    #[serde(default)]
    pub parent: Option<Code>,
}

/// What an account calls a product.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartNumbersInput {
    /// Code of the account; an account's own people leave it out.
    #[serde(default)]
    pub account: Option<Code>,
    /// All its numbers for the product, instead of those so far; none to forget them.
    #[oai(validator(max_items = 50))]
    pub part_numbers: Vec<Text<100>>,
}
