//! The database and who may hold it.
//!
//! A handler never sees a connection pool: its principal hands out a [`Reader`] for reads and a [`Tx`] for writes. Writing
//! functions take `&Tx`, so they cannot be called outside a transaction; reading functions take `&impl ConnectionTrait`.
//!
//! SQLite runs in the thread that asks ([`sqlite`](super::sqlite)): one connection writes (writers queue fairly instead of
//! colliding), several read. Transactions start with `BEGIN IMMEDIATE`, since one that read first could be refused when it
//! begins to write.
//!
//! A transaction collects what it [`records`](Tx::record) and writes it in one statement when it commits. What is not committed
//! is rolled back. [`CommitHook`]s add what must be true together with it.
//!
//! Not here: which rows belong to whom; entities are filtered by account in the slices' queries.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is where connections live and transactions begin; everything else gets a `Reader` or a `Tx`"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionTrait,
};

use super::actor::Actor;
use super::commit_hook::CommitHook;
use super::counters;
use super::error::StoreError;
use super::feed::Feed;
use super::forward_connection::forward_connection;
use super::jobs::EnqueuedSignal;
use super::postgres::PostgresTransaction;
use super::row::{Db, Row};
use super::sqlite::{Sqlite, Statements as _};
use super::statistics::{self, Growth};
use super::system::System;
pub use super::transaction::{Lock, Tx};
use super::transaction::{Surroundings, Transacting};

tokio::task_local! {
    /// Statements run by the request at hand.
    pub static STATEMENTS: Arc<AtomicU64>;
}

pub(super) fn count_statement() {
    counters::statement();
    let _ = STATEMENTS.try_with(|count| count.fetch_add(1, Ordering::Relaxed));
}

/// Statements that each connection to PostgreSQL keeps prepared: more than there are, so that none is parsed and planned anew.
const PREPARED: usize = 1_000;

/// The connections of this process.
#[derive(Clone, Debug)]
pub struct Database {
    backend: Backend,
    feed: Feed,
    commit_hooks: Arc<[Arc<dyn CommitHook>]>,
    enqueued: EnqueuedSignal,
    growth: Arc<Growth>,
}

/// Where the rows are.
#[derive(Clone, Debug)]
enum Backend {
    Sqlite(Sqlite),
    Postgres(DatabaseConnection),
}

