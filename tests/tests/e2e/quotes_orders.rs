//! Orders of quotes: at exactly what was offered, once, and checked as any other order.

use serde_json::json;

use super::quotes::{at, shop};
use crate::support::{Actor, Answer, Json, Shop, line, micros, number_of, parse};

/// An order of a quote for 10 `A-1` at 9 and 3 of a product without a price at 7.77; the list price of `A-1` went up since.
async fn ordered_with_a_price_on_request() -> (Shop, Actor, String, Json) {
    let shop = shop().await;
    shop.product("ON-REQUEST", json!({ "backorder": true })).await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10), line("ON-REQUEST", 3)]).await);
    sales.offers(&number, json!({ "percent_off": "10", "lines": [at(2, "7.77")] })).await.ok();
    let order = acme.orders_quote(&number).await.is(201);
    shop.price("A-1", "55.00").await;
    (shop, acme, number, order)
}

#[tokio::test]
async fn a_line_without_a_price_is_offered_at_a_price_of_its_own_or_not_at_all() {
    let shop = shop().await;
    shop.product("ON-REQUEST", json!({ "backorder": true })).await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let asked = acme.requests(&[line("A-1", 10), line("ON-REQUEST", 3)]).await;
    let number = number_of(&asked);
    assert_eq!(asked["lines"][1]["price_problem"], "price-on-request");
    let percentage = sales.offers(&number, json!({ "percent_off": "10" })).await;
    percentage.is_refused_for("quote-offer-refused", &["/quote/lines/2/unit_price price-needed"]);
    sales.offers(&number, json!({ "percent_off": "10", "lines": [at(2, "7.77")] })).await.ok();
}

#[tokio::test]
async fn the_quote_is_the_source_of_an_orders_prices_when_it_is_audited() {
    let (_shop, acme, number, order) = ordered_with_a_price_on_request().await;
    let audit = acme.get(&format!("/v1/orders/{}/price-audit", number_of(&order))).await.ok();
    assert_eq!(audit["result"], "same", "{audit}");
    assert_eq!(audit["quote_number"], number, "{audit}");
    assert_eq!(micros(&audit["difference"]), 0);
    for (place, price) in [(0, "9"), (1, "7.77")] {
        let audited = &audit["lines"][place];
        assert_eq!(audited["replayed"]["source"], "quote", "{audited}");
        assert_eq!(audited["replayed"]["label"], number, "{audited}");
        assert_eq!(audited["differences"], json!([]));
        assert_eq!(micros(&audited["replayed"]["unit_price"]), parse(price));
        let last = audited["waterfall"].list().last().expect("a way to the price");
        assert_eq!(last["source"], "quote", "{audited}");
        assert_eq!(micros(&last["after"]), parse(price), "{audited}");
    }
    assert_eq!(micros(&audit["lines"][0]["waterfall"][0]["after"]), parse("10"), "the list comes before the quote: {audit}");
}

#[tokio::test]
async fn the_quoted_price_stands_when_less_is_ordered() {
    let (shop, acme, _, order) = ordered_with_a_price_on_request().await;
    let number = number_of(&order);
    let less = json!({ "lines": [{ "line": 1, "quantity": "1" }] });
    let less = acme.post(&format!("/v1/orders/{number}/changes"), &less).await.ok();
    assert_eq!(micros(&less["totals"]["open"]), parse("9") + parse("23.31"), "{less}");
    assert_eq!(acme.get(&format!("/v1/orders/{number}/price-audit")).await.ok()["result"], "same");
    shop.books_agree().await;
}

#[tokio::test]
async fn orders_at_the_same_time_make_one_order_of_a_quote() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10)]).await);
    sales.offers(&number, json!({ "percent_off": "20" })).await.ok();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (acme, number) = (acme.clone(), number.clone());
        running.spawn(async move { acme.orders_quote(&number).await });
    }
    let answers: Vec<Answer> = running.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.status, 409);
        answer.is_refused("quote-already-ordered");
    }
    assert_eq!((acme.all("/v1/orders").await.len(), shop.levels("A-1").await), (1, (1_000, 10, 990)));
    shop.books_agree().await;
}

/// A quote of 2 `A-1` at 9.99, 3 `LAST`, of which there are 3, and 50 `A-2` at 3.33, for an account with a limit of 100.00.
async fn offered_to_a_limited_account() -> (Shop, Actor, String) {
    let shop = shop().await;
    shop.account_with("ACME", json!({ "credit_limit": "100.00" })).await;
    shop.sells("LAST", "5.00", 3).await;
    shop.product("LAST", json!({ "backorder": false })).await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 2), line("LAST", 3), line("A-2", 50)]).await);
    sales.offers(&number, json!({ "lines": [at(1, "9.99"), at(3, "3.33")] })).await.ok();
    (shop, acme, number)
}

#[tokio::test]
async fn an_order_of_a_quote_brings_nothing_else_along() {
    let (_shop, acme, number) = offered_to_a_limited_account().await;
    for body in [json!({ "cart_id": "1" }), json!({ "lines": [line("A-1", 1)] })] {
        acme.orders_quote_with(&number, body).await.is_refused("cart-or-lines");
    }
    acme.orders_quote_with(&number, json!({ "coupons": ["SPRING"] })).await.is_refused("invalid-request");
    acme.orders_with(&[line("A-2", 1)], json!({ "quote_version": 1 })).await.is_refused("invalid-request");
    acme.orders_quote("QU99999999").await.is_refused("quote-not-found");
}

#[tokio::test]
async fn an_order_of_a_quote_is_checked_as_any_other() {
    let (shop, acme, number) = offered_to_a_limited_account().await;
    shop.product("A-1", json!({ "lifecycle": "discontinued" })).await;
    acme.orders_quote(&number).await.is_refused_for("order-lines-refused", &["/quote/lines/1/sku not-orderable"]);
    shop.erp("RIVAL").await.orders(&[line("LAST", 1)]).await.is(201);
    acme.orders_quote(&number).await.is_refused("order-lines-refused");
    assert_eq!(acme.quote(&number).await["status"], "offered");
}

#[tokio::test]
async fn quoted_prices_stand_when_lines_of_the_order_drop() {
    let (shop, acme, number) = offered_to_a_limited_account().await;
    shop.product("A-1", json!({ "lifecycle": "discontinued" })).await;
    shop.erp("RIVAL").await.orders(&[line("LAST", 1)]).await.is(201);
    let order = acme.orders_quote_with(&number, json!({ "partial": "accept" })).await.is(201);
    assert_eq!(order["rejected"].list().len(), 2, "{order}");
    assert_eq!(order["lines"].list().len(), 1);
    assert_eq!(micros(&order["lines"][0]["unit_price"]), parse("3.33"));
    assert_eq!(order["status"], "held", "{order}");
    assert_eq!(order["holds"][0]["kind"], "credit_limit", "{order}");
    assert_eq!(acme.quote(&number).await["status"], "ordered", "a part makes the quote ordered");
    let audit = acme.get(&format!("/v1/orders/{}/price-audit", number_of(&order))).await.ok();
    assert_eq!(audit["result"], "same", "{audit}");
    assert_eq!(audit["lines"][0]["agreed"]["row"], "3", "{audit}");
    shop.books_agree().await;
}
