//! The history of the schema, the same on SQLite and PostgreSQL.
//!
//! Conventions of every table:
//! - Ids are 64-bit whole numbers drawn from `kernel::sequence` before the insert (`{id}`), or given by the database for logs
//!   nobody refers to (`{serial}`).
//! - Money and quantities are whole millionths in `bigint`; instants are microseconds since 1970 UTC in `bigint`. No column
//!   is a floating-point number, so sums are exact on both databases.
//! - Structured detail that is only ever read back whole is JSON in a `text` column.
//! - References are declared, save that PostgreSQL does not check those of lines ([`LINE_REFERENCES`]).
//! - Expand, move, contract: a released column is never dropped in the release that stops reading it.
//!
//! Not here: data fixes that need business code, and anything from `entity` (importing a row would rewrite history
//! whenever the row changes).

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::{Alias, DbErr, MigrationTrait, SchemaManager, Table};
use sea_orm_migration::sea_orm::{ConnectionTrait as _, DbBackend, Statement};

mod line_references;
mod m20261121_000001_kernel;
mod m20261121_000002_identity;
mod m20261121_000003_catalog;
mod m20261121_000004_prices;
mod m20261121_000005_inventory;
mod m20261121_000006_carts;
mod m20261121_000007_orders;
mod m20261121_000008_fulfilment;
mod m20261121_000009_billing;
mod m20261121_000010_suggestions;
mod m20261122_000011_price_change_sets;
mod m20261122_000012_price_history;
mod m20261122_000013_price_history;
mod m20261122_000014_cart_prices;
mod m20261122_000017_learning;
mod m20261122_000018_rules;
mod m20261122_000019_search_curations;
mod m20261122_000020_search_log;
mod m20261122_000021_quotes;
mod m20261122_000022_price_entry_index;
mod m20261130_000023_public_events;
mod m20261130_000040_background_jobs;
mod m20261130_000041_seller_settings;
mod m20261130_000042_blobs;
mod m20261130_000050_approvers;
mod m20261130_000051_line_references;
mod m20261130_000052_security_state;
mod m20261130_000053_sign_in;

pub use line_references::{LINE_REFERENCES, LineReference};

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_kernel::Migration),
            Box::new(m20261121_000002_identity::Migration),
            Box::new(m20261121_000003_catalog::Migration),
            Box::new(m20261121_000004_prices::Migration),
            Box::new(m20261121_000005_inventory::Migration),
            Box::new(m20261121_000006_carts::Migration),
            Box::new(m20261121_000007_orders::Migration),
            Box::new(m20261121_000008_fulfilment::Migration),
            Box::new(m20261121_000009_billing::Migration),
            Box::new(m20261121_000010_suggestions::Migration),
            Box::new(m20261122_000011_price_change_sets::Migration),
            Box::new(m20261122_000012_price_history::Migration),
            Box::new(m20261122_000013_price_history::Migration),
            Box::new(m20261122_000014_cart_prices::Migration),
            Box::new(m20261122_000017_learning::Migration),
            Box::new(m20261122_000018_rules::Migration),
            Box::new(m20261122_000019_search_curations::Migration),
            Box::new(m20261122_000020_search_log::Migration),
            Box::new(m20261122_000021_quotes::Migration),
            Box::new(m20261122_000022_price_entry_index::Migration),
            Box::new(m20261130_000023_public_events::Migration),
            Box::new(m20261130_000040_background_jobs::Migration),
            Box::new(m20261130_000041_seller_settings::Migration),
            Box::new(m20261130_000042_blobs::Migration),
            Box::new(m20261130_000050_approvers::Migration),
            Box::new(m20261130_000051_line_references::Migration),
            Box::new(m20261130_000052_security_state::Migration),
            Box::new(m20261130_000053_sign_in::Migration),
        ]
    }
}

/// Runs statements written once for both databases: `{id}` and `{serial}` stand for the primary key types, `{clustered}` after
/// a table whose rows lie in the order of its primary key where the database can do that. A statement that begins
/// with `sqlite: ` or `postgres: ` is for that database alone.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let (id, serial, clustered) = match backend {
        DbBackend::Sqlite => ("integer primary key", "integer primary key autoincrement", " without rowid"),
        _ => ("bigint primary key", "bigint generated always as identity primary key", ""),
    };
    for statement in statements {
        let statement = match (statement.split_once(": "), backend) {
            (Some(("sqlite", own)), DbBackend::Sqlite) | (Some(("postgres", own)), DbBackend::Postgres) => own,
            (Some(("sqlite" | "postgres", _)), _) => continue,
            _ => statement,
        };
        let sql = statement.replace("{id}", id).replace("{serial}", serial).replace("{clustered}", clustered);
        manager.get_connection().execute_raw(Statement::from_string(backend, sql)).await?;
    }
    Ok(())
}

/// Drops tables in the order given.
async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(Alias::new(*table)).if_exists().to_owned()).await?;
    }
    Ok(())
}

/// Declares a migration from its tables (dropped in reverse order) and its statements.
macro_rules! migration {
    ($(#[$doc:meta])* tables: [$($table:literal),* $(,)?], up: [$($sql:expr),* $(,)?] $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, sea_orm_migration::prelude::DeriveMigrationName)]
        pub(crate) struct Migration;

        #[async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            async fn up(&self, manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                crate::run(manager, &[$($sql),*]).await
            }

            async fn down(&self, manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                let mut tables = vec![$($table),*];
                tables.reverse();
                crate::drop_tables(manager, &tables).await
            }
        }
    };
}
pub(crate) use migration;
