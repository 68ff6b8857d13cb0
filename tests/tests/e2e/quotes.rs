//! Quotes: asked for, offered, negotiated, and ordered at exactly what was offered.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Json, Shop, eventually, in_millis, line, merge, micros, number_of, parse};

const NEXT_YEAR: &str = "2190-01-01";

pub(super) async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    shop.sells("A-1", "10.00", 1_000).await;
    shop.sells("A-2", "4.00", 1_000).await;
    shop
}

impl Actor {
    pub(super) async fn requests(&self, lines: &[Value]) -> Json {
        self.post("/v1/quotes", &json!({ "lines": lines })).await.is(201)
    }

    pub(super) async fn quote(&self, number: &str) -> Json {
        self.get(&format!("/v1/quotes/{number}")).await.ok()
    }

    pub(super) async fn offers(&self, number: &str, fields: Value) -> Answer {
        let mut body = json!({ "valid_until": NEXT_YEAR });
        merge(&mut body, fields);
        self.put(&format!("/v1/quotes/{number}/offer"), &body).await
    }

    pub(super) async fn says(&self, number: &str, act: &str, body: Value) -> Answer {
        self.post(&format!("/v1/quotes/{number}/{act}"), &body).await
    }

    pub(super) async fn orders_quote(&self, number: &str) -> Answer {
        self.orders_quote_with(number, json!({})).await
    }

    pub(super) async fn orders_quote_with(&self, number: &str, fields: Value) -> Answer {
        let mut body =
            json!({ "purchase_order_number": "PO-1", "quote_number": number, "quote_version": self.seen(number).await });
        merge(&mut body, fields);
        self.post("/v1/orders", &body).await
    }

    /// The version of a quote as it stands now; 1 for one that is not there.
    pub(super) async fn seen(&self, number: &str) -> i64 {
        let quote = self.get(&format!("/v1/quotes/{number}")).await;
        if quote.status == 200 { quote.ok()["version"].as_i64().expect("a version") } else { 1 }
    }
}

pub(super) fn at(line: i64, unit_price: &str) -> Value {
    json!({ "line": line, "unit_price": unit_price })
}

pub(super) fn pointers(problem: &Json) -> Vec<String> {
    faults(&problem["errors"])
}

/// Pointers and codes of faults.
pub(super) fn faults(items: &Json) -> Vec<String> {
    items.list().iter().map(|f| format!("{} {}", f["pointer"].text(), f["code"].text())).collect()
}

/// A quote for 30 `A-1`, 7 and 1 `A-2`, offered at a price of its own, a percentage of the line and one of the quote.
struct Offered {
    shop: Shop,
    acme: Actor,
    sales: Actor,
    number: String,
    asked: Json,
}

async fn offered() -> Offered {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let wanted = json!({ "sku": "A-1", "quantity": "30", "note": "by May", "target_unit_price": "850", "target_per": 100 });
    let asked = acme.requests(&[wanted, line("A-2", 7), line("A-2", 1)]).await;
    let number = number_of(&asked);
    let lines =
        json!([{ "line": 1, "unit_price": "871.235", "per": 100 }, { "line": 2, "quantity": "9", "percent_off": "12.5" }]);
    let offer = json!({ "note": "for you", "percent_off": "50", "lines": lines });
    let answer = sales.offers(&number, offer).await.ok();
    assert_eq!(answer["status"], "offered", "{answer}");
    Offered { shop, acme, sales, number, asked }
}

/// The prices named of every line.
fn amounts(lines: &Json, of: impl Fn(&Json) -> i128) -> Vec<i128> {
    lines.list().iter().map(of).collect()
}

