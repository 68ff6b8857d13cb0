//! Allocation of a payment to open invoices: pure arithmetic.
//!
//! Promises, whatever is requested: an invoice is never settled by more than its outstanding amount, a payment never settles more
//! than its unallocated amount, and a discount is granted only within its window and never above the terms.

use entity::{Instant, InvoiceId, invoices};
use kernel::field_code::FieldCode;

/// An invoice with an outstanding amount, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenInvoice {
    pub(super) invoice: InvoiceId,
    pub(super) outstanding: i64,
    /// The early-payment discount that is left, and until when it is granted.
    pub(super) discount: Option<(Instant, i64)>,
}

impl OpenInvoice {
    /// The invoice of a row with what is outstanding.
    pub(super) fn of(row: &invoices::Model) -> Self {
        let outstanding = row.total.0 - row.paid.0 - row.discounted.0;
        let left = (row.discount_amount.0 - row.discounted.0).min(outstanding);
        Self { invoice: row.id, outstanding, discount: row.discount_until.filter(|_| left > 0).map(|until| (until, left)) }
    }

    /// The largest discount for money received at `at`.
    fn max_discount(&self, at: Instant) -> i64 {
        self.discount.filter(|(until, _)| at <= *until).map_or(0, |(_, off)| off)
    }

    /// The discount when `amount` is paid: all that is left, if the terms grant that much, or none.
    fn discount_for(&self, amount: i64, at: Instant) -> i64 {
        let rest = self.outstanding - amount;
        if rest <= self.max_discount(at) { rest } else { 0 }
    }
}

/// The amount and the discount allocated to one invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allocation {
    pub(super) invoice: InvoiceId,
    pub(super) amount: i64,
    pub(super) discount: i64,
}

/// The allocation to one invoice that a remittance asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestedAllocation {
    pub(super) amount: i64,
    /// The discount taken; none for the discount that the terms grant.
    pub(super) discount: Option<i64>,
}

