//! Refusals: what a request can be answered when it is not done, as `application/problem+json` (RFC 9457).
//!
//! A slice says its refusals in domain words as an enum and declares one table with [`problem_types!`]: status, stable code and
//! title. From that table follow the answer, the OpenAPI document of every operation that can give it, and the page at
//! `/problems/{code}`. A code never changes its meaning.
//!
//! Not here: the refusals themselves; each slice owns its own.

use std::collections::BTreeMap;

use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use sea_orm::DbErr;
use serde::Serialize;

use crate::common_problems as common;
use crate::field_code::FieldCode;
use store::StoreError;
use store::UnreadableEvent;

/// Status, code and title of one refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemType {
    pub status: u16,
    pub code: &'static str,
    pub title: &'static str,
}

/// An error that a client is told about.
pub trait DomainError: std::error::Error + Send + Sync + 'static {
    /// The entry of this refusal.
    fn problem_type(&self) -> ProblemType;
    /// Every entry this type can give.
    fn problem_types() -> Vec<ProblemType>;
    /// What is wrong with single fields or lines.
    fn fields(&self) -> &[FieldError] {
        &[]
    }
}

/// Declares the table of a slice's error enum. Variants after `delegates` hold another [`DomainError`] and answer as it does.
/// Variants after `fields` hold the bad fields or lines themselves.
/// The enum must hold [`CommonError`] with `#[from]`; then `?` works on everything a handler calls.
#[macro_export]
macro_rules! problem_types {
    ($name:ident { $($pattern:pat => $status:literal, $code:literal, $title:literal;)* }
     $(delegates { $($inner_pattern:pat => $inner:ident : $inner_type:ty),* $(,)? })?
     $(fields { $($field_pattern:pat => $fields:ident),* $(,)? })?) => {
        impl $crate::problem::DomainError for $name {
            fn problem_type(&self) -> $crate::problem::ProblemType {
                match self {
                    $($pattern => $crate::problem::ProblemType { status: $status, code: $code, title: $title },)*
                    $($($inner_pattern => $crate::problem::DomainError::problem_type($inner),)*)?
                }
            }

            fn problem_types() -> Vec<$crate::problem::ProblemType> {
                #[allow(unused_mut, reason = "tables without delegates are not extended")]
                let mut table = vec![$($crate::problem::ProblemType { status: $status, code: $code, title: $title }),*];
                $($(table.extend(<$inner_type as $crate::problem::DomainError>::problem_types());)*)?
                table
            }

            fn fields(&self) -> &[$crate::problem::FieldError] {
                #[allow(unreachable_patterns, reason = "enums whose every variant delegates")]
                match self {
                    $($($inner_pattern => $crate::problem::DomainError::fields($inner),)*)?
                    $($($field_pattern => $fields,)*)?
                    _ => &[],
                }
            }
        }

        impl From<$name> for $crate::problem::ApiError<$name> {
            fn from(error: $name) -> Self {
                Self(error)
            }
        }

        impl From<$crate::DbErr> for $name {
            fn from(error: $crate::DbErr) -> Self {
                $crate::problem::CommonError::from(error).into()
            }
        }

        impl From<$crate::StoreError> for $name {
            fn from(error: $crate::StoreError) -> Self {
                $crate::problem::CommonError::from(error).into()
            }
        }
    };
}

/// What is wrong with one field or line of a request.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub struct FieldError {
    /// JSON pointer into the request body, or the name of a query parameter.
    pub pointer: String,
    /// Stable code.
    pub code: FieldCode,
    /// What must be and what to do, in words.
    pub detail: String,
    /// Values that the words tell, by name, such as `max`, so that the text can be put into another language.
    pub params: BTreeMap<String, String>,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into(), params: BTreeMap::new() }
    }

    /// With a value that the words tell.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.add_param(name, value);
        self
    }

    /// Adds a value that the words tell.
    pub fn add_param(&mut self, name: &'static str, value: impl ToString) -> &mut Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same of a part of the request that stands at `place`: its pointer follows the place's.
    #[must_use]
    pub fn under(mut self, place: &str) -> Self {
        self.pointer.insert_str(0, place);
        self
    }
}

