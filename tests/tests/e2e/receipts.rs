//! Receipts: supply on its way is announced, received in one or several deliveries, and never booked twice.

use serde_json::{Value, json};

use crate::support::{Actor, MAIN, PATIENCE, Shop, StockBatch, eventually, line, micros, told};

/// A shop that sells `A-1`, of which there is none, and the person at its warehouse.
async fn shop() -> (Shop, Actor) {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 0).await;
    let warehouse = shop.seller("warehouse").await;
    (shop, warehouse)
}

fn supply(reference: &str, quantity: &str, expected_at: &str) -> Value {
    json!({ "reference": reference, "sku": "A-1", "warehouse": MAIN, "quantity": quantity, "expected_at": expected_at })
}

fn arrival(reference: &str, quantity: &str) -> Value {
    json!({ "reference": reference, "sku": "A-1", "warehouse": MAIN, "quantity": quantity })
}

impl Actor {
    async fn announces_supplies(&self, supplies: &[Value]) -> StockBatch {
        self.put("/v1/inbound-supplies", &json!(supplies)).await.read_as(200)
    }

    async fn receives_supplies(&self, arrivals: &[Value]) -> StockBatch {
        self.post("/v1/inbound-supplies/receipts", &json!(arrivals)).await.read_as(200)
    }
}

impl Shop {
    /// What is on its way of a product: quantities in whole units and days.
    async fn incoming(&self, sku: &str) -> Vec<(i128, String)> {
        let item = self.availability(sku).await;
        let incoming = item["incoming"].list().iter();
        incoming.map(|supply| (micros(&supply["quantity"]) / 1_000_000, supply["expected_at"].text()[..10].to_owned())).collect()
    }
}

#[tokio::test]
async fn what_is_announced_is_on_its_way_and_what_arrives_is_on_hand() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "50", "2099-03-02T08:00:00Z")]).await;
    assert_eq!(shop.incoming("A-1").await, [(50, "2099-03-02".to_owned())]);
    assert_eq!(shop.levels("A-1").await, (0, 0, 0), "it is not there yet");
    let batch = warehouse.receives_supplies(&[arrival("PO-1", "20")]).await;
    assert_eq!((batch.accepted[0].index, batch.accepted[0].sku.as_str()), (0, "A-1"));
    assert_eq!(batch.accepted[0].on_hand.expect("a level"), "20");
    assert_eq!(batch.accepted[0].reserved.expect("a level"), "0");
    assert_eq!(shop.levels("A-1").await, (20, 0, 20));
    assert_eq!(shop.incoming("A-1").await, [(30, "2099-03-02".to_owned())]);
}

#[tokio::test]
async fn a_receipt_is_in_the_ledger_with_its_reference() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "50", "2099-03-02T08:00:00Z")]).await;
    warehouse.receives_supplies(&[arrival("PO-1", "20")]).await;
    let booked = warehouse.all("/v1/stock-movements?reference=PO-1").await;
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0]["reason"], "receipt");
    assert_eq!(micros(&booked[0]["on_hand"]), 20_000_000);
    shop.books_agree().await;
}

#[tokio::test]
async fn a_supply_may_come_in_several_deliveries_and_be_more_than_announced() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "10", "2099-03-02T08:00:00Z")]).await;
    warehouse.receives_supplies(&[arrival("PO-1", "6"), arrival("PO-1", "3")]).await;
    assert_eq!(shop.incoming("A-1").await, [(1, "2099-03-02".to_owned())]);
    warehouse.receives_supplies(&[arrival("PO-1", "4")]).await;
    assert_eq!(shop.levels("A-1").await, (13, 0, 13));
    assert!(shop.incoming("A-1").await.is_empty());
}