#[tokio::test]
async fn a_request_keeps_what_was_asked_for_and_what_it_cost_then() {
    let Offered { shop: _shop, asked, .. } = offered().await;
    assert_eq!(asked["status"], "requested");
    assert_eq!(asked["round"], 1);
    assert_eq!(asked["line_count"], 3);
    assert_eq!(micros(&asked["lines"][0]["at_request"]["line_amount"]), parse("300"));
    assert_eq!(asked["lines"][0]["target"], json!({ "unit_price": "850", "per": 100 }));
    assert!(asked["offer"].is_null() && asked["totals"]["saving"].is_null(), "{asked}");
}

#[tokio::test]
async fn an_offer_is_a_price_of_its_own_or_a_percentage_of_the_line_or_the_quote() {
    let Offered { shop: _shop, acme, number, .. } = offered().await;
    let seen = acme.quote(&number).await;
    let offered = amounts(&seen["lines"], |line| micros(&line["offer"]["line_amount"]));
    assert_eq!(offered, ["261.37", "31.5", "2"].map(parse), "261.3705, 9 × 3.50, half off: {seen}");
    assert_eq!(micros(&seen["offer"]["totals"]["total"]), parse("294.87"));
    assert_eq!(micros(&seen["lines"][1]["today"]["line_amount"]), parse("36"), "today's price of what is offered");
    assert_eq!(micros(&seen["totals"]["saving"]), parse("340") - parse("294.87"), "{seen}");
}

#[tokio::test]
async fn an_offer_stands_whatever_becomes_of_the_list() {
    let Offered { shop, acme, number, .. } = offered().await;
    let before = acme.quote(&number).await;
    shop.price("A-1", "99.00").await;
    shop.price("A-2", "1.00").await;
    let later = acme.quote(&number).await;
    assert_eq!(later["lines"][0]["offer"], before["lines"][0]["offer"]);
    assert_eq!(micros(&later["lines"][0]["today"]["unit_price"]), parse("99"));
    assert_eq!(micros(&later["lines"][0]["at_request"]["unit_price"]), parse("10"));
    assert_eq!(micros(&later["lines"][1]["saving"]), parse("9") - parse("31.5"), "a dearer offer saves less than nothing");
}

#[tokio::test]
async fn a_quote_is_ordered_at_exactly_what_was_offered() {
    let Offered { shop, acme, number, .. } = offered().await;
    shop.price("A-1", "99.00").await;
    shop.price("A-2", "1.00").await;
    let order = acme.orders_quote(&number).await.is(201);
    assert_eq!(amounts(&order["lines"], |line| micros(&line["unit_price"])), ["871.235", "3.5", "2"].map(parse), "{order}");
    assert!(order["lines"].list().iter().all(|line| line["price_source"] == "quote"), "{order}");
    assert_eq!(micros(&order["totals"]["total"]), parse("294.87"));
    assert_eq!(order["quote_number"], number);
    assert_eq!(micros(&order["lines"][1]["quantity"]), parse("9"), "what was offered is ordered");
    shop.books_agree().await;
}

#[tokio::test]
async fn an_ordered_quote_is_over() {
    let Offered { shop: _shop, acme, sales, number, .. } = offered().await;
    let order = acme.orders_quote(&number).await.is(201);
    let done = acme.quote(&number).await;
    assert_eq!(done["status"], "ordered");
    assert_eq!(done["order_number"], order["number"]);
    acme.orders_quote(&number).await.is_refused("quote-already-ordered");
    sales.offers(&number, json!({})).await.is_refused("quote-already-ordered");
}

#[tokio::test]
async fn asking_again_puts_the_offer_aside_until_it_is_answered() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10), line("A-2", 5)]).await);
    acme.says(&number, "rejection", json!({})).await.is_refused("quote-not-offered");
    sales.offers(&number, json!({ "lines": [at(1, "9.50")] })).await.ok();
    let asked = acme.says(&number, "request", json!({})).await.ok();
    assert_eq!(asked["status"], "requested", "{asked}");
    assert_eq!(asked["round"], 2, "{asked}");
    assert_eq!(asked["offer"]["round"], 1, "{asked}");
    assert_eq!(micros(&asked["lines"][0]["offer"]["unit_price"]), parse("9.50"), "what was offered is remembered");
    acme.orders_quote(&number).await.is_refused("quote-not-offered");
    let second = sales.offers(&number, json!({ "lines": [at(1, "9.10")] })).await.ok();
    assert_eq!(second["status"], "offered", "{second}");
    assert_eq!(second["offer"]["round"], 2, "{second}");
    acme.orders_quote(&number).await.is(201);
    acme.says(&number, "request", json!({})).await.is_refused("quote-already-ordered");
}

