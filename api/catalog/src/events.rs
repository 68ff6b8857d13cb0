//! Events of products, categories and visibility rules.

use entity::{CategoryId, ProductId, visibility_rules};
use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// Products were created or changed. Read by [`Products`](super::Products), the search index, suggestions, and by `price-admin`,
/// which records what prices depend on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ProductsChanged {
    /// Their rows.
    pub ids: Vec<ProductId>,
    /// Their SKUs; stored in the public form alone, so none when the event is read back.
    #[serde(default, skip_serializing)]
    pub skus: Vec<String>,
}

/// Public form of [`ProductsChanged`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicProducts<'a> {
    skus: &'a [String],
}

impl DomainEvent for ProductsChanged {
    const KIND: &'static str = "products.changed";
    type Public<'a> = PublicProducts<'a>;

    fn subject(&self) -> String {
        match self.skus.as_slice() {
            [sku] => format!("product/{sku}"),
            _ => "products".to_owned(),
        }
    }

    fn public(&self) -> Option<PublicProducts<'_>> {
        Some(PublicProducts { skus: &self.skus })
    }
}

/// Categories were created, renamed or moved. Read by [`Categories`](super::Categories), visibility, the search index, suggestions and
/// `price-admin`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CategoriesChanged {
    /// Their rows.
    pub ids: Vec<CategoryId>,
    /// Their codes; stored in the public form alone, so none when the event is read back.
    #[serde(default, skip_serializing)]
    pub codes: Vec<String>,
}

/// Public form of [`CategoriesChanged`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicCategories<'a> {
    codes: &'a [String],
}

impl DomainEvent for CategoriesChanged {
    const KIND: &'static str = "categories.changed";
    type Public<'a> = PublicCategories<'a>;

    fn subject(&self) -> String {
        match self.codes.as_slice() {
            [code] => format!("category/{code}"),
            _ => "categories".to_owned(),
        }
    }

    fn public(&self) -> Option<PublicCategories<'_>> {
        Some(PublicCategories { codes: &self.codes })
    }
}

/// A visibility rule was put or deleted. Read by visibility, which reads all rules again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VisibilityRuleChanged {
    /// Its row.
    pub(crate) id: i64,
    /// Its code.
    pub(crate) code: String,
}

impl From<&visibility_rules::Model> for VisibilityRuleChanged {
    fn from(row: &visibility_rules::Model) -> Self {
        Self { id: row.id, code: row.code.clone() }
    }
}

/// Public form of [`VisibilityRuleChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicVisibilityRule<'a> {
    code: &'a str,
}

impl DomainEvent for VisibilityRuleChanged {
    const KIND: &'static str = "visibility_rules.changed";
    type Public<'a> = PublicVisibilityRule<'a>;

    fn subject(&self) -> String {
        format!("visibility-rule/{}", self.code)
    }

    fn public(&self) -> Option<PublicVisibilityRule<'_>> {
        Some(PublicVisibilityRule { code: &self.code })
    }
}
