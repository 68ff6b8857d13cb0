//! Looking at a change set before it is published.

use serde_json::{Value, json};

use crate::support::{Json, Shop, line, micros, nothing_rejected, parse};

const SET: &str = "/v1/price-change-sets/SPRING";

/// ACME and its plant, and RIVAL; four products of one brand.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account_with("PLANT", json!({ "parent": "ACME" })).await;
    shop.account_with("RIVAL", json!({ "group": "GOLD" })).await;
    shop.account_with("YANKEE", json!({ "currency": "USD" })).await;
    for (sku, price) in [("A-1", "10"), ("A-2", "20"), ("A-3", "30"), ("A-4", "40")] {
        shop.product(sku, json!({ "brand": "Ferrum", "units": [{ "unit": "BX", "factor": "10" }] })).await;
        shop.price(sku, price).await;
    }
    shop.admin().put(SET, &json!({})).await.ok();
    shop
}

async fn collects(shop: &Shop, entries: &[Value]) {
    nothing_rejected(&shop.admin().post(&format!("{SET}/entries"), &json!({ "entries": entries })).await.ok());
}

fn entry(sku: &str, price: &str) -> Value {
    json!({ "price_list": "STANDARD", "sku": sku, "currency": "EUR", "unit_price": price })
}

async fn preview(shop: &Shop) -> Json {
    shop.admin().get(&format!("{SET}/preview")).await.ok()
}

fn moved(moves: &Json) -> Vec<String> {
    let one = |view: &Json| {
        let (change, percent) = (view.text_if_there("change"), view.text_if_there("change_percent"));
        format!("{} {}>{} {change} {percent}%", view["sku"].text(), view.text_if_there("before"), view.text_if_there("after"))
    };
    moves.list().iter().map(one).collect()
}

#[tokio::test]
async fn rises_falls_accounts_and_carts_are_told_and_nothing_changes() {
    let shop = shop().await;
    let (acme, rival) = (shop.erp("ACME").await, shop.erp("RIVAL").await);
    for (buyer, sku) in [(&acme, "A-1"), (&rival, "A-3"), (&rival, "A-2"), (&rival, "A-4")] {
        let cart = buyer.cart().await;
        buyer.adds(&cart, &[line(sku, 1), line(sku, 2)]).await.ok();
    }
    collects(&shop, &[entry("A-1", "12"), entry("A-2", "10"), entry("A-3", "30"), entry("A-4", "41")]).await;
    let preview = preview(&shop).await;
    for (count, expected) in [("compared", 3), ("rises", 2), ("falls", 1), ("unchanged", 0), ("appear", 0)] {
        assert_eq!(preview["prices"][count], expected, "{count}: {preview}");
    }
    assert_eq!(preview["entries"], 4);
    assert_eq!(preview["unchanged_entries"], 1);
    assert_eq!(moved(&preview["largest_by_percent"]["rises"]), ["A-1 10>12 2 20%", "A-4 40>41 1 2.5%"]);
    assert_eq!(moved(&preview["largest_by_percent"]["falls"]), ["A-2 20>10 -10 -50%"]);
    assert_eq!(preview["largest_by_amount"][0]["currency"], "EUR");
    assert_eq!(preview["accounts"]["codes"], json!(["ACME", "PLANT", "RIVAL"]), "a list in EUR is for those who order in EUR");
    assert_eq!(preview["baskets"], json!([{ "name": "carts", "count": 3 }, { "name": "quotes", "count": 0 }]), "{preview}");
    assert_eq!(parse(&acme.unit_price("A-1").await), parse("10"));
    let published = shop.admin().post(&format!("{SET}/publication"), &json!({})).await.ok();
    assert!(published["publication"]["price_version"].as_i64() > preview["price_version"].as_i64());
}

#[tokio::test]
async fn a_list_of_an_account_concerns_it_and_those_below_and_is_seen_as_they_see_it() {
    let shop = shop().await;
    shop.admin().put("/v1/price-lists/ACME", &json!({ "assigned": { "kind": "account", "code": "ACME" } })).await.ok();
    shop.admin().put("/v1/price-lists/GOLD", &json!({ "assigned": { "kind": "group", "code": "GOLD" } })).await.ok();
    let plant = shop.erp("PLANT").await;
    let cart = plant.cart().await;
    plant.adds(&cart, &[line("A-1", 1)]).await.ok();
    let of =
        |list: &str, sku: &str, price: &str| json!({ "price_list": list, "sku": sku, "currency": "EUR", "unit_price": price });
    collects(&shop, &[of("ACME", "A-1", "9")]).await;
    let seen = preview(&shop).await;
    assert_eq!(seen["accounts"]["codes"], json!(["ACME", "PLANT"]));
    assert_eq!(seen["baskets"][0]["count"], 1);
    assert_eq!(moved(&seen["largest_by_percent"]["falls"]), ["A-1 10>9 -1 -10%"], "before, the default list counted: {seen}");
    collects(&shop, &[of("GOLD", "A-2", "30")]).await;
    let seen = preview(&shop).await;
    assert_eq!(seen["accounts"]["codes"], json!(["ACME", "PLANT", "RIVAL"]));
    assert_eq!(moved(&seen["largest_by_percent"]["rises"]), ["A-2 20>30 10 50%"]);
}