#[tokio::test]
async fn asking_again_changes_what_it_names_and_leaves_the_rest() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10), line("A-2", 5)]).await);
    sales.offers(&number, json!({})).await.ok();
    shop.price("A-1", "11.00").await;
    let lines = json!([{ "line": 1, "quantity": "20", "target_unit_price": "9", "note": "blue" }]);
    let asked = acme.says(&number, "request", json!({ "note": "twice as many", "lines": lines })).await.ok();
    assert_eq!(asked["note"], "twice as many");
    assert_eq!(asked["lines"][0]["note"], "blue");
    assert_eq!(micros(&asked["lines"][0]["at_request"]["line_amount"]), parse("220"), "the price of the new request");
    assert_eq!(asked["lines"][1]["quantity"], "5");
    assert!(asked["lines"][1]["target"].is_null());
}

#[tokio::test]
async fn an_offer_and_an_order_are_made_of_the_version_their_caller_read() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 20)]).await);
    let first = sales.offers(&number, json!({ "lines": [at(1, "9.50")] })).await.ok();
    acme.says(&number, "request", json!({})).await.ok();
    let offer = |tag: &str| sales.request(Method::PUT, &format!("/v1/quotes/{number}/offer")).header("if-match", tag);
    let body = json!({ "valid_until": NEXT_YEAR, "lines": [at(1, "9.10")] });
    let stale = offer(&format!("\"{}\"", first["version"])).json(&body);
    sales.send(stale).await.is_refused("stale");
    let seen = sales.get(&format!("/v1/quotes/{number}")).await;
    let second = sales.send(offer(seen.header("etag")).json(&body)).await.ok();
    let revised = sales.offers(&number, json!({ "lines": [at(1, "9.20")] })).await.ok();
    acme.orders_quote_with(&number, json!({ "quote_version": second["version"] })).await.is_refused("stale");
    let order = acme.orders_quote_with(&number, json!({ "quote_version": revised["version"] })).await.is(201);
    assert_eq!(micros(&order["lines"][0]["line_amount"]), parse("184"), "{order}");
}

#[tokio::test]
async fn an_offer_may_be_declined_and_made_anew_and_what_is_withdrawn_is_over() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10)]).await);
    sales.offers(&number, json!({})).await.ok();
    let declined = acme.says(&number, "rejection", json!({ "reason": "too dear" })).await.ok();
    assert_eq!(declined["status"], "declined", "{declined}");
    assert_eq!(declined["reason"], "too dear", "{declined}");
    acme.orders_quote(&number).await.is_refused("quote-declined");
    acme.says(&number, "rejection", json!({})).await.is_refused("quote-declined");
    assert_eq!(sales.offers(&number, json!({ "percent_off": "3" })).await.ok()["status"], "offered");
    acme.says(&number, "rejection", json!({})).await.ok();
    assert_eq!(acme.says(&number, "request", json!({})).await.ok()["status"], "requested");
    let over = acme.says(&number, "withdrawal", json!({ "reason": "bought elsewhere" })).await.ok();
    assert_eq!(over["status"], "withdrawn");
    assert_eq!(over["reason"], "bought elsewhere");
    for act in ["request", "rejection", "withdrawal"] {
        acme.says(&number, act, json!({})).await.is_refused("quote-withdrawn");
    }
    sales.offers(&number, json!({})).await.is_refused("quote-withdrawn");
    acme.orders_quote(&number).await.is_refused("quote-withdrawn");
    let other = number_of(&acme.requests(&[line("A-1", 1)]).await);
    assert_eq!(sales.says(&other, "withdrawal", json!({})).await.ok()["status"], "withdrawn", "staff may as well");
}

