//! The lines of carts in memory, per version: adding to a large cart need not read it again.

use std::sync::Arc;

use entity::{AccountId, CartId, ProductId, Quantity, cart_lines, carts};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use kernel::problem::CommonError;
use prices::AsOf;
use prices::OpenBaskets;
use prices::PriceImpact;
use prices::count_affected;
use store::database::Db;
use store::database::Reader;
use store::sql::fetch;

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    pub line: i32,
    pub product: ProductId,
    pub unit: pricing::UnitCode,
    pub quantity: Quantity,
    pub note: Arc<str>,
    /// The state of prices in which it was last priced for who filled the cart.
    pub seen: Option<AsOf>,
}

/// What this process remembers of carts.
#[derive(Clone, Debug)]
pub struct Carts {
    contents: moka::sync::Cache<CartId, Arc<Content>, ahash::RandomState>,
}

/// A cart as it was at a version.
#[derive(Debug)]
struct Content {
    account: AccountId,
    version: i64,
    lines: Arc<Vec<CartLine>>,
}

/// Lines remembered over all carts, some 60 bytes each.
const LINES_REMEMBERED: u64 = 400_000;

impl Default for Carts {
    fn default() -> Self {
        let contents = moka::sync::Cache::builder()
            .weigher(|_, content: &Arc<Content>| u32::try_from(content.lines.len() + 1).unwrap_or(u32::MAX))
            .max_capacity(LINES_REMEMBERED)
            .build_with_hasher(ahash::RandomState::default());
        Self { contents }
    }
}

impl Carts {
    /// Whose cart it is, if that is remembered. A cart never changes hands, but it may be deleted.
    pub(super) fn owner(&self, cart: CartId) -> Option<AccountId> {
        self.contents.get(&cart).map(|content| content.account)
    }

    /// The lines of a cart at a version, read if they are not remembered. The caller must hold that version: read it in the
    /// same transaction, or accept lines that are newer.
    pub async fn lines(&self, db: &impl Db, cart: CartId, version: i64) -> Result<Arc<Vec<CartLine>>, DbErr> {
        if let Some(content) = self.contents.get(&cart).filter(|content| content.version == version) {
            return Ok(content.lines.clone());
        }
        let select = cart_lines::Entity::find().filter(cart_lines::Column::CartId.eq(cart));
        let rows = fetch(db, select.order_by_asc(cart_lines::Column::LineNo)).await?;
        let lines = rows.into_iter().map(|row| CartLine {
            line: row.line_no,
            product: row.product_id,
            unit: row.unit.0,
            quantity: row.quantity,
            note: row.note.into(),
            seen: row.seen_as_of.zip(row.seen_at).map(|(known_at, valid_at)| AsOf { known_at, valid_at }),
        });
        Ok(Arc::new(lines.collect()))
    }

    /// Remembers the lines of a cart as it was committed.
    pub(super) fn remember(&self, cart: &carts::Model, lines: Arc<Vec<CartLine>>) {
        let content = Content { account: cart.account_id, version: cart.version, lines };
        self.contents.insert(cart.id, Arc::new(content));
    }
}

#[async_trait::async_trait]
impl OpenBaskets for Carts {
    fn name(&self) -> &'static str {
        "carts"
    }

    async fn affected(&self, db: &Reader, impact: &PriceImpact) -> Result<u64, CommonError> {
        let lines = "select l.cart_id, l.line_no, b.account_id, b.currency, l.product_id from carts b \
                     join cart_lines l on l.cart_id = b.id where b.status = 'open'";
        count_affected(db, impact, lines, "cart_id").await
    }
}
