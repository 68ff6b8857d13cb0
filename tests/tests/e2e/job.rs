//! The whole main job, as an ERP client does it with a token: from a part number to a shipped, invoiced, paid, closed order.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Actor, MAIN, Shop, eventually, line, micros, nothing_rejected, number_of, parse};

const PATIENCE: Duration = Duration::from_secs(20);

/// The invoice of a shipment, which is issued a moment after it left.
async fn invoice_of(reader: &Actor, shipment: &str) -> Value {
    let issued = async || reader.all("/v1/invoices").await.into_iter().find(|invoice| invoice["shipment"] == shipment);
    eventually("the shipment is invoiced", PATIENCE, issued).await.0
}

fn payment(account: &str, amount: &str, invoices: &[(&Value, &str)]) -> Value {
    let allocations: Vec<Value> =
        invoices.iter().map(|(invoice, amount)| json!({ "invoice": invoice["number"], "amount": amount })).collect();
    json!({ "account": account, "currency": "EUR", "amount": amount, "method": "bank_transfer", "allocations": allocations })
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.account_with("ACME", json!({ "credit_limit": "1000.00", "terms": "NET30" })).await;
    shop.sells("PUMP", "120.00", 3).await;
    shop.sells("BOLT", "0.125", 500).await;
    shop.product("PUMP", json!({ "backorder": true, "identifiers": { "mpn": "P-100/A" } })).await;
    shop
}

#[tokio::test]
async fn from_a_part_number_to_a_shipped_invoiced_paid_and_closed_order() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let found = async || {
        let hits = acme.get("/v1/search?q=p100a").await.ok();
        hits["items"].as_array()?.iter().any(|hit| hit["sku"] == "PUMP").then_some(())
    };
    eventually("the part number is found", PATIENCE, found).await;
    let quote = acme.quotes(&[line("PUMP", 5), line("BOLT", 101)]).await.ok();
    assert_eq!(micros(&quote["lines"][1]["line_amount"]), parse("12.63"), "half a cent goes up: {quote}");
    let available = acme.get("/v1/availability?sku=PUMP&quantity=5").await.ok();
    assert_eq!(micros(&available["items"][0]["available"]), parse("3"));

    let cart = acme.cart().await;
    let lines = [json!({ "identifier": "P-100/A", "quantity": "5" }), line("BOLT", 101)];
    nothing_rejected(&acme.adds(&cart, &lines).await.ok());
    let placed = acme.orders_cart(&cart).await.is(201);
    let number = number_of(&placed);
    assert_eq!(micros(&placed["totals"]["placed"]), parse("612.63"));
    assert_eq!(placed["status"], "backordered", "three pumps of five are there: {placed}");

    let warehouse = shop.seller("warehouse").await;
    let first = picked_packed_and_shipped(&warehouse, &number).await;
    assert_eq!(acme.order(&number).await["status"], "partially_shipped");
    shop.receives("PUMP", MAIN, 2).await;
    let allocated = async || {
        let order = acme.order(&number).await;
        (micros(&order["lines"][0]["quantities"]["allocated"]) == parse("5")).then_some(())
    };
    eventually("what arrived goes to the waiting line", PATIENCE, allocated).await;
    let second = warehouse.post("/v1/shipments", &json!({ "order": number, "carrier": "DHL" })).await.is(201);
    let second = number_of(&second);
    assert_eq!(acme.order(&number).await["status"], "shipped");

    let invoices = [invoice_of(&acme, &first).await, invoice_of(&acme, &second).await];
    let total: i128 = invoices.iter().map(|invoice| micros(&invoice["total"])).sum();
    assert_eq!(total, parse("612.63"), "parts add up to the order: {invoices:?}");
    assert!(invoices.iter().all(|invoice| invoice["due_at"].is_string()));
    let credit = shop.credit("ACME").await;
    assert_eq!((micros(&credit["receivable"]), micros(&credit["committed"])), (parse("612.63"), 0), "{credit}");
    pays_in_two_parts(&shop, &invoices).await;
    let closed = async || (acme.order(&number).await["status"] == "closed").then_some(());
    eventually("shipped, invoiced and paid is closed", PATIENCE, closed).await;
    assert_eq!(micros(&shop.credit("ACME").await["exposure"]), 0);
    shop.books_agree().await;
    follows_every_step(&acme, &number).await;
}

