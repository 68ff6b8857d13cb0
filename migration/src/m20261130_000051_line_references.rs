//! PostgreSQL no longer checks the [references of lines](crate::LINE_REFERENCES).

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager};

use crate::LINE_REFERENCES;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop =
            |table: &str, constraint: String| format!("postgres: alter table {table} drop constraint if exists {constraint}");
        let of_columns = LINE_REFERENCES.iter().map(|of| drop(of.table, format!("{}_{}_fkey", of.table, of.column)));
        let of_keys = drop("order_allocations", "order_allocations_order_id_line_no_fkey".to_owned());
        let statements: Vec<String> = of_columns.chain([of_keys]).collect();
        crate::run(manager, &statements.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("references that were not checked cannot be declared again".to_owned()))
    }
}
