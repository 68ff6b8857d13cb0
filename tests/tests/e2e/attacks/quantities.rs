//! A quantity is judged wherever it enters: what a change or a cancellation leaves could have been ordered.

use serde_json::{Value, json};

use crate::support::{Actor, Order, PATIENCE, Setup, Shop, eventually, line};

/// A whole-piece product in tens from twenty on, and a product in metres.
async fn shop() -> (Shop, Actor) {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("TENS", "1.00", 1_000).await;
    shop.product("TENS", json!({ "order_rules": { "min": "20", "multiple": "10" } })).await;
    shop.sells("A-1", "1.00", 1_000).await;
    let acme = shop.erp("ACME").await;
    (shop, acme)
}

fn of_line(quantity: &str) -> Value {
    json!({ "lines": [{ "line": 1, "quantity": quantity }] })
}

#[tokio::test]
async fn what_a_cancellation_leaves_could_have_been_ordered() {
    let (shop, acme) = shop().await;
    let order = acme.places(&[line("TENS", 100)]).await;
    for (quantity, code) in [("0.5", "not-whole"), ("5", "not-a-multiple"), ("90", "below-minimum")] {
        let problem = acme.cancels(&order.number, of_line(quantity)).await.is_refused("invalid-request");
        let error = &problem["errors"][0];
        assert_eq!((error["code"].text(), error["pointer"].text()), (code, "/lines/0/quantity"), "{quantity}: {problem}");
    }
    acme.cancels(&order.number, of_line("80")).await.ok();
    let rest: Order = acme.cancels(&order.number, json!({})).await.read_as(200);
    assert_eq!(rest.status, "cancelled", "all that is left may always go");
    shop.books_agree().await;
}

#[tokio::test]
async fn what_a_change_leaves_could_have_been_ordered() {
    let (_shop, acme) = shop().await;
    let order = acme.places(&[line("TENS", 100)]).await;
    let changes = |quantity: &str| {
        let (acme, path, body) = (acme.clone(), format!("/v1/orders/{}/changes", order.number), of_line(quantity));
        async move { acme.post(&path, &body).await }
    };
    for (quantity, code) in [("99.5", "not-whole"), ("95", "not-a-multiple"), ("10", "below-minimum")] {
        let problem = changes(quantity).await.is_refused("invalid-request");
        assert_eq!(problem["errors"][0]["code"], code, "{quantity}: {problem}");
    }
    changes("50").await.ok();
}

#[tokio::test]
async fn a_line_is_named_once_in_a_call() {
    let (shop, acme) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    let twice = json!({ "lines": [{ "line": 1, "quantity": "1" }, { "line": 1, "quantity": "1" }] });
    for act in ["cancellation", "changes"] {
        let problem = acme.post(&format!("/v1/orders/{}/{act}", order.number), &twice).await.is_refused("invalid-request");
        assert_eq!(problem["errors"][0]["code"], "duplicate", "{problem}");
    }
    assert_eq!(shop.levels("A-1").await, (1_000, 10, 990));
}

#[tokio::test]
async fn goods_on_a_pick_list_are_not_sent_elsewhere() {
    let (shop, acme) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    shop.admin().ships_with(&order.number, json!({ "stage": "created" })).await.is(201);
    let elsewhere = json!({
        "ship_to": { "name": "Thief", "line1": "Road 1", "city": "Hamburg", "postal_code": "1", "country": "DE" }
    });
    acme.post(&format!("/v1/orders/{}/changes", order.number), &elsewhere).await.is_refused("order-too-late");
}

#[tokio::test]
async fn a_blocked_account_looks_and_does_no_more() {
    let (shop, acme) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    let blocked = json!({ "name": "ACME", "currency": "EUR", "status": "blocked" });
    shop.admin().put("/v1/accounts/ACME", &blocked).await.ok();
    acme.get(&format!("/v1/orders/{}", order.number)).await.ok();
    acme.orders(&[line("A-1", 1)]).await.is_refused("account-blocked");
    acme.post("/v1/quotes", &json!({ "lines": [line("A-1", 1)] })).await.is_refused("account-blocked");
    acme.post(&format!("/v1/orders/{}/changes", order.number), &json!({ "note": "x" })).await.is_refused("account-blocked");
    let client = json!({ "client_id": crate::support::unique("c"), "name": "C", "scopes": ["orders:read"] });
    acme.post("/v1/clients", &client).await.is_refused("account-blocked");
    shop.admin().ships_with(&order.number, json!({})).await.is_refused("account-blocked");
    let active = json!({ "name": "ACME", "currency": "EUR" });
    shop.admin().put("/v1/accounts/ACME", &active).await.ok();
    shop.admin().ships_with(&order.number, json!({})).await.is(201);
}

#[tokio::test]
async fn a_held_order_keeps_its_stock_for_a_while_and_takes_its_turn_when_it_is_released() {
    let shop = Setup::default().with("hold-stock-seconds", "2").open().await;
    shop.account_with("POOR", json!({ "credit_limit": "10.00" })).await;
    shop.account("RICH").await;
    shop.sells("A-1", "1.00", 1_000).await;
    let (poor, rich, finance) = (shop.erp("POOR").await, shop.erp("RICH").await, shop.seller("finance").await);
    let held = poor.places(&[line("A-1", 900)]).await;
    assert_eq!(held.held_for(), ["credit_limit"]);
    let freed = async || (shop.levels("A-1").await == (1_000, 0, 1_000)).then_some(());
    eventually("the stock is free again", PATIENCE, freed).await;
    assert_eq!(poor.reads_order(&held.number).await.status, "held");
    let order = rich.places(&[line("A-1", 500)]).await;
    assert_eq!(order.status, "allocated");
    finance.releases(&held.number, json!({})).await.ok();
    let turn = async || (shop.levels("A-1").await == (1_000, 1_000, 0)).then_some(());
    eventually("the released order gets what is left", PATIENCE, turn).await;
    shop.books_agree().await;
}
