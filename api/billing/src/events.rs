//! Events of invoices and payments.

use entity::{AccountId, InvoiceId, OrderId, PaymentId, ShipmentId, invoices};
use kernel::wire::Money;
use serde::{Deserialize, Serialize};
use store::EventDetails;

/// An invoice after what happened to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InvoiceDetails {
    /// Its row.
    invoice_id: InvoiceId,
    /// Its number.
    number: String,
    /// The row of the order it is of.
    order_id: OrderId,
    /// The row of the shipment it is of.
    shipment_id: ShipmentId,
    /// Who owes it.
    account_id: AccountId,
    /// What is owed in all.
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
    /// Nothing is open of an invoice any more.
    pub(crate) InvoicePaid = "invoice.paid",
}

/// A payment, or a part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaymentDetails {
    /// Its row.
    pub(crate) payment_id: PaymentId,
    /// Its name in the API.
    pub(crate) id: String,
    /// Who paid.
    pub(crate) account_id: AccountId,
    /// The number of the order it names.
    pub(crate) order: Option<String>,
    /// How much was paid or allocated.
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
    /// A payment came in.
    pub(crate) PaymentRecorded = "payment.recorded",
    /// What was left of a payment was allocated to invoices.
    pub(crate) PaymentAllocated = "payment.allocated",
}
