//! A macro that makes a type a connection which forwards to what is inside, for the [reader](super::database::Reader) and the
//! [transaction](super::database::Tx).

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

pub(super) use forward_connection;