#[tokio::test]
async fn announcing_again_changes_quantity_and_date() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "50", "2099-03-02T08:00:00Z")]).await;
    warehouse.receives_supplies(&[arrival("PO-1", "20")]).await;
    warehouse.announces_supplies(&[supply("PO-1", "60", "2099-04-05T08:00:00Z")]).await;
    assert_eq!(shop.incoming("A-1").await, [(40, "2099-04-05".to_owned())]);
    let less = warehouse.announces_supplies(&[supply("PO-1", "19", "2099-04-05T08:00:00Z")]).await;
    assert_eq!(told(&less.rejected), ["/0/quantity below-received"]);
    warehouse.announces_supplies(&[supply("PO-1", "20", "2099-04-05T08:00:00Z")]).await;
    assert!(shop.incoming("A-1").await.is_empty(), "all that was ordered is there");
}

#[tokio::test]
async fn supplies_are_told_apart_by_reference_product_and_warehouse() {
    let (shop, warehouse) = shop().await;
    shop.warehouse("SOUTH", 2).await;
    let mut south = supply("PO-1", "5", "2099-03-03T08:00:00Z");
    south["warehouse"] = json!("SOUTH");
    let three = [supply("PO-1", "1", "2099-03-01T08:00:00Z"), supply("PO-2", "2", "2099-03-02T08:00:00Z"), south];
    assert_eq!(warehouse.announces_supplies(&three).await.accepted.len(), 3);
    warehouse.receives_supplies(&[arrival("PO-2", "2")]).await;
    let mut incoming = shop.incoming("A-1").await;
    incoming.sort();
    assert_eq!(incoming, [(1, "2099-03-01".to_owned()), (5, "2099-03-03".to_owned())]);
}

#[tokio::test]
async fn supplies_that_cannot_be_are_named_and_the_others_are_kept() {
    let (shop, warehouse) = shop().await;
    let with = |field: &str, value: &str| {
        let mut supply = supply("PO-1", "5", "2099-03-02T08:00:00Z");
        supply[field] = json!(value);
        supply
    };
    let supplies = [
        with("sku", "NOBODY"),
        with("warehouse", "NOWHERE"),
        with("quantity", "0"),
        with("quantity", "-3"),
        with("quantity", "1.5"),
        with("reference", "PO-GOOD"),
        with("reference", "PO-GOOD"),
    ];
    let batch = warehouse.announces_supplies(&supplies).await;
    let faults = [
        "/0/sku unknown-product",
        "/1/warehouse unknown-warehouse",
        "/2/quantity not-positive",
        "/3/quantity not-positive",
        "/4/quantity not-whole",
        "/6/quantity duplicate",
    ];
    assert_eq!(told(&batch.rejected), faults);
    assert_eq!(batch.accepted.iter().map(|line| line.index).collect::<Vec<_>>(), [5]);
    assert_eq!(shop.incoming("A-1").await, [(5, "2099-03-02".to_owned())]);
}

#[tokio::test]
async fn arrivals_that_cannot_be_are_named_and_the_others_are_booked() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "50", "2099-03-02T08:00:00Z")]).await;
    let with = |field: &str, value: &str| {
        let mut arrival = arrival("PO-1", "5");
        arrival[field] = json!(value);
        arrival
    };
    let receipts = [
        with("reference", "PO-9"),
        with("sku", "NOBODY"),
        with("warehouse", "NOWHERE"),
        with("quantity", "0"),
        with("quantity", "0.5"),
        with("quantity", "7"),
    ];
    let answer = warehouse.post("/v1/inbound-supplies/receipts", &json!({ "receipts": receipts })).await;
    let batch: StockBatch = answer.read_as(200);
    let faults = [
        "/receipts/0/reference unknown-supply",
        "/receipts/1/sku unknown-product",
        "/receipts/2/warehouse unknown-warehouse",
        "/receipts/3/quantity not-positive",
        "/receipts/4/quantity not-whole",
    ];
    assert_eq!(told(&batch.rejected), faults);
    assert_eq!(shop.levels("A-1").await, (7, 0, 7));
}

