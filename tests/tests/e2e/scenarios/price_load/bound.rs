//! How fast the database itself takes entries: plain inserts of many rows at once into the same table with the same indexes,
//! from one connection, with nothing around it.

use std::time::Instant;

use rusqlite::{Connection, ToSql};

use super::Table;
use crate::support::{Shop, is_postgres};

/// Rows of a statement, and of a transaction, as uploads have them.
const STATEMENT: usize = 2_000;
const TRANSACTION: usize = 4_000;
/// Above every id that was drawn.
const FIRST_ID: i64 = 1 << 50;

fn connect(shop: &Shop) -> Connection {
    let flags = shop.flags();
    let place = flags.iter().position(|flag| flag == "--data-dir").expect("a shop has a data directory");
    let db = Connection::open(format!("{}/bulkhead.db", flags[place + 1])).expect("the database can be opened");
    db.execute_batch("pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -16384").expect("settings");
    db
}

/// Inserts entries of all products into a list, as the last thing done to the shop: its server is ended. SQLite alone.
pub(super) fn measure(shop: &mut Shop, count: usize, table: &mut Table) {
    if is_postgres() {
        return;
    }
    shop.process().kill();
    let mut db = connect(shop);
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    let list = number("select id from price_lists where code = 'NEW-CSV'");
    let change = number("select version from price_versions where id = 1");
    let products: Vec<i64> = {
        let mut select = db.prepare("select id from products order by id").expect("a statement");
        select.query_map([], |row| row.get(0)).expect("products").collect::<Result<_, _>>().expect("ids")
    };
    let started = Instant::now();
    for first in (0..count).step_by(TRANSACTION) {
        let tx = db.transaction().expect("a transaction");
        let end = (first + TRANSACTION).min(count);
        for from in (first..end).step_by(STATEMENT) {
            let to = (from + STATEMENT).min(end);
            let values: Vec<i64> = (from..to)
                .flat_map(|n| {
                    let quantity = (1 + n / products.len()) as i64 * 1_000_000 + 500_000_000;
                    [FIRST_ID + n as i64, products[n % products.len()], quantity]
                })
                .collect();
            let binds: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
            let row = format!("(?, {list}, ?, 'EA', 'EUR', ?, 990000, 1, null, null, 1, {change})");
            let sql = format!(
                "insert into price_entries (id, list_id, product_id, unit, currency, min_quantity, unit_price, per, valid_from, \
                 valid_until, recorded_at, change_id) values {}",
                vec![row; to - from].join(", ")
            );
            tx.prepare_cached(&sql).expect("a statement").execute(&*binds).expect("the rows are taken");
        }
        tx.commit().expect("the rows are kept");
    }
    let waited = started.elapsed();
    let rate = count as f64 / waited.as_secs_f64();
    table.add(format!("{count} rows inserted by the database alone"), format!("{rate:.0}/s, {waited:.1?}"), "");
}
