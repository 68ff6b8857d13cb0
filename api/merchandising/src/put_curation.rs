//! Creates, changes and deletes synonyms and search rules.

use entity::{CurationKind, Instant, search_curations};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};

use super::error::MerchandisingError;
use super::events::SearchCurationChanged;
use super::queries::find_curation;
use kernel::wire::{VersionMatch, check_version};
use store::database::{Lock, Tx};

/// Synonyms or a rule to store.
#[derive(Clone, Debug)]
pub(super) struct NewCuration {
    pub(super) kind: CurationKind,
    pub(super) code: String,
    pub(super) active: bool,
    pub(super) valid_from: Option<Instant>,
    pub(super) valid_until: Option<Instant>,
    /// JSON.
    pub(super) definition: String,
}

/// The most synonyms and the most rules, since all are held in memory.
const MAX_CURATIONS: u64 = 2_000;
impl MerchandisingError {
    /// The error that no synonyms or rule has this code.
    pub(super) fn not_found(kind: CurationKind, code: &str) -> Self {
        match kind {
            CurationKind::Synonyms => Self::SynonymsNotFound(code.to_owned()),
            CurationKind::Rule => Self::RuleNotFound(code.to_owned()),
        }
    }
}

/// Creates or changes synonyms or a rule. The version stays when nothing changes. `expected` is the version that the caller
/// read, if given.
pub(super) async fn put_curation(
    tx: &Tx,
    new: NewCuration,
    expected: Option<VersionMatch>,
) -> Result<search_curations::Model, MerchandisingError> {
    tx.lock(Lock::SearchRules).await?;
    let old = find_curation(tx, new.kind, &new.code).await?;
    check_version(expected, old.as_ref().map(|old| old.version))?;
    let mut row = search_curations::Model {
        id: old.as_ref().map_or(0, |old| old.id),
        kind: new.kind,
        code: new.code,
        active: new.active,
        valid_from: new.valid_from,
        valid_until: new.valid_until,
        version: old.as_ref().map_or(1, |old| old.version),
        created_at: old.as_ref().map_or(tx.now(), |old| old.created_at),
        updated_at: old.as_ref().map_or(tx.now(), |old| old.updated_at),
        definition: new.definition,
    };
    match &old {
        Some(old) if *old == row => return Ok(row),
        Some(_) => {
            row.version += 1;
            row.updated_at = tx.now();
            row.clone().into_active_model().reset_all().update(tx).await?;
        }
        None => {
            let of_kind = search_curations::Entity::find().filter(search_curations::Column::Kind.eq(row.kind));
            if of_kind.count(tx).await? >= MAX_CURATIONS {
                return Err(MerchandisingError::TooManyCurations(MAX_CURATIONS));
            }
            row.id = tx.id().await?;
            search_curations::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
        }
    }
    tx.record(&SearchCurationChanged::new(&row, Some(row.version)));
    Ok(row)
}

/// Deletes the synonyms or the rule with this code.
pub(super) async fn delete_curation(tx: &Tx, kind: CurationKind, code: &str) -> Result<(), MerchandisingError> {
    tx.lock(Lock::SearchRules).await?;
    let row = find_curation(tx, kind, code).await?.ok_or_else(|| MerchandisingError::not_found(kind, code))?;
    search_curations::Entity::delete_by_id(row.id).exec(tx).await?;
    tx.record(&SearchCurationChanged::new(&row, None));
    Ok(())
}