#[tokio::test]
async fn an_offer_holds_until_its_instant_and_may_be_prolonged() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let open = number_of(&acme.requests(&[line("A-1", 1)]).await);
    let number = number_of(&acme.requests(&[line("A-1", 10)]).await);
    sales.offers(&number, json!({ "valid_until": in_millis(1_500) })).await.ok();
    let expired = async || (acme.quote(&number).await["status"] == "expired").then_some(());
    eventually("the offer expires", Duration::from_secs(20), expired).await;
    acme.orders_quote(&number).await.is_refused("quote-expired");
    let numbers = async |status: &str| -> Vec<String> {
        acme.all(&format!("/v1/quotes?limit=1&status={status}")).await.iter().map(number_of).collect()
    };
    assert_eq!((numbers("expired").await, numbers("requested").await), (vec![number.clone()], vec![open.clone()]));
    assert_eq!(numbers("offered").await, Vec::<String>::new());
    sales.offers(&number, json!({})).await.ok();
    assert_eq!((numbers("offered").await, numbers("expired").await), (vec![number.clone()], vec![]));
    acme.orders_quote(&number).await.is(201);
    sales.says(&open, "withdrawal", json!({})).await.ok();
    assert_eq!((numbers("ordered").await, numbers("withdrawn").await), (vec![number], vec![open]));
    acme.get("/v1/quotes?status=cold").await.is_refused("malformed-request");
}

#[tokio::test]
async fn retries_have_one_effect_and_a_dry_run_has_none() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let body = json!({ "lines": [line("A-1", 10)] });
    let first = acme.post_once("/v1/quotes", "quote-1", &body).await;
    let again = acme.post_once("/v1/quotes", "quote-1", &body).await;
    assert_eq!((first.status, &first.text), (201, &again.text));
    assert_eq!(acme.all("/v1/quotes").await.len(), 1);
    let number = number_of(&first.body);
    sales.offers(&number, json!({ "percent_off": "20" })).await.ok();
    let dry = acme.orders_quote_with(&number, json!({ "dry_run": true })).await.ok();
    assert!(dry.is_absent("number") && micros(&dry["totals"]["total"]) == parse("80"), "{dry}");
    assert_eq!(acme.quote(&number).await["status"].clone(), "offered");
    assert_eq!(shop.levels("A-1").await, (1_000, 0, 1_000));
    let version = acme.seen(&number).await;
    acme.post("/v1/orders", &json!({ "purchase_order_number": "PO-9", "quote_number": number }))
        .await
        .is_refused("invalid-request");
    let order = json!({ "purchase_order_number": "PO-9", "quote_number": number, "quote_version": version });
    let placed = acme.post_once("/v1/orders", "order-1", &order).await;
    let retried = acme.post_once("/v1/orders", "order-1", &order).await;
    assert_eq!((placed.status, &placed.text), (201, &retried.text), "the retry is answered, though the quote is ordered");
    assert_eq!(acme.all("/v1/orders").await.len(), 1);
}

