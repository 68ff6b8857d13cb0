//! Responses: serialised once, so that the bytes stored for a retry are the bytes sent.

use std::marker::PhantomData;

use bytes::Bytes;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use serde::Serialize;

use super::buffer::Buffer;
use crate::problem::CommonError;
use store::database::Tx;
use store::idempotency::Replay;

/// Version of a resource, for `ETag`.
#[derive(Clone, Copy, Debug)]
pub struct Etag(pub i64);

/// A JSON response with a fixed status.
#[derive(Debug)]
pub struct JsonResponse<T, const STATUS: u16 = 200> {
    status: u16,
    body: Buffer,
    etag: Option<i64>,
    replayed: bool,
    content: PhantomData<fn() -> T>,
}

/// 201 with a body.
pub type Created<T> = JsonResponse<T, 201>;

/// 202 with a body: the work is done in the background.
pub type Accepted<T> = JsonResponse<T, 202>;

impl<T: Type + Serialize, const STATUS: u16> JsonResponse<T, STATUS> {
    /// The response with `value` as its body.
    pub fn of(value: &T) -> Result<Self, CommonError> {
        let mut body = Buffer::new();
        serde_json::to_writer(&mut body, value).map_err(|e| CommonError::Internal(e.to_string()))?;
        Ok(Self::of_text(body))
    }

    /// The response whose body is written already.
    pub fn of_text(body: Buffer) -> Self {
        Self { status: STATUS, body, etag: None, replayed: false, content: PhantomData }
    }

    /// The response with `value`, stored for retries in the transaction of its effect.
    pub async fn stored(tx: &Tx, value: &T) -> Result<Self, CommonError> {
        let response = Self::of(value)?;
        let body = std::str::from_utf8(&response.body).map_err(|e| CommonError::Internal(e.to_string()))?;
        tx.store_response(response.status, body).await?;
        Ok(response)
    }

    /// The response given before.
    pub fn replay(replay: Replay) -> Self {
        let mut body = Buffer::new();
        body.push(replay.body.as_bytes());
        Self { status: replay.status, body, etag: None, replayed: true, content: PhantomData }
    }

    /// The same response with the version of the resource as `ETag`.
    #[must_use]
    pub fn with_etag(mut self, etag: Etag) -> Self {
        self.etag = Some(etag.0);
        self
    }
}

impl<T: Send, const STATUS: u16> IntoResponse for JsonResponse<T, STATUS> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let body = Bytes::from_owner(self.body);
        let mut response = Response::builder().status(status).content_type("application/json; charset=utf-8").body(body);
        if let Some(Ok(value)) = self.etag.map(|v| HeaderValue::from_str(&format!("\"{v}\""))) {
            response.headers_mut().insert(header::ETAG, value);
        }
        if self.replayed {
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

impl<T: Type, const STATUS: u16> ApiResponse for JsonResponse<T, STATUS> {
    fn meta() -> MetaResponses {
        let description = match STATUS {
            201 => "Created.",
            202 => "Accepted; the work is done in the background.",
            _ => "Done.",
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description,
                status: Some(STATUS),
                status_range: None,
                content: vec![MetaMediaType { content_type: "application/json; charset=utf-8", schema: T::schema_ref() }],
                headers: vec![],
            }],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// What an `If-Match` header demands of the resource that a change is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionMatch {
    /// `*`: the resource exists, in whatever version.
    Any,
    /// The resource exists in this version.
    Exactly(i64),
}

/// The demand of an `If-Match` header; none when the header is absent.
pub fn if_match(header: Option<&str>) -> Result<Option<VersionMatch>, CommonError> {
    match header.map(str::trim) {
        None => Ok(None),
        Some("*") => Ok(Some(VersionMatch::Any)),
        Some(tag) => {
            let version = tag.trim_start_matches("W/").trim_matches('"').parse();
            version.map(|version| Some(VersionMatch::Exactly(version))).map_err(|_| CommonError::Stale)
        }
    }
}

/// Refuses a change whose `If-Match` the resource does not meet. `stored` is the version of the resource; a resource that does
/// not exist meets no demand.
pub fn check_version(expected: Option<VersionMatch>, stored: Option<i64>) -> Result<(), CommonError> {
    match (expected, stored) {
        (None, _) | (Some(VersionMatch::Any), Some(_)) => Ok(()),
        (Some(VersionMatch::Exactly(expected)), Some(stored)) if expected == stored => Ok(()),
        _ => Err(CommonError::Stale),
    }
}
