//! A rule that relates products by their attributes: "a nut fits a screw of equal thread". Stored as staff wrote it, and
//! compiled against the current catalog.

use ahash::AHashSet;
use entity::{CategoryId, ProductId, RelationKind, relation_rules};
use poem_openapi::Object;
use pricing::Quantity;
use serde::{Deserialize, Serialize};

use super::comparable_value::{ComparableValue, Compare, name_of};
use super::product_attributes::{ProductAttributes, pattern_of};
use catalog::{AttributeValue, Categories, Product, Products};
use kernel::problem::CommonError;
use kernel::wire::{Code, Text};

/// An attribute that a product must have, with one of some values.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeCondition {
    /// Name of the attribute.
    pub name: Text<100>,
    /// Any of these values; any value at all when left out.
    #[serde(default)]
    #[oai(validator(max_items = 200))]
    pub values: Vec<AttributeValue>,
}

/// Selects products that match every given field, each by any of its values.
#[derive(Clone, Debug, Default, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductSelector {
    /// SKUs.
    #[serde(default)]
    #[oai(validator(max_items = 200))]
    pub skus: Vec<Code>,
    /// Codes of categories, including those below them.
    #[serde(default)]
    #[oai(validator(max_items = 200))]
    pub categories: Vec<Code>,
    /// Brands, whatever their case.
    #[serde(default)]
    #[oai(validator(max_items = 200))]
    pub brands: Vec<Text<100>>,
    /// Attributes; a product must match all of them.
    #[serde(default)]
    #[oai(validator(max_items = 200))]
    pub attributes: Vec<AttributeCondition>,
}

/// Two attributes that must agree.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeMatch {
    /// Name of the attribute of the product at the `from` end.
    pub attribute: Text<100>,
    /// Name of the attribute of the product at the `to` end; the same name when left out.
    #[serde(default)]
    pub of_other: Option<Text<100>>,
    /// How they must agree.
    #[serde(default)]
    pub compare: Compare,
}

/// The content of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) from: ProductSelector,
    pub(super) to: ProductSelector,
    pub(super) matches: Vec<AttributeMatch>,
    /// Millionths of the stock unit at the `to` end for 1 stock unit at the `from` end.
    pub(super) quantity: i64,
}

impl Definition {
    /// The definition that is stored in a row.
    pub(super) fn read(row: &relation_rules::Model) -> Result<Self, CommonError> {
        let unreadable =
            |error| CommonError::Internal(format!("the stored relation rule \"{}\" cannot be read: {error}", row.code));
        serde_json::from_str(&row.definition).map_err(unreadable)
    }
}

/// A compiled rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: RelationKind,
    pub(super) quantity: Quantity,
    from: Selector,
    to: Selector,
    pub(super) matches: Vec<Match>,
}

/// Two attributes that must agree. The names are results of [`name_of`].
#[derive(Clone, Debug)]
pub(super) struct Match {
    from: String,
    to: String,
    pub(super) compare: Compare,
}

/// An end of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum End {
    From,
    To,
}

impl End {
    pub(super) fn other(self) -> Self {
        match self {
            Self::From => Self::To,
            Self::To => Self::From,
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Selector {
    skus: Option<AHashSet<ProductId>>,
    categories: Option<AHashSet<CategoryId>>,
    brands: Vec<String>,
    attributes: Vec<(String, Vec<ComparableValue>)>,
}

impl Match {
    /// The name of the attribute at an end.
    pub(super) fn at(&self, end: End) -> &str {
        match end {
            End::From => &self.from,
            End::To => &self.to,
        }
    }
}

impl Rule {
    /// Compiles a stored rule against the catalog. Fails when its definition cannot be read.
    pub(super) fn compile(
        row: &relation_rules::Model,
        products: &Products,
        categories: &Categories,
    ) -> Result<Self, CommonError> {
        let definition = Definition::read(row)?;
        let matches = definition.matches.iter().map(|m| Match {
            from: name_of(&m.attribute),
            to: name_of(m.of_other.as_deref().unwrap_or(&m.attribute)),
            compare: m.compare,
        });
        Ok(Self {
            code: row.code.clone(),
            name: definition.name.clone(),
            kind: row.kind,
            quantity: Quantity::from_micros(definition.quantity),
            from: Selector::compile(&definition.from, products, categories),
            to: Selector::compile(&definition.to, products, categories),
            matches: matches.collect(),
        })
    }

    /// The values of a product that must agree with the other end; none when the rule does not select the product at this end.
    pub(super) fn values(&self, end: End, product: &Product, attributes: &ProductAttributes) -> Option<Vec<ComparableValue>> {
        let selector = match end {
            End::From => &self.from,
            End::To => &self.to,
        };
        if !selector.selects(product, attributes) {
            return None;
        }
        self.matches.iter().map(|m| attributes.get(m.at(end)).cloned()).collect()
    }

    /// Patterns of the attributes that the rule reads.
    pub(super) fn patterns(&self) -> impl Iterator<Item = String> + '_ {
        let conditions = [&self.from, &self.to].into_iter().flat_map(|s| s.attributes.iter().map(|a| a.0.as_str()));
        let matched = self.matches.iter().flat_map(|m| [m.from.as_str(), m.to.as_str()]);
        conditions.chain(matched).map(pattern_of)
    }

    /// Whether the rule selects products without reading any attribute.
    pub(super) fn needs_no_attributes(&self) -> bool {
        self.matches.is_empty() && (self.from.attributes.is_empty() || self.to.attributes.is_empty())
    }

    /// Whether the rule names categories.
    pub(super) fn names_categories(&self) -> bool {
        self.from.categories.is_some() || self.to.categories.is_some()
    }
}

impl Selector {
    fn compile(selector: &ProductSelector, products: &Products, categories: &Categories) -> Self {
        let skus = selector.skus.iter().filter_map(|sku| products.by_sku(sku)).map(|product| product.id);
        let roots: AHashSet<CategoryId> =
            selector.categories.iter().filter_map(|code| categories.by_code(code)).map(|category| category.id).collect();
        let below = |category: CategoryId| categories.chain(category).iter().any(|above| roots.contains(&above.id));
        let value = |value: &AttributeValue| ComparableValue::read(value, None);
        Self {
            skus: (!selector.skus.is_empty()).then(|| skus.collect()),
            categories: (!selector.categories.is_empty())
                .then(|| categories.all().iter().map(|category| category.id).filter(|id| below(*id)).collect()),
            brands: selector.brands.iter().map(|brand| brand.to_lowercase()).collect(),
            attributes: selector
                .attributes
                .iter()
                .map(|condition| (name_of(&condition.name), condition.values.iter().map(value).collect()))
                .collect(),
        }
    }

    fn selects(&self, product: &Product, attributes: &ProductAttributes) -> bool {
        let has = |(name, values): &(String, Vec<ComparableValue>)| {
            let equal =
                |own: &ComparableValue| values.is_empty() || values.iter().any(|v| own.agrees(Compare::Equal, v) == Some(true));
            attributes.get(name).is_some_and(equal)
        };
        self.skus.as_ref().is_none_or(|skus| skus.contains(&product.id))
            && self.categories.as_ref().is_none_or(|all| product.category.is_some_and(|category| all.contains(&category)))
            && (self.brands.is_empty() || self.brands.contains(&product.brand.to_lowercase()))
            && self.attributes.iter().all(has)
    }
}
