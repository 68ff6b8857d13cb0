//! Bad input about prices: each kind of fault has a code of its own and points to where it is; good lines are kept.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Json, Shop, line, merge};

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.product("A-1", json!({})).await;
    shop.price("A-1", "10").await;
    shop
}

fn long_decimal(zeros: usize) -> String {
    format!("0.{}1", "0".repeat(zeros))
}

/// Code and pointer of a fault.
fn fault(value: &Json) -> (&str, &str) {
    (value["code"].text(), value["pointer"].text())
}

/// Sends bodies that are refused one by one; fails with all that were answered otherwise than expected.
async fn all_refused(actor: &Actor, method: Method, path: &str, cases: &[(Value, &str, &str)]) {
    let mut told = Vec::new();
    for (body, ..) in cases {
        let answer = actor.send(actor.request(method.clone(), path).json(body)).await;
        told.push((answer.problem_code(), answer.body["errors"][0]["pointer"].text().to_owned()));
    }
    let expected: Vec<_> = cases.iter().map(|(_, code, pointer)| ((*code).to_owned(), (*pointer).to_owned())).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn quoted_lines_say_what_is_wrong_with_them_and_good_lines_are_priced() {
    let shop = shop().await;
    let ask = |quantity: Value| json!({ "sku": "A-1", "quantity": quantity });
    let lines = json!([
        ask(json!("-1")),
        ask(json!("0")),
        ask(json!("99999999999999999999")),
        ask(json!(long_decimal(1_000_000))),
        ask(json!("1e3")),
        ask(json!("ten")),
        { "sku": "A-1", "quantity": "1", "unit": "PALLET" },
        { "sku": "NOBODY", "quantity": "1" },
        ask(json!("9000000000000")),
        ask(json!("2")),
    ]);
    let quote = shop.erp("ACME").await.post("/v1/price-quotes", &json!({ "currency": "EUR", "lines": lines })).await.ok();
    let expected = [
        ("not-positive", "/lines/0/quantity"),
        ("not-positive", "/lines/1/quantity"),
        ("out-of-range", "/lines/2/quantity"),
        ("too-many-decimals", "/lines/3/quantity"),
        ("not-a-number", "/lines/4/quantity"),
        ("not-a-number", "/lines/5/quantity"),
        ("unknown-unit", "/lines/6/unit"),
        ("unknown-product", "/lines/7/sku"),
        ("out-of-range", "/lines/8/quantity"),
    ];
    let told: Vec<(&str, &str)> = (0..expected.len()).map(|place| fault(&quote["lines"][place]["problem"])).collect();
    assert_eq!(told, expected);
    assert_eq!(quote["lines"][9]["line_amount"], "20");
    assert_eq!(quote["totals"]["priced_lines"], 1);
}

#[tokio::test]
async fn quotes_that_cannot_be_answered_at_all_are_refused() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let many: Vec<Value> = (0..10_001).map(|_| line("A-1", 1)).collect();
    let refusals = [
        (json!({ "currency": "EUR", "lines": many }), "too-many", "/lines"),
        (json!({ "currency": "CHF", "lines": [line("A-1", 1)] }), "currency-without-prices", "/currency"),
        (json!({ "currency": "QQQ", "lines": [line("A-1", 1)] }), "unknown-currency", "/currency"),
        (json!({ "currency": "EUR", "at": "yesterday", "lines": [] }), "invalid-request", "/at"),
    ];
    all_refused(&acme, Method::POST, "/v1/price-quotes", &refusals).await;
}

