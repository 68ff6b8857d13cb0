//! The OpenAPI document: generated from the routes, finished here, printed by `bulkhead openapi` and served at
//! `/openapi.json`.

use std::collections::{BTreeMap, HashMap};

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::OpenApi;
use poem_openapi::registry::{MetaApi, MetaOperation, MetaPath, MetaSecurityScheme, Registry};
use serde_json::{Map, Value, json};

use billing::BillingError;
use catalog::CatalogError;
use checkout::CheckoutError;
use fulfilment::FulfilmentError;
use identity::IdentityError;
use identity::scope::Scope;
use imports::ImportJobError;
use inventory::StockError;
use kernel::common_problems;
use kernel::field_code::FieldCode;
use kernel::problem::{DomainError, ProblemType};
use mail::MailError;
use merchandising::MerchandisingError;
use operations::OperationsError;
use orders::OrderError;
use price_admin::PriceAdminError;
use prices::PriceError;
use quotes::QuoteError;
use search_index::SearchIndexError;
use settings::SettingsError;
use storefront::StorefrontError;
use suggestions::SuggestionError;

/// What the whole API promises.
pub(super) const DESCRIPTION: &str = "\
Amounts and quantities are decimal strings, instants RFC 3339 in UTC. Lists are pages with an opaque `cursor`. Every POST that \
creates or moves something takes an `Idempotency-Key`: the same key and body give the same answer. Refusals are \
`application/problem+json` with a stable `code`; bad fields and lines are named by JSON pointers in `errors`. What belongs to \
another account does not exist: 404.";

/// Groups of routes whose operations on one path stand in one path item of the document, whichever group they are of.
///
/// The document of `poem-openapi` has a path item per group and path; of several with one path, readers keep the last.
#[derive(Debug)]
pub(super) struct PathsMerged<T>(pub(super) T);

impl<T: OpenApi> OpenApi for PathsMerged<T> {
    fn meta() -> Vec<MetaApi> {
        let mut paths: BTreeMap<String, Vec<MetaOperation>> = BTreeMap::new();
        for item in T::meta().into_iter().flat_map(|group| group.paths) {
            paths.entry(item.path).or_default().extend(item.operations);
        }
        vec![MetaApi { paths: paths.into_iter().map(|(path, operations)| MetaPath { path, operations }).collect() }]
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, route_table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        self.0.add_routes(route_table);
    }
}

/// The document as served: one security scheme with the scopes each operation needs.
pub(super) fn finish(generated: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(generated) else { return generated.to_owned() };
    for operation in operations(&mut document) {
        let Some(security) = operation.get_mut("security").and_then(Value::as_array_mut) else { continue };
        for requirement in security {
            let scope = requirement.as_object().and_then(|r| r.keys().next()).and_then(|k| k.strip_prefix("oauth2."));
            if let Some(scope) = scope {
                *requirement = json!({ "oauth2": [scope] });
            }
        }
    }
    for operation in operations(&mut document) {
        // A public operation says so.
        operation.entry("security").or_insert_with(|| json!([]));
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.values_mut().for_each(allow_null);
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("securitySchemes".to_owned(), json!({ "oauth2": scheme() }));
    }
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// What need not be there may also be null: an absent value and `null` mean the same in requests and in answers.
fn allow_null(schema: &mut Value) {
    let required: Vec<String> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (_, property) in properties.iter_mut().filter(|(name, _)| !required.contains(name)) {
            if property.get("$ref").is_some() {
                *property = json!({ "allOf": [property.take()] });
            }
            property["nullable"] = true.into();
        }
    }
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        allow_null(part);
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut());
    let operations = items.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
    operations.filter_map(Value::as_object_mut)
}

fn scheme() -> Value {
    let MetaSecurityScheme { description, .. } = kernel::principal::security_scheme(&[]);
    let scopes: Map<String, Value> = Scope::ALL.iter().map(|s| (s.word().to_owned(), s.help().into())).collect();
    json!({
        "type": "oauth2",
        "description": description,
        "flows": { "clientCredentials": { "tokenUrl": "/v1/oauth/token", "scopes": scopes } },
    })
}

