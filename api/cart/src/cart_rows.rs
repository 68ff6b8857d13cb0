//! The row of a cart: its status, its counts and its version.

use entity::{AccountId, CartId, CartStatus, carts};
use pricing::Currency;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryTrait as _,
};

use super::error::CartError;
use super::events::{CartChanged, CartCreated};
use super::queries::{id_of, lock_open};
use store::database::Tx;
use store::sql::insert_later;

/// Largest number of lines in a cart.
pub(super) const MAX_CART_LINES: usize = 20_000;

/// A cart to be created.
#[derive(Clone, Debug)]
pub(super) struct NewCart {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) currency: Currency,
}

/// An open cart whose row has counted lines that are about to be added.
#[derive(Debug)]
pub(super) struct ReservedNumbers {
    /// The cart after the change.
    pub(super) cart: carts::Model,
    /// The version before the lines were counted.
    pub(super) version_before: i64,
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
    insert_later(tx, vec![row.clone().into_active_model().reset_all()]).await?;
    tx.record(&CartCreated((&row).into()));
    Ok(row)
}

/// The number of lines, if it is within the limit of a cart.
pub(super) fn count_within_limit(count: usize) -> Result<i32, CartError> {
    let most = || CartError::Full(MAX_CART_LINES);
    i32::try_from(count).ok().filter(|count| *count <= MAX_CART_LINES as i32).ok_or_else(most)
}

/// Reserves numbers for `count` more lines of an open cart, locks the cart and increments its version. With no
/// lines to add the cart is only locked.
pub(super) async fn reserve_line_numbers(
    tx: &Tx,
    id: &str,
    account: Option<AccountId>,
    count: usize,
) -> Result<ReservedNumbers, CartError> {
    let count = count_within_limit(count)?;
    if count == 0 {
        let cart = lock_open(tx, id, account).await?;
        return Ok(ReservedNumbers { version_before: cart.version, cart });
    }
    let more = |column| Expr::col(column).add(count);
    let update = carts::Entity::update_many()
        .col_expr(carts::Column::NextLine, more(carts::Column::NextLine))
        .col_expr(carts::Column::LineCount, more(carts::Column::LineCount))
        .col_expr(carts::Column::Version, Expr::col(carts::Column::Version).add(1))
        .col_expr(carts::Column::UpdatedAt, Expr::value(tx.now().0))
        .filter(carts::Column::Id.eq(id_of(id)?))
        .filter(carts::Column::Status.eq(CartStatus::Open))
        .filter(carts::Column::LineCount.lte(MAX_CART_LINES as i32 - count));
    let update = if let Some(account) = account { update.filter(carts::Column::AccountId.eq(account)) } else { update };
    let Some(cart) = update.exec_with_returning(tx).await?.pop() else {
        lock_open(tx, id, account).await?;
        return Err(CartError::Full(MAX_CART_LINES));
    };
    tx.record(&CartChanged((&cart).into()));
    Ok(ReservedNumbers { version_before: cart.version - 1, cart })
}

/// Writes a changed cart, locked by the caller, and increments its version.
pub(super) async fn save(tx: &Tx, cart: &mut carts::Model) -> Result<(), CartError> {
    cart.version += 1;
    cart.updated_at = tx.now();
    let update = carts::Entity::update_many()
        .col_expr(carts::Column::NextLine, Expr::value(cart.next_line))
        .col_expr(carts::Column::LineCount, Expr::value(cart.line_count))
        .col_expr(carts::Column::Version, Expr::value(cart.version))
        .col_expr(carts::Column::UpdatedAt, Expr::value(cart.updated_at.0))
        .filter(carts::Column::Id.eq(cart.id));
    tx.write_later(update.build(tx.get_database_backend()), 1).await?;
    tx.record(&CartChanged((&*cart).into()));
    Ok(())
}

/// Records that a cart, locked by the caller, became an order.
pub async fn mark_ordered(tx: &Tx, cart: &carts::Model) -> Result<(), CartError> {
    let update = carts::Entity::update_many()
        .col_expr(carts::Column::Status, Expr::value(CartStatus::Ordered.word()))
        .col_expr(carts::Column::Version, Expr::col(carts::Column::Version).add(1))
        .filter(carts::Column::Id.eq(cart.id));
    Ok(tx.write_later(update.build(tx.get_database_backend()), 1).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_holds_no_more_lines_than_allowed() {
        assert_eq!(count_within_limit(MAX_CART_LINES).ok(), Some(20_000));
        assert!(matches!(count_within_limit(MAX_CART_LINES + 1), Err(CartError::Full(MAX_CART_LINES))));
        assert!(count_within_limit(usize::MAX).is_err());
    }
}
