//! A transaction on PostgreSQL that begins with its first statement.
//!
//! A transaction whose only statement is the one that writes what it [queued](super::queued_writes) and recorded needs neither begin nor
//! commit: a statement is a transaction of its own.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "part of where connections live and transactions begin")]

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait as _,
};
use tokio::sync::OnceCell;

use super::database::count_statement;
use super::queued_writes::QueuedWrites;
use super::row::Row;

/// A transaction that may not have begun yet.
#[derive(Debug)]
pub(super) struct PostgresTransaction {
    pool: DatabaseConnection,
    begun: OnceCell<DatabaseTransaction>,
}

impl PostgresTransaction {
    pub(super) fn new(pool: DatabaseConnection) -> Self {
        Self { pool, begun: OnceCell::new() }
    }

    async fn begun(&self) -> Result<&DatabaseTransaction, DbErr> {
        let begin = async || {
            count_statement();
            self.pool.begin().await
        };
        self.begun.get_or_try_init(begin).await
    }

    pub(super) async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_raw(statement).await
    }

    pub(super) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_unprepared(sql).await
    }

    pub(super) async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.begun().await?.query_one_raw(statement).await
    }

    pub(super) async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.begun().await?.query_all_raw(statement).await
    }

    /// Runs a statement on the transaction's connection if there is one, else on any.
    pub(super) async fn query_apart(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.begun.get() {
            Some(begun) => begun.query_all_raw(statement).await,
            None => self.pool.query_all_raw(statement).await,
        }
    }

    /// Sends queued writes as one statement, with one that returns numbers if there is one, which are given in rising order.
    pub(super) async fn send(&self, queued: &QueuedWrites, numbering: Option<Statement>) -> Result<Vec<i64>, DbErr> {
        count_statement();
        read(queued, self.query_all_raw(queued.statement(numbering)).await?)
    }

    /// As [`send`](Self::send); when nothing was done before, the statement is all of the transaction. All writes are inserts, and nothing
    /// follows.
    pub(super) async fn send_last(&self, queued: &QueuedWrites, numbering: Statement) -> Result<Vec<i64>, DbErr> {
        if self.begun.initialized() {
            return self.send(queued, Some(numbering)).await;
        }
        count_statement();
        read(queued, self.pool.query_all_raw(queued.statement(Some(numbering))).await?)
    }

    /// Commits what was done.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        let Some(transaction) = self.begun.into_inner() else { return Ok(()) };
        count_statement();
        transaction.commit().await
    }
}

fn read(queued: &QueuedWrites, rows: Vec<QueryResult>) -> Result<Vec<i64>, DbErr> {
    let rows: Vec<Row> = rows.into_iter().map(Row::of_postgres).collect();
    queued.read(&rows)
}
