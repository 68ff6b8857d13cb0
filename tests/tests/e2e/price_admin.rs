//! What pricing staff does with lists, contracts and promotions: copy, schedule, end, review, look up who changed what.

use serde_json::{Value, json};

use crate::support::{Json, Shop, line, micros, nothing_rejected, parse};

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    for (sku, price) in [("A-1", "10"), ("A-2", "20"), ("A-3", "30.01")] {
        shop.product(sku, json!({ "brand": "Ferrum" })).await;
        shop.price(sku, price).await;
    }
    shop
}

/// What an account will pay then, as the seller's staff see it.
async fn price_at(shop: &Shop, account: &str, sku: &str, at: &str) -> i128 {
    let body = json!({ "account": account, "currency": "EUR", "at": at, "lines": [line(sku, 1)] });
    micros(&shop.admin().post("/v1/price-quotes", &body).await.ok()["lines"][0]["unit_price"])
}

fn contract(account: &str, percent: &str) -> Value {
    let lines = json!([{ "target": { "kind": "brand", "code": "Ferrum" }, "kind": "percent_off", "value": percent }]);
    json!({ "account": account, "currency": "EUR", "lines": lines })
}

#[tokio::test]
async fn a_copied_list_is_adjusted_rounded_and_a_thing_of_its_own() {
    let shop = shop().await;
    let copy = json!({ "to": "ACME-2027", "percent": "3.5", "rounding": { "to": "0.05" },
        "assigned": { "kind": "account", "code": "ACME" } });
    let copied = shop.admin().post("/v1/price-lists/STANDARD/copies", &copy).await.ok();
    assert_eq!(copied["entries"]["created"], 3);
    assert_eq!(copied["price_list"]["code"], "ACME-2027");
    let acme = shop.erp("ACME").await;
    for (sku, price) in [("A-1", "10.35"), ("A-2", "20.7"), ("A-3", "31.05")] {
        assert_eq!(parse(&acme.unit_price(sku).await), parse(price), "{sku}");
    }
    shop.price("A-1", "99").await;
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("10.35"), "nothing ties it to the original");
    assert_eq!(parse(&shop.erp("RIVAL").await.unit_price("A-2").await), parse("20"));
    shop.admin().post("/v1/price-lists/STANDARD/copies", &json!({ "to": "NEW" })).await.is_refused("missing-value");
    shop.admin().post("/v1/price-lists/NOBODY/copies", &copy).await.is_refused("price-list-not-found");
    let absurd = json!({ "to": "X", "percent": "-101", "assigned": { "kind": "default" } });
    let problem = shop.admin().post("/v1/price-lists/STANDARD/copies", &absurd).await.is_refused("out-of-range");
    assert_eq!(problem["errors"][0]["pointer"], "/percent");
}

#[tokio::test]
async fn a_list_copied_into_itself_at_a_date_is_a_price_rise_at_that_date() {
    let shop = shop().await;
    let rise = json!({ "to": "STANDARD", "percent": "10", "valid_from": "2040-01-01" });
    let copied = shop.admin().post_once("/v1/price-lists/STANDARD/copies", "rise-1", &rise).await;
    assert_eq!(copied.clone().ok()["entries"]["created"], 3);
    let again = shop.admin().post_once("/v1/price-lists/STANDARD/copies", "rise-1", &rise).await;
    assert_eq!(copied.text, again.text, "prices rise once");
    assert_eq!(price_at(&shop, "ACME", "A-1", "2039-12-31").await, parse("10"));
    assert_eq!(price_at(&shop, "ACME", "A-1", "2040-01-01").await, parse("11"));
    assert_eq!(price_at(&shop, "ACME", "A-3", "2040-01-01").await, parse("33.011"));
}

#[tokio::test]
async fn a_list_ends_and_its_past_stays() {
    let shop = shop().await;
    let later = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "unit_price": "12", "valid_from": "2050-01-01" }] });
    nothing_rejected(&shop.admin().post("/v1/price-lists/STANDARD/entries", &later).await.ok());
    let ended = shop.admin().post("/v1/price-lists/STANDARD/ending", &json!({ "valid_until": "2040-01-01" })).await.ok();
    assert_eq!(ended["ended"], 3, "{ended}");
    assert_eq!(ended["withdrawn"], 1, "{ended}");
    assert_eq!(price_at(&shop, "ACME", "A-2", "2039-12-31").await, parse("20"));
    let body = json!({ "account": "ACME", "currency": "EUR", "at": "2040-01-01", "lines": [line("A-2", 1)] });
    let quote = shop.admin().post("/v1/price-quotes", &body).await.ok();
    assert!(quote["lines"][0].is_absent("unit_price"), "{quote}");
    let again = shop.admin().post("/v1/price-lists/STANDARD/ending", &json!({ "valid_until": "2040-01-01" })).await.ok();
    assert_eq!(again["ended"], 0);
    assert_eq!(again["withdrawn"], 0);
}

