//! What goes in comes out, and one writes at a time.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement, Value};
use tokio::task::JoinHandle;

use crate::actor::Actor;
use crate::database::{Database, Tx};
use crate::row::Db as _;

async fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("rows.db").display());
    (folder, Database::connect(&url, 1).await.expect("a database"))
}

/// An entity is read from a row by the types of its fields; a table that gives them other types is of no use.
#[tokio::test]
async fn a_stored_value_of_another_type_is_an_error_that_names_its_place() {
    let (_folder, db) = database().await;
    let row = |sql: &str| {
        let reader = db.reader();
        let statement = reader.statement(sql, []);
        async move { reader.row(statement).await.expect("a statement").expect("a row") }
    };
    let stored = row("select 'seven', 1.5, 5000000000, null").await;
    for error in [
        stored.get::<i64>(0).map(drop),
        stored.get::<i64>(1).map(drop),
        stored.get::<i32>(2).map(drop),
        stored.get::<String>(3).map(drop),
        stored.get::<String>(4).map(drop),
    ] {
        let error = error.expect_err("another type").to_string();
        assert!(error.contains("column"), "{error}");
    }
    assert_eq!(stored.get::<Option<String>>(3).expect("a null"), None);
    assert_eq!(stored.get::<i64>(2).expect("a number"), 5_000_000_000);
}