/// Picks, packs and ships all that is there; gives the shipment's number.
async fn picked_packed_and_shipped(warehouse: &Actor, order: &str) -> String {
    let lists = warehouse.get(&format!("/v1/pick-lists?warehouse={MAIN}")).await.ok();
    assert_eq!(lists["items"][0]["order"], order, "{lists}");
    let created = warehouse.post("/v1/shipments", &json!({ "order": order, "stage": "created" })).await.is(201);
    let number = number_of(&created);
    let path = format!("/v1/shipments/{number}");
    assert_eq!(warehouse.post(&format!("{path}/picks"), &json!({})).await.ok()["stage"], "picked");
    let parcels = json!({ "parcels": [{ "tracking_number": "JD014", "weight_grams": 21_000 }, { "tracking_number": "JD015" }] });
    assert_eq!(warehouse.post(&format!("{path}/packing"), &parcels).await.ok()["stage"], "packed");
    assert_eq!(warehouse.post(&format!("{path}/dispatch"), &json!({ "carrier": "DHL" })).await.ok()["stage"], "shipped");
    for tracking in ["JD014", "JD015"] {
        let scan = json!([{ "tracking_number": tracking, "code": "delivered", "occurred_at": "2026-11-22T09:00:00Z" }]);
        warehouse.post(&format!("{path}/tracking-events"), &scan).await.ok();
        warehouse.post(&format!("{path}/tracking-events"), &scan).await.ok();
    }
    let read = warehouse.get(&path).await.ok();
    assert_eq!(read["stage"], "delivered", "{read}");
    assert_eq!(read["tracking"].as_array().map(Vec::len), Some(2), "what is told twice is kept once: {read}");
    number
}

/// One remittance pays the first invoice and a part of the second, another one the rest.
async fn pays_in_two_parts(shop: &Shop, invoices: &[Value; 2]) {
    let finance = shop.seller("finance").await;
    let [first, second] = invoices;
    let whole = first["total"]["amount"].as_str().expect("an amount");
    let (paid, rest) = ("100.00", crate::support::decimal(micros(&second["total"]) - parse("100")));
    let amount = crate::support::decimal(micros(&first["total"]) + parse(paid));
    let body = payment("ACME", &amount, &[(first, whole), (second, paid)]);
    let once = finance.post_once("/v1/payments", "bank-1", &body).await;
    let again = finance.post_once("/v1/payments", "bank-1", &body).await;
    assert_eq!(once.text, again.text);
    once.is(201);
    let half = finance.get(&format!("/v1/invoices/{}", second["number"].as_str().expect("a number"))).await.ok();
    assert_eq!(half["status"], "partially_paid", "{half}");
    finance.post("/v1/payments", &payment("ACME", "9999", &[(second, "9999")])).await.problem_code();
    finance.post("/v1/payments", &payment("ACME", &rest, &[(second, &rest)])).await.is(201);
    let done = finance.get(&format!("/v1/invoices/{}", second["number"].as_str().expect("a number"))).await.ok();
    assert_eq!(done["status"], "paid", "{done}");
}

/// The account reads in its events what happened, in order.
async fn follows_every_step(acme: &Actor, order: &str) {
    let events = acme.get("/v1/events?after=0&limit=500").await.ok();
    let kinds: Vec<&str> = events["items"].as_array().expect("items").iter().filter_map(|e| e["type"].as_str()).collect();
    let mut rest = kinds.as_slice();
    let steps = [
        "order.placed",
        "shipment.created",
        "shipment.shipped",
        "order.allocated",
        "invoice.issued",
        "invoice.paid",
        "order.closed",
    ];
    for step in steps {
        // The first invoice may come before or after the second allocation.
        let from = if step == "invoice.issued" { kinds.as_slice() } else { rest };
        let at = from.iter().position(|kind| *kind == step);
        assert!(at.is_some(), "{step} of {order} in {kinds:?}");
        if step != "invoice.issued" {
            rest = &rest[at.unwrap_or(0)..];
        }
    }
}

