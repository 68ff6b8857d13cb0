//! Adding lines to a cart: line numbers are reserved, the whole cart is priced, the new lines are written.
//!
//! A [`Draft`] becomes [`Numbered`], then [`Priced`]. The number of statements is the same for one line and for ten thousand
//! (save for batches), and for carts of any size.

use std::sync::Arc;

use entity::carts;

use super::cart_rows::{self, NewCart};
use super::check_lines::CheckedLine;
use super::error::CartError;
use super::lines::{self, CartLine};
use super::priced_cart::{CartContext, PricedCart, mark_priced};
use store::database::Tx;

/// A cart with newly added lines.
#[derive(Debug)]
pub(super) struct CartWithNewLines {
    pub(super) cart: PricedCart,
    /// Index of the first new line.
    first: usize,
    /// Pointer of each new line in the request.
    pointers: Vec<String>,
}

impl CartWithNewLines {
    /// The index of each new line, with its pointer in the request.
    pub(super) fn new_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (self.first..).zip(self.pointers.iter().map(String::as_str))
    }
}

/// Adds lines to an open cart, which is locked from here on.
pub(super) async fn add_lines(
    tx: &Tx,
    context: &CartContext<'_>,
    cart: &str,
    lines: Vec<CheckedLine>,
) -> Result<CartWithNewLines, CartError> {
    let draft = Draft { lines };
    let reserved = cart_rows::reserve_line_numbers(tx, cart, context.account, draft.lines.len()).await?;
    let present = context.cache.lines(tx, reserved.cart.id, reserved.version_before).await?;
    let priced = draft.number(reserved.cart, &present)?.price(tx, context).await?;
    priced.write(tx).await
}

/// Creates a cart with its first lines.
pub(super) async fn create_cart(
    tx: &Tx,
    context: &CartContext<'_>,
    new: NewCart,
    lines: Vec<CheckedLine>,
) -> Result<CartWithNewLines, CartError> {
    let draft = Draft { lines };
    let cart = cart_rows::create(tx, new, draft.lines.len()).await?;
    let priced = draft.number(cart, &[])?.price(tx, context).await?;
    priced.write(tx).await
}

/// Lines to be added.
struct Draft {
    lines: Vec<CheckedLine>,
}

/// All lines of a cart, the new ones at the end with the numbers reserved for them.
struct Numbered {
    cart: carts::Model,
    lines: Vec<CartLine>,
    first: usize,
    pointers: Vec<String>,
}

/// A priced cart whose new lines are not written yet.
struct Priced {
    added: CartWithNewLines,
}

impl Draft {
    /// Numbers the new lines after the present ones. The cart's row already counts them.
    fn number(self, cart: carts::Model, present: &[CartLine]) -> Result<Numbered, CartError> {
        let first_number = cart.next_line - cart_rows::count_within_limit(self.lines.len())?;
        let mut lines = Vec::with_capacity(present.len() + self.lines.len());
        lines.extend_from_slice(present);
        let mut pointers = Vec::with_capacity(self.lines.len());
        for (number, line) in (first_number..).zip(self.lines) {
            lines.push(CartLine {
                line: number,
                product: line.product.id,
                unit: line.unit,
                quantity: line.quantity.into(),
                note: line.note.into(),
                seen: None,
            });
            pointers.push(line.pointer);
        }
        Ok(Numbered { cart, lines, first: present.len(), pointers })
    }
}

impl Numbered {
    /// Prices the whole cart: the new lines may change the volume breaks of the others.
    async fn price(mut self, tx: &Tx, context: &CartContext<'_>) -> Result<Priced, CartError> {
        let basket = context.price(tx, &self.cart, &self.lines).await?;
        mark_priced(&mut self.lines[self.first..], &basket);
        let cart = PricedCart { row: self.cart, lines: Arc::new(self.lines), basket };
        Ok(Priced { added: CartWithNewLines { cart, first: self.first, pointers: self.pointers } })
    }
}

impl Priced {
    /// Writes the new lines.
    async fn write(self, tx: &Tx) -> Result<CartWithNewLines, CartError> {
        let CartWithNewLines { cart, first, .. } = &self.added;
        lines::insert(tx, cart.row.id, &cart.lines[*first..]).await?;
        Ok(self.added)
    }
}

#[cfg(test)]
mod tests {
    use entity::{AccountId, CartId, CartStatus, Instant, ProductId, Quantity};
    use pricing::UnitCode;

    use super::*;

    /// A cart with `count` lines; the next line gets the number `next_line`.
    fn cart(next_line: i32, count: i32) -> carts::Model {
        carts::Model {
            id: CartId(1),
            account_id: AccountId(1),
            name: String::new(),
            currency: entity::CurrencyCode("EUR".parse().expect("a currency")),
            status: CartStatus::Open,
            created_by: String::new(),
            next_line,
            line_count: count,
            version: 2,
            created_at: Instant(0),
            updated_at: Instant(0),
        }
    }

    fn present(number: i32) -> CartLine {
        let unit: UnitCode = "PCE".parse().expect("a unit");
        CartLine { line: number, product: ProductId(1), unit, quantity: Quantity(1_000_000), note: "".into(), seen: None }
    }

    fn checked_line(index: usize) -> CheckedLine {
        let unit: UnitCode = "PCE".parse().expect("a unit");
        let product = catalog::Product {
            id: ProductId(7),
            sku: "A-7".into(),
            title: "Bearing".into(),
            brand: "".into(),
            category: None,
            stock_unit: unit,
            units: Box::default(),
            fractional: false,
            lifecycle: entity::Lifecycle::Active,
            backorder: false,
            min: None,
            max: None,
            multiple: None,
            lead_time_days: None,
            mpn: None,
            version: 1,
        };
        let pointer = format!("/lines/{index}");
        let quantity = pricing::Quantity::from_micros(2_000_000);
        CheckedLine { index, pointer, product: Arc::new(product), unit, quantity, note: String::new() }
    }

    #[test]
    fn new_lines_get_the_numbers_that_the_cart_has_reserved_for_them() {
        let draft = Draft { lines: vec![checked_line(0), checked_line(2)] };
        // The number of the removed line 2 is not used again.
        let numbered = draft.number(cart(6, 4), &[present(1), present(3)]).expect("numbered");
        let numbers: Vec<i32> = numbered.lines.iter().map(|line| line.line).collect();
        assert_eq!((numbers, numbered.first), (vec![1, 3, 4, 5], 2));
        assert_eq!(numbered.pointers, ["/lines/0", "/lines/2"]);
    }

    #[test]
    fn adding_no_lines_changes_nothing() {
        let numbered = Draft { lines: Vec::new() }.number(cart(4, 2), &[present(1), present(3)]).expect("numbered");
        assert_eq!((numbered.lines.len(), numbered.first, numbered.pointers.len()), (2, 2, 0));
    }
}
