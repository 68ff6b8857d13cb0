//! What a payment settles: pure arithmetic over open invoices.
//!
//! Promises, whatever is asked: of an invoice never more is settled than is open, of a payment never more than there is, and a
//! discount is given only within its window, never above what the terms give.

use entity::{Instant, InvoiceId, invoices};
use kernel::field_code::FieldCode;

/// What is open of an invoice, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) invoice: InvoiceId,
    pub(super) rest: i64,
    /// What paying early still takes off, and until when.
    pub(super) discount: Option<(Instant, i64)>,
}

impl Open {
    /// What is open of an invoice.
    pub(super) fn of(row: &invoices::Model) -> Self {
        let rest = row.total.0 - row.paid.0 - row.discounted.0;
        let left = (row.discount_amount.0 - row.discounted.0).min(rest);
        Self { invoice: row.id, rest, discount: row.discount_until.filter(|_| left > 0).map(|until| (until, left)) }
    }

    /// The largest discount for money received at `at`.
    fn most_off(&self, at: Instant) -> i64 {
        self.discount.filter(|(until, _)| at <= *until).map_or(0, |(_, off)| off)
    }

    /// What is taken off when `amount` is paid: the rest, if the terms give that much.
    fn off(&self, amount: i64, at: Instant) -> i64 {
        let rest = self.rest - amount;
        if rest <= self.most_off(at) { rest } else { 0 }
    }
}

/// What one invoice gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) invoice: InvoiceId,
    pub(super) amount: i64,
    pub(super) discount: i64,
}

/// What a remittance says of one invoice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) amount: i64,
    /// The discount taken; none to take what the terms give.
    pub(super) discount: Option<i64>,
}

