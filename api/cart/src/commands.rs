//! Creating carts and changing their lines.

use entity::{AccountId, CartId, CartStatus, cart_lines, carts};
use pricing::Currency;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DbBackend, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};
use serde_json::json;

use super::contents::CartLine;
use super::error::CartError;
use super::input::CheckedLine;
use prices::AsOf;
use store::database::Db;
use store::database::Tx;
use store::events::NewEvent;
use store::sql::fetch_one;
use store::sql::insert_all;

/// Most lines a cart holds.
pub(super) const MAX_CART_LINES: usize = 20_000;

/// A cart to be created.
#[derive(Clone, Debug)]
pub(super) struct NewCart {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) currency: Currency,
}

/// Creates a cart that will hold `count` lines.
pub(super) async fn create(tx: &Tx, new: NewCart, count: usize) -> Result<carts::Model, CartError> {
    let count = count_within_limit(count)?;
    let row = carts::Model {
        id: CartId(tx.id().await?),
        account_id: new.account,
        name: new.name,
        currency: new.currency.into(),
        status: CartStatus::Open,
        created_by: tx.actor().label.to_string(),
        next_line: 1 + count,
        line_count: count,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    carts::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    record(tx, "cart.created", &row);
    Ok(row)
}

fn count_within_limit(count: usize) -> Result<i32, CartError> {
    let most = || CartError::Full(MAX_CART_LINES);
    i32::try_from(count).ok().filter(|count| *count <= MAX_CART_LINES as i32).ok_or_else(most)
}

/// A cart of an id, if this account (or the seller, for `None`) may see it.
pub(super) async fn find(db: &impl Db, id: &str, account: Option<AccountId>) -> Result<carts::Model, CartError> {
    read(db, id, account, false).await
}

/// As [`find`], open, and locked until the transaction ends.
pub async fn lock_open(tx: &Tx, id: &str, account: Option<AccountId>) -> Result<carts::Model, CartError> {
    let cart = read(tx, id, account, true).await?;
    if cart.status == CartStatus::Open { Ok(cart) } else { Err(CartError::Ordered) }
}

async fn read(db: &impl Db, id: &str, account: Option<AccountId>, lock: bool) -> Result<carts::Model, CartError> {
    let unknown = || CartError::NotFound(id.to_owned());
    let number: i64 = id.parse().map_err(|_| unknown())?;
    let mut select = carts::Entity::find_by_id(CartId(number));
    if let Some(account) = account {
        select = select.filter(carts::Column::AccountId.eq(account));
    }
    if lock && db.get_database_backend() == DbBackend::Postgres {
        select = select.lock_exclusive();
    }
    fetch_one(db, select).await?.ok_or_else(unknown)
}

/// Makes room for `count` more lines in an open cart, which is locked from here on: its version rises by one and the lines'
/// numbers are taken. With no lines to come it is only locked.
pub(super) async fn grow(tx: &Tx, id: &str, account: Option<AccountId>, count: usize) -> Result<carts::Model, CartError> {
    let unknown = || CartError::NotFound(id.to_owned());
    let count = count_within_limit(count)?;
    if count == 0 {
        return lock_open(tx, id, account).await;
    }
    let number: i64 = id.parse().map_err(|_| unknown())?;
    let more = |column| Expr::col(column).add(count);
    let update = carts::Entity::update_many()
        .col_expr(carts::Column::NextLine, more(carts::Column::NextLine))
        .col_expr(carts::Column::LineCount, more(carts::Column::LineCount))
        .col_expr(carts::Column::Version, Expr::col(carts::Column::Version).add(1))
        .col_expr(carts::Column::UpdatedAt, Expr::value(tx.now().0))
        .filter(carts::Column::Id.eq(CartId(number)))
        .filter(carts::Column::Status.eq(CartStatus::Open))
        .filter(carts::Column::LineCount.lte(MAX_CART_LINES as i32 - count));
    let update = if let Some(account) = account { update.filter(carts::Column::AccountId.eq(account)) } else { update };
    let Some(cart) = update.exec_with_returning(tx).await?.pop() else {
        lock_open(tx, id, account).await?;
        return Err(CartError::Full(MAX_CART_LINES));
    };
    record(tx, "cart.changed", &cart);
    Ok(cart)
}

/// The last lines of a cart that has room for them, with their numbers.
pub(super) fn number_lines(cart: &carts::Model, lines: &[CheckedLine]) -> Result<Vec<CartLine>, CartError> {
    let first = cart.next_line - count_within_limit(lines.len())?;
    let numbered = (first..).zip(lines).map(|(line, asked)| CartLine {
        line,
        product: asked.product.id,
        unit: asked.unit,
        quantity: asked.quantity.into(),
        note: asked.note.as_str().into(),
        seen: None,
    });
    Ok(numbered.collect())
}

/// Writes new lines.
pub(super) async fn add_lines(tx: &Tx, cart: &carts::Model, lines: &[CartLine]) -> Result<(), CartError> {
    let rows = lines.iter().map(|line| row_of(cart.id, line).into_active_model().reset_all()).collect();
    Ok(insert_all(tx, rows, None).await?)
}

fn row_of(cart: CartId, line: &CartLine) -> cart_lines::Model {
    cart_lines::Model {
        cart_id: cart,
        line_no: line.line,
        product_id: line.product,
        unit: line.unit.into(),
        quantity: line.quantity,
        note: line.note.to_string(),
        seen_at: line.seen.map(|seen| seen.valid_at),
        seen_as_of: line.seen.map(|seen| seen.known_at),
    }
}

/// Writes a changed cart: its version rises by one.
async fn save(tx: &Tx, cart: &mut carts::Model) -> Result<(), CartError> {
    cart.version += 1;
    cart.updated_at = tx.now();
    carts::Entity::update_many()
        .col_expr(carts::Column::NextLine, Expr::value(cart.next_line))
        .col_expr(carts::Column::LineCount, Expr::value(cart.line_count))
        .col_expr(carts::Column::Version, Expr::value(cart.version))
        .col_expr(carts::Column::UpdatedAt, Expr::value(cart.updated_at.0))
        .filter(carts::Column::Id.eq(cart.id))
        .exec(tx)
        .await?;
    record(tx, "cart.changed", cart);
    Ok(())
}

/// Replaces a line of a cart locked by the caller.
pub(super) async fn change_line(tx: &Tx, mut cart: carts::Model, line: &CartLine) -> Result<carts::Model, CartError> {
    let done = cart_lines::Entity::update_many()
        .col_expr(cart_lines::Column::Unit, Expr::value(line.unit.to_string()))
        .col_expr(cart_lines::Column::Quantity, Expr::value(line.quantity.0))
        .col_expr(cart_lines::Column::Note, Expr::value(line.note.to_string()))
        .col_expr(cart_lines::Column::SeenAt, Expr::value(line.seen.map(|seen| seen.valid_at.0)))
        .col_expr(cart_lines::Column::SeenAsOf, Expr::value(line.seen.map(|seen| seen.known_at.0)))
        .filter(cart_lines::Column::CartId.eq(cart.id).and(cart_lines::Column::LineNo.eq(line.line)))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(CartError::NoSuchLine(line.line));
    }
    save(tx, &mut cart).await?;
    Ok(cart)
}

