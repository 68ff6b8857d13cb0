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

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use entity::Instant;
use migration::{Migrator, MigratorTrait as _};
use parking_lot::Mutex;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionTrait,
    Value,
};

use super::actor::Actor;
use super::commit_hook::CommitHook;
use super::domain_event::DomainEvent;
use super::error::StoreError;
use super::events::{self, Event, Recorded};
use super::feed::Feed;
use super::jobs::EnqueuedSignal;
use super::open_transactions::OpenTransaction;
use super::postgres::PostgresTransaction;
use super::queued_writes::{QueuedWrites, check_count};
use super::row::{ColumnValue, Db, Row};
use super::sqlite::{Sqlite, Statements as _, Transaction};
use super::statistics::{self, Growth, Written};
use super::system::System;
use super::{clock, counters};

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
        Ok(Tx {
            inner,
            reader: self.reader(),
            actor,
            now: clock::now(),
            events: Mutex::new(Ok(Vec::new())),
            feed: self.feed.clone(),
            commit_hooks: self.commit_hooks.clone(),
            claimed: Mutex::new(None),
            alone: AtomicBool::new(false),
            enqueues: AtomicBool::new(false),
            enqueued: self.enqueued.clone(),
            queued: Mutex::default(),
            written: Mutex::default(),
            growth: self.growth.clone(),
            open: OpenTransaction::enter(),
        })
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
    fn analyze_grown(&self, tables: Vec<String>) {
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

/// What a transaction runs on.
#[derive(Debug)]
enum Transacting {
    Sqlite(Transaction),
    Postgres(PostgresTransaction),
}

/// What a transaction recorded, or why an event could not be written as JSON.
type RecordedEvents = Result<Vec<Recorded>, StoreError>;

/// A transaction. What it changed is lost unless it is [committed](Tx::commit).
#[derive(Debug)]
pub struct Tx {
    inner: Transacting,
    /// For those who follow what it did.
    reader: Reader,
    actor: Actor,
    now: Instant,
    events: Mutex<RecordedEvents>,
    feed: Feed,
    commit_hooks: Arc<[Arc<dyn CommitHook>]>,
    pub(super) claimed: Mutex<Option<super::idempotency::Claimed>>,
    /// Whether it shares no commit with others.
    alone: AtomicBool,
    /// Whether it enqueued jobs.
    pub(super) enqueues: AtomicBool,
    enqueued: EnqueuedSignal,
    /// Writes that wait to be sent together, on PostgreSQL.
    queued: Mutex<QueuedWrites>,
    /// Rows written into each table, on PostgreSQL.
    written: Mutex<Written>,
    growth: Arc<Growth>,
    /// Tells what must not happen inside a transaction that this one is open.
    open: OpenTransaction,
}

impl Tx {
    /// When the transaction began.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// On whose behalf.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Makes the transaction commit alone, not in a group, so that no other sees what it wrote before that is certain: for what
    /// other transactions take into memory.
    pub fn commit_alone(&self) {
        self.alone.store(true, Ordering::Relaxed);
    }

    /// Records an event; it is written, numbered and seen by readers when the transaction commits. An event that has no JSON
    /// form makes the commit fail.
    pub fn record<T: DomainEvent>(&self, event: &T) {
        let recorded = Recorded::new(event, &self.actor, self.now);
        let mut events = self.events.lock();
        match (recorded, &mut *events) {
            (Ok(recorded), Ok(events)) => events.push(recorded),
            (Err(error), _) => *events = Err(StoreError::Internal(format!("{} cannot be written: {error}", T::KIND))),
            (Ok(_), Err(_)) => {}
        }
    }

    fn take_recorded(&self) -> RecordedEvents {
        std::mem::replace(&mut *self.events.lock(), Ok(Vec::new()))
    }

    /// Writes the recorded events, commits, and hands `value` on. Returns once this process has followed the events, so that
    /// its own next answer knows of them.
    pub async fn commit<T>(self, value: T) -> Result<T, StoreError> {
        let mut recorded = self.take_recorded()?;
        self.run_commit_hooks(&recorded).await?;
        recorded.append(&mut self.take_recorded()?);
        let events = events::write(&self, recorded).await?;
        self.send_queued().await?;
        let has_gaps = self.get_database_backend() != DbBackend::Sqlite;
        let Self { inner, feed, claimed, reader, alone, enqueues, enqueued, open, written, growth, .. } = self;
        match inner {
            Transacting::Sqlite(transaction) => {
                count_statement();
                transaction.commit(alone.into_inner()).await?;
            }
            Transacting::Postgres(transaction) => transaction.commit().await?,
        }
        drop((claimed, open));
        reader.analyze_grown(growth.note(written.into_inner()));
        if enqueues.into_inner() {
            enqueued.send();
        }
        if let Some(last) = events.last().map(|event| event.seq) {
            if !has_gaps {
                feed.publish_local(&reader, events).await;
            }
            feed.committed(last);
            feed.wait_until_applied(last).await;
        }
        Ok(value)
    }

    /// Lets commit hooks add what must be true together with these events.
    async fn run_commit_hooks(&self, recorded: &[Recorded]) -> Result<(), StoreError> {
        for hook in self.commit_hooks.iter() {
            let events = recorded.iter().map(|recorded| &recorded.event);
            let wanted: Vec<&Event> = events.filter(|event| hook.handles(&event.kind)).collect();
            if !wanted.is_empty() {
                hook.before_commit(self, &wanted).await?;
            }
        }
        Ok(())
    }

    /// Waits for a lock and holds it until the transaction ends, so that what it reads of the tables behind the lock stays true.
    /// SQLite has one writer, which is lock enough.
    pub async fn lock(&self, lock: Lock) -> Result<(), DbErr> {
        if self.get_database_backend() == DbBackend::Postgres {
            self.execute_unprepared(&format!("select pg_advisory_xact_lock({})", lock as u32)).await?;
        }
        Ok(())
    }

    /// Writes what this transaction does not read again, with what else is [queued](super::queued_writes). The statement must write
    /// so many rows, and none that another queued one writes; it has no `returning`.
    pub async fn write_later(&self, write: Statement, rows: u64) -> Result<(), DbErr> {
        match &self.inner {
            Transacting::Sqlite(transaction) => {
                count_statement();
                check_count(transaction.execute(&write)?.rows_affected(), rows, &write.sql)
            }
            Transacting::Postgres(_) => {
                if let Some(table) = statistics::inserted_into(&write.sql) {
                    self.inserted(table.to_owned(), rows);
                }
                self.queued.lock().push(write, rows);
                Ok(())
            }
        }
    }

    /// The rows of a statement that neither sees nor changes what the transaction does, such as one that draws from a sequence of
    /// PostgreSQL. It makes no transaction begin, and nothing queued be sent.
    pub(super) async fn rows_apart(&self, statement: Statement) -> Result<Vec<Row>, DbErr> {
        count_statement();
        match &self.inner {
            Transacting::Sqlite(sqlite) => sqlite.rows(&statement, usize::MAX),
            Transacting::Postgres(postgres) => {
                Ok(postgres.query_apart(statement).await?.into_iter().map(Row::of_postgres).collect())
            }
        }
    }

    /// Sends what is queued.
    async fn send_queued(&self) -> Result<(), DbErr> {
        let Transacting::Postgres(postgres) = &self.inner else { return Ok(()) };
        let queued = std::mem::take(&mut *self.queued.lock());
        if queued.is_empty() {
            return Ok(());
        }
        postgres.send(&queued, None).await.map(drop)
    }

    /// Runs a statement that returns numbers, which are given in rising order. What is queued goes with it. On PostgreSQL the `last`
    /// statement of a transaction may be its only one.
    pub(super) async fn number(&self, numbering: Statement, last: bool) -> Result<Vec<i64>, DbErr> {
        match &self.inner {
            Transacting::Sqlite(_) => {
                let rows = self.rows(numbering).await?;
                let mut numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
                numbers.sort_unstable();
                Ok(numbers)
            }
            Transacting::Postgres(postgres) => {
                let queued = std::mem::take(&mut *self.queued.lock());
                if last && queued.only_inserts() {
                    return postgres.send_last(&queued, numbering).await;
                }
                postgres.send(&queued, Some(numbering)).await
            }
        }
    }

    /// Takes note of rows that a statement inserted into a table.
    fn inserted(&self, table: String, rows: u64) {
        *self.written.lock().entry(table).or_default() += rows;
    }

    /// Runs a statement once for each row of values. Only on SQLite: elsewhere each would be a journey.
    pub(super) fn repeat(&self, sql: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), DbErr> {
        count_statement();
        match &self.inner {
            Transacting::Sqlite(transaction) => transaction.repeat(sql, rows),
            Transacting::Postgres(_) => Err(DbErr::Custom("rows are written together on PostgreSQL".to_owned())),
        }
    }

    /// The first column of the first row of a statement that must give one.
    pub async fn first_value<T: ColumnValue>(&self, statement: Statement) -> Result<T, DbErr> {
        let row = self.row(statement).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the statement gave no row".to_owned()))?.get(0)
    }
}

/// What a transaction can hold exclusively without a row of its own. The numbers are known to every running release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Products with their identifiers and units.
    Catalog = 7301,
    /// Orders of the past, while they are imported.
    PastOrders = 7302,
    /// Rules of relation.
    RelationRules = 7303,
    /// Synonyms and search rules.
    SearchRules = 7304,
}

