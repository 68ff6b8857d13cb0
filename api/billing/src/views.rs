//! Invoices, payments and statements on the wire.

use entity::{Amount, Instant};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::account_statement::{AccountStatement, Sums, days_late};
use super::payments::{NewAllocation, NewPayment};
use super::queries::{LoadedInvoice, LoadedPayment, payment_name};
use identity::Accounts;
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Code, Money, QuantityText, Text, Timestamp, Totals, TotalsParts};

/// How far an invoice is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceStatus {
    /// Nothing is paid, nothing is late.
    Open,
    /// A part is paid, nothing is late.
    PartiallyPaid,
    /// Something is open after it was due.
    Overdue,
    /// Nothing is open.
    Paid,
}

/// An invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct InvoiceView {
    /// Number, without gaps within a year.
    pub number: String,
    /// Account that owes it.
    pub account: String,
    /// Number of the order.
    pub order: String,
    /// Number of the shipment it is for.
    pub shipment: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// How far it is paid.
    pub status: InvoiceStatus,
    /// What it comes to.
    pub totals: Totals,
    /// What was paid.
    pub paid: Money,
    /// What was taken off for paying early.
    pub discounted: Money,
    /// What is still open.
    pub open: Money,
    /// Payment terms.
    pub terms: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// What paying early takes off.
    pub early_payment: Option<EarlyPaymentView>,
    /// Version of the invoice, as in its `ETag`.
    pub version: i64,
    /// The lines.
    pub lines: Vec<InvoiceLineView>,
    /// Which payments settled it.
    pub payments: Vec<SettledByView>,
}

/// What paying early takes off.
#[derive(Debug, Object, Serialize)]
pub(crate) struct EarlyPaymentView {
    /// Until when the money must have arrived.
    pub until: Timestamp,
    /// What is taken off.
    pub discount: Money,
    /// What is to be paid until then.
    pub amount: Money,
}

/// A line of an invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct InvoiceLineView {
    /// Number of the line, from 1.
    pub line: i32,
    /// Number of the order's line.
    pub order_line: i32,
    /// SKU.
    pub sku: String,
    /// Title when it was ordered.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Quantity in the unit.
    pub quantity: QuantityText,
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: QuantityText,
    /// What the line costs. The parts of an order line invoiced one after another add up to the line exactly.
    pub line_amount: AmountText,
}

/// What a payment settled of an invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SettledByView {
    /// Id of the payment.
    pub payment: String,
    /// What was paid.
    pub amount: Money,
    /// What was taken off.
    pub discount: Money,
}

fn minus(amounts: [Amount; 3]) -> Amount {
    Amount(amounts[0].0 - amounts[1].0 - amounts[2].0)
}

fn status_of(row: &entity::invoices::Model, now: Instant) -> InvoiceStatus {
    if minus([row.total, row.paid, row.discounted]).0 == 0 {
        InvoiceStatus::Paid
    } else if row.due_at < now {
        InvoiceStatus::Overdue
    } else if row.paid.0 > 0 {
        InvoiceStatus::PartiallyPaid
    } else {
        InvoiceStatus::Open
    }
}

impl InvoiceView {
    /// The view of a loaded invoice as of `now`.
    pub(super) fn new(loaded: LoadedInvoice, accounts: &Accounts, now: Instant) -> Result<Self, CommonError> {
        let LoadedInvoice { invoice, order_number, shipment_number, lines, settled_by } = loaded;
        let money = |amount: Amount| Money::new(amount, invoice.currency.code());
        let early = invoice.discount_until.map(|until| EarlyPaymentView {
            until: Timestamp(until),
            discount: money(invoice.discount_amount),
            amount: money(minus([invoice.total, invoice.discount_amount, Amount(0)])),
        });
        let settled = settled_by.into_iter().map(|a| SettledByView {
            payment: payment_name(a.payment_id),
            amount: money(a.amount),
            discount: money(a.discount),
        });
        let totals = Totals::new(invoice.total, TotalsParts::default(), invoice.currency.code());
        Ok(Self {
            account: accounts.code_of(invoice.account_id),
            order: order_number,
            shipment: shipment_number,
            status: status_of(&invoice, now),
            totals: totals.map_err(|e| CommonError::Internal(format!("invoice {}: {e}", invoice.number)))?,
            paid: money(invoice.paid),
            discounted: money(invoice.discounted),
            open: money(minus([invoice.total, invoice.paid, invoice.discounted])),
            issued_at: Timestamp(invoice.issued_at),
            due_at: Timestamp(invoice.due_at),
            early_payment: early,
            version: invoice.version,
            lines: lines.into_iter().map(Into::into).collect(),
            payments: settled.collect(),
            number: invoice.number,
            purchase_order_number: invoice.purchase_order_number,
            terms: invoice.terms.to_string(),
        })
    }
}

