//! SQLite in the thread that asks.
//!
//! A row by its key costs 4 µs of CPU this way and 56 µs through a driver with a thread of its own for each connection, which
//! spends them on waking two threads for each statement. The statements of this product are short, so a worker of the runtime
//! does not miss the time. A commit waits for the disk; since one connection writes, it holds back one worker, and the runtime
//! has one more than the machine has cores ([`SPARE_WORKERS`]). Handing the worker's other tasks to a new thread for each
//! commit would cost more than the commit.
//!
//! - One connection writes. Transactions queue for it in order, without a thread waiting. Another program that holds the
//!   file's lock is waited for up to [`PATIENCE`].
//! - Transactions that queue while one ends are committed together with it ([`writer`]): the disk is waited for once, and pages
//!   that all of them write are written once. None has ended before that.
//! - Readers have connections of their own, as many as read at once, and see the last commit.
//! - A transaction that is dropped is rolled back at once.
//! - The log is folded into the file by a thread of its own ([`checkpoint`]).
//!
//! Rows come out by place, or as sea-orm's rows of named values ([`rows`]).
//!
//! Not here: what the statements mean.

mod checkpoint;
#[cfg(test)]
mod group_commit_tests;
mod migration;
mod rows;
#[cfg(test)]
mod tests;
mod writer;

use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sea_orm::{DbErr, ExecResult, ProxyExecResult, QueryResult, RuntimeErr, Statement, Value};
use tokio::sync::{OwnedMutexGuard, oneshot};

use self::checkpoint::Checkpointer;
use self::rows::{execute, named_rows, refused, repeat, rows};
use self::writer::{GroupCommit, MAX_GROUP, Queued, Writer};
use crate::row::Row;

