//! What goes in comes out, and one writes at a time.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement, Value};

use crate::kernel::database::Database;

async fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("rows.db").display());
    (folder, Database::connect(&url, 1).await.expect("a database"))
}

/// A field of `entity` reads as its own type only when its column is declared to be of it.
#[tokio::test]
async fn columns_are_declared_as_their_fields_are_typed() {
    let (_folder, db) = database().await;
    db.migrate().await.expect("a schema");
    let sql = "select m.name, c.name, lower(c.type) from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'";
    let rows = db.reader().query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("a schema");
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).expect("a text");
    let declared: BTreeMap<_, _> = rows.iter().map(|row| ((text(row, 0), text(row, 1)), text(row, 2))).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../entity/src");
    let mut checked = 0;
    for file in std::fs::read_dir(folder).expect("the entities") {
        let source = std::fs::read_to_string(file.expect("a file").path()).expect("a source");
        let Some(table) = source.split("table_name = \"").nth(1).and_then(|rest| rest.split('"').next()) else { continue };
        let model = source.split("pub struct Model {").nth(1).and_then(|rest| rest.split('}').next()).expect("a model");
        for field in model.lines().filter_map(|line| line.trim().strip_prefix("pub ")) {
            let (name, kind) = field.trim_end_matches(',').split_once(": ").expect("a field");
            let kind = kind.trim_start_matches("Option<").trim_end_matches('>');
            let declared = &declared[&(table.to_owned(), name.trim_start_matches("r#").to_owned())];
            let fits = match kind {
                "i32" => declared == "int",
                "bool" => declared == "boolean",
                _ => declared != "int" && declared != "boolean",
            };
            assert!(fits, "{table}.{name} is {kind} but declared {declared}");
            checked += 1;
        }
    }
    assert!(checked > 400, "{checked}");
}

#[tokio::test]
async fn values_come_back_as_they_went_by_name_and_by_place() {
    let (_folder, db) = database().await;
    let run = async |sql: &str| db.reader().query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
    assert!(run("create table t (z int)").await.is_err(), "readers do not write");
    let tx = db.begin(crate::kernel::principal::Actor::system("test")).await.expect("a transaction");
    tx.execute_unprepared("create table t (z int, b boolean, a text, n bigint, y blob)").await.expect("a table");
    let values: [Value; 4] = [7.into(), true.into(), "ä\u{0}ö".into(), vec![0_u8, 255].into()];
    let sql = "insert into t (y, a, b, z) values ($4, $3, $2, $1) returning z, b, a, n, y";
    let row = tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await.expect("inserted");
    let row = row.expect("a row");
    assert_eq!(row.try_get_by_index::<i32>(0).expect("z"), 7);
    assert!(row.try_get_by_index::<bool>(1).expect("b"));
    assert_eq!(row.try_get_by_index::<String>(2).expect("a"), "ä\u{0}ö");
    assert_eq!(row.try_get_by_index::<Option<i64>>(3).expect("n"), None);
    assert_eq!(row.try_get_by_index::<Vec<u8>>(4).expect("y"), [0, 255]);
    assert_eq!(row.try_get::<i32>("", "z").expect("z"), 7);
    assert_eq!(row.try_get::<String>("", "a").expect("a"), "ä\u{0}ö");
    drop(tx);
    let missing = run("select z from t").await.expect_err("what was not kept is gone").to_string();
    assert!(missing.contains("no such table"), "{missing}");
}

#[tokio::test]
async fn a_transaction_waits_for_the_one_before_it() {
    let (_folder, db) = database().await;
    let begin = || db.begin(crate::kernel::principal::Actor::system("test"));
    let first = begin().await.expect("a transaction");
    let short = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(short, begin()).await.is_err(), "one writes at a time");
    drop(first);
    tokio::time::timeout(short * 100, begin()).await.expect("its turn").expect("a transaction");
}