#[tokio::test]
async fn a_held_order_is_not_shipped_and_what_is_on_a_pick_list_is_not_cancelled() {
    let shop = shop().await;
    let acme = shop.erp("ACME").await;
    let warehouse = shop.seller("warehouse").await;
    shop.receives("PUMP", MAIN, 20).await;
    let held = number_of(&acme.orders(&[line("PUMP", 9)]).await.is(201));
    warehouse.post("/v1/shipments", &json!({ "order": held })).await.is_refused("order-held");
    shop.seller("finance").await.post(&format!("/v1/orders/{held}/release"), &json!({})).await.ok();
    let shipment = warehouse.post("/v1/shipments", &json!({ "order": held, "stage": "picked" })).await.is(201);
    assert!((400..500).contains(&acme.cancels(&held, json!({ "lines": [{ "line": 1, "quantity": "1" }] })).await.status));
    let path = format!("/v1/shipments/{}/cancellation", number_of(&shipment));
    assert_eq!(warehouse.post(&path, &json!({})).await.ok()["stage"], "cancelled");
    assert_eq!(acme.cancels(&held, json!({})).await.ok()["status"], "cancelled");
    shop.books_agree().await;
}

#[tokio::test]
async fn paying_early_takes_the_discount_of_the_terms() {
    let shop = shop().await;
    shop.account_with("QUICK", json!({ "terms": "2-10-NET30" })).await;
    let quick = shop.erp("QUICK").await;
    let number = number_of(&quick.orders(&[line("BOLT", 400)]).await.is(201));
    let shipment = shop.admin().post("/v1/shipments", &json!({ "order": number })).await.is(201);
    let invoice = invoice_of(&quick, &number_of(&shipment)).await;
    assert_eq!(micros(&invoice["total"]), parse("50"));
    assert_eq!(micros(&invoice["early_payment"]["amount"]), parse("49"), "{invoice}");
    shop.admin().post("/v1/payments", &payment("QUICK", "49.00", &[(&invoice, "49.00")])).await.is(201);
    let paid = quick.get(&format!("/v1/invoices/{}", invoice["number"].as_str().expect("a number"))).await.ok();
    assert_eq!((paid["status"].as_str(), micros(&paid["discounted"])), (Some("paid"), parse("1")), "{paid}");
    assert_eq!(micros(&shop.credit("QUICK").await["exposure"]), 0);
}

#[tokio::test]
async fn shipments_invoices_and_payments_of_another_account_do_not_exist() {
    let shop = shop().await;
    shop.account("RIVAL").await;
    let acme = shop.erp("ACME").await;
    let rival = shop.erp("RIVAL").await;
    let order = number_of(&acme.orders(&[line("BOLT", 10)]).await.is(201));
    let shipment = number_of(&shop.admin().post("/v1/shipments", &json!({ "order": order })).await.is(201));
    let invoice = invoice_of(&acme, &shipment).await;
    let invoice = invoice["number"].as_str().expect("a number");
    acme.get(&format!("/v1/shipments/{shipment}")).await.ok();
    rival.get(&format!("/v1/shipments/{shipment}")).await.is_refused("shipment-not-found");
    rival.get(&format!("/v1/invoices/{invoice}")).await.is_refused("invoice-not-found");
    rival.get("/v1/accounts/ACME/statement").await.is_refused("account-not-found");
    for list in ["/v1/shipments", "/v1/invoices", "/v1/orders", "/v1/carts"] {
        assert!(rival.all(list).await.is_empty(), "{list}");
        rival.get(&format!("{list}?account=ACME")).await.is_refused("account-not-found");
    }
}
