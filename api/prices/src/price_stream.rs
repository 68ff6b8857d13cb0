//! All prices of an account as lines of JSON, made while they are being read.
//!
//! Promises: memory does not grow with the catalogue, and nothing is made ahead of the reader: each batch is computed on a
//! thread for such work when the one before was taken, so a slow reader blocks no other request. Every line belongs to one state.

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

use super::changes::FeedScope;
use super::cursor::Cursor;
use super::lookup::Prices;
use super::price_rows::{PriceRow, Quantities};
use catalog::Products;

/// All prices of an account, or the word that none has changed.
pub(crate) struct PriceStream {
    cursor: Cursor,
    /// The prices and their version; none when nothing has changed.
    content: Option<(Source, i64)>,
}

/// Where the lines come from.
struct Source {
    prices: Prices,
    products: Products,
    cursor: Cursor,
    quantities: Quantities,
    place: Option<u32>,
}

/// The `ETag` of all prices: the cursor of their state.
pub(super) struct Tag;

impl Tag {
    /// The cursor in an `If-None-Match` header.
    pub(super) fn read(header: &str) -> Option<Cursor> {
        let tag = header.split(',').next()?.trim().trim_start_matches("W/").trim_matches('"');
        Cursor::read(tag).filter(|cursor| cursor.toward.is_none())
    }
}

impl PriceStream {
    /// The prices at the state of the cursor.
    pub(super) fn of(prices: Prices, products: Products, cursor: Cursor, quantities: Quantities, version: i64) -> Self {
        Self { cursor, content: Some((Source { prices, products, cursor, quantities, place: Some(0) }, version)) }
    }

    /// Nothing has changed since the cursor.
    pub(super) fn unchanged(cursor: Cursor) -> Self {
        Self { cursor, content: None }
    }
}

impl Source {
    /// The next lines; none at the end.
    async fn next(mut self) -> Option<(Result<Vec<u8>, std::io::Error>, Self)> {
        let place = self.place?;
        let scope = FeedScope { account: self.cursor.account, currency: self.cursor.currency };
        let (prices, products, state) = (self.prices.clone(), self.products.clone(), self.cursor.from);
        let quantities = self.quantities;
        let work = tokio::task::spawn_blocking(move || {
            let batch = prices.batch(&products, scope, state, quantities, place);
            (batch.lines(scope.currency), batch.next)
        });
        match work.await {
            Ok((lines, next)) => {
                self.place = next;
                Some((Ok(lines), self))
            }
            // The reader sees a transfer that broke off, not an end.
            Err(error) => {
                self.place = None;
                Some((Err(std::io::Error::other(error)), self))
            }
        }
    }
}

impl IntoResponse for PriceStream {
    fn into_response(self) -> Response {
        let mut response = match self.content {
            None => Response::builder().status(StatusCode::NOT_MODIFIED).finish(),
            Some((source, version)) => {
                let stream = futures_util::stream::unfold(source, Source::next);
                let body = Body::from_bytes_stream(stream);
                let response = Response::builder().content_type("application/x-ndjson").header("price-version", version);
                response.body(body)
            }
        };
        let cursor = self.cursor.write();
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&format!("\"{cursor}\"")) {
            headers.insert(header::ETAG, value);
        }
        if let Ok(value) = HeaderValue::from_str(&cursor) {
            headers.insert("price-cursor", value);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response
    }
}

fn described(name: &str, description: &str) -> MetaHeader {
    MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: true,
        deprecated: false,
        schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
    }
}

impl ApiResponse for PriceStream {
    fn meta() -> MetaResponses {
        let tags = || {
            vec![
                described("ETag", "Names the state; give it as `If-None-Match`."),
                described("Price-Cursor", "Give it as `after` to `/v1/price-changes`."),
            ]
        };
        let mut headers = tags();
        headers.push(described("Price-Version", "The price version of every line."));
        MetaResponses {
            responses: vec![
                MetaResponse {
                    description: "One price per line, as JSON.",
                    status: Some(200),
                    status_range: None,
                    content: vec![MetaMediaType { content_type: "application/x-ndjson", schema: PriceRow::schema_ref() }],
                    headers,
                },
                MetaResponse {
                    description: "No price has changed.",
                    status: Some(304),
                    status_range: None,
                    content: vec![],
                    headers: tags(),
                },
            ],
        }
    }

    fn register(registry: &mut Registry) {
        PriceRow::register(registry);
    }
}
