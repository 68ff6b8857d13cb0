//! Loads products and accounts into the book: all recorded versions of them, and the history of cost and floor.

use ahash::AHashMap;
use entity::{CurrencyCode, Instant};
use pricing::{Amount, ProductMoney};
use sea_orm::DbErr;
use store::{Db, Row};

use super::lookup::Prices;
use super::price_book::{AccountRow, MoneyHistory, ProductRow, log_refused};
use super::pricing_inputs::ProductInputs;
use super::stored_terms::Versions;
use kernel::problem::CommonError;

/// Products read at once: each is in memory as rows, as text and as inputs while it is read.
const BATCH: usize = 1_000;
const EVERYTHING: Versions = Versions { after: 0, upto: i64::MAX };

impl Prices {
    /// Reads some products with everything known of them, and puts them into the book.
    pub async fn take_products(&self, db: &impl Db, products: &[i64]) -> Result<(), CommonError> {
        for chunk in products.chunks(BATCH) {
            take_where(self, db, EVERYTHING, &among(chunk)).await?;
        }
        Ok(())
    }

    /// Reads some accounts with everything known of them, and puts them into the book.
    pub async fn take_accounts(&self, db: &impl Db, accounts: &[i64]) -> Result<(), CommonError> {
        for chunk in accounts.chunks(BATCH) {
            take_accounts_where(self, db, EVERYTHING, &format!("change_id > $1 and account_id {}", among(chunk))).await?;
        }
        Ok(())
    }
}

/// A condition on a key.
fn among(keys: &[i64]) -> String {
    let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
    format!("in ({})", keys.join(", "))
}

/// Reads the products whose inputs, cost or floor the versions changed, with everything known of them, and puts them into
/// the book.
pub(super) async fn take(prices: &Prices, db: &impl Db, versions: Versions) -> Result<(), CommonError> {
    if versions.after == 0 {
        return take_all(prices, db, versions).await;
    }
    let sql = "select product_id from product_price_facts where change_id > $1 and change_id <= $2 \
               union select product_id from product_cost_facts where change_id > $1 and change_id <= $2";
    let rows = db.rows(db.statement(sql, vec![versions.after.into(), versions.upto.into()])).await?;
    let products = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, DbErr>>()?;
    for chunk in products.chunks(BATCH) {
        take_where(prices, db, versions, &among(chunk)).await?;
    }
    Ok(())
}

async fn take_all(prices: &Prices, db: &impl Db, versions: Versions) -> Result<(), CommonError> {
    let count = "select count(distinct product_id) from product_price_facts";
    let count = db.row(db.statement(count, Vec::new())).await?;
    let count: i64 = count.map_or(Ok(0), |row| row.get(0))?;
    prices.book.write().expect_products(usize::try_from(count).unwrap_or(0));
    let mut after = 0;
    loop {
        let sql = format!(
            "select coalesce(max(product_id), 0) from (select distinct product_id from product_price_facts \
             where product_id > $1 order by product_id limit {BATCH}) batch"
        );
        let last = db.row(db.statement(sql, vec![after.into()])).await?;
        let last: i64 = last.map_or(Ok(0), |row| row.get(0))?;
        if last == 0 {
            return Ok(());
        }
        take_where(prices, db, versions, &format!("between {} and {last}", after + 1)).await?;
        after = last;
    }
}

/// Products whose id fulfils a condition of numbers only. Every row up to the version is read, so that what is put at an
/// instant never depends on when it was read.
async fn take_where(prices: &Prices, db: &impl Db, versions: Versions, condition: &str) -> Result<(), CommonError> {
    let sql = format!(
        "select product_id, currency, cost, floor, recorded_at from product_cost_facts \
         where product_id {condition} and change_id <= $1 order by product_id, recorded_at, id"
    );
    let mut money: AHashMap<i64, Vec<Row>> = AHashMap::new();
    for row in db.rows(db.statement(sql, vec![versions.upto.into()])).await? {
        money.entry(row.get(0)?).or_default().push(row);
    }
    let sql = format!(
        "select product_id, recorded_at, facts from product_price_facts \
         where product_id {condition} and change_id <= $1 order by product_id, recorded_at"
    );
    let mut products: Vec<ProductRow> = Vec::new();
    for row in db.rows(db.statement(sql, vec![versions.upto.into()])).await? {
        let (id, at): (i64, Instant) = (row.get(0)?, row.get(1)?);
        let inputs = ProductInputs::read(&row.get::<String>(2)?)?;
        if products.last().is_none_or(|last| last.id != id) {
            let money = money.remove(&id).unwrap_or_default();
            let unreadable = |_| DbErr::Custom(format!("cost or floor of product {id} cannot be read"));
            products.push(ProductRow { id, versions: Vec::new(), money: history(&money).map_err(unreadable)? });
        }
        if let Some(product) = products.last_mut() {
            product.versions.push((at, inputs));
        }
    }
    let mut book = prices.book.write();
    for row in &products {
        log_refused(book.put_product(row), "product", row.id);
    }
    Ok(())
}

/// What cost and floor were from each instant of change on.
fn history(rows: &[Row]) -> Result<MoneyHistory, Box<dyn std::error::Error>> {
    let mut history = MoneyHistory::new();
    let mut current: Vec<ProductMoney> = Vec::new();
    for row in rows {
        let currency = row.get::<CurrencyCode>(1)?.0;
        let amount = |column: usize| row.get::<Option<entity::Amount>>(column).map(|a| a.map(Amount::from));
        let recorded_at: Instant = row.get(4)?;
        current.retain(|money| money.currency != currency);
        current.push(ProductMoney { currency, cost: amount(2)?, floor: amount(3)? });
        match history.last_mut() {
            Some((at, money)) if *at == recorded_at => money.clone_from(&current),
            _ => history.push((recorded_at, current.clone())),
        }
    }
    Ok(history)
}

/// Reads the accounts whose place in the company tree or group the versions changed, and puts them into the book.
pub(super) async fn take_accounts(prices: &Prices, db: &impl Db, versions: Versions) -> Result<(), CommonError> {
    take_accounts_where(prices, db, versions, "change_id > $1").await
}

async fn take_accounts_where(prices: &Prices, db: &impl Db, versions: Versions, condition: &str) -> Result<(), CommonError> {
    let sql = format!(
        "select account_id, recorded_at, parent_id, group_code from account_price_facts \
         where {condition} and change_id <= $2 order by id"
    );
    let rows = db.rows(db.statement(sql, vec![versions.after.into(), versions.upto.into()])).await?;
    let one = |row: &Row| Ok(AccountRow { id: row.get(0)?, recorded_at: row.get(1)?, parent: row.get(2)?, group: row.get(3)? });
    let rows = rows.iter().map(one).collect::<Result<Vec<AccountRow>, DbErr>>()?;
    let mut book = prices.book.write();
    for row in rows {
        let id = row.id;
        log_refused(book.put_account(row), "account", id);
    }
    Ok(())
}
