//! A transaction: what it wrote, recorded and queued becomes true together, or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use entity::Instant;
use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value};

use super::actor::Actor;
use super::clock;
use super::commit_hook::CommitHook;
use super::database::{Reader, count_statement};
use super::domain_event::DomainEvent;
use super::error::StoreError;
use super::events::{self, Event, Recorded};
use super::feed::Feed;
use super::forward_connection::forward_connection;
use super::jobs::EnqueuedSignal;
use super::open_transactions::OpenTransaction;
use super::postgres::PostgresTransaction;
use super::queued_writes::{QueuedWrites, check_count};
use super::row::{ColumnValue, Db, Row};
use super::sqlite::{Statements as _, Transaction};
use super::statistics::{self, Growth, Written};

/// What a transaction runs on.
#[derive(Debug)]
pub(super) enum Transacting {
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

/// What a transaction is part of.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) reader: Reader,
    pub(super) feed: Feed,
    pub(super) commit_hooks: Arc<[Arc<dyn CommitHook>]>,
    pub(super) enqueued: EnqueuedSignal,
    pub(super) growth: Arc<Growth>,
}

impl Tx {
    pub(super) fn new(inner: Transacting, actor: Actor, surroundings: Surroundings) -> Self {
        let Surroundings { reader, feed, commit_hooks, enqueued, growth } = surroundings;
        Self {
            inner,
            reader,
            actor,
            now: clock::now(),
            events: Mutex::new(Ok(Vec::new())),
            feed,
            commit_hooks,
            claimed: Mutex::new(None),
            alone: AtomicBool::new(false),
            enqueues: AtomicBool::new(false),
            enqueued,
            queued: Mutex::default(),
            written: Mutex::default(),
            growth,
            open: OpenTransaction::enter(),
        }
    }

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
    /// The tree of accounts, and their sites.
    Accounts = 7305,
    /// Warehouses.
    Warehouses = 7306,
    /// The settings of the seller.
    Settings = 7307,
    /// Which sets of price changes there are.
    PriceChangeSets = 7308,
}

forward_connection!(Tx, inner, Transacting);
