//! Query parameters that an operation does not know are refused: a misspelt `acount=` would otherwise be left out, and show
//! everybody's rows instead of one account's.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError, problem_of};
use poem::{Endpoint, Middleware, Request, Result};
use serde_json::Value;

/// The names each operation knows.
#[derive(Clone, Debug, Default)]
pub(super) struct QueryParameters {
    /// By method and number of segments.
    operations: Arc<HashMap<(String, usize), Vec<Operation>>>,
}

#[derive(Debug)]
struct Operation {
    /// None stands for a parameter of the path.
    segments: Vec<Option<String>>,
    names: BTreeSet<String>,
}

impl QueryParameters {
    /// Those of an OpenAPI document.
    pub(super) fn of(document: &str) -> Self {
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        let mut operations: HashMap<(String, usize), Vec<Operation>> = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let segments: Vec<Option<String>> =
                    segments(path).map(|part| (!part.starts_with('{')).then(|| part.to_owned())).collect();
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let of_query = parameters.filter(|parameter| parameter["in"] == "query");
                let names = of_query.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect();
                operations.entry((method.to_uppercase(), segments.len())).or_default().push(Operation { segments, names });
            }
        }
        Self { operations: Arc::new(operations) }
    }

    /// What an operation knows; none for an address that is no operation. One named segment by segment comes before one with
    /// parameters in its path.
    fn names(&self, method: &str, path: &str) -> Option<&BTreeSet<String>> {
        let given: Vec<&str> = segments(path).collect();
        let is = |operation: &&Operation| {
            operation.segments.iter().zip(&given).all(|(own, given)| own.as_ref().is_none_or(|own| own == given))
        };
        let found = self.operations.get(&(method.to_owned(), given.len()))?.iter().filter(is);
        found.min_by_key(|operation| operation.segments.iter().filter(|segment| segment.is_none()).count()).map(|o| &o.names)
    }

    /// What is wrong with the query of a request.
    fn unknown(&self, request: &Request) -> Vec<FieldError> {
        let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Vec::new() };
        let Some(known) = self.names(request.method().as_str(), request.uri().path()) else { return Vec::new() };
        let given: BTreeSet<String> = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        let unknown = given.into_iter().filter(|name| !known.contains(name));
        let refused = |name: String| {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let detail = match names.as_slice() {
                [] => "this operation has no query parameters".to_owned(),
                names => format!("must be one of {}", names.join(", ")),
            };
            FieldError::new(name.chars().take(80).collect::<String>(), FieldCode::UnknownParameter, detail)
        };
        unknown.take(20).map(refused).collect()
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_matches('/').split('/')
}

impl<E: Endpoint> Middleware<E> for QueryParameters {
    type Output = Checked<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Checked { inner, parameters: self.clone() }
    }
}

/// An endpoint whose operations are asked with known parameters only.
#[derive(Debug)]
pub(super) struct Checked<E> {
    inner: E,
    parameters: QueryParameters,
}

impl<E: Endpoint> Endpoint for Checked<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> Result<E::Output> {
        let unknown = self.parameters.unknown(&request);
        if !unknown.is_empty() {
            return Err(problem_of(&CommonError::Invalid(unknown)).into_error());
        }
        self.inner.call(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> QueryParameters {
        QueryParameters::of(
            r#"{"paths": {
                "/v1/orders/{number}": {"get": {}},
                "/v1/orders/open": {"get": {"parameters": [{"name": "limit", "in": "query"}, {"name": "number", "in": "path"}]}},
                "/v1/orders": {"get": {"parameters": [{"name": "account", "in": "query"}]}, "post": {}}
            }}"#,
        )
    }

    fn unknown(method: &str, uri: &str) -> Vec<String> {
        let method = method.parse().expect("a method");
        let request = Request::builder().method(method).uri(uri.parse().expect("an address")).finish();
        parameters().unknown(&request).into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_parameter_that_the_operation_does_not_know_is_named() {
        assert_eq!(unknown("GET", "/v1/orders?acount=A&account=B"), ["acount"]);
        assert_eq!(unknown("GET", "/v1/orders?account=B&account=C"), Vec::<String>::new());
        assert_eq!(unknown("GET", "/v1/orders?acc%6funt=B"), Vec::<String>::new());
        assert_eq!(unknown("POST", "/v1/orders?account=B"), ["account"]);
        assert_eq!(unknown("GET", "/v1/orders/7?limit=1"), ["limit"]);
        assert_eq!(unknown("GET", "/v1/orders/open?limit=1"), Vec::<String>::new());
        assert_eq!(unknown("GET", "/v1/nothing?x=1"), Vec::<String>::new(), "the address itself is refused");
        assert_eq!(unknown("GET", "/v1/orders?"), Vec::<String>::new());
    }
}
