//! Ids and human numbers. On SQLite a row per sequence inside the transaction (one writer, no contention); on PostgreSQL a
//! native sequence, which takes no lock, so numbers may have gaps there.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::database::Tx;

impl Tx {
    /// Draws `count` new ids in rising order.
    pub async fn ids(&self, count: usize) -> Result<Vec<i64>, DbErr> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let count = count as i64;
        match self.get_database_backend() {
            DbBackend::Sqlite => {
                let sql = "insert into sequences (name, next) values ('ids', ? + 1) \
                           on conflict (name) do update set next = sequences.next + ? returning next";
                let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [count.into(), count.into()]);
                let next: i64 = self.first_value(statement).await?;
                Ok((next - count..next).collect())
            }
            backend => {
                let sql = "select nextval('bulkhead_ids') from generate_series(1, $1)";
                let rows = self.rows_apart(Statement::from_sql_and_values(backend, sql, [count.into()])).await?;
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    /// Draws one new id.
    pub async fn id(&self) -> Result<i64, DbErr> {
        self.ids(1).await?.first().copied().ok_or_else(|| DbErr::Custom("no id was drawn".to_owned()))
    }

    /// The next number of a series without gaps (invoices). Transactions that draw from one series wait for each other.
    pub async fn gapless(&self, series: &str) -> Result<i64, DbErr> {
        let backend = self.get_database_backend();
        let sql = "insert into sequences (name, next) values ($1, 2) \
                   on conflict (name) do update set next = sequences.next + 1 returning next";
        let next: i64 = self.first_value(Statement::from_sql_and_values(backend, sql, [series.into()])).await?;
        Ok(next - 1)
    }
}
