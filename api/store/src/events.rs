//! The event log: what happened, recorded in the transaction that caused it.
//!
//! Promises:
//! - An event exists if and only if its transaction committed.
//! - `seq` rises; events of one aggregate are numbered in the order they happened. Numbers are drawn when a transaction
//!   commits, while it still holds the locks of the rows it changed.
//! - A reader that asks for what came after a number never misses an event, though transactions commit out of order:
//!   on PostgreSQL a transaction announces, by a shared advisory lock on the last number given out before its own, that
//!   numbers from there on may still appear, and [`horizon`] stays below all such announcements. Nobody waits for a lock.
//!   SQLite has one writer, so its numbers appear in order.
//! - Every reader tolerates a repeat.
//!
//! Events are also the audit trail: each says who caused it, from where and with which request.
//!
//! An event is stored in two forms. Its internal form is the [`DomainEvent`] itself, with row ids; slices [decode](Event::decode) it.
//! Its public form is what partners get ([`read_public`]); it never holds a row id.
//!
//! Not here: what events mean; slices declare, record and follow them. Delivery to partners is a reader like any other.

use std::borrow::Cow;
use std::sync::Arc;

use entity::{AccountId, Instant};
use sea_orm::{DbBackend, DbErr, Statement, Value};
use serde_json::value::RawValue;

use super::actor::Actor;
use super::database::{Reader, Tx};
use super::domain_event::{DomainEvent, UnreadableEvent};
use super::feed::Feed;
use super::row::{Db, Row};
use super::sql::values_of;

/// An event in its internal form.
#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub kind: Cow<'static, str>,
    pub subject: String,
    pub account: Option<AccountId>,
    pub actor: String,
    pub occurred_at: Instant,
    /// The [`DomainEvent`] as JSON.
    pub data: String,
}

impl Event {
    /// The event that `actor` causes at `now`; it gets its number when it is written.
    pub fn new<T: DomainEvent>(event: &T, actor: &Actor, now: Instant) -> serde_json::Result<Self> {
        Ok(Self {
            seq: 0,
            kind: T::KIND.into(),
            subject: event.subject(),
            account: event.account(),
            actor: actor.label.to_string(),
            occurred_at: now,
            data: serde_json::to_string(event)?,
        })
    }

    /// Whether it is a `T`.
    pub fn is<T: DomainEvent>(&self) -> bool {
        self.kind == T::KIND
    }

    /// The event as a `T`; none when it is of another kind. An event of this kind that is not a `T` is an error: the reader
    /// must stop there rather than go on without it.
    pub fn decode<T: DomainEvent>(&self) -> Result<Option<T>, UnreadableEvent> {
        if !self.is::<T>() {
            return Ok(None);
        }
        let unreadable = |source| UnreadableEvent { seq: self.seq, kind: T::KIND, source };
        serde_json::from_str(&self.data).map(Some).map_err(unreadable)
    }
}

/// Whether a `T` is among events.
pub fn any_is<'a, T: DomainEvent>(events: impl IntoIterator<Item = &'a Event>) -> bool {
    events.into_iter().any(Event::is::<T>)
}

/// Those of events that are a `T`, in order.
pub fn decode_all<'a, T: DomainEvent>(events: impl IntoIterator<Item = &'a Event>) -> Result<Vec<T>, UnreadableEvent> {
    events.into_iter().filter_map(|event| event.decode().transpose()).collect()
}

/// An event of a transaction that is about to commit.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) event: Event,
    /// Its public form as JSON.
    public: Option<String>,
}

impl Recorded {
    pub(super) fn new<T: DomainEvent>(event: &T, actor: &Actor, now: Instant) -> serde_json::Result<Self> {
        let public = event.public().map(|public| serde_json::to_string(&public)).transpose()?;
        Ok(Self { event: Event::new(event, actor, now)?, public })
    }
}

/// An event as partners see it.
#[derive(Clone, Debug)]
pub struct PublicEvent {
    pub seq: i64,
    pub kind: String,
    pub subject: String,
    pub account: Option<AccountId>,
    pub actor: String,
    pub occurred_at: Instant,
    /// Its public form, a JSON object; empty for an event that has none.
    pub data: Box<RawValue>,
}

/// Advisory locks of the event log are told from others by their upper bits.
const LOCK_SPACE: i64 = 0x00B4 << 48;
const ROWS_PER_STATEMENT: usize = 500;

/// Writes the events of a transaction that is about to commit; gives them with their numbers.
pub(super) async fn write(tx: &Tx, events: Vec<Recorded>) -> Result<Vec<Event>, DbErr> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let mut written = Vec::with_capacity(events.len());
    let mut rest = events.into_iter();
    while rest.len() > 0 {
        let mut chunk: Vec<Recorded> = rest.by_ref().take(ROWS_PER_STATEMENT).collect();
        // Rows are numbered in the order they are given.
        let last = written.is_empty() && rest.len() == 0;
        let numbers = tx.number(insert(tx, &mut chunk), last).await?;
        written.extend(chunk.into_iter().zip(numbers).map(|(recorded, seq)| Event { seq, ..recorded.event }));
    }
    Ok(written)
}

