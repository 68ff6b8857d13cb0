//! Small helpers for statements that are written by hand: rows of placeholders for both databases, and batches that stay
//! under the databases' limits.

use std::fmt::Write as _;

use sea_orm::sea_query::{Iden, OnConflict};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Iterable, QuerySelect as _,
    QueryTrait as _, Select, TryIntoModel, Value,
};

use super::database::{Db, Tx};

/// Appends `(…)` with the placeholders of one row, preceded by a comma if it is not the first.
pub fn push_row(sql: &mut String, backend: DbBackend, row: usize, columns: usize) {
    sql.push_str(if row == 0 { "(" } else { ", (" });
    for column in 0..columns {
        if column > 0 {
            sql.push_str(", ");
        }
        if backend == DbBackend::Postgres {
            let _ = write!(sql, "${}", row * columns + column + 1);
        } else {
            sql.push('?');
        }
    }
    sql.push(')');
}

/// How many bound values a statement may carry on either database.
const MAX_VALUES: usize = 30_000;

/// Inserts many rows in as few statements as the databases allow; `on_conflict` says what to do with rows that exist.
pub async fn insert_all<A>(tx: &Tx, rows: Vec<A>, on_conflict: Option<OnConflict>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    if is_sqlite(tx) {
        return insert_each(tx, rows, on_conflict);
    }
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    let chunk = (MAX_VALUES / columns).clamp(1, 2_000);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let batch: Vec<A> = rows.by_ref().take(chunk).collect();
        let mut insert = A::Entity::insert_many(batch);
        if let Some(conflict) = &on_conflict {
            insert = insert.on_conflict(conflict.clone());
        }
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Inserts rows one by one with the same statement. All set the same columns.
fn insert_each<A>(tx: &Tx, rows: Vec<A>, on_conflict: Option<OnConflict>) -> Result<(), DbErr>
where
    A: ActiveModelTrait,
{
    let Some(first) = rows.first() else { return Ok(()) };
    let given = |row: &A| ColumnOf::<A>::iter().filter(|column| !row.get(*column).is_not_set()).collect::<Vec<_>>();
    let columns = given(first);
    let names = |columns: &[ColumnOf<A>]| columns.iter().map(Iden::to_string).collect::<Vec<_>>();
    debug_assert!(rows.iter().all(|row| names(&given(row)) == names(&columns)), "rows of one insert set the same columns");
    let mut insert = A::Entity::insert(first.clone());
    if let Some(conflict) = on_conflict {
        insert = insert.on_conflict(conflict);
    }
    let built = insert.build(DbBackend::Sqlite);
    // Behind the values of the row stand those of what is done when it exists.
    let rest: Vec<Value> = built.values.into_iter().flatten().skip(columns.len()).collect();
    let values = |mut row: A| {
        let own = columns.iter().map(|column| row.take(*column).into_value().unwrap_or(Value::BigInt(None)));
        own.chain(rest.iter().cloned()).collect()
    };
    tx.repeat(&built.sql, rows.into_iter().map(values))
}

type ColumnOf<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;

/// The entities that a select gives. As its `all`, and cheaper where there are many columns or rows.
pub async fn fetch<E>(db: &impl Db, select: Select<E>) -> Result<Vec<E::Model>, DbErr>
where
    E: EntityTrait,
    E::ActiveModel: TryIntoModel<E::Model>,
{
    if is_sqlite(db)
        && let Some(found) = db.entities::<E>(&select.build(DbBackend::Sqlite))
    {
        return Ok(found?.into_iter().map(|found| found.entity).collect());
    }
    select.all(db).await
}

/// The first entity that a select gives.
pub async fn fetch_one<E>(db: &impl Db, select: Select<E>) -> Result<Option<E::Model>, DbErr>
where
    E: EntityTrait,
    E::ActiveModel: TryIntoModel<E::Model>,
{
    Ok(fetch(db, select.limit(1)).await?.into_iter().next())
}

/// Splits keys for `in (…)` conditions.
pub fn key_chunks<T>(keys: &[T]) -> std::slice::Chunks<'_, T> {
    keys.chunks(5_000)
}

/// A list of keys for `in`, bound as one JSON array in place `$place`; `of` is the type of the keys (`text` or `bigint`).
/// Numbered placeholders by the thousand take SQLite time that grows with their square.
pub fn key_list(backend: DbBackend, place: usize, of: &str) -> String {
    match backend {
        DbBackend::Sqlite => format!("(select value from json_each(${place}))"),
        _ => format!("(select key::{of} from jsonb_array_elements_text(${place}::jsonb) as keys (key))"),
    }
}

/// A table of keys, bound as one JSON array of arrays of whole numbers in place `$place`; its columns are `k0`, `k1` and so on.
pub fn key_table(backend: DbBackend, place: usize, columns: usize) -> String {
    let column = |at: usize| match backend {
        DbBackend::Sqlite => format!("value ->> {at} as k{at}"),
        _ => format!("(key ->> {at})::bigint as k{at}"),
    };
    let columns: Vec<String> = (0..columns).map(column).collect();
    let rows = match backend {
        DbBackend::Sqlite => format!("json_each(${place})"),
        _ => format!("jsonb_array_elements(${place}::jsonb) as keys (key)"),
    };
    format!("(select {} from {rows})", columns.join(", "))
}

/// A statement written by hand, in the connection's dialect.
pub fn statement(db: &impl ConnectionTrait, sql: impl Into<String>, values: Vec<Value>) -> sea_orm::Statement {
    sea_orm::Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// The name of the function that gives the character of a number.
pub fn chr(db: &impl ConnectionTrait) -> &'static str {
    if is_sqlite(db) { "char" } else { "chr" }
}

/// Whether the connection speaks SQLite.
pub fn is_sqlite(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Sqlite
}