impl From<entity::invoice_lines::Model> for InvoiceLineView {
    fn from(row: entity::invoice_lines::Model) -> Self {
        Self {
            line: row.line_no,
            order_line: row.order_line_no,
            sku: row.sku,
            title: row.title,
            unit: row.unit.to_string(),
            quantity: row.quantity.into(),
            unit_price: row.unit_price.into(),
            per: row.per.into(),
            line_amount: row.line_amount.into(),
        }
    }
}

/// A payment.
#[derive(Debug, Object, Serialize)]
pub(crate) struct RemittanceView {
    /// Id of the payment.
    pub id: String,
    /// Account that paid.
    pub account: String,
    /// The order it was paid for in advance.
    pub order: Option<String>,
    /// What arrived.
    pub amount: Money,
    /// What is not allocated to invoices.
    pub unallocated: Money,
    /// How it was paid.
    pub method: String,
    /// Reference of the payment.
    pub reference: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What it settled.
    pub allocations: Vec<SettlesView>,
}

/// What a payment settled of an invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SettlesView {
    /// Number of the invoice.
    pub invoice: String,
    /// What was paid of it.
    pub amount: Money,
    /// What was taken off it.
    pub discount: Money,
}

impl RemittanceView {
    /// The view of a loaded payment.
    pub(super) fn new(loaded: LoadedPayment, accounts: &Accounts) -> Self {
        let LoadedPayment { payment, order_number, settles } = loaded;
        let money = |amount: Amount| Money::new(amount, payment.currency.code());
        let allocations = settles.into_iter().map(|(invoice, part)| SettlesView {
            invoice,
            amount: money(part.amount),
            discount: money(part.discount),
        });
        Self {
            id: payment_name(payment.id),
            account: accounts.code_of(payment.account_id),
            order: order_number,
            amount: money(payment.amount),
            unallocated: money(payment.unallocated),
            allocations: allocations.collect(),
            method: payment.method,
            reference: payment.reference,
            received_at: Timestamp(payment.received_at),
            recorded_at: Timestamp(payment.recorded_at),
        }
    }
}

/// What an account owes.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StatementView {
    /// Account.
    pub account: String,
    /// As of when.
    pub as_of: Timestamp,
    /// Sums, one entry per currency.
    pub balances: Vec<BalanceView>,
    /// Open invoices, oldest due first; at most 1,000.
    pub invoices: Vec<OpenInvoiceView>,
    /// Payments of which something is not allocated, oldest first; at most 1,000.
    pub unallocated_payments: Vec<RemittanceView>,
    /// Whether every open invoice and payment is shown; the sums are over all in any case.
    pub complete: bool,
}

/// What is owed in one currency.
#[derive(Debug, Object, Serialize)]
pub(crate) struct BalanceView {
    /// Currency.
    pub currency: String,
    /// Open invoices.
    pub open: AmountText,
    /// Open invoices by how late they are.
    pub aging: AgingView,
    /// Paid and not allocated.
    pub unallocated: AmountText,
    /// Open invoices less what is paid and not allocated.
    pub balance: AmountText,
}

/// Open amounts by how late they are.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AgingView {
    /// Not yet due.
    pub current: AmountText,
    /// 1 to 30 days late.
    pub days_1_30: AmountText,
    /// 31 to 60 days late.
    pub days_31_60: AmountText,
    /// 61 to 90 days late.
    pub days_61_90: AmountText,
    /// More than 90 days late.
    pub days_over_90: AmountText,
}

/// An open invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct OpenInvoiceView {
    /// Number.
    pub number: String,
    /// Number of the order.
    pub order: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// Sum of the lines.
    pub total: Money,
    /// What is still open.
    pub open: Money,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// Days it is late.
    pub days_late: i64,
}