/// Entries that cannot be, each with the code and the field of what is wrong.
fn bad_entries() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (json!({ "unit_price": "-1" }), "negative", "/unit_price"),
        (json!({ "min_quantity": "-1" }), "negative", "/min_quantity"),
        (json!({ "min_quantity": "99999999999999999999" }), "out-of-range", "/min_quantity"),
        (json!({ "unit_price": long_decimal(10_000) }), "too-many-decimals", "/unit_price"),
        (json!({ "unit_price": "9".repeat(1_000) }), "out-of-range", "/unit_price"),
        (json!({ "unit_price": "cheap" }), "not-a-number", "/unit_price"),
        (json!({ "unit": "PALLET" }), "unknown-unit", "/unit"),
        (json!({ "sku": "NOBODY" }), "unknown-product", "/sku"),
        (json!({ "currency": "QQQ" }), "unknown-currency", "/currency"),
        (json!({ "per": 0 }), "out-of-range", "/per"),
        (json!({ "valid_from": "2030-01-01", "valid_until": "2030-01-01" }), "ends-before-start", "/valid_until"),
        (json!({ "valid_from": "2030-13-01" }), "invalid-value", "/valid_from"),
    ]
}

/// Posts the bad entries, as one document and line by line, and compares what is told of each.
async fn bad_entries_are_named(shop: &Shop, path: &str, also: Value) {
    let cases = bad_entries();
    let entry = |fields: &Value| {
        let mut entry = json!({ "sku": "A-1", "currency": "EUR", "unit_price": "1" });
        merge(&mut entry, also.clone());
        merge(&mut entry, fields.clone());
        entry
    };
    let entries: Vec<Value> = cases.iter().map(|(fields, ..)| entry(fields)).collect();
    let answer = shop.admin().post(path, &json!({ "entries": entries })).await.ok();
    let told = |answer: &Json| -> Vec<(String, String)> {
        let owned = |(code, pointer): (&str, &str)| (code.to_owned(), pointer.to_owned());
        answer["results"].list().iter().map(|result| owned(fault(&result["errors"][0]))).collect()
    };
    let expected = cases.iter().enumerate();
    let expected: Vec<_> =
        expected.map(|(place, (_, code, field))| ((*code).to_owned(), format!("/entries/{place}{field}"))).collect();
    assert_eq!(told(&answer), expected);
    let rows = entries.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let streamed = shop.admin().post_raw(path, "application/x-ndjson", rows).await.ok();
    let expected: Vec<_> = cases.iter().map(|(_, code, field)| ((*code).to_owned(), (*field).to_owned())).collect();
    assert_eq!(told(&streamed), expected, "line by line");
    let places: Vec<i64> = streamed["results"].list().iter().map(|result| result["index"].whole()).collect();
    assert_eq!(places, (1..=12).collect::<Vec<i64>>(), "lines are counted from 1");
}

#[tokio::test]
async fn bad_entries_of_a_list_are_named_by_code_and_pointer() {
    let shop = shop().await;
    bad_entries_are_named(&shop, "/v1/price-lists/STANDARD/entries", json!({})).await;
}

#[tokio::test]
async fn bad_entries_of_a_change_set_are_named_by_code_and_pointer() {
    let shop = shop().await;
    shop.admin().put("/v1/price-change-sets/S", &json!({})).await.ok();
    bad_entries_are_named(&shop, "/v1/price-change-sets/S/entries", json!({ "price_list": "STANDARD" })).await;
}

#[tokio::test]
async fn a_million_decimals_cost_their_entry_and_nothing_else() {
    let shop = shop().await;
    let long = |price: &str| json!({ "sku": "A-1", "currency": "EUR", "unit_price": price });
    let entries = [long(&long_decimal(1_000_000)), long("7")];
    let path = "/v1/price-lists/STANDARD/entries";
    let answer = shop.admin().post(path, &json!({ "entries": entries })).await.ok();
    assert_eq!(fault(&answer["results"][0]["errors"][0]), ("too-many-decimals", "/entries/0/unit_price"));
    let rows = entries.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let answer = shop.admin().post_raw(path, "application/x-ndjson", rows).await.ok();
    assert_eq!(fault(&answer["results"][0]["errors"][0]), ("too-long", ""));
    assert_eq!(answer["unchanged"], 1, "{answer}");
    assert_eq!(answer["rejected"], 1, "{answer}");
}

