//! For tests of column types: reading a stored value as the databases do.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Nullable, ValueType};
use sea_orm::{DbErr, ProxyRow, QueryResult, TryGetable, Value};

/// Reads a stored value from a row; gives the sentence of the error.
pub(crate) fn read<T: TryGetable>(stored: impl Into<Value>) -> Result<T, String> {
    let row = QueryResult::from(ProxyRow::new(BTreeMap::from([("c".to_owned(), stored.into())])));
    row.try_get("", "c").map_err(|error| match error {
        DbErr::TryIntoErr { source, .. } => source.to_string(),
        other => other.to_string(),
    })
}

/// Asserts that a stored text is read in both ways a row is read, and written as it was.
pub(crate) fn round_trips<T>(text: &str)
where
    T: TryGetable + ValueType + Nullable + Into<Value> + PartialEq + std::fmt::Debug,
{
    let value = read::<T>(text).expect("a readable text");
    assert_eq!(<T as ValueType>::try_from(Value::from(text)).ok().as_ref(), Some(&value));
    assert_eq!(value.into(), Value::from(text));
    assert_eq!(T::array_type(), sea_orm::sea_query::ArrayType::String);
    assert_eq!(T::null(), Value::String(None));
}
