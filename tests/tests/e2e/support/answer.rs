//! What somebody hears back, and how a test says what it expected.

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::json::Json;
use super::views::{Fault, Problem};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Method and path, for messages.
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body as JSON; null when it is something else.
    pub(crate) body: Json,
}

impl Answer {
    /// Reads a response to its end.
    pub(crate) async fn read(asked: String, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap_or_else(|e| panic!("{asked}: the body cannot be read: {e}"));
        let body = serde_json::from_str::<Value>(&text).map_or(Json::Null, Json::from);
        Self { asked, status, headers, text, body }
    }

    /// The body of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Json {
        assert!((200..300).contains(&self.status), "{} was answered {}: {}", self.asked, self.status, self.text);
        self.body
    }

    /// A success of exactly this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self.body
    }

    /// A success of exactly this status, as a type.
    #[track_caller]
    pub(crate) fn read_as<T: DeserializeOwned>(self, status: u16) -> T {
        self.is(status).read()
    }

    /// A refusal with this code that names these fields: their pointers and codes, `"/lines/0/sku unknown-sku"`.
    #[track_caller]
    pub(crate) fn is_refused_for(&self, code: &str, fields: &[&str]) {
        let problem: Problem = self.is_refused(code).read();
        assert_eq!(told(&problem.errors), fields, "{} was answered {}: {}", self.asked, self.status, self.text);
    }

    /// A refusal with this code, in the shape every refusal has.
    #[track_caller]
    pub(crate) fn is_refused(&self, code: &str) -> Json {
        assert_eq!(self.problem_code(), code, "{} was answered {}: {}", self.asked, self.status, self.text);
        self.body.clone()
    }

    /// The code of a problem document, whose shape is checked on the way.
    #[track_caller]
    pub(crate) fn problem_code(&self) -> String {
        let problem = format!("{} was answered {}: {}", self.asked, self.status, self.text);
        assert!((400..600).contains(&self.status), "no refusal: {problem}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{problem}");
        assert_eq!(self.body["status"], self.status, "{problem}");
        let code = self.body["code"].text().to_owned();
        assert_eq!(self.body["type"], format!("/problems/{code}"), "{problem}");
        for member in ["title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|t| !t.is_empty()), "no {member}: {problem}");
        }
        assert_eq!(self.body["instance"], self.header("x-request-id"), "{problem}");
        code
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// How many statements the server ran for it.
    #[track_caller]
    pub(crate) fn statements(&self) -> u64 {
        self.header("bulkhead-statements").parse().expect("the server shows its statements")
    }
}

/// Pointers and codes of faults, `"/lines/0/sku unknown-sku"`; each has words too.
#[track_caller]
pub(crate) fn told(faults: &[Fault]) -> Vec<String> {
    for fault in faults {
        assert!(!fault.detail.is_empty(), "a fault says what is wrong: {fault:?}");
    }
    faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}
