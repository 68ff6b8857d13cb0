//! Orders priced again: the same to the cent, whatever changed since.

use serde_json::{Value, json};

use crate::support::{Actor, Json, MAIN, Shop, line, micros, number_of, parse};

fn target(kind: &str, code: &str) -> Value {
    json!({ "kind": kind, "code": code })
}

async fn audit(actor: &Actor, number: &str) -> Json {
    actor.get(&format!("/v1/orders/{number}/price-audit")).await.ok()
}

/// A shop in which a price may come from anywhere.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    let admin = shop.admin();
    shop.account_with("HQ", json!({ "group": "GOLD" })).await;
    shop.account_with("PLANT", json!({ "parent": "HQ", "group": "GOLD" })).await;
    for (code, parent) in [("TOOLS", None), ("DRILLS", Some("TOOLS")), ("SAWS", Some("TOOLS"))] {
        admin.put(&format!("/v1/categories/{code}"), &json!({ "name": code, "parent": parent })).await.ok();
    }
    for (sku, fields) in [
        ("LISTED", json!({})),
        ("BRANDED", json!({ "brand": "Ferrum" })),
        ("DRILL", json!({ "category": "DRILLS", "units": [{ "unit": "BX", "factor": "10" }] })),
        ("MIX-1", json!({ "mix_group": "MIX" })),
        ("MIX-2", json!({ "mix_group": "MIX" })),
        ("COSTED", json!({})),
    ] {
        shop.sells(sku, "10.00", 1_000).await;
        shop.product(sku, fields).await;
    }
    admin.put("/v1/price-lists/GOLD", &json!({ "name": "Gold", "assigned": { "kind": "group", "code": "GOLD" } })).await.ok();
    let gold = json!({ "entries": [{ "sku": "LISTED", "currency": "EUR", "unit_price": "9.50" }] });
    admin.post("/v1/price-lists/GOLD/entries", &gold).await.ok();
    admin
        .put("/v1/products/COSTED/costs", &json!({ "costs": [{ "currency": "EUR", "cost": "4.00", "floor": "4.10" }] }))
        .await
        .ok();
    admin.put("/v1/contracts/C-1", &contract("20", "15")).await.ok();
    admin.put("/v1/promotions/P-1", &promotion("Ferrum", "40")).await.ok();
    shop
}

fn contract(category: &str, plus: &str) -> Value {
    json!({ "account": "HQ", "currency": "EUR", "mode": "best_of", "lines": [
        { "target": target("category", "TOOLS"), "kind": "percent_off", "value": category },
        { "target": target("sku", "COSTED"), "kind": "cost_plus", "value": plus },
        { "target": target("sku", "MIX-1"), "kind": "percent_off", "scope": "group",
          "breaks": [{ "min_quantity": "10", "value": "30" }] },
    ] })
}

fn promotion(brand: &str, percent: &str) -> Value {
    json!({ "coupon": "SPRING", "lines": [{ "target": target("brand", brand), "kind": "percent_off", "value": percent }] })
}

