//! What operators look at, and how the server ends.

use std::time::Duration;

use serde_json::json;

use crate::support::{Setup, Shop, eventually};

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    let shop = Shop::open().await;
    assert_eq!(shop.nobody().get("/healthz").await.status, 200);
    assert_eq!(shop.nobody().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_class() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.nobody().get("/v1/accounts").await.is_refused("unauthenticated");
    shop.nobody().get("/metrics").await.is_refused("unauthenticated");
    shop.erp("ACME").await.get("/metrics").await.is_refused("forbidden");
    let metrics = shop.client(None, &["metrics:read"]).await.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    let has = |parts: &[&str]| metrics.text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(
        has(&["bulkhead_requests_total", "operation=\"put_account\"", "method=\"PUT\"", "status=\"2xx\""]),
        "{}",
        metrics.text
    );
    assert!(
        has(&["bulkhead_requests_total", "operation=\"list_accounts\"", "method=\"GET\"", "status=\"4xx\""]),
        "{}",
        metrics.text
    );
    assert!(has(&["bulkhead_request_duration_seconds_bucket", "operation=\"put_account\""]));
    assert!(has(&["bulkhead_event_lag"]));
    assert!(!metrics.text.contains("ACME"), "names of customers are no labels");
}

#[tokio::test]
async fn the_explorer_and_the_document_are_served() {
    let shop = Shop::open().await;
    assert!(shop.nobody().get("/docs").await.text.contains("swagger"));
    let document = shop.nobody().get("/openapi.json").await.ok();
    let printed = shop.runs(&["openapi"]);
    let printed = crate::support::Json::parse(&printed);
    assert_eq!(document, printed, "what is served is what `bulkhead openapi` prints");
    for path in ["/docs", "/openapi.json"] {
        let request = || shop.nobody().request(reqwest::Method::GET, path);
        let plain = shop.nobody().send(request()).await;
        for _ in 0..2 {
            let packed = request().header("accept-encoding", "gzip").send().await.expect("answered");
            assert_eq!(packed.headers()["content-encoding"], "gzip", "{path}");
            assert_eq!(packed.headers()["content-type"], plain.header("content-type"), "{path}");
            let packed = packed.bytes().await.expect("a body");
            assert!(packed.len() * 2 < plain.text.len(), "{path}: {} of {}", packed.len(), plain.text.len());
        }
    }
}

#[tokio::test]
async fn figures_are_read_without_a_token_on_a_listener_of_their_own() {
    let port = crate::support::free_port();
    let address = format!("127.0.0.1:{port}");
    let shop = Setup::default().with("metrics-listen", &address).open().await;
    shop.nobody().get("/metrics").await.is_refused("unauthenticated");
    let figures = shop.nobody().at(&format!("http://{address}")).get("/metrics").await;
    assert_eq!(figures.status, 200);
    assert!(figures.text.contains("bulkhead_requests_total"), "{}", figures.text);
}

#[tokio::test]
async fn sigterm_lets_running_requests_finish_and_ends_cleanly() {
    let mut shop = Shop::open().await;
    let mut running = tokio::task::JoinSet::new();
    // Hashing a password takes long enough to be under way when the signal comes.
    for n in 0..8 {
        let admin = shop.admin();
        running.spawn(async move {
            let body =
                json!({ "email": format!("p{n}@example.com"), "name": "P", "password": "long enough yet", "roles": ["sales"] });
            admin.try_send(admin.request(reqwest::Method::POST, "/v1/users").json(&body)).await
        });
    }
    let admin = shop.admin();
    eventually("some of them are done", Duration::from_secs(10), async || {
        (!admin.get("/v1/users").await.ok()["items"].as_array()?.is_empty()).then_some(())
    })
    .await;
    shop.process().signal("TERM");
    let status = shop.process().wait(Duration::from_secs(30));
    assert!(status.success(), "{status}");
    let answers = running.join_all().await;
    let done = answers.iter().filter(|a| a.as_ref().is_ok_and(|a| a.status == 201)).count();
    assert!(answers.iter().flatten().all(|a| a.status == 201 || a.status == 503));
    shop.start_again();
    assert_eq!(shop.admin().all("/v1/users").await.len(), done, "what was answered is there, nothing else");
}

#[tokio::test]
async fn a_second_start_finds_everything_as_it_was() {
    let mut shop = Shop::open().await;
    shop.account("ACME").await;
    let before = shop.admin().get("/v1/accounts/ACME").await.ok();
    shop.start_again();
    assert_eq!(shop.admin().get("/v1/accounts/ACME").await.ok(), before);
}
