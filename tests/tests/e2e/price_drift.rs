//! Prices that change between seeing and ordering: carts older than a price change, and orders that say what they expect.

use serde_json::json;

use crate::support::{Actor, Json, Shop, line, micros, number_of, parse};

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    for sku in ["A-1", "B-1", "C-1", "D-1"] {
        shop.sells(sku, "10.00", 1_000).await;
    }
    shop
}

async fn drift(actor: &Actor, cart: &str) -> Json {
    actor.get(&format!("/v1/carts/{cart}/price-drift")).await.ok()
}

/// Line, old price and new price of every line that drifted.
fn shown(report: &Json) -> Vec<(i64, i128, i128)> {
    let price = |line: &Json, which: &str| line[which].as_object().map_or(-1, |price| micros(&price["unit_price"]));
    let lines = report["lines"].list().iter();
    lines.map(|line| (line["line"].whole(), price(line, "previous"), price(line, "current"))).collect()
}

async fn break_at(shop: &Shop, sku: &str, from: &str, price: &str) {
    let entries = json!({ "entries": [{ "sku": sku, "currency": "EUR", "min_quantity": from, "unit_price": price }] });
    shop.admin().post("/v1/price-lists/STANDARD/entries", &entries).await.ok();
}

#[tokio::test]
async fn a_cart_older_than_a_price_change_says_which_lines_and_why() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("A-1", 2), line("B-1", 3), line("C-1", 1)]).await.ok();
    assert_eq!(shown(&drift(&acme, &cart).await), []);
    shop.price("A-1", "11.00").await;
    let contract = json!({ "account": "ACME", "currency": "EUR", "lines": [
        { "target": { "kind": "sku", "code": "B-1" }, "kind": "fixed", "value": "7.00" } ] });
    shop.admin().put("/v1/contracts/C-1", &contract).await.ok();
    acme.adds(&cart, &[line("D-1", 1)]).await.ok();
    shop.product("D-1", json!({ "title": "another title" })).await;
    let report = drift(&acme, &cart).await;
    assert_eq!(shown(&report), [(1, parse("10"), parse("11")), (2, parse("10"), parse("7"))], "{report}");
    let (a, b) = (&report["lines"][0], &report["lines"][1]);
    assert_eq!(a["causes"], json!(["list"]), "{report}");
    assert_eq!(b["causes"], json!(["contract"]), "{report}");
    assert!(a["detail"].as_str().is_some_and(|why| why.contains("STANDARD") && why.contains("11")), "{a}");
    assert!(b["detail"].as_str().is_some_and(|why| why.contains("C-1") && why.contains("STANDARD")), "{b}");
    assert_eq!(micros(&report["difference"]), parse("2") - parse("9"));
    let read = acme.get(&format!("/v1/carts/{cart}")).await.ok();
    let amounts: Vec<i128> = read["lines"].list().iter().map(|l| micros(&l["line_amount"])).collect();
    assert_eq!(micros(&report["current_total"]), amounts[0] + amounts[1]);

    let accepted = acme.post(&format!("/v1/carts/{cart}/price-acceptance"), &json!({})).await.ok();
    assert_eq!(accepted["totals"], read["totals"]);
    assert_eq!(shown(&drift(&acme, &cart).await), [], "accepted prices are seen");
    shop.price("A-1", "12.00").await;
    assert_eq!(shown(&drift(&acme, &cart).await), [(1, parse("11"), parse("12"))]);
    let change = acme.request(reqwest::Method::PATCH, &format!("/v1/carts/{cart}/lines/1")).json(&json!({ "quantity": "5" }));
    acme.send(change).await.ok();
    assert_eq!(shown(&drift(&acme, &cart).await), [], "who changes a line sees its price");
}

#[tokio::test]
async fn other_quantities_are_no_drift() {
    let shop = shop().await;
    break_at(&shop, "A-1", "50", "8.00").await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("A-1", 10)]).await.ok();
    acme.adds(&cart, &[line("A-1", 40)]).await.ok();
    assert_eq!(shown(&drift(&acme, &cart).await), [], "the break was reached, no price changed");
    break_at(&shop, "A-1", "50", "7.50").await;
    let report = drift(&acme, &cart).await;
    assert_eq!(shown(&report), [(1, parse("8"), parse("7.50")), (2, parse("8"), parse("7.50"))], "{report}");
}

#[tokio::test]
async fn a_price_that_is_gone_is_drift_and_so_is_one_that_came() {
    let shop = shop().await;
    shop.product("FREE", json!({})).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("A-1", 1), line("FREE", 1)]).await.ok();
    let entries = shop.admin().all("/v1/price-lists/STANDARD/entries?sku=A-1").await;
    let ending = format!("/v1/price-lists/STANDARD/entries/{}/ending", entries[0]["id"].text());
    shop.admin().post(&ending, &json!({})).await.ok();
    shop.price("FREE", "3.00").await;
    assert_eq!(shown(&drift(&acme, &cart).await), [(1, parse("10"), -1), (2, -1, parse("3"))]);
}

