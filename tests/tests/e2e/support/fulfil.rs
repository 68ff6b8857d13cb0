//! The verbs after an order is placed, with typed answers: held, shipped, invoiced, paid.

use std::time::Duration;

use serde_json::{Value, json};

use super::actor::Actor;
use super::answer::Answer;
use super::shop::{Shop, merge};
use super::views::{Credit, Event, Invoice, Order, Remittance, Shipment, Statement, StockBatch};
use super::wait::eventually;

/// How long a test waits for what follows an event.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

impl Actor {
    /// Orders lines, which must succeed.
    pub(crate) async fn places(&self, lines: &[Value]) -> Order {
        self.orders(lines).await.read_as(201)
    }

    /// An order as it stands.
    pub(crate) async fn reads_order(&self, number: &str) -> Order {
        self.get(&format!("/v1/orders/{number}")).await.read_as(200)
    }

    /// Waits until an order has this status.
    pub(crate) async fn sees_order_become(&self, number: &str, status: &str) -> Order {
        let reached = async || Some(self.reads_order(number).await).filter(|order| order.status == status);
        eventually(&format!("order {number} becomes {status}"), PATIENCE, reached).await.0
    }

    /// Holds an order for a reason.
    pub(crate) async fn holds(&self, number: &str, reason: &str) -> Answer {
        self.post(&format!("/v1/orders/{number}/holds"), &json!({ "reason": reason })).await
    }

    /// Releases an order from the holds the body names.
    pub(crate) async fn releases(&self, number: &str, body: Value) -> Answer {
        self.post(&format!("/v1/orders/{number}/release"), &body).await
    }

    /// Makes a shipment of an order, with further fields of the request.
    pub(crate) async fn ships_with(&self, order: &str, fields: Value) -> Answer {
        let mut body = json!({ "order": order });
        merge(&mut body, fields);
        self.post("/v1/shipments", &body).await
    }

    /// Ships everything of an order that can be.
    pub(crate) async fn ships(&self, order: &str) -> Shipment {
        self.ships_with(order, json!({})).await.read_as(201)
    }

    /// Puts everything of an order that can be on a pick list.
    pub(crate) async fn lists_for_picking(&self, order: &str) -> Shipment {
        self.ships_with(order, json!({ "stage": "created" })).await.read_as(201)
    }

    /// Brings a shipment a step further: `picks`, `packing`, `dispatch`, `cancellation` or `tracking-events`.
    pub(crate) async fn steps(&self, shipment: &str, step: &str, body: Value) -> Answer {
        self.post(&format!("/v1/shipments/{shipment}/{step}"), &body).await
    }

    /// A shipment as it stands.
    pub(crate) async fn reads_shipment(&self, number: &str) -> Shipment {
        self.get(&format!("/v1/shipments/{number}")).await.read_as(200)
    }

    /// The invoice of a shipment, which is issued a moment after it left.
    pub(crate) async fn invoice_of(&self, shipment: &Shipment) -> Invoice {
        let path = format!("/v1/invoices?order={}&limit=100", shipment.order);
        let issued = async || {
            let invoices = self.all(&path).await.into_iter().map(|invoice| invoice.read::<Invoice>());
            invoices.into_iter().find(|invoice| invoice.shipment == shipment.number)
        };
        eventually("the shipment is invoiced", PATIENCE, issued).await.0
    }

    /// An invoice as it stands.
    pub(crate) async fn reads_invoice(&self, number: &str) -> Invoice {
        self.get(&format!("/v1/invoices/{number}")).await.read_as(200)
    }

    /// Records a transfer in EUR, with further fields of the request. Without any the invoices due first are paid.
    pub(crate) async fn records_payment(&self, account: &str, amount: &str, fields: Value) -> Answer {
        let mut body = json!({ "account": account, "currency": "EUR", "amount": amount, "method": "bank_transfer" });
        merge(&mut body, fields);
        self.post("/v1/payments", &body).await
    }

    /// Records a transfer in EUR that must be accepted.
    pub(crate) async fn receives_money(&self, account: &str, amount: &str, fields: Value) -> Remittance {
        self.records_payment(account, amount, fields).await.read_as(201)
    }

    /// Allocates what is left of a payment.
    pub(crate) async fn allocates(&self, payment: &str, body: Value) -> Answer {
        self.post(&format!("/v1/payments/{payment}/allocations"), &body).await
    }

    /// What an account owes.
    pub(crate) async fn statement_of(&self, account: &str) -> Statement {
        self.get(&format!("/v1/accounts/{account}/statement")).await.read_as(200)
    }

    /// Kinds of the events about a subject that the caller may see, in order.
    pub(crate) async fn events_about(&self, subject: &str) -> Vec<String> {
        let events = self.get("/v1/events?after=0&limit=500").await.ok();
        let events: Vec<Event> = events["items"].list().iter().map(|event| event.read()).collect();
        assert!(events.is_sorted_by_key(|event| event.seq), "events are told in their order");
        events.into_iter().filter(|event| event.subject == subject).map(|event| event.kind).collect()
    }
}

impl Shop {
    /// The credit position of an account, as a type.
    pub(crate) async fn credit_of(&self, account: &str) -> Credit {
        self.credit(account).await.read()
    }

    /// Announces supply, which must be accepted: reference, SKU, warehouse and quantity.
    pub(crate) async fn announces(&self, reference: &str, sku: &str, warehouse: &str, quantity: &str) {
        let supply = json!([{
            "reference": reference, "sku": sku, "warehouse": warehouse, "quantity": quantity, "expected_at": "2099-03-02T08:00:00Z",
        }]);
        let batch: StockBatch = self.admin().put("/v1/inbound-supplies", &supply).await.read_as(200);
        assert_eq!(batch.accepted.len(), 1, "{batch:?}");
    }
}
