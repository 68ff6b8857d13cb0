//! Recording payments and allocating their unallocated amounts.

use ahash::AHashSet;
use entity::{AccountId, Amount, Instant, InvoiceId, OrderId, PaymentId, invoices, orders, payments};
use pricing::Currency;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::allocation::{self, Allocation, OpenInvoice, RequestedAllocation};
use super::error::BillingError;
use super::events::{PaymentAllocated, PaymentDetails, PaymentRecorded};
use super::queries::{self, is_open, lock_invoices, open_invoices, payment_name};
use super::{prepayment, settlement};
use ::orders::{self as order_book, OrderError};
use identity::Accounts;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::Money;
use store::clock::{self, DAY};
use store::database::Tx;
use store::sql;

/// Largest number of invoices in one allocation.
const MAX_INVOICES: usize = 5_000;

/// A payment that arrived.
#[derive(Clone, Debug)]
pub(super) struct NewPayment {
    pub(super) account: String,
    pub(super) currency: String,
    pub(super) amount: Amount,
    pub(super) method: &'static str,
    pub(super) reference: String,
    pub(super) received_at: Option<Instant>,
    /// The order that is paid in advance.
    pub(super) order: Option<String>,
    /// The invoices it settles; none for the invoices that are due first.
    pub(super) allocations: Option<Vec<NewAllocation>>,
}

/// The allocation to one invoice as a remittance gives it.
#[derive(Clone, Debug)]
pub(super) struct NewAllocation {
    pub(super) invoice: String,
    pub(super) amount: Amount,
    pub(super) discount: Option<Amount>,
}

/// The invoices a payment is allocated to.
#[derive(Debug)]
enum AllocationTarget {
    /// Those of an order, oldest due first.
    Order(OrderId),
    /// The invoices of the remittance, with its amounts.
    Named(Vec<NewAllocation>),
    /// Those of the account, oldest due first.
    OldestDue,
}

/// Invoices that may be paid, before they are locked.
#[derive(Debug, Default)]
struct Candidates {
    invoices: Vec<InvoiceId>,
    orders: Vec<OrderId>,
    /// The allocation requested for each invoice; empty when the remittance names none.
    requested: Vec<RequestedAllocation>,
}

