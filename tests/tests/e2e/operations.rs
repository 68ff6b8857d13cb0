//! Every operation of the OpenAPI document, walked: who may call it, and what it says to those who may not.

use reqwest::Method;
use serde_json::json;

use crate::support::{Actor, Json, Shop};

/// Operations anybody may call. This list may only shrink.
const PUBLIC: [&str; 7] =
    ["change_password", "list_keys", "request_password_reset", "set_password", "sign_in", "sign_out", "take_token"];

/// An operation of the document.
pub(super) struct Operation {
    pub(super) id: String,
    method: Method,
    path: String,
    pub(super) scope: Option<String>,
    body: Option<String>,
    text: Json,
}

impl Operation {
    /// The address with values in place of its parameters.
    fn address(&self) -> String {
        let mut address = String::new();
        for part in self.path.split('/').skip(1) {
            address.push('/');
            address.push_str(if part.starts_with('{') { "1" } else { part });
        }
        address
    }

    /// Calls it with a body that nothing accepts.
    pub(super) async fn called_by(&self, actor: &Actor) -> crate::support::Answer {
        let request = actor.request(self.method.clone(), &self.address());
        let request = match &self.body {
            Some(media_type) => request.header("content-type", media_type).body("{ broken"),
            None => request,
        };
        actor.send(request).await
    }
}

fn operations(document: &Json) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].members() {
        for (method, operation) in item.members() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let scope = operation
                .get("security")
                .and_then(|security| security.list().first())
                .map(|needed| needed["oauth2"][0].text().to_owned());
            let body = operation.get("requestBody").and_then(|body| body["content"].members().keys().next().cloned());
            let id = operation["operationId"].text().to_owned();
            all.push(Operation { id, method, path: path.clone(), scope, body, text: operation.clone() });
        }
    }
    assert!(all.len() >= 10, "the document lists operations");
    all
}

/// Every operation of the document a server gives.
pub(super) async fn documented(shop: &Shop) -> Vec<Operation> {
    operations(&shop.nobody().get("/openapi.json").await.ok())
}

#[tokio::test]
async fn every_operation_says_who_may_call_it_and_what_it_promises() {
    let shop = Shop::open().await;
    let mut open = Vec::new();
    for operation in documented(&shop).await {
        let name = format!("{} {}", operation.method, operation.path);
        for text in ["summary", "description", "operationId"] {
            assert!(!operation.text[text].text().is_empty(), "{name} has no {text}");
        }
        let is_method_name = operation.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
        assert!(is_method_name && operation.id.contains('_'), "{name}: {} is no verb_noun", operation.id);
        if operation.scope.is_none() {
            open.push(operation.id);
        }
    }
    open.sort();
    assert_eq!(open, PUBLIC);
}

#[tokio::test]
async fn without_a_token_every_operation_answers_401_before_it_reads_anything() {
    let shop = Shop::open().await;
    for operation in documented(&shop).await.iter().filter(|o| o.scope.is_some()) {
        let answer = operation.called_by(&shop.nobody()).await;
        assert_eq!(answer.status, 401, "{}: {}", operation.id, answer.text);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        answer.is_refused("unauthenticated");
    }
}

#[tokio::test]
async fn with_every_scope_but_its_own_every_operation_answers_403() {
    let shop = Shop::open().await;
    let all = documented(&shop).await;
    let mut scopes: Vec<&str> = all.iter().filter_map(|o| o.scope.as_deref()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    for scope in &scopes {
        let others: Vec<&str> = scopes.iter().filter(|s| *s != scope).copied().collect();
        let stranger = shop.client(None, &others).await;
        for operation in all.iter().filter(|o| o.scope.as_deref() == Some(scope)) {
            let answer = operation.called_by(&stranger).await;
            assert_eq!(answer.status, 403, "{}: {}", operation.id, answer.text);
            answer.is_refused("forbidden");
        }
    }
}

#[tokio::test]
async fn what_belongs_to_the_seller_is_refused_to_every_account() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let buyer = shop.erp("ACME").await;
    let held: Vec<&str> = crate::support::BUYER_SCOPES.to_vec();
    for operation in documented(&shop).await {
        let Some(scope) = &operation.scope else {
            continue;
        };
        let answer = operation.called_by(&buyer).await;
        if held.contains(&scope.as_str()) {
            assert!(answer.status < 500 && answer.status != 401, "{}: {} {}", operation.id, answer.status, answer.text);
        } else {
            assert_eq!(answer.status, 403, "{}: {}", operation.id, answer.text);
        }
    }
}

#[tokio::test]
async fn broken_bodies_are_never_a_server_error() {
    let shop = Shop::open().await;
    let bodies = ["{ broken", "[]", "null", "{}", "\"\"", "0", "[{}]", "{\"lines\": [null]}", "{\"lines\": {}}", "\u{feff}{}"];
    for operation in documented(&shop).await {
        let Some(media_type) = &operation.body else {
            continue;
        };
        for body in bodies {
            let admin = shop.admin();
            let request = admin.request(operation.method.clone(), &operation.address()).header("content-type", media_type);
            let answer = admin.send(request.body(body)).await;
            assert!(answer.status < 500, "{} with {body}: {}", operation.id, answer.text);
            if answer.status >= 400 {
                answer.problem_code();
            }
        }
    }
}

#[tokio::test]
async fn posts_that_create_or_move_something_take_an_idempotency_key() {
    let shop = Shop::open().await;
    // These create nothing that could be doubled: they end, disable, ask, say what counts once, or give a secret that is
    // shown once.
    let without = [
        "take_token",
        "sign_in",
        "sign_out",
        "change_password",
        "set_password",
        "request_password_reset",
        "disable_user",
        "enable_user",
        "create_client",
        "rotate_client",
        "revoke_client",
        "quote_prices",
        "advise_basket",
        "ask_availability",
        "match_identifiers",
        "note_search_click",
    ];
    let header = json!("Idempotency-Key");
    let missing: Vec<String> = documented(&shop)
        .await
        .into_iter()
        .filter(|o| o.method == Method::POST && !without.contains(&o.id.as_str()))
        .filter(|o| !o.text.get("parameters").is_some_and(|all| all.list().iter().any(|p| p["name"] == header)))
        .map(|o| o.id)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
