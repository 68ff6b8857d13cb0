//! Changing and removing lines of a cart, accepting prices, deleting carts.

use std::sync::Arc;

use entity::{Quantity, cart_lines, carts};
use pricing::UnitCode;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::cart_rows::save;
use super::error::CartError;
use super::events::CartDeleted;
use super::lines::CartLine;
use super::priced_cart::{CartContext, PricedCart, mark_priced, state_of};
use super::queries::lock_open;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use store::database::Tx;

/// A change of a line. Fields that are none stay as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct LineChange {
    pub(super) unit: Option<UnitCode>,
    pub(super) quantity: Option<Quantity>,
    pub(super) note: Option<String>,
}

/// Changes a line of an open cart and prices the cart again.
pub(super) async fn change_line(
    tx: &Tx,
    context: &CartContext<'_>,
    cart: &str,
    number: i32,
    change: LineChange,
) -> Result<PricedCart, CartError> {
    let mut row = lock_open(tx, cart, context.account).await?;
    let mut lines = context.cache.lines(tx, row.id, row.version).await?.as_ref().clone();
    let place = lines.iter().position(|line| line.line == number).ok_or(CartError::NoSuchLine(number))?;
    apply(context, &mut lines[place], change)?;
    let basket = context.price(tx, &row, &lines).await?;
    mark_priced(std::slice::from_mut(&mut lines[place]), &basket);
    write_line(tx, &row, &lines[place]).await?;
    save(tx, &mut row).await?;
    Ok(PricedCart { row, lines: Arc::new(lines), basket })
}

/// Applies a change to a line. The new quantity must be orderable.
fn apply(context: &CartContext<'_>, line: &mut CartLine, change: LineChange) -> Result<(), CartError> {
    line.unit = change.unit.unwrap_or(line.unit);
    line.quantity = change.quantity.unwrap_or(line.quantity);
    if let Some(note) = change.note {
        line.note = note.into();
    }
    let product = context.products.by_id(line.product).ok_or(CartError::NoSuchLine(line.line))?;
    if !context.catalog_view.can_see(&product) {
        return Err(CommonError::invalid(
            "/quantity",
            FieldCode::UnknownProduct,
            "the line must be of a product that exists; remove the line",
        )
        .into());
    }
    Ok(product.check_quantity(line.unit, line.quantity.into()).map_err(CommonError::from)?)
}

async fn write_line(tx: &Tx, cart: &carts::Model, line: &CartLine) -> Result<(), CartError> {
    let done = cart_lines::Entity::update_many()
        .col_expr(cart_lines::Column::Unit, Expr::value(line.unit.to_string()))
        .col_expr(cart_lines::Column::Quantity, Expr::value(line.quantity.0))
        .col_expr(cart_lines::Column::Note, Expr::value(line.note.to_string()))
        .col_expr(cart_lines::Column::SeenAt, Expr::value(line.seen.map(|seen| seen.valid_at.0)))
        .col_expr(cart_lines::Column::SeenAsOf, Expr::value(line.seen.map(|seen| seen.known_at.0)))
        .filter(cart_lines::Column::CartId.eq(cart.id).and(cart_lines::Column::LineNo.eq(line.line)))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 { Err(CartError::NoSuchLine(line.line)) } else { Ok(()) }
}

/// Removes a line from an open cart and prices the rest.
pub(super) async fn remove_line(tx: &Tx, context: &CartContext<'_>, cart: &str, number: i32) -> Result<PricedCart, CartError> {
    let mut row = lock_open(tx, cart, context.account).await?;
    let mut lines = context.cache.lines(tx, row.id, row.version).await?.as_ref().clone();
    let delete = cart_lines::Entity::delete_many().filter(cart_lines::Column::CartId.eq(row.id));
    if delete.filter(cart_lines::Column::LineNo.eq(number)).exec(tx).await?.rows_affected == 0 {
        return Err(CartError::NoSuchLine(number));
    }
    row.line_count -= 1;
    save(tx, &mut row).await?;
    lines.retain(|line| line.line != number);
    let basket = context.price(tx, &row, &lines).await?;
    Ok(PricedCart { row, lines: Arc::new(lines), basket })
}

/// Records that the caller has seen today's prices of all lines.
pub(super) async fn accept_prices(tx: &Tx, context: &CartContext<'_>, cart: &str) -> Result<PricedCart, CartError> {
    let row = lock_open(tx, cart, context.account).await?;
    let PricedCart { mut row, lines, basket } = context.load(tx, row).await?;
    let mut lines = lines.as_ref().clone();
    mark_priced(&mut lines, &basket);
    let seen = state_of(&basket);
    cart_lines::Entity::update_many()
        .col_expr(cart_lines::Column::SeenAt, Expr::value(seen.valid_at.0))
        .col_expr(cart_lines::Column::SeenAsOf, Expr::value(seen.known_at.0))
        .filter(cart_lines::Column::CartId.eq(row.id))
        .exec(tx)
        .await?;
    save(tx, &mut row).await?;
    Ok(PricedCart { row, lines: Arc::new(lines), basket })
}

/// Deletes an open cart with its lines.
pub(super) async fn delete(tx: &Tx, context: &CartContext<'_>, cart: &str) -> Result<(), CartError> {
    let cart = lock_open(tx, cart, context.account).await?;
    cart_lines::Entity::delete_many().filter(cart_lines::Column::CartId.eq(cart.id)).exec(tx).await?;
    carts::Entity::delete_by_id(cart.id).exec(tx).await?;
    tx.record(&CartDeleted((&cart).into()));
    Ok(())
}
