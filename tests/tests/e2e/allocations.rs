//! Allocations: stock that arrives or is freed goes to the lines that wait for it, the oldest order first, whole units only.

use serde_json::json;

use crate::support::{Actor, MAIN, Order, PATIENCE, Shop, eventually, line};

/// A shop where `A-1` may wait for stock, of which there is none, and a buyer.
async fn shop() -> (Shop, Actor) {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 0).await;
    shop.product("A-1", json!({ "backorder": true, "units": [{ "unit": "BX", "factor": "12" }] })).await;
    let acme = shop.erp("ACME").await;
    (shop, acme)
}

/// Waits until the first line of an order has so much.
async fn gets(acme: &Actor, order: &Order, quantity: &str) -> Order {
    let reached =
        async || Some(acme.reads_order(&order.number).await).filter(|seen| seen.lines[0].quantities.allocated == quantity);
    eventually(&format!("{} gets {quantity}", order.number), PATIENCE, reached).await.0
}

#[tokio::test]
async fn what_arrives_goes_to_the_oldest_order_first_and_the_next_gets_the_rest() {
    let (shop, acme) = shop().await;
    let (first, second) = (acme.places(&[line("A-1", 5)]).await, acme.places(&[line("A-1", 5)]).await);
    assert_eq!((first.status.as_str(), second.status.as_str()), ("backordered", "backordered"));
    assert_eq!(first.lines[0].quantities.backordered, "5");
    shop.receives("A-1", MAIN, 7).await;
    let served = gets(&acme, &first, "5").await;
    assert_eq!(served.status, "allocated");
    assert_eq!(served.lines[0].allocations[0].warehouse, MAIN);
    let rest = gets(&acme, &second, "2").await;
    assert_eq!(rest.status, "backordered");
    assert_eq!(rest.lines[0].quantities.backordered, "3");
    assert_eq!(shop.levels("A-1").await, (7, 7, 0));
    shop.books_agree().await;
}

#[tokio::test]
async fn what_a_cancelled_order_held_goes_to_those_who_wait() {
    let (shop, acme) = shop().await;
    shop.receives("A-1", MAIN, 10).await;
    let holder = acme.places(&[line("A-1", 10)]).await;
    let waiting = acme.places(&[line("A-1", 4)]).await;
    assert_eq!((holder.status.as_str(), waiting.status.as_str()), ("allocated", "backordered"));
    acme.cancels(&holder.number, json!({ "lines": [{ "line": 1, "quantity": "3" }] })).await.ok();
    gets(&acme, &waiting, "3").await;
    acme.cancels(&holder.number, json!({})).await.ok();
    gets(&acme, &waiting, "4").await;
    assert_eq!(shop.levels("A-1").await, (10, 4, 6));
    shop.books_agree().await;
}

#[tokio::test]
async fn a_box_is_not_broken_up_for_a_line_that_waits() {
    let (shop, acme) = shop().await;
    let boxes = acme.places(&[json!({ "sku": "A-1", "quantity": "3", "unit": "BX" })]).await;
    let pieces = acme.places(&[line("A-1", 4)]).await;
    shop.receives("A-1", MAIN, 30).await;
    gets(&acme, &boxes, "2").await;
    gets(&acme, &pieces, "4").await;
    assert_eq!(shop.levels("A-1").await, (30, 28, 2), "two boxes of twelve and four pieces");
}

#[tokio::test]
async fn a_line_takes_what_waits_from_several_warehouses() {
    let (shop, acme) = shop().await;
    shop.warehouse("SOUTH", 2).await;
    let order = acme.places(&[line("A-1", 10)]).await;
    shop.receives("A-1", "SOUTH", 4).await;
    gets(&acme, &order, "4").await;
    shop.receives("A-1", MAIN, 9).await;
    let served = gets(&acme, &order, "10").await;
    let mut places: Vec<(&str, i128)> =
        served.lines[0].allocations.iter().map(|place| (place.warehouse.as_str(), place.quantity.0 / 1_000_000)).collect();
    places.sort_unstable();
    assert_eq!(places, [(MAIN, 6), ("SOUTH", 4)]);
    shop.books_agree().await;
}

