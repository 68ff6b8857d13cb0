//! How fast the database itself takes entries: plain inserts of many rows at once into the same table with the same indexes,
//! from one connection, with nothing around it.

use std::time::Instant;

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait as _, Value,
};

use super::Table;
use crate::support::Shop;

/// Rows of a statement, and of a transaction, as uploads have them.
const STATEMENT: usize = 2_000;
const TRANSACTION: usize = 4_000;
/// Above every id that was drawn.
const FIRST_ID: i64 = 1 << 50;

async fn connect(shop: &Shop) -> DatabaseConnection {
    let flags = shop.flags();
    let flag = |name: &str| flags.iter().position(|flag| flag == name).map(|place| flags[place + 1].clone());
    let url = flag("--database-url")
        .unwrap_or_else(|| format!("sqlite:{}/bulkhead.db", flag("--data-dir").expect("a shop has a data directory")));
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("cache_size", "-16384")
    });
    Database::connect(options).await.expect("the database can be opened")
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("an answer");
    row.expect("a row").try_get_by_index(0).expect("a number")
}

/// Inserts entries of all products into a list, as the last thing done to the shop: its server is ended.
pub(super) async fn measure(shop: &mut Shop, count: usize, table: &mut Table) {
    shop.process().kill();
    let db = connect(shop).await;
    let list = number(&db, "select id from price_lists where code = 'NEW-CSV'").await;
    let change = number(&db, "select version from price_versions where id = 1").await;
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), "select id from products order by id")).await;
    let products: Vec<i64> = rows.expect("an answer").iter().map(|row| row.try_get_by_index(0).expect("an id")).collect();
    let started = Instant::now();
    for transaction in 0..count.div_ceil(TRANSACTION) {
        let tx = db.begin().await.expect("a transaction");
        let end = ((transaction + 1) * TRANSACTION).min(count);
        for from in (transaction * TRANSACTION..end).step_by(STATEMENT) {
            let rows = (from..(from + STATEMENT).min(end)).map(|n| {
                let from = (1 + n / products.len()) as i64 * 1_000_000 + 500_000_000;
                [FIRST_ID + n as i64, list, products[n % products.len()], from, change]
            });
            let statement = insert(db.get_database_backend(), rows);
            tx.execute_raw(statement).await.expect("the rows are taken");
        }
        tx.commit().await.expect("the rows are kept");
    }
    let waited = started.elapsed();
    let rate = count as f64 / waited.as_secs_f64();
    table.add(format!("{count} rows inserted by the database alone"), format!("{rate:.0}/s, {waited:.1?}"), "");
}

fn insert(backend: DbBackend, rows: impl Iterator<Item = [i64; 5]>) -> Statement {
    let mut sql = String::from(
        "insert into price_entries (id, list_id, product_id, unit, currency, min_quantity, unit_price, per, valid_from, \
         valid_until, recorded_at, change_id) values ",
    );
    let mut values: Vec<Value> = Vec::new();
    for (place, [id, list, product, from, change]) in rows.enumerate() {
        let binds: Vec<String> = (place * 12 + 1..=place * 12 + 12).map(|bind| format!("${bind}")).collect();
        sql.push_str(if place == 0 { "(" } else { ", (" });
        sql.push_str(&binds.join(", "));
        sql.push(')');
        let nothing: Option<i64> = None;
        values.extend([id.into(), list.into(), product.into(), "EA".into(), "EUR".into(), from.into(), 990_000_i64.into()]);
        values.extend([1_i64.into(), nothing.into(), nothing.into(), 1_i64.into(), change.into()]);
    }
    Statement::from_sql_and_values(backend, sql, values)
}
