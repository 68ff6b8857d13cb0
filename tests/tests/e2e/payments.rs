//! Payments: what is paid settles invoices, those due first or those named, never more than is open or was paid.

use serde_json::{Value, json};

use super::billing::{allocations, shop};
use crate::support::{Remittance, Settles, line};

/// What a payment settled, as `INV-2026-000001: 25.000000 EUR`.
fn settled(payment: &Remittance) -> Vec<String> {
    let one = |settles: &Settles| format!("{}: {:?}", settles.invoice, settles.amount);
    let mut settled: Vec<String> = payment.allocations.iter().map(one).collect();
    settled.sort();
    settled
}

// Payments.

#[tokio::test]
async fn a_payment_settles_the_invoices_due_first() {
    let (shop, acme, finance) = shop().await;
    let first = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let second = shop.invoices(&acme, &[line("B-1", 5)]).await;
    let payment = finance.receives_money("ACME", "30.01", json!({ "reference": "bank 7" })).await;
    assert_eq!(
        (payment.account.as_str(), payment.method.as_str(), payment.reference.as_str()),
        ("ACME", "bank_transfer", "bank 7")
    );
    assert_eq!(settled(&payment), [format!("{}: 25.000000 EUR", first.number), format!("{}: 5.010000 EUR", second.number)]);
    assert_eq!(payment.amount, "30.01 EUR");
    assert_eq!(payment.unallocated, "0 EUR");
    let (first, second) = (acme.reads_invoice(&first.number).await, acme.reads_invoice(&second.number).await);
    assert_eq!((first.status.as_str(), second.status.as_str()), ("paid", "partially_paid"));
    assert_eq!(second.open, "14.99 EUR");
    assert_eq!(second.payments[0].payment, payment.id);
    assert_eq!(second.payments[0].amount, "5.01 EUR");
    assert_eq!(shop.credit_of("ACME").await.receivable, "14.99 EUR");
    shop.books_agree().await;
}

#[tokio::test]
async fn an_order_that_left_and_is_paid_is_closed() {
    let (shop, acme, finance) = shop().await;
    let invoice = shop.invoices(&acme, &[line("A-1", 10)]).await;
    assert_eq!(acme.reads_order(&invoice.order).await.status, "shipped");
    finance.receives_money("ACME", "24.99", json!({})).await;
    assert_eq!(acme.reads_order(&invoice.order).await.status, "shipped", "a cent is open");
    finance.receives_money("ACME", "0.01", json!({})).await;
    assert_eq!(acme.reads_order(&invoice.order).await.status, "closed");
    assert_eq!(acme.events_about(&format!("invoice/{}", invoice.number)).await, ["invoice.issued", "invoice.paid"]);
    shop.books_agree().await;
}

#[tokio::test]
async fn what_is_paid_on_top_stays_on_the_payment_and_is_allocated_later() {
    let (shop, acme, finance) = shop().await;
    let first = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let payment = finance.receives_money("ACME", "40.00", json!({})).await;
    assert_eq!(payment.unallocated, "15 EUR");
    let second = shop.invoices(&acme, &[line("B-1", 5)]).await;
    assert_eq!(acme.reads_invoice(&second.number).await.status, "open", "nobody said that it is for this one");
    let spread: Remittance = finance.allocates(&payment.id, json!({})).await.read_as(200);
    assert_eq!(settled(&spread), [format!("{}: 25.000000 EUR", first.number), format!("{}: 15.000000 EUR", second.number)]);
    assert_eq!(spread.unallocated, "0 EUR");
    assert_eq!(acme.reads_invoice(&second.number).await.open, "5 EUR");
    let nothing: Remittance = finance.allocates(&payment.id, json!({})).await.read_as(200);
    assert_eq!(nothing.allocations.len(), 2, "there is nothing left to give");
    assert_eq!(finance.events_about(&format!("payment/{}", payment.id)).await, ["payment.recorded", "payment.allocated"]);
    shop.books_agree().await;
}

