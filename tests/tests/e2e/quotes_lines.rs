//! Quotes whose lines change under them: products hidden, no longer sold, or in other units, and amounts that do not fit.

use serde_json::{Value, json};

use super::quotes::{at, pointers, shop};
use crate::support::{Actor, Json, Shop, line, micros, number_of, parse};

/// Hides a product from ACME.
async fn hide(shop: &Shop, sku: &str) {
    shop.rules("HIDDEN", "deny", ("account", Some("ACME")), json!({ "skus": [sku] })).await;
}

fn declines(number: i64) -> Value {
    json!({ "line": number, "decline": true })
}

/// Whether what somebody is shown of a line of A-1 is what an account may know of a product hidden from it.
fn shows_nothing_of_today(view: &Json) {
    let hidden = &view["lines"][0];
    assert_eq!(hidden["sku"], "A-1", "{view}");
    assert_eq!(hidden["title"], "", "{view}");
    assert!(hidden["today"].is_null(), "{view}");
    assert_eq!(hidden["price_problem"], "unknown-product", "{view}");
    assert_eq!(view["totals"]["unpriced"], 1, "{view}");
    assert_eq!(micros(&view["totals"]["today"]["total"]), parse("20"), "{view}");
    assert_eq!(micros(&hidden["at_request"]["unit_price"]), parse("10"), "what was asked stays: {view}");
}

#[tokio::test]
async fn a_quote_shows_no_title_and_no_price_of_today_of_a_product_hidden_since() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let lines = [line("A-1", 10), line("A-2", 5)];
    let (number, other) = (number_of(&acme.requests(&lines).await), number_of(&acme.requests(&lines).await));
    sales.offers(&other, json!({})).await.ok();
    hide(&shop, "A-1").await;
    shop.price("A-1", "12.34").await;
    shows_nothing_of_today(&acme.quote(&number).await);
    let offered = acme.quote(&other).await;
    shows_nothing_of_today(&offered);
    assert_eq!(micros(&offered["lines"][0]["offer"]["unit_price"]), parse("10"), "what was offered stays: {offered}");
    shows_nothing_of_today(&acme.says(&other, "rejection", json!({})).await.ok());
    shows_nothing_of_today(&acme.says(&other, "withdrawal", json!({})).await.ok());
    let staff = sales.quote(&number).await;
    assert_eq!(staff["lines"][0]["title"], "Part A-1", "{staff}");
    assert_eq!(micros(&staff["totals"]["today"]["total"]), parse("143.4"), "{staff}");
}

#[tokio::test]
async fn a_product_hidden_since_is_neither_asked_for_again_nor_offered() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10), line("A-2", 5)]).await);
    hide(&shop, "A-1").await;
    let more = json!({ "lines": [{ "line": 1, "quantity": "1000" }] });
    for (body, pointer) in [(more, "/lines/0/line"), (json!({}), "/quote/lines/1/sku")] {
        for who in [&acme, &sales] {
            let problem = who.says(&number, "request", body.clone()).await.is_refused("quote-lines-refused");
            assert_eq!(pointers(&problem), [format!("{pointer} unknown-product")], "{problem}");
        }
    }
    for (body, pointer) in [(json!({ "lines": [at(1, "9")] }), "/lines/0/line"), (json!({}), "/quote/lines/1/sku")] {
        let problem = sales.offers(&number, body).await.is_refused("quote-offer-refused");
        assert_eq!(pointers(&problem), [format!("{pointer} unknown-product")], "{problem}");
    }
    sales.offers(&number, json!({ "lines": [declines(1)] })).await.ok();
    let order = acme.orders_quote(&number).await.is(201);
    assert_eq!(order["lines"].list().len(), 1, "{order}");
    assert_eq!(order["lines"][0]["sku"], "A-2", "{order}");
}

