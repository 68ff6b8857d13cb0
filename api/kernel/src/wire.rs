//! What stands on the wire: exact decimals as strings, instants as RFC 3339, bounded text, pages, and the bodies of requests
//! and answers.
//!
//! Requests are read with serde, so that a refusal names the field by its JSON pointer; the OpenAPI document comes from the
//! same types. Unknown fields are refused, because a misspelt `expected_unit_price` that is ignored costs money.

mod body;
mod buffer;
mod bulk_item;
mod numbers;
mod page;
mod raw;
mod response;
mod schema;
mod text;
mod totals;

pub use body::{Body, parse as parse_json};
pub use buffer::Buffer;
pub use bulk_item::BulkItem;
pub use numbers::{AmountText, Money, QuantityText, Timestamp, parse_timestamp};
pub use page::{Page, PageRequest, cursor, page_limit, pair_cursor, pair_of, place_of};
pub use raw::{RawDecimal, SharedText, StaticCode};
pub use response::{Accepted, Created, Etag, JsonResponse, VersionMatch, check_version, if_match};
pub use text::{Code, Text};
pub use totals::{TaxPart, Totals, TotalsPart, TotalsParts};