/// Every refusal of every slice.
pub(super) fn types() -> Vec<ProblemType> {
    let mut all = IdentityError::problem_types();
    all.extend(CatalogError::problem_types());
    all.extend(PriceError::problem_types());
    all.extend(CheckoutError::problem_types());
    all.extend(QuoteError::problem_types());
    all.extend(OrderError::problem_types());
    all.extend(FulfilmentError::problem_types());
    all.extend(BillingError::problem_types());
    all.extend(MerchandisingError::problem_types());
    all.extend(SearchIndexError::problem_types());
    all.extend(StorefrontError::problem_types());
    all.extend(StockError::problem_types());
    all.extend(PriceAdminError::problem_types());
    all.extend(SuggestionError::problem_types());
    all.extend(ImportJobError::problem_types());
    all.extend(OperationsError::problem_types());
    all.extend(SettingsError::problem_types());
    all.extend(MailError::problem_types());
    all.extend(common_problems::OF_THE_SERVER);
    all.sort_by_key(|e| e.code);
    all.dedup();
    all
}

/// A page that explains a code: of a problem, of a field, or of both where a request breaks one rule only.
pub(super) fn problem_page(code: &str) -> Option<String> {
    let problem = types().into_iter().find(|entry| entry.code == code);
    let field = FieldCode::from_word(code);
    let title = problem.map(|entry| entry.title).or(field.map(FieldCode::explanation))?;
    let of_problem = problem.map(|entry| {
        format!(
            "<p>As the code of a problem document: {}. HTTP status {}. The member <code>detail</code> says what happened; \
             <code>errors</code> names fields and lines.</p>",
            entry.title, entry.status
        )
    });
    let of_field = field.map(|code| {
        format!(
            "<p>As the code of a field, line or row: {}. <code>pointer</code> says where it stands, <code>detail</code> what must \
             be, <code>params</code> the values that the detail tells.</p>",
            code.explanation()
        )
    });
    Some(format!(
        "<!doctype html><html lang=\"en\"><title>{code}</title><h1>{title}</h1><p>Code <code>{code}</code>.</p>{}{}</html>",
        of_problem.unwrap_or_default(),
        of_field.unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::mount::groups;
    use super::super::{Projections, document};
    use super::*;

    /// Method and path of every operation that the groups answer.
    fn mounted<T: OpenApi>(_: &T) -> Vec<(String, String)> {
        let paths = T::meta().into_iter().flat_map(|group| group.paths);
        let operations = paths.flat_map(|item| item.operations.into_iter().map(move |one| (one.method, item.path.clone())));
        operations.map(|(method, path)| (method.as_str().to_lowercase(), path)).collect()
    }

    #[test]
    fn the_document_has_every_operation() {
        let mounted = mounted(&groups(&Projections::default()));
        let document: Value = serde_json::from_str(&document()).expect("a document");
        let paths = document["paths"].as_object().expect("paths").iter();
        let documented = paths.flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(Map::keys);
            methods.map(|method| (method.clone(), path.clone()))
        });
        let count = mounted.len();
        let mounted: BTreeSet<(String, String)> = mounted.into_iter().collect();
        assert_eq!(mounted.len(), count, "no two groups answer one method of one path");
        assert_eq!(mounted, documented.collect::<BTreeSet<_>>());
    }

    #[test]
    fn groups_may_share_a_path() {
        let mounted = mounted(&groups(&Projections::default()));
        let methods = |path: &str| mounted.iter().filter(|(_, known)| known == path).count();
        assert_eq!((methods("/v1/orders"), methods("/v1/products/{sku}")), (2, 2));
    }

    #[test]
    fn every_code_has_a_page() {
        let problems = types().into_iter().map(|entry| entry.code);
        for code in problems.chain(FieldCode::ALL.iter().map(|code| code.word())) {
            let page = problem_page(code).unwrap_or_default();
            assert!(page.contains(&format!("<code>{code}</code>")), "{code} has no page");
            let kebab = code.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()));
            assert!(kebab, "{code} is not in kebab case");
        }
        assert_eq!(problem_page("no-such-code"), None);
    }

    #[test]
    fn the_document_names_every_code() {
        let document: Value = serde_json::from_str(&document()).expect("a document");
        let codes = document["components"]["schemas"]["FieldCode"]["enum"].as_array().expect("the codes of fields");
        let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
        assert_eq!(codes, FieldCode::ALL.iter().map(|code| code.word()).collect::<Vec<_>>());
        let responses = &document["paths"]["/v1/orders"]["post"]["responses"];
        for (status, code) in [("422", "order-lines-refused"), ("422", "invalid-request"), ("409", "insufficient-stock")] {
            let told = responses[status]["description"].as_str().unwrap_or_default();
            assert!(told.contains(&format!("`{code}`")), "{status} of an order does not tell of {code}: {told}");
        }
    }
}