#[tokio::test]
async fn too_many_entries_and_lines_are_refused_as_such() {
    let shop = shop().await;
    let entry = json!({ "sku": "A-1", "currency": "EUR", "unit_price": "1" });
    let entries: Vec<&Value> = (0..10_001).map(|_| &entry).collect();
    let problem = shop.admin().post("/v1/price-lists/STANDARD/entries", &json!({ "entries": entries })).await;
    assert_eq!(problem.is_refused("too-many")["errors"][0]["pointer"], "/entries");
    let line = json!({ "target": { "kind": "everything" }, "kind": "percent_off", "value": "1" });
    let lines: Vec<&Value> = (0..100_001).map(|_| &line).collect();
    let contract = json!({ "account": "ACME", "currency": "EUR", "lines": lines });
    let problem = shop.admin().put("/v1/contracts/C-1", &contract).await.is_refused("too-many");
    assert_eq!(problem["errors"][0]["pointer"], "/lines");
}

#[tokio::test]
async fn bad_contracts_are_refused_with_code_and_pointer() {
    let shop = shop().await;
    let contract = |fields: Value, line: Value| {
        let mut whole = json!({ "target": { "kind": "sku", "code": "A-1" }, "kind": "fixed", "value": "5" });
        merge(&mut whole, line);
        let mut body = json!({ "account": "ACME", "currency": "EUR", "lines": [whole] });
        merge(&mut body, fields);
        body
    };
    let steps = |quantities: &[&str]| -> Value {
        let steps: Vec<Value> = quantities.iter().map(|quantity| json!({ "min_quantity": quantity, "value": "1" })).collect();
        json!({ "breaks": steps })
    };
    let none = || json!({});
    let cases = vec![
        (contract(none(), steps(&["10", "5"])), "breaks-out-of-order", "/lines/0/breaks/1/min_quantity"),
        (contract(none(), steps(&["10", "10"])), "breaks-out-of-order", "/lines/0/breaks/1/min_quantity"),
        (contract(none(), steps(&["-10"])), "negative", "/lines/0/breaks/0/min_quantity"),
        (contract(none(), steps(&["1.1234567"])), "too-many-decimals", "/lines/0/breaks/0/min_quantity"),
        (contract(none(), json!({ "value": "-5" })), "negative", "/lines/0/value"),
        (contract(none(), json!({ "value": null })), "missing-value", "/lines/0/value"),
        (contract(none(), json!({ "unit": "PALLET" })), "unknown-unit", "/lines/0/unit"),
        (contract(none(), json!({ "target": { "kind": "sku", "code": "NOBODY" } })), "unknown-target", "/lines/0/target/code"),
        (
            contract(none(), json!({ "valid_from": "2030-01-01", "valid_until": "2029-01-01" })),
            "ends-before-start",
            "/lines/0/valid_until",
        ),
        (
            contract(json!({ "valid_from": "2030-01-01", "valid_until": "2029-01-01" }), none()),
            "ends-before-start",
            "/valid_until",
        ),
        (contract(json!({ "currency": "QQQ" }), none()), "unknown-currency", "/currency"),
        (contract(json!({ "account": "NOBODY" }), none()), "unknown-account", "/account"),
    ];
    all_refused(&shop.admin(), Method::PUT, "/v1/contracts/C-1", &cases).await;
    shop.admin().get("/v1/contracts/C-1").await.is_refused("contract-not-found");
}

#[tokio::test]
async fn what_only_a_contract_may_say_is_refused_of_a_promotion() {
    let shop = shop().await;
    let promotion = |fields: Value| {
        let mut line = json!({ "target": { "kind": "everything" }, "kind": "percent_off", "value": "5" });
        merge(&mut line, fields);
        json!({ "currency": "EUR", "lines": [line] })
    };
    let cases = [
        (promotion(json!({ "kind": "cost_plus" })), "not-for-promotions", "/lines/0/kind"),
        (promotion(json!({ "scope": "period" })), "not-for-promotions", "/lines/0/scope"),
        (promotion(json!({ "valid_from": "2030-01-01" })), "not-for-promotions", "/lines/0/valid_from"),
    ];
    all_refused(&shop.admin(), Method::PUT, "/v1/promotions/P-1", &cases).await;
}