#[tokio::test]
async fn a_payment_that_settles_nothing_waits_for_its_remittance() {
    let (shop, acme, finance) = shop().await;
    let first = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let second = shop.invoices(&acme, &[line("B-1", 5)]).await;
    let payment = finance.receives_money("ACME", "30.00", json!({ "allocations": [] })).await;
    assert!(payment.allocations.is_empty() && payment.unallocated == "30 EUR", "{payment:?}");
    let named = allocations(&[(&second, "20.00"), (&first, "4.00")]);
    let part: Remittance = finance.allocates(&payment.id, named).await.read_as(200);
    assert_eq!(part.unallocated, "6 EUR");
    assert_eq!(acme.reads_invoice(&second.number).await.status, "paid");
    assert_eq!(acme.reads_invoice(&first.number).await.open, "21 EUR");
    let more: Remittance = finance.allocates(&payment.id, allocations(&[(&first, "6.00")])).await.read_as(200);
    assert_eq!(
        settled(&more),
        [format!("{}: 10.000000 EUR", first.number), format!("{}: 20.000000 EUR", second.number)],
        "added up"
    );
    shop.books_agree().await;
}

#[tokio::test]
async fn never_more_is_settled_than_is_open_or_was_paid() {
    let (shop, acme, finance) = shop().await;
    let invoice = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let refused = async |amount: &str, asked: &str, faults: &[&str]| {
        finance
            .records_payment("ACME", amount, allocations(&[(&invoice, asked)]))
            .await
            .is_refused_for("invalid-request", faults);
    };
    refused("25.01", "25.01", &["/allocations/0/amount more-than-open"]).await;
    refused("20.00", "25.00", &["/allocations over-allocated"]).await;
    refused("20.00", "0", &["/allocations/0/amount out-of-range"]).await;
    refused("20.00", "1.005", &["/allocations/0/amount too-many-decimals"]).await;
    assert!(finance.all("/v1/payments").await.is_empty(), "all of it is recorded or nothing");
    let payment = finance.receives_money("ACME", "10.00", json!({ "allocations": [] })).await;
    let over = finance.allocates(&payment.id, allocations(&[(&invoice, "10.01")])).await;
    over.is_refused_for("invalid-request", &["/allocations over-allocated"]);
    assert_eq!(acme.reads_invoice(&invoice.number).await.open, "25 EUR");
}

#[tokio::test]
async fn every_invoice_that_cannot_be_paid_so_is_named() {
    let (shop, acme, finance) = shop().await;
    let own = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let theirs = shop.invoices(&shop.erp("RIVAL").await, &[line("A-1", 10)]).await;
    let named = json!({ "allocations": [
        { "invoice": "INV-1999-000001", "amount": "1.00" }, { "invoice": theirs.number, "amount": "1.00" },
    ] });
    let faults = ["/allocations/0/invoice unknown-invoice", "/allocations/1/invoice wrong-account"];
    finance.records_payment("ACME", "10.00", named.clone()).await.is_refused_for("invalid-request", &faults);
    let twice = allocations(&[(&own, "1.00"), (&own, "2.00")]);
    let faults_of_twice = ["/allocations/1/invoice duplicate"];
    finance.records_payment("ACME", "10.00", twice.clone()).await.is_refused_for("invalid-request", &faults_of_twice);
    let mut dollars = allocations(&[(&own, "1.00")]);
    dollars["currency"] = json!("USD");
    finance
        .records_payment("ACME", "10.00", dollars)
        .await
        .is_refused_for("invalid-request", &["/allocations/0/invoice wrong-currency"]);
    let payment = finance.receives_money("ACME", "10.00", json!({ "allocations": [] })).await;
    finance.allocates(&payment.id, named).await.is_refused_for("invalid-request", &faults);
    finance.allocates(&payment.id, twice).await.is_refused_for("invalid-request", &faults_of_twice);
}

#[tokio::test]
async fn a_payment_that_makes_no_sense_is_refused_with_all_that_is_wrong() {
    let (_shop, acme, finance) = shop().await;
    let bad = json!({ "received_at": "2190-01-01T00:00:00Z", "order": "SO1", "allocations": [] });
    let faults =
        ["/account unknown-account", "/amount out-of-range", "/received_at in-the-future", "/order order-and-allocations"];
    finance.records_payment("NOBODY", "0", bad).await.is_refused_for("invalid-request", &faults);
    let refused = async |amount: &str, fields: Value, fault: &str| {
        finance.records_payment("ACME", amount, fields).await.is_refused_for("invalid-request", &[fault]);
    };
    refused("1.001", json!({}), "/amount too-many-decimals").await;
    refused("1", json!({ "currency": "QQQ" }), "/currency unknown-currency").await;
    refused("1", json!({ "order": "SO99999999" }), "/order unknown-order").await;
    let order = acme.places(&[line("A-1", 1)]).await;
    refused("1", json!({ "order": order.number, "currency": "USD" }), "/currency wrong-currency").await;
    finance.records_payment("ACME", "1", json!({ "method": "promise" })).await.is_refused("invalid-request");
    finance.allocates("PAY99999999", json!({})).await.is_refused("payment-not-found");
    assert!(finance.all("/v1/payments").await.is_empty());
}