#[tokio::test]
async fn another_accounts_quote_does_not_exist_and_only_staff_offer() {
    let shop = shop().await;
    let (acme, rival, sales) = (shop.erp("ACME").await, shop.erp("RIVAL").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10)]).await);
    sales.offers(&number, json!({})).await.ok();
    rival.get(&format!("/v1/quotes/{number}")).await.is_refused("quote-not-found");
    for act in ["request", "rejection", "withdrawal"] {
        let answer = rival.says(&number, act, json!({})).await;
        assert_eq!(answer.status, 404);
        answer.is_refused("quote-not-found");
    }
    rival.orders_quote(&number).await.is_refused("quote-not-found");
    assert!(rival.all("/v1/quotes").await.is_empty());
    rival.get("/v1/quotes?account=ACME").await.is_refused("account-not-found");
    rival.post("/v1/quotes", &json!({ "account": "ACME", "lines": [line("A-1", 1)] })).await.is_refused("account-not-found");
    acme.offers(&number, json!({})).await.is_refused("forbidden");
    for role in ["viewer", "buyer"] {
        let person = shop.person(Some("ACME"), role).await;
        assert_eq!(person.quote(&number).await["status"], "offered");
        let asked = person.post("/v1/quotes", &json!({ "lines": [line("A-1", 1)] })).await;
        assert_eq!(asked.status, if role == "viewer" { 403 } else { 201 }, "{role}");
    }
    for (role, may) in [("pricing", true), ("sales", true), ("warehouse", false), ("finance", false)] {
        let answer = shop.seller(role).await.offers(&number, json!({})).await;
        assert_eq!(answer.status, if may { 200 } else { 403 }, "{role}");
    }
    let listed = sales.all("/v1/quotes?account=ACME").await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1]["number"], number);
}

#[tokio::test]
async fn staff_ask_for_an_account_and_are_told_of_low_and_high_prices_and_buyers_are_not() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let costs = |cost: &str, floor: &str| json!({ "costs": [{ "currency": "EUR", "cost": cost, "floor": floor }] });
    shop.admin().put("/v1/products/A-1/costs", &costs("6", "8")).await.ok();
    shop.admin().put("/v1/products/A-2/costs", &costs("3", "2")).await.ok();
    sales.post("/v1/quotes", &json!({ "lines": [line("A-1", 1)] })).await.is_refused("account-needed");
    let lines = [line("A-1", 1), line("A-1", 1), line("A-2", 1), line("A-2", 1)];
    let number = number_of(&sales.post("/v1/quotes", &json!({ "account": "ACME", "lines": lines })).await.is(201));
    let offered =
        sales.offers(&number, json!({ "percent_off": "30", "lines": [at(1, "5.99"), at(4, "4.01"), at(3, "3")] })).await.ok();
    let mut warnings = faults(&offered["warnings"]);
    warnings.sort();
    assert_eq!(
        warnings,
        ["/lines/0 under-cost", "/lines/0 under-floor", "/lines/1 above-today", "/quote/lines/2 under-floor"],
        "{offered}"
    );
    let seen = acme.get(&format!("/v1/quotes/{number}")).await;
    assert_eq!(seen.body["warnings"], json!([]));
    assert!(!seen.text.contains("cost") && !seen.text.contains("floor"), "{}", seen.text);
    let order = acme.orders_quote(&number).await.is(201);
    assert_eq!(micros(&order["lines"][0]["unit_price"]), parse("5.99"), "an offer under the floor stands");
}

