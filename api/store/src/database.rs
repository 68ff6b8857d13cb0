//! The database and who may hold it.
//!
//! A handler never sees a connection pool: its principal hands out a [`Reader`] for reads and a [`Tx`] for writes. Writing
//! functions take `&Tx`, so they cannot be called outside a transaction; reading functions take `&impl ConnectionTrait`.
//!
//! SQLite runs in the thread that asks ([`sqlite`](super::sqlite)): one connection writes (writers queue fairly instead of
//! colliding), several read. Transactions start with `BEGIN IMMEDIATE`, since one that read first could be refused when it
//! begins to write.
//!
//! A transaction collects what it [`records`](Tx::record) and writes it in one statement when it is kept. What is not kept
//! is rolled back. [`Companion`]s add what must be true together with it.
//!
//! Not here: which rows belong to whom; entities are filtered by account in the slices' queries.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use entity::Instant;
use migration::{Migrator, MigratorTrait as _};
use parking_lot::Mutex;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExecResult,
    QueryResult, Statement, TransactionTrait, TryGetable, TryIntoModel, Value,
};

use super::actor::Actor;
use super::commit_hook::Companion;
use super::error::StoreError;
use super::events::{self, NewEvent};
use super::feed::Feed;
pub use super::sqlite::Found;
use super::sqlite::{Sqlite, Statements as _, Transaction};
use super::system::System;
use super::{clock, counters};

tokio::task_local! {
    /// Statements run by the request at hand.
    pub static STATEMENTS: Arc<AtomicU64>;
}

fn count_statement() {
    counters::statement();
    let _ = STATEMENTS.try_with(|count| count.fetch_add(1, Ordering::Relaxed));
}

/// The connections of this process.
#[derive(Clone, Debug)]
pub struct Database {
    home: Home,
    feed: Feed,
    companions: Arc<[Arc<dyn Companion>]>,
}

/// Where the rows are.
#[derive(Clone, Debug)]
enum Home {
    Sqlite(Sqlite),
    Postgres(DatabaseConnection),
}

impl Database {
    /// Connects to `sqlite:…` or `postgres:…`; a SQLite file is created when it is missing. PostgreSQL gets at most so many
    /// connections.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, DbErr> {
        let home = if url.starts_with("sqlite:") {
            Home::Sqlite(Sqlite::open(url)?)
        } else {
            let mut options = ConnectOptions::new(url);
            options.max_connections(connections).min_connections(1).sqlx_logging(false);
            options.acquire_timeout(Duration::from_secs(10)).test_before_acquire(false);
            Home::Postgres(sea_orm::Database::connect(options).await?)
        };
        Ok(Self { home, feed: Feed::default(), companions: Arc::new([]) })
    }

    /// The same connections, whose transactions are joined by these.
    pub fn joined_by(self, companions: Vec<Arc<dyn Companion>>) -> Self {
        Self { companions: companions.into(), ..self }
    }

    /// Brings the schema up to date. Processes that start together wait for each other.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        match &self.home {
            Home::Sqlite(sqlite) => sqlite.migrate().await,
            Home::Postgres(pool) => {
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

    /// Reads outside a transaction.
    pub fn reader(&self) -> Reader {
        Reader { home: self.home.clone() }
    }

    /// Starts a transaction on behalf of `actor`.
    pub async fn begin(&self, actor: Actor) -> Result<Tx, StoreError> {
        count_statement();
        let inner = match &self.home {
            Home::Sqlite(sqlite) => Work::Sqlite(sqlite.begin().await?),
            Home::Postgres(pool) => Work::Postgres(pool.begin().await?),
        };
        Ok(Tx {
            inner,
            reader: self.reader(),
            actor,
            now: clock::now(),
            events: Mutex::new(Vec::new()),
            feed: self.feed.clone(),
            companions: self.companions.clone(),
            claimed: Mutex::new(None),
            at_once: AtomicBool::new(false),
        })
    }

    /// The principal of background work in the part named.
    pub fn system(&self, part: &'static str) -> System {
        System::new(self, part)
    }

    /// Gives back what reading much has left behind.
    pub fn rest(&self) {
        if let Home::Sqlite(sqlite) = &self.home {
            sqlite.rest();
        }
    }

    /// Closes the connections, so that SQLite folds its log into the file.
    pub async fn close(self) {
        match self.home {
            Home::Sqlite(sqlite) => sqlite.close().await,
            Home::Postgres(pool) => drop(pool.close().await),
        }
    }
}

/// A place to read from, outside any transaction.
#[derive(Clone, Debug)]
pub struct Reader {
    home: Home,
}

/// What a transaction runs on.
#[derive(Debug)]
enum Work {
    Sqlite(Transaction),
    Postgres(DatabaseTransaction),
}

/// A transaction. What it changed is lost unless it is [kept](Tx::keep).
#[derive(Debug)]
pub struct Tx {
    inner: Work,
    /// For those who follow what it did.
    reader: Reader,
    actor: Actor,
    now: Instant,
    events: Mutex<Vec<NewEvent>>,
    feed: Feed,
    companions: Arc<[Arc<dyn Companion>]>,
    pub(super) claimed: Mutex<Option<super::idempotency::Claimed>>,
    /// Whether it shares no commit with others.
    at_once: AtomicBool,
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

