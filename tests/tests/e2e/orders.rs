//! Orders: placed whole or not at all, held, changed, cancelled.

use serde_json::json;

use crate::support::{Fault, Shop, line, micros, number_of, parse, told};

async fn shop_with_stock() -> Shop {
    let shop = Shop::open().await;
    shop.account_with("ACME", json!({ "credit_limit": "100.00" })).await;
    shop.sells("A-1", "2.50", 100).await;
    shop
}

#[tokio::test]
async fn an_order_reserves_its_stock_and_commits_its_credit() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let placed = acme.orders(&[line("A-1", 10)]).await.is(201);
    assert_eq!(placed["status"], "allocated", "{placed}");
    assert_eq!(micros(&placed["totals"]["total"]), parse("25"));
    assert_eq!(placed["lines"][0]["allocations"][0]["warehouse"], "MAIN");
    assert_eq!(shop.levels("A-1").await, (100, 10, 90));
    let credit = shop.credit("ACME").await;
    assert_eq!(micros(&credit["committed"]), parse("25"));
    assert_eq!(micros(&credit["available"]), parse("75"));
    assert_eq!(acme.order(&number_of(&placed)).await, placed, "it is read as it was answered");
    shop.books_agree().await;
}

#[tokio::test]
async fn an_order_above_the_credit_limit_is_held_until_it_is_released() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let placed = acme.orders(&[line("A-1", 50)]).await.is(201);
    assert_eq!(placed["status"], "held", "{placed}");
    assert_eq!(placed["holds"][0]["kind"], "credit_limit");
    assert_eq!(shop.levels("A-1").await, (100, 50, 50), "a held order keeps its stock");
    let path = format!("/v1/orders/{}/release", number_of(&placed));
    acme.post(&path, &json!({})).await.is_refused("forbidden");
    let released = shop.seller("finance").await.post(&path, &json!({})).await.ok();
    assert_eq!(released["status"], "allocated", "{released}");
    shop.seller("finance").await.post(&path, &json!({})).await.is_refused("order-not-held");
}

#[tokio::test]
async fn cancelling_gives_back_stock_and_credit() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let number = number_of(&acme.orders(&[line("A-1", 10), line("A-1", 4)]).await.is(201));
    let part = acme.cancels(&number, json!({ "lines": [{ "line": 1, "quantity": "3" }] })).await.ok();
    assert_eq!(micros(&part["totals"]["open"]), parse("27.50"), "{part}");
    assert_eq!(shop.levels("A-1").await, (100, 11, 89));
    acme.cancels(&number, json!({ "lines": [{ "line": 1, "quantity": "8" }] })).await.is_refused("order-too-late");
    acme.cancels(&number, json!({ "lines": [{ "line": 9, "quantity": "1" }] })).await.is_refused("order-line-not-found");
    let whole = acme.cancels(&number, json!({})).await.ok();
    assert_eq!(whole["status"], "cancelled");
    assert_eq!(shop.levels("A-1").await, (100, 0, 100));
    assert_eq!(micros(&shop.credit("ACME").await["exposure"]), 0);
    shop.books_agree().await;
}

#[tokio::test]
async fn a_dry_run_answers_the_same_and_writes_nothing() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let dry = acme.orders_with(&[line("A-1", 10)], json!({ "dry_run": true })).await.ok();
    assert!(dry.is_absent("number"), "{dry}");
    assert_eq!(shop.levels("A-1").await, (100, 0, 100));
    assert!(acme.all("/v1/orders").await.is_empty());
    let wet = acme.orders(&[line("A-1", 10)]).await.is(201);
    assert_eq!(dry["totals"], wet["totals"]);
    assert_eq!(dry["lines"], wet["lines"]);
}

