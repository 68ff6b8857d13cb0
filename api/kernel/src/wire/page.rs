//! Lists in pages: `limit` and an opaque `cursor` in, `items` and `next_cursor` out. A list reads one row more than it shows, to
//! know whether there is a next page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem_openapi::Object;
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Serialize;

use crate::field_code::FieldCode;
use crate::problem::{CommonError, FieldError};

/// One page of a list.
#[derive(Clone, Debug, Object, Serialize)]
pub struct Page<T: Type + ParseFromJSON + ToJSON + Send + Sync> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Give this as `cursor` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T: Type + ParseFromJSON + ToJSON + Send + Sync> Page<T> {
    /// A page of at most `limit` items, cut from a list that was read with one item more; `key` of an item is its position.
    pub fn cut(mut items: Vec<(i64, T)>, limit: u64) -> Self {
        let more = items.len() as u64 > limit;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| more).map(|(key, _)| cursor(*key));
        Self { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor }
    }
}

/// Which page of a list is wanted, read from `limit` and `cursor`.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest {
    /// Items of the page at most.
    pub limit: u64,
    /// Key of the last item of the page before.
    pub after: Option<i64>,
}

impl PageRequest {
    /// Reads the query parameters; `normal` items when no limit is given, `max` at most.
    pub fn read(limit: Option<u64>, cursor: Option<&str>, normal: u64, max: u64) -> Result<Self, CommonError> {
        Ok(Self { limit: page_limit(limit, normal, max)?, after: cursor.map(place_of).transpose()? })
    }

    /// Rows to read: one more than the page shows.
    pub fn rows(&self) -> u64 {
        self.limit + 1
    }

    /// The rows of this page by rising key.
    pub fn ascending<E: EntityTrait>(&self, select: Select<E>, key: E::Column) -> Select<E> {
        let select = match self.after {
            Some(after) => select.filter(key.gt(after)),
            None => select,
        };
        select.order_by_asc(key).limit(self.rows())
    }

    /// The rows of this page by falling key: the newest first.
    pub fn descending<E: EntityTrait>(&self, select: Select<E>, key: E::Column) -> Select<E> {
        let select = match self.after {
            Some(after) => select.filter(key.lt(after)),
            None => select,
        };
        select.order_by_desc(key).limit(self.rows())
    }

    /// The page of the rows read, each with its key.
    pub fn page<T: Type + ParseFromJSON + ToJSON + Send + Sync>(&self, items: impl IntoIterator<Item = (i64, T)>) -> Page<T> {
        Page::cut(items.into_iter().collect(), self.limit)
    }
}

/// An opaque cursor for the key of an item.
pub fn cursor(key: i64) -> String {
    URL_SAFE_NO_PAD.encode(key.to_be_bytes())
}

/// The key in a cursor.
pub fn place_of(cursor: &str) -> Result<i64, CommonError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|b| <[u8; 8]>::try_from(b).ok());
    bytes.map(i64::from_be_bytes).ok_or_else(bad_cursor)
}

/// An opaque cursor for a key of two numbers.
pub fn pair_cursor(first: i64, second: i64) -> String {
    URL_SAFE_NO_PAD.encode([first.to_be_bytes(), second.to_be_bytes()].concat())
}

/// The two numbers of a cursor.
pub fn pair_of(cursor: &str) -> Result<(i64, i64), CommonError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let pair = bytes.as_deref().and_then(|bytes| {
        let (first, second) = bytes.split_at_checked(8)?;
        Some((i64::from_be_bytes(first.try_into().ok()?), i64::from_be_bytes(second.try_into().ok()?)))
    });
    pair.ok_or_else(bad_cursor)
}

fn bad_cursor() -> CommonError {
    CommonError::invalid("cursor", FieldCode::BadCursor, "cursor must be the next_cursor of an earlier answer, unchanged")
}

/// A limit within `1..=max`, or `normal` when none is given.
pub fn page_limit(limit: Option<u64>, normal: u64, max: u64) -> Result<u64, CommonError> {
    match limit {
        None => Ok(normal),
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        Some(_) => Err(FieldError::new("limit", FieldCode::OutOfRange, format!("limit must be from 1 to {max}"))
            .with("min", 1)
            .with("max", max)
            .into()),
    }
}