#[tokio::test]
async fn what_falls_under_floor_or_cost_is_told_and_whether_it_does_already() {
    let shop = shop().await;
    let costs = |cost: &str, floor: &str| json!({ "costs": [{ "currency": "EUR", "cost": cost, "floor": floor }] });
    shop.admin().put("/v1/products/A-1/costs", &costs("6", "8")).await.ok();
    shop.admin().put("/v1/products/A-2/costs", &costs("25", "1")).await.ok();
    collects(&shop, &[entry("A-1", "7"), entry("A-2", "19"), entry("A-3", "1")]).await;
    let by_box = json!({ "price_list": "STANDARD", "sku": "A-1", "currency": "EUR", "unit": "BX", "unit_price": "50" });
    collects(&shop, &[by_box]).await;
    let seen = preview(&shop).await;
    let lines = |part: &str| -> Vec<String> {
        let lines = seen[part]["lines"].list().iter();
        let mut lines: Vec<String> =
            lines.map(|l| format!("{} {} {}", l["sku"], l["unit"], l["already"]).replace('"', "")).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines("under_floor"), ["A-1 BX false", "A-1 EA false"], "{seen}");
    assert_eq!(seen["under_floor"]["count"], 2);
    assert_eq!(seen["under_floor"]["already"], 0);
    assert_eq!(lines("under_cost"), ["A-2 EA true"], "a price lifted to its floor is not under cost: {seen}");
    let names: Vec<&Json> = seen["findings"].list().iter().map(|count| &count["name"]).collect();
    assert_eq!(names, ["under_cost", "under_floor"], "{seen}");
}

#[tokio::test]
async fn contracts_and_promotions_are_compared_as_their_customers_pay() {
    let shop = shop().await;
    let lines =
        |percent: &str| json!([{ "target": { "kind": "brand", "code": "Ferrum" }, "kind": "percent_off", "value": percent }]);
    let contract = |percent: &str| json!({ "account": "ACME", "currency": "EUR", "lines": lines(percent) });
    shop.admin().put("/v1/contracts/C-1", &contract("10")).await.ok();
    collects(&shop, &[entry("A-1", "20")]).await;
    shop.admin().put(&format!("{SET}/contracts/C-1"), &contract("50")).await.ok();
    let fixed = json!([{ "target": { "kind": "sku", "code": "A-2" }, "kind": "fixed", "value": "5", "breaks": [{ "min_quantity": "10", "value": "4" }] }]);
    let promotion =
        json!({ "currency": "EUR", "coupon": "MAY", "audience": { "kind": "group", "code": "GOLD" }, "lines": fixed });
    shop.admin().put(&format!("{SET}/promotions/P-1"), &promotion).await.ok();
    let seen = preview(&shop).await;
    let falls = moved(&seen["largest_by_percent"]["falls"]);
    assert_eq!(
        falls,
        ["A-2 20>4 -16 -80%", "A-2 20>5 -15 -75%", "A-2 18>10 -8 -44.44%", "A-3 27>15 -12 -44.44%", "A-4 36>20 -16 -44.44%",],
        "{seen}"
    );
    assert_eq!(
        moved(&seen["largest_by_percent"]["rises"]),
        ["A-1 10>20 10 100%", "A-1 9>10 1 11.11%"],
        "list and contract together"
    );
    assert_eq!(seen["accounts"]["codes"], json!(["ACME", "PLANT", "RIVAL"]));
    assert_eq!(seen["partial"], false);
    shop.admin().post(&format!("{SET}/publication"), &json!({})).await.ok();
    let acme = shop.erp("ACME").await;
    for (sku, price) in [("A-1", "10"), ("A-2", "10"), ("A-3", "15"), ("A-4", "20")] {
        assert_eq!(parse(&acme.unit_price(sku).await), parse(price), "the preview told what is paid: {sku}");
    }
    let body = json!({ "currency": "EUR", "coupons": ["MAY"], "lines": [line("A-2", 10)] });
    let rival = shop.erp("RIVAL").await.post("/v1/price-quotes", &body).await.ok();
    assert_eq!(micros(&rival["lines"][0]["unit_price"]), parse("4"));
}

#[tokio::test]
async fn a_preview_at_a_date_compares_the_prices_of_that_date() {
    let shop = shop().await;
    let later = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "unit_price": "15", "valid_from": "2039-01-01" }] });
    shop.admin().post("/v1/price-lists/STANDARD/entries", &later).await.ok();
    collects(&shop, &[entry("A-1", "18")]).await;
    let now = preview(&shop).await;
    assert_eq!(moved(&now["largest_by_percent"]["rises"]), ["A-1 10>18 8 80%"]);
    let then = shop.admin().get(&format!("{SET}/preview?valid_from=2040-01-01")).await.ok();
    assert_eq!(moved(&then["largest_by_percent"]["rises"]), ["A-1 15>18 3 20%"], "{then}");
    let before = shop.admin().get(&format!("{SET}/preview?valid_from=2038-01-01")).await.ok();
    assert_eq!(moved(&before["largest_by_percent"]["rises"]), ["A-1 10>18 8 80%"]);
}

#[tokio::test]
async fn what_looks_like_a_mistake_beside_the_entries_that_stay_is_told() {
    let shop = shop().await;
    let breaks = json!({ "price_list": "STANDARD", "sku": "A-1", "currency": "EUR", "unit_price": "11", "min_quantity": "100" });
    let window = |from: &str, until: &str| {
        json!({ "price_list": "STANDARD", "sku": "A-2", "currency": "EUR", "unit_price": "1",
        "valid_from": from, "valid_until": until, "min_quantity": "5" })
    };
    collects(
        &shop,
        &[breaks, window("2040-01-01", "2040-02-01"), window("2040-03-01", "2040-04-01"), window("2040-03-15", "2040-05-01")],
    )
    .await;
    let seen = preview(&shop).await;
    let counts = json!([
        { "name": "gap", "count": 1 }, { "name": "overlap", "count": 1 }, { "name": "rising_break", "count": 1 },
    ]);
    assert_eq!(seen["findings"], counts, "{seen}");
    assert_eq!(seen["prices"]["compared"], 4);
}
