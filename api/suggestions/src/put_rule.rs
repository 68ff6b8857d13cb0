//! Creates, changes and deletes relation rules.

use entity::{RelationKind, relation_rules};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};

use super::error::SuggestionError;
use super::events::RelationRuleChanged;
use super::queries::find_rule;
use super::rule::{Definition, ProductSelector};
use catalog::{Categories, Products};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{VersionMatch, check_version};
use store::database::{Lock, Tx};

/// A rule to store.
#[derive(Clone, Debug)]
pub(super) struct NewRule {
    pub(super) code: String,
    pub(super) kind: RelationKind,
    pub(super) active: bool,
    pub(super) definition: Definition,
}

/// The most values in a list of a rule, and the most rules.
const MAX_VALUES: usize = 200;
const MAX_RULES: usize = 500;
/// Reports everything that is wrong with a rule. Pointers start at the rule.
pub(super) fn check(new: &NewRule, products: &Products, categories: &Categories) -> Result<(), CommonError> {
    let mut problems = Vec::new();
    let mut refuse = |pointer: String, code: FieldCode, detail: String| problems.push(FieldError::new(pointer, code, detail));
    let definition = &new.definition;
    if new.kind == RelationKind::Successor {
        refuse(
            "/kind".to_owned(),
            FieldCode::NotByRule,
            "must not be successor; name a successor by its SKU with the product it replaces".to_owned(),
        );
    }
    if definition.name.trim().is_empty() {
        refuse("/name".to_owned(), FieldCode::MissingValue, "the rule must have a name".to_owned());
    }
    if definition.quantity <= 0 {
        refuse("/quantity".to_owned(), FieldCode::NotPositive, "the quantity must be greater than 0".to_owned());
    }
    if definition.matches.is_empty() && definition.to.skus.is_empty() {
        let detail = "the rule must name properties that must agree, or the SKUs it leads to".to_owned();
        refuse("/match".to_owned(), FieldCode::MatchesEverything, detail);
    }
    if definition.matches.len() > MAX_VALUES {
        refuse("/match".to_owned(), FieldCode::TooMany, format!("must have at most {MAX_VALUES} entries"));
    }
    for (end, selector) in [("from", &definition.from), ("to", &definition.to)] {
        for (list, len) in lists(selector) {
            if len > MAX_VALUES {
                refuse(format!("/{end}/{list}"), FieldCode::TooMany, format!("must have at most {MAX_VALUES} entries"));
            }
        }
        if lists(selector).iter().all(|(_, len)| *len == 0) {
            refuse(format!("/{end}"), FieldCode::MissingValue, "must name products".to_owned());
        }
        for (at, sku) in selector.skus.iter().enumerate().filter(|(_, sku)| products.by_sku(sku).is_none()) {
            refuse(format!("/{end}/skus/{at}"), FieldCode::UnknownProduct, format!("there is no product \"{}\"", &**sku));
        }
        for (at, code) in selector.categories.iter().enumerate().filter(|(_, code)| categories.by_code(code).is_none()) {
            refuse(
                format!("/{end}/categories/{at}"),
                FieldCode::UnknownCategory,
                format!("there is no category \"{}\"", &**code),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(CommonError::Invalid(problems)) }
}

fn lists(selector: &ProductSelector) -> [(&'static str, usize); 4] {
    [
        ("skus", selector.skus.len()),
        ("categories", selector.categories.len()),
        ("brands", selector.brands.len()),
        ("attributes", selector.attributes.len()),
    ]
}

/// Creates or changes a rule. The version stays when nothing changes. `expected` is the version that the caller read, if given.
pub(super) async fn put_rule(
    tx: &Tx,
    new: NewRule,
    expected: Option<VersionMatch>,
) -> Result<relation_rules::Model, SuggestionError> {
    tx.lock(Lock::RelationRules).await?;
    let old = find_rule(tx, &new.code).await?;
    check_version(expected, old.as_ref().map(|old| old.version))?;
    let definition = serde_json::to_string(&new.definition).map_err(|e| CommonError::Internal(e.to_string()))?;
    if let Some(old) = &old
        && (old.kind, old.active, &old.definition) == (new.kind, new.active, &definition)
    {
        return Ok(old.clone());
    }
    if old.is_none() && relation_rules::Entity::find().all(tx).await?.len() >= MAX_RULES {
        return Err(SuggestionError::TooManyRules(MAX_RULES));
    }
    let row = relation_rules::Model {
        id: match &old {
            Some(old) => old.id,
            None => tx.id().await?,
        },
        code: new.code,
        kind: new.kind,
        active: new.active,
        version: old.as_ref().map_or(1, |old| old.version + 1),
        created_at: old.as_ref().map_or(tx.now(), |old| old.created_at),
        updated_at: tx.now(),
        definition,
    };
    let active = row.clone().into_active_model().reset_all();
    if old.is_some() {
        active.update(tx).await?;
    } else {
        relation_rules::Entity::insert(active).exec_without_returning(tx).await?;
    }
    tx.record(&RelationRuleChanged::from(&row));
    Ok(row)
}

/// Deletes the rule with this code.
pub(super) async fn delete_rule(tx: &Tx, code: &str) -> Result<(), SuggestionError> {
    tx.lock(Lock::RelationRules).await?;
    let row = find_rule(tx, code).await?.ok_or_else(|| SuggestionError::RuleNotFound(code.to_owned()))?;
    relation_rules::Entity::delete_by_id(row.id).exec(tx).await?;
    tx.record(&RelationRuleChanged::from(&row));
    Ok(())
}