#[tokio::test]
async fn a_retried_receipt_is_booked_once() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "50", "2099-03-02T08:00:00Z")]).await;
    let body = json!([arrival("PO-1", "20")]);
    let first = warehouse.post_once("/v1/inbound-supplies/receipts", "van-1", &body).await;
    let again = warehouse.post_once("/v1/inbound-supplies/receipts", "van-1", &body).await;
    assert_eq!((first.status, &first.text), (200, &again.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(shop.levels("A-1").await, (20, 0, 20));
    assert_eq!(shop.incoming("A-1").await, [(30, "2099-03-02".to_owned())]);
}

#[tokio::test]
async fn receipts_at_the_same_time_all_count() {
    let (shop, warehouse) = shop().await;
    warehouse.announces_supplies(&[supply("PO-1", "50", "2099-03-02T08:00:00Z")]).await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let warehouse = warehouse.clone();
        running.spawn(async move { warehouse.receives_supplies(&[arrival("PO-1", "3")]).await });
    }
    running.join_all().await;
    assert_eq!(shop.levels("A-1").await, (24, 0, 24));
    assert_eq!(shop.incoming("A-1").await, [(26, "2099-03-02".to_owned())]);
    shop.books_agree().await;
}

#[tokio::test]
async fn what_arrives_of_a_supply_serves_the_orders_that_wait() {
    let (shop, warehouse) = shop().await;
    shop.product("A-1", json!({ "backorder": true })).await;
    shop.announces("PO-1", "A-1", MAIN, "50").await;
    let acme = shop.erp("ACME").await;
    let order = acme.places(&[line("A-1", 8)]).await;
    assert_eq!(order.status, "backordered");
    warehouse.receives_supplies(&[arrival("PO-1", "20")]).await;
    acme.sees_order_become(&order.number, "allocated").await;
    assert_eq!(shop.levels("A-1").await, (20, 8, 12));
}

#[tokio::test]
async fn a_supply_that_waiting_orders_need_is_promised_to_nobody_else() {
    let (shop, _warehouse) = shop().await;
    shop.product("A-1", json!({ "backorder": true })).await;
    shop.announces("PO-1", "A-1", MAIN, "10").await;
    let acme = shop.erp("ACME").await;
    let promise = async |quantity: &str| {
        let answer = acme.get(&format!("/v1/availability?sku=A-1&quantity={quantity}")).await.ok();
        answer["items"][0]["promise"].get("at").map(|at| at.text()[..4].to_owned())
    };
    assert_eq!(promise("10").await.as_deref(), Some("2099"));
    acme.places(&[line("A-1", 8)]).await;
    let less = async || (promise("3").await.as_deref() != Some("2099")).then_some(());
    eventually("three of two are not promised", PATIENCE, less).await;
    assert_eq!(promise("2").await.as_deref(), Some("2099"));
}

#[tokio::test]
async fn only_the_warehouse_announces_and_receives() {
    let (shop, _warehouse) = shop().await;
    let acme = shop.erp("ACME").await;
    for person in [acme, shop.seller("sales").await, shop.seller("finance").await] {
        let supplies = json!([supply("PO-1", "5", "2099-03-02T08:00:00Z")]);
        person.put("/v1/inbound-supplies", &supplies).await.is_refused("forbidden");
        person.post("/v1/inbound-supplies/receipts", &json!([arrival("PO-1", "5")])).await.is_refused("forbidden");
    }
    assert!(shop.incoming("A-1").await.is_empty());
}

#[tokio::test]
async fn a_request_that_is_no_batch_is_refused_whole() {
    let (_shop, warehouse) = shop().await;
    for body in [json!({}), json!({ "supplies": 1 }), json!({ "arrivals": [] }), json!("PO-1")] {
        warehouse.put("/v1/inbound-supplies", &body).await.is_refused("invalid-request");
    }
    let unreadable = json!([{ "reference": "PO-1" }, supply("PO-1", "5", "tomorrow")]);
    let batch: StockBatch = warehouse.put("/v1/inbound-supplies", &unreadable).await.read_as(200);
    assert!(batch.accepted.is_empty());
    assert!(batch.rejected.iter().any(|fault| fault.pointer.starts_with("/0")), "{batch:?}");
    assert!(batch.rejected.iter().any(|fault| fault.pointer.starts_with("/1")), "{batch:?}");
}
