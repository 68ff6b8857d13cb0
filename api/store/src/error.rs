//! What can go wrong in the store. Errors of both drivers are told apart by their type and code.

use std::borrow::Cow;

use sea_orm::{DbErr, RuntimeErr, sqlx};
use sqlx::error::{DatabaseError, ErrorKind};

use super::domain_event::UnreadableEvent;

/// Any error of an event handler or projection; it is logged and the batch is tried again.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A transaction or a statement that was not done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database reported an error.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// The transaction lost a race for locks or waited too long for a connection; it can be repeated as it is.
    #[error("too many requests are waiting for the database")]
    Busy,
    /// The database cannot be reached or has no room; the same may succeed when that is mended.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// The Idempotency-Key was stored with another request.
    #[error("the Idempotency-Key was used before with another request")]
    KeyReused,
    /// The first request with this Idempotency-Key has not ended.
    #[error("a request with this Idempotency-Key is still running")]
    KeyRunning,
    /// The Idempotency-Key has characters or a length that are not allowed.
    #[error("an Idempotency-Key must have 1 to 255 visible ASCII characters")]
    KeyMalformed,
    /// A rule of the program itself was broken.
    #[error("an internal rule was broken: {0}")]
    Internal(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if is_duplicate(&error) && database_error(&error).and_then(DatabaseError::table) == Some(KEYS) {
            return Self::KeyRunning;
        }
        let lost_race = database_error(&error).is_some_and(|cause| cause.code().is_some_and(|code| RETRIED.contains(&&*code)));
        match error {
            _ if lost_race => Self::Busy,
            _ if is_outage(&error) => Self::Unavailable(error),
            DbErr::ConnectionAcquire(_) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}

impl From<UnreadableEvent> for StoreError {
    fn from(error: UnreadableEvent) -> Self {
        Self::Internal(error.to_string())
    }
}

/// The table of stored answers. A row that exists already was stored by a request that ran beside this one.
const KEYS: &str = "idempotency_keys";

/// Codes of a statement that may succeed when it is repeated: SQLite's busy and locked; PostgreSQL's serialization failure,
/// deadlock and lock that is not available.
const RETRIED: [&str; 5] = ["5", "6", "40001", "40P01", "55P03"];

/// Codes of a database that cannot work now. SQLite: the disk fails, is full, the file cannot be opened. PostgreSQL: the connection
/// was lost, there are no connections left, the disk is full, the server stops or starts.
const OUTAGES: [&str; 15] = [
    "10", "13", "14", "08000", "08001", "08003", "08004", "08006", "53000", "53100", "53200", "53300", "57P01", "57P02", "57P03",
];

/// Whether an error is of the outside: the connection or the disk, not the statement.
fn is_outage(error: &DbErr) -> bool {
    let is_lost = |cause: &sqlx::Error| match cause {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| OUTAGES.contains(&&*code)),
        _ => false,
    };
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => is_lost(cause),
        DbErr::Conn(_) => true,
        _ => false,
    }
}

/// Whether an error is the violation of a unique index, so that the statement's caller can say what it means.
pub fn is_duplicate(error: &DbErr) -> bool {
    database_error(error).is_some_and(|cause| cause.kind() == ErrorKind::UniqueViolation)
}

/// What the database itself reported, whichever it is.
fn database_error(error: &DbErr) -> Option<&dyn DatabaseError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause.as_database_error(),
        _ => None,
    }
}

/// An error of SQLite in the form that sqlx gives PostgreSQL's.
pub(super) fn sqlite_error(error: rusqlite::Error) -> DbErr {
    let cause = match error {
        rusqlite::Error::SqliteFailure(failure, message) => sqlx::Error::Database(Box::new(SqliteError { failure, message })),
        other => sqlx::Error::Protocol(other.to_string()),
    };
    DbErr::Query(RuntimeErr::SqlxError(cause.into()))
}

/// What SQLite reported.
#[derive(Debug)]
struct SqliteError {
    failure: rusqlite::ffi::Error,
    message: Option<String>,
}

impl std::fmt::Display for SqliteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (code {})", self.message(), self.failure.extended_code)
    }
}

impl std::error::Error for SqliteError {}

impl DatabaseError for SqliteError {
    fn message(&self) -> &str {
        self.message.as_deref().unwrap_or("SQLite failed")
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some((self.failure.extended_code & 0xff).to_string().into())
    }

    fn table(&self) -> Option<&str> {
        self.message().strip_prefix("UNIQUE constraint failed: ")?.split('.').next()
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.failure.extended_code {
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => ErrorKind::UniqueViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}
