//! Relation rules on the wire.

use entity::{RelationKind, relation_rules};
use poem_openapi::Object;
use pricing::Quantity;
use serde::{Deserialize, Serialize};

use super::put_rule::NewRule;
use super::rule::{AttributeMatch, Definition, ProductSelector};
use kernel::problem::CommonError;
use kernel::wire::{QuantityText, Text, Timestamp};

/// A rule that relates products by their attributes.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelationRuleInput {
    /// The rule as a sentence, such as `A nut fits a screw of equal thread`. It is the reason of its suggestions.
    pub name: Text<200>,
    /// The relation of products of `to` to those of `from`; any kind except `successor`.
    pub kind: RelationKind,
    /// Products at the `from` end.
    pub from: ProductSelector,
    /// Products at the `to` end.
    pub to: ProductSelector,
    /// Attributes in which both must agree; may be left out when `to` names SKUs.
    #[oai(rename = "match", validator(max_items = 200))]
    #[serde(default, rename = "match")]
    pub matches: Vec<AttributeMatch>,
    /// The quantity at the `to` end for 1 stock unit at the `from` end. Default 1.
    #[serde(default)]
    pub quantity: Option<QuantityText>,
    /// Whether it applies. Default true.
    #[serde(default)]
    pub active: Option<bool>,
}

impl RelationRuleInput {
    pub(super) fn into_new(self, code: String) -> NewRule {
        NewRule {
            code,
            kind: self.kind,
            active: self.active.unwrap_or(true),
            definition: Definition {
                name: self.name.into_inner(),
                from: self.from,
                to: self.to,
                matches: self.matches,
                quantity: self.quantity.map_or(Quantity::ONE, |quantity| quantity.0).micros(),
            },
        }
    }
}

/// A rule that relates products by their attributes.
#[derive(Debug, Object, Serialize)]
pub(crate) struct RelationRuleView {
    /// Code.
    pub code: String,
    /// The rule as a sentence.
    pub name: String,
    /// The relation of products of `to` to those of `from`.
    pub kind: RelationKind,
    /// Products at the `from` end.
    pub from: ProductSelector,
    /// Products at the `to` end.
    pub to: ProductSelector,
    /// Attributes in which both must agree.
    #[oai(rename = "match")]
    #[serde(rename = "match")]
    pub matches: Vec<AttributeMatch>,
    /// The quantity at the `to` end for 1 stock unit at the `from` end.
    pub quantity: QuantityText,
    /// Whether it applies.
    pub active: bool,
    /// Increases with every change; the `ETag`.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl RelationRuleView {
    /// Fails when the stored definition cannot be read.
    pub(super) fn read(row: relation_rules::Model) -> Result<Self, CommonError> {
        let definition = Definition::read(&row)?;
        Ok(Self {
            code: row.code,
            name: definition.name,
            kind: row.kind,
            from: definition.from,
            to: definition.to,
            matches: definition.matches,
            quantity: QuantityText(Quantity::from_micros(definition.quantity)),
            active: row.active,
            version: row.version,
            updated_at: Timestamp(row.updated_at),
        })
    }
}