impl From<FieldError> for CommonError {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Object, Serialize)]
pub struct Problem {
    /// Address of a page that explains the code.
    #[oai(rename = "type")]
    #[serde(rename = "type")]
    pub kind: String,
    /// Title of the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code, for programs.
    pub code: String,
    /// What happened here, for people.
    pub detail: String,
    /// Id of the request, to quote to support.
    pub instance: String,
    /// What is wrong with single fields or lines.
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// A problem of `entry`; the request's id is filled in where the answer leaves the server.
    pub fn new(entry: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", entry.code),
            title: entry.title.to_owned(),
            status: entry.status,
            code: entry.code.to_owned(),
            detail: detail.into(),
            instance: String::new(),
            errors: Vec::new(),
        }
    }

    /// The HTTP response. It carries the problem along, so that the outermost layer can name the request in it.
    pub fn response(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::builder().status(status).content_type("application/problem+json").body(self.to_json());
        let headers = response.headers_mut();
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"bulkhead\""));
        }
        if matches!(self.status, 429 | 503) {
            headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(self.clone());
        response
    }

    /// The error that a handler gives. poem replaces the extensions of its response, so the problem goes along with the error.
    pub fn into_error(self) -> poem::Error {
        let mut error = poem::Error::from_response(self.response());
        error.set_data(self);
        error
    }

    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Writes the request's id into the problem that a response carries, if it carries one.
pub(super) fn name_request(response: &mut Response, id: &str) {
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        id.clone_into(&mut problem.instance);
        response.set_body(problem.to_json());
    }
}

/// The error type of handlers: a refusal of a slice, on its way out.
#[derive(Debug)]
pub struct ApiError<E>(pub E);

impl<E: From<CommonError>> From<CommonError> for ApiError<E> {
    fn from(error: CommonError) -> Self {
        Self(error.into())
    }
}

impl<E: From<CommonError>> From<StoreError> for ApiError<E> {
    fn from(error: StoreError) -> Self {
        Self(CommonError::from(error).into())
    }
}

impl<E: From<CommonError>> From<DbErr> for ApiError<E> {
    fn from(error: DbErr) -> Self {
        Self(CommonError::from(error).into())
    }
}

impl<E: DomainError> From<ApiError<E>> for poem::Error {
    fn from(failure: ApiError<E>) -> Self {
        problem_of(&failure.0).into_error()
    }
}

/// What a client is told of a fault of the server.
const INTERNAL_DETAIL: &str = "Something went wrong on our side. The request id finds it in our logs.";

/// The problem document of a refusal. Server errors are logged here, once, and tell the client nothing but the request id.
pub fn problem_of<E: DomainError>(error: &E) -> Problem {
    let entry = error.problem_type();
    if entry.status == 500 {
        tracing::error!(error = %error, chain = ?error, "request failed");
        return Problem::new(entry, INTERNAL_DETAIL);
    }
    if entry == common::UNAVAILABLE {
        tracing::error!(error = %error, chain = ?error, "the database is not available");
    }
    let mut problem = Problem::new(entry, error.to_string());
    problem.errors = error.fields().to_vec();
    problem
}

impl<E: DomainError> ApiResponse for ApiError<E> {
    fn meta() -> MetaResponses {
        let mut statuses: Vec<(u16, Vec<ProblemType>)> = Vec::new();
        for entry in E::problem_types() {
            match statuses.iter_mut().find(|(status, _)| *status == entry.status) {
                Some((_, types)) if types.contains(&entry) => {}
                Some((_, types)) => types.push(entry),
                None => statuses.push((entry.status, vec![entry])),
            }
        }
        statuses.sort_by_key(|(status, _)| *status);
        MetaResponses { responses: statuses.into_iter().map(|(status, types)| problem_response(status, &types)).collect() }
    }

    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}

fn problem_response(status: u16, types: &[ProblemType]) -> MetaResponse {
    let codes: Vec<String> = types.iter().map(|e| format!("`{}`: {}.", e.code, e.title)).collect();
    MetaResponse {
        // The document is built once per process, so the few texts leaked here live exactly as long as it does.
        description: Box::leak(codes.join("\n\n").into_boxed_str()),
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType { content_type: "application/problem+json", schema: Problem::schema_ref() }],
        headers: vec![],
    }
}

