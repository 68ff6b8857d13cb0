//! SQLite in the thread that asks.
//!
//! A row by its key costs 4 µs of CPU this way and 56 µs through a driver with a thread of its own for each connection, which
//! spends them on waking two threads for each statement. The statements of this product are short, so a worker of the runtime
//! does not miss the time; a commit waits for the disk and lets other work have the worker meanwhile.
//!
//! - One connection writes. Transactions queue for it in order, without a thread waiting. Another program that holds the
//!   file's lock is waited for up to [`PATIENCE`].
//! - Readers have connections of their own, as many as read at once, and see the last commit.
//! - A transaction that is dropped is rolled back at once.
//!
//! Rows come out as sea-orm's rows of values. A whole number is an `i32` where its column is declared `int`, a `bool` where it
//! is `boolean`, else an `i64`; so is what an expression gives.
//!
//! Not here: what the statements mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use migration::{Migrator, MigratorTrait as _};
use parking_lot::Mutex;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sea_orm::{
    DbBackend, DbErr, ExecResult, ProxyDatabaseTrait, ProxyExecResult, ProxyRow, QueryResult, RuntimeErr, Statement, Value,
};
use tokio::sync::OwnedMutexGuard;

/// How long a transaction waits for its turn, and for another program to let go of the file.
const PATIENCE: Duration = Duration::from_mins(1);
/// Statements each connection keeps prepared.
const PREPARED: usize = 400;
/// Connections kept open for readers when nobody reads.
const IDLE_READERS: usize = 8;

/// A database file.
#[derive(Clone, Debug)]
pub(super) struct Sqlite {
    file: Arc<File>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    writer: Arc<tokio::sync::Mutex<Option<Connection>>>,
}

impl Sqlite {
    /// Opens the file of a `sqlite:` address; it is created when it is missing.
    pub(super) fn open(url: &str) -> Result<Self, DbErr> {
        let path = url.trim_start_matches("sqlite:");
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = PathBuf::from(path.split_once('?').map_or(path, |(path, _)| path));
        if path.as_os_str().is_empty() || path.starts_with(":memory:") {
            return Err(DbErr::Conn(RuntimeErr::Internal("a SQLite database is a file".to_owned())));
        }
        let writer = connect(&path, true).map_err(|e| DbErr::Conn(RuntimeErr::Internal(e.to_string())))?;
        let writer = Arc::new(tokio::sync::Mutex::new(Some(writer)));
        Ok(Self { file: Arc::new(File { path, readers: Mutex::default(), writer }) })
    }

    /// Runs the migrations that are missing.
    pub(super) async fn migrate(&self) -> Result<(), DbErr> {
        let connection = connect(&self.file.path, true).map_err(refused)?;
        connection.busy_timeout(PATIENCE).map_err(refused)?;
        let migration = Migration { connection: Mutex::new(connection), failed: Arc::default() };
        let failed = Arc::clone(&migration.failed);
        let proxy = sea_orm::Database::connect_proxy(DbBackend::Sqlite, Arc::new(Box::new(migration))).await?;
        let migrated = Migrator::up(&proxy, None).await;
        failed.lock().take().map_or(migrated, Err)
    }

    /// Starts a transaction that may write, when those before it have ended.
    pub(super) async fn begin(&self) -> Result<Transaction, DbErr> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.file.writer).lock_owned()).await;
        let turn = turn.map_err(|_| DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout))?;
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            if begin(turn.as_ref())? {
                return Ok(Transaction { turn: Mutex::new(Some(turn)) });
            }
            if tokio::time::Instant::now() > patience {
                return Err(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets go of the file when what runs has ended; SQLite then folds its log into it.
    pub(super) async fn close(&self) {
        self.file.readers.lock().clear();
        self.file.writer.lock().await.take();
    }

    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr> {
        let idle = self.file.readers.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.file.path, false).map_err(refused)?,
        };
        let found = read(&connection);
        let mut readers = self.file.readers.lock();
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        found
    }
}

/// A transaction that may write.
#[derive(Debug)]
pub(super) struct Transaction {
    /// None once it has ended.
    turn: Mutex<Option<OwnedMutexGuard<Option<Connection>>>>,
}

impl Transaction {
    /// Makes durable what was written.
    pub(super) fn commit(self) -> Result<(), DbErr> {
        let turn = self.turn.lock();
        let connection = open_connection(turn.as_ref().ok_or_else(ended)?.as_ref())?;
        making_room(|| connection.prepare_cached("commit").and_then(|mut commit| commit.execute([]))).map_err(refused)?;
        Ok(())
    }