/// Forwards to the connection inside and counts the statement.
macro_rules! forward_connection {
    ($type:ty, $field:ident, $backend:ident) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $type {
            fn get_database_backend(&self) -> DbBackend {
                match self.$field {
                    $backend::Sqlite(_) => DbBackend::Sqlite,
                    $backend::Postgres(_) => DbBackend::Postgres,
                }
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                self.send_queued().await?;
                count_statement();
                match &self.$field {
                    $backend::Sqlite(sqlite) => sqlite.execute(&statement),
                    $backend::Postgres(postgres) => {
                        let table = statistics::inserted_into(&statement.sql).map(str::to_owned);
                        let done = postgres.execute_raw(statement).await?;
                        if let Some(table) = table {
                            self.inserted(table, done.rows_affected());
                        }
                        Ok(done)
                    }
                }
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.send_queued().await?;
                count_statement();
                match &self.$field {
                    $backend::Sqlite(sqlite) => sqlite.execute_script(sql),
                    $backend::Postgres(postgres) => postgres.execute_unprepared(sql).await,
                }
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                self.send_queued().await?;
                count_statement();
                match &self.$field {
                    $backend::Sqlite(sqlite) => Ok(sqlite.named_rows(&statement, 1)?.pop()),
                    $backend::Postgres(postgres) => postgres.query_one_raw(statement).await,
                }
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.send_queued().await?;
                count_statement();
                match &self.$field {
                    $backend::Sqlite(sqlite) => sqlite.named_rows(&statement, usize::MAX),
                    $backend::Postgres(postgres) => postgres.query_all_raw(statement).await,
                }
            }
        }

        impl Db for $type {
            async fn rows(&self, statement: Statement) -> Result<Vec<Row>, DbErr> {
                self.send_queued().await?;
                count_statement();
                match &self.$field {
                    $backend::Sqlite(sqlite) => sqlite.rows(&statement, usize::MAX),
                    $backend::Postgres(postgres) => {
                        Ok(postgres.query_all_raw(statement).await?.into_iter().map(Row::of_postgres).collect())
                    }
                }
            }

            async fn row(&self, statement: Statement) -> Result<Option<Row>, DbErr> {
                self.send_queued().await?;
                count_statement();
                match &self.$field {
                    $backend::Sqlite(sqlite) => Ok(sqlite.rows(&statement, 1)?.pop()),
                    $backend::Postgres(postgres) => Ok(postgres.query_one_raw(statement).await?.map(Row::of_postgres)),
                }
            }
        }
    };
}

forward_connection!(Reader, backend, Backend);
forward_connection!(Tx, inner, Transacting);
