//! Answers: serialised once, so that the bytes kept for a retry are the bytes sent.

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

/// Declares an answer type with its usual status.
macro_rules! answer {
    ($(#[$doc:meta])* $name:ident, $status:literal, $description:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<T> {
            status: u16,
            body: Buffer,
            etag: Option<i64>,
            replayed: bool,
            content: PhantomData<fn() -> T>,
        }

        #[allow(dead_code, reason = "both kinds of answer offer the same ways to be made")]
        impl<T: Type + Serialize> $name<T> {
            /// The answer with `value` as its body.
            pub fn of(value: &T) -> Result<Self, CommonError> {
                let mut body = Buffer::new();
                serde_json::to_writer(&mut body, value).map_err(|e| CommonError::Internal(e.to_string()))?;
                Ok(Self::of_text(body))
            }

            /// The answer whose body is written already.
            pub fn of_text(body: Buffer) -> Self {
                Self { status: $status, body, etag: None, replayed: false, content: PhantomData }
            }

            /// The answer with `value`, kept for retries in the transaction of its effect.
            pub async fn kept(tx: &Tx, value: &T) -> Result<Self, CommonError> {
                let answer = Self::of(value)?;
                let body = std::str::from_utf8(&answer.body).map_err(|e| CommonError::Internal(e.to_string()))?;
                tx.keep_answer(answer.status, body).await?;
                Ok(answer)
            }

            /// The answer given before.
            pub fn replayed(replay: Replay) -> Self {
                let mut body = Buffer::new();
                body.push(replay.body.as_bytes());
                Self { status: replay.status, body, etag: None, replayed: true, content: PhantomData }
            }

            /// With the version of the resource as `ETag`.
            #[must_use]
            pub fn with_etag(mut self, etag: Etag) -> Self {
                self.etag = Some(etag.0);
                self
            }
        }

        impl<T: Send> IntoResponse for $name<T> {
            fn into_response(self) -> Response {
                let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
                let mut response = Response::builder().status(status).content_type("application/json; charset=utf-8").body(Bytes::from_owner(self.body));
                if let Some(Ok(value)) = self.etag.map(|v| HeaderValue::from_str(&format!("\"{v}\""))) {
                    response.headers_mut().insert(header::ETAG, value);
                }
                if self.replayed {
                    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
                }
                response
            }
        }

        impl<T: Type> ApiResponse for $name<T> {
            fn meta() -> MetaResponses {
                MetaResponses {
                    responses: vec![MetaResponse {
                        description: $description,
                        status: Some($status),
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
    };
}

answer! {
    /// 200 with a body.
    Answer, 200, "Done."
}
answer! {
    /// 201 with a body.
    Created, 201, "Created."
}

answer! {
    /// 202 with a body: it is done in the background.
    Accepted, 202, "Taken; it is done in the background."
}

/// The version in an `If-Match` header; none when the header is absent or `*`.
pub fn if_match(header: Option<&str>) -> Result<Option<i64>, CommonError> {
    match header.map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => tag.trim_start_matches("W/").trim_matches('"').parse().map(Some).map_err(|_| CommonError::Stale),
    }
}
