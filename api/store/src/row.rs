//! Rows of a statement, read by place on both databases.
//!
//! A column is found by its place, counted from 0, whatever its name and however the statement is written. What cannot be read
//! as the type asked for is an error that names the place.

use rusqlite::types::Value as Stored;
use sea_orm::sea_query::{ArrayType, ValueType};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, Iterable as _, ModelTrait, QueryResult, Statement,
    TryGetable, TryIntoModel, Value,
};

/// A row that a statement gave.
#[derive(Debug)]
pub struct Row(Columns);

#[derive(Debug)]
enum Columns {
    Sqlite(Box<[Stored]>),
    Postgres(QueryResult),
}

/// A type that a column can be read as.
pub trait ColumnValue: TryGetable + ValueType {}

impl<T: TryGetable + ValueType> ColumnValue for T {}

impl Row {
    pub(super) fn of_sqlite(columns: Box<[Stored]>) -> Self {
        Self(Columns::Sqlite(columns))
    }

    pub(super) fn of_postgres(row: QueryResult) -> Self {
        Self(Columns::Postgres(row))
    }

    /// The value of the column at a place.
    pub fn get<T: ColumnValue>(&self, place: usize) -> Result<T, DbErr> {
        match &self.0 {
            Columns::Postgres(row) => row.try_get_by_index(place),
            Columns::Sqlite(columns) => {
                let stored = columns.get(place).ok_or_else(|| unreadable(place, "the row has fewer columns"))?;
                let value = value_of(stored.clone(), &T::array_type()).map_err(|why| unreadable(place, &why))?;
                <T as ValueType>::try_from(value)
                    .map_err(|_| unreadable(place, &format!("{stored:?} is not a {}", T::type_name())))
            }
        }
    }

    /// Takes the value of the column at a place out of the row, for a column of this kind.
    fn take(&mut self, place: usize, kind: &ArrayType) -> Result<Value, DbErr> {
        match &mut self.0 {
            Columns::Sqlite(columns) => {
                let stored = columns.get_mut(place).ok_or_else(|| unreadable(place, "the row has fewer columns"))?;
                value_of(std::mem::replace(stored, Stored::Null), kind).map_err(|why| unreadable(place, &why))
            }
            Columns::Postgres(row) => Ok(match kind {
                ArrayType::Bool => Value::Bool(row.try_get_by_index(place)?),
                ArrayType::Int => Value::Int(row.try_get_by_index(place)?),
                ArrayType::Double => Value::Double(row.try_get_by_index(place)?),
                ArrayType::String => Value::String(row.try_get_by_index(place)?),
                ArrayType::Bytes => Value::Bytes(row.try_get_by_index(place)?),
                _ => Value::BigInt(row.try_get_by_index(place)?),
            }),
        }
    }
}

fn unreadable(place: usize, why: &str) -> DbErr {
    DbErr::Type(format!("column {place} cannot be read: {why}"))
}

/// SQLite's value as sea-orm has it for a column of this kind.
fn value_of(stored: Stored, kind: &ArrayType) -> Result<Value, String> {
    Ok(match (kind, stored) {
        (ArrayType::BigInt, Stored::Integer(value)) => Value::BigInt(Some(value)),
        (ArrayType::BigInt, Stored::Null) => Value::BigInt(None),
        (ArrayType::String, Stored::Text(text)) => Value::String(Some(text)),
        (ArrayType::String, Stored::Null) => Value::String(None),
        (ArrayType::Int, Stored::Null) => Value::Int(None),
        (ArrayType::Bool, Stored::Integer(value @ 0..=1)) => Value::Bool(Some(value == 1)),
        (ArrayType::Bool, Stored::Null) => Value::Bool(None),
        (ArrayType::Double, Stored::Real(value)) => Value::Double(Some(value)),
        (ArrayType::Double, Stored::Null) => Value::Double(None),
        (ArrayType::Bytes, Stored::Blob(bytes)) => Value::Bytes(Some(bytes)),
        (ArrayType::Bytes, Stored::Null) => Value::Bytes(None),
        (ArrayType::Int, Stored::Integer(value)) => {
            Value::Int(Some(<i32 as TryFrom<i64>>::try_from(value).map_err(|_| format!("{value} does not fit an Int"))?))
        }
        (kind, stored) => return Err(format!("{stored:?} is not a {kind:?}")),
    })
}

/// An entity as a statement gives it.
#[derive(Debug)]
pub struct EntityRow<M> {
    pub entity: M,
    /// The texts of the columns behind the entity's.
    pub texts: Vec<String>,
}

/// The entity of a row whose columns are the entity's in their order, and so many texts behind those.
fn entity_of<E>(mut row: Row, columns: &[(E::Column, ArrayType)], texts: usize) -> Result<EntityRow<E::Model>, DbErr>
where
    E: EntityTrait,
    E::ActiveModel: TryIntoModel<E::Model>,
{
    let mut model = <E::ActiveModel as ActiveModelTrait>::default();
    for (place, (column, kind)) in columns.iter().enumerate() {
        let value = row.take(place, kind)?;
        model.try_set(*column, value).map_err(|error| unreadable(place, &format!("{column:?}: {error}")))?;
    }
    let texts = (columns.len()..columns.len() + texts).map(|place| row.get(place)).collect::<Result<_, _>>()?;
    Ok(EntityRow { entity: model.try_into_model()?, texts })
}

/// A [`Reader`](super::database::Reader) or a [`Tx`](super::database::Tx).
pub trait Db: ConnectionTrait + Sync {
    /// All rows that a statement gives.
    fn rows(&self, statement: Statement) -> impl Future<Output = Result<Vec<Row>, DbErr>> + Send;

    /// The first row that a statement gives.
    fn row(&self, statement: Statement) -> impl Future<Output = Result<Option<Row>, DbErr>> + Send;

    /// The entities that a statement gives, whose columns are the entity's in their order, and so many texts behind those.
    fn entities<E>(
        &self,
        statement: Statement,
        texts: usize,
    ) -> impl Future<Output = Result<Vec<EntityRow<E::Model>>, DbErr>> + Send
    where
        E: EntityTrait,
        E::ActiveModel: TryIntoModel<E::Model>,
    {
        async move {
            let columns: Vec<(E::Column, ArrayType)> =
                E::Column::iter().map(|column| (column, <E::Model as ModelTrait>::get_value_type(column))).collect();
            self.rows(statement).await?.into_iter().map(|row| entity_of::<E>(row, &columns, texts)).collect()
        }
    }

    /// A statement written by hand, in the connection's dialect.
    fn statement(&self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.get_database_backend(), sql, values)
    }

    /// What makes a select lock its rows. SQLite has one writer, who needs no locks.
    fn for_update(&self) -> &'static str {
        if self.is_sqlite() { "" } else { "for update" }
    }

    /// The form of a statement's part that this database understands.
    fn dialect<'a>(&self, sqlite: &'a str, postgres: &'a str) -> &'a str {
        if self.is_sqlite() { sqlite } else { postgres }
    }

    /// Whether it speaks SQLite.
    fn is_sqlite(&self) -> bool {
        self.get_database_backend() == DbBackend::Sqlite
    }
}