#[tokio::test]
async fn a_request_with_bad_lines_is_refused_with_all_of_them_or_taken_without() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let lines =
        json!([line("A-1", 1), line("NOBODY", 1), line("A-2", 0), json!({ "sku": "A-1", "quantity": "1", "unit": "XX" })]);
    let problem = acme.post("/v1/quotes", &json!({ "lines": lines })).await.is_refused("quote-lines-refused");
    let expected = ["/lines/1/sku unknown-product", "/lines/2/quantity not-positive", "/lines/3/unit unknown-unit"];
    assert_eq!(pointers(&problem), expected, "{problem}");
    let taken = acme.post("/v1/quotes", &json!({ "lines": lines, "partial": "accept" })).await.is(201);
    assert_eq!(taken["line_count"], 1);
    assert_eq!(faults(&taken["rejected"]), expected);
    let bad = |price: Option<&str>, per: Option<i64>| json!({ "lines": [{ "sku": "A-1", "quantity": "1", "target_unit_price": price, "target_per": per }] });
    for (body, pointer) in [
        (bad(Some("-1"), None), "/lines/0/target_unit_price negative"),
        (bad(Some("1"), Some(0)), "/lines/0/target_per out-of-range"),
        (bad(None, Some(10)), "/lines/0/target_per target-without-price"),
    ] {
        let problem = acme.post("/v1/quotes", &body).await.is_refused("invalid-request");
        assert_eq!(pointers(&problem), [pointer]);
    }
    acme.post("/v1/quotes", &json!({ "lines": [] })).await.is_refused("quote-empty");
    for body in [json!({}), json!({ "cart_id": "1", "lines": [] }), json!({ "lines": [line("A-1", 1)], "currency": "XYZ" })] {
        acme.post("/v1/quotes", &body).await.is_refused("invalid-request");
    }
    let many: Vec<Value> = (0..10_001).map(|_| line("A-1", 1)).collect();
    acme.post("/v1/quotes", &json!({ "lines": many })).await.is_refused("too-many");
    assert_eq!(acme.all("/v1/quotes").await.len(), 1);
}

#[tokio::test]
async fn an_offer_that_makes_no_sense_is_refused_and_changes_nothing() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    shop.product("BY-TEN", json!({ "order_rules": { "multiple": "10" } })).await;
    shop.price("BY-TEN", "1").await;
    let asked = acme.requests(&[line("A-1", 1), line("BY-TEN", 10)]).await;
    let number = number_of(&asked);
    let own = |fields: Value| json!({ "lines": [fields] });
    for (body, pointer) in [
        (own(json!({ "line": 1, "unit_price": "-1" })), "/lines/0/unit_price negative"),
        (own(json!({ "line": 1, "unit_price": "1", "per": 0 })), "/lines/0/per out-of-range"),
        (own(json!({ "line": 1, "per": 10 })), "/lines/0/per basis-without-price"),
        (own(json!({ "line": 1, "unit_price": "1", "percent_off": "1" })), "/lines/0/percent_off price-and-percentage"),
        (own(json!({ "line": 1, "percent_off": "100.1" })), "/lines/0/percent_off out-of-range"),
        (
            own(json!({ "line": 1, "unit_price": "9000000000000", "quantity": "999999999999" })),
            "/lines/0/unit_price out-of-range",
        ),
        (own(json!({ "line": 3, "unit_price": "1" })), "/lines/0/line unknown-quote-line"),
        (own(json!({ "line": 2, "quantity": "0" })), "/lines/0/quantity not-positive"),
        (json!({ "lines": [at(1, "1"), at(1, "2")] }), "/lines/1/line duplicate"),
        (json!({ "percent_off": "-1" }), "/percent_off out-of-range"),
    ] {
        let problem = sales.offers(&number, body).await.is_refused("quote-offer-refused");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
    }
    let several = json!({ "lines": [at(1, "-1"), { "line": 2, "quantity": "15" }, at(9, "1")] });
    let problem = sales.offers(&number, several).await.is_refused("quote-offer-refused");
    assert_eq!(pointers(&problem).len(), 3, "all that is wrong is told at once: {problem}");
    let past = sales.offers(&number, json!({ "valid_until": "2020-01-01" })).await.is_refused("invalid-request");
    assert_eq!(pointers(&past), ["/valid_until in-the-past"]);
    sales.put(&format!("/v1/quotes/{number}/offer"), &json!({})).await.is_refused("invalid-request");
    sales.offers("QU99999999", json!({})).await.is_refused("quote-not-found");
    let again = json!({ "lines": [{ "line": 2, "quantity": "15" }, { "line": 7 }, { "line": 1, "target_unit_price": "-1" }] });
    let problem = acme.says(&number, "request", again).await.is_refused("quote-lines-refused");
    assert_eq!(pointers(&problem).len(), 3, "{problem}");
    assert_eq!(acme.quote(&number).await, asked, "nothing changed");
}

