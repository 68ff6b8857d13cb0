//! Holds: an order that is held keeps its stock and its credit and is not shipped until every hold is released.

use serde_json::json;

use crate::support::{Actor, Order, Shop, line};

/// A shop with 100 of `A-1` at 2.50, an account with a limit of 100.00, its machine and somebody who may hold orders.
async fn shop() -> (Shop, Actor, Actor) {
    let shop = Shop::open().await;
    shop.account_with("ACME", json!({ "credit_limit": "100.00" })).await;
    shop.account("RIVAL").await;
    shop.sells("A-1", "2.50", 100).await;
    let (acme, finance) = (shop.erp("ACME").await, shop.seller("finance").await);
    (shop, acme, finance)
}

#[tokio::test]
async fn staff_hold_an_order_which_keeps_its_stock_and_credit() {
    let (shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    let held: Order = finance.holds(&order.number, "unclear address").await.read_as(200);
    assert_eq!((held.status.as_str(), held.held_for()), ("held", vec!["manual"]));
    assert_eq!(held.holds[0].reason, "unclear address");
    assert_eq!(held.version, order.version + 1);
    assert_eq!(shop.levels("A-1").await, (100, 10, 90));
    assert_eq!(shop.credit_of("ACME").await.committed, "25.00 EUR");
    assert_eq!(acme.reads_order(&order.number).await.status, "held", "the account sees it");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_released_order_goes_on_and_the_hold_is_remembered() {
    let (_shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    finance.holds(&order.number, "unclear address").await.ok();
    let released: Order = finance.releases(&order.number, json!({})).await.read_as(200);
    assert_eq!((released.status.as_str(), released.held_for()), ("allocated", vec![]));
    assert!(released.holds.len() == 1 && released.holds[0].released_at.is_some(), "{released:?}");
    let answer = finance.releases(&order.number, json!({})).await;
    assert_eq!(answer.status, 409);
    answer.is_refused("order-not-held");
}

#[tokio::test]
async fn holding_again_says_the_newest_reason_and_holds_once() {
    let (_shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 1)]).await;
    finance.holds(&order.number, "first").await.ok();
    let again: Order = finance.holds(&order.number, "second").await.read_as(200);
    assert_eq!((again.holds.len(), again.holds[0].reason.as_str()), (1, "second"));
    finance.releases(&order.number, json!({})).await.ok();
    let anew: Order = finance.holds(&order.number, "third").await.read_as(200);
    assert_eq!((anew.held_for(), anew.holds[0].reason.as_str()), (vec!["manual"], "third"));
}

#[tokio::test]
async fn one_kind_of_hold_is_released_and_the_other_stays() {
    let (_shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 50)]).await;
    assert_eq!(order.held_for(), ["credit_limit"]);
    let both: Order = finance.holds(&order.number, "call them").await.read_as(200);
    let mut kinds = both.held_for();
    kinds.sort_unstable();
    assert_eq!(kinds, ["credit_limit", "manual"]);
    let one: Order = finance.releases(&order.number, json!({ "kind": "credit_limit" })).await.read_as(200);
    assert_eq!((one.status.as_str(), one.held_for()), ("held", vec!["manual"]));
    finance.releases(&order.number, json!({ "kind": "credit_limit" })).await.is_refused("order-not-held");
    finance.releases(&order.number, json!({ "kind": "bored" })).await.is_refused("invalid-request");
    let none: Order = finance.releases(&order.number, json!({ "kind": "manual" })).await.read_as(200);
    assert_eq!(none.status, "allocated");
}

#[tokio::test]
async fn the_limit_is_reached_by_the_sum_of_open_orders() {
    let (shop, acme, _finance) = shop().await;
    let first = acme.places(&[line("A-1", 40)]).await;
    assert_eq!(first.status, "allocated", "100.00 of 100.00");
    let second = acme.places(&[line("A-1", 1)]).await;
    assert_eq!(shop.credit_of("ACME").await.available.expect("a limit"), "-2.50 EUR");
    assert_eq!(second.held_for(), ["credit_limit"]);
    assert!(second.holds[0].reason.contains("102.5") && second.holds[0].reason.contains("100"), "{second:?}");
    acme.cancels(&first.number, json!({})).await.ok();
    let third = acme.places(&[line("A-1", 1)]).await;
    assert_eq!(third.held_for(), Vec::<&str>::new(), "what is cancelled frees the limit");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_held_order_may_still_be_cancelled() {
    let (shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    finance.holds(&order.number, "dispute").await.ok();
    let cancelled: Order = acme.cancels(&order.number, json!({})).await.read_as(200);
    assert_eq!(cancelled.status, "cancelled");
    assert_eq!(shop.levels("A-1").await, (100, 0, 100));
    assert_eq!(shop.credit_of("ACME").await.exposure, "0 EUR");
}

#[tokio::test]
async fn what_is_over_cannot_be_held() {
    let (_shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    acme.cancels(&order.number, json!({})).await.ok();
    let answer = finance.holds(&order.number, "too late").await;
    assert_eq!(answer.status, 409);
    answer.is_refused("order-too-late");
    finance.holds("SO99999999", "nobody").await.is_refused("order-not-found");
}

#[tokio::test]
async fn only_those_who_may_hold_and_release() {
    let (shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    for role in ["warehouse", "catalog", "pricing"] {
        let person = shop.seller(role).await;
        person.holds(&order.number, "no").await.is_refused("forbidden");
        person.releases(&order.number, json!({})).await.is_refused("forbidden");
    }
    acme.holds(&order.number, "no").await.is_refused("forbidden");
    finance.holds(&order.number, "yes").await.ok();
    acme.releases(&order.number, json!({})).await.is_refused("forbidden");
    shop.seller("sales").await.releases(&order.number, json!({})).await.ok();
}

#[tokio::test]
async fn a_retried_hold_and_a_retried_release_happen_once() {
    let (_shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    for (step, body) in [("holds", json!({ "reason": "dispute" })), ("release", json!({}))] {
        let path = format!("/v1/orders/{}/{step}", order.number);
        let first = finance.post_once(&path, step, &body).await;
        let again = finance.post_once(&path, step, &body).await;
        assert_eq!((first.status, &first.text), (200, &again.text), "{step}");
    }
    let told = acme.events_about(&format!("order/{}", order.number)).await;
    assert_eq!(told, ["order.placed", "order.held", "order.released"]);
}

#[tokio::test]
async fn an_overdue_invoice_holds_the_next_order() {
    let (shop, acme, finance) = shop().await;
    shop.account_with("ACME", json!({ "terms": "NET0", "overdue_grace_days": 0, "credit_limit": "100.00" })).await;
    let first = acme.places(&[line("A-1", 4)]).await;
    let shipment = shop.admin().ships(&first.number).await;
    let invoice = finance.invoice_of(&shipment).await;
    let second = acme.places(&[line("A-1", 1)]).await;
    assert_eq!(second.held_for(), ["overdue"]);
    finance.receives_money("ACME", "10.00", json!({ "allocations": [{ "invoice": invoice.number, "amount": "10.00" }] })).await;
    let third = acme.places(&[line("A-1", 1)]).await;
    assert_eq!(third.held_for(), Vec::<&str>::new());
}