#[tokio::test]
async fn a_line_whose_unit_is_another_quantity_than_when_it_was_offered_is_offered_anew() {
    let shop = shop().await;
    let boxes = async |of: &str| shop.product("A-1", json!({ "units": [{ "unit": "BX", "factor": of }] })).await;
    boxes("10").await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[json!({ "sku": "A-1", "quantity": "2", "unit": "BX" }), line("A-2", 1)]).await);
    sales.offers(&number, json!({ "lines": [at(1, "95")] })).await.ok();
    boxes("20").await;
    let problem = acme.orders_quote(&number).await.is_refused("order-lines-refused");
    assert_eq!(pointers(&problem), ["/quote/lines/1/unit unit-changed"], "{problem}");
    let rest = acme.orders_quote_with(&number, json!({ "partial": "accept", "dry_run": true })).await.ok();
    assert_eq!(micros(&rest["totals"]["total"]), parse("4"), "{rest}");
    sales.offers(&number, json!({ "lines": [at(1, "190")] })).await.ok();
    boxes("10").await;
    acme.orders_quote(&number).await.is_refused("order-lines-refused");
    acme.says(&number, "request", json!({})).await.ok();
    sales.offers(&number, json!({ "lines": [at(1, "95")] })).await.ok();
    let order = acme.orders_quote(&number).await.is(201);
    assert_eq!(micros(&order["totals"]["total"]), parse("194"), "{order}");
    assert_eq!(shop.levels("A-1").await, (1_000, 20, 980), "{order}");
}

/// A quote of four lines, three of which cannot be ordered any more.
async fn outdated(shop: &Shop, acme: &Actor) -> String {
    shop.sells("A-3", "1.00", 100).await;
    shop.product("A-3", json!({ "units": [{ "unit": "BX", "factor": "10" }] })).await;
    let boxed = json!({ "sku": "A-3", "quantity": "2", "unit": "BX" });
    let number = number_of(&acme.requests(&[line("A-1", 5), line("A-2", 5), boxed, line("A-3", 1)]).await);
    shop.product("A-1", json!({ "order_rules": { "multiple": "10" } })).await;
    shop.product("A-2", json!({ "lifecycle": "discontinued" })).await;
    shop.product("A-3", json!({})).await;
    number
}

#[tokio::test]
async fn what_can_no_longer_be_ordered_is_neither_offered_nor_asked_for_again_whether_named_or_not() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = outdated(&shop, &acme).await;
    let unnamed =
        ["/quote/lines/1/quantity not-a-multiple", "/quote/lines/2/sku not-orderable", "/quote/lines/3/unit unknown-unit"];
    let named = ["/lines/0/quantity not-a-multiple", "/lines/2/line not-orderable", "/lines/1/unit unknown-unit"];
    let prices = json!({ "lines": [at(1, "9"), at(3, "9"), at(2, "9")] });
    for (body, told) in [(json!({}), unnamed), (prices, named)] {
        let problem = sales.offers(&number, body).await.is_refused("quote-offer-refused");
        assert_eq!(pointers(&problem), told, "{problem}");
    }
    let notes: Vec<Value> = [1, 3, 2].iter().map(|line| json!({ "line": line, "note": "please" })).collect();
    for (body, told) in [(json!({}), unnamed), (json!({ "lines": notes }), named)] {
        let problem = acme.says(&number, "request", body).await.is_refused("quote-lines-refused");
        assert_eq!(pointers(&problem), told, "{problem}");
    }
    assert_eq!(acme.quote(&number).await["version"], 1, "nothing changed");
}

/// An offer of half the price that declines lines 2 and 3 of [`outdated`].
fn offer_of_a_part() -> Value {
    let ten = json!({ "line": 1, "quantity": "10", "unit_price": "9" });
    json!({ "percent_off": "50", "lines": [declines(2), ten, declines(3)] })
}

#[tokio::test]
async fn a_declined_line_has_no_terms_and_one_line_at_least_is_offered() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = outdated(&shop, &acme).await;
    let priced = json!({ "line": 2, "decline": true, "unit_price": "1" });
    let problem = sales.offers(&number, json!({ "lines": [at(1, "9"), priced] })).await.is_refused("quote-offer-refused");
    assert!(pointers(&problem).contains(&"/lines/1/decline declined-with-terms".to_owned()), "{problem}");
    let all: Vec<Value> = (1..=4).map(declines).collect();
    sales.offers(&number, json!({ "lines": all })).await.is_refused_for("quote-offer-refused", &["/lines nothing-offered"]);
}

