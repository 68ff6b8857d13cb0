//! Price lists, contracts, price quotes.

use serde_json::{Value, json};

use crate::support::{Json, Shop, line, micros, nothing_rejected, parse};

fn first(quote: &Json) -> &Json {
    &quote["lines"][0]
}

async fn priced_shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.product("A-1", json!({ "units": [{ "unit": "BX", "factor": "30" }], "brand": "Ferrum" })).await;
    shop.price("A-1", "2.50").await;
    shop
}

#[tokio::test]
async fn a_list_price_is_quoted_with_its_explanation() {
    let shop = priced_shop().await;
    let quote = shop.erp("ACME").await.quotes(&[line("A-1", 3)]).await.ok();
    let priced = first(&quote);
    assert_eq!(micros(&priced["unit_price"]), parse("2.50"), "{quote}");
    assert_eq!(micros(&priced["line_amount"]), parse("7.50"));
    assert_eq!(micros(&priced["list_price"]), parse("2.50"));
    assert!(priced["waterfall"].as_array().is_some_and(|steps| !steps.is_empty()), "{quote}");
    assert!(priced["candidates"].is_array());
}

#[tokio::test]
async fn a_contract_price_stands_for_its_account_and_nobody_else() {
    let shop = priced_shop().await;
    shop.account("RIVAL").await;
    let contract = json!({
        "account": "ACME", "currency": "EUR",
        "lines": [{ "target": { "kind": "sku", "code": "A-1" }, "kind": "fixed", "value": "1.99" }],
    });
    shop.admin().put("/v1/contracts/C-1", &contract).await.ok();
    let acme = shop.erp("ACME").await.quotes(&[line("A-1", 1)]).await.ok();
    assert_eq!(micros(&first(&acme)["unit_price"]), parse("1.99"), "{acme}");
    let rival = shop.erp("RIVAL").await.quotes(&[line("A-1", 1)]).await.ok();
    assert_eq!(micros(&first(&rival)["unit_price"]), parse("2.50"), "{rival}");
    assert!(!rival.to_string().contains("C-1"), "another account's contract is not named: {rival}");
}

#[tokio::test]
async fn breaks_apply_from_their_quantity_on_and_the_next_one_is_told() {
    let shop = priced_shop().await;
    let entries = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "min_quantity": "100", "unit_price": "2.00" }] });
    nothing_rejected(&shop.admin().post("/v1/price-lists/STANDARD/entries", &entries).await.ok());
    let acme = shop.erp("ACME").await;
    let under = acme.quotes(&[line("A-1", 90)]).await.ok();
    assert_eq!(micros(&first(&under)["unit_price"]), parse("2.50"));
    let next = &first(&under)["next_break"];
    assert!(next.is_object() && next.to_string().contains("10"), "10 more reach the break: {under}");
    let split = acme.quotes(&[line("A-1", 60), line("A-1", 40)]).await.ok();
    for priced in split["lines"].list() {
        assert_eq!(micros(&priced["unit_price"]), parse("2.00"), "splitting a line never changes its price: {split}");
    }
}

#[tokio::test]
async fn a_price_converts_exactly_between_units() {
    let shop = priced_shop().await;
    let quote = shop.erp("ACME").await.quotes(&[json!({ "sku": "A-1", "quantity": "2", "unit": "BX" })]).await.ok();
    assert_eq!(micros(&first(&quote)["unit_price"]), parse("75"), "{quote}");
    assert_eq!(micros(&first(&quote)["line_amount"]), parse("150"), "{quote}");
}

#[tokio::test]
async fn yesterdays_price_can_be_asked_for_again() {
    let shop = priced_shop().await;
    let acme = shop.erp("ACME").await;
    let before = acme.quotes(&[line("A-1", 1)]).await.ok();
    let known = before["at"].as_str().or_else(|| before["as_of"].as_str()).expect("a quote says its instant").to_owned();
    shop.price("A-1", "3.00").await;
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("3"));
    let body = json!({ "currency": "EUR", "at": known, "as_of": known, "lines": [line("A-1", 1)] });
    let again = acme.post("/v1/price-quotes", &body).await.ok();
    assert_eq!(micros(&first(&again)["unit_price"]), parse("2.50"), "{again}");
}