#[tokio::test]
async fn contracts_are_copied_scheduled_and_ended() {
    let shop = shop().await;
    let admin = shop.admin();
    admin.put("/v1/contracts/C-1", &contract("ACME", "10")).await.ok();
    let copy = json!({ "to": "C-2", "account": "RIVAL", "valid_from": "2040-01-01" });
    let copied = admin.post("/v1/contracts/C-1/copies", &copy).await.is(201);
    assert_eq!(copied["account"], "RIVAL", "{copied}");
    assert_eq!(copied["lines"].list().len(), 1, "{copied}");
    admin.post("/v1/contracts/C-1/copies", &copy).await.is_refused("code-taken");
    let rival = shop.erp("RIVAL").await;
    assert_eq!(parse(&rival.unit_price("A-1").await), parse("10"));
    assert_eq!(price_at(&shop, "RIVAL", "A-1", "2040-01-01").await, parse("9"));
    admin.post("/v1/contracts/C-2/scheduling", &json!({ "valid_until": "2041-01-01" })).await.ok();
    assert_eq!(parse(&rival.unit_price("A-1").await), parse("9"), "without a start it applies at once");
    assert_eq!(price_at(&shop, "RIVAL", "A-1", "2041-01-01").await, parse("10"));
    let wrong = json!({ "valid_from": "2041-01-01", "valid_until": "2040-01-01" });
    let problem = admin.post("/v1/contracts/C-2/scheduling", &wrong).await.is_refused("ends-before-start");
    assert_eq!(problem["errors"][0]["pointer"], "/valid_until");
    admin.post("/v1/contracts/C-2/ending", &json!({})).await.ok();
    assert_eq!(parse(&rival.unit_price("A-1").await), parse("10"));
    admin.post("/v1/contracts/C-1/scheduling", &json!({ "valid_from": "2050-01-01" })).await.ok();
    let ended = admin.post("/v1/contracts/C-1/ending", &json!({ "valid_until": "2040-01-01" })).await.ok();
    assert_eq!(ended["status"], "inactive", "what never began is put out of force: {ended}");
    admin.post("/v1/contracts/NOBODY/ending", &json!({})).await.is_refused("contract-not-found");
}

#[tokio::test]
async fn promotions_are_copied_scheduled_and_ended() {
    let shop = shop().await;
    let admin = shop.admin();
    let everything = json!({ "lines": [{ "target": { "kind": "everything" }, "kind": "percent_off", "value": "50" }] });
    admin.put("/v1/promotions/P-1", &everything).await.ok();
    let copy = json!({ "to": "P-2", "audience": { "kind": "account", "code": "RIVAL" }, "coupon": "MAY" });
    let copied = admin.post("/v1/promotions/P-1/copies", &copy).await.is(201);
    assert_eq!(copied["coupon"], "MAY", "{copied}");
    assert_eq!(copied["audience"]["code"], "RIVAL", "{copied}");
    let acme = shop.erp("ACME").await;
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("5"));
    admin.post("/v1/promotions/P-1/scheduling", &json!({ "valid_from": "2040-01-01" })).await.ok();
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("10"));
    assert_eq!(price_at(&shop, "ACME", "A-1", "2040-01-01").await, parse("5"));
    admin.post("/v1/promotions/P-1/ending", &json!({ "valid_until": "2041-01-01" })).await.ok();
    assert_eq!(price_at(&shop, "ACME", "A-1", "2041-01-01").await, parse("10"));
    let nobody = json!({ "to": "P-3", "audience": { "kind": "account", "code": "X" } });
    admin.post("/v1/promotions/P-1/copies", &nobody).await.is_refused("unknown-account");
}

fn codes(page: &Json) -> Vec<String> {
    let one = |found: &Json| format!("{} {}", found.text_if_there("sku"), found["code"].text());
    let mut codes: Vec<String> = page["items"].list().iter().map(one).collect();
    codes.sort();
    codes
}

