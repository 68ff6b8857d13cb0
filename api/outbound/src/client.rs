//! Calls: made, bounded, read.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::allow::AllowList;
use crate::error::OutboundError;
use crate::resolve::{CheckedNames, NameRefused, refusal_in};
use crate::target::Target;

/// Bounds of calls.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Calls that run at once over the process.
    pub at_once: usize,
    /// How long a call waits for a place.
    pub wait: Duration,
    /// How long a connection may take, with its TLS.
    pub connect: Duration,
    /// How long a call may take, from the look-up of the name to the last byte of the answer.
    pub total: Duration,
    /// Bytes of an answer.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 32,
            wait: Duration::from_secs(10),
            connect: Duration::from_secs(5),
            total: Duration::from_secs(20),
            answer: 4 * 1024 * 1024,
        }
    }
}

/// What is asked of the outside.
pub struct Call {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// A call without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// The same with a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same with a body.
    pub fn with_body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }
}

/// Neither address nor headers nor body are shown: each may hold a secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What the outside answered, whichever status it has.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A place among the calls that run at once.
#[derive(Debug)]
pub struct CallPermit {
    _place: OwnedSemaphorePermit,
}

/// The guarded client. Cheap to clone; every clone shares places and connections.
#[derive(Clone, Debug)]
pub struct Outbound {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    allow: Arc<AllowList>,
    limits: Limits,
    places: Arc<Semaphore>,
    /// Made by the first call: reading the certificates of the system takes a while.
    client: OnceLock<Result<Client, String>>,
}

impl Outbound {
    /// A client that may also call what the list allows.
    pub fn new(allow: AllowList, limits: Limits) -> Self {
        let places = Arc::new(Semaphore::new(limits.at_once));
        Self { shared: Arc::new(Shared { allow: Arc::new(allow), limits, places, client: OnceLock::new() }) }
    }

    /// A place for one call. Every call to the outside needs one, whatever it speaks.
    pub async fn permit(&self) -> Result<CallPermit, OutboundError> {
        let is_inside = store::open_transactions::is_in_transaction();
        debug_assert!(!is_inside, "a call to the outside was tried inside a database transaction");
        if is_inside {
            return Err(OutboundError::InTransaction);
        }
        let place = self.shared.places.clone().acquire_owned();
        match tokio::time::timeout(self.shared.limits.wait, place).await {
            Ok(Ok(place)) => Ok(CallPermit { _place: place }),
            Ok(Err(_)) | Err(_) => Err(OutboundError::Busy),
        }
    }

    /// Makes a call and reads the answer to its end.
    pub async fn call(&self, call: Call) -> Result<Answer, OutboundError> {
        let target = Target::parse(&call.url, &self.shared.allow)?;
        let _permit = self.permit().await?;
        let client = self.client()?;
        let (host, limit) = (target.host.clone(), self.shared.limits.total);
        let answer = tokio::time::timeout(limit, self.exchange(client, target, call)).await;
        let answer = answer.unwrap_or(Err(OutboundError::TimedOut { host: host.clone(), limit }));
        if let Err(error) = &answer {
            tracing::debug!(host, %error, "a call to the outside failed");
        }
        answer
    }

    async fn exchange(&self, client: &Client, target: Target, call: Call) -> Result<Answer, OutboundError> {
        let Target { url, host } = target;
        let request = client.request(call.method, url).headers(call.headers).body(call.body);
        let mut response = request.send().await.map_err(|error| self.failure(&host, error))?;
        let body = self.read(&host, &mut response).await?;
        Ok(Answer { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }

    /// Reads an answer as it arrives, and no further than the limit.
    async fn read(&self, host: &str, response: &mut Response) -> Result<Bytes, OutboundError> {
        let limit = self.shared.limits.answer;
        let too_large = || OutboundError::TooLarge { host: host.to_owned(), limit };
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(host, error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// What an error of the HTTP client means, without the address that it would print.
    fn failure(&self, host: &str, error: reqwest::Error) -> OutboundError {
        let host = host.to_owned();
        match refusal_in(&error) {
            Some(NameRefused::Unknown) => return OutboundError::NotResolved(host),
            Some(NameRefused::Address { address, class }) => return OutboundError::AddressRefused { host, address, class },
            None => {}
        }
        let limit = self.shared.limits.connect;
        let error = error.without_url();
        let causes = std::iter::successors(error.source(), |error| (**error).source());
        let cause = causes.map(ToString::to_string).last().unwrap_or_else(|| error.to_string());
        match (error.is_timeout(), error.is_connect()) {
            (true, _) => OutboundError::TimedOut { host, limit },
            (false, true) => OutboundError::NotConnected { host, cause },
            (false, false) => OutboundError::Failed { host, cause },
        }
    }

    fn client(&self) -> Result<&Client, OutboundError> {
        let made = self.shared.client.get_or_init(|| make_client(&self.shared));
        made.as_ref().map_err(|error| OutboundError::NoTls(error.clone()))
    }
}

fn make_client(shared: &Shared) -> Result<Client, String> {
    let names = CheckedNames { allow: shared.allow.clone() };
    let builder = Client::builder()
        .tls_backend_preconfigured(tls()?)
        .dns_resolver(Arc::new(names))
        .redirect(Policy::none())
        .no_proxy()
        // Said even though the features are off: another crate of the build might turn them on.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .referer(false)
        .user_agent(concat!("Bulkhead/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(shared.limits.connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(4);
    builder.build().map_err(|error| error.without_url().to_string())
}

/// TLS by ring, trusting the certificates that the system trusts, so that a company's own authority counts.
fn tls() -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (trusted, _) = roots.add_parsable_certificates(found.certs);
    if trusted == 0 {
        tracing::warn!("this machine has no certificates of authorities; no call by https will succeed");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(versions.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth())
}