/// Why a line of a remittance is rejected: field, code and sentence.
pub(super) type Refused = (&'static str, FieldCode, String);

/// Pays invoices in the order given, each in full before the next.
pub(super) fn allocate_in_order(amount: i64, invoices: &[OpenInvoice], at: Instant) -> Vec<Allocation> {
    let mut left = amount;
    let mut allocations = Vec::new();
    for invoice in invoices {
        if left <= 0 {
            break;
        }
        let full = invoice.outstanding - invoice.max_discount(at);
        let amount = left.min(full);
        if amount > 0 {
            allocations.push(Allocation { invoice: invoice.invoice, amount, discount: invoice.discount_for(amount, at) });
            left -= amount;
        }
    }
    allocations
}

/// Pays one invoice with the amounts of the remittance.
pub(super) fn allocate_requested(
    requested: RequestedAllocation,
    invoice: &OpenInvoice,
    at: Instant,
) -> Result<Allocation, Refused> {
    let text = |micros: i64| pricing::Amount::from_micros(micros).to_string();
    if requested.amount > invoice.outstanding {
        return Err((
            "amount",
            FieldCode::MoreThanOpen,
            format!("the amount must be at most {}, the outstanding amount of the invoice", text(invoice.outstanding)),
        ));
    }
    let discount = match requested.discount {
        None => invoice.discount_for(requested.amount, at),
        Some(discount) => {
            let most = invoice.max_discount(at);
            if discount > most {
                return Err((
                    "discount",
                    FieldCode::DiscountNotGranted,
                    format!("the discount must be at most {}, which the terms grant at that time", text(most)),
                ));
            }
            discount
        }
    };
    if discount > invoice.outstanding - requested.amount {
        return Err((
            "discount",
            FieldCode::MoreThanOpen,
            format!("the amount must be at most {}, the outstanding amount of the invoice", text(invoice.outstanding)),
        ));
    }
    Ok(Allocation { invoice: invoice.invoice, amount: requested.amount, discount })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(id: i64, outstanding: i64, discount: Option<(i64, i64)>) -> OpenInvoice {
        OpenInvoice { invoice: InvoiceId(id), outstanding, discount: discount.map(|(until, off)| (Instant(until), off)) }
    }

    fn allocation(id: i64, amount: i64, discount: i64) -> Allocation {
        Allocation { invoice: InvoiceId(id), amount, discount }
    }

    #[test]
    fn the_discount_is_taken_when_the_payment_covers_the_rest_in_time() {
        let invoices = [open(1, 100, Some((10, 2))), open(2, 50, None)];
        assert_eq!(allocate_in_order(200, &invoices, Instant(10)), [allocation(1, 98, 2), allocation(2, 50, 0)]);
        assert_eq!(allocate_in_order(200, &invoices, Instant(11)), [allocation(1, 100, 0), allocation(2, 50, 0)]);
        assert_eq!(allocate_in_order(97, &invoices, Instant(5)), [allocation(1, 97, 0)]);
        assert_eq!(allocate_in_order(99, &invoices, Instant(5)), [allocation(1, 98, 2), allocation(2, 1, 0)]);
        assert_eq!(allocate_in_order(0, &invoices, Instant(5)), []);
    }

    #[test]
    fn a_remittance_states_its_discount() {
        let invoice = open(1, 100, Some((10, 2)));
        let pay = |amount, discount, at| {
            allocate_requested(RequestedAllocation { amount, discount }, &invoice, Instant(at)).map_err(|r| (r.0, r.1))
        };
        assert_eq!(pay(98, None, 10), Ok(allocation(1, 98, 2)));
        assert_eq!(pay(99, None, 10), Ok(allocation(1, 99, 1)));
        assert_eq!(pay(98, None, 11), Ok(allocation(1, 98, 0)));
        assert_eq!(pay(40, Some(1), 10), Ok(allocation(1, 40, 1)));
        assert_eq!(pay(98, Some(2), 11), Err(("discount", FieldCode::DiscountNotGranted)));
        assert_eq!(pay(98, Some(3), 10), Err(("discount", FieldCode::DiscountNotGranted)));
        assert_eq!(pay(99, Some(2), 10), Err(("discount", FieldCode::MoreThanOpen)));
        assert_eq!(pay(101, None, 10), Err(("amount", FieldCode::MoreThanOpen)));
    }

    fn some_open() -> impl Strategy<Value = OpenInvoice> {
        (1_i64..1_000_000, proptest::option::of((0_i64..20, 1_i64..1_000_000)))
            .prop_map(|(amount, discount)| open(1, amount, discount.map(|(until, off)| (until, off.min(amount)))))
    }

    proptest! {
        #[test]
        fn allocations_never_exceed_payment_or_invoice(
            amount in 0_i64..3_000_000, at in 0_i64..20, invoices in prop::collection::vec(some_open(), 0..6),
        ) {
            let invoices: Vec<OpenInvoice> = (1..).zip(invoices).map(|(id, i)| OpenInvoice { invoice: InvoiceId(id), ..i }).collect();
            let allocations = allocate_in_order(amount, &invoices, Instant(at));
            prop_assert!(allocations.iter().map(|p| p.amount).sum::<i64>() <= amount);
            for allocation in &allocations {
                let invoice = invoices.iter().find(|i| i.invoice == allocation.invoice).expect("a allocation is of an invoice given");
                prop_assert!(allocation.amount > 0 && allocation.discount >= 0 && allocation.amount + allocation.discount <= invoice.outstanding);
                prop_assert!(allocation.discount <= invoice.discount.map_or(0, |d| d.1));
                prop_assert!(allocation.discount == 0 || allocation.amount + allocation.discount == invoice.outstanding);
                prop_assert!(allocation.discount == 0 || invoice.discount.is_some_and(|d| Instant(at) <= d.0));
            }
            // All invoices but the last are settled, so no amount stays unallocated while an invoice is open.
            for allocation in allocations.iter().rev().skip(1) {
                let invoice = invoices.iter().find(|i| i.invoice == allocation.invoice).expect("a allocation is of an invoice given");
                prop_assert_eq!(allocation.amount + allocation.discount, invoice.outstanding);
            }
        }

        #[test]
        fn a_remittance_never_settles_more(
            amount in 1_i64..1_500_000, discount in proptest::option::of(0_i64..1_500_000), at in 0_i64..20, invoice in some_open(),
        ) {
            if let Ok(allocation) = allocate_requested(RequestedAllocation { amount, discount }, &invoice, Instant(at)) {
                prop_assert_eq!(allocation.amount, amount);
                prop_assert!(allocation.discount >= 0 && allocation.amount + allocation.discount <= invoice.outstanding);
                prop_assert!(allocation.discount <= invoice.discount.filter(|d| Instant(at) <= d.0).map_or(0, |d| d.1));
            }
        }
    }
}
