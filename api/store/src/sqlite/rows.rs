//! sea-orm's values into SQLite's, and SQLite's rows into sea-orm's.
//!
//! A whole number is an `i32` where its column is declared `int`, a `bool` where it is `boolean`, else an `i64`; so is what an
//! expression gives.

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sea_orm::{DbErr, ProxyExecResult, ProxyRow, Statement, Value};

pub(super) use crate::error::sqlite_error as refused;
use crate::row::Row;

/// Bytes of the longest statement that stays prepared. Longer ones have a row of places for each row they write, are seldom
/// the same twice, and would hold megabytes each.
const LONGEST_KEPT: usize = 4_096;

pub(super) fn execute(connection: &Connection, statement: &Statement) -> Result<ProxyExecResult, DbErr> {
    let changed = prepared(connection, statement, |ready| ready.raw_execute().map_err(refused))?;
    Ok(ProxyExecResult::new(connection.last_insert_rowid() as u64, changed as u64))
}

pub(super) fn rows(connection: &Connection, statement: &Statement, limit: usize) -> Result<Vec<Row>, DbErr> {
    prepared(connection, statement, |ready| {
        let columns = ready.column_count();
        let mut rows = ready.raw_query();
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next().map_err(refused)?
        {
            let values = (0..columns).map(|at| row.get(at)).collect::<Result<Box<[_]>, _>>();
            found.push(Row::of_sqlite(values.map_err(refused)?));
        }
        Ok(found)
    })
}

pub(super) fn named_rows<T: From<ProxyRow>>(
    connection: &Connection,
    statement: &Statement,
    limit: usize,
) -> Result<Vec<T>, DbErr> {
    prepared(connection, statement, |ready| {
        let layout = ColumnLayout::of(ready);
        let mut rows = ready.raw_query();
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next().map_err(refused)?
        {
            found.push(layout.read(row)?.into());
        }
        Ok(found)
    })
}

/// Runs a statement once for each row of values: nothing is prepared anew, however many rows there are.
pub(super) fn repeat(connection: &Connection, sql: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), DbErr> {
    let mut ready = connection.prepare_cached(sql).map_err(refused)?;
    for values in rows {
        bind(&mut ready, &values)?;
        ready.raw_execute().map_err(refused)?;
    }
    Ok(())
}

/// Runs a statement that was prepared and whose values are bound.
fn prepared<T>(
    connection: &Connection,
    statement: &Statement,
    run: impl FnOnce(&mut rusqlite::Statement<'_>) -> Result<T, DbErr>,
) -> Result<T, DbErr> {
    let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
    if statement.sql.len() > LONGEST_KEPT {
        let mut ready = connection.prepare(&statement.sql).map_err(refused)?;
        bind(&mut ready, values)?;
        return run(&mut ready);
    }
    let mut ready = connection.prepare_cached(&statement.sql).map_err(refused)?;
    bind(&mut ready, values)?;
    run(&mut ready)
}

fn bind(ready: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<(), DbErr> {
    for index in 1..=ready.parameter_count() {
        // `?` takes the next value, `$3` and `?3` the third.
        let named = ready.parameter_name(index).and_then(|name| name[1..].parse().ok());
        let value = values.get(named.unwrap_or(index) - 1).ok_or_else(|| type_error("a parameter without a value"))?;
        ready.raw_bind_parameter(index, ToSqlOutput::Borrowed(borrowed(value)?)).map_err(refused)?;
    }
    Ok(())
}

fn type_error(what: &str) -> DbErr {
    DbErr::Type(format!("SQLite: {what}"))
}

fn borrowed(value: &Value) -> Result<ValueRef<'_>, DbErr> {
    let whole = |value: Option<i64>| value.map_or(ValueRef::Null, ValueRef::Integer);
    Ok(match value {
        Value::BigInt(value) => whole(*value),
        Value::Int(value) => whole(value.map(i64::from)),
        Value::SmallInt(value) => whole(value.map(i64::from)),
        Value::TinyInt(value) => whole(value.map(i64::from)),
        Value::Unsigned(value) => whole(value.map(i64::from)),
        Value::BigUnsigned(value) => whole(value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))),
        Value::Bool(value) => whole(value.map(i64::from)),
        Value::Double(value) => value.map_or(ValueRef::Null, ValueRef::Real),
        Value::String(value) => value.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
        Value::Bytes(value) => value.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
        other => return Err(type_error(&format!("{other:?} cannot be stored"))),
    })
}

/// The columns of a statement by name, in the order of the names.
///
/// sea-orm finds a column of such a row by its name, or by its place among the sorted names. Names that are not sorted get
/// others before them that are, so that both ways lead to the value; but not more columns than a tuple has, since only tuples
/// are read by place.
struct ColumnLayout(Vec<Column>);

/// Columns of the longest tuple that sea-orm reads by place.
const LONGEST_TUPLE: usize = 12;

struct Column {
    name: String,
    at: usize,
    whole: IntKind,
}

/// What a whole number of a column is.
#[derive(Clone, Copy)]
enum IntKind {
    Bool,
    Int,
    BigInt,
}

impl ColumnLayout {
    fn of(prepared: &rusqlite::Statement<'_>) -> Self {
        let column = |(at, column): (usize, &rusqlite::Column<'_>)| {
            let whole = match column.decl_type() {
                Some("boolean") => IntKind::Bool,
                Some("INT" | "int") => IntKind::Int,
                _ => IntKind::BigInt,
            };
            Column { name: column.name().to_owned(), at, whole }
        };
        let mut columns: Vec<Column> = prepared.columns().iter().enumerate().map(column).collect();
        if !columns.is_sorted_by(|one, next| one.name < next.name) {
            if columns.len() <= LONGEST_TUPLE {
                let places = |column: &Column| Column { name: place(column.at), ..*column };
                columns.extend(columns.iter().map(places).collect::<Vec<_>>());
            }
            columns.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        }
        Self(columns)
    }

    fn read(&self, row: &rusqlite::Row<'_>) -> Result<ProxyRow, DbErr> {
        let value = |column: &Column| Ok((column.name.clone(), value(row.get_ref(column.at).map_err(refused)?, column.whole)?));
        Ok(ProxyRow::new(self.0.iter().map(value).collect::<Result<_, DbErr>>()?))
    }
}

fn value(stored: ValueRef<'_>, whole: IntKind) -> Result<Value, DbErr> {
    Ok(match (stored, whole) {
        (ValueRef::Null, _) => Value::BigInt(None),
        (ValueRef::Integer(value), IntKind::Bool) => Value::Bool(Some(value != 0)),
        (ValueRef::Integer(value), IntKind::Int) => {
            Value::Int(Some(i32::try_from(value).map_err(|_| type_error("a whole number is too large"))?))
        }
        (ValueRef::Integer(value), IntKind::BigInt) => Value::BigInt(Some(value)),
        (ValueRef::Real(value), _) => Value::Double(Some(value)),
        (ValueRef::Text(text), _) => {
            let text = std::str::from_utf8(text).map_err(|_| type_error("a text is not UTF-8"))?;
            Value::String(Some(text.to_owned()))
        }
        (ValueRef::Blob(bytes), _) => Value::Bytes(Some(bytes.to_vec())),
    })
}

/// A name that sorts before all names of columns and after the places before it.
fn place(at: usize) -> String {
    format!("\0{}", char::from_u32(at as u32 + 1).unwrap_or(char::MAX))
}