#[tokio::test]
async fn a_review_tells_what_looks_like_a_mistake_and_refuses_nothing() {
    let shop = shop().await;
    let costs = json!({ "costs": [{ "currency": "EUR", "cost": "15", "floor": "12" }] });
    shop.admin().put("/v1/products/A-1/costs", &costs).await.ok();
    let breaks = json!({ "entries": [
        { "sku": "A-2", "currency": "EUR", "unit_price": "21", "min_quantity": "10" },
        { "sku": "A-3", "currency": "EUR", "unit_price": "1", "min_quantity": "5", "valid_from": "2040-01-01", "valid_until": "2040-02-01" },
        { "sku": "A-3", "currency": "EUR", "unit_price": "1", "min_quantity": "5", "valid_from": "2040-03-01", "valid_until": "2040-05-01" },
        { "sku": "A-3", "currency": "EUR", "unit_price": "1", "min_quantity": "5", "valid_from": "2040-04-01" },
    ] });
    nothing_rejected(&shop.admin().post("/v1/price-lists/STANDARD/entries", &breaks).await.ok());
    let expected = ["A-1 under_cost", "A-1 under_floor", "A-2 rising_break", "A-3 gap", "A-3 overlap"];
    assert_eq!(codes(&shop.admin().get("/v1/price-lists/STANDARD/findings").await.ok()), expected);
    let mut paged: Vec<String> =
        shop.admin().all("/v1/price-lists/STANDARD/findings?limit=1").await.iter().map(|f| f["code"].to_string()).collect();
    paged.sort();
    assert_eq!(paged, ["\"gap\"", "\"overlap\"", "\"rising_break\"", "\"under_cost\"", "\"under_floor\""]);
    let lines = json!([
        { "target": { "kind": "sku", "code": "A-1" }, "kind": "percent_off", "value": "10" },
        { "target": { "kind": "sku", "code": "A-2" }, "kind": "fixed", "value": "5", "breaks": [{ "min_quantity": "10", "value": "6" }] },
        { "target": { "kind": "sku", "code": "A-3" }, "kind": "percent_off", "value": "101" },
    ]);
    shop.admin().put("/v1/contracts/C-1", &json!({ "account": "ACME", "currency": "EUR", "lines": lines })).await.ok();
    let found = shop.admin().get("/v1/contracts/C-1/findings").await.ok();
    assert_eq!(codes(&found), ["A-1 under_cost", "A-1 under_floor", "A-2 rising_break", "A-3 over_hundred_percent"], "{found}");
    shop.admin().put("/v1/contracts/C-1", &json!({ "account": "ACME", "currency": "USD", "lines": lines })).await.ok();
    let found = shop.admin().get("/v1/contracts/C-1/findings").await.ok();
    assert!(codes(&found).contains(&" other_currency".to_owned()), "{found}");
    let promotion = json!({ "coupon": "MAY", "lines": [lines[0]] });
    shop.admin().put("/v1/promotions/P-1", &promotion).await.ok();
    assert_eq!(codes(&shop.admin().get("/v1/promotions/P-1/findings").await.ok()), ["A-1 under_cost", "A-1 under_floor"]);
}

fn entry_story(change: &Json) -> String {
    let side = |name: &str| change.get("entry").and_then(|entry| entry.get(name));
    let price = |name: &str| side(name).map_or("-", |entry| entry["unit_price"].text());
    let sku = side("after").or_else(|| side("before")).map_or("terms", |entry| entry["sku"].text());
    format!("{sku} {}>{}", price("before"), price("after"))
}