    fn writing<T>(&self, run: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr> {
        let turn = self.turn.lock();
        run(open_connection(turn.as_ref().ok_or_else(ended)?.as_ref())?)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let turn = self.turn.lock().take();
        if let Some(connection) = turn.as_ref().and_then(|turn| turn.as_ref())
            && !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("rollback")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// What sea-orm asks of a connection, without waiting.
pub(super) trait Statements {
    fn on<T>(&self, run: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr>;

    fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        self.on(|connection| execute(connection, statement).map(Into::into))
    }

    fn execute_script(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.on(|connection| {
            connection.execute_batch(sql).map_err(refused)?;
            Ok(ProxyExecResult::new(0, connection.changes()).into())
        })
    }

    fn query(&self, statement: &Statement, limit: usize) -> Result<Vec<QueryResult>, DbErr> {
        self.on(|connection| rows(connection, statement, limit))
    }
}

impl Statements for Sqlite {
    fn on<T>(&self, run: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr> {
        self.reading(run)
    }
}

impl Statements for Transaction {
    fn on<T>(&self, run: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr> {
        self.writing(run)
    }
}

/// The connection that sea-orm's migrator works on.
#[derive(Debug)]
struct Migration {
    connection: Mutex<Connection>,
    /// What went wrong at the start or end of a transaction, of which the migrator cannot be told.
    failed: Arc<Mutex<Option<DbErr>>>,
}

impl Migration {
    fn turn(&self, sql: &str) {
        if let Err(error) = self.connection.lock().execute_batch(sql) {
            self.failed.lock().get_or_insert(refused(error));
        }
    }
}

#[async_trait::async_trait]
impl ProxyDatabaseTrait for Migration {
    async fn query(&self, statement: Statement) -> Result<Vec<ProxyRow>, DbErr> {
        rows(&self.connection.lock(), &statement, usize::MAX)
    }

    async fn execute(&self, statement: Statement) -> Result<ProxyExecResult, DbErr> {
        execute(&self.connection.lock(), &statement)
    }

    async fn begin(&self) {
        self.turn("begin immediate");
    }

    async fn commit(&self) {
        self.turn("commit");
    }

    async fn rollback(&self) {
        self.turn("rollback");
    }

    fn start_rollback(&self) {
        self.turn("rollback");
    }
}

fn execute(connection: &Connection, statement: &Statement) -> Result<ProxyExecResult, DbErr> {
    let changed = prepare(connection, statement)?.raw_execute().map_err(refused)?;
    Ok(ProxyExecResult::new(connection.last_insert_rowid() as u64, changed as u64))
}

fn rows<T: From<ProxyRow>>(connection: &Connection, statement: &Statement, limit: usize) -> Result<Vec<T>, DbErr> {
    let mut prepared = prepare(connection, statement)?;
    let shape = Shape::of(&prepared);
    let mut rows = prepared.raw_query();
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next().map_err(refused)?
    {
        found.push(shape.read(row)?.into());
    }
    Ok(found)
}

fn connect(path: &Path, writer: bool) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(15))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // An acknowledged order survives a power cut, not only a crash of the process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Pages that are not in these caches usually are in the system's.
    connection.pragma_update(None, "cache_size", if writer { -16_384 } else { -2_048 })?;
    connection.pragma_update(None, "query_only", !writer)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    if writer {
        // Whoever begins waits without holding a thread.
        connection.busy_timeout(Duration::ZERO)?;
    }
    Ok(connection)
}

fn open_connection(held: Option<&Connection>) -> Result<&Connection, DbErr> {
    held.ok_or_else(|| DbErr::Conn(RuntimeErr::Internal("the database is closed".to_owned())))
}

/// Whether a transaction could be started: not while another program writes.
fn begin(held: Option<&Connection>) -> Result<bool, DbErr> {
    match open_connection(held)?.prepare_cached("begin immediate").and_then(|mut begin| begin.execute([])) {
        Ok(_) => Ok(true),
        Err(error) if is_busy(&error) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

fn ended() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the transaction has ended".to_owned()))
}

/// Lets another thread do this worker's other tasks while this one waits.
fn making_room<T>(run: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(run),
        _ => run(),
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn refused(error: rusqlite::Error) -> DbErr {
    DbErr::Query(RuntimeErr::Internal(error.to_string()))
}

fn prepare<'a>(connection: &'a Connection, statement: &Statement) -> Result<rusqlite::CachedStatement<'a>, DbErr> {
    let mut prepared = connection.prepare_cached(&statement.sql).map_err(refused)?;
    let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
    for index in 1..=prepared.parameter_count() {
        // `?` takes the next value, `$3` and `?3` the third.
        let named = prepared.parameter_name(index).and_then(|name| name[1..].parse().ok());
        let value = values.get(named.unwrap_or(index) - 1).ok_or_else(|| type_error("a parameter without a value"))?;
        prepared.raw_bind_parameter(index, ToSqlOutput::Borrowed(borrowed(value)?)).map_err(refused)?;
    }
    Ok(prepared)
}

fn type_error(what: &str) -> DbErr {
    DbErr::Type(format!("SQLite: {what}"))
}

fn borrowed(value: &Value) -> Result<ValueRef<'_>, DbErr> {
    let whole = |value: Option<i64>| value.map_or(ValueRef::Null, ValueRef::Integer);
    Ok(match value {
        Value::BigInt(value) => whole(*value),
        Value::Int(value) => whole(value.map(i64::from)),
        Value::SmallInt(value) => whole(value.map(i64::from)),
        Value::TinyInt(value) => whole(value.map(i64::from)),
        Value::Unsigned(value) => whole(value.map(i64::from)),
        Value::BigUnsigned(value) => whole(value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))),
        Value::Bool(value) => whole(value.map(i64::from)),
        Value::Double(value) => value.map_or(ValueRef::Null, ValueRef::Real),
        Value::String(value) => value.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
        Value::Bytes(value) => value.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
        other => return Err(type_error(&format!("{other:?} cannot be stored"))),
    })
}