/// Records a payment with its allocations. Nothing is recorded when anything is invalid.
pub(super) async fn record(tx: &Tx, accounts: &Accounts, new: NewPayment) -> Result<PaymentId, BillingError> {
    let (account, currency) = check(tx, accounts, &new)?;
    let named = named_order(tx, &new, account, currency).await?;
    let target = match (&named, new.allocations) {
        (Some(order), _) => AllocationTarget::Order(order.id),
        (None, Some(allocations)) => AllocationTarget::Named(allocations),
        (None, None) => AllocationTarget::OldestDue,
    };
    let payment = payments::Model {
        id: PaymentId(tx.id().await?),
        account_id: account,
        currency: currency.into(),
        amount: new.amount,
        unallocated: new.amount,
        method: new.method.to_owned(),
        reference: new.reference,
        order_id: named.as_ref().map(|o| o.id),
        received_at: new.received_at.unwrap_or(tx.now()),
        recorded_at: tx.now(),
        recorded_by: tx.actor().label.to_string(),
    };
    let mut candidates = candidates(tx, &payment, target).await?;
    candidates.orders.extend(payment.order_id);
    let orders = order_book::lock_orders_by_id(tx, &candidates.orders).await?;
    payments::Entity::insert(payment.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    tx.record(&PaymentRecorded(details(&payment, payment.amount.0, named.as_ref())));
    allocate_to_invoices(tx, &payment, &candidates, &orders).await?;
    if let Some(order) = orders.iter().find(|o| Some(o.id) == payment.order_id) {
        prepayment::release_if_covered(tx, order).await?;
    }
    Ok(payment.id)
}

/// Allocates the unallocated amount of a payment.
pub(super) async fn allocate(tx: &Tx, id: &str, allocations: Option<Vec<NewAllocation>>) -> Result<PaymentId, BillingError> {
    let seen = queries::find_payment(tx, id, None).await?;
    if let Some(allocations) = &allocations {
        let mut problems = Vec::new();
        check_allocations(allocations, seen.currency.0, &mut problems);
        refuse(problems)?;
    }
    let target = allocations.map_or(AllocationTarget::OldestDue, AllocationTarget::Named);
    let mut candidates = candidates(tx, &seen, target).await?;
    // The order of a prepayment is locked before the payment, as in invoicing, which allocates such payments.
    candidates.orders.extend(seen.order_id);
    let orders = order_book::lock_orders_by_id(tx, &candidates.orders).await?;
    let select = sql::locked(tx, payments::Entity::find_by_id(seen.id));
    let payment = select.one(tx).await?.ok_or_else(|| BillingError::PaymentNotFound(id.to_owned()))?;
    let taken = allocate_to_invoices(tx, &payment, &candidates, &orders).await?;
    if taken > 0 {
        tx.record(&PaymentAllocated(details(&payment, taken, None)));
    }
    Ok(payment.id)
}

fn refuse(problems: Vec<FieldError>) -> Result<(), CommonError> {
    if problems.is_empty() { Ok(()) } else { Err(CommonError::Invalid(problems)) }
}

/// Checks everything that can be checked without the database.
fn check(tx: &Tx, accounts: &Accounts, new: &NewPayment) -> Result<(AccountId, Currency), CommonError> {
    let mut problems = Vec::new();
    let account = accounts.by_code(&new.account).map(|a| a.id);
    if account.is_none() {
        problems.push(FieldError::new("/account", FieldCode::UnknownAccount, format!("there is no account \"{}\"", new.account)));
    }
    let currency = new.currency.parse::<Currency>().ok();
    match currency {
        None => {
            let detail = format!("\"{}\" must be a currency code of ISO 4217", new.currency);
            problems.push(FieldError::new("/currency", FieldCode::UnknownCurrency, detail));
        }
        Some(currency) => {
            check_coins("/amount", new.amount, currency, 1, &mut problems);
            check_allocations(new.allocations.as_deref().unwrap_or_default(), currency, &mut problems);
        }
    }
    if new.received_at.is_some_and(|at| at > clock::later(tx.now(), DAY)) {
        problems.push(FieldError::new("/received_at", FieldCode::InTheFuture, "must not be in the future"));
    }
    if new.order.is_some() && new.allocations.is_some() {
        problems.push(FieldError::new(
            "/order",
            FieldCode::OrderAndAllocations,
            "either an order or allocations must be given, not both",
        ));
    }
    refuse(problems)?;
    account.zip(currency).ok_or_else(|| CommonError::Internal("a payment with errors was accepted".to_owned()))
}

fn check_coins(pointer: &str, amount: Amount, currency: Currency, least: i64, problems: &mut Vec<FieldError>) {
    let exact = pricing::Amount::from(amount);
    if amount.0 < least {
        let detail = if least > 0 { "the amount must be greater than 0" } else { "the amount must not be less than 0" };
        problems.push(FieldError::new(pointer, FieldCode::OutOfRange, detail));
    } else if exact.round_to_minor(currency) != Ok(exact) {
        let detail = format!("an amount in {currency} must have at most {} decimals", currency.minor_digits());
        problems.push(FieldError::new(pointer, FieldCode::TooManyDecimals, detail));
    }
}

fn check_allocations(allocations: &[NewAllocation], currency: Currency, problems: &mut Vec<FieldError>) {
    if allocations.len() > MAX_INVOICES {
        problems.push(
            FieldError::new("/allocations", FieldCode::TooMany, format!("there must be at most {MAX_INVOICES} invoices"))
                .with("max", MAX_INVOICES),
        );
        return;
    }
    let mut seen = AHashSet::with_capacity(allocations.len());
    for (index, one) in allocations.iter().enumerate() {
        let pointer = format!("/allocations/{index}");
        check_coins(&format!("{pointer}/amount"), one.amount, currency, 1, problems);
        if let Some(discount) = one.discount {
            check_coins(&format!("{pointer}/discount"), discount, currency, 0, problems);
        }
        if !seen.insert(one.invoice.as_str()) {
            problems.push(FieldError::new(
                format!("{pointer}/invoice"),
                FieldCode::Duplicate,
                "an invoice must be given only once",
            ));
        }
    }
}

/// The order that a payment is for. It must be of the account and in the currency.
async fn named_order(
    tx: &Tx,
    new: &NewPayment,
    account: AccountId,
    currency: Currency,
) -> Result<Option<orders::Model>, BillingError> {
    let Some(number) = &new.order else { return Ok(None) };
    let order = match order_book::find_order(tx, number, Some(account)).await {
        Ok(order) => order,
        Err(OrderError::NotFound(_)) => {
            let detail = format!("the account has no order \"{number}\"");
            return Err(CommonError::invalid("/order", FieldCode::UnknownOrder, detail).into());
        }
        Err(other) => return Err(other.into()),
    };
    if order.currency.0 != currency {
        let detail = format!("the currency must be that of order {number}: {}", order.currency);
        return Err(CommonError::invalid("/currency", FieldCode::WrongCurrency, detail).into());
    }
    Ok(Some(order))
}

async fn candidates(tx: &Tx, payment: &payments::Model, target: AllocationTarget) -> Result<Candidates, BillingError> {
    match target {
        AllocationTarget::Named(requested) => named_invoices(tx, payment, requested).await,
        AllocationTarget::Order(order) => {
            let open = invoices::Entity::find().filter(invoices::Column::OrderId.eq(order)).filter(is_open());
            let open = open.order_by_asc(invoices::Column::DueAt).order_by_asc(invoices::Column::Id);
            Ok(covered_invoices(payment, &open.limit(MAX_INVOICES as u64).all(tx).await?))
        }
        AllocationTarget::OldestDue => {
            let open = open_invoices(tx, payment.account_id, payment.currency, MAX_INVOICES as u64).await?;
            Ok(covered_invoices(payment, &open))
        }
    }
}

/// The invoices, of those given in order, that the payment covers at least in part.
fn covered_invoices(payment: &payments::Model, open: &[invoices::Model]) -> Candidates {
    let all: Vec<OpenInvoice> = open.iter().map(OpenInvoice::of).collect();
    let allocated = allocation::allocate_in_order(payment.unallocated.0, &all, payment.received_at);
    let reached = &open[..allocated.len().min(open.len())];
    Candidates {
        invoices: reached.iter().map(|i| i.id).collect(),
        orders: reached.iter().map(|i| i.order_id).collect(),
        requested: Vec::new(),
    }
}

/// The invoices of a remittance. Every invoice that cannot be paid is reported with its pointer.
async fn named_invoices(tx: &Tx, payment: &payments::Model, requested: Vec<NewAllocation>) -> Result<Candidates, BillingError> {
    let numbers: Vec<String> = requested.iter().map(|a| a.invoice.clone()).collect();
    let found = queries::invoices_by_number(tx, &numbers).await?;
    let mut candidates = Candidates::default();
    let mut problems = Vec::new();
    for (index, one) in requested.into_iter().enumerate() {
        let mut refused = |code, detail| problems.push(FieldError::new(format!("/allocations/{index}/invoice"), code, detail));
        match found.get(&one.invoice) {
            None => refused(FieldCode::UnknownInvoice, format!("there is no invoice \"{}\"", one.invoice)),
            Some(invoice) if invoice.account_id != payment.account_id => {
                refused(FieldCode::WrongAccount, format!("invoice {} belongs to another account", one.invoice));
            }
            Some(invoice) if invoice.currency != payment.currency => {
                refused(FieldCode::WrongCurrency, format!("invoice {} is in {}", one.invoice, invoice.currency));
            }
            Some(invoice) => {
                candidates.invoices.push(invoice.id);
                candidates.orders.push(invoice.order_id);
                candidates.requested.push(RequestedAllocation { amount: one.amount.0, discount: one.discount.map(|d| d.0) });
            }
        }
    }
    refuse(problems)?;
    Ok(candidates)
}

/// Locks the invoices and settles them; returns the amount taken from the payment.
async fn allocate_to_invoices(
    tx: &Tx,
    payment: &payments::Model,
    candidates: &Candidates,
    orders: &[orders::Model],
) -> Result<i64, BillingError> {
    let locked = lock_invoices(tx, &candidates.invoices).await?;
    let open: Vec<OpenInvoice> = candidates.invoices.iter().filter_map(|id| locked.get(id)).map(OpenInvoice::of).collect();
    let allocated = if candidates.requested.is_empty() {
        allocation::allocate_in_order(payment.unallocated.0, &open, payment.received_at)
    } else {
        allocate_requested(payment, &open, &candidates.requested)?
    };
    settlement::settle(tx, payment, &allocated, &locked, orders).await
}

fn allocate_requested(
    payment: &payments::Model,
    open: &[OpenInvoice],
    requested: &[RequestedAllocation],
) -> Result<Vec<Allocation>, CommonError> {
    let mut problems = Vec::new();
    let mut allocated = Vec::with_capacity(requested.len());
    for (index, (requested, open)) in requested.iter().zip(open).enumerate() {
        match allocation::allocate_requested(*requested, open, payment.received_at) {
            Ok(part) => allocated.push(part),
            Err((field, code, detail)) => {
                problems.push(FieldError::new(format!("/allocations/{index}/{field}"), code, detail));
            }
        }
    }
    let total: i128 = requested.iter().map(|a| i128::from(a.amount)).sum();
    if total > i128::from(payment.unallocated.0) {
        let detail = format!("the allocations must not exceed {}", pricing::Amount::from(payment.unallocated));
        problems.push(
            FieldError::new("/allocations", FieldCode::OverAllocated, detail)
                .with("max", pricing::Amount::from(payment.unallocated)),
        );
    }
    refuse(problems)?;
    Ok(allocated)
}

fn details(payment: &payments::Model, amount: i64, order: Option<&orders::Model>) -> PaymentDetails {
    PaymentDetails {
        payment_id: payment.id,
        id: payment_name(payment.id),
        account_id: payment.account_id,
        order: order.map(|order| order.number.clone()),
        amount: Money::new(pricing::Amount::from_micros(amount), payment.currency.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(amount: i64) -> payments::Model {
        payments::Model {
            id: PaymentId(1),
            account_id: AccountId(1),
            currency: "EUR".parse().expect("listed"),
            amount: Amount(amount),
            unallocated: Amount(amount),
            method: String::new(),
            reference: String::new(),
            order_id: None,
            received_at: Instant(0),
            recorded_at: Instant(0),
            recorded_by: String::new(),
        }
    }

    fn pointers(result: Result<Vec<Allocation>, CommonError>) -> Vec<(String, FieldCode)> {
        match result {
            Err(CommonError::Invalid(problems)) => problems.into_iter().map(|p| (p.pointer, p.code)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_remittance_above_the_payment_is_rejected_with_every_invalid_line() {
        let open = |id, outstanding| OpenInvoice { invoice: InvoiceId(id), outstanding, discount: None };
        let requested = |amount| RequestedAllocation { amount, discount: None };
        let refused = allocate_requested(&payment(100), &[open(1, 60), open(2, 30)], &[requested(60), requested(41)]);
        let expected = [("/allocations/1/amount", FieldCode::MoreThanOpen), ("/allocations", FieldCode::OverAllocated)];
        assert_eq!(pointers(refused), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert!(allocate_requested(&payment(100), &[open(1, 60), open(2, 40)], &[requested(60), requested(40)]).is_ok());
    }

    #[test]
    fn amounts_are_positive_multiples_of_the_minor_unit() {
        let check = |amount: i64, code: &str| {
            let mut problems = Vec::new();
            check_coins("/amount", Amount(amount), code.parse().expect("a listed currency"), 1, &mut problems);
            problems.pop().map(|p| p.code)
        };
        assert_eq!(check(10_000, "EUR"), None);
        assert_eq!(check(1_000, "EUR"), Some(FieldCode::TooManyDecimals));
        assert_eq!(check(500_000, "JPY"), Some(FieldCode::TooManyDecimals));
        assert_eq!(check(0, "EUR"), Some(FieldCode::OutOfRange));
        assert_eq!(check(i64::MAX, "EUR"), Some(FieldCode::TooManyDecimals));
    }
}