/// What every slice can run into: the database, a bad request, the idempotency key.
#[derive(Debug, thiserror::Error)]
pub enum CommonError {
    #[error("the database failed")]
    Database(#[source] DbErr),
    #[error("too many requests are waiting for the database; try again later")]
    Busy,
    #[error("the database is not available; try again later")]
    Unavailable(#[source] DbErr),
    #[error("{}", summary(.0))]
    Invalid(Vec<FieldError>),
    #[error("the Idempotency-Key was used before with another request; use a new one")]
    KeyReused,
    #[error("a request with this Idempotency-Key is still running; try again later")]
    KeyRunning,
    #[error("an Idempotency-Key must have 1 to 255 visible ASCII characters")]
    KeyMalformed,
    #[error("the resource changed since it was read; read it again and repeat the change")]
    Stale,
    #[error("an internal rule was broken: {0}")]
    Internal(String),
}

impl DomainError for CommonError {
    fn problem_type(&self) -> ProblemType {
        match self {
            Self::Database(_) | Self::Internal(_) => common::INTERNAL,
            Self::Busy => common::BUSY,
            Self::Unavailable(_) => common::UNAVAILABLE,
            Self::Invalid(_) => common::INVALID,
            Self::KeyReused => common::KEY_REUSED,
            Self::KeyRunning => common::KEY_RUNNING,
            Self::KeyMalformed => common::KEY_MALFORMED,
            Self::Stale => common::STALE,
        }
    }

    fn problem_types() -> Vec<ProblemType> {
        // Refusals of the request's shape and of the principal happen before a handler runs; every operation can give them.
        vec![
            common::MALFORMED,
            common::UNAUTHENTICATED,
            common::FORBIDDEN,
            common::LATE,
            common::TOO_LARGE,
            common::UNSUPPORTED_MEDIA_TYPE,
            common::TOO_MANY_REQUESTS,
            common::KEY_MALFORMED,
            common::KEY_RUNNING,
            common::KEY_REUSED,
            common::INVALID,
            common::STALE,
            common::BUSY,
            common::UNAVAILABLE,
            common::INTERNAL,
        ]
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(fields) => fields,
            _ => &[],
        }
    }
}

impl CommonError {
    /// A request with one bad field.
    pub fn invalid(pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, code, detail)])
    }
}

impl From<UnreadableEvent> for CommonError {
    fn from(error: UnreadableEvent) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for CommonError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => Self::Database(error),
            StoreError::Busy => Self::Busy,
            StoreError::Unavailable(error) => Self::Unavailable(error),
            StoreError::KeyReused => Self::KeyReused,
            StoreError::KeyRunning => Self::KeyRunning,
            StoreError::KeyMalformed => Self::KeyMalformed,
            StoreError::Internal(rule) => Self::Internal(rule),
        }
    }
}

impl From<CommonError> for StoreError {
    /// For code that runs inside a commit: whatever is not the database's fault breaks a rule of the program there.
    fn from(error: CommonError) -> Self {
        match error {
            CommonError::Database(error) => Self::Database(error),
            CommonError::Busy => Self::Busy,
            CommonError::Unavailable(error) => Self::Unavailable(error),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<DbErr> for CommonError {
    fn from(error: DbErr) -> Self {
        StoreError::from(error).into()
    }
}

fn summary(fields: &[FieldError]) -> String {
    match fields {
        [one] => format!("{}: {}", one.pointer, one.detail),
        many => format!("{} fields are invalid", many.len()),
    }
}

/// Turns what poem itself refuses (unknown path, wrong method, unreadable body) into a problem document.
pub async fn refuse(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let status = error.status();
    let detail = error.to_string();
    let entry = match status.as_u16() {
        401 => common::UNAUTHENTICATED,
        404 => common::NOT_FOUND,
        405 => common::METHOD_NOT_ALLOWED,
        406 => common::NOT_ACCEPTABLE,
        413 => common::TOO_LARGE,
        415 => common::UNSUPPORTED_MEDIA_TYPE,
        500.. => {
            tracing::error!(error = %detail, "request failed");
            return Problem::new(common::INTERNAL, INTERNAL_DETAIL).response();
        }
        _ => common::MALFORMED,
    };
    Problem::new(entry, detail).response()
}
