//! Pages that are the same for everybody are compressed once and sent so to whoever understands it.
//!
//! The explorer is 3 MB of scripts. Compressing takes 100 ms, once in a process; sending the kept bytes takes none. Answers that differ from
//! request to request are not compressed here: for the 5 kB of a usual answer that costs more CPU than making it, and a proxy that stands near
//! the client does it better.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse as _, Middleware, Request, Response, Result};

/// Compresses what an endpoint gives for `GET`, once for each path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CompressOnce;

impl<E: Endpoint> Middleware<E> for CompressOnce {
    type Output = Compressed<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Compressed { inner, kept: Mutex::default() }
    }
}

/// An endpoint whose pages are kept compressed.
pub(super) struct Compressed<E> {
    inner: E,
    kept: Mutex<HashMap<String, Arc<Page>>>,
}

struct Page {
    content_type: Option<HeaderValue>,
    gzip: bytes::Bytes,
}

impl<E: Endpoint> Endpoint for Compressed<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let path = request.uri().path().to_owned();
        if *request.method() != Method::GET || !takes_gzip(&request) {
            return Ok(self.inner.call(request).await?.into_response());
        }
        let kept = self.kept.lock().get(&path).cloned();
        if let Some(page) = kept {
            return Ok(page.response());
        }
        let response = self.inner.call(request).await?.into_response();
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
        let bytes = response.into_body().into_bytes().await?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let compressed = encoder.write_all(&bytes).and_then(|()| encoder.finish()).map_err(poem::error::InternalServerError)?;
        let page = Arc::new(Page { content_type, gzip: compressed.into() });
        self.kept.lock().insert(path, page.clone());
        Ok(page.response())
    }
}

impl Page {
    fn response(&self) -> Response {
        let mut response = Response::builder().body(Body::from_bytes(self.gzip.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(content_type) = &self.content_type {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
        }
        response
    }
}

fn takes_gzip(request: &Request) -> bool {
    let given = request.header("accept-encoding").unwrap_or_default();
    given.split(',').any(|coding| {
        let (name, rest) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !rest.replace(' ', "").starts_with("q=0,") && rest.trim() != "q=0"
    })
}
