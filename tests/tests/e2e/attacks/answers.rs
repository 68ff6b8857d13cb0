//! What every answer says to browsers and caches, and what a request may not ask.

use serde_json::json;

use crate::support::{Shop, line, unique};

#[tokio::test]
async fn every_answer_tells_browsers_and_caches_what_not_to_do() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let client = json!({ "client_id": unique("c"), "name": "C", "account": null, "scopes": ["orders:read"] });
    let email = shop.somebody(None, "sales").await;
    let answers = [
        (shop.nobody().get("/healthz").await, None),
        (shop.nobody().get("/docs").await, None),
        (shop.nobody().get("/v1/accounts").await, Some("private")),
        (shop.admin().get("/v1/accounts").await, Some("private")),
        (shop.admin().post("/v1/clients", &client).await, Some("no-store")),
        (shop.nobody().sign_in(&email, Shop::password()).await, Some("no-store")),
        (shop.nobody().token_for(&[("grant_type", "client_credentials")]).await, Some("no-store")),
        (shop.nobody().get("/no/such/page").await, None),
    ];
    for (answer, kept) in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        if let Some(kept) = kept {
            assert_eq!(answer.header("cache-control"), kept, "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_misspelt_query_parameter_does_not_show_everybodys_rows() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for path in ["/v1/orders?acount=ACME", "/v1/invoices?acount=ACME", "/v1/carts?acount=ACME", "/v1/users?acount=ACME"] {
        let problem = shop.admin().get(path).await.is_refused("invalid-request");
        assert_eq!(problem["errors"][0]["code"], "unknown-parameter", "{problem}");
        assert_eq!(problem["errors"][0]["pointer"], "acount", "{problem}");
        assert!(problem["errors"][0]["detail"].text().contains("account"), "{problem}");
    }
    shop.admin().get("/v1/orders?account=ACME").await.ok();
}

#[tokio::test]
async fn coupon_codes_cannot_be_tried_until_one_works() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "2.50", 100).await;
    let acme = shop.erp("ACME").await;
    let quote = |codes: Vec<String>| {
        let (acme, body) = (acme.clone(), json!({ "lines": [line("A-1", 1)], "coupons": codes }));
        async move { acme.post("/v1/price-quotes", &body).await }
    };
    quote((0..10).map(|n| format!("CODE{n}")).collect()).await.ok();
    quote((0..10).map(|n| format!("code{n}")).collect()).await.ok();
    quote((10..20).map(|n| format!("CODE{n}")).collect()).await.ok();
    quote(vec!["CODE20".to_owned()]).await.is_refused("too-many-coupons");
    let order = json!({ "purchase_order_number": "PO", "lines": [line("A-1", 1)], "coupons": ["CODE21"], "dry_run": true });
    acme.post("/v1/orders", &order).await.is_refused("too-many-coupons");
    quote(vec!["CODE3".to_owned()]).await.ok();
}

#[tokio::test]
async fn buyers_are_not_told_prices_to_come() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "2.50", 100).await;
    let body = json!({ "lines": [line("A-1", 1)], "at": "2040-01-01" });
    let acme = shop.erp("ACME").await;
    let problem = acme.post("/v1/price-quotes", &body).await.is_refused("invalid-request");
    assert_eq!(problem["errors"][0]["pointer"], "/at", "{problem}");
    let body = json!({ "account": "ACME", "lines": [line("A-1", 1)], "at": "2040-01-01" });
    shop.admin().post("/v1/price-quotes", &body).await.ok();
}
