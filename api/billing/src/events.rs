//! Events of invoices and payments.

use entity::{AccountId, InvoiceId, OrderId, PaymentId, ShipmentId, invoices};
use kernel::wire::Money;
use serde::{Deserialize, Serialize};
use store::EventDetails;

/// An invoice after a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InvoiceDetails {
    /// Row id.
    invoice_id: InvoiceId,
    /// Number of the invoice.
    number: String,
    /// Row id of the order.
    order_id: OrderId,
    /// Row id of the shipment.
    shipment_id: ShipmentId,
    /// Account that owes the invoice.
    account_id: AccountId,
    /// Total of the invoice.
    total: Money,
}

impl From<&invoices::Model> for InvoiceDetails {
    fn from(invoice: &invoices::Model) -> Self {
        Self {
            invoice_id: invoice.id,
            number: invoice.number.clone(),
            order_id: invoice.order_id,
            shipment_id: invoice.shipment_id,
            account_id: invoice.account_id,
            total: Money::new(invoice.total, invoice.currency.code()),
        }
    }
}

/// Public form of [`InvoiceDetails`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicInvoice<'a> {
    number: &'a str,
    total: &'a Money,
}

impl EventDetails for InvoiceDetails {
    type Public<'a> = PublicInvoice<'a>;

    fn subject(&self) -> String {
        format!("invoice/{}", self.number)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account_id)
    }

    fn public(&self) -> Option<PublicInvoice<'_>> {
        Some(PublicInvoice { number: &self.number, total: &self.total })
    }
}

store::event_kinds! {
    InvoiceDetails:
    /// A shipment was invoiced.
    pub(crate) InvoiceIssued = "invoice.issued",
    /// An invoice has no outstanding amount any more.
    pub(crate) InvoicePaid = "invoice.paid",
}

/// A payment, or a part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaymentDetails {
    /// Row id.
    pub(crate) payment_id: PaymentId,
    /// Id in the API.
    pub(crate) id: String,
    /// Account that paid.
    pub(crate) account_id: AccountId,
    /// Number of the order that the payment is for.
    pub(crate) order: Option<String>,
    /// Amount paid or allocated.
    pub(crate) amount: Money,
}

/// Public form of [`PaymentDetails`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicPayment<'a> {
    id: &'a str,
    order: Option<&'a str>,
    amount: &'a Money,
}

impl EventDetails for PaymentDetails {
    type Public<'a> = PublicPayment<'a>;

    fn subject(&self) -> String {
        format!("payment/{}", self.id)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account_id)
    }

    fn public(&self) -> Option<PublicPayment<'_>> {
        Some(PublicPayment { id: &self.id, order: self.order.as_deref(), amount: &self.amount })
    }
}

store::event_kinds! {
    PaymentDetails:
    /// A payment was recorded.
    pub(crate) PaymentRecorded = "payment.recorded",
    /// The unallocated amount of a payment was allocated to invoices.
    pub(crate) PaymentAllocated = "payment.allocated",
}