#[tokio::test]
async fn what_is_there_may_be_shipped_while_the_rest_waits() {
    let (shop, acme) = shop().await;
    shop.receives("A-1", MAIN, 6).await;
    let order = acme.places(&[line("A-1", 10)]).await;
    assert_eq!(order.lines[0].quantities.allocated, "6");
    shop.admin().ships(&order.number).await;
    assert_eq!(acme.reads_order(&order.number).await.status, "partially_shipped");
    shop.receives("A-1", MAIN, 4).await;
    gets(&acme, &order, "10").await;
    shop.admin().ships(&order.number).await;
    let seen = acme.reads_order(&order.number).await;
    assert_eq!(seen.status, "shipped");
    assert_eq!(seen.lines[0].quantities.shipped, "10");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_held_order_keeps_its_place_in_the_line() {
    let (shop, acme) = shop().await;
    let (held, other) = (acme.places(&[line("A-1", 5)]).await, acme.places(&[line("A-1", 5)]).await);
    shop.seller("sales").await.holds(&held.number, "dispute").await.ok();
    shop.receives("A-1", MAIN, 5).await;
    let served = gets(&acme, &held, "5").await;
    assert_eq!(served.status, "held");
    assert_eq!(acme.reads_order(&other.number).await.lines[0].quantities.allocated, "0");
}

#[tokio::test]
async fn what_was_cancelled_while_it_waited_gets_nothing() {
    let (shop, acme) = shop().await;
    let (given_up, other) = (acme.places(&[line("A-1", 5)]).await, acme.places(&[line("A-1", 2)]).await);
    let cancelled: Order = acme.cancels(&given_up.number, json!({})).await.read_as(200);
    assert_eq!(cancelled.lines[0].quantities.cancelled, "5");
    shop.receives("A-1", MAIN, 5).await;
    gets(&acme, &other, "2").await;
    assert_eq!(shop.levels("A-1").await, (5, 2, 3));
    assert_eq!(acme.reads_order(&given_up.number).await.lines[0].quantities.allocated, "0");
}

#[tokio::test]
async fn safety_stock_is_not_given_to_those_who_wait() {
    let (shop, acme) = shop().await;
    shop.admin().put("/v1/stock-levels", &json!([{ "sku": "A-1", "warehouse": MAIN, "safety": "3" }])).await.ok();
    let order = acme.places(&[line("A-1", 5)]).await;
    shop.receives("A-1", MAIN, 5).await;
    gets(&acme, &order, "2").await;
    assert_eq!(shop.levels("A-1").await, (5, 2, 0));
}

#[tokio::test]
async fn what_may_not_wait_is_refused_when_it_is_not_there() {
    let (shop, acme) = shop().await;
    shop.sells("NOW", "1.00", 3).await;
    let answer = acme.orders(&[line("A-1", 1), line("NOW", 4)]).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    answer.is_refused_for("insufficient-stock", &["/lines/1/quantity insufficient-stock"]);
    assert_eq!(acme.places(&[line("NOW", 3)]).await.status, "allocated");
}

#[tokio::test]
async fn more_lines_than_one_round_serves_are_served_in_the_next() {
    let (shop, acme) = shop().await;
    let order = acme.places(&vec![line("A-1", 1); 1_100]).await;
    shop.receives("A-1", MAIN, 1_100).await;
    let served = acme.sees_order_become(&order.number, "allocated").await;
    assert!(served.lines.iter().all(|line| line.quantities.allocated == "1"), "every line of them");
    shop.books_agree().await;
}

#[tokio::test]
async fn deliveries_at_the_same_time_give_no_piece_twice() {
    let (shop, acme) = shop().await;
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(acme.places(&[line("A-1", 5)]).await);
    }
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let admin = shop.admin();
        let receipt = json!([{ "sku": "A-1", "warehouse": MAIN, "quantity": "3", "reason": "receipt" }]);
        running.spawn(async move { admin.post("/v1/stock-movements", &receipt).await.ok() });
    }
    running.join_all().await;
    let all = async || (shop.levels("A-1").await == (24, 24, 0)).then_some(());
    eventually("everything that arrived is given", PATIENCE, all).await;
    gets(&acme, &orders[3], "5").await;
    gets(&acme, &orders[4], "4").await;
    shop.books_agree().await;
}

#[tokio::test]
async fn the_account_is_told_of_what_its_order_got() {
    let (shop, acme) = shop().await;
    let order = acme.places(&[line("A-1", 2)]).await;
    shop.receives("A-1", MAIN, 2).await;
    gets(&acme, &order, "2").await;
    assert_eq!(acme.events_about(&format!("order/{}", order.number)).await, ["order.placed", "order.allocated"]);
}
