//! From the tables into the book: everything at start, then only what a change touched.
//!
//! Rows of one version are read after it was committed and never in part: a reader takes the version first and then the rows
//! up to it. Entries and contract lines, of which there may be millions, travel packed as text, many rows at a time; reading
//! them one by one is what would make a start slow.

use entity::Instant;
use sea_orm::DbErr;
use store::Db;

use super::error::PriceError;
use super::events::PricesChanged;
use super::load_inputs;
use super::lookup::Prices;
use super::packed_rows::{self, Rows};
use super::price_book::log_refused;
use super::stored_terms::{self, Versions};
use kernel::problem::CommonError;
use store::clock;
use store::database::{Reader, Tx};
use store::events::{Event, any_is};
use store::projections::Projection;

struct Latest {
    version: i64,
    recorded_at: Instant,
}

async fn latest(db: &impl Db) -> Result<Latest, DbErr> {
    let sql = "select version, recorded_at from price_versions where id = 1";
    let row = db.row(db.statement(sql, [])).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("price_versions has no row".to_owned()))?;
    Ok(Latest { version: row.get(0)?, recorded_at: row.get(1)? })
}

impl Prices {
    /// Loads everything.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let started = std::time::Instant::now();
        let prices = Self::default();
        prices.book.write().change_index_mut().open(clock::now());
        let latest = latest(db).await?;
        let versions = Versions { after: 0, upto: latest.version };
        prices.take_terms(db, versions).await?;
        let lines = Rows::new(&packed_rows::CONTRACT_LINES, versions);
        lines.each_batch_ahead(db, |batch| prices.take_contract_lines(batch)).await?;
        let entries = Rows::new(&packed_rows::ENTRIES, versions);
        entries.each_batch_ahead(db, |batch| prices.take_entries(batch)).await?;
        let mut book = prices.book.write();
        book.reached(latest.version, latest.recorded_at);
        book.change_index_mut().begin(latest.recorded_at);
        book.shrink();
        drop(book);
        tracing::info!(version = latest.version, millis = started.elapsed().as_millis(), "prices loaded");
        Ok(prices)
    }

    /// Brings the book up to the latest committed version. Several may do so at once: rows taken twice do no harm.
    pub async fn catch_up(&self, db: &impl Db) -> Result<(), CommonError> {
        let after = self.version();
        let latest = latest(db).await?;
        if latest.version <= after {
            return Ok(());
        }
        let versions = Versions { after, upto: latest.version };
        self.take_terms(db, versions).await?;
        Rows::new(&packed_rows::CONTRACT_LINES, versions).each_batch(db, |batch| self.take_contract_lines(batch)).await?;
        Rows::new(&packed_rows::ENTRIES, versions).each_batch(db, |batch| self.take_entries(batch)).await?;
        self.book.write().reached(latest.version, latest.recorded_at);
        Ok(())
    }

    /// Holds the price version for the rest of the transaction and brings this book up to it, so that what is priced after
    /// it cannot be outdated when the transaction is kept.
    pub async fn lock_version(&self, tx: &Tx) -> Result<(), PriceError> {
        let sql = format!("select version from price_versions where id = 1 {}", tx.dialect("", "for share"));
        let version: i64 = tx.first_value(tx.statement(sql, [])).await?;
        if version > self.version() {
            self.catch_up(tx).await?;
        }
        Ok(())
    }
    /// Rows that the versions recorded or ended: all but contract lines and entries.
    async fn take_terms(&self, db: &impl Db, versions: Versions) -> Result<(), CommonError> {
        load_inputs::take_accounts(self, db, versions).await?;
        load_inputs::take(self, db, versions).await?;
        let which = stored_terms::TermsFilter::changed(versions);
        for row in stored_terms::lists(db, &which).await? {
            let list = row.list;
            log_refused(self.book.write().put_list(row), "price list", list);
        }
        for row in stored_terms::contracts(db, &which).await? {
            let id = row.id;
            log_refused(self.book.write().put_contract(row), "contract", id);
        }
        for row in stored_terms::promotions(db, &which).await? {
            let id = row.id;
            log_refused(self.book.write().put_promotion(row), "promotion", id);
        }
        Ok(())
    }

    fn take_entries(&self, batch: &str) {
        let mut book = self.book.write();
        for row in packed_rows::records(batch) {
            match packed_rows::entry(row) {
                Some(entry) => log_refused(book.put_entry(&entry), "price entry", entry.id),
                None => tracing::error!(row, "a price entry cannot be read"),
            }
        }
    }

    fn take_contract_lines(&self, batch: &str) {
        let mut book = self.book.write();
        for row in packed_rows::records(batch) {
            match packed_rows::contract_line(row) {
                Some(line) => {
                    log_refused(book.put_contract_line(line.id, line.contract, line.line, line.times), "contract line", line.id);
                }
                None => tracing::error!(row, "a contract line cannot be read"),
            }
        }
    }
}

#[async_trait::async_trait]
impl Projection for Prices {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), store::BoxError> {
        if any_is::<PricesChanged>(events) {
            self.catch_up(db).await?;
        }
        Ok(())
    }
}
