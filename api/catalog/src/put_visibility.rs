//! Creating, changing and deleting rules of what accounts may see.

use entity::{AccountId, AudienceKind, VisibilityEffect, visibility_rules};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};

use super::catalog_view::StoredTargets;
use super::error::CatalogError;
use super::events::VisibilityRuleChanged;
use super::put::lock_catalog;
use kernel::problem::CommonError;
use kernel::wire::{VersionMatch, check_version};
use store::database::Tx;

/// A rule to be stored.
#[derive(Clone, Debug)]
pub(super) struct NewVisibilityRule {
    pub(super) code: String,
    pub(super) effect: VisibilityEffect,
    pub(super) audience_kind: AudienceKind,
    /// The account of an account's rule.
    pub(super) audience_id: AccountId,
    /// Code of the account or group.
    pub(super) audience_code: String,
    pub(super) targets: StoredTargets,
    pub(super) active: bool,
}

/// The most rules there may be: each is held in memory and evaluated for everyone it applies to.
const MOST_RULES: u64 = 20_000;

/// Creates the rule or changes it to what is given; one that is so already keeps its version. `expected` is the version the
/// caller read, if it gave one.
pub(super) async fn put_visibility_rule(
    tx: &Tx,
    new: NewVisibilityRule,
    expected: Option<VersionMatch>,
) -> Result<visibility_rules::Model, CatalogError> {
    lock_catalog(tx).await?;
    let old = visibility_rules::Entity::find().filter(visibility_rules::Column::Code.eq(&new.code)).one(tx).await?;
    check_version(expected, old.as_ref().map(|old| old.version))?;
    if old.is_none() && visibility_rules::Entity::find().count(tx).await? >= MOST_RULES {
        return Err(CatalogError::TooManyVisibilityRules(MOST_RULES));
    }
    let targets = serde_json::to_string(&new.targets).map_err(|e| CommonError::Internal(e.to_string()))?;
    let mut row = visibility_rules::Model {
        id: old.as_ref().map_or(0, |old| old.id),
        code: new.code,
        effect: new.effect,
        audience_kind: new.audience_kind,
        audience_id: new.audience_id,
        audience_code: new.audience_code,
        active: new.active,
        version: old.as_ref().map_or(1, |old| old.version),
        created_at: old.as_ref().map_or(tx.now(), |old| old.created_at),
        updated_at: old.as_ref().map_or(tx.now(), |old| old.updated_at),
        targets,
    };
    match &old {
        Some(old) if *old == row => return Ok(row),
        Some(_) => {
            row.version += 1;
            row.updated_at = tx.now();
            row.clone().into_active_model().reset_all().update(tx).await?;
        }
        None => {
            row.id = tx.id().await?;
            visibility_rules::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
        }
    }
    tx.record(&VisibilityRuleChanged::from(&row));
    Ok(row)
}

/// Deletes the rule of a code.
pub(super) async fn delete_visibility_rule(tx: &Tx, code: &str) -> Result<(), CatalogError> {
    lock_catalog(tx).await?;
    let row = visibility_rules::Entity::find().filter(visibility_rules::Column::Code.eq(code)).one(tx).await?;
    let row = row.ok_or_else(|| CatalogError::VisibilityRuleNotFound(code.to_owned()))?;
    visibility_rules::Entity::delete_by_id(row.id).exec(tx).await?;
    tx.record(&VisibilityRuleChanged::from(&row));
    Ok(())
}
