//! Creating and changing price lists: their name and whom they are for.

use ahash::AHashMap;
use entity::{AssignedKind, PriceListId, price_list_terms, price_lists};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Set};
use store::Db;

use super::change::{ChangedPart, PriceChange};
use super::error::PriceAdminError;
use kernel::wire::{VersionMatch, check_version};
use store::database::Tx;

/// A price list to be recorded.
#[derive(Clone, Debug)]
pub struct NewPriceList {
    pub code: String,
    pub name: String,
    pub assigned: Assigned,
}

/// The customers a price list is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    pub kind: AssignedKind,
    /// The account's id; 0 for a group and for everyone.
    pub id: i64,
    /// Code of the account or group; empty for everyone.
    pub code: String,
}

/// A price list with its present terms.
#[derive(Clone, Debug)]
pub struct PriceList {
    pub list: price_lists::Model,
    pub terms: price_list_terms::Model,
}

/// The list of a code.
pub(super) async fn find(db: &impl Db, code: &str) -> Result<PriceList, PriceAdminError> {
    let missing = || PriceAdminError::ListNotFound(code.to_owned());
    let list = price_lists::Entity::find().filter(price_lists::Column::Code.eq(code)).one(db).await?.ok_or_else(missing)?;
    let terms = price_list_terms::Entity::find()
        .filter(price_list_terms::Column::ListId.eq(list.id))
        .filter(price_list_terms::Column::SupersededAt.is_null());
    let terms = terms.one(db).await?.ok_or_else(missing)?;
    Ok(PriceList { list, terms })
}

/// The lists there are, by code.
pub(super) async fn ids(db: &impl Db) -> Result<AHashMap<String, PriceListId>, DbErr> {
    let found = price_lists::Entity::find().all(db).await?;
    Ok(found.into_iter().map(|list| (list.code, list.id)).collect())
}

/// Creates the list or changes it to what is given. `expected` is the version the caller read, if it said one.
pub async fn put_price_list(
    tx: &Tx,
    change: &PriceChange,
    new: NewPriceList,
    expected: Option<VersionMatch>,
) -> Result<PriceList, PriceAdminError> {
    let old = match find(tx, &new.code).await {
        Ok(old) => Some(old),
        Err(PriceAdminError::ListNotFound(_)) => None,
        Err(error) => return Err(error),
    };
    check_version(expected, old.as_ref().map(|old| old.terms.change_id))?;
    if let Some(old) = &old
        && old.terms.name == new.name
        && assigned(&old.terms) == new.assigned
    {
        return Ok(old.clone());
    }
    let list = match old {
        Some(old) => {
            change.supersede(tx, "price_list_terms", &[old.terms.id]).await?;
            old.list
        }
        None => {
            let list = price_lists::Model { id: PriceListId(tx.id().await?), code: new.code, created_at: change.recorded_at };
            let row =
                price_lists::ActiveModel { id: Set(list.id), code: Set(list.code.clone()), created_at: Set(list.created_at) };
            price_lists::Entity::insert(row).exec_without_returning(tx).await?;
            list
        }
    };
    let terms = price_list_terms::Model {
        id: tx.id().await?,
        list_id: list.id,
        name: new.name,
        assigned_kind: new.assigned.kind,
        assigned_id: new.assigned.id,
        assigned_code: new.assigned.code,
        recorded_at: change.recorded_at,
        superseded_at: None,
        change_id: change.version,
        end_change_id: None,
    };
    change.touches(tx, ChangedPart::List(list.id)).await?;
    let row: price_list_terms::ActiveModel = terms.clone().into();
    price_list_terms::Entity::insert(sea_orm::ActiveModelTrait::reset_all(row)).exec_without_returning(tx).await?;
    Ok(PriceList { list, terms })
}

fn assigned(terms: &price_list_terms::Model) -> Assigned {
    Assigned { kind: terms.assigned_kind, id: terms.assigned_id, code: terms.assigned_code.clone() }
}
