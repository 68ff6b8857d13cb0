//! Whether the books agree: the stock ledger, the orders' quantities and the credit exposure tell one story.

use std::collections::HashMap;
use std::time::Duration;

use super::json::Json;
use super::number::{decimal, micros};
use super::shop::Shop;
use super::wait::eventually;

/// What the orders of a shop say in sum.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// Number of orders.
    pub(crate) orders: usize,
    /// Reserved and not shipped, by SKU, in millionths.
    pub(crate) reserved: HashMap<String, i128>,
    /// Shipped, by SKU, in millionths.
    pub(crate) shipped: HashMap<String, i128>,
    /// Open and not invoiced, by account, in millionths.
    pub(crate) committed: HashMap<String, i128>,
}

impl Shop {
    /// Reads all orders, and fails unless the ledger and the credit positions say the same. Orders are in stock units.
    pub(crate) async fn books_agree(&self) -> Books {
        let mut books = Books::default();
        let orders = self.orders_whose_shipments_are_invoiced().await;
        for order in &orders {
            books.enter(order);
        }
        let discrepancies = self.admin().get("/v1/stock-discrepancies").await.ok();
        assert_eq!(discrepancies["items"], serde_json::json!([]), "levels are the sums of the ledger");
        let skus: Vec<String> = books.reserved.keys().cloned().collect();
        for chunk in skus.chunks(200) {
            let query: Vec<String> = chunk.iter().map(|sku| format!("sku={sku}")).collect();
            let answer = self.admin().get(&format!("/v1/availability?{}", query.join("&"))).await.ok();
            for item in answer["items"].list() {
                let sku = item["sku"].text();
                assert_eq!(decimal(micros(&item["reserved"])), decimal(books.reserved[sku]), "{sku} is reserved for its orders");
                assert!(micros(&item["on_hand"]) >= micros(&item["reserved"]), "{item}");
            }
        }
        for (account, committed) in &books.committed {
            let credit = self.credit(account).await;
            assert_eq!(decimal(micros(&credit["committed"])), decimal(*committed), "{account}: {credit}");
        }
        books
    }
}

impl Shop {
    /// All orders, once everything that left is invoiced: the invoice follows the shipment a moment later.
    async fn orders_whose_shipments_are_invoiced(&self) -> Vec<Json> {
        let all_invoiced = |order: &Json| {
            let quantities = order["lines"].list().iter().map(|line| &line["quantities"]);
            quantities.into_iter().all(|of| micros(&of["shipped"]) == micros(&of["invoiced"]))
        };
        let orders = eventually("every shipment is invoiced", Duration::from_secs(20), async || {
            let orders = self.admin().all("/v1/orders?limit=100").await;
            orders.iter().all(all_invoiced).then_some(orders)
        });
        orders.await.0
    }
}

impl Books {
    fn enter(&mut self, order: &Json) {
        self.orders += 1;
        let account = order["account"].text().to_owned();
        let open = micros(&order["totals"]["open"]) - micros(&order["totals"]["invoiced"]);
        *self.committed.entry(account).or_default() += open;
        let mut placed = 0;
        for line in order["lines"].list() {
            placed += micros(&line["line_amount"]);
            let sku = line["sku"].text().to_owned();
            let quantities = &line["quantities"];
            let of = |name: &str| micros(&quantities[name]);
            let waiting = of("ordered") - of("cancelled") - of("allocated");
            assert_eq!(waiting, of("backordered"), "{line}");
            *self.reserved.entry(sku.clone()).or_default() += of("allocated") - of("shipped");
            *self.shipped.entry(sku).or_default() += of("shipped");
        }
        assert_eq!(placed, micros(&order["totals"]["total"]), "totals are sums of rounded lines: {}", order["number"]);
    }
}