#[tokio::test]
async fn values_come_back_as_they_went_whatever_the_case_of_the_statement() {
    let (_folder, db) = database().await;
    let run = async |sql: &str| db.reader().rows(Statement::from_string(DbBackend::Sqlite, sql)).await;
    assert!(run("create table t (z int)").await.is_err(), "readers do not write");
    let tx = begin(&db).await;
    tx.execute_unprepared("create table t (z int, b boolean, a text, n bigint, y blob)").await.expect("a table");
    let values: [Value; 4] = [7.into(), true.into(), "ä\u{0}ö".into(), vec![0_u8, 255].into()];
    let sql = "insert into t (y, a, b, z) values ($4, $3, $2, $1) returning z, b, a, n, y";
    let row = tx.row(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await.expect("inserted");
    let row = row.expect("a row");
    assert_eq!(row.get::<i32>(0).expect("z"), 7);
    assert!(row.get::<bool>(1).expect("b"));
    assert_eq!(row.get::<String>(2).expect("a"), "ä\u{0}ö");
    assert_eq!(row.get::<Option<i64>>(3).expect("n"), None);
    assert_eq!(row.get::<Vec<u8>>(4).expect("y"), [0, 255]);
    let upper = tx.row(tx.statement("SELECT y, z, a FROM t", [])).await.expect("selected").expect("a row");
    assert_eq!((upper.get::<i32>(1).expect("z"), upper.get::<String>(2).expect("a")), (7, "ä\u{0}ö".to_owned()));
    drop(tx);
    let missing = run("select z from t").await.expect_err("what was not kept is gone").to_string();
    assert!(missing.contains("no such table"), "{missing}");
}

#[tokio::test]
async fn a_transaction_waits_for_the_one_before_it() {
    let (_folder, db) = database().await;
    let first = begin(&db).await;
    assert!(tokio::time::timeout(SHORT, begin(&db)).await.is_err(), "one writes at a time");
    drop(first);
    drop(begin(&db).await);
}

const SHORT: Duration = Duration::from_millis(50);

/// A database with the table `t (n)`.
async fn numbers() -> (tempfile::TempDir, Database) {
    let (folder, db) = database().await;
    let tx = begin(&db).await;
    tx.execute_unprepared("create table t (n bigint primary key)").await.expect("a table");
    tx.commit(()).await.expect("kept");
    (folder, db)
}

async fn begin(db: &Database) -> Tx {
    tokio::time::timeout(SHORT * 100, db.begin(Actor::system("test"))).await.expect("its writer").expect("a transaction")
}

/// A transaction that waits for the writer.
async fn queue(db: &Database) -> JoinHandle<Tx> {
    let db = db.clone();
    let queued = tokio::spawn(async move { begin(&db).await });
    tokio::time::sleep(SHORT).await;
    assert!(!queued.is_finished(), "one writes at a time");
    queued
}

async fn write(tx: &Tx, number: i64) {
    let insert = Statement::from_sql_and_values(DbBackend::Sqlite, "insert into t values ($1)", [number.into()]);
    tx.execute_raw(insert).await.expect("inserted");
}

/// Keeps a transaction elsewhere.
async fn keep(tx: Tx) -> JoinHandle<bool> {
    let kept = tokio::spawn(async move { tx.commit(()).await.is_ok() });
    tokio::time::sleep(SHORT).await;
    kept
}

async fn stored(db: &Database) -> Vec<i64> {
    let select = Statement::from_string(DbBackend::Sqlite, "select n from t order by n");
    let rows = db.reader().rows(select).await.expect("rows");
    rows.iter().map(|row| row.get(0).expect("a number")).collect()
}

/// A transaction that wrote 1 and shares the commit of the next one, whose writer it is.
async fn two(db: &Database) -> (JoinHandle<bool>, Tx) {
    let first = begin(db).await;
    write(&first, 1).await;
    let second = queue(db).await;
    let first = keep(first).await;
    assert!(!first.is_finished(), "it shares the commit of the second");
    (first, second.await.expect("its writer"))
}

#[tokio::test]
async fn transactions_that_queue_are_committed_together() {
    let (_folder, db) = numbers().await;
    let first = begin(&db).await;
    write(&first, 1).await;
    let (second, third) = (queue(&db).await, queue(&db).await);
    let first = keep(first).await;
    let second = second.await.expect("its writer");
    write(&second, 2).await;
    let second = keep(second).await;
    assert!(!first.is_finished() && !second.is_finished(), "both share the commit of the third");
    assert!(stored(&db).await.is_empty(), "nobody sees what is not committed");
    let third = third.await.expect("its writer");
    write(&third, 3).await;
    assert!(keep(third).await.await.expect("an end"));
    assert!(first.await.expect("an end") && second.await.expect("an end"));
    assert_eq!(stored(&db).await, [1, 2, 3]);
}

#[tokio::test]
async fn one_that_comes_later_is_not_waited_for() {
    let (_folder, db) = numbers().await;
    let (first, second) = two(&db).await;
    write(&second, 2).await;
    let third = queue(&db).await;
    assert!(keep(second).await.await.expect("an end") && first.await.expect("an end"));
    assert_eq!(stored(&db).await, [1, 2]);
    drop(third);
}

#[tokio::test]
async fn one_that_is_given_up_takes_nothing_of_the_others_back() {
    let (_folder, db) = numbers().await;
    let (first, second) = two(&db).await;
    write(&second, 2).await;
    let twice = Statement::from_string(DbBackend::Sqlite, "insert into t values (1)");
    assert!(second.execute_raw(twice).await.is_err(), "it sees what the first wrote");
    drop(second);
    assert!(first.await.expect("an end"));
    assert_eq!(stored(&db).await, [1]);
}

#[tokio::test]
async fn the_file_is_let_go_of_when_all_who_shared_a_commit_have_gone() {
    let (folder, db) = numbers().await;
    let (first, second) = two(&db).await;
    first.abort();
    tokio::time::sleep(SHORT).await;
    drop(second);
    let url = format!("sqlite:{}", folder.path().join("rows.db").display());
    let other = Database::connect(&url, 1).await.expect("another program");
    drop(begin(&other).await);
    assert_eq!(stored(&db).await, [1]);
}

#[tokio::test]
async fn a_transaction_that_must_commit_at_once_does_so_for_all() {
    let (_folder, db) = numbers().await;
    let (first, second) = two(&db).await;
    let third = queue(&db).await;
    write(&second, 2).await;
    second.commit_alone();
    assert!(keep(second).await.await.expect("an end"));
    assert!(first.await.expect("an end"));
    assert_eq!(stored(&db).await, [1, 2], "though the third waits");
    drop(third);
}

#[tokio::test]
async fn what_sqlite_took_back_was_not_committed() {
    let (_folder, db) = numbers().await;
    let alone = begin(&db).await;
    write(&alone, 1).await;
    alone.execute_unprepared("rollback").await.expect("as when the disk is full");
    assert!(alone.commit(()).await.is_err());
    let (first, second) = two(&db).await;
    second.execute_unprepared("rollback").await.expect("as when the disk is full");
    assert!(second.commit(()).await.is_err());
    assert!(!first.await.expect("an end"), "it shared the transaction");
    assert!(stored(&db).await.is_empty());
    assert!(keep(begin(&db).await).await.await.expect("an end"), "the next one is not harmed");
}
