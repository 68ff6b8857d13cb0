//! The lines of carts in memory, per version: adding to a large cart need not read it again.

use std::sync::Arc;

use entity::{AccountId, CartId, ProductId, Quantity, cart_lines, carts};
use pricing::Currency;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, Statement};

use crate::contracts::{Moment, OpenBaskets, Touched};
use crate::kernel::database::Reader;
use crate::kernel::problem::Trouble;

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CartLine {
    pub(crate) line: i32,
    pub(crate) product: ProductId,
    pub(crate) unit: pricing::UnitCode,
    pub(crate) quantity: Quantity,
    pub(crate) note: Arc<str>,
    /// The state of prices in which it was last priced for who filled the cart.
    pub(crate) seen: Option<Moment>,
}

/// What this process remembers of carts.
#[derive(Clone, Debug)]
pub(crate) struct Carts {
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
    pub(crate) async fn lines(&self, db: &impl ConnectionTrait, cart: CartId, version: i64) -> Result<Arc<Vec<CartLine>>, DbErr> {
        if let Some(content) = self.contents.get(&cart).filter(|content| content.version == version) {
            return Ok(content.lines.clone());
        }
        let select = cart_lines::Entity::find().filter(cart_lines::Column::CartId.eq(cart));
        let rows = select.order_by_asc(cart_lines::Column::LineNo).all(db).await?;
        let lines = rows.into_iter().filter_map(|row| {
            Some(CartLine {
                line: row.line_no,
                product: row.product_id,
                unit: row.unit.parse().ok()?,
                quantity: row.quantity,
                note: row.note.into(),
                seen: row.seen_as_of.zip(row.seen_at).map(|(as_of, at)| Moment { as_of, at }),
            })
        });
        Ok(Arc::new(lines.collect()))
    }

    /// Remembers the lines of a cart as it was committed.
    pub(super) fn remember(&self, cart: &carts::Model, lines: Arc<Vec<CartLine>>) {
        let content = Content { account: cart.account_id, version: cart.version, lines };
        self.contents.insert(cart.id, Arc::new(content));
    }
}

/// Lines of open carts read at a time.
const LOOKED_AT: i64 = 20_000;

#[async_trait::async_trait]
impl OpenBaskets for Carts {
    fn name(&self) -> &'static str {
        "carts"
    }

    async fn touched(&self, db: &Reader, touched: &Touched) -> Result<u64, Trouble> {
        let sql = "select l.cart_id, l.line_no, c.account_id, c.currency, l.product_id from carts c \
                   join cart_lines l on l.cart_id = c.id where c.status = 'open' \
                   and (l.cart_id > $1 or (l.cart_id = $1 and l.line_no > $2)) order by l.cart_id, l.line_no limit $3";
        let (mut after, mut counted, mut last) = ((0_i64, 0_i32), 0, None);
        loop {
            let values = [after.0.into(), after.1.into(), LOOKED_AT.into()];
            let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
            for row in &rows {
                after = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                if last == Some(after.0) {
                    continue;
                }
                let currency: Option<Currency> = row.try_get_by_index::<String>(3)?.parse().ok();
                let (account, product) = (AccountId(row.try_get_by_index(2)?), ProductId(row.try_get_by_index(4)?));
                if currency.is_some_and(|currency| touched.has(account, currency, product)) {
                    counted += 1;
                    last = Some(after.0);
                }
            }
            if (rows.len() as i64) < LOOKED_AT {
                return Ok(counted);
            }
        }
    }
}