#[tokio::test]
async fn a_cart_is_asked_for_and_stays_as_it_is() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let cart = acme.cart().await;
    acme.post("/v1/quotes", &json!({ "cart_id": cart })).await.is_refused("quote-empty");
    acme.adds(&cart, &[line("A-1", 3), line("A-2", 4)]).await.ok();
    let asked = acme.post("/v1/quotes", &json!({ "cart_id": cart, "note": "as discussed" })).await.is(201);
    assert_eq!(asked["lines"][1]["sku"], "A-2", "{asked}");
    assert_eq!(micros(&asked["totals"]["today"]["total"]), parse("46"), "{asked}");
    assert_eq!(acme.get(&format!("/v1/carts/{cart}")).await.ok()["status"], "open");
    rival.post("/v1/quotes", &json!({ "cart_id": cart })).await.is_refused("cart-not-found");
    shop.product("A-1", json!({ "lifecycle": "discontinued" })).await;
    let problem = acme.post("/v1/quotes", &json!({ "cart_id": cart })).await.is_refused("quote-lines-refused");
    assert_eq!(pointers(&problem), ["/cart/lines/1/sku not-orderable"]);
}

#[tokio::test]
async fn a_price_change_set_counts_the_quotes_it_touches() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let set = "/v1/price-change-sets/SPRING";
    shop.admin().put(set, &json!({})).await.ok();
    let entries = json!({ "entries": [{ "price_list": "STANDARD", "sku": "A-1", "currency": "EUR", "unit_price": "12" }] });
    shop.admin().post(&format!("{set}/entries"), &entries).await.ok();
    let counted = async || shop.admin().get(&format!("{set}/preview")).await.ok()["baskets"].clone();
    let count = |quotes: u64| json!([{ "name": "carts", "count": 0 }, { "name": "quotes", "count": quotes }]);
    let mut numbers = Vec::new();
    for lines in [&[line("A-1", 1), line("A-1", 2)][..], &[line("A-2", 1), line("A-1", 1)], &[line("A-2", 1)]] {
        numbers.push(number_of(&acme.requests(lines).await));
    }
    assert_eq!(counted().await, count(2), "those that hold what changes, once each");
    sales.offers(&numbers[0], json!({})).await.ok();
    assert_eq!(counted().await, count(2), "an offer that stands is counted");
    acme.says(&numbers[1], "withdrawal", json!({})).await.ok();
    assert_eq!(counted().await, count(1));
    sales.offers(&numbers[0], json!({ "valid_until": in_millis(1_000) })).await.ok();
    let none = async || (counted().await == count(0)).then_some(());
    eventually("an expired offer is not counted", Duration::from_secs(20), none).await;
}

#[tokio::test]
async fn what_happens_to_a_quote_is_told_to_its_account_and_to_the_seller() {
    let shop = shop().await;
    let (acme, rival, sales) = (shop.erp("ACME").await, shop.erp("RIVAL").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 1)]).await);
    sales.offers(&number, json!({})).await.ok();
    acme.says(&number, "rejection", json!({})).await.ok();
    acme.says(&number, "request", json!({})).await.ok();
    sales.offers(&number, json!({})).await.ok();
    acme.orders_quote(&number).await.is(201);
    let kinds = async |actor: &Actor| -> Vec<String> {
        let events = actor.get("/v1/events?after=0&limit=100").await.ok();
        let events = events["items"].list().iter().filter(|e| e["subject"] == format!("quote/{number}"));
        events.map(|e| e["type"].text().to_owned()).collect()
    };
    let told = ["requested", "offered", "declined", "requested", "offered", "ordered"].map(|what| format!("quote.{what}"));
    assert_eq!((kinds(&acme).await, kinds(&shop.admin()).await), (told.to_vec(), told.to_vec()));
    assert_eq!(kinds(&rival).await, Vec::<String>::new());
}