#[tokio::test]
async fn an_order_priced_again_costs_the_same_whatever_changed_since() {
    let shop = shop().await;
    let (admin, plant) = (shop.admin(), shop.erp("PLANT").await);
    let boxed = json!({ "sku": "DRILL", "quantity": "2", "unit": "BX" });
    let lines =
        [line("LISTED", 1), line("BRANDED", 2), boxed, line("MIX-1", 4), line("MIX-2", 6), line("COSTED", 3), line("LISTED", 5)];
    let placed = plant.orders_with(&lines, json!({ "coupons": ["SPRING"] })).await.is(201);
    let number = number_of(&placed);
    let prices: Vec<i128> = placed["lines"].list().iter().map(|l| micros(&l["unit_price"])).collect();
    assert_eq!(prices, ["9.50", "6", "80", "7", "10", "4.60", "9.50"].map(parse), "{placed}");
    let first = audit(&plant, &number).await;
    assert_eq!(first["result"], "same", "{first}");

    shop.price("LISTED", "11.00").await;
    let gold = json!({ "entries": [{ "sku": "LISTED", "currency": "EUR", "unit_price": "9.90" }] });
    admin.post("/v1/price-lists/GOLD/entries", &gold).await.ok();
    admin.put("/v1/contracts/C-1", &contract("21", "16")).await.ok();
    admin.put("/v1/promotions/P-1", &promotion("Aurum", "41")).await.ok();
    admin
        .put("/v1/products/COSTED/costs", &json!({ "costs": [{ "currency": "EUR", "cost": "6.00", "floor": "9.00" }] }))
        .await
        .ok();
    shop.product("BRANDED", json!({ "brand": "Aurum" })).await;
    shop.product("DRILL", json!({ "category": "SAWS", "units": [{ "unit": "BX", "factor": "12" }] })).await;
    admin.put("/v1/categories/DRILLS", &json!({ "name": "Drills" })).await.ok();
    shop.product("MIX-2", json!({})).await;
    shop.account_with("PLANT", json!({})).await;
    plant.cancels(&number, json!({ "lines": [{ "line": 4, "quantity": "4" }] })).await.ok();

    let after = audit(&plant, &number).await;
    assert_eq!(after["result"], "same", "{after}");
    assert_eq!(micros(&after["difference"]), 0);
    assert_eq!(after["replayed"], placed["totals"]["total"], "{after}");
    for (audited, ordered) in after["lines"].list().iter().zip(placed["lines"].list()) {
        for field in ["unit_price", "line_amount"] {
            assert_eq!(micros(&audited["replayed"][field]), micros(&ordered[field]), "{audited}");
        }
        let last = audited["waterfall"].as_array().and_then(|steps| steps.last()).expect("a way to the price");
        assert_eq!(micros(&last["after"]), micros(&ordered["unit_price"]), "the explanation ends at the price: {audited}");
    }
    assert_eq!(first, after, "the whole audit is the same");
    let quote = plant.quotes(&[line("COSTED", 3)]).await.ok();
    assert_ne!(micros(&quote["lines"][0]["unit_price"]), parse("4.60"), "today costs something else");
}

#[tokio::test]
async fn facts_of_then_count_for_quotes_of_then() {
    let shop = shop().await;
    let plant = shop.erp("PLANT").await;
    let lines = json!([line("LISTED", 1), line("DRILL", 1), line("BRANDED", 1)]);
    let before = plant.post("/v1/price-quotes", &json!({ "coupons": ["SPRING"], "lines": lines })).await.ok();
    shop.account_with("PLANT", json!({})).await;
    shop.product("DRILL", json!({})).await;
    shop.product("BRANDED", json!({})).await;
    let today = plant.post("/v1/price-quotes", &json!({ "coupons": ["SPRING"], "lines": lines })).await.ok();
    assert_eq!(micros(&today["totals"]["amount"]), parse("30"), "{today}");
    let then = json!({ "coupons": ["SPRING"], "lines": lines, "at": before["at"], "as_of": before["as_of"] });
    let again = plant.post("/v1/price-quotes", &then).await.ok();
    assert_eq!(again["lines"], before["lines"]);
}

/// A contract that gives 10 % off from 100 ordered in its period on.
async fn period_shop() -> (Shop, Actor) {
    let shop = Shop::open().await;
    shop.account("HQ").await;
    shop.account_with("PLANT", json!({ "parent": "HQ" })).await;
    shop.sells("A-1", "10.00", 10_000).await;
    let contract = json!({ "account": "HQ", "currency": "EUR", "lines": [{
        "target": { "kind": "everything" },
        "kind": "percent_off", "scope": "period", "breaks": [{ "min_quantity": "100", "value": "10" }],
    }] });
    shop.admin().put("/v1/contracts/C-1", &contract).await.ok();
    let plant = shop.erp("PLANT").await;
    (shop, plant)
}

#[tokio::test]
async fn what_was_ordered_before_counts_as_it_was_known() {
    let (_shop, plant) = period_shop().await;
    let first = number_of(&plant.orders(&[line("A-1", 60)]).await.is(201));
    let placed = plant.orders(&[line("A-1", 40)]).await.is(201);
    let second = number_of(&placed);
    assert_eq!(micros(&placed["lines"][0]["unit_price"]), parse("9"), "60 and 40 are 100: {placed}");
    let quote = plant.quotes(&[line("A-1", 1)]).await.ok();
    assert_eq!(micros(&quote["lines"][0]["unit_price"]), parse("9"));
    plant.cancels(&first, json!({})).await.ok();
    let third = plant.orders(&[line("A-1", 40)]).await.is(201);
    assert_eq!(micros(&third["lines"][0]["unit_price"]), parse("10"), "cancelled quantities do not count: {third}");
    for (number, price) in [(&first, "10"), (&second, "9"), (&number_of(&third), "10")] {
        let audited = audit(&plant, number).await;
        assert_eq!(audited["result"], "same", "{audited}");
        assert_eq!(micros(&audited["lines"][0]["replayed"]["unit_price"]), parse(price));
    }
    let then = json!({ "lines": [line("A-1", 1)], "at": quote["at"], "as_of": quote["as_of"] });
    let again = plant.post("/v1/price-quotes", &then).await.ok();
    assert_eq!(again["lines"], quote["lines"], "a quote of then takes no notice of later cancellations");
    let known_then = json!({ "lines": [line("A-1", 1)], "as_of": quote["at"] });
    let again = plant.post("/v1/price-quotes", &known_then).await.ok();
    assert_eq!(micros(&again["lines"][0]["unit_price"]), parse("9"), "nor does one of now with the knowledge of then: {again}");
}

