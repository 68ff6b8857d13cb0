//! The connection that sea-orm's migrator works on.

use std::sync::Arc;

use migration::{Migrator, MigratorTrait as _};
use parking_lot::Mutex;
use rusqlite::Connection;
use sea_orm::{DbBackend, DbErr, ProxyDatabaseTrait, ProxyExecResult, ProxyRow, Statement};

use super::rows::{execute, named_rows, refused};

/// Runs the migrations that are missing.
pub(super) async fn migrate(connection: Connection) -> Result<(), DbErr> {
    let migration = Migration { connection: Mutex::new(connection), failed: Arc::default() };
    let failed = Arc::clone(&migration.failed);
    let proxy = sea_orm::Database::connect_proxy(DbBackend::Sqlite, Arc::new(Box::new(migration))).await?;
    let migrated = Migrator::up(&proxy, None).await;
    failed.lock().take().map_or(migrated, Err)
}

#[derive(Debug)]
struct Migration {
    connection: Mutex<Connection>,
    /// What went wrong at the start or end of a transaction, of which the migrator cannot be told.
    failed: Arc<Mutex<Option<DbErr>>>,
}

impl Migration {
    fn writer(&self, sql: &str) {
        if let Err(error) = self.connection.lock().execute_batch(sql) {
            self.failed.lock().get_or_insert(refused(error));
        }
    }
}

#[async_trait::async_trait]
impl ProxyDatabaseTrait for Migration {
    async fn query(&self, statement: Statement) -> Result<Vec<ProxyRow>, DbErr> {
        named_rows(&self.connection.lock(), &statement, usize::MAX)
    }

    async fn execute(&self, statement: Statement) -> Result<ProxyExecResult, DbErr> {
        execute(&self.connection.lock(), &statement)
    }

    async fn begin(&self) {
        self.writer("begin immediate");
    }

    async fn commit(&self) {
        self.writer("commit");
    }

    async fn rollback(&self) {
        self.writer("rollback");
    }

    fn start_rollback(&self) {
        self.writer("rollback");
    }
}
