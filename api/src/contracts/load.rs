//! From the tables into the book: everything at start, then only what a change touched.
//!
//! Rows of one version are read after it was committed and never in part: a reader takes the version first and then the rows
//! up to it. Entries and contract lines, of which there may be millions, travel packed as text, many rows at a time; reading
//! them one by one is what would make a start slow.

use entity::{Instant, accounts};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};
use serde::Deserialize;

use super::book::Refused;
use super::packed::{self, Rows};
use super::prices::Prices;
use super::products;
use super::rows;
use crate::kernel::database::Reader;
use crate::kernel::events::Event;
use crate::kernel::follow::Surface;
use crate::kernel::problem::Trouble;

/// The versions a reader takes: after the first, up to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions {
    pub(super) after: i64,
    pub(super) upto: i64,
}

#[derive(FromQueryResult)]
struct Latest {
    version: i64,
    recorded_at: Instant,
}

async fn latest(db: &impl ConnectionTrait) -> Result<Latest, DbErr> {
    let sql = "select version, recorded_at from price_versions where id = 1";
    let found = Latest::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).one(db).await?;
    found.ok_or_else(|| DbErr::RecordNotFound("price_versions has no row".to_owned()))
}

impl Prices {
    /// Loads everything.
    pub(crate) async fn load(db: &Reader) -> Result<Self, Trouble> {
        let prices = Self::default();
        let latest = latest(db).await?;
        let versions = Versions { after: 0, upto: latest.version };
        prices.take_accounts(db, None).await?;
        products::take(&prices, db, products::Which::All).await?;
        prices.take_rows(db, versions).await?;
        let mut book = prices.book.write();
        book.reached(latest.version, latest.recorded_at);
        book.shrink();
        drop(book);
        Ok(prices)
    }

    pub(super) async fn take_accounts(&self, db: &impl ConnectionTrait, ids: Option<Vec<i64>>) -> Result<(), Trouble> {
        let mut select = accounts::Entity::find();
        if let Some(ids) = ids {
            select = select.filter(accounts::Column::Id.is_in(ids));
        }
        let rows = select.all(db).await?;
        let mut book = self.book.write();
        for row in &rows {
            note(book.put_account(row), "account", row.id.0);
        }
        Ok(())
    }

    /// Rows of prices that the versions recorded or ended.
    async fn take_rows(&self, db: &impl ConnectionTrait, versions: Versions) -> Result<(), Trouble> {
        let which = rows::Which::changed(versions);
        for row in rows::lists(db, &which).await? {
            let list = row.list;
            note(self.book.write().put_list(row), "price list", list);
        }
        for row in rows::contracts(db, &which).await? {
            let id = row.id;
            note(self.book.write().put_contract(row), "contract", id);
        }
        for row in rows::promotions(db, &which).await? {
            let id = row.id;
            note(self.book.write().put_promotion(row), "promotion", id);
        }
        let mut lines = Rows::new(&packed::CONTRACT_LINES, versions);
        lines.each_batch(db, |batch| self.take_contract_lines(batch)).await?;
        let mut entries = Rows::new(&packed::ENTRIES, versions);
        entries.each_batch(db, |batch| self.take_entries(batch)).await
    }

    fn take_entries(&self, batch: &str) {
        let mut book = self.book.write();
        for row in packed::records(batch) {
            match packed::entry(row) {
                Some(entry) => note(book.put_entry(&entry), "price entry", entry.id),
                None => tracing::error!(row, "a price entry cannot be read"),
            }
        }
    }

    fn take_contract_lines(&self, batch: &str) {
        let mut book = self.book.write();
        for row in packed::records(batch) {
            match packed::contract_line(row) {
                Some(line) => {
                    note(book.put_contract_line(line.id, line.contract, line.line, line.times), "contract line", line.id);
                }
                None => tracing::error!(row, "a contract line cannot be read"),
            }
        }
    }
}

/// Stored rows were checked when they were recorded; one the engine refuses is left out and said so.
pub(super) fn note(outcome: Result<(), Refused>, kind: &str, id: i64) {
    if let Err(error) = outcome {
        tracing::error!(kind, id, error = %error, "a stored row is not taken into the price book");
    }
}

/// Brings the book up to the latest committed version. Several may do so at once: rows taken twice do no harm.
pub(super) async fn catch_up(prices: &Prices, db: &impl ConnectionTrait) -> Result<(), Trouble> {
    let after = prices.version();
    let latest = latest(db).await?;
    if latest.version <= after {
        return Ok(());
    }
    let versions = Versions { after, upto: latest.version };
    products::take(prices, db, products::Which::CostChanged(versions)).await?;
    prices.take_rows(db, versions).await?;
    prices.book.write().reached(latest.version, latest.recorded_at);
    Ok(())
}

/// What the events that concern prices have in common.
#[derive(Debug, Deserialize)]
struct Changed {
    #[serde(default)]
    id: Option<i64>,
    #[serde(default)]
    ids: Vec<i64>,
}

#[async_trait::async_trait]
impl Surface for Prices {
    async fn follow(&self, db: &Reader, events: &[Event]) -> Result<(), Trouble> {
        let ids = |kind: &str| -> Vec<i64> {
            let changed = events.iter().filter(|event| event.kind == kind);
            changed.filter_map(Event::read::<Changed>).flat_map(|c| c.ids.into_iter().chain(c.id)).collect()
        };
        let accounts = ids("account.changed");
        for chunk in crate::kernel::sql::key_chunks(&accounts) {
            self.take_accounts(db, Some(chunk.to_vec())).await?;
        }
        if events.iter().any(|event| event.kind == "categories.changed") {
            products::take(self, db, products::Which::CategoriesMoved).await?;
        }
        let changed = ids("products.changed");
        for chunk in crate::kernel::sql::key_chunks(&changed) {
            products::take(self, db, products::Which::These(chunk.to_vec())).await?;
        }
        if events.iter().any(|event| event.kind == "prices.changed") {
            catch_up(self, db).await?;
        }
        Ok(())
    }
}

/// A statement in the connection's dialect.
pub(super) fn statement(db: &impl ConnectionTrait, sql: impl Into<String>, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// The function that gives the character of a number.
pub(super) fn chr(db: &impl ConnectionTrait) -> &'static str {
    if db.get_database_backend() == DbBackend::Postgres { "chr" } else { "char" }
}