/// The statement that inserts events and returns their numbers. It takes their public forms with it, since nothing in the process
/// reads them. On PostgreSQL it announces them first: the lock is taken before the first row is numbered.
fn insert(tx: &Tx, events: &mut [Recorded]) -> Statement {
    let request = &tx.actor().request;
    let rows = events.iter_mut().map(|Recorded { event, public }| {
        [
            event.kind.as_ref().into(),
            event.subject.as_str().into(),
            event.account.map(|a| a.0).into(),
            event.actor.as_str().into(),
            request.ip.as_ref().into(),
            request.id.as_ref().into(),
            event.occurred_at.0.into(),
            event.data.as_str().into(),
            public.take().into(),
        ]
    });
    let (source, values) = values_of(tx, rows);
    let sql = if tx.is_sqlite() {
        format!("insert into events ({WRITTEN}) {source} returning seq")
    } else {
        format!(
            "with announced as materialized (select pg_advisory_xact_lock_shared({LOCK_SPACE} + last_value) from events_seq_seq) \
             insert into events ({WRITTEN}) select e.* from announced cross join ({source}) as e returning seq"
        )
    };
    tx.statement(sql, values)
}

const WRITTEN: &str = "kind, subject, account_id, actor, ip, request_id, occurred_at, data, public";

/// The number up to which every event that will ever exist is visible. Must be asked in a statement of its own, before the
/// events are read.
pub async fn horizon(db: &impl Db) -> Result<i64, DbErr> {
    let backend = db.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(i64::MAX);
    }
    // The scan of the locks must come after the last number was read, hence the materialised step.
    let sql = format!(
        "with top as materialized (select last_value as seq from events_seq_seq) \
         select least(top.seq, (select min((classid::bigint << 32 | objid::bigint) - {LOCK_SPACE}) from pg_locks \
           where locktype = 'advisory' and objsubid = 1 and top.seq >= 0 \
           and database = (select oid from pg_database where datname = current_database()) \
           and (classid::bigint << 32 | objid::bigint) between {LOCK_SPACE} and {LOCK_SPACE} + (1::bigint << 47))) from top"
    );
    match db.row(Statement::from_string(backend, sql)).await? {
        Some(row) => row.get(0),
        None => Ok(0),
    }
}

/// Which events a reader wants.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// Only events after this number.
    pub after: i64,
    /// At most so many.
    pub limit: u64,
    /// Only what this account may see; none means everything.
    pub account: Option<AccountId>,
}

/// Events in order, up to the horizon.
pub async fn read(db: &impl Db, range: Range) -> Result<Vec<Event>, DbErr> {
    rows(db, range, "data").await?.iter().map(from_row).collect()
}

/// The same events as partners see them.
pub async fn read_public(db: &impl Db, range: Range) -> Result<Vec<PublicEvent>, DbErr> {
    rows(db, range, "public").await?.iter().map(public_from_row).collect()
}

/// All events of a kind after a number, also beyond the horizon.
pub async fn read_kind<T: DomainEvent>(db: &impl Db, after: i64) -> Result<Vec<Event>, DbErr> {
    let sql = format!("select {COLUMNS}, data from events where kind = $1 and seq > $2 order by seq");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [T::KIND.into(), after.into()]);
    db.rows(statement).await?.iter().map(from_row).collect()
}

const COLUMNS: &str = "seq, kind, subject, account_id, actor, occurred_at";

/// Rows of events with one of their two forms.
async fn rows(db: &impl Db, range: Range, form: &str) -> Result<Vec<Row>, DbErr> {
    let horizon = horizon(db).await?;
    let mut values: Vec<Value> = vec![range.after.into(), horizon.into(), (range.limit as i64).into()];
    let mut of_account = "";
    if let Some(account) = range.account {
        of_account = "account_id = $4 and";
        values.push(account.0.into());
    }
    let sql = format!("select {COLUMNS}, {form} from events where {of_account} seq > $1 and seq <= $2 order by seq limit $3");
    db.rows(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await
}

/// The next events for a reader of this process: from memory when the process followed them lately, else from the log.
pub async fn next(db: &Reader, feed: &Feed, after: i64, limit: u64) -> Result<Vec<Arc<Event>>, DbErr> {
    if let Some(events) = feed.recent(after, limit as usize) {
        return Ok(events);
    }
    Ok(read(db, Range { after, limit, account: None }).await?.into_iter().map(Arc::new).collect())
}

fn from_row(row: &Row) -> Result<Event, DbErr> {
    Ok(Event {
        seq: row.get(0)?,
        kind: row.get::<String>(1)?.into(),
        subject: row.get(2)?,
        account: row.get::<Option<i64>>(3)?.map(AccountId),
        actor: row.get(4)?,
        occurred_at: Instant(row.get(5)?),
        data: row.get(6)?,
    })
}

fn public_from_row(row: &Row) -> Result<PublicEvent, DbErr> {
    let public: Option<String> = row.get(6)?;
    let data = RawValue::from_string(public.unwrap_or_else(|| "{}".to_owned()));
    Ok(PublicEvent {
        seq: row.get(0)?,
        kind: row.get(1)?,
        subject: row.get(2)?,
        account: row.get::<Option<i64>>(3)?.map(AccountId),
        actor: row.get(4)?,
        occurred_at: Instant(row.get(5)?),
        data: data.map_err(|e| DbErr::Type(e.to_string()))?,
    })
}

/// The last number whose event and all before it are visible now: where a reader that needs no history starts.
pub async fn latest(db: &impl Db) -> Result<i64, DbErr> {
    let horizon = horizon(db).await?;
    let sql = "select coalesce(max(seq), 0) from events where seq <= $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [horizon.into()]);
    match db.row(statement).await? {
        Some(row) => row.get(0),
        None => Ok(0),
    }
}
