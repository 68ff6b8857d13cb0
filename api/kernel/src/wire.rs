//! What stands on the wire: exact decimals as strings, instants as RFC 3339, bounded text, pages, and the bodies of requests
//! and answers.
//!
//! Requests are read with serde, so that a refusal names the field by its JSON pointer; the OpenAPI document comes from the
//! same types. Unknown fields are refused, because a misspelt `expected_unit_price` that is ignored costs money.

mod body;
mod buffer;
mod bulk_item;
mod numbers;
mod response;
mod text;

pub use body::{Body, parse as parse_json};
pub use buffer::Buffer;
pub use bulk_item::BulkItem;
pub use numbers::{AmountText, Money, QuantityText, Timestamp, parse_timestamp};
pub use response::{Accepted, Created, Etag, JsonResponse, if_match};
pub use text::{Code, Text};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem_openapi::Object;
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use serde::Serialize;

use super::problem::CommonError;
use crate::field_code::FieldCode;

/// One page of a list.
#[derive(Clone, Debug, Object, Serialize)]
pub struct Page<T: Type + ParseFromJSON + ToJSON + Send + Sync> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Give this as `cursor` to read on; absent on the last page.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T: Type + ParseFromJSON + ToJSON + Send + Sync> Page<T> {
    /// A page of at most `limit` items, cut from a list read with one item more; `key` gives an item's place.
    pub fn cut(mut items: Vec<(i64, T)>, limit: u64) -> Self {
        let more = items.len() as u64 > limit;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| more).map(|(place, _)| cursor(*place));
        Self { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor }
    }
}

/// An opaque cursor for a place in a list.
pub fn cursor(place: i64) -> String {
    URL_SAFE_NO_PAD.encode(place.to_be_bytes())
}

/// The place of a cursor.
pub fn place_of(cursor: &str) -> Result<i64, CommonError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|b| <[u8; 8]>::try_from(b).ok());
    bytes
        .map(i64::from_be_bytes)
        .ok_or_else(|| CommonError::invalid("cursor", FieldCode::BadCursor, "give a cursor of an earlier answer unchanged"))
}

/// An opaque cursor for a place of two numbers.
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
    pair.ok_or_else(|| CommonError::invalid("cursor", FieldCode::BadCursor, "give a cursor of an earlier answer unchanged"))
}

/// A limit within `1..=max`, or `normal` when none is given.
pub fn page_limit(limit: Option<u64>, normal: u64, max: u64) -> Result<u64, CommonError> {
    match limit {
        None => Ok(normal),
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        Some(_) => Err(CommonError::invalid("limit", FieldCode::OutOfRange, format!("a limit is from 1 to {max}"))),
    }
}
