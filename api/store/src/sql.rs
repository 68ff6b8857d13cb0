//! Small helpers for statements that are written by hand: lists and rows bound as one value, and inserts in batches that stay
//! under the databases' limits.

use std::fmt::Write as _;

use sea_orm::sea_query::{ArrayType, Iden, OnConflict};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Iterable, ModelTrait, QuerySelect as _,
    QueryTrait as _, Select, Statement, TryIntoModel, Value,
};

use super::database::Tx;
use super::row::Db;

/// Appends `(?, …)` for one row of SQLite, preceded by a comma if it is not the first.
fn push_row(sql: &mut String, row: usize, columns: usize) {
    sql.push_str(if row == 0 { "(" } else { ", (" });
    sql.push_str(&vec!["?"; columns].join(", "));
    sql.push(')');
}

/// Rows that one statement writes at most on PostgreSQL.
const ROWS_PER_INSERT: usize = 10_000;

/// Inserts many rows in as few statements as the databases allow; `on_conflict` says what to do with rows that exist. All rows set
/// the same columns.
pub async fn insert_all<A>(tx: &Tx, rows: Vec<A>, on_conflict: Option<OnConflict>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let Some(first) = rows.first() else { return Ok(()) };
    let insert = Insert::like(first, on_conflict, tx.get_database_backend());
    let names = |columns: &[ColumnOf<A>]| columns.iter().map(Iden::to_string).collect::<Vec<_>>();
    let same = |row: &A| names(&given(row)) == names(&insert.columns);
    debug_assert!(rows.iter().all(same), "rows of one insert set the same columns");
    if tx.is_sqlite() {
        return tx.repeat(&insert.sql, rows.into_iter().map(|row| insert.values_of(row)));
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(ROWS_PER_INSERT).collect();
        tx.execute_raw(insert.of_arrays(chunk)).await?;
    }
    Ok(())
}

type ColumnOf<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;

/// The columns that a row sets.
fn given<A: ActiveModelTrait>(row: &A) -> Vec<ColumnOf<A>> {
    ColumnOf::<A>::iter().filter(|column| !row.get(*column).is_not_set()).collect()
}

/// The statement that inserts one row.
struct Insert<A: ActiveModelTrait> {
    sql: String,
    columns: Vec<ColumnOf<A>>,
    /// The values of what is done when the row exists.
    rest: Vec<Value>,
}