#[tokio::test]
async fn payments_at_the_same_time_settle_an_invoice_once() {
    let (shop, acme, finance) = shop().await;
    let invoice = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (finance, body) = (finance.clone(), allocations(&[(&invoice, "25.00")]));
        running.spawn(async move { finance.records_payment("ACME", "25.00", body).await });
    }
    let answers = running.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.is_refused_for("invalid-request", &["/allocations/0/amount more-than-open"]);
    }
    assert_eq!(acme.reads_invoice(&invoice.number).await.paid, "25 EUR");
    shop.books_agree().await;
}

#[tokio::test]
async fn a_retried_payment_and_a_retried_allocation_happen_once() {
    let (shop, acme, finance) = shop().await;
    let invoice = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let body = json!({ "account": "ACME", "currency": "EUR", "amount": "5.00", "method": "card", "allocations": [] });
    let first = finance.post_once("/v1/payments", "bank-1", &body).await;
    let again = finance.post_once("/v1/payments", "bank-1", &body).await;
    assert_eq!((first.status, &first.text), (201, &again.text));
    let payment: Remittance = first.read_as(201);
    let path = format!("/v1/payments/{}/allocations", payment.id);
    let part = allocations(&[(&invoice, "2.00")]);
    let first = finance.post_once(&path, "remit-1", &part).await;
    let again = finance.post_once(&path, "remit-1", &part).await;
    assert_eq!((first.status, &first.text), (200, &again.text));
    assert_eq!(finance.all("/v1/payments").await.len(), 1);
    assert_eq!(acme.reads_invoice(&invoice.number).await.paid, "2 EUR");
}

// Paying early.

#[tokio::test]
async fn paying_early_takes_the_discount_of_the_terms() {
    let (shop, _, finance) = shop().await;
    shop.account_with("QUICK", json!({ "terms": "2-10-NET30" })).await;
    let quick = shop.erp("QUICK").await;
    let invoice = shop.invoices(&quick, &[line("A-1", 13)]).await;
    let early = invoice.early_payment.expect("2 % within 10 days");
    assert!(early.until > invoice.issued_at && early.until < invoice.due_at);
    assert_eq!(early.discount, "0.65 EUR");
    assert_eq!(early.amount, "31.85 EUR");
    let payment = finance.receives_money("QUICK", "31.85", json!({})).await;
    assert_eq!(payment.allocations[0].discount, "0.65 EUR");
    let paid = quick.reads_invoice(&invoice.number).await;
    assert_eq!(paid.status, "paid");
    assert_eq!(paid.discounted, "0.65 EUR");
    assert_eq!(paid.payments[0].discount, "0.65 EUR");
    assert_eq!(shop.credit_of("QUICK").await.exposure, "0 EUR");
    shop.books_agree().await;
}

#[tokio::test]
async fn after_the_days_of_the_terms_there_is_no_discount() {
    let (shop, _, finance) = shop().await;
    shop.account_with("SLOW", json!({ "terms": "2-0-NET30" })).await;
    let slow = shop.erp("SLOW").await;
    let invoice = shop.invoices(&slow, &[line("A-1", 20)]).await;
    finance.receives_money("SLOW", "49.00", json!({})).await;
    let seen = slow.reads_invoice(&invoice.number).await;
    assert_eq!(seen.status, "partially_paid");
    assert_eq!(seen.open, "1 EUR");
    assert_eq!(seen.discounted, "0 EUR");
}