#[tokio::test]
async fn one_bad_line_refuses_the_order_unless_a_part_is_wanted() {
    let shop = shop_with_stock().await;
    shop.product("NO-PRICE", json!({ "backorder": true })).await;
    let acme = shop.erp("ACME").await;
    let lines = [line("A-1", 1), line("NOBODY", 1), line("NO-PRICE", 1), line("A-1", 1_000)];
    // Whether the last one is in stock is asked only when all lines have a price.
    let faults = ["/lines/1/sku unknown-product", "/lines/2 price-on-request", "/lines/3/quantity insufficient-stock"];
    acme.orders(&lines).await.is_refused_for("order-lines-refused", &faults);
    assert_eq!(shop.levels("A-1").await, (100, 0, 100), "a refused order leaves nothing behind");
    let part = acme.orders_with(&lines, json!({ "partial": "accept" })).await.is(201);
    assert_eq!(part["lines"].list().len(), 1, "{part}");
    let mut rejected = told(&part["rejected"].read::<Vec<Fault>>());
    rejected.sort();
    assert_eq!(rejected, ["/lines/1/sku unknown-product", "/lines/2 price-on-request", "/lines/3/quantity insufficient-stock"]);
    shop.books_agree().await;
}

#[tokio::test]
async fn an_order_never_costs_more_than_its_caller_expects() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let expecting = |price: &str, tolerance: &str, otherwise: &str| json!({ "sku": "A-1", "quantity": "1", "expected_unit_price": price, "tolerance": tolerance, "on_price_drift": otherwise });
    let problem = acme.orders(&[expecting("2.40", "0.05", "reject")]).await.is_refused("order-lines-refused");
    assert_eq!(problem["errors"][0]["code"], "price-drift", "{problem}");
    acme.orders(&[expecting("2.40", "0.10", "reject")]).await.is(201);
    acme.orders(&[expecting("2.40", "5%", "reject")]).await.is(201);
    let warned = acme.orders(&[expecting("2.00", "0", "warn")]).await.is(201);
    assert_eq!(warned["warnings"][0]["code"], "price-drift", "{warned}");
    acme.orders(&[expecting("2.00", "x", "reject")]).await.is_refused("invalid-request");
}

#[tokio::test]
async fn a_retried_order_is_placed_once() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let body = json!({ "purchase_order_number": "PO-7", "lines": [line("A-1", 10)] });
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (acme, body) = (acme.clone(), body.clone());
        running.spawn(async move { acme.post_once("/v1/orders", "order-7", &body).await });
    }
    for answer in running.join_all().await {
        assert!(answer.status == 201 || answer.problem_code() == "idempotency-key-running", "{}", answer.text);
    }
    assert_eq!(shop.levels("A-1").await, (100, 10, 90));
    assert_eq!(acme.all("/v1/orders?purchase_order_number=PO-7").await.len(), 1);
}

#[tokio::test]
async fn what_one_warehouse_lacks_comes_from_the_next() {
    let shop = shop_with_stock().await;
    shop.warehouse("SOUTH", 2).await;
    shop.receives("A-1", "SOUTH", 50).await;
    shop.account("BIG").await;
    let placed = shop.erp("BIG").await.orders(&[line("A-1", 120)]).await.is(201);
    let given: Vec<_> = placed["lines"][0]["allocations"]
        .list()
        .iter()
        .map(|a| (a["warehouse"].text().to_owned(), micros(&a["quantity"]) / 1_000_000))
        .collect();
    assert_eq!(given.iter().map(|(_, quantity)| quantity).sum::<i128>(), 120, "{given:?}");
    assert_eq!(given.len(), 2, "{given:?}");
    shop.books_agree().await;
}

#[tokio::test]
async fn an_order_changes_for_those_who_read_its_latest_version() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let number = number_of(&acme.orders(&[line("A-1", 10)]).await.is(201));
    let tag = acme.get(&format!("/v1/orders/{number}")).await.header("etag").to_owned();
    let path = format!("/v1/orders/{number}/changes");
    let change = |tag: String, body: serde_json::Value| {
        let (acme, path) = (acme.clone(), path.clone());
        async move { acme.send(acme.request(reqwest::Method::POST, &path).header("if-match", tag).json(&body)).await }
    };
    let less = change(tag.clone(), json!({ "note": "call first", "lines": [{ "line": 1, "quantity": "6" }] })).await.ok();
    assert_eq!(micros(&less["totals"]["open"]), parse("15"), "{less}");
    assert_eq!(shop.levels("A-1").await, (100, 6, 94));
    change(tag, json!({ "note": "too late" })).await.is_refused("stale");
    acme.post(&path, &json!({ "lines": [{ "line": 1, "quantity": "60" }] })).await.is_refused("order-increase");
}

