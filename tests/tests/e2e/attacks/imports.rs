//! An import writes what its author may write, and is theirs.

use std::time::Duration;

use serde_json::json;

use crate::support::{Actor, Json, Shop, eventually};

pub(super) async fn imports(who: &Actor, kind: &str, csv: &str) -> Json {
    let queued = who.post_raw(&format!("/v1/imports?kind={kind}"), "text/csv", csv.to_owned()).await.is(202);
    let path = format!("/v1/imports/{}", queued["id"].text());
    let ended = async || {
        let job = who.get(&path).await.ok();
        ["done", "failed"].contains(&job["status"].text()).then_some(job)
    };
    eventually("the import ended", Duration::from_secs(20), ended).await.0
}

#[tokio::test]
async fn an_import_needs_the_scope_of_what_it_writes() {
    let shop = Shop::open().await;
    let files = [
        ("products", "products:write", "sku,title,stock_unit\nA-1,Bolt,EA\n"),
        ("prices", "prices:write", "list,sku,unit,currency,unit_price\nL,A-1,EA,EUR,1.00\n"),
        ("stock", "stock:write", "sku,warehouse,quantity\nA-1,MAIN,5\n"),
        ("accounts", "accounts:write", "code,name,currency\nNEW,New,EUR\n"),
        ("orders", "orders:write", "number,account,placed_at,sku,quantity\n1,NEW,2026-01-01,A-1,1\n"),
    ];
    let only = shop.client(None, &["imports:write"]).await;
    for (kind, scope, csv) in files {
        only.post_raw(&format!("/v1/imports?kind={kind}"), "text/csv", csv).await.is_refused("import-not-allowed");
        let other = if scope == "stock:write" { "products:write" } else { "stock:write" };
        let wrong = shop.client(None, &["imports:write", other]).await;
        wrong.post_raw(&format!("/v1/imports?kind={kind}"), "text/csv", csv).await.is_refused("import-not-allowed");
        let right = shop.client(None, &["imports:write", scope]).await;
        right.post_raw(&format!("/v1/imports?kind={kind}"), "text/csv", csv).await.is(202);
    }
}

#[tokio::test]
async fn prices_do_not_come_in_with_products_by_whoever_may_not_set_them() {
    let shop = Shop::open().await;
    let catalog = shop.client(None, &["imports:write", "products:write", "products:read", "events:read"]).await;
    let csv = "sku,title,stock_unit,currency,price\nA-1,Bolt,EA,EUR,0.01\nA-2,Nut,EA,,\n";
    let job = imports(&catalog, "products", csv).await;
    assert_eq!((&job["accepted"], &job["rejected"]), (&json!(1).into(), &json!(1).into()), "{job}");
    let report = catalog.get(&format!("/v1/imports/{}/report", job["id"].text())).await;
    assert!(report.text.contains("prices:write"), "{}", report.text);
    let pricing = shop.client(None, &["imports:write", "products:write", "prices:write"]).await;
    assert_eq!(imports(&pricing, "products", csv).await["rejected"], 0);
}

#[tokio::test]
async fn what_an_import_changed_is_recorded_as_its_authors() {
    let shop = Shop::open().await;
    let (id, secret) = shop.credentials(None, &["imports:write", "accounts:write"]).await;
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let token = shop.nobody().token_for(&form).await.ok();
    let author = shop.nobody().with_token(token["access_token"].text());
    imports(&author, "accounts", "code,name,currency\nNEW,New,EUR\n").await;
    let events = shop.admin().all("/v1/events").await;
    let changed = events.iter().find(|event| event["type"] == "account.changed").expect("recorded");
    assert_eq!(changed["actor"], format!("client:{id}"), "{changed}");
}

#[tokio::test]
async fn imports_of_others_are_seen_by_those_who_may_write_the_same() {
    let shop = Shop::open().await;
    let author = shop.client(None, &["imports:write", "accounts:write"]).await;
    let job = imports(&author, "accounts", "code,name,currency\nNEW,New,EUR\n").await;
    let path = format!("/v1/imports/{}", job["id"].text());
    let stranger = shop.client(None, &["imports:write", "stock:write"]).await;
    stranger.get(&path).await.is_refused("import-not-found");
    stranger.get(&format!("{path}/report")).await.is_refused("import-not-found");
    shop.client(None, &["imports:write", "accounts:write"]).await.get(&path).await.ok();
}
