//! What is known of a request before anyone looks at it: its id, trace, where it came from, and the digest of its body.
//!
//! The id is taken from `traceparent` or `X-Request-Id` when the caller sends a sensible one, otherwise made here; it is
//! answered in `X-Request-Id`, stands in every log line, event and problem document.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Monotonic};

use poem::http::{HeaderValue, header};
use poem::{Body, Endpoint, IntoResponse, Middleware, Request, Response, Result};
use poem_openapi::OperationId;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;

use super::body_memory::{BodyMemory, HeldBody, Unread};
use super::places::{Caller, Full, Places, Purpose};
use super::principal::holder;
use super::proxies::TrustedProxies;
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
    /// How many requests may be worked on at once.
    pub places: Places,
    /// The proxies that are believed about where a request comes from.
    pub proxies: TrustedProxies,
    /// The memory that bodies may take together.
    pub bodies: BodyMemory,
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
        protect(&mut response, &path);
        if self.settings.show_statements {
            response.headers_mut().insert("bulkhead-statements", statements.load(Ordering::Relaxed).into());
        }
        Ok(response)
    }
}

impl<E: Endpoint> LimitedEndpoint<E> {
    async fn answer(&self, request: &mut Request, id: &Arc<str>) -> Response {
        // Health is answered whatever else is going on.
        if HEALTH.contains(&request.uri().path()) {
            let facts = self.facts(request, id, None);
            request.extensions_mut().insert(facts);
            return self.work(std::mem::take(request)).await;
        }
        let long = self.settings.long.allow(request);
        let caller = self.caller(request);
        let patience = match (&caller, long) {
            (Caller::Visitor(_), _) => VISITORS_PATIENCE,
            (Caller::Known(_), Some(_)) => self.settings.long.timeout,
            (Caller::Known(_), None) => self.settings.timeout.unwrap_or(self.settings.long.timeout),
        };
        let prepared = tokio::time::timeout(patience, self.prepare(request, id, long, &caller)).await;
        let _memory = match prepared {
            Ok(Ok(memory)) => memory,
            Ok(Err(refusal)) => return refusal,
            Err(_) => return problem::Problem::new(common_problems::LATE, "the body did not come in time").response(),
        };
        let purpose = if is_long_poll(request) { Purpose::Wait } else { Purpose::Work };
        let place = match long {
            Some(_) => match self.settings.long.permits.clone().try_acquire_owned() {
                Ok(permit) => (Some(permit), None),
                Err(_) => return busy("too many requests are being worked on"),
            },
            None => match self.settings.places.take(caller, purpose) {
                Ok(place) => (None, Some(place)),
                Err(Full::All) => return busy("too many requests are being worked on"),
                Err(Full::Own) => {
                    let detail = "too many of your requests are being worked on at once";
                    return problem::Problem::new(common_problems::TOO_MANY_REQUESTS, detail).response();
                }
            },
        };
        let work = self.work(std::mem::take(request));
        let timeout = if long.is_some() { Some(self.settings.long.timeout) } else { self.settings.timeout };
        let response = match timeout {
            Some(timeout) => tokio::time::timeout(timeout, work).await.unwrap_or_else(|_| busy("the request took too long")),
            None => work.await,
        };
        drop(place);
        response
    }

    async fn work(&self, request: Request) -> Response {
        match self.inner.call(request).await {
            Ok(response) => response.into_response(),
            Err(error) => {
                let operation = error.data::<OperationId>().copied();
                let mut response = problem::refuse(error).await;
                if let Some(operation) = operation {
                    response.set_data(operation);
                }
                response
            }
        }
    }

    /// Who asks, as far as the token says.
    fn caller(&self, request: &Request) -> Caller {
        match holder(request, &self.settings.long.keys) {
            Some(verified) => Caller::Known(verified.subject.clone()),
            None => Caller::Visitor(self.address(request).into()),
        }
    }

    /// The address that a request comes from.
    fn address(&self, request: &Request) -> String {
        self.settings.proxies.source(request).map(|address| address.to_string()).unwrap_or_default()
    }

    fn facts(&self, request: &Request, id: &Arc<str>, digest: Option<Arc<str>>) -> RequestFacts {
        RequestFacts { id: id.clone(), ip: self.address(request).into(), digest }
    }