#[tokio::test]
async fn a_remittance_takes_no_more_off_than_the_terms_give() {
    let (shop, _, finance) = shop().await;
    shop.account_with("QUICK", json!({ "terms": "2-10-NET30" })).await;
    let quick = shop.erp("QUICK").await;
    let invoice = shop.invoices(&quick, &[line("A-1", 20)]).await;
    let taking =
        |amount: &str, off: &str| json!({ "allocations": [{ "invoice": invoice.number, "amount": amount, "discount": off }] });
    let too_much = finance.records_payment("QUICK", "48.99", taking("48.99", "1.01")).await;
    too_much.is_refused_for("invalid-request", &["/allocations/0/discount discount-not-granted"]);
    let more_than_open = finance.records_payment("QUICK", "49.50", taking("49.50", "1.00")).await;
    more_than_open.is_refused_for("invalid-request", &["/allocations/0/discount more-than-open"]);
    finance.receives_money("QUICK", "20.00", taking("20.00", "0.40")).await;
    let seen = quick.reads_invoice(&invoice.number).await;
    assert_eq!(seen.open, "29.60 EUR");
    assert_eq!(seen.discounted, "0.40 EUR");
    shop.books_agree().await;
}

// Paid before it ships.

#[tokio::test]
async fn an_order_paid_in_advance_is_released_when_it_is_covered() {
    let (shop, _, finance) = shop().await;
    shop.account_with("NEW", json!({ "terms": "PREPAID" })).await;
    let new = shop.erp("NEW").await;
    let order = new.places(&[line("A-1", 10)]).await;
    assert_eq!(
        (order.held_for(), order.payment.method.as_str(), order.payment.terms.as_str()),
        (vec!["prepayment"], "prepaid", "PREPAID")
    );
    shop.admin().ships_with(&order.number, json!({})).await.is_refused("order-held");
    let first = finance.receives_money("NEW", "24.99", json!({ "order": order.number })).await;
    assert_eq!(first.order.as_ref(), Some(&order.number));
    assert_eq!(first.unallocated, "24.99 EUR", "there is no invoice yet");
    assert_eq!(new.reads_order(&order.number).await.status, "held", "a cent is missing");
    finance.receives_money("NEW", "0.01", json!({ "order": order.number })).await;
    assert_eq!(new.reads_order(&order.number).await.status, "allocated");
    shop.books_agree().await;
}

#[tokio::test]
async fn what_was_paid_in_advance_settles_the_invoice_when_it_is_issued() {
    let (shop, _, finance) = shop().await;
    shop.account_with("NEW", json!({ "terms": "PREPAID" })).await;
    let new = shop.erp("NEW").await;
    let order = new.places(&[line("A-1", 10)]).await;
    let payment = finance.receives_money("NEW", "30.00", json!({ "order": order.number })).await;
    let invoice = new.invoice_of(&shop.admin().ships(&order.number).await).await;
    assert_eq!((invoice.status.as_str(), invoice.terms.as_str()), ("paid", "PREPAID"));
    assert_eq!(invoice.due_at, invoice.issued_at);
    assert_eq!(invoice.payments[0].payment, payment.id);
    let seen: Remittance = finance.get(&format!("/v1/payments/{}", payment.id)).await.read_as(200);
    assert_eq!(seen.unallocated, "5 EUR");
    new.sees_order_become(&order.number, "closed").await;
    assert_eq!(shop.credit_of("NEW").await.exposure, "0 EUR");
    shop.books_agree().await;
}

#[tokio::test]
async fn cancelling_a_part_may_make_an_advance_payment_enough() {
    let (shop, _, finance) = shop().await;
    shop.account_with("NEW", json!({ "terms": "PREPAID" })).await;
    let new = shop.erp("NEW").await;
    let order = new.places(&[line("A-1", 10)]).await;
    finance.receives_money("NEW", "20.00", json!({ "order": order.number })).await;
    new.cancels(&order.number, json!({ "lines": [{ "line": 1, "quantity": "2" }] })).await.ok();
    new.sees_order_become(&order.number, "allocated").await;
}

#[tokio::test]
async fn a_payment_that_names_an_order_pays_for_no_other() {
    let (shop, acme, finance) = shop().await;
    let first = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let second = shop.invoices(&acme, &[line("B-1", 5)]).await;
    let payment = finance.receives_money("ACME", "30.00", json!({ "order": second.order })).await;
    assert_eq!(settled(&payment), [format!("{}: 20.000000 EUR", second.number)]);
    assert_eq!(payment.unallocated, "10 EUR");
    assert_eq!(acme.reads_invoice(&first.number).await.open, "25 EUR");
}
