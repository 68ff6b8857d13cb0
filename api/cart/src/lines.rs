//! The lines of a cart, as they are stored.

use std::sync::Arc;

use entity::{CartId, ProductId, Quantity, cart_lines};
use pricing::UnitCode;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use prices::{AsOf, PriceLine};
use store::StoreError;
use store::database::Tx;
use store::sql::insert_later;

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    pub line: i32,
    pub product: ProductId,
    pub unit: UnitCode,
    pub quantity: Quantity,
    pub note: Arc<str>,
    /// The price state that the account's users last saw for this line.
    pub seen: Option<AsOf>,
}

impl CartLine {
    /// The line of a row.
    pub(super) fn of_row(row: cart_lines::Model) -> Self {
        Self {
            line: row.line_no,
            product: row.product_id,
            unit: row.unit.0,
            quantity: row.quantity,
            note: row.note.into(),
            seen: row.seen_as_of.zip(row.seen_at).map(|(known_at, valid_at)| AsOf { known_at, valid_at }),
        }
    }

    /// What pricing needs of the line.
    pub(super) fn price_line(&self) -> PriceLine {
        PriceLine { product: self.product, unit: self.unit, quantity: self.quantity.into() }
    }

    fn row(&self, cart: CartId) -> cart_lines::Model {
        cart_lines::Model {
            cart_id: cart,
            line_no: self.line,
            product_id: self.product,
            unit: self.unit.into(),
            quantity: self.quantity,
            note: self.note.to_string(),
            seen_at: self.seen.map(|seen| seen.valid_at),
            seen_as_of: self.seen.map(|seen| seen.known_at),
        }
    }
}

/// Writes new lines of a cart.
pub(super) async fn insert(tx: &Tx, cart: CartId, lines: &[CartLine]) -> Result<(), StoreError> {
    let rows = lines.iter().map(|line| line.row(cart).into_active_model().reset_all()).collect();
    Ok(insert_later(tx, rows).await?)
}
