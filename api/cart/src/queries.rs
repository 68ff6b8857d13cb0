//! Queries on carts.

use entity::{AccountId, CartId, CartStatus, carts};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, Select};
use store::Db;
use store::sql;

use super::error::CartError;
use kernel::wire::PageRequest;
use store::database::Tx;
use store::sql::{fetch, fetch_one};

/// The carts that an account may see; all carts for the seller's staff (`None`).
fn visible_to(account: Option<AccountId>) -> Select<carts::Entity> {
    let all = carts::Entity::find();
    match account {
        Some(account) => all.filter(carts::Column::AccountId.eq(account)),
        None => all,
    }
}

/// The cart id in a path. A text that is not an id is answered as a cart that does not exist.
pub(super) fn id_of(id: &str) -> Result<CartId, CartError> {
    id.parse().map(CartId).map_err(|_| CartError::NotFound(id.to_owned()))
}

/// The cart of an id, if the account may see it.
pub(super) async fn find(db: &impl Db, id: &str, account: Option<AccountId>) -> Result<carts::Model, CartError> {
    let select = visible_to(account).filter(carts::Column::Id.eq(id_of(id)?));
    fetch_one(db, select).await?.ok_or_else(|| CartError::NotFound(id.to_owned()))
}

/// As [`find`], but the cart must be open, and is locked until the transaction ends. SQLite's one writer needs no lock.
pub async fn lock_open(tx: &Tx, id: &str, account: Option<AccountId>) -> Result<carts::Model, CartError> {
    let select = sql::locked(tx, visible_to(account).filter(carts::Column::Id.eq(id_of(id)?)));
    let cart = fetch_one(tx, select).await?.ok_or_else(|| CartError::NotFound(id.to_owned()))?;
    if cart.status == CartStatus::Open { Ok(cart) } else { Err(CartError::Ordered) }
}

/// One page of carts, newest first.
pub(super) async fn list(db: &impl Db, account: Option<AccountId>, page: PageRequest) -> Result<Vec<carts::Model>, DbErr> {
    fetch(db, page.descending(visible_to(account), carts::Column::Id)).await
}