/// How long a transaction waits for the writer, and for another program to let go of the file.
const PATIENCE: Duration = Duration::from_mins(1);
/// Statements each connection keeps prepared.
const PREPARED: usize = 400;
/// Workers of the runtime that may wait for the disk while the others use all cores.
pub const SPARE_WORKERS: usize = 1;
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
    writer: Arc<tokio::sync::Mutex<Writer>>,
    /// Transactions that wait for the writer.
    waiting: AtomicUsize,
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
        keep_private(&path).map_err(|error| DbErr::Conn(RuntimeErr::Internal(format!("{}: {error}", path.display()))))?;
        let connection = connect(&path, true).map_err(refused)?;
        checkpoint::leave_to_thread(&connection);
        let page_size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(refused)?;
        let (checkpointer, woken) = Checkpointer::new(page_size.unsigned_abs());
        let writer = Arc::new(tokio::sync::Mutex::new(Writer::over(connection, checkpointer)));
        let file = Arc::new(File { path, readers: Mutex::default(), writer, waiting: AtomicUsize::new(0) });
        checkpoint::start(Arc::downgrade(&file), woken)
            .map_err(|error| DbErr::Conn(RuntimeErr::Internal(format!("no thread could be started: {error}"))))?;
        Ok(Self { file })
    }

    /// Runs the migrations that are missing.
    pub(super) async fn migrate(&self) -> Result<(), DbErr> {
        let connection = connect(&self.file.path, true).map_err(refused)?;
        connection.busy_timeout(PATIENCE).map_err(refused)?;
        migration::migrate(connection).await
    }

    /// Copies the database into an empty file.
    pub(super) fn save_to(&self, path: &Path) -> Result<(), DbErr> {
        let connection = connect(&self.file.path, true).map_err(refused)?;
        let path = path.to_str().ok_or_else(|| DbErr::Custom("the name of the file is not UTF-8".to_owned()))?;
        connection.execute("vacuum into ?1", [path]).map(drop).map_err(refused)
    }

    /// Starts a transaction that may write, when those before it have ended.
    pub(super) async fn begin(&self) -> Result<Transaction, DbErr> {
        let waits = Queued::of(&self.file.waiting);
        let writer = tokio::time::timeout(PATIENCE, Arc::clone(&self.file.writer).lock_owned()).await;
        drop(waits);
        let mut writer = writer.map_err(|_| DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout))?;
        let transaction = |writer, joins| Transaction { writer: Mutex::new(Some(writer)), joins, file: Arc::clone(&self.file) };
        if writer.join_group()? {
            return Ok(transaction(writer, true));
        }
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            if begin(writer.connection()?)? {
                return Ok(transaction(writer, false));
            }
            if tokio::time::Instant::now() > patience {
                return Err(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Gives back what was kept for reading.
    pub(super) fn release_memory(&self) {
        self.file.readers.lock().clear();
    }

    /// Lets go of the file when what runs has ended; SQLite then folds its log into it.
    pub(super) async fn close(&self) {
        self.file.readers.lock().clear();
        let mut writer = self.file.writer.lock().await;
        if !writer.group.is_empty()
            && let Err(error) = writer.commit_group()
        {
            tracing::error!(%error, "the last transactions could not be committed");
        }
        writer.connection.take();
    }
}

/// A transaction that may write.
#[derive(Debug)]
pub(super) struct Transaction {
    /// None once it has ended.
    writer: Mutex<Option<OwnedMutexGuard<Writer>>>,
    /// Whether others wait for a commit that will be this one's too.
    joins: bool,
    file: Arc<File>,
}

impl Transaction {
    /// Runs a statement once for each row of values.
    pub(super) fn repeat(&self, sql: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), DbErr> {
        self.on(|connection| repeat(connection, sql, rows))
    }

    /// Makes durable what was written, together with what the transactions write that already wait for the writer; or at once.
    pub(super) async fn commit(self, at_once: bool) -> Result<(), DbErr> {
        if self.joins {
            self.on(|connection| run(connection, "release own"))?;
        }
        let Some(mut writer) = self.writer.lock().take() else { return Err(ended()) };
        if at_once || self.file.waiting.load(Ordering::Acquire) == 0 || writer.group.len() >= MAX_GROUP {
            return writer.commit_group();
        }
        let (tell, told) = oneshot::channel();
        writer.group.push(tell);
        drop(writer);
        GroupCommit::new(&self.file, told).end().await
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(writer) = self.writer.get_mut() else { return };
        let Some(connection) = writer.connection.as_ref().filter(|connection| !connection.is_autocommit()) else { return };
        let undo = if self.joins { "rollback to own; release own" } else { "rollback" };
        if let Err(error) = connection.execute_batch(undo) {
            tracing::error!(%error, "a transaction could not be rolled back");
            // Nothing of it may be committed with the others, who then hear that theirs is lost too.
            drop(connection.execute_batch("rollback"));
        }
        // Those who wait for its commit may have gone meanwhile, and nobody else would come to it.
        if self.joins {
            drop(writer.commit_group());
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

    /// Rows that are read by place.
    fn rows(&self, statement: &Statement, limit: usize) -> Result<Vec<Row>, DbErr> {
        self.on(|connection| rows(connection, statement, limit))
    }

    /// Rows of a statement that sea-orm made, which it reads by name.
    fn named_rows(&self, statement: &Statement, limit: usize) -> Result<Vec<QueryResult>, DbErr> {
        self.on(|connection| named_rows(connection, statement, limit))
    }
}

impl Statements for Sqlite {
    fn on<T>(&self, read: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr> {
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

impl Statements for Transaction {
    fn on<T>(&self, run: impl FnOnce(&Connection) -> Result<T, DbErr>) -> Result<T, DbErr> {
        run(self.writer.lock().as_ref().ok_or_else(ended)?.connection()?)
    }
}

/// Makes the file, or an existing one, such that its owner alone may read it. SQLite gives the files of its log the same rights.
fn keep_private(path: &Path) -> std::io::Result<()> {
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
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
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        // Whoever begins waits without holding a thread.
        connection.busy_timeout(Duration::ZERO)?;
    }
    Ok(connection)
}

/// Runs a statement of the transactions' own.
fn run(connection: &Connection, sql: &str) -> Result<(), DbErr> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(drop).map_err(refused)
}

fn ended() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the transaction has ended".to_owned()))
}

/// Whether a transaction could be started: not while another program writes.
fn begin(connection: &Connection) -> Result<bool, DbErr> {
    match connection.prepare_cached("begin immediate").and_then(|mut begin| begin.execute([])) {
        Ok(_) => Ok(true),
        Err(error) if is_busy(&error) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
