//! Events of carts.

use entity::{AccountId, carts};
use serde::{Deserialize, Serialize};
use store::EventDetails;

/// A cart after a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CartDetails {
    /// Id in the API.
    id: String,
    /// Account of the cart.
    #[serde(default)]
    account_id: Option<AccountId>,
    /// Number of lines.
    lines: i32,
    /// Version after the change.
    version: i64,
}

impl From<&carts::Model> for CartDetails {
    fn from(cart: &carts::Model) -> Self {
        let account_id = Some(cart.account_id);
        Self { id: cart.id.to_string(), account_id, lines: cart.line_count, version: cart.version }
    }
}

/// Public form of [`CartDetails`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicCart<'a> {
    id: &'a str,
    lines: i32,
    version: i64,
}

impl EventDetails for CartDetails {
    type Public<'a> = PublicCart<'a>;

    fn subject(&self) -> String {
        format!("cart/{}", self.id)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicCart<'_>> {
        Some(PublicCart { id: &self.id, lines: self.lines, version: self.version })
    }
}

store::event_kinds! {
    CartDetails:
    /// A cart was created.
    pub(crate) CartCreated = "cart.created",
    /// Lines were added, changed or removed.
    pub(crate) CartChanged = "cart.changed",
    /// A cart was deleted.
    pub(crate) CartDeleted = "cart.deleted",
}
