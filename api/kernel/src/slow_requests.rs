//! Requests that take their time: uploads that are read as they come, and work on a million rows.
//!
//! An ordinary request has a bounded body, held whole when its digest is needed, and a bounded time. A few operations of the
//! seller's staff need more; the server names them one by one. For whoever is not of the seller's side they are requests like
//! all others, and so is an upload with an `Idempotency-Key`, because the check of a key needs the whole body.
//!
//! A stream has limits of its own: bytes in all, and how long it may be silent. Long requests have permits of their own, so
//! that they never take those of buyers.
//!
//! Not here: what is read from a stream.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use poem::http::Method;
use poem::{Body, Request};
use tokio::sync::Semaphore;

use super::principal::is_sellers;
use super::tokens::Keys;

/// What takes long about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowKind {
    /// The body, read as it comes. JSON bodies are never streams.
    Stream,
    /// The work.
    Work,
}

/// An operation that may take long; `*` in the path stands for one segment.
#[derive(Clone, Copy, Debug)]
pub struct SlowOperation {
    pub long: SlowKind,
    pub method: &'static str,
    pub path: &'static str,
}

impl SlowOperation {
    fn is(&self, method: &Method, path: &str) -> bool {
        let mut given = path.split('/');
        let same = self.path.split('/').all(|part| given.next().is_some_and(|segment| part == "*" || part == segment));
        same && given.next().is_none() && method.as_str() == self.method
    }
}

/// Which requests may take long, and within which limits.
#[derive(Clone, Debug)]
pub struct SlowRequests {
    pub operations: &'static [SlowOperation],
    /// Who is of the seller's side.
    pub keys: Keys,
    /// Bytes of a stream.
    pub max_stream: u64,
    /// After this time a long request is given up.
    pub timeout: Duration,
    /// As many as may run at once.
    pub permits: Arc<Semaphore>,
}

/// How long a stream may be silent.
const SILENCE: Duration = Duration::from_secs(30);

impl SlowRequests {
    /// Whether a request may take long.
    pub(super) fn allow(&self, request: &Request) -> Option<SlowKind> {
        let found = self.operations.iter().find(|operation| operation.is(request.method(), request.uri().path()))?;
        let is_json =
            || request.content_type().is_none_or(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"));
        let is_ordinary = found.long == SlowKind::Stream && (request.header("idempotency-key").is_some() || is_json());
        (!is_ordinary && is_sellers(request, &self.keys)).then_some(found.long)
    }

    /// The body with the limits of a stream; going beyond them is an error to whoever reads it.
    pub(super) fn bounded(&self, body: Body) -> Body {
        let limit = self.max_stream;
        let chunks = body.into_bytes_stream().boxed();
        let bounded = futures_util::stream::try_unfold((chunks, 0_u64), move |(mut chunks, before)| async move {
            let next = tokio::time::timeout(SILENCE, chunks.next()).await;
            let next = next.map_err(|_| std::io::Error::new(std::io::ErrorKind::TimedOut, "the upload fell silent"))?;
            let Some(chunk) = next.transpose()? else { return Ok(None) };
            let read = before + chunk.len() as u64;
            if read > limit {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    format!("an upload must have at most {limit} bytes"),
                ));
            }
            Ok(Some((chunk, (chunks, read))))
        });
        Body::from_bytes_stream(bounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_known_by_their_paths() {
        let operation = SlowOperation { long: SlowKind::Stream, method: "POST", path: "/v1/price-lists/*/entries" };
        assert!(operation.is(&Method::POST, "/v1/price-lists/STANDARD/entries"));
        for (method, path) in [
            (Method::GET, "/v1/price-lists/STANDARD/entries"),
            (Method::POST, "/v1/price-lists/STANDARD/entries/7"),
            (Method::POST, "/v1/price-lists/STANDARD"),
            (Method::POST, "/v1/price-lists/A/B/entries"),
        ] {
            assert!(!operation.is(&method, path), "{method} {path}");
        }
    }
}