impl StatementView {
    /// The view of a statement as of `now`.
    pub(super) fn new(account: &str, statement: AccountStatement, accounts: &Accounts, now: Instant) -> Self {
        let invoices = statement.invoices.into_iter().map(|(row, order)| OpenInvoiceView {
            order,
            total: Money::new(row.total, row.currency.code()),
            open: Money::new(minus([row.total, row.paid, row.discounted]), row.currency.code()),
            issued_at: Timestamp(row.issued_at),
            due_at: Timestamp(row.due_at),
            days_late: days_late(row.due_at, now),
            number: row.number,
            purchase_order_number: row.purchase_order_number,
        });
        Self {
            account: account.to_owned(),
            as_of: Timestamp(now),
            balances: statement.sums.iter().map(|(currency, sums)| balance(*currency, sums)).collect(),
            invoices: invoices.collect(),
            unallocated_payments: statement.payments.into_iter().map(|p| RemittanceView::new(p, accounts)).collect(),
            complete: statement.complete,
        }
    }
}

fn balance(currency: entity::CurrencyCode, sums: &Sums) -> BalanceView {
    let text = |micros: i64| AmountText::from(Amount(micros));
    let open = sums.buckets.iter().fold(0_i64, |sum, part| sum.saturating_add(*part));
    let [current, to_30, to_60, to_90, over] = sums.buckets.map(text);
    BalanceView {
        currency: currency.to_string(),
        open: text(open),
        aging: AgingView { current, days_1_30: to_30, days_31_60: to_60, days_61_90: to_90, days_over_90: over },
        unallocated: text(sums.unallocated),
        balance: text(open.saturating_sub(sums.unallocated)),
    }
}

/// How money arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaidBy {
    /// Transfer to the seller's bank account.
    BankTransfer,
    /// Collected from the customer's bank account.
    DirectDebit,
    /// Card.
    Card,
    /// Cheque.
    Cheque,
    /// Cash.
    Cash,
    /// Set off or otherwise.
    Other,
}

impl PaidBy {
    fn word(self) -> &'static str {
        match self {
            Self::BankTransfer => "bank_transfer",
            Self::DirectDebit => "direct_debit",
            Self::Card => "card",
            Self::Cheque => "cheque",
            Self::Cash => "cash",
            Self::Other => "other",
        }
    }
}

/// A payment that arrived.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemittanceInput {
    /// Account that paid.
    pub account: Code,
    /// Currency.
    pub currency: Text<3>,
    /// What arrived, in whole coins of the currency.
    pub amount: AmountText,
    /// How it was paid.
    pub method: PaidBy,
    /// Reference of the payment.
    #[oai(default)]
    #[serde(default)]
    pub reference: Text<140>,
    /// When it arrived; now if nothing is said. It decides about discounts for paying early.
    pub received_at: Option<Timestamp>,
    /// Order paid for in advance; not together with allocations.
    pub order: Option<Code>,
    /// What it settles. Left out, the invoices due first are settled; an empty list settles nothing.
    pub allocations: Option<Vec<AllocationInput>>,
}

/// What a remittance says of one invoice.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllocationInput {
    /// Number of the invoice.
    pub invoice: Code,
    /// What is paid of it.
    pub amount: AmountText,
    /// What is taken off for paying early; left out, what the terms give.
    pub discount: Option<AmountText>,
}

/// What the rest of a payment settles.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct AllocationsInput {
    /// What it settles; left out, the invoices due first are settled.
    pub allocations: Option<Vec<AllocationInput>>,
}

impl AllocationsInput {
    /// What is asked for.
    pub(super) fn into_requested(self) -> Option<Vec<NewAllocation>> {
        self.allocations.map(|all| all.into_iter().map(Into::into).collect())
    }
}

impl From<AllocationInput> for NewAllocation {
    fn from(input: AllocationInput) -> Self {
        Self { invoice: input.invoice.into_inner(), amount: input.amount.0.into(), discount: input.discount.map(|d| d.0.into()) }
    }
}

impl From<RemittanceInput> for NewPayment {
    fn from(input: RemittanceInput) -> Self {
        Self {
            account: input.account.into_inner(),
            currency: input.currency.into_inner(),
            amount: input.amount.0.into(),
            method: input.method.word(),
            reference: input.reference.into_inner(),
            received_at: input.received_at.map(|t| t.0),
            order: input.order.map(Code::into_inner),
            allocations: AllocationsInput { allocations: input.allocations }.into_requested(),
        }
    }
}