#[tokio::test]
async fn an_order_needs_a_purchase_order_number_lines_and_a_place_to_go() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let lines = json!([line("A-1", 1)]);
    acme.post("/v1/orders", &json!({ "lines": lines })).await.is_refused("invalid-request");
    acme.post("/v1/orders", &json!({ "purchase_order_number": " ", "lines": lines })).await.is_refused("invalid-request");
    acme.post("/v1/orders", &json!({ "purchase_order_number": "PO" })).await.is_refused("cart-or-lines");
    acme.post("/v1/orders", &json!({ "purchase_order_number": "PO", "lines": [] })).await.is_refused("order-empty");
    acme.orders_with(&[line("A-1", 1)], json!({ "ship_to": { "site": "NOWHERE" } })).await.is_refused("site-not-found");
    acme.orders_with(&[line("A-1", 1)], json!({ "cart_id": "1" })).await.is_refused("cart-or-lines");
    shop.admin().put("/v1/accounts/ACME", &json!({ "name": "ACME", "currency": "EUR", "status": "blocked" })).await.ok();
    acme.orders(&[line("A-1", 1)]).await.is_refused("account-blocked");
}

#[tokio::test]
async fn another_accounts_order_does_not_exist() {
    let shop = shop_with_stock().await;
    shop.account("RIVAL").await;
    let number = number_of(&shop.erp("ACME").await.orders(&[line("A-1", 1)]).await.is(201));
    let rival = shop.erp("RIVAL").await;
    rival.get(&format!("/v1/orders/{number}")).await.is_refused("order-not-found");
    rival.cancels(&number, json!({})).await.is_refused("order-not-found");
    rival.post(&format!("/v1/orders/{number}/changes"), &json!({ "note": "x" })).await.is_refused("order-not-found");
    assert!(rival.all("/v1/orders").await.is_empty());
    rival.get("/v1/orders?account=ACME").await.is_refused("account-not-found");
    rival.get("/v1/accounts/ACME/credit-position").await.is_refused("account-not-found");
}

#[tokio::test]
async fn amounts_beyond_every_measure_are_refused_and_never_break_the_server() {
    let shop = shop_with_stock().await;
    shop.product("A-1", json!({ "backorder": true })).await;
    shop.price("A-1", "999999999999").await;
    let acme = shop.erp("ACME").await;
    for (quantity, code, fault) in [
        ("999999999999", "order-lines-refused", "/lines/0 out-of-range"),
        ("0.0000001", "invalid-request", "/lines/0/quantity invalid-value"),
        ("1e9", "invalid-request", "/lines/0/quantity invalid-value"),
        ("-1", "order-lines-refused", "/lines/0/quantity not-positive"),
        ("1000000000000000000000", "invalid-request", "/lines/0/quantity invalid-value"),
    ] {
        acme.orders(&[line("A-1", quantity)]).await.is_refused_for(code, &[fault]);
    }
    // Each is in range, the sum of what the account owes is not.
    shop.price("A-1", "3000000000000").await;
    for _ in 0..3 {
        acme.orders(&[line("A-1", 1)]).await.is(201);
    }
    let owed = shop.credit("ACME").await;
    acme.orders(&[line("A-1", 1)]).await.is_refused("out-of-range");
    assert_eq!(shop.credit("ACME").await, owed, "nothing of a refused order is kept");
}

#[tokio::test]
async fn a_list_of_orders_says_of_each_what_the_order_says() {
    let shop = shop_with_stock().await;
    let acme = shop.erp("ACME").await;
    let number = number_of(&acme.orders(&[line("A-1", 10), line("A-1", 2)]).await.is(201));
    acme.cancels(&number, json!({ "lines": [{ "line": 1, "quantity": "3" }] })).await.ok();
    acme.orders(&[line("A-1", 1)]).await.is(201);
    for listed in acme.all("/v1/orders?limit=1").await {
        assert_eq!(listed, acme.order(&number_of(&listed)).await);
    }
}