#[tokio::test]
async fn lines_that_are_not_ordered_reach_no_volume_break() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "10.00", 50).await;
    let entries = json!({ "entries": [{ "sku": "A-1", "currency": "EUR", "min_quantity": "100", "unit_price": "1.00" }] });
    shop.admin().post("/v1/price-lists/STANDARD/entries", &entries).await.ok();
    let acme = shop.erp("ACME").await;
    let partial = json!({ "partial": "accept" });
    let placed = acme.orders_with(&[line("A-1", 5), line("A-1", 500)], partial.clone()).await.is(201);
    assert_eq!(placed["lines"].list().len(), 1, "{placed}");
    assert_eq!(micros(&placed["lines"][0]["unit_price"]), parse("10"), "{placed}");
    assert_eq!(micros(&placed["totals"]["total"]), parse("50"));
    assert_eq!(audit(&acme, &number_of(&placed)).await["result"], "same");

    let expecting =
        |quantity: u32, price: &str| json!({ "sku": "A-1", "quantity": quantity.to_string(), "expected_unit_price": price });
    let drifted = acme.orders_with(&[expecting(1, "10.00"), expecting(10, "1.00"), expecting(99, "0.50")], partial.clone()).await;
    let drifted = drifted.is(201);
    assert_eq!(drifted["lines"].list().len(), 1, "what is not in stock counts towards no break: {drifted}");
    assert_eq!(micros(&drifted["lines"][0]["unit_price"]), parse("10"), "{drifted}");
    assert_eq!(drifted["rejected"].list().len(), 2, "the second costs more than expected without the third: {drifted}");
    let unmet = acme.orders_with(&[expecting(10, "1.00"), line("A-1", 500)], partial).await.is_refused("order-lines-refused");
    assert_eq!(unmet["errors"].list().len(), 2, "a line that costs more for lack of stock: {unmet}");
    assert_eq!(shop.levels("A-1").await, (50, 6, 44), "a refused order leaves nothing behind");
    assert_eq!(micros(&shop.credit("ACME").await["committed"]), parse("60"));
    shop.books_agree().await;
}

#[tokio::test]
async fn another_accounts_audit_does_not_exist_and_buyers_see_no_cost() {
    let shop = shop().await;
    shop.account("RIVAL").await;
    let plant = shop.erp("PLANT").await;
    let number = number_of(&plant.orders(&[line("COSTED", 1)]).await.is(201));
    let path = format!("/v1/orders/{number}/price-audit");
    shop.erp("RIVAL").await.get(&path).await.is_refused("order-not-found");
    let buyer = plant.get(&path).await.ok();
    assert!(!buyer["lines"][0]["waterfall"].to_string().contains("\"15\""), "no percentage on cost: {buyer}");
    let staff = shop.admin().get(&path).await.ok();
    assert!(staff["lines"][0]["waterfall"].to_string().contains("\"15\""), "{staff}");
}

#[tokio::test]
async fn every_process_audits_alike() {
    let mut shop = shop().await;
    let plant = shop.erp("PLANT").await;
    let number = number_of(&plant.orders_with(&[line("BRANDED", 2)], json!({ "coupons": ["SPRING"] })).await.is(201));
    let here = audit(&plant, &number).await;
    shop.product("BRANDED", json!({})).await;
    shop.receives("BRANDED", MAIN, 1).await;
    shop.start_again();
    let base = shop.admin().base().to_owned();
    assert_eq!(audit(&plant.at(&base), &number).await, here, "a process that loaded everything says the same");
}
