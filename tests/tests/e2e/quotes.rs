//! Quotes: asked for, offered, negotiated, and ordered at exactly what was offered.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Shop, eventually, in_millis, line, merge, micros, number_of, parse};

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
    pub(super) async fn requests(&self, lines: &[Value]) -> Value {
        self.post("/v1/quotes", &json!({ "lines": lines })).await.is(201)
    }

    pub(super) async fn quote(&self, number: &str) -> Value {
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
        let mut body = json!({ "purchase_order_number": "PO-1", "quote_number": number });
        merge(&mut body, fields);
        self.post("/v1/orders", &body).await
    }
}

pub(super) fn at(line: i64, unit_price: &str) -> Value {
    json!({ "line": line, "unit_price": unit_price })
}

pub(super) fn pointers(problem: &Value) -> Vec<String> {
    let fields = problem["errors"].as_array().expect("fields").iter();
    fields.map(|f| format!("{} {}", f["pointer"].as_str().unwrap_or_default(), f["code"].as_str().unwrap_or_default())).collect()
}

#[tokio::test]
async fn a_quote_is_asked_for_offered_and_ordered_at_exactly_what_was_offered() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let wanted = json!({ "sku": "A-1", "quantity": "30", "note": "by May", "target_unit_price": "850", "target_per": 100 });
    let asked = acme.requests(&[wanted, line("A-2", 7), line("A-2", 1)]).await;
    let number = number_of(&asked);
    assert_eq!((&asked["status"], &asked["round"], &asked["line_count"]), (&json!("requested"), &json!(1), &json!(3)), "{asked}");
    assert_eq!(micros(&asked["lines"][0]["at_request"]["line_amount"]), parse("300"));
    assert_eq!(asked["lines"][0]["target"], json!({ "unit_price": "850", "per": 100 }));
    assert!(asked["offer"].is_null() && asked["totals"]["saving"].is_null(), "{asked}");

    let offered = sales
        .offers(
            &number,
            json!({ "note": "for you", "percent_off": "50", "lines": [
            { "line": 1, "unit_price": "871.235", "per": 100 }, { "line": 2, "quantity": "9", "percent_off": "12.5" },
        ] }),
        )
        .await
        .ok();
    assert_eq!(offered["status"], "offered", "{offered}");
    let seen = acme.quote(&number).await;
    let amounts: Vec<i128> =
        seen["lines"].as_array().expect("lines").iter().map(|l| micros(&l["offer"]["line_amount"])).collect();
    assert_eq!(amounts, ["261.37", "31.5", "2"].map(parse), "261.3705, 9 × 3.50, half off: {seen}");
    assert_eq!(micros(&seen["offer"]["total"]), parse("294.87"));
    assert_eq!(micros(&seen["lines"][1]["today"]["line_amount"]), parse("36"), "today's price of what is offered");
    assert_eq!(micros(&seen["totals"]["saving"]), parse("340") - parse("294.87"), "{seen}");

    shop.price("A-1", "99.00").await;
    shop.price("A-2", "1.00").await;
    let later = acme.quote(&number).await;
    assert_eq!(later["lines"][0]["offer"], seen["lines"][0]["offer"], "the offer stands");
    assert_eq!(micros(&later["lines"][0]["today"]["unit_price"]), parse("99"));
    assert_eq!(micros(&later["lines"][0]["at_request"]["unit_price"]), parse("10"));
    assert_eq!(micros(&later["lines"][1]["saving"]), parse("9") - parse("31.5"), "a dearer offer saves less than nothing");

    let order = acme.orders_quote(&number).await.is(201);
    let prices: Vec<i128> = order["lines"].as_array().expect("lines").iter().map(|l| micros(&l["unit_price"])).collect();
    assert_eq!(prices, ["871.235", "3.5", "2"].map(parse), "{order}");
    assert!(order["lines"].as_array().expect("lines").iter().all(|l| l["price_source"] == "quote"));
    assert_eq!((micros(&order["totals"]["placed"]), &order["quote_number"]), (parse("294.87"), &json!(number)));
    assert_eq!(micros(&order["lines"][1]["quantity"]), parse("9"), "what was offered is ordered");
    let done = acme.quote(&number).await;
    assert_eq!((&done["status"], &done["order_number"]), (&json!("ordered"), &order["number"]));
    acme.orders_quote(&number).await.is_refused("quote-already-ordered");
    sales.offers(&number, json!({})).await.is_refused("quote-already-ordered");
    shop.books_agree().await;
}

