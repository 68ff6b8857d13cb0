//! The database and who may hold it.
//!
//! A handler never sees a connection pool: its principal hands out a [`Reader`] for reads and a [`Tx`] for writes. Writing
//! functions take `&Tx`, so they cannot be called outside a transaction; reading functions take `&impl ConnectionTrait`.
//!
//! SQLite gets one writing connection (writers queue fairly instead of colliding) and several reading ones. Transactions
//! start with `BEGIN IMMEDIATE`, since one that read first could be refused when it begins to write.
//!
//! A transaction collects what it [`records`](Tx::record) and writes it in one statement when it is kept. What is not kept
//! is rolled back. [`Companion`]s add what must be true together with it.
//!
//! Not here: which rows belong to whom; entities are filtered by account in the slices' queries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::Instant;
use parking_lot::Mutex;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, TryGetable,
};

use super::companion::Companion;
use super::events::{self, NewEvent};
use super::feed::Feed;
use super::principal::Actor;
use super::problem::Trouble;
use super::{clock, telemetry};

tokio::task_local! {
    /// Statements run by the request at hand.
    pub(crate) static STATEMENTS: Arc<AtomicU64>;
}

fn count_statement() {
    telemetry::statement();
    let _ = STATEMENTS.try_with(|count| count.fetch_add(1, Ordering::Relaxed));
}

/// The connections of this process.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    feed: Feed,
    companions: Arc<[Arc<dyn Companion>]>,
}

impl Database {
    /// Connects to `sqlite:…` or `postgres:…`; a SQLite file is created when it is missing.
    pub(crate) async fn connect(url: &str, connections: u32) -> Result<Self, DbErr> {
        let (read, write) = if url.starts_with("sqlite:") {
            let write = sea_orm::Database::connect(sqlite_options(url, 1, true)).await?;
            let read = sea_orm::Database::connect(sqlite_options(url, connections.clamp(1, 8), false)).await?;
            (read, write)
        } else {
            let mut options = ConnectOptions::new(url);
            options.max_connections(connections).min_connections(1).sqlx_logging(false);
            options.acquire_timeout(Duration::from_secs(10)).test_before_acquire(false);
            let pool = sea_orm::Database::connect(options).await?;
            (pool.clone(), pool)
        };
        Ok(Self { read, write, feed: Feed::default(), companions: Arc::new([]) })
    }

    /// The same connections, whose transactions are joined by these.
    pub(crate) fn joined_by(self, companions: Vec<Arc<dyn Companion>>) -> Self {
        Self { companions: companions.into(), ..self }
    }

    /// The connection that migrations run on.
    pub(crate) fn for_migration(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Waits until no other process migrates. SQLite locks the file by itself.
    pub(crate) async fn migration_turn(&self) -> Result<MigrationTurn, DbErr> {
        if self.write.get_database_backend() != DbBackend::Postgres {
            return Ok(MigrationTurn { lock: None });
        }
        let lock = self.write.begin().await?;
        lock.execute_unprepared("select pg_advisory_xact_lock(781)").await?;
        Ok(MigrationTurn { lock: Some(lock) })
    }

    /// The event feed of this process.
    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Reads outside a transaction.
    pub(crate) fn reader(&self) -> Reader {
        Reader { connection: self.read.clone() }
    }

    /// Starts a transaction on behalf of `actor`.
    pub(crate) async fn begin(&self, actor: Actor) -> Result<Tx, Trouble> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        count_statement();
        let inner = self.write.begin_with_options(options).await?;
        Ok(Tx {
            inner,
            reader: self.reader(),
            actor,
            now: clock::now(),
            events: Mutex::new(Vec::new()),
            feed: self.feed.clone(),
            companions: self.companions.clone(),
            claimed: Mutex::new(None),
        })
    }

    /// Closes the pools, so that SQLite folds its log into the file.
    pub(crate) async fn close(self) {
        let _ = self.read.close().await;
        let _ = self.write.close().await;
    }
}

/// The right to migrate, until it is ended.
#[derive(Debug)]
pub(crate) struct MigrationTurn {
    lock: Option<DatabaseTransaction>,
}

