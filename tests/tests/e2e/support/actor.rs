//! Somebody who talks to the shop: a person or a machine with a token, or nobody in particular.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::answer::Answer;
use super::json::Json;

/// Somebody who talks to one process of the shop.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    http: Client,
    base: String,
    token: Option<String>,
}

impl Actor {
    /// Nobody in particular.
    pub(crate) fn nobody(http: Client, base: String) -> Self {
        Self { http, base, token: None }
    }

    /// The same connection with another token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same person talking to another process.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The token they carry.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Where they talk to.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request that carries their token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request made by [`Actor::request`]. A lost connection is an error here, not a failure of the test.
    pub(crate) async fn try_send(&self, request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let request = request.build()?;
        let asked = format!("{} {}", request.method(), request.url().path());
        let response = self.http.execute(request).await?;
        Ok(Answer::read(asked, response).await)
    }

    /// Sends a request made by [`Actor::request`].
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|e| panic!("no answer: {e:?}"))
    }

    /// Asks for something.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Posts JSON with an `Idempotency-Key`.
    pub(crate) async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// Puts JSON.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Posts a body as it is.
    pub(crate) async fn post_raw(&self, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.request(Method::POST, path).header("content-type", media_type).body(body)).await
    }

    /// Asks the token endpoint.
    pub(crate) async fn token_for(&self, form: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, "/v1/oauth/token").form(form)).await
    }

    /// Signs in with a password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/v1/sessions", &json!({ "email": email, "password": password })).await
    }

    /// Every item of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Json> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let page = if cursor.is_empty() { path.to_owned() } else { format!("{path}{separator}cursor={cursor}") };
            let page = self.get(&page).await.ok();
            items.extend(page["items"].list().iter().cloned());
            match page.get("next_cursor").and_then(Json::as_str) {
                Some(next) => next.clone_into(&mut cursor),
                None => return items,
            }
        }
    }
}