#[tokio::test]
async fn a_product_without_a_price_says_so() {
    let shop = priced_shop().await;
    shop.product("NO-PRICE", json!({})).await;
    let quote = shop.erp("ACME").await.quotes(&[line("NO-PRICE", 1), line("A-1", 1)]).await.ok();
    assert!(quote.to_string().contains("price-on-request") || quote.to_string().contains("price-on-request"), "{quote}");
    let lines = quote["lines"].list();
    assert!(lines.iter().any(|l| l["sku"] == "A-1" && l["unit_price"].is_string()), "{quote}");
}

#[tokio::test]
async fn bad_entries_are_named_and_good_ones_kept() {
    let shop = priced_shop().await;
    let entries = json!({ "entries": [
        { "sku": "A-1", "currency": "EUR", "unit_price": "2.40" },
        { "sku": "NOBODY", "currency": "EUR", "unit_price": "1" },
        { "sku": "A-1", "currency": "QQQ", "unit_price": "1" },
        { "sku": "A-1", "currency": "EUR", "unit_price": "-1" },
        { "sku": "A-1", "currency": "EUR", "unit_price": "1", "unit": "PAL" },
    ] });
    let answer = shop.admin().post("/v1/price-lists/STANDARD/entries", &entries).await.ok();
    assert_eq!(answer["rejected"], 4, "{answer}");
    let rejected = answer["results"].to_string();
    for pointer in ["/entries/1/sku", "/entries/2/currency", "/entries/3/unit_price", "/entries/4/unit"] {
        assert!(rejected.contains(pointer), "{pointer}: {answer}");
    }
    let acme = shop.erp("ACME").await;
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("2.40"));
}

#[tokio::test]
async fn a_promotion_with_a_coupon_applies_to_who_gives_it() {
    let shop = priced_shop().await;
    let promotion = json!({
        "currency": "EUR", "coupon": "SPRING",
        "lines": [{ "target": { "kind": "brand", "code": "Ferrum" }, "kind": "percent_off", "value": "10" }],
    });
    shop.admin().put("/v1/promotions/P-1", &promotion).await.ok();
    let acme = shop.erp("ACME").await;
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("2.50"));
    let body = json!({ "currency": "EUR", "coupons": ["SPRING"], "lines": [line("A-1", 1)] });
    let quote = acme.post("/v1/price-quotes", &body).await.ok();
    assert_eq!(micros(&first(&quote)["unit_price"]), parse("2.25"), "{quote}");
}

#[tokio::test]
async fn quotes_for_another_account_do_not_exist() {
    let shop = priced_shop().await;
    shop.account("RIVAL").await;
    let body = json!({ "account": "RIVAL", "currency": "EUR", "lines": [line("A-1", 1)] });
    shop.erp("ACME").await.post("/v1/price-quotes", &body).await.is_refused("account-not-found");
    let seller = shop.seller("pricing").await.post("/v1/price-quotes", &body).await.ok();
    assert_eq!(micros(&first(&seller)["unit_price"]), parse("2.50"));
}

