//! Warehouses, the stock ledger, availability.

use serde_json::json;

use crate::support::{MAIN, Shop, line, micros, parse};

#[tokio::test]
async fn what_is_received_is_available() {
    let shop = Shop::open().await;
    shop.sells("A-1", "1.00", 40).await;
    shop.warehouse("SOUTH", 2).await;
    shop.receives("A-1", "SOUTH", 2).await;
    assert_eq!(shop.levels("A-1").await, (42, 0, 42));
    let item = shop.availability("A-1").await;
    let warehouses: Vec<_> = item["warehouses"].list().iter().map(|w| w["warehouse"].clone()).collect();
    assert_eq!(warehouses, [MAIN, "SOUTH"], "asked in their order");
}

#[tokio::test]
async fn a_movement_that_cannot_be_is_refused_and_the_others_are_booked() {
    let shop = Shop::open().await;
    shop.sells("A-1", "1.00", 10).await;
    let movement = |sku: &str, warehouse: &str, quantity: &str, reason: &str| json!({ "sku": sku, "warehouse": warehouse, "quantity": quantity, "reason": reason });
    let movements = json!([
        movement("A-1", MAIN, "5", "receipt"),
        movement("NOBODY", MAIN, "5", "receipt"),
        movement("A-1", "NOWHERE", "5", "receipt"),
        movement("A-1", MAIN, "-100", "damage"),
    ]);
    let answer = shop.admin().post("/v1/stock-movements", &movements).await.ok();
    assert_eq!(answer["accepted"].list().len(), 1, "{answer}");
    assert_eq!(answer["rejected"].list().len(), 3, "{answer}");
    assert_eq!(shop.levels("A-1").await, (15, 0, 15));
}

#[tokio::test]
async fn a_retried_receipt_is_booked_once() {
    let shop = Shop::open().await;
    shop.sells("A-1", "1.00", 0).await;
    let receipt = json!([{ "sku": "A-1", "warehouse": MAIN, "quantity": "7", "reason": "receipt" }]);
    let first = shop.admin().post_once("/v1/stock-movements", "delivery-1", &receipt).await;
    let again = shop.admin().post_once("/v1/stock-movements", "delivery-1", &receipt).await;
    assert_eq!(first.text, again.text);
    assert_eq!(shop.levels("A-1").await, (7, 0, 7));
}

#[tokio::test]
async fn safety_stock_is_never_sold() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 10).await;
    let levels = json!([{ "sku": "A-1", "warehouse": MAIN, "safety": "4" }]);
    shop.admin().put("/v1/stock-levels", &levels).await.ok();
    assert_eq!(shop.levels("A-1").await, (10, 0, 6));
    let acme = shop.erp("ACME").await;
    acme.orders(&[line("A-1", 7)]).await.is_refused("insufficient-stock");
    acme.orders(&[line("A-1", 6)]).await.is(201);
    assert_eq!(shop.levels("A-1").await, (10, 6, 0));
}

#[tokio::test]
async fn buyers_see_what_is_available_and_not_what_is_on_hand() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 10).await;
    let answer = shop.erp("ACME").await.get("/v1/availability?sku=A-1&sku=NOBODY").await.ok();
    let item = &answer["items"][0];
    assert_eq!(micros(&item["available"]), parse("10"));
    assert!(item.is_absent("on_hand") && item.is_absent("reserved"), "{item}");
    assert!(answer["rejected"].to_string().contains("NOBODY"), "{answer}");
}

#[tokio::test]
async fn what_is_not_in_stock_is_promised_from_supply_on_its_way() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 2).await;
    shop.product("A-1", json!({ "backorder": true })).await;
    let supply = json!([{ "reference": "PO-9", "sku": "A-1", "warehouse": MAIN, "quantity": "50", "expected_at": "2099-03-02T08:00:00Z" }]);
    shop.admin().put("/v1/inbound-supplies", &supply).await.ok();
    let acme = shop.erp("ACME").await;
    let item = acme.get("/v1/availability?sku=A-1&quantity=20").await.ok()["items"][0].clone();
    assert!(item["promise"]["at"].as_str().is_some_and(|at| at.starts_with("2099-03-0")), "{item}");
    assert_eq!(micros(&item["incoming"][0]["quantity"]), parse("50"));
}