#[tokio::test]
async fn single_lines_are_declined_and_count_for_nothing() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = outdated(&shop, &acme).await;
    let offered = sales.offers(&number, offer_of_a_part()).await.ok();
    assert_eq!(micros(&offered["offer"]["totals"]["total"]), parse("90.5"), "{offered}");
    let seen = acme.quote(&number).await;
    let declined: Vec<bool> = seen["lines"].list().iter().map(|l| l["declined"] == true).collect();
    assert_eq!(declined, [false, true, true, false], "{seen}");
    assert!(seen["lines"][1]["offer"].is_null() && seen["lines"][1]["today"].is_null(), "{seen}");
    assert_eq!(seen["totals"]["unpriced"], 0, "{seen}");
    assert_eq!(micros(&seen["totals"]["saving"]), parse("10.5"), "{seen}");
}

#[tokio::test]
async fn a_declined_line_is_asked_for_again_in_another_quantity_only() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = outdated(&shop, &acme).await;
    sales.offers(&number, offer_of_a_part()).await.ok();
    let more = json!({ "lines": [{ "line": 2, "quantity": "6" }, { "line": 3, "note": "a pity" }] });
    let faults = ["/quote/lines/1/quantity not-a-multiple", "/lines/0/line not-orderable"];
    acme.says(&number, "request", more).await.is_refused_for("quote-lines-refused", &faults);
    let again = json!({ "lines": [{ "line": 1, "quantity": "20" }, { "line": 3, "note": "a pity" }] });
    assert_eq!(acme.says(&number, "request", again).await.ok()["status"], "requested");
}

#[tokio::test]
async fn declined_lines_are_not_ordered() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = outdated(&shop, &acme).await;
    sales.offers(&number, offer_of_a_part()).await.ok();
    let order = acme.orders_quote(&number).await.is(201);
    assert_eq!(order["lines"].list().len(), 2, "{order}");
    assert_eq!(micros(&order["totals"]["total"]), parse("90.5"), "{order}");
    let audit = acme.get(&format!("/v1/orders/{}/price-audit", number_of(&order))).await.ok();
    assert_eq!(audit["result"], "same", "{audit}");
    assert_eq!(audit["lines"][1]["agreed"]["row"], "4", "{audit}");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_declined_line_counts_towards_no_volume_break_of_the_others() {
    let shop = shop().await;
    let entry = json!({ "sku": "A-1", "currency": "EUR", "min_quantity": "100", "unit_price": "8" });
    shop.admin().post("/v1/price-lists/STANDARD/entries", &json!({ "entries": [entry] })).await.ok();
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 60), line("A-1", 60)]).await);
    let whole = sales.offers(&number, json!({})).await.ok();
    assert_eq!(micros(&whole["offer"]["totals"]["total"]), parse("960"), "{whole}");
    let half = sales.offers(&number, json!({ "lines": [declines(1)] })).await.ok();
    assert_eq!(micros(&half["offer"]["totals"]["total"]), parse("600"), "{half}");
    assert_eq!(micros(&half["totals"]["today"]["total"]), parse("600"), "{half}");
}

#[tokio::test]
async fn a_quote_is_read_declined_and_withdrawn_when_todays_sum_fits_no_amount() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 1_000_000), line("A-2", 1_000_000)]).await);
    sales.offers(&number, json!({})).await.ok();
    shop.price("A-1", "9000000").await;
    shop.price("A-2", "9000000").await;
    let seen = acme.quote(&number).await;
    assert!(seen["totals"]["today"].is_null() && seen["totals"]["saving"].is_null(), "{seen}");
    assert_eq!(micros(&seen["offer"]["totals"]["total"]), parse("14000000"), "{seen}");
    assert_eq!(seen["totals"]["unpriced"], 0, "{seen}");
    assert_eq!(acme.says(&number, "rejection", json!({})).await.ok()["status"], "declined");
    assert_eq!(acme.says(&number, "withdrawal", json!({})).await.ok()["status"], "withdrawn");
}