/// Why a line of a remittance is refused: field, code and words.
pub(super) type Refused = (&'static str, FieldCode, String);

/// Pays invoices in the order given, each in full before the next.
pub(super) fn in_order(amount: i64, invoices: &[Open], at: Instant) -> Vec<Part> {
    let mut left = amount;
    let mut parts = Vec::new();
    for invoice in invoices {
        if left <= 0 {
            break;
        }
        let full = invoice.rest - invoice.most_off(at);
        let amount = left.min(full);
        if amount > 0 {
            parts.push(Part { invoice: invoice.invoice, amount, discount: invoice.off(amount, at) });
            left -= amount;
        }
    }
    parts
}

/// Pays one invoice as a remittance says.
pub(super) fn as_asked(asked: Asked, invoice: &Open, at: Instant) -> Result<Part, Refused> {
    let text = |micros: i64| pricing::Amount::from_micros(micros).to_string();
    if asked.amount > invoice.rest {
        return Err((
            "amount",
            FieldCode::MoreThanOpen,
            format!("the amount must be at most {}, which is open of the invoice", text(invoice.rest)),
        ));
    }
    let discount = match asked.discount {
        None => invoice.off(asked.amount, at),
        Some(discount) => {
            let most = invoice.most_off(at);
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
    if discount > invoice.rest - asked.amount {
        return Err((
            "discount",
            FieldCode::MoreThanOpen,
            format!("the amount must be at most {}, which is open of the invoice", text(invoice.rest)),
        ));
    }
    Ok(Part { invoice: invoice.invoice, amount: asked.amount, discount })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(id: i64, rest: i64, discount: Option<(i64, i64)>) -> Open {
        Open { invoice: InvoiceId(id), rest, discount: discount.map(|(until, off)| (Instant(until), off)) }
    }

    fn part(id: i64, amount: i64, discount: i64) -> Part {
        Part { invoice: InvoiceId(id), amount, discount }
    }

    #[test]
    fn the_discount_is_taken_when_the_payment_covers_the_rest_in_time() {
        let invoices = [open(1, 100, Some((10, 2))), open(2, 50, None)];
        assert_eq!(in_order(200, &invoices, Instant(10)), [part(1, 98, 2), part(2, 50, 0)]);
        assert_eq!(in_order(200, &invoices, Instant(11)), [part(1, 100, 0), part(2, 50, 0)]);
        assert_eq!(in_order(97, &invoices, Instant(5)), [part(1, 97, 0)]);
        assert_eq!(in_order(99, &invoices, Instant(5)), [part(1, 98, 2), part(2, 1, 0)]);
        assert_eq!(in_order(0, &invoices, Instant(5)), []);
    }

    #[test]
    fn a_remittance_says_what_it_takes_off() {
        let invoice = open(1, 100, Some((10, 2)));
        let pay = |amount, discount, at| as_asked(Asked { amount, discount }, &invoice, Instant(at)).map_err(|r| (r.0, r.1));
        assert_eq!(pay(98, None, 10), Ok(part(1, 98, 2)));
        assert_eq!(pay(99, None, 10), Ok(part(1, 99, 1)));
        assert_eq!(pay(98, None, 11), Ok(part(1, 98, 0)));
        assert_eq!(pay(40, Some(1), 10), Ok(part(1, 40, 1)));
        assert_eq!(pay(98, Some(2), 11), Err(("discount", FieldCode::DiscountNotGranted)));
        assert_eq!(pay(98, Some(3), 10), Err(("discount", FieldCode::DiscountNotGranted)));
        assert_eq!(pay(99, Some(2), 10), Err(("discount", FieldCode::MoreThanOpen)));
        assert_eq!(pay(101, None, 10), Err(("amount", FieldCode::MoreThanOpen)));
    }

    fn some_open() -> impl Strategy<Value = Open> {
        (1_i64..1_000_000, proptest::option::of((0_i64..20, 1_i64..1_000_000)))
            .prop_map(|(amount, discount)| open(1, amount, discount.map(|(until, off)| (until, off.min(amount)))))
    }

    proptest! {
        #[test]
        fn never_more_than_there_is(
            amount in 0_i64..3_000_000, at in 0_i64..20, invoices in prop::collection::vec(some_open(), 0..6),
        ) {
            let invoices: Vec<Open> = (1..).zip(invoices).map(|(id, i)| Open { invoice: InvoiceId(id), ..i }).collect();
            let parts = in_order(amount, &invoices, Instant(at));
            prop_assert!(parts.iter().map(|p| p.amount).sum::<i64>() <= amount);
            for part in &parts {
                let invoice = invoices.iter().find(|i| i.invoice == part.invoice).expect("a part is of an invoice given");
                prop_assert!(part.amount > 0 && part.discount >= 0 && part.amount + part.discount <= invoice.rest);
                prop_assert!(part.discount <= invoice.discount.map_or(0, |d| d.1));
                prop_assert!(part.discount == 0 || part.amount + part.discount == invoice.rest);
                prop_assert!(part.discount == 0 || invoice.discount.is_some_and(|d| Instant(at) <= d.0));
            }
            // All but the last invoice touched are settled, so nothing is left lying while something is open.
            for part in parts.iter().rev().skip(1) {
                let invoice = invoices.iter().find(|i| i.invoice == part.invoice).expect("a part is of an invoice given");
                prop_assert_eq!(part.amount + part.discount, invoice.rest);
            }
        }

        #[test]
        fn a_remittance_never_settles_more(
            amount in 1_i64..1_500_000, discount in proptest::option::of(0_i64..1_500_000), at in 0_i64..20, invoice in some_open(),
        ) {
            if let Ok(part) = as_asked(Asked { amount, discount }, &invoice, Instant(at)) {
                prop_assert_eq!(part.amount, amount);
                prop_assert!(part.discount >= 0 && part.amount + part.discount <= invoice.rest);
                prop_assert!(part.discount <= invoice.discount.filter(|d| Instant(at) <= d.0).map_or(0, |d| d.1));
            }
        }
    }
}