#[tokio::test]
async fn every_change_of_a_list_is_told_with_who_and_when_and_what_stood_there() {
    let shop = shop().await;
    let pricing = shop.seller("pricing").await;
    let entries = |price: &str| json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "unit_price": price }] });
    pricing.post("/v1/price-lists/STANDARD/entries", &entries("11")).await.ok();
    pricing.post("/v1/price-lists/STANDARD/entries", &entries("11")).await.ok();
    pricing.put("/v1/price-lists/STANDARD", &json!({ "name": "Renamed" })).await.ok();
    pricing.put("/v1/price-change-sets/S", &json!({})).await.ok();
    let draft = json!({ "entries": [{ "price_list": "STANDARD", "sku": "A-2", "currency": "EUR", "unit_price": "22" }] });
    pricing.post("/v1/price-change-sets/S/entries", &draft).await.ok();
    pricing.post("/v1/price-change-sets/S/publication", &json!({})).await.ok();
    pricing.post("/v1/price-lists/STANDARD/ending", &json!({ "valid_until": "1980-01-01" })).await.ok();
    let changes = shop.admin().all("/v1/price-lists/STANDARD/changes?limit=2").await;
    let stories: Vec<String> = changes.iter().map(entry_story).collect();
    let mut told = stories.clone();
    told[..3].sort();
    assert_eq!(
        told,
        [
            "A-1 11>11",
            "A-2 22>22",
            "A-3 30.01>30.01",
            "A-2 20>22",
            "terms ->-",
            "A-1 10>11",
            "A-3 ->30.01",
            "A-2 ->20",
            "A-1 ->10",
            "terms ->-"
        ],
        "{changes:?}"
    );
    assert_eq!(changes[3]["origin"]["change_set"], "S");
    assert_eq!(changes[4]["terms"]["before"]["name"], "Standard");
    assert_eq!(changes[4]["terms"]["after"]["name"], "Renamed");
    assert!(changes[5]["origin"]["changed_by"].as_str().is_some_and(|who| who.starts_with("user:")), "{}", changes[5]);
    assert_eq!(changes[6]["origin"]["changed_by"], "client:admin");
    let whole = shop.admin().all("/v1/price-lists/STANDARD/changes").await;
    assert_eq!(whole, changes, "pages part nothing");
    let of_product = shop.admin().all("/v1/price-lists/STANDARD/changes?sku=A-1&limit=1").await;
    assert_eq!(of_product.iter().map(entry_story).collect::<Vec<_>>(), ["A-1 11>11", "A-1 10>11", "A-1 ->10"]);
}

#[tokio::test]
async fn withdrawn_entries_are_told_as_taken_away() {
    let shop = shop().await;
    let later = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "unit_price": "12", "valid_from": "2050-01-01" }] });
    let told = shop.admin().post("/v1/price-lists/STANDARD/entries", &later).await.ok();
    let id = told["results"][0]["id"].text().to_owned();
    shop.admin().post(&format!("/v1/price-lists/STANDARD/entries/{id}/ending"), &json!({})).await.ok();
    let changes = shop.admin().all("/v1/price-lists/STANDARD/changes?limit=1").await;
    assert_eq!(entry_story(&changes[0]), "A-1 12>-");
    assert_eq!(entry_story(&changes[1]), "A-1 ->12");
}

#[tokio::test]
async fn changes_of_contracts_and_promotions_are_told_line_by_line() {
    let shop = shop().await;
    let admin = shop.admin();
    admin.put("/v1/contracts/C-1", &contract("ACME", "10")).await.ok();
    admin.put("/v1/contracts/C-1", &contract("ACME", "20")).await.ok();
    admin.post("/v1/contracts/C-1/ending", &json!({ "valid_until": "2040-01-01" })).await.ok();
    let changes = admin.all("/v1/contracts/C-1/changes?limit=1").await;
    assert_eq!(changes.len(), 4, "{changes:?}");
    assert!(changes[0]["terms"]["before"]["valid_until"].is_null());
    assert_eq!(changes[0]["terms"]["after"]["valid_until"], "2040-01-01T00:00:00Z");
    let line = &changes[1]["line"];
    assert_eq!(line["before"]["value"], "10");
    assert_eq!(line["after"]["value"], "20");
    assert!(changes[2]["terms"].is_absent("before") && changes[2]["terms"]["after"].is_object());
    assert_eq!(changes[3]["line"]["after"]["value"], "10");
    let promotion = |percent: &str| {
        json!({ "lines": [
        { "target": { "kind": "everything" }, "kind": "percent_off", "value": percent },
        { "target": { "kind": "sku", "code": "A-1" }, "kind": "percent_off", "value": "1" },
    ] })
    };
    admin.put("/v1/promotions/P-1", &promotion("5")).await.ok();
    admin.put("/v1/promotions/P-1", &promotion("6")).await.ok();
    let changes = admin.all("/v1/promotions/P-1/changes").await;
    assert_eq!(changes.len(), 4, "{changes:?}");
    let line = &changes[0]["line"];
    assert_eq!(line["before"]["value"], "5");
    assert_eq!(line["after"]["value"], "6");
    assert!(changes[1]["terms"]["after"].is_object());
    admin.get("/v1/promotions/NOBODY/changes").await.is_refused("promotion-not-found");
}
