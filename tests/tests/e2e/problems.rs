//! Refusals: problem documents with a stable code, naming the field; never a 500, never half an effect.

use reqwest::Method;
use serde_json::json;

use crate::support::{Setup, Shop};

#[tokio::test]
async fn an_unknown_address_is_a_problem_document() {
    let shop = Shop::open().await;
    for path in ["/v1/nothing", "/nothing", "/v1/accounts/ACME/nothing", "/v1/"] {
        let answer = shop.admin().get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.is_refused("not-found");
    }
}

#[tokio::test]
async fn a_method_an_address_does_not_have_is_refused_as_such() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    let answer = admin.send(admin.request(Method::DELETE, "/v1/accounts/ACME")).await;
    assert_eq!(answer.status, 405);
    answer.is_refused("method-not-allowed");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_malformed() {
    let shop = Shop::open().await;
    for body in ["", "{", "not json", "{\"name\": }", "\u{0}"] {
        let admin = shop.admin();
        let request = admin.request(Method::PUT, "/v1/accounts/ACME").header("content-type", "application/json");
        let answer = admin.send(request.body(body)).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        answer.is_refused("malformed-request");
    }
    let admin = shop.admin();
    let request = admin.request(Method::PUT, "/v1/accounts/ACME").header("content-type", "application/json");
    admin.send(request.body(vec![b'"', 0xff, 0xfe, b'"'])).await.is_refused("malformed-request");
}

#[tokio::test]
async fn an_array_is_no_object() {
    let shop = Shop::open().await;
    for body in [json!([]), json!(["ACME"]), json!([{ "name": "ACME", "currency": "EUR" }])] {
        shop.admin().put("/v1/accounts/ACME", &body).await.is_refused("invalid-request");
    }
    shop.admin().get("/v1/accounts/ACME").await.is_refused("account-not-found");
}

#[tokio::test]
async fn a_wrong_field_is_named_by_its_json_pointer() {
    let shop = Shop::open().await;
    let cases = [
        (json!({ "name": 12, "currency": "EUR" }), "/name"),
        (json!({ "name": "x".repeat(201), "currency": "EUR" }), "/name"),
        (json!({ "name": "ACME", "currency": "XXQ" }), "/currency"),
        (json!({ "name": "ACME", "currency": "EUR", "colour": "red" }), "/colour"),
    ];
    for (body, pointer) in cases {
        let answer = shop.admin().put("/v1/accounts/ACME", &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        let problem = answer.is_refused("invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    }
    shop.admin().get("/v1/accounts/ACME").await.is_refused("account-not-found");
    shop.account("CREDIT").await;
    let cases = [
        (json!({ "credit_limit": "a lot" }), "/credit_limit"),
        (json!({ "credit_limit": "-1" }), "/credit_limit"),
        (json!({ "terms": "SOMETIME" }), "/terms"),
        (json!({ "overdue_grace_days": -1 }), "/overdue_grace_days"),
    ];
    for (body, pointer) in cases {
        let problem = shop.admin().put("/v1/accounts/CREDIT/credit", &body).await.is_refused("invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    }
}

#[tokio::test]
async fn a_field_of_a_list_is_named_with_its_place() {
    let shop = Shop::open().await;
    let body = json!({ "email": "a@b.c", "name": "A", "password": "long enough yet", "roles": ["sales", "emperor"] });
    let problem = shop.admin().post("/v1/users", &body).await.is_refused("invalid-request");
    assert_eq!(problem["errors"][0]["pointer"], "/roles/1");
}

#[tokio::test]
async fn a_missing_field_is_refused_with_its_name() {
    let shop = Shop::open().await;
    let problem = shop.admin().put("/v1/accounts/ACME", &json!({ "name": "ACME" })).await.is_refused("invalid-request");
    assert!(problem.to_string().contains("currency"), "{problem}");
}

#[tokio::test]
async fn an_unknown_media_type_is_refused() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    for media_type in ["text/plain", "application/xml", "nonsense"] {
        let request = admin.request(Method::PUT, "/v1/accounts/ACME").header("content-type", media_type);
        let answer = admin.send(request.body("name=ACME")).await;
        assert_eq!(answer.status, 415, "{media_type}");
        answer.is_refused("unsupported-media-type");
    }
    let answer = admin.post_raw("/v1/oauth/token", "application/json", "{}").await;
    assert_eq!(answer.status, 415, "{}", answer.text);
    answer.is_refused("unsupported-media-type");
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let shop = Setup::default().with("max-body-mb", "1").open().await;
    let admin = shop.admin();
    let large = "x".repeat(2 * 1024 * 1024);
    let request = admin.request(Method::PUT, "/v1/accounts/ACME").json(&json!({ "name": large, "currency": "EUR" }));
    let answer = admin.try_send(request).await;
    // A server may close the connection before it has read what it refuses.
    if let Ok(answer) = answer {
        assert_eq!(answer.status, 413);
        answer.is_refused("too-large");
    }
    let under = json!({ "name": "ACME", "currency": "EUR" });
    admin.put("/v1/accounts/ACME", &under).await.ok();
}

#[tokio::test]
async fn every_code_has_a_page_that_explains_it() {
    let shop = Shop::open().await;
    let problem = shop.admin().get("/v1/accounts/NOBODY").await.is_refused("account-not-found");
    let page = shop.nobody().get(problem["type"].text()).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("account-not-found"));
    assert_eq!(shop.nobody().get("/problems/no-such-code").await.status, 404);
}

#[tokio::test]
async fn a_request_id_given_by_the_caller_comes_back() {
    let shop = Shop::open().await;
    let nobody = shop.nobody();
    let request = nobody.request(Method::GET, "/v1/accounts").header("x-request-id", "my-request-0001");
    let problem = nobody.send(request).await.is_refused("unauthenticated");
    assert_eq!(problem["instance"], "my-request-0001");
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = nobody.send(nobody.request(Method::GET, "/v1/accounts").header("traceparent", trace)).await;
    assert_eq!(answer.header("x-request-id"), "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back_and_others_are_not_held_up() {
    let shop = Setup::default().with("rate-limit", "5").open().await;
    shop.account("ACME").await;
    let busy = shop.erp("ACME").await;
    let calm = shop.erp("ACME").await;
    let mut refused = None;
    for _ in 0..400 {
        let answer = busy.get("/v1/accounts").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a limit");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
    refused.is_refused("too-many-requests");
    calm.get("/v1/accounts").await.ok();
}

#[tokio::test]
async fn odd_path_and_query_values_never_break_the_server() {
    let shop = Shop::open().await;
    let paths = [
        "/v1/accounts/%00",
        "/v1/accounts/%FF%FE",
        "/v1/accounts/a%20b",
        "/v1/accounts/..%2F..",
        "/v1/accounts?limit=-1",
        "/v1/accounts?limit=99999999999999999999",
        "/v1/accounts?cursor=%00",
        "/v1/users?account=%20",
        "/v1/accounts?limit=x",
    ];
    for path in paths {
        let answer = shop.admin().get(path).await;
        assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
        answer.problem_code();
    }
    shop.admin().post("/v1/users/99999999999999999999/deactivation", &json!({})).await.is_refused("user-not-found");
}
