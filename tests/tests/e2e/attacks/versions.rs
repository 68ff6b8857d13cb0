//! Of several changes that name the same version, one succeeds; several first writes of one thing leave one thing. None is a 500.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::Shop;

/// Changes at the same time.
const TOGETHER: usize = 10;

/// A path, and a body for it that differs by a number.
type Versioned = (&'static str, fn(usize) -> Value);

/// Everything that is put under a version.
fn versioned() -> Vec<Versioned> {
    fn line(n: usize) -> Value {
        json!({ "target": { "kind": "sku", "code": "A-1" }, "kind": "percent_off", "value": format!("{n}") })
    }
    vec![
        ("/v1/accounts/RACED", |n| json!({ "name": format!("Name {n}"), "currency": "EUR" })),
        ("/v1/warehouses/RACED", |n| json!({ "name": format!("Name {n}"), "country": "DE" })),
        ("/v1/products/RACED", |n| json!({ "title": format!("Name {n}"), "stock_unit": "EA" })),
        (
            "/v1/visibility-rules/RACED",
            |n| json!({ "effect": "deny", "audience": { "kind": "everyone" }, "brands": [format!("B{n}")] }),
        ),
        ("/v1/price-lists/RACED", |n| json!({ "name": format!("Name {n}") })),
        ("/v1/contracts/RACED", |n| json!({ "account": "ACME", "currency": "EUR", "lines": [line(n + 1)] })),
        ("/v1/promotions/RACED", |n| json!({ "lines": [line(n + 1)] })),
        ("/v1/search-rules/RACED", |n| json!({ "phrases": [format!("bolt {n}")], "pins": [{ "sku": "A-1", "position": 1 }] })),
        ("/v1/search-synonyms/RACED", |n| json!({ "terms": ["bolt", format!("screw{n}")] })),
        ("/v1/relation-rules/RACED", |n| {
            json!({
                "name": format!("Rule {n}"), "kind": "required", "from": { "skus": ["A-1"] }, "to": { "skus": ["A-2"] },
                "match": [{ "attribute": "thread", "of_other": "thread", "compare": "equal" }], "quantity": "1",
            })
        }),
        (
            "/v1/settings",
            |n| json!({ "name": format!("Name {n}"), "time_zone": "Europe/Berlin", "languages": ["en"], "default_currency": "EUR" }),
        ),
    ]
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.product("A-1", json!({})).await;
    shop.product("A-2", json!({})).await;
    shop
}

#[tokio::test]
async fn of_parallel_changes_to_one_version_one_succeeds() {
    let shop = shop().await;
    let admin = shop.admin();
    for (path, body) in versioned() {
        admin.put(path, &body(0)).await.ok();
        let etag = admin.get(path).await.header("etag").to_owned();
        let change = |n: usize| {
            let request = admin.request(reqwest::Method::PUT, path).header("if-match", &etag).json(&body(n));
            admin.send(request)
        };
        let answers = join_all((1..=TOGETHER).map(change)).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status < 300).count(), 1, "{path}: {statuses:?}");
        assert!(statuses.iter().all(|status| *status < 300 || *status == 412), "{path}: {statuses:?}");
    }
}

#[tokio::test]
async fn parallel_first_writes_leave_one_thing_and_no_error() {
    let shop = shop().await;
    let mut all = versioned();
    all.push(("/v1/price-change-sets/RACED", |n| json!({ "name": format!("Name {n}") })));
    for (path, body) in all {
        let put = |n: usize| {
            let (admin, body) = (shop.admin(), body(n));
            async move { admin.put(path, &body).await }
        };
        let answers = join_all((1..=TOGETHER).map(put)).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert!(statuses.iter().all(|status| *status < 300), "{path}: {statuses:?}");
    }
}

#[tokio::test]
async fn an_account_has_one_default_site_whoever_writes_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    admin.put("/v1/accounts/ACME", &json!({ "name": "Acme", "currency": "EUR" })).await.ok();
    let put = |n: usize| {
        let admin = admin.clone();
        async move {
            let site = json!({ "name": "Plant", "line1": "Road 1", "city": "Bremen", "postal_code": "1", "country": "DE", "is_default": true });
            admin.put(&format!("/v1/accounts/ACME/sites/S{}", n / 2), &site).await
        }
    };
    for answer in join_all((0..TOGETHER).map(put)).await {
        answer.ok();
    }
    let account = admin.get("/v1/accounts/ACME").await.ok();
    let sites = account["sites"].list();
    assert_eq!(sites.len(), TOGETHER / 2);
    assert_eq!(sites.iter().filter(|site| site["is_default"] == true).count(), 1, "{account}");
}

#[tokio::test]
async fn two_accounts_never_become_each_others_parent() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    let account = |parent: Option<String>| json!({ "name": "A", "currency": "EUR", "parent": parent });
    for round in 0..5 {
        let [one, other] = ["ONE", "OTHER"].map(|name| format!("{name}{round}"));
        for code in [&one, &other] {
            admin.put(&format!("/v1/accounts/{code}"), &account(None)).await.ok();
        }
        let under = |code: &str, parent: &str| {
            let (admin, path, body) = (admin.clone(), format!("/v1/accounts/{code}"), account(Some(parent.to_owned())));
            async move { admin.put(&path, &body).await }
        };
        let (first, second) = futures_util::join!(under(&one, &other), under(&other, &one));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "one of them stands above the other");
    }
}
