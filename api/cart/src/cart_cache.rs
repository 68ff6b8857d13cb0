//! The lines of carts in memory, per version, so that adding to a large cart does not read it again.

use std::sync::Arc;
use store::Db;

use entity::{AccountId, CartId, cart_lines, carts};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::lines::CartLine;
use kernel::problem::CommonError;
use prices::OpenBaskets;
use prices::PriceImpact;
use prices::count_affected;
use store::StoreError;
use store::database::{Reader, Tx};
use store::sql::fetch;

/// The lines of carts that this process read or wrote last.
#[derive(Clone, Debug)]
pub struct CartCache {
    contents: moka::sync::Cache<CartId, Arc<Content>, ahash::RandomState>,
}

/// A cart as it was at a version.
#[derive(Debug)]
struct Content {
    account: AccountId,
    version: i64,
    lines: Arc<Vec<CartLine>>,
}

/// Largest number of cached lines over all carts, about 60 bytes each.
const LINES_CACHED: u64 = 400_000;

impl Default for CartCache {
    fn default() -> Self {
        let contents = moka::sync::Cache::builder()
            .weigher(|_, content: &Arc<Content>| u32::try_from(content.lines.len() + 1).unwrap_or(u32::MAX))
            .max_capacity(LINES_CACHED)
            .build_with_hasher(ahash::RandomState::default());
        Self { contents }
    }
}

impl CartCache {
    /// The account of a cart, if it is cached. The account of a cart never changes, but the cart may have been deleted since.
    pub(super) fn owner(&self, cart: CartId) -> Option<AccountId> {
        self.contents.get(&cart).map(|content| content.account)
    }

    /// The lines of a cart at a version, read from the database if they are not cached. The caller must have read that version in
    /// the same transaction, or accept lines that are newer.
    pub async fn lines(&self, db: &impl Db, cart: CartId, version: i64) -> Result<Arc<Vec<CartLine>>, DbErr> {
        if let Some(content) = self.contents.get(&cart).filter(|content| content.version == version) {
            return Ok(content.lines.clone());
        }
        let select = cart_lines::Entity::find().filter(cart_lines::Column::CartId.eq(cart));
        let rows = fetch(db, select.order_by_asc(cart_lines::Column::LineNo)).await?;
        Ok(Arc::new(rows.into_iter().map(CartLine::of_row).collect()))
    }

    /// Commits the transaction that changed a cart and caches the cart's lines. Nothing else writes the cache.
    pub(super) async fn commit<T>(
        &self,
        tx: Tx,
        cart: &carts::Model,
        lines: Arc<Vec<CartLine>>,
        answer: T,
    ) -> Result<T, StoreError> {
        let answer = tx.commit(answer).await?;
        let content = Content { account: cart.account_id, version: cart.version, lines };
        self.contents.insert(cart.id, Arc::new(content));
        Ok(answer)
    }
}

#[async_trait::async_trait]
impl OpenBaskets for CartCache {
    fn name(&self) -> &'static str {
        "carts"
    }

    async fn affected(&self, db: &Reader, impact: &PriceImpact) -> Result<u64, CommonError> {
        let lines = "select l.cart_id, l.line_no, b.account_id, b.currency, l.product_id from carts b \
                     join cart_lines l on l.cart_id = b.id where b.status = 'open'";
        count_affected(db, impact, lines, "cart_id").await
    }
}