/// The columns of a statement by name, in the order of the names.
///
/// sea-orm finds a column of such a row by its name, or by its place among the sorted names. Names that are not sorted get
/// others before them that are, so that both ways lead to the value.
struct Shape(Vec<Column>);

struct Column {
    name: String,
    at: usize,
    whole: Whole,
}

/// What a whole number of a column is.
#[derive(Clone, Copy)]
enum Whole {
    Bool,
    Int,
    BigInt,
}

impl Shape {
    fn of(prepared: &rusqlite::Statement<'_>) -> Self {
        let column = |(at, column): (usize, &rusqlite::Column<'_>)| {
            let whole = match column.decl_type() {
                Some("boolean") => Whole::Bool,
                Some("INT" | "int") => Whole::Int,
                _ => Whole::BigInt,
            };
            Column { name: column.name().to_owned(), at, whole }
        };
        let mut columns: Vec<Column> = prepared.columns().iter().enumerate().map(column).collect();
        if !columns.is_sorted_by(|one, next| one.name < next.name) {
            let places = |column: &Column| Column { name: place(column.at), ..*column };
            columns.extend(columns.iter().map(places).collect::<Vec<_>>());
            columns.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Self(columns)
    }

    fn read(&self, row: &rusqlite::Row<'_>) -> Result<ProxyRow, DbErr> {
        let value = |column: &Column| Ok((column.name.clone(), value(row.get_ref(column.at).map_err(refused)?, column.whole)?));
        let values: Vec<(String, Value)> = self.0.iter().map(value).collect::<Result<_, DbErr>>()?;
        Ok(ProxyRow::new(values.into_iter().collect()))
    }
}

fn value(stored: ValueRef<'_>, whole: Whole) -> Result<Value, DbErr> {
    Ok(match (stored, whole) {
        (ValueRef::Null, _) => Value::BigInt(None),
        (ValueRef::Integer(value), Whole::Bool) => Value::Bool(Some(value != 0)),
        (ValueRef::Integer(value), Whole::Int) => {
            Value::Int(Some(i32::try_from(value).map_err(|_| type_error("a whole number is too large"))?))
        }
        (ValueRef::Integer(value), Whole::BigInt) => Value::BigInt(Some(value)),
        (ValueRef::Real(value), _) => Value::Double(Some(value)),
        (ValueRef::Text(text), _) => {
            let text = std::str::from_utf8(text).map_err(|_| type_error("a text is not UTF-8"))?;
            Value::String(Some(text.to_owned()))
        }
        (ValueRef::Blob(bytes), _) => Value::Bytes(Some(bytes.to_vec())),
    })
}

/// A name that sorts before all names of columns and after the places before it.
fn place(at: usize) -> String {
    format!("\0{}", char::from_u32(at as u32 + 1).unwrap_or(char::MAX))
}

#[cfg(test)]
mod tests {
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
        let sql =
            "select m.name, c.name, lower(c.type) from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'";
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
}
