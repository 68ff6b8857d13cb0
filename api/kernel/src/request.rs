//! What is known of a request before anyone looks at it: its id, trace, where it came from, and the digest of its body.
//!
//! The id is taken from `traceparent` or `X-Request-Id` when the caller sends a sensible one, otherwise made here; it is
//! answered in `X-Request-Id`, stands in every log line, event and problem document.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Monotonic};

use futures_util::StreamExt as _;
use poem::http::HeaderValue;
use poem::{Body, Endpoint, IntoResponse, Middleware, Request, Response, Result};
use poem_openapi::OperationId;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::slow_requests::{SlowKind, SlowRequests};
use super::{common_problems, problem, telemetry};
use store::actor::RequestFacts;
use store::database::STATEMENTS;

/// The outermost layer: identifies, bounds, times and logs every request.
#[derive(Clone, Debug)]
pub struct RequestLayer {
    /// Bodies above this many bytes are refused.
    pub max_body: usize,
    /// Answer `Bulkhead-Statements` with the number of statements run.
    pub show_statements: bool,
    /// After this time a request is given up; its transaction is rolled back.
    pub timeout: Option<Duration>,
    /// As many requests as may be worked on at once.
    pub permits: Arc<Semaphore>,
    /// Requests with other limits.
    pub long: SlowRequests,
}

impl<E: Endpoint> Middleware<E> for RequestLayer {
    type Output = LimitedEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        LimitedEndpoint { inner, settings: self.clone() }
    }
}

/// An endpoint inside its layer.
#[derive(Debug)]
pub struct LimitedEndpoint<E> {
    inner: E,
    settings: RequestLayer,
}

impl<E: Endpoint> Endpoint for LimitedEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = Monotonic::now();
        let id: Arc<str> = request_id(&request).into();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let statements = Arc::new(AtomicU64::new(0));
        let span = tracing::info_span!("request", id = %id, method = %method, path = %path);
        let work = async {
            let response = self.answer(&mut request, &id).await;
            let elapsed = started.elapsed();
            let operation = response.data::<OperationId>().map_or("none", |operation| operation.0);
            telemetry::request(&method, operation, response.status(), elapsed);
            tracing::info!(status = response.status().as_u16(), duration_us = elapsed.as_micros() as u64, "request answered");
            response
        };
        let work = STATEMENTS.scope(statements.clone(), work.instrument(span));
        let mut response = work.await;
        problem::name_request(&mut response, &id);
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", value);
        }
        if self.settings.show_statements {
            response.headers_mut().insert("bulkhead-statements", statements.load(Ordering::Relaxed).into());
        }
        Ok(response)
    }
}

impl<E: Endpoint> LimitedEndpoint<E> {
    async fn answer(&self, request: &mut Request, id: &Arc<str>) -> Response {
        let long = self.settings.long.allow(request);
        let permits = if long.is_some() { &self.settings.long.permits } else { &self.settings.permits };
        let Ok(_permit) = permits.try_acquire() else {
            return busy("too many requests are being worked on");
        };
        let work = async {
            self.prepare(request, id, long).await?;
            match self.inner.call(std::mem::take(request)).await {
                Ok(response) => Ok(response.into_response()),
                Err(error) => {
                    let operation = error.data::<OperationId>().copied();
                    let mut response = problem::refuse(error).await;
                    if let Some(operation) = operation {
                        response.set_data(operation);
                    }
                    Err(response)
                }
            }
        };
        let timeout = if long.is_some() { Some(self.settings.long.timeout) } else { self.settings.timeout };
        let (Ok(response) | Err(response)) = match timeout {
            Some(timeout) => tokio::time::timeout(timeout, work).await.unwrap_or_else(|_| Err(busy("the request took too long"))),
            None => work.await,
        };
        response
    }

    /// Puts the facts into the request; reads the body first when its digest is needed.
    async fn prepare(&self, request: &mut Request, id: &Arc<str>, long: Option<SlowKind>) -> Result<(), Response> {
        let is_stream = long == Some(SlowKind::Stream);
        let limit = if is_stream { self.settings.long.max_stream as usize } else { self.settings.max_body };
        if request.header("content-length").and_then(|l| l.parse::<u64>().ok()).is_some_and(|length| length > limit as u64) {
            let _ = tokio::time::timeout(DRAIN_PATIENCE, read_body(request.take_body(), 0, limit.max(LEAST_DRAIN))).await;
            return Err(too_large(limit));
        }
        if request.headers().get("idempotency-key").is_some_and(|key| key.to_str().is_err()) {
            return Err(problem::problem_of(&problem::CommonError::KeyMalformed).response());
        }
        let chunked = request.header("transfer-encoding").is_some();
        let mut digest = None;
        if is_stream {
            let body = self.settings.long.bounded(request.take_body());
            request.set_body(body);
        } else if request.header("idempotency-key").is_some() || chunked {
            let body = read_body(request.take_body(), limit, limit.max(LEAST_DRAIN)).await.ok_or_else(|| too_large(limit))?;
            let mut hash = Sha256::new();
            hash.update(request.method().as_str());
            hash.update(request.uri().to_string());
            hash.update(&body);
            digest = Some(super::tokens::hex(&hash.finalize()).into());
            request.set_body(Body::from_vec(body));
        }
        let ip = request.remote_addr().as_socket_addr().map(|a| a.ip().to_string()).unwrap_or_default();
        request.extensions_mut().insert(RequestFacts { id: id.clone(), ip: ip.into(), digest });
        Ok(())
    }
}

/// How long a body that is refused anyway is still read.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);
/// And at least how much of it.
const LEAST_DRAIN: usize = 8 * 1024 * 1024;

/// Reads a body of at most `limit` bytes; none when it is longer. A longer one is read on for at most `drain` bytes, because a
/// client that is still sending when the connection closes never sees the answer.
async fn read_body(body: Body, limit: usize, drain: usize) -> Option<Vec<u8>> {
    let mut chunks = body.into_bytes_stream();
    let (mut kept, mut over) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        if over == 0 && kept.len() + chunk.len() <= limit {
            kept.extend_from_slice(&chunk);
        } else {
            over += chunk.len();
            if over > drain {
                break;
            }
        }
    }
    (over == 0).then_some(kept)
}

fn busy(detail: &str) -> Response {
    problem::Problem::new(common_problems::BUSY, detail).response()
}

fn too_large(limit: usize) -> Response {
    problem::Problem::new(common_problems::TOO_LARGE, format!("a request body must have at most {limit} bytes")).response()
}

fn request_id(request: &Request) -> String {
    let trace = request.header("traceparent").and_then(|t| t.split('-').nth(1)).filter(|t| t.len() == 32);
    let given = trace.or_else(|| request.header("x-request-id"));
    match given.filter(|id| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')) {
        Some(id) => id.to_owned(),
        None => uuid::Uuid::now_v7().simple().to_string(),
    }
}