impl Database {
    /// Connects to `sqlite:…` or `postgres:…`; a SQLite file is created when it is missing. PostgreSQL gets at most so many
    /// connections.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, DbErr> {
        let backend = if url.starts_with("sqlite:") {
            Backend::Sqlite(Sqlite::open(url)?)
        } else {
            let mut options = ConnectOptions::new(url);
            options.max_connections(connections).min_connections(1).sqlx_logging(false);
            options.acquire_timeout(Duration::from_secs(10)).test_before_acquire(false);
            // No statement is worth compiling: the planner takes a long list of keys for much work.
            options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(PREPARED).options([("jit", "off")]));
            Backend::Postgres(sea_orm::Database::connect(options).await?)
        };
        let database = Self {
            backend,
            feed: Feed::default(),
            commit_hooks: Arc::new([]),
            enqueued: EnqueuedSignal::default(),
            growth: Arc::default(),
        };
        database.know_sizes().await?;
        Ok(database)
    }

    /// The same connections, whose transactions are joined by these.
    pub fn with_commit_hooks(self, commit_hooks: Vec<Arc<dyn CommitHook>>) -> Self {
        Self { commit_hooks: commit_hooks.into(), ..self }
    }

    /// Brings the schema up to date. Processes that start together wait for each other.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.migrate().await,
            Backend::Postgres(pool) => {
                let turn = pool.begin().await?;
                turn.execute_unprepared("select pg_advisory_xact_lock(781)").await?;
                Migrator::up(pool, None).await?;
                turn.commit().await
            }
        }
    }

    /// The event feed of this process.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Tells workers of this process that jobs were enqueued.
    pub(super) fn enqueued(&self) -> &EnqueuedSignal {
        &self.enqueued
    }

    /// Reads outside a transaction.
    pub fn reader(&self) -> Reader {
        Reader { backend: self.backend.clone() }
    }

    /// Starts a transaction on behalf of `actor`.
    pub async fn begin(&self, actor: Actor) -> Result<Tx, StoreError> {
        let inner = match &self.backend {
            Backend::Sqlite(sqlite) => {
                count_statement();
                Transacting::Sqlite(sqlite.begin().await?)
            }
            Backend::Postgres(pool) => Transacting::Postgres(PostgresTransaction::new(pool.clone())),
        };
        let surroundings = Surroundings {
            reader: self.reader(),
            feed: self.feed.clone(),
            commit_hooks: self.commit_hooks.clone(),
            enqueued: self.enqueued.clone(),
            growth: self.growth.clone(),
        };
        Ok(Tx::new(inner, actor, surroundings))
    }

    /// The principal of background work in the part named.
    pub fn system(&self, part: &'static str) -> System {
        System::new(self, part)
    }

    /// Lets PostgreSQL count what its tables hold, after much of it was written at once: until it has, plans are made for the
    /// tables as they were before. SQLite is given plans that do not depend on counts.
    pub async fn analyze(&self) -> Result<(), DbErr> {
        match &self.backend {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(pool) => {
                pool.execute_unprepared("analyze").await?;
                self.know_sizes().await
            }
        }
    }

    /// Asks PostgreSQL how many rows it counted in each table, so that large ones are not analyzed for a little growth.
    async fn know_sizes(&self) -> Result<(), DbErr> {
        let Backend::Postgres(_) = &self.backend else { return Ok(()) };
        let sql = "select relname::text, greatest(reltuples, 0)::bigint from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace";
        let reader = self.reader();
        let rows = reader.rows(reader.statement(sql, [])).await?;
        let size = |row: &Row| Ok::<_, DbErr>((row.get::<String>(0)?, row.get::<i64>(1)?.unsigned_abs()));
        self.growth.know(rows.iter().map(size).collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }

    /// Saves all of a SQLite database to a file, as it is at one moment; others may read and write meanwhile. The file must be empty.
    pub fn save_to(&self, path: &Path) -> Result<(), DbErr> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.save_to(path),
            Backend::Postgres(_) => Err(DbErr::Custom("PostgreSQL saves itself by pg_dump".to_owned())),
        }
    }

    /// Gives back what reading much has left behind.
    pub fn release_memory(&self) {
        if let Backend::Sqlite(sqlite) = &self.backend {
            sqlite.release_memory();
        }
    }

    /// Closes the connections, so that SQLite folds its log into the file.
    pub async fn close(self) {
        match self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(pool) => drop(pool.close().await),
        }
    }
}

/// A place to read from, outside any transaction.
#[derive(Clone, Debug)]
pub struct Reader {
    backend: Backend,
}

impl Reader {
    /// A reader inserts nothing.
    #[expect(clippy::unused_self, reason = "the form of a transaction's")]
    fn inserted(&self, _: String, _: u64) {}

    /// A reader queues nothing.
    #[expect(clippy::unused_async, reason = "the form of a transaction's")]
    async fn send_queued(&self) -> Result<(), DbErr> {
        Ok(())
    }

    /// Analyzes tables that have doubled, beside what else runs. When it fails, PostgreSQL's own service does it later.
    pub(super) fn analyze_grown(&self, tables: Vec<String>) {
        let Backend::Postgres(pool) = &self.backend else { return };
        if tables.is_empty() {
            return;
        }
        let pool = pool.clone();
        tokio::spawn(async move {
            for table in tables {
                if let Err(error) = pool.execute_unprepared(&format!("analyze {table}")).await {
                    tracing::warn!(%error, table, "a table that grew could not be analyzed");
                }
            }
        });
    }
}

forward_connection!(Reader, backend, Backend);
