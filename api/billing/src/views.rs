//! The API views and inputs of invoices, payments and statements.

use entity::{Amount, Instant};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::account_statement::{AccountStatement, Sums, days_late};
use super::payments::{NewAllocation, NewPayment};
use super::queries::{LoadedInvoice, LoadedPayment, payment_name};
use identity::Accounts;
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Code, Money, QuantityText, Text, Timestamp, Totals, TotalsParts};

/// Payment status of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceStatus {
    /// Nothing is paid and the invoice is not overdue.
    Open,
    /// A part is paid and the invoice is not overdue.
    PartiallyPaid,
    /// The invoice has an outstanding amount after its due date.
    Overdue,
    /// The invoice has no outstanding amount.
    Paid,
}

/// An invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct InvoiceView {
    /// Number, without gaps within a year.
    pub number: String,
    /// Account that owes the invoice.
    pub account: String,
    /// Number of the order.
    pub order: String,
    /// Number of the shipment it is for.
    pub shipment: String,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// Payment status.
    pub status: InvoiceStatus,
    /// Sum of the lines, with what is added and taken off.
    pub totals: Totals,
    /// Amount paid.
    pub paid: Money,
    /// Early-payment discount taken.
    pub discounted: Money,
    /// Outstanding amount.
    pub open: Money,
    /// Payment terms.
    pub terms: String,
    /// Time of issue.
    pub issued_at: Timestamp,
    /// Due date.
    pub due_at: Timestamp,
    /// Early-payment discount.
    pub early_payment: Option<EarlyPaymentView>,
    /// Version of the invoice, also its `ETag`.
    pub version: i64,
    /// The lines.
    pub lines: Vec<InvoiceLineView>,
    /// Payments allocated to the invoice.
    pub payments: Vec<SettledByView>,
}

/// Early-payment discount of an invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct EarlyPaymentView {
    /// Time until which the payment must be received.
    pub until: Timestamp,
    /// Discount.
    pub discount: Money,
    /// Amount to pay until then.
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
    /// Amount of the line. The parts of an order line invoiced one after another add up exactly to the order line.
    pub line_amount: AmountText,
}

/// The allocation of a payment to an invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SettledByView {
    /// Id of the payment.
    pub payment: String,
    /// Amount paid.
    pub amount: Money,
    /// Discount taken.
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
    /// Number of the order that was paid in advance.
    pub order: Option<String>,
    /// Amount received.
    pub amount: Money,
    /// Amount that is not allocated to invoices.
    pub unallocated: Money,
    /// Payment method.
    pub method: String,
    /// Reference of the payment.
    pub reference: String,
    /// Time it was received.
    pub received_at: Timestamp,
    /// Time it was recorded.
    pub recorded_at: Timestamp,
    /// Allocations to invoices.
    pub allocations: Vec<SettlesView>,
}

/// The allocation of a payment to an invoice.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SettlesView {
    /// Number of the invoice.
    pub invoice: String,
    /// Amount allocated.
    pub amount: Money,
    /// Discount taken.
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

/// Statement of an account.
#[derive(Debug, Object, Serialize)]
pub(crate) struct StatementView {
    /// Account.
    pub account: String,
    /// Time of the statement.
    pub as_of: Timestamp,
    /// Sums, one entry per currency.
    pub balances: Vec<BalanceView>,
    /// Open invoices, oldest due first; at most 1,000.
    pub invoices: Vec<OpenInvoiceView>,
    /// Payments with an unallocated amount, oldest first; at most 1,000.
    pub unallocated_payments: Vec<RemittanceView>,
    /// Whether every open invoice and payment is listed; the sums always include all of them.
    pub complete: bool,
}

/// Balance in one currency.
#[derive(Debug, Object, Serialize)]
pub(crate) struct BalanceView {
    /// Currency.
    pub currency: String,
    /// Open invoices.
    pub open: AmountText,
    /// Open invoices by age.
    pub aging: AgingView,
    /// Unallocated amounts of payments.
    pub unallocated: AmountText,
    /// Open invoices less unallocated amounts of payments.
    pub balance: AmountText,
}

/// Open amounts by days overdue.
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
    /// Outstanding amount.
    pub open: Money,
    /// Time of issue.
    pub issued_at: Timestamp,
    /// Due date.
    pub due_at: Timestamp,
    /// Days overdue.
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

/// Payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaidBy {
    /// Bank transfer.
    BankTransfer,
    /// Direct debit.
    DirectDebit,
    /// Card.
    Card,
    /// Cheque.
    Cheque,
    /// Cash.
    Cash,
    /// Offset or another method.
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

/// A payment to record.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemittanceInput {
    /// Account that paid.
    pub account: Code,
    /// Currency.
    pub currency: Text<3>,
    /// Amount received, a multiple of the currency's minor unit.
    pub amount: AmountText,
    /// Payment method.
    pub method: PaidBy,
    /// Reference of the payment.
    #[oai(default)]
    #[serde(default)]
    pub reference: Text<140>,
    /// Time it was received; now when left out. It decides about early-payment discounts.
    pub received_at: Option<Timestamp>,
    /// Order that is paid in advance; must not be given together with allocations.
    pub order: Option<Code>,
    /// Allocations. The invoices due first when left out; an empty list allocates nothing.
    pub allocations: Option<Vec<AllocationInput>>,
}

/// The allocation of a payment to an invoice.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllocationInput {
    /// Number of the invoice.
    pub invoice: Code,
    /// Amount allocated.
    pub amount: AmountText,
    /// Early-payment discount taken; the discount of the terms when left out.
    pub discount: Option<AmountText>,
}

/// Allocations of the unallocated amount of a payment.
#[derive(Debug, Default, Object, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[oai(default)]
pub(crate) struct AllocationsInput {
    /// Allocations; the invoices due first when left out.
    pub allocations: Option<Vec<AllocationInput>>,
}

impl AllocationsInput {
    /// The requested allocations.
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
