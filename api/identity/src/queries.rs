//! Reading accounts, sites, people and machine clients for lists and single answers.

use entity::{AccountId, AccountStatus, accounts, clients, sites, users};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use store::Db;

use super::error::IdentityError;
use kernel::wire::PageRequest;

/// Fails when an account is blocked, as this transaction sees it.
pub async fn refuse_blocked(db: &impl Db, account: AccountId) -> Result<(), IdentityError> {
    match self::account(db, account).await? {
        Some(row) if row.status == AccountStatus::Blocked => Err(IdentityError::AccountBlocked(row.code)),
        _ => Ok(()),
    }
}

/// An account.
pub(super) async fn account(db: &impl Db, id: AccountId) -> Result<Option<accounts::Model>, DbErr> {
    accounts::Entity::find_by_id(id).one(db).await
}

/// Accounts in the order they were created; only the one given, if any.
pub(super) async fn list_accounts(
    db: &impl Db,
    page: PageRequest,
    only: Option<AccountId>,
) -> Result<Vec<accounts::Model>, DbErr> {
    let mut select = accounts::Entity::find();
    if let Some(id) = only {
        select = select.filter(accounts::Column::Id.eq(id));
    }
    page.ascending(select, accounts::Column::Id).all(db).await
}

/// The sites of an account, by code.
pub(super) async fn sites_of(db: &impl Db, account: AccountId) -> Result<Vec<sites::Model>, DbErr> {
    let select = sites::Entity::find().filter(sites::Column::AccountId.eq(account));
    select.order_by_asc(sites::Column::Code).all(db).await
}

/// The sites of several accounts.
pub(super) async fn sites_of_all(
    db: &impl Db,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<sites::Model>, DbErr> {
    sites::Entity::find().filter(sites::Column::AccountId.is_in(accounts)).all(db).await
}

/// People in the order they were created; only those of the account, if one is given.
pub(super) async fn list_users(db: &impl Db, page: PageRequest, visible: Option<AccountId>) -> Result<Vec<users::Model>, DbErr> {
    let mut select = users::Entity::find();
    if let Some(account) = visible {
        select = select.filter(users::Column::AccountId.eq(account));
    }
    page.ascending(select, users::Column::Id).all(db).await
}

/// Machine clients in the order they were created; only those of the account, if one is given.
pub(super) async fn list_clients(
    db: &impl Db,
    page: PageRequest,
    visible: Option<AccountId>,
) -> Result<Vec<clients::Model>, DbErr> {
    let mut select = clients::Entity::find();
    if let Some(account) = visible {
        select = select.filter(clients::Column::AccountId.eq(account));
    }
    page.ascending(select, clients::Column::Id).all(db).await
}