impl MigrationTurn {
    /// Lets others migrate.
    pub(crate) async fn end(self) -> Result<(), DbErr> {
        match self.lock {
            Some(lock) => lock.commit().await,
            None => Ok(()),
        }
    }
}

fn sqlite_options(url: &str, connections: u32, writer: bool) -> ConnectOptions {
    let separator = if url.contains('?') { '&' } else { '?' };
    let mut options = ConnectOptions::new(format!("{url}{separator}mode=rwc"));
    options.max_connections(connections).min_connections(1).sqlx_logging(false);
    options.acquire_timeout(Duration::from_secs(if writer { 60 } else { 10 })).test_before_acquire(false);
    options.idle_timeout(None).max_lifetime(None);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .pragma("journal_mode", "WAL")
            // An acknowledged order survives a power cut, not only a crash of the process.
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("busy_timeout", "15000")
            // Pages that are not in these caches usually are in the system's.
            .pragma("cache_size", if writer { "-16384" } else { "-2048" })
            .pragma("temp_store", "MEMORY")
            .statement_cache_capacity(400)
    });
    options
}

/// A place to read from, outside any transaction.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    connection: DatabaseConnection,
}

/// A transaction. What it changed is lost unless it is [kept](Tx::keep).
#[derive(Debug)]
pub(crate) struct Tx {
    inner: DatabaseTransaction,
    /// For those who follow what it did.
    reader: Reader,
    actor: Actor,
    now: Instant,
    events: Mutex<Vec<NewEvent>>,
    feed: Feed,
    companions: Arc<[Arc<dyn Companion>]>,
    pub(super) claimed: Mutex<Option<super::idempotency::Claimed>>,
}

impl Tx {
    /// When the transaction began.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// On whose behalf.
    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Records an event; it is written, numbered and seen by readers when the transaction is kept.
    pub(crate) fn record(&self, event: NewEvent) {
        self.events.lock().push(event);
    }

    /// Writes the recorded events, commits, and hands `value` on. Returns once this process has followed the events, so that
    /// its own next answer knows of them.
    pub(crate) async fn keep<T>(self, value: T) -> Result<T, Trouble> {
        let mut recorded = std::mem::take(&mut *self.events.lock());
        self.companions_join(&recorded).await?;
        recorded.append(&mut self.events.lock());
        let written = events::write(&self, recorded).await?;
        let has_gaps = self.get_database_backend() != DbBackend::Sqlite;
        let Self { inner, feed, claimed, reader, .. } = self;
        count_statement();
        inner.commit().await?;
        drop(claimed);
        if let Some(last) = written.last().map(|event| event.seq) {
            if !has_gaps {
                feed.hand_over(&reader, written).await;
            }
            feed.committed(last);
            feed.wait_until_followed(last).await;
        }
        Ok(value)
    }

    /// Lets companions add what must be true together with these events.
    async fn companions_join(&self, recorded: &[NewEvent]) -> Result<(), Trouble> {
        for companion in self.companions.iter() {
            let wanted: Vec<&NewEvent> = recorded.iter().filter(|event| companion.wants(event.kind)).collect();
            if !wanted.is_empty() {
                companion.join(self, &wanted).await?;
            }
        }
        Ok(())
    }

    /// The first column of the first row of a statement that must give one.
    pub(crate) async fn first_value<T: TryGetable>(&self, statement: Statement) -> Result<T, DbErr> {
        let row = self.query_one_raw(statement).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the statement gave no row".to_owned()))?.try_get_by_index(0)
    }
}

/// Forwards to the connection inside and counts the statement.
macro_rules! forward_connection {
    ($type:ty, $field:ident) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $type {
            fn get_database_backend(&self) -> DbBackend {
                self.$field.get_database_backend()
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                count_statement();
                self.$field.execute_raw(statement).await
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                count_statement();
                self.$field.execute_unprepared(sql).await
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                count_statement();
                self.$field.query_one_raw(statement).await
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                count_statement();
                self.$field.query_all_raw(statement).await
            }
        }
    };
}

forward_connection!(Reader, connection);
forward_connection!(Tx, inner);