/// Writes of a cart locked by the caller that all its prices were seen in a state.
pub(super) async fn see_prices(tx: &Tx, mut cart: carts::Model, seen: AsOf) -> Result<carts::Model, CartError> {
    cart_lines::Entity::update_many()
        .col_expr(cart_lines::Column::SeenAt, Expr::value(seen.valid_at.0))
        .col_expr(cart_lines::Column::SeenAsOf, Expr::value(seen.known_at.0))
        .filter(cart_lines::Column::CartId.eq(cart.id))
        .exec(tx)
        .await?;
    save(tx, &mut cart).await?;
    Ok(cart)
}

/// Takes a line out of a cart locked by the caller.
pub(super) async fn remove_line(tx: &Tx, mut cart: carts::Model, line: i32) -> Result<carts::Model, CartError> {
    let delete = cart_lines::Entity::delete_many().filter(cart_lines::Column::CartId.eq(cart.id));
    if delete.filter(cart_lines::Column::LineNo.eq(line)).exec(tx).await?.rows_affected == 0 {
        return Err(CartError::NoSuchLine(line));
    }
    cart.line_count -= 1;
    save(tx, &mut cart).await?;
    Ok(cart)
}

/// Deletes a cart locked by the caller.
pub(super) async fn delete(tx: &Tx, cart: &carts::Model) -> Result<(), CartError> {
    cart_lines::Entity::delete_many().filter(cart_lines::Column::CartId.eq(cart.id)).exec(tx).await?;
    carts::Entity::delete_by_id(cart.id).exec(tx).await?;
    record(tx, "cart.deleted", cart);
    Ok(())
}

/// A cart locked by the caller became an order.
pub async fn mark_ordered(tx: &Tx, cart: &carts::Model) -> Result<(), CartError> {
    carts::Entity::update_many()
        .col_expr(carts::Column::Status, Expr::value(CartStatus::Ordered.word()))
        .col_expr(carts::Column::Version, Expr::col(carts::Column::Version).add(1))
        .filter(carts::Column::Id.eq(cart.id))
        .exec(tx)
        .await?;
    Ok(())
}

fn record(tx: &Tx, kind: &'static str, cart: &carts::Model) {
    tx.record(NewEvent {
        kind,
        subject: format!("cart/{}", cart.id),
        account: Some(cart.account_id),
        data: json!({ "id": cart.id.to_string(), "lines": cart.line_count, "version": cart.version }),
    });
}