#[tokio::test]
async fn the_next_break_comes_in_whole_packs_and_says_when_more_costs_less() {
    let shop = priced_shop().await;
    let rules = json!({ "units": [{ "unit": "BX", "factor": "30" }], "order_rules": { "multiple": "30" } });
    shop.product("A-1", rules).await;
    let entries = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "min_quantity": "100", "unit_price": "2.00" }] });
    nothing_rejected(&shop.admin().post("/v1/price-lists/STANDARD/entries", &entries).await.ok());
    let acme = shop.erp("ACME").await;
    let next = async |line: Value| first(&acme.quotes(&[line]).await.ok()).get("next_break").cloned();
    let told = |next: Option<Json>| {
        let next = next.expect("a next break");
        let of = |name: &str| micros(&next[name]);
        (of("add"), of("quantity"), of("unit_price"), of("line_amount"), next["costs_less"].as_bool())
    };
    let more = |add: &str, quantity: &str, price: &str, amount: &str, less: bool| {
        (parse(add), parse(quantity), parse(price), parse(amount), Some(less))
    };
    assert_eq!(told(next(line("A-1", 90)).await), more("30", "120", "2", "240", false), "225.00 is less than 240.00");
    assert_eq!(told(next(line("A-1", 60)).await), more("60", "120", "2", "240", false));
    let boxed = |quantity: u32| json!({ "sku": "A-1", "unit": "BX", "quantity": quantity.to_string() });
    assert_eq!(told(next(boxed(3)).await), more("1", "4", "60", "240", false), "100 pieces are four boxes");
    let cheap = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "min_quantity": "100", "unit_price": "1.80" }] });
    nothing_rejected(&shop.admin().post("/v1/price-lists/STANDARD/entries", &cheap).await.ok());
    assert_eq!(told(next(line("A-1", 90)).await), more("30", "120", "1.80", "216", true), "216.00 is less than 225.00");
    assert!(next(line("A-1", 120)).await.is_none(), "there is no further break");
}

#[tokio::test]
async fn losers_are_told_with_their_reasons_and_buyers_learn_neither_cost_nor_what_is_not_theirs() {
    let shop = priced_shop().await;
    shop.account("RIVAL").await;
    let costs = json!({ "costs": [{ "currency": "EUR", "cost": "1.03", "floor": "1.95" }] });
    shop.admin().put("/v1/products/A-1/costs", &costs).await.ok();
    let line_of = |kind: &str, value: &str, target: Value| json!({ "target": target, "kind": kind, "value": value });
    let sku = || json!({ "kind": "sku", "code": "A-1" });
    for (code, account, lines) in [
        (
            "C-OWN",
            "ACME",
            json!([line_of("cost_plus", "23", sku()), line_of("percent_off", "5", json!({ "kind": "everything" }))]),
        ),
        ("C-RIVAL", "RIVAL", json!([line_of("fixed", "0.50", sku())])),
    ] {
        let contract = json!({ "account": account, "currency": "EUR", "mode": "best_of", "lines": lines });
        shop.admin().put(&format!("/v1/contracts/{code}"), &contract).await.ok();
    }
    let promotion = json!({ "coupon": "SECRET", "lines": [line_of("percent_off", "50", sku())] });
    shop.admin().put("/v1/promotions/P-1", &promotion).await.ok();
    let reasons = |quote: &Json| -> Vec<String> {
        let lost = first(quote)["candidates"].list().iter();
        lost.map(|lost| format!("{} {}", lost["label"].text(), lost["reason"].text())).collect()
    };
    let buyer = shop.erp("ACME").await.quotes(&[line("A-1", 1)]).await.ok();
    assert_eq!(micros(&first(&buyer)["unit_price"]), parse("1.95"), "cost and 23 % are 1.27, under the floor: {buyer}");
    assert_eq!(first(&buyer)["flags"], json!(["floor_lifted"]));
    let told = buyer.to_string();
    for secret in ["\"1.03\"", "\"23\"", "internal", "RIVAL", "SECRET", "P-1"] {
        assert!(!told.contains(secret), "a buyer is told {secret}: {buyer}");
    }
    let asked = json!({ "account": "ACME", "lines": [line("A-1", 1)] });
    let staff = shop.seller("pricing").await.post("/v1/price-quotes", &asked).await.ok();
    assert_eq!(first(&staff)["unit_price"], first(&buyer)["unit_price"]);
    assert_eq!(micros(&first(&staff)["internal"]["cost"]), parse("1.03"), "{staff}");
    assert_eq!(reasons(&staff), ["STANDARD not_lowest", "C-OWN less_specific", "P-1 coupon_missing"], "{staff}");
    assert_eq!(reasons(&buyer), ["STANDARD not_lowest", "C-OWN less_specific"], "{buyer}");
}
