//! Who causes a change, for events and idempotency keys.

use std::sync::Arc;

/// Who did something, and the request in which they did it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `user:12`, `client:erp-1` or `system:relay`.
    pub label: Arc<str>,
    /// The request; empty for work that no request asked for.
    pub request: RequestFacts,
}

impl Actor {
    /// The part of the product that works in the background.
    pub fn system(part: &str) -> Self {
        Self { label: format!("system:{part}").into(), request: RequestFacts::default() }
    }
}

/// What is recorded of a request beside the principal.
#[derive(Clone, Debug)]
pub struct RequestFacts {
    /// Its id.
    pub id: Arc<str>,
    /// Address of the caller.
    pub ip: Arc<str>,
    /// SHA-256 of method, path and body, when the request carries an Idempotency-Key.
    pub digest: Option<Arc<str>>,
}

impl Default for RequestFacts {
    fn default() -> Self {
        Self { id: "".into(), ip: "".into(), digest: None }
    }
}