impl<A> Insert<A>
where
    A: ActiveModelTrait,
{
    /// The statement for rows that set the same columns as this one.
    fn like(row: &A, on_conflict: Option<OnConflict>, backend: DbBackend) -> Self {
        let columns = given(row);
        let mut insert = A::Entity::insert(row.clone());
        if let Some(conflict) = on_conflict {
            insert = insert.on_conflict(conflict);
        }
        let built = insert.build(backend);
        // Behind the values of the row are those of what is done when it exists.
        let rest = built.values.into_iter().flatten().skip(columns.len()).collect();
        Self { sql: built.sql, columns, rest }
    }

    fn values_of(&self, mut row: A) -> Vec<Value> {
        let own = self.columns.iter().map(|column| row.take(*column).into_value().unwrap_or(Value::BigInt(None)));
        own.chain(self.rest.iter().cloned()).collect()
    }

    /// The same statement for many rows on PostgreSQL: each column is bound as one array, so that the statement's text does not
    /// depend on the number of rows, and neither side handles a parameter for each value.
    fn of_arrays(&self, rows: Vec<A>) -> Statement {
        let mut arrays = vec![ArrayText::default(); self.columns.len()];
        for mut row in rows {
            for (array, column) in arrays.iter_mut().zip(&self.columns) {
                array.push(row.take(*column).into_value());
            }
        }
        let places = 1..=self.columns.len();
        let values: Vec<String> = places.clone().map(|place| format!("${place}")).collect();
        let of = |(place, column): (usize, &ColumnOf<A>)| {
            let kind = <<A::Entity as EntityTrait>::Model as ModelTrait>::get_value_type(*column);
            format!("${place}::text::{}[]", postgres_type(&kind))
        };
        let unnested: Vec<String> = places.zip(&self.columns).map(of).collect();
        let one_row = format!("VALUES ({})", values.join(", "));
        let sql = self.sql.replacen(&one_row, &format!("SELECT * FROM unnest({})", unnested.join(", ")), 1);
        let values = arrays.into_iter().map(ArrayText::into_value).chain(self.rest.iter().cloned());
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

/// Inserts rows that this transaction does not read again; on PostgreSQL they go [with others](Tx::write_later). None may exist.
pub async fn insert_later<A>(tx: &Tx, rows: Vec<A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    if tx.is_sqlite() {
        return insert_all(tx, rows, None).await;
    }
    let Some(first) = rows.first() else { return Ok(()) };
    let insert = Insert::like(first, None, DbBackend::Postgres);
    let count = rows.len() as u64;
    tx.write_later(insert.of_arrays(rows), count).await
}

/// Inserts many rows into what is named as in `price_lists (id, code)`, with a value for each column; `then` is what follows, such
/// as what to do with rows that exist. For tables without an entity.
pub async fn insert_values(tx: &Tx, into: &str, rows: Vec<Vec<Value>>, then: &str) -> Result<(), DbErr> {
    let Some(columns) = rows.first().map(Vec::len) else { return Ok(()) };
    debug_assert!(rows.iter().all(|row| row.len() == columns), "a value for each column");
    if tx.is_sqlite() {
        let mut sql = format!("insert into {into} values ");
        push_row(&mut sql, 0, columns);
        return tx.repeat(&format!("{sql} {then}"), rows.into_iter());
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let (source, values) = values_of(tx, rows.by_ref().take(ROWS_PER_INSERT));
        tx.execute_raw(tx.statement(format!("insert into {into} {source} {then}"), values)).await?;
    }
    Ok(())
}

/// Rows of values as what stands behind `insert into t (…)`, and the values to bind from the first place on. On PostgreSQL each
/// column is one array, so that the text is the same for any number of rows.
pub(super) fn values_of<R>(db: &impl Db, rows: impl Iterator<Item = R>) -> (String, Vec<Value>)
where
    R: IntoIterator<Item = Value>,
{
    if db.is_sqlite() {
        let (mut sql, mut values) = (String::from("values "), Vec::new());
        for (row, own) in rows.enumerate() {
            let before = values.len();
            values.extend(own);
            push_row(&mut sql, row, values.len() - before);
        }
        return (sql, values);
    }
    let (mut types, mut arrays): (Vec<&str>, Vec<ArrayText>) = Default::default();
    for row in rows {
        for (column, value) in row.into_iter().enumerate() {
            if arrays.len() == column {
                types.push(postgres_type(&value.array_type()));
                arrays.push(ArrayText::default());
            }
            arrays[column].push(Some(value));
        }
    }
    let places: Vec<String> = types.iter().zip(1..).map(|(of, place)| format!("${place}::text::{of}[]")).collect();
    (format!("select * from unnest({})", places.join(", ")), arrays.into_iter().map(ArrayText::into_value).collect())
}

/// PostgreSQL's name of the type of a column.
fn postgres_type(kind: &ArrayType) -> &'static str {
    match kind {
        ArrayType::Bool => "boolean",
        ArrayType::Int => "integer",
        ArrayType::Double => "double precision",
        ArrayType::String => "text",
        ArrayType::Bytes => "bytea",
        _ => "bigint",
    }
}

/// An array of PostgreSQL as text.
#[derive(Clone, Debug, Default)]
pub(super) struct ArrayText {
    text: String,
}

impl ArrayText {
    fn next(&mut self) -> &mut String {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        &mut self.text
    }

    pub(super) fn push_number(&mut self, number: i64) {
        let _ = write!(self.next(), "{number}");
    }

    pub(super) fn push_text(&mut self, text: &str) {
        push_text(self.next(), DbBackend::Postgres, text);
    }

    fn push(&mut self, value: Option<Value>) {
        self.next();
        let written = match value {
            Some(Value::BigInt(Some(number))) => write!(self.text, "{number}"),
            Some(Value::Int(Some(number))) => write!(self.text, "{number}"),
            Some(Value::Double(Some(number))) => write!(self.text, "{number}"),
            Some(Value::Bool(Some(truth))) => write!(self.text, "{truth}"),
            Some(Value::String(Some(text))) => {
                push_text(&mut self.text, DbBackend::Postgres, &text);
                Ok(())
            }
            Some(Value::Bytes(Some(bytes))) => {
                self.text.push_str("\"\\\\x");
                for byte in &bytes {
                    let _ = write!(self.text, "{byte:02x}");
                }
                self.text.push('"');
                Ok(())
            }
            _ => write!(self.text, "NULL"),
        };
        debug_assert!(written.is_ok(), "a String takes everything");
    }

    pub(super) fn into_value(mut self) -> Value {
        self.text.push_str(if self.text.is_empty() { "{}" } else { "}" });
        self.text.into()
    }
}

/// The entities that a select gives. As its `all`, and cheaper: they are read by place.
pub async fn fetch<E>(db: &impl Db, select: Select<E>) -> Result<Vec<E::Model>, DbErr>
where
    E: EntityTrait,
    E::ActiveModel: TryIntoModel<E::Model>,
{
    let statement = select.build(db.get_database_backend());
    Ok(db.entities::<E>(statement, 0).await?.into_iter().map(|row| row.entity).collect())
}

/// A select that locks the rows it gives until the transaction ends. SQLite has one writer, which is lock enough.
pub fn locked<E: EntityTrait>(tx: &Tx, select: Select<E>) -> Select<E> {
    if tx.is_sqlite() { select } else { select.lock_exclusive() }
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

/// A list of keys for `in`, bound as one value in place `$place`: [`ids_value`] when `of` is `bigint`, [`texts_value`] when it is
/// `text`. The statement's text is the same for any number of keys, so that it is prepared once. Numbered placeholders by the
/// thousand would take SQLite time that grows with their square.
pub fn key_list(db: &impl Db, place: usize, of: &str) -> String {
    match db.get_database_backend() {
        DbBackend::Sqlite => format!("(select value from json_each(${place}))"),
        // PostgreSQL knows how many elements an array has, and plans for as many.
        _ => format!("(select unnest(${place}::text::{of}[]))"),
    }
}

/// Ids as the value of a [`key_list`].
pub fn ids_value(db: &impl Db, ids: impl IntoIterator<Item = i64>) -> Value {
    let (open, close) = brackets(db.get_database_backend());
    let mut list = String::from(open);
    for (at, id) in ids.into_iter().enumerate() {
        let _ = write!(list, "{}{id}", if at == 0 { "" } else { "," });
    }
    list.push(close);
    list.into()
}

/// Texts as the value of a [`key_list`].
pub fn texts_value<T: AsRef<str>>(db: &impl Db, texts: impl IntoIterator<Item = T>) -> Value {
    let backend = db.get_database_backend();
    let (open, close) = brackets(backend);
    let mut list = String::from(open);
    for (at, text) in texts.into_iter().enumerate() {
        list.push_str(if at == 0 { "" } else { "," });
        push_text(&mut list, backend, text.as_ref());
    }
    list.push(close);
    list.into()
}

/// Lists are JSON arrays for SQLite, and array literals for PostgreSQL.
fn brackets(backend: DbBackend) -> (char, char) {
    if backend == DbBackend::Sqlite { ('[', ']') } else { ('{', '}') }
}

/// Appends a text as an element of a list.
fn push_text(list: &mut String, backend: DbBackend, text: &str) {
    if backend == DbBackend::Sqlite {
        let _ = write!(list, "{}", serde_json::Value::from(text));
        return;
    }
    list.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            list.push('\\');
        }
        list.push(char);
    }
    list.push('"');
}