#[tokio::test]
async fn a_quote_that_is_read_while_its_offer_is_revised_is_of_one_offer() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 1), line("A-2", 1)]).await);
    sales.offers(&number, json!({ "percent_off": "10" })).await.ok();
    let mut reading = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (acme, number) = (acme.clone(), number.clone());
        reading.spawn(async move {
            for _ in 0..150 {
                let seen = acme.quote(&number).await;
                let sum: i128 = seen["lines"].list().iter().map(|l| micros(&l["offer"]["line_amount"])).sum();
                assert_eq!(sum, micros(&seen["offer"]["totals"]["total"]), "the total is that of the lines");
            }
        });
    }
    let mut percent = 0;
    while reading.len() == 8 {
        if let Some(read) = reading.try_join_next() {
            read.expect("every look is of one offer");
        }
        percent = (percent + 10) % 70;
        sales.offers(&number, json!({ "percent_off": percent.to_string() })).await.ok();
    }
    reading.join_all().await;
}

#[tokio::test]
async fn a_currency_beside_a_quote_or_cart_is_that_of_it() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 1)]).await);
    sales.offers(&number, json!({})).await.ok();
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("A-1", 1)]).await.ok();
    let order = |currency: &str, of: Value| {
        let mut body = json!({ "purchase_order_number": "PO-1", "currency": currency });
        crate::support::merge(&mut body, of);
        body
    };
    let version = acme.seen(&number).await;
    let of = [json!({ "quote_number": number, "quote_version": version }), json!({ "cart_id": cart })];
    let refused = [
        acme.post("/v1/orders", &order("USD", of[0].clone())).await,
        acme.post("/v1/orders", &order("USD", of[1].clone())).await,
        acme.post("/v1/quotes", &json!({ "cart_id": cart, "currency": "USD" })).await,
    ];
    for answer in refused {
        assert_eq!(answer.status, 422);
        assert_eq!(pointers(&answer.is_refused("invalid-request")), ["/currency currency-differs"]);
    }
    acme.post("/v1/quotes", &json!({ "cart_id": cart, "currency": "EUR" })).await.is(201);
    for of in of {
        acme.post("/v1/orders", &order("EUR", of)).await.is(201);
    }
}

#[tokio::test]
async fn a_basis_alone_is_one_for_the_price_hoped_for_so_far() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let hoped = json!({ "sku": "A-1", "quantity": "1", "target_unit_price": "850" });
    let number = number_of(&acme.requests(&[hoped, line("A-2", 1)]).await);
    let basis = |line: i64| json!({ "lines": [{ "line": line, "target_per": 100 }] });
    let asked = acme.says(&number, "request", basis(1)).await.ok();
    assert_eq!(asked["lines"][0]["target"], json!({ "unit_price": "850", "per": 100 }), "{asked}");
    let problem = acme.says(&number, "request", basis(2)).await.is_refused("quote-lines-refused");
    assert_eq!(pointers(&problem), ["/lines/0/target_per target-without-price"]);
}

#[tokio::test]
async fn a_prepaid_order_of_nothing_to_pay_is_not_held() {
    let shop = shop().await;
    shop.account_with("ACME", json!({ "terms": "PREPAID" })).await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 1)]).await);
    sales.offers(&number, json!({ "percent_off": "100" })).await.ok();
    let order = acme.orders_quote(&number).await.is(201);
    assert_eq!(micros(&order["totals"]["total"]), 0, "{order}");
    assert_eq!(order["status"], "allocated", "{order}");
    let paid = acme.orders(&[line("A-1", 1)]).await.is(201);
    assert_eq!(paid["status"], "held", "{paid}");
    assert_eq!(paid["holds"][0]["kind"], "prepayment", "{paid}");
}