#[tokio::test]
async fn the_quote_is_the_source_of_an_orders_prices_when_it_is_audited_and_changed() {
    let shop = shop().await;
    shop.product("ON-REQUEST", json!({ "backorder": true })).await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let asked = acme.requests(&[line("A-1", 10), line("ON-REQUEST", 3)]).await;
    let number = number_of(&asked);
    assert_eq!(asked["lines"][1]["price_problem"], "price-on-request");
    let problem = sales.offers(&number, json!({ "percent_off": "10" })).await.is_refused("quote-offer-refused");
    assert_eq!(pointers(&problem), ["/quote/lines/2/unit_price price-needed"]);
    sales.offers(&number, json!({ "percent_off": "10", "lines": [at(2, "7.77")] })).await.ok();
    let order = acme.orders_quote(&number).await.is(201);
    let path = format!("/v1/orders/{}/price-audit", number_of(&order));
    shop.price("A-1", "55.00").await;
    let audit = acme.get(&path).await.ok();
    assert_eq!((&audit["result"], &audit["quote_number"]), (&json!("same"), &json!(number)), "{audit}");
    assert_eq!(micros(&audit["difference"]), 0);
    for (place, price) in [(0, "9"), (1, "7.77")] {
        let audited = &audit["lines"][place];
        assert_eq!(
            (&audited["replayed"]["source"], &audited["replayed"]["label"]),
            (&json!("quote"), &json!(number)),
            "{audited}"
        );
        assert_eq!((&audited["differences"], micros(&audited["replayed"]["unit_price"])), (&json!([]), parse(price)));
        let last = audited["waterfall"].as_array().and_then(|steps| steps.last()).expect("a way to the price");
        assert_eq!((&last["source"], micros(&last["after"])), (&json!("quote"), parse(price)), "{audited}");
    }
    assert_eq!(micros(&audit["lines"][0]["waterfall"][0]["after"]), parse("10"), "the list comes before the quote: {audit}");
    let changes = format!("/v1/orders/{}/changes", number_of(&order));
    let less = acme.post(&changes, &json!({ "lines": [{ "line": 1, "quantity": "1" }] })).await.ok();
    assert_eq!(micros(&less["totals"]["open"]), parse("9") + parse("23.31"), "the quoted price stands for less: {less}");
    assert_eq!(acme.get(&path).await.ok()["result"], "same");
    shop.books_agree().await;
}

#[tokio::test]
async fn asking_again_puts_the_offer_aside_until_it_is_answered() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10), line("A-2", 5)]).await);
    acme.says(&number, "rejection", json!({})).await.is_refused("quote-not-offered");
    let first = sales.offers(&number, json!({ "lines": [at(1, "9.50")] })).await.ok();
    shop.price("A-1", "11.00").await;
    let again = json!({ "note": "twice as many", "lines": [
        { "line": 1, "quantity": "20", "target_unit_price": "9", "note": "blue" },
    ] });
    let asked = acme.says(&number, "request", again).await.ok();
    assert_eq!(
        (&asked["status"], &asked["round"], &asked["offer"]["round"]),
        (&json!("requested"), &json!(2), &json!(1)),
        "{asked}"
    );
    assert_eq!((&asked["note"], &asked["lines"][0]["note"]), (&json!("twice as many"), &json!("blue")));
    assert_eq!(micros(&asked["lines"][0]["at_request"]["line_amount"]), parse("220"), "the price of the new request");
    assert_eq!(micros(&asked["lines"][0]["offer"]["unit_price"]), parse("9.50"), "what was offered is remembered");
    assert_eq!((&asked["lines"][1]["quantity"], &asked["lines"][1]["target"]), (&json!("5"), &Value::Null));
    acme.orders_quote(&number).await.is_refused("quote-not-offered");

    let stale =
        sales.request(Method::PUT, &format!("/v1/quotes/{number}/offer")).header("if-match", format!("\"{}\"", first["version"]));
    sales.send(stale.json(&json!({ "valid_until": NEXT_YEAR }))).await.is_refused("stale");
    let seen = sales.get(&format!("/v1/quotes/{number}")).await;
    let fresh = sales.request(Method::PUT, &format!("/v1/quotes/{number}/offer")).header("if-match", seen.header("etag"));
    let second = sales.send(fresh.json(&json!({ "valid_until": NEXT_YEAR, "lines": [at(1, "9.10")] }))).await.ok();
    assert_eq!((&second["status"], &second["offer"]["round"]), (&json!("offered"), &json!(2)), "{second}");
    let revised = sales.offers(&number, json!({ "lines": [at(1, "9.20")] })).await.ok();
    let version = json!({ "quote_version": second["version"] });
    acme.orders_quote_with(&number, version).await.is_refused("stale");
    let order = acme.orders_quote_with(&number, json!({ "quote_version": revised["version"] })).await.is(201);
    assert_eq!(micros(&order["lines"][0]["line_amount"]), parse("184"), "{order}");
    acme.says(&number, "request", json!({})).await.is_refused("quote-already-ordered");
}

