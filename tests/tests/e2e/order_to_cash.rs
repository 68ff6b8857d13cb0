//! The whole main job, as an ERP client does it with a token: from a part number to a shipped, invoiced, paid, closed order.

use serde_json::json;

use crate::support::{
    Actor, Cart, Invoice, MAIN, Order, PATIENCE, PriceQuote, Remittance, Shipment, Shop, eventually, line, nothing_rejected,
};

/// A shop where three pumps are there and more may be waited for, and bolts are sold at an eighth of a euro.
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
    finds_and_prices(&acme).await;
    let order = orders_by_part_number(&acme).await;
    let warehouse = shop.seller("warehouse").await;
    let first = picked_packed_and_shipped(&warehouse, &order.number).await;
    assert_eq!(acme.reads_order(&order.number).await.status, "partially_shipped");
    shop.receives("PUMP", MAIN, 2).await;
    let allocated = async || (acme.reads_order(&order.number).await.lines[0].quantities.allocated == "5").then_some(());
    eventually("what arrived goes to the waiting line", PATIENCE, allocated).await;
    let second = warehouse.ships(&order.number).await;
    assert_eq!(acme.reads_order(&order.number).await.status, "shipped");

    let invoices = [acme.invoice_of(&first).await, acme.invoice_of(&second).await];
    assert_eq!(invoices[0].totals.total, "372.63 EUR", "three pumps and the bolts");
    assert_eq!(invoices[1].totals.total, "240 EUR", "two pumps: parts add up to the order");
    let credit = shop.credit_of("ACME").await;
    assert_eq!(credit.receivable, "612.63 EUR");
    assert_eq!(credit.committed, "0 EUR");
    pays_in_two_parts(&shop, &invoices).await;
    let closed = acme.sees_order_become(&order.number, "closed").await;
    assert_eq!(closed.totals.open, "612.63 EUR");
    assert_eq!(closed.lines[1].quantities.invoiced, "101");
    assert_eq!(shop.credit_of("ACME").await.exposure, "0 EUR");
    shop.books_agree().await;
    follows_every_step(&acme, &order.number).await;
}

/// Finds a pump by its number and asks what it costs and when it can leave.
async fn finds_and_prices(acme: &Actor) {
    let found = async || acme.finds("p100a").await.contains(&"PUMP".to_owned()).then_some(());
    eventually("the part number is found", PATIENCE, found).await;
    let quote: PriceQuote = acme.quotes(&[line("PUMP", 5), line("BOLT", 101)]).await.read_as(200);
    assert_eq!(quote.lines[1].sku, "BOLT");
    assert_eq!(quote.lines[1].unit_price.expect("a price"), "0.125");
    assert_eq!(quote.lines[1].line_amount.expect("an amount"), "12.63", "half a cent goes up");
    let available = acme.get("/v1/availability?sku=PUMP&quantity=5").await.ok();
    assert_eq!(available["items"][0]["available"], "3");
}

/// Puts five pumps, by the maker's number, and 101 bolts into a cart and orders it.
async fn orders_by_part_number(acme: &Actor) -> Order {
    let id = acme.cart().await;
    let lines = [json!({ "identifier": "P-100/A", "quantity": "5" }), line("BOLT", 101)];
    nothing_rejected(&acme.adds(&id, &lines).await.ok());
    let cart: Cart = acme.get(&format!("/v1/carts/{id}")).await.read_as(200);
    assert_eq!((cart.id.as_str(), cart.status.as_str(), cart.lines[0].sku.as_str()), (id.as_str(), "open", "PUMP"));
    assert_eq!(cart.lines[1].quantity, "101");
    let order: Order = acme.orders_cart(&id).await.read_as(201);
    assert_eq!((order.account.as_str(), order.status.as_str()), ("ACME", "backordered"), "three pumps of five are there");
    assert_eq!(order.totals.goods, "612.63 EUR");
    assert_eq!(order.totals.total, "612.63 EUR");
    assert!(order.rejected.is_empty());
    let bolts = &order.lines[1];
    assert_eq!((bolts.line, bolts.sku.as_str()), (2, "BOLT"));
    assert_eq!((bolts.unit_price, bolts.line_amount, bolts.quantities.ordered), ("0.125".into(), "12.63".into(), "101".into()));
    order
}

/// Picks, packs and ships all that is there.
async fn picked_packed_and_shipped(warehouse: &Actor, order: &str) -> Shipment {
    let number = warehouse.lists_for_picking(order).await.number;
    warehouse.steps(&number, "picks", json!({})).await.ok();
    let parcels = json!({ "parcels": [{ "tracking_number": "JD014", "weight_grams": 21_000 }, { "tracking_number": "JD015" }] });
    warehouse.steps(&number, "packing", parcels).await.ok();
    let shipped: Shipment = warehouse.steps(&number, "dispatch", json!({ "carrier": "DHL" })).await.read_as(200);
    for tracking in ["JD014", "JD015"] {
        let scan = json!([{ "tracking_number": tracking, "code": "delivered", "occurred_at": "2026-11-22T09:00:00Z" }]);
        warehouse.steps(&number, "tracking-events", scan).await.ok();
    }
    assert_eq!(warehouse.reads_shipment(&number).await.stage, "delivered");
    shipped
}

/// One remittance pays the first invoice and a part of the second, another one the rest.
async fn pays_in_two_parts(shop: &Shop, [first, second]: &[Invoice; 2]) {
    let finance = shop.seller("finance").await;
    let both = json!([{ "invoice": first.number, "amount": "372.63" }, { "invoice": second.number, "amount": "100.00" }]);
    let one: Remittance = finance.receives_money("ACME", "472.63", json!({ "allocations": both })).await;
    assert_eq!(one.unallocated, "0 EUR");
    assert_eq!(finance.reads_invoice(&second.number).await.status, "partially_paid");
    finance.receives_money("ACME", "140.00", json!({})).await;
    assert_eq!(finance.reads_invoice(&second.number).await.status, "paid");
}

/// The account reads in its events what happened, in order.
async fn follows_every_step(acme: &Actor, order: &str) {
    let events = acme.get("/v1/events?after=0&limit=500").await.ok();
    let kinds: Vec<&str> = events["items"].list().iter().map(|event| event["type"].text()).collect();
    let mut rest = kinds.as_slice();
    for step in ["order.placed", "shipment.created", "shipment.shipped", "order.allocated", "invoice.paid", "order.closed"] {
        let at = rest.iter().position(|kind| *kind == step);
        rest = &rest[at.unwrap_or_else(|| panic!("{step} of {order} in {kinds:?}"))..];
    }
    // The first invoice may come before or after the second allocation.
    assert_eq!(kinds.iter().filter(|kind| **kind == "invoice.issued").count(), 2);
}