    /// Puts the facts into the request; reads the body, unless it is a stream. Gives what counts the memory of the body.
    async fn prepare(
        &self,
        request: &mut Request,
        id: &Arc<str>,
        long: Option<SlowKind>,
        caller: &Caller,
    ) -> Result<Option<OwnedSemaphorePermit>, Response> {
        let is_stream = long == Some(SlowKind::Stream);
        let limit = match caller {
            Caller::Visitor(_) => self.settings.max_body.min(VISITORS_BODY),
            Caller::Known(_) if is_stream => self.settings.long.max_stream as usize,
            Caller::Known(_) => self.settings.max_body,
        };
        let drain = limit.max(LEAST_DRAIN);
        if request.header("content-length").and_then(|l| l.parse::<u64>().ok()).is_some_and(|length| length > limit as u64) {
            let drained = self.settings.bodies.read(request.take_body(), 0, drain);
            let _ = tokio::time::timeout(DRAIN_PATIENCE, drained).await;
            return Err(too_large(limit));
        }
        if request.headers().get("idempotency-key").is_some_and(|key| key.to_str().is_err()) {
            return Err(problem::problem_of(&problem::CommonError::KeyMalformed).response());
        }
        let (mut digest, mut memory) = (None, None);
        if is_stream {
            let body = self.settings.long.bounded(request.take_body());
            request.set_body(body);
        } else {
            let body = if has_body(request) {
                let read = self.settings.bodies.read(request.take_body(), limit, drain).await;
                read.map_err(|unread| match unread {
                    Unread::TooLarge => too_large(limit),
                    Unread::NoMemory => busy("too many large requests are being worked on"),
                    Unread::Broken => problem::Problem::new(common_problems::MALFORMED, "the body ended early").response(),
                })?
            } else {
                HeldBody::default()
            };
            // A request without a body has a digest too: another address with the same key is another request.
            if request.header("idempotency-key").is_some() {
                let mut hash = Sha256::new();
                hash.update(request.method().as_str());
                hash.update(request.uri().to_string());
                hash.update(meaning(&body.bytes));
                digest = Some(super::tokens::hex(&hash.finalize()).into());
            }
            memory = body.memory;
            request.set_body(Body::from_vec(body.bytes));
        }
        let facts = self.facts(request, id, digest);
        request.extensions_mut().insert(facts);
        Ok(memory)
    }
}

/// The body as it is compared with that of a retry: JSON without blanks and with its members in order, everything else as it is.
fn meaning(body: &[u8]) -> Cow<'_, [u8]> {
    const LARGEST: usize = 1024 * 1024;
    if body.len() > LARGEST {
        return body.into();
    }
    // The members of an object are kept in the order of their names.
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else { return body.into() };
    serde_json::to_vec(&value).map_or(Cow::Borrowed(body), Cow::Owned)
}

/// Addresses that tell whether the process is alive and ready.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];
/// Largest body of a caller without a valid token, and how long it may take to come.
const VISITORS_BODY: usize = 64 * 1024;
const VISITORS_PATIENCE: Duration = Duration::from_secs(10);

/// Whether a request waits for something to happen.
fn is_long_poll(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|part| part.starts_with("wait=")))
}

fn has_body(request: &Request) -> bool {
    request.header("transfer-encoding").is_some()
        || request.header("content-length").is_some_and(|length| length.trim() != "0")
        || request.version() == poem::http::Version::HTTP_2
}

/// How long a body that is refused anyway is still read.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);
/// And at least how much of it.
const LEAST_DRAIN: usize = 8 * 1024 * 1024;

/// What browsers must not do with an answer, and who may keep it. An answer that says so itself is left as it is.
fn protect(response: &mut Response, path: &str) {
    // The explorer is a page with scripts of its own; nothing else is.
    let policy = if path.starts_with("/docs") {
        "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'; base-uri 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    };
    let is_secret = SECRETS.iter().any(|prefix| path.starts_with(prefix));
    let kept = if is_secret { Some("no-store") } else { path.starts_with("/v1/").then_some("private") };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, Some("nosniff")),
        (header::X_FRAME_OPTIONS, Some("DENY")),
        (header::REFERRER_POLICY, Some("no-referrer")),
        (header::CONTENT_SECURITY_POLICY, Some(policy)),
        (header::CACHE_CONTROL, kept),
    ] {
        if let Some(value) = value {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
    }
}

/// Addresses whose answers hold tokens, secrets, or who may do what.
const SECRETS: [&str; 4] = ["/v1/oauth/", "/v1/sessions", "/v1/clients", "/v1/users"];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_compared_by_what_they_mean() {
        let same = |a: &str, b: &str| meaning(a.as_bytes()) == meaning(b.as_bytes());
        assert!(same(r#"{"a": [1, {"c": null, "b": "x"}], "d": true}"#, r#"{"d":true,"a":[1,{"b":"x","c":null}]}"#));
        assert!(!same(r#"{"a": [1, 2]}"#, r#"{"a": [2, 1]}"#));
        assert!(!same(r#"{"a": "1"}"#, r#"{"a": 1}"#));
        assert!(same("not json", "not json") && !same("not json", "not  json"));
    }
}