#[tokio::test]
async fn an_offer_may_be_declined_and_made_anew_and_what_is_withdrawn_is_over() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 10)]).await);
    sales.offers(&number, json!({})).await.ok();
    let declined = acme.says(&number, "rejection", json!({ "reason": "too dear" })).await.ok();
    assert_eq!((&declined["status"], &declined["reason"]), (&json!("declined"), &json!("too dear")), "{declined}");
    acme.orders_quote(&number).await.is_refused("quote-declined");
    acme.says(&number, "rejection", json!({})).await.is_refused("quote-declined");
    assert_eq!(sales.offers(&number, json!({ "percent_off": "3" })).await.ok()["status"], "offered");
    acme.says(&number, "rejection", json!({})).await.ok();
    assert_eq!(acme.says(&number, "request", json!({})).await.ok()["status"], "requested");
    let over = acme.says(&number, "withdrawal", json!({ "reason": "bought elsewhere" })).await.ok();
    assert_eq!((&over["status"], &over["reason"]), (&json!("withdrawn"), &json!("bought elsewhere")));
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
    acme.get("/v1/quotes?status=cold").await.problem_code();
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
    assert!(dry.get("number").is_none() && micros(&dry["totals"]["placed"]) == parse("80"), "{dry}");
    assert_eq!((acme.quote(&number).await["status"].clone(), shop.levels("A-1").await), (json!("offered"), (1_000, 0, 1_000)));
    let order = json!({ "purchase_order_number": "PO-9", "quote_number": number });
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
    assert_eq!((listed.len(), &listed[1]["number"]), (2, &json!(number)));
}