    /// Has the transaction committed as soon as it is kept, so that no other sees what it wrote before that is certain: for what
    /// other transactions take into memory.
    pub fn commit_at_once(&self) {
        self.at_once.store(true, Ordering::Relaxed);
    }

    /// Records an event; it is written, numbered and seen by readers when the transaction is kept.
    pub fn record(&self, event: NewEvent) {
        self.events.lock().push(event);
    }

    /// Writes the recorded events, commits, and hands `value` on. Returns once this process has followed the events, so that
    /// its own next answer knows of them.
    pub async fn keep<T>(self, value: T) -> Result<T, StoreError> {
        let mut recorded = std::mem::take(&mut *self.events.lock());
        self.companions_join(&recorded).await?;
        recorded.append(&mut self.events.lock());
        let written = events::write(&self, recorded).await?;
        let has_gaps = self.get_database_backend() != DbBackend::Sqlite;
        let Self { inner, feed, claimed, reader, at_once, .. } = self;
        count_statement();
        match inner {
            Work::Sqlite(transaction) => transaction.commit(at_once.into_inner()).await?,
            Work::Postgres(transaction) => transaction.commit().await?,
        }
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
    async fn companions_join(&self, recorded: &[NewEvent]) -> Result<(), StoreError> {
        for companion in self.companions.iter() {
            let wanted: Vec<&NewEvent> = recorded.iter().filter(|event| companion.wants(event.kind)).collect();
            if !wanted.is_empty() {
                companion.join(self, &wanted).await?;
            }
        }
        Ok(())
    }

    /// Waits until no other transaction has this turn, and has it until it ends, so that what it read of the tables behind the
    /// turn stays true. The number belongs to one slice. SQLite has one writer anyway.
    pub async fn take_turn(&self, number: u32) -> Result<(), DbErr> {
        if self.get_database_backend() == DbBackend::Postgres {
            self.execute_unprepared(&format!("select pg_advisory_xact_lock({number})")).await?;
        }
        Ok(())
    }

    /// Runs a statement once for each row of values. Only on SQLite: elsewhere each would be a journey.
    pub(super) fn repeat(&self, sql: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), DbErr> {
        count_statement();
        match &self.inner {
            Work::Sqlite(transaction) => transaction.repeat(sql, rows),
            Work::Postgres(_) => Err(DbErr::Custom("rows are written together on PostgreSQL".to_owned())),
        }
    }

    /// The first column of the first row of a statement that must give one.
    pub async fn first_value<T: TryGetable>(&self, statement: Statement) -> Result<T, DbErr> {
        let row = self.query_one_raw(statement).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the statement gave no row".to_owned()))?.try_get_by_index(0)
    }
}

/// A [`Reader`] or a [`Tx`].
pub trait Db: ConnectionTrait {
    /// The entities that a statement gives, each with the texts behind its columns, where they can be taken by place; none where
    /// sea-orm has to read them.
    fn entities<E>(&self, statement: &Statement) -> Option<Result<Vec<Found<E::Model>>, DbErr>>
    where
        E: EntityTrait,
        E::ActiveModel: TryIntoModel<E::Model>;
}

/// Forwards to the connection inside and counts the statement.
macro_rules! forward_connection {
    ($type:ty, $field:ident, $home:ident) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $type {
            fn get_database_backend(&self) -> DbBackend {
                match self.$field {
                    $home::Sqlite(_) => DbBackend::Sqlite,
                    $home::Postgres(_) => DbBackend::Postgres,
                }
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                count_statement();
                match &self.$field {
                    $home::Sqlite(sqlite) => sqlite.execute(&statement),
                    $home::Postgres(postgres) => postgres.execute_raw(statement).await,
                }
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                count_statement();
                match &self.$field {
                    $home::Sqlite(sqlite) => sqlite.execute_script(sql),
                    $home::Postgres(postgres) => postgres.execute_unprepared(sql).await,
                }
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                count_statement();
                match &self.$field {
                    $home::Sqlite(sqlite) => Ok(sqlite.query(&statement, 1)?.pop()),
                    $home::Postgres(postgres) => postgres.query_one_raw(statement).await,
                }
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                count_statement();
                match &self.$field {
                    $home::Sqlite(sqlite) => sqlite.query(&statement, usize::MAX),
                    $home::Postgres(postgres) => postgres.query_all_raw(statement).await,
                }
            }
        }

        impl Db for $type {
            fn entities<E>(&self, statement: &Statement) -> Option<Result<Vec<Found<E::Model>>, DbErr>>
            where
                E: EntityTrait,
                E::ActiveModel: TryIntoModel<E::Model>,
            {
                match &self.$field {
                    $home::Sqlite(sqlite) => {
                        count_statement();
                        Some(sqlite.entities::<E>(statement))
                    }
                    $home::Postgres(_) => None,
                }
            }
        }
    };
}

forward_connection!(Reader, home, Home);
forward_connection!(Tx, inner, Work);