#[tokio::test]
async fn ordering_a_cart_warns_of_drift_or_refuses_or_accepts_it() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let order = async |cart: &str, otherwise: Option<&str>| {
        let body = json!({ "purchase_order_number": "PO-1", "cart_id": cart, "on_price_drift": otherwise });
        acme.post("/v1/orders", &body).await
    };
    let filled = async || {
        shop.price("A-1", "10.00").await;
        let cart = acme.cart().await;
        acme.adds(&cart, &[line("A-1", 1), line("B-1", 1)]).await.ok();
        shop.price("A-1", "11.00").await;
        cart
    };
    let cart = filled().await;
    let refused = order(&cart, Some("reject")).await.is_refused("order-lines-refused");
    assert_eq!(refused["errors"][0]["pointer"], "/cart/lines/1/unit_price", "{refused}");
    assert_eq!(refused["errors"][0]["code"], "price-drift");
    acme.post(&format!("/v1/carts/{cart}/price-acceptance"), &json!({})).await.ok();
    let placed = order(&cart, Some("reject")).await.is(201);
    assert_eq!(micros(&placed["lines"][0]["unit_price"]), parse("11"));
    assert_eq!(placed["warnings"], json!([]));
    let warned = order(&filled().await, None).await.is(201);
    assert_eq!(warned["warnings"][0]["code"], "price-drift", "{warned}");
    assert_eq!(warned["warnings"].list().len(), 1);
    let silent = order(&filled().await, Some("accept")).await.is(201);
    assert_eq!(silent["warnings"], json!([]), "{silent}");
    acme.post(&format!("/v1/carts/{cart}/price-acceptance"), &json!({})).await.is_refused("cart-ordered");
}

#[tokio::test]
async fn every_line_of_an_order_has_its_own_expectation() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let expecting = |sku: &str, price: &str, tolerance: &str, otherwise: &str| json!({ "sku": sku, "quantity": "1", "expected_unit_price": price, "tolerance": tolerance, "on_price_drift": otherwise });
    let lines = [
        expecting("A-1", "9.00", "0", "accept"),
        expecting("B-1", "9.00", "0", "warn"),
        expecting("C-1", "9.00", "1.00", "reject"),
        expecting("D-1", "9.00", "0.99", "reject"),
    ];
    let refused = acme.orders(&lines).await.is_refused("order-lines-refused");
    assert_eq!(refused["errors"].list().len(), 1, "{refused}");
    assert_eq!(refused["errors"][0]["pointer"], "/lines/3/expected_unit_price");
    let placed = acme.orders_with(&lines, json!({ "partial": "accept" })).await.is(201);
    assert_eq!(placed["lines"].list().len(), 3, "{placed}");
    assert_eq!(placed["warnings"][0]["pointer"], "/lines/1/expected_unit_price");
    assert_eq!(placed["warnings"].list().len(), 1);
    assert_eq!(placed["rejected"][0]["code"], "price-drift");
    assert_eq!(acme.get(&format!("/v1/orders/{}/price-audit", number_of(&placed))).await.ok()["result"], "same");
}

#[tokio::test]
async fn a_tolerance_is_an_amount_or_a_percentage_and_anything_else_is_named() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let expecting = |price: &str, tolerance: &str| json!({ "sku": "A-1", "quantity": "1", "expected_unit_price": price, "tolerance": tolerance });
    for wrong in ["-1", "two", "1e3", "0.1234567", "%"] {
        let refused = acme.orders(&[line("B-1", 1), expecting("9.00", wrong)]).await.is_refused("invalid-request");
        assert_eq!(refused["errors"][0]["code"], "not-a-number", "{refused}");
        assert_eq!(refused["errors"][0]["pointer"], "/lines/1/tolerance", "{refused}");
    }
    for (price, tolerance) in [("9.00", "10%"), ("9.00", "0.999999"), ("9000000000000", "0.0001%"), ("-10.00", "100%")] {
        let refused = acme.orders(&[expecting(price, tolerance)]).await.is_refused("order-lines-refused");
        assert_eq!(refused["errors"][0]["code"], "price-drift", "10.00 is not {price} within {tolerance}: {refused}");
    }
    for (price, tolerance) in [("8.00", "25%"), ("11.00", "1"), ("9000000000000", "9000000000000%")] {
        acme.orders(&[expecting(price, tolerance)]).await.is(201);
    }
}

#[tokio::test]
async fn a_price_of_another_basis_is_not_taken_for_the_same() {
    let shop = shop().await;
    let entries = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "unit_price": "10.00", "per": 100 }] });
    shop.admin().post("/v1/price-lists/STANDARD/entries", &entries).await.ok();
    let acme = shop.erp("ACME").await;
    let expecting =
        |price: &str, per: u32| json!({ "sku": "A-1", "quantity": "10", "expected_unit_price": price, "expected_per": per });
    let refused = acme.orders(&[expecting("10.00", 1)]).await.is_refused("order-lines-refused");
    assert_eq!(refused["errors"][0]["code"], "price-drift", "10.00 per 100 is not 10.00 each: {refused}");
    acme.orders(&[expecting("0.10", 1)]).await.is(201);
    acme.orders(&[expecting("10.00", 100)]).await.is(201);
    let wrong = acme.orders(&[expecting("10.00", 0)]).await.is_refused("invalid-request");
    assert_eq!(wrong["errors"][0]["pointer"], "/lines/0/expected_per");
}

#[tokio::test]
async fn another_accounts_drift_does_not_exist() {
    let shop = shop().await;
    shop.account("RIVAL").await;
    let cart = shop.erp("ACME").await.cart().await;
    let rival = shop.erp("RIVAL").await;
    rival.get(&format!("/v1/carts/{cart}/price-drift")).await.is_refused("cart-not-found");
    rival.post(&format!("/v1/carts/{cart}/price-acceptance"), &json!({})).await.is_refused("cart-not-found");
}