#[tokio::test]
async fn staff_ask_for_an_account_and_are_told_of_low_and_high_prices_and_buyers_are_not() {
    let shop = shop().await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let costs = |cost: &str, floor: &str| json!({ "costs": [{ "currency": "EUR", "cost": cost, "floor": floor }] });
    shop.admin().put("/v1/products/A-1/costs", &costs("6", "8")).await.ok();
    shop.admin().put("/v1/products/A-2/costs", &costs("3", "2")).await.ok();
    sales.post("/v1/quotes", &json!({ "lines": [line("A-1", 1)] })).await.problem_code();
    let lines = [line("A-1", 1), line("A-1", 1), line("A-2", 1), line("A-2", 1)];
    let number = number_of(&sales.post("/v1/quotes", &json!({ "account": "ACME", "lines": lines })).await.is(201));
    let offered =
        sales.offers(&number, json!({ "percent_off": "30", "lines": [at(1, "5.99"), at(4, "4.01"), at(3, "3")] })).await.ok();
    let mut warnings = pointers(&json!({ "errors": offered["warnings"] }));
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
    assert_eq!(pointers(&json!({ "errors": taken["rejected"] })), expected);
    let bad = |fields: Value| json!({ "lines": [{ "sku": "A-1", "quantity": "1", "target_unit_price": fields["p"], "target_per": fields["per"] }] });
    for (fields, pointer) in [
        (json!({ "p": "-1" }), "/lines/0/target_unit_price negative"),
        (json!({ "p": "1", "per": 0 }), "/lines/0/target_per out-of-range"),
        (json!({ "per": 10 }), "/lines/0/target_per target-without-price"),
    ] {
        let problem = acme.post("/v1/quotes", &bad(fields)).await.is_refused("invalid-request");
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
async fn an_order_of_a_quote_is_checked_as_any_other_and_prices_stand_when_lines_drop() {
    let shop = shop().await;
    shop.account_with("ACME", json!({ "credit_limit": "100.00" })).await;
    shop.sells("LAST", "5.00", 3).await;
    shop.product("LAST", json!({ "backorder": false })).await;
    let (acme, sales) = (shop.erp("ACME").await, shop.seller("sales").await);
    let number = number_of(&acme.requests(&[line("A-1", 2), line("LAST", 3), line("A-2", 50)]).await);
    sales.offers(&number, json!({ "lines": [at(1, "9.99"), at(3, "3.33")] })).await.ok();
    for body in [json!({ "cart_id": "1" }), json!({ "lines": [line("A-1", 1)] })] {
        acme.orders_quote_with(&number, body).await.is_refused("cart-or-lines");
    }
    acme.orders_quote_with(&number, json!({ "coupons": ["SPRING"] })).await.is_refused("invalid-request");
    acme.orders_with(&[line("A-2", 1)], json!({ "quote_version": 1 })).await.is_refused("invalid-request");
    acme.orders_quote("QU99999999").await.is_refused("quote-not-found");
    shop.product("A-1", json!({ "lifecycle": "discontinued" })).await;
    let problem = acme.orders_quote(&number).await.is_refused("order-lines-refused");
    assert_eq!(pointers(&problem), ["/quote/lines/1/sku not-orderable"]);
    shop.erp("RIVAL").await.orders(&[line("LAST", 1)]).await.is(201);
    acme.orders_quote(&number).await.is_refused("order-lines-refused");
    let order = acme.orders_quote_with(&number, json!({ "partial": "accept" })).await.is(201);
    assert_eq!(order["rejected"].as_array().map(Vec::len), Some(2), "{order}");
    assert_eq!((micros(&order["lines"][0]["unit_price"]), order["lines"].as_array().map(Vec::len)), (parse("3.33"), Some(1)));
    assert_eq!((&order["status"], &order["holds"][0]["kind"]), (&json!("held"), &json!("credit_limit")), "{order}");
    assert_eq!(acme.quote(&number).await["status"], "ordered", "a part makes the quote ordered");
    let audit = acme.get(&format!("/v1/orders/{}/price-audit", number_of(&order))).await.ok();
    assert_eq!((&audit["result"], &audit["lines"][0]["agreed"]["row"]), (&json!("same"), &json!("3")), "{audit}");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_cart_is_asked_for_and_stays_as_it_is() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    let cart = acme.cart().await;
    acme.post("/v1/quotes", &json!({ "cart_id": cart })).await.is_refused("quote-empty");
    acme.adds(&cart, &[line("A-1", 3), line("A-2", 4)]).await.ok();
    let asked = acme.post("/v1/quotes", &json!({ "cart_id": cart, "note": "as discussed" })).await.is(201);
    assert_eq!((&asked["lines"][1]["sku"], micros(&asked["totals"]["today"])), (&json!("A-2"), parse("46")), "{asked}");
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
        let events = events["items"].as_array().expect("events").iter().filter(|e| e["subject"] == format!("quote/{number}"));
        events.map(|e| e["type"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let told = ["requested", "offered", "declined", "requested", "offered", "ordered"].map(|what| format!("quote.{what}"));
    assert_eq!((kinds(&acme).await, kinds(&shop.admin()).await), (told.to_vec(), told.to_vec()));
    assert_eq!(kinds(&rival).await, Vec::<String>::new());
}
