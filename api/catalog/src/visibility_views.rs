//! Rules of what accounts may see, on the wire.

use entity::{AccountId, AudienceKind, CategoryId, ProductId, VisibilityEffect, visibility_rules};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::catalog_view::StoredTargets;
use super::categories::Categories;
use super::products::Products;
use super::put_visibility::NewVisibilityRule;
use identity::Accounts;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{Code, Text, Timestamp};

/// For whom a rule counts.
#[derive(Clone, Debug, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisibilityAudience {
    /// Everyone, a group, or an account and those below it.
    pub kind: AudienceKind,
    /// Code of the group or account.
    #[oai(skip_serializing_if_is_none)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// A rule of what accounts may see.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisibilityRuleInput {
    /// What it does.
    pub effect: VisibilityEffect,
    /// For whom.
    pub audience: VisibilityAudience,
    /// SKUs.
    #[serde(default)]
    #[oai(validator(max_items = 20000))]
    pub skus: Vec<Code>,
    /// Codes of categories; what lies below them belongs to them.
    #[serde(default)]
    #[oai(validator(max_items = 1000))]
    pub categories: Vec<Code>,
    /// Brands, whatever their case.
    #[serde(default)]
    #[oai(validator(max_items = 1000))]
    pub brands: Vec<Text<100>>,
    /// Whether it counts. Default true.
    #[serde(default)]
    pub active: Option<bool>,
}

/// Most SKUs of a rule, and most categories or brands.
const MOST_SKUS: usize = 20_000;
const MOST_NAMES: usize = 1_000;

/// What a rule may name.
pub(super) struct Named<'a> {
    pub(super) accounts: &'a Accounts,
    pub(super) products: &'a Products,
    pub(super) categories: &'a Categories,
}

impl VisibilityRuleInput {
    /// The rule as it shall be; everything wrong with it is told at once.
    pub(super) fn into_new(self, code: String, named: &Named<'_>) -> Result<NewVisibilityRule, CommonError> {
        let mut problems = Vec::new();
        let mut refuse = |pointer: String, code: FieldCode, detail: String| problems.push(FieldError::new(pointer, code, detail));
        for (list, len, most) in [
            ("skus", self.skus.len(), MOST_SKUS),
            ("categories", self.categories.len(), MOST_NAMES),
            ("brands", self.brands.len(), MOST_NAMES),
        ] {
            if len > most {
                refuse(format!("/{list}"), FieldCode::TooMany, format!("must have at most {most} entries"));
            }
        }
        if self.skus.is_empty() && self.categories.is_empty() && self.brands.is_empty() {
            refuse("/skus".to_owned(), FieldCode::MissingValue, "the rule must name SKUs, categories or brands".to_owned());
        }
        let mut targets = StoredTargets::default();
        let found = named.products.by_skus(self.skus.iter().map(|sku| &**sku));
        for ((at, sku), product) in self.skus.iter().enumerate().zip(found) {
            match product {
                Some(product) => targets.products.push(product.id.0),
                None => refuse(format!("/skus/{at}"), FieldCode::UnknownProduct, format!("there is no product \"{}\"", &**sku)),
            }
        }
        for (at, code) in self.categories.iter().enumerate() {
            match named.categories.by_code(code) {
                Some(category) => targets.categories.push(category.id.0),
                None => {
                    let detail = format!("there is no category \"{}\"", &**code);
                    refuse(format!("/categories/{at}"), FieldCode::UnknownCategory, detail);
                }
            }
        }
        targets.brands = self.brands.into_iter().map(|brand| brand.into_inner().trim().to_owned()).collect();
        let mut audience_id = AccountId(0);
        match (self.audience.kind, self.audience.code.as_deref()) {
            (AudienceKind::Everyone, None) | (AudienceKind::Group, Some(_)) => {}
            (AudienceKind::Everyone, Some(_)) => {
                refuse(
                    "/audience/code".to_owned(),
                    FieldCode::UnexpectedValue,
                    "must not be given when the rule is for everyone".to_owned(),
                );
            }
            (AudienceKind::Group | AudienceKind::Account, None) => {
                refuse("/audience/code".to_owned(), FieldCode::MissingValue, "must name the group or account".to_owned());
            }
            (AudienceKind::Account, Some(code)) => match named.accounts.by_code(code) {
                Some(account) => audience_id = account.id,
                None => {
                    let detail = format!("there is no account \"{code}\"");
                    refuse("/audience/code".to_owned(), FieldCode::UnknownAccount, detail);
                }
            },
        }
        if !problems.is_empty() {
            return Err(CommonError::Invalid(problems));
        }
        Ok(NewVisibilityRule {
            code,
            effect: self.effect,
            audience_kind: self.audience.kind,
            audience_id,
            audience_code: self.audience.code.map(Code::into_inner).unwrap_or_default(),
            targets,
            active: self.active.unwrap_or(true),
        })
    }
}

/// A rule of what accounts may see.
#[derive(Debug, Object, Serialize)]
pub(crate) struct VisibilityRuleView {
    /// Code.
    pub code: String,
    /// What it does.
    pub effect: VisibilityEffect,
    /// For whom.
    pub audience: VisibilityAudience,
    /// SKUs.
    pub skus: Vec<String>,
    /// Codes of categories.
    pub categories: Vec<String>,
    /// Brands.
    pub brands: Vec<String>,
    /// Whether it counts.
    pub active: bool,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl VisibilityRuleView {
    pub(super) fn new(row: visibility_rules::Model, products: &Products, categories: &Categories) -> Self {
        let targets: StoredTargets = serde_json::from_str(&row.targets).unwrap_or_default();
        let skus = products.by_ids(targets.products.into_iter().map(ProductId)).into_iter().flatten();
        let names = targets.categories.into_iter().filter_map(|id| categories.chain(CategoryId(id)).into_iter().next());
        Self {
            code: row.code,
            effect: row.effect,
            audience: VisibilityAudience { kind: row.audience_kind, code: Code::parse(row.audience_code).ok() },
            skus: skus.map(|product| product.sku.to_string()).collect(),
            categories: names.map(|category| category.code.clone()).collect(),
            brands: targets.brands,
            active: row.active,
            version: row.version,
            updated_at: Timestamp(row.updated_at),
        }
    }
}
