//! Billing: what left is invoiced once and to the cent; statements and lists say what is owed.

use serde_json::{Value, json};

use crate::support::{Actor, Invoice, PATIENCE, Remittance, Shipment, Shop, eventually, line};

/// A shop that sells at 2.50 and 4.00 in EUR to accounts with 30 days.
pub(super) async fn shop() -> (Shop, Actor, Actor) {
    let shop = Shop::open().await;
    shop.account_with("ACME", json!({ "terms": "NET30" })).await;
    shop.account("RIVAL").await;
    shop.sells("A-1", "2.50", 1_000).await;
    shop.sells("B-1", "4.00", 1_000).await;
    let (acme, finance) = (shop.erp("ACME").await, shop.seller("finance").await);
    (shop, acme, finance)
}

impl Shop {
    /// Sells lines to somebody, ships them and waits for the invoice.
    pub(super) async fn invoices(&self, buyer: &Actor, lines: &[Value]) -> Invoice {
        let order = buyer.places(lines).await;
        let shipment = self.admin().ships(&order.number).await;
        buyer.invoice_of(&shipment).await
    }
}

pub(super) fn allocations(parts: &[(&Invoice, &str)]) -> Value {
    let parts: Vec<Value> =
        parts.iter().map(|(invoice, amount)| json!({ "invoice": invoice.number, "amount": amount })).collect();
    json!({ "allocations": parts })
}

async fn numbers(who: &Actor, query: &str) -> Vec<String> {
    let items = who.all(&format!("/v1/invoices?limit=1{query}")).await;
    items.iter().map(|item| item.read::<Invoice>().number).collect()
}

// Invoices.

#[tokio::test]
async fn what_left_is_invoiced_with_what_was_agreed() {
    let (shop, acme, _) = shop().await;
    let order = acme.places(&[line("A-1", 10), line("B-1", 5)]).await;
    let shipment = shop.admin().ships(&order.number).await;
    let invoice = acme.invoice_of(&shipment).await;
    assert_eq!((invoice.account.as_str(), &invoice.order, &invoice.shipment), ("ACME", &order.number, &shipment.number));
    assert_eq!((invoice.purchase_order_number.as_str(), invoice.terms.as_str()), ("PO-1", "NET30"));
    assert_eq!(invoice.status, "open");
    assert_eq!(invoice.totals.goods, "45.00 EUR");
    assert_eq!(invoice.totals.total, "45.00 EUR");
    assert_eq!(invoice.open, "45.00 EUR");
    assert_eq!(invoice.paid, "0 EUR");
    assert!(invoice.early_payment.is_none() && invoice.payments.is_empty(), "{invoice:?}");
    let lines: Vec<(i64, &str)> = invoice.lines.iter().map(|line| (line.order_line, line.sku.as_str())).collect();
    assert_eq!(lines, [(1, "A-1"), (2, "B-1")]);
    assert_eq!(invoice.lines[1].quantity, "5");
    assert_eq!(invoice.lines[1].unit_price, "4.00");
    assert_eq!(invoice.lines[1].line_amount, "20.00");
    assert_eq!(acme.reads_order(&order.number).await.totals.invoiced, "45.00 EUR");
}

#[tokio::test]
async fn an_invoice_moves_what_was_committed_to_what_is_owed() {
    let (shop, acme, _) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    assert_eq!(shop.credit_of("ACME").await.committed, "25 EUR");
    let part = json!({ "lines": [{ "line": 1, "quantity": "4" }] });
    let shipment: Shipment = shop.admin().ships_with(&order.number, part).await.read_as(201);
    let invoice = acme.invoice_of(&shipment).await;
    let credit = shop.credit_of("ACME").await;
    assert_eq!(credit.receivable, "10 EUR");
    assert_eq!(credit.committed, "15 EUR");
    assert_eq!(credit.exposure, "25 EUR");
    assert_eq!(credit.oldest_due_at, Some(invoice.due_at));
    shop.books_agree().await;
}

#[tokio::test]
async fn the_parts_of_a_line_add_up_to_the_line_to_the_cent() {
    let (shop, acme, _) = shop().await;
    shop.sells("BOLT", "0.335", 100).await;
    let order = acme.places(&[line("BOLT", 3)]).await;
    assert_eq!(order.totals.total, "1.01 EUR", "1.005 goes up");
    let mut amounts = Vec::new();
    for _ in 0..3 {
        let part = json!({ "lines": [{ "line": 1, "quantity": "1" }] });
        let shipment: Shipment = shop.admin().ships_with(&order.number, part).await.read_as(201);
        amounts.push(acme.invoice_of(&shipment).await.totals.total);
    }
    assert_eq!(amounts, ["0.34 EUR", "0.33 EUR", "0.34 EUR"], "0.335, 0.67 and 1.005 in sum, rounded");
    shop.books_agree().await;
}

#[tokio::test]
async fn numbers_have_no_gaps_and_a_shipment_has_one_invoice() {
    let (shop, acme, _) = shop().await;
    let order = acme.places(&[line("A-1", 3)]).await;
    let mut issued = Vec::new();
    for _ in 0..3 {
        let part = json!({ "lines": [{ "line": 1, "quantity": "1" }] });
        let shipment: Shipment = shop.admin().ships_with(&order.number, part).await.read_as(201);
        issued.push(acme.invoice_of(&shipment).await.number);
    }
    let counted: Vec<&str> = issued.iter().filter_map(|number| number.rsplit('-').next()).collect();
    assert_eq!(counted, ["000001", "000002", "000003"]);
    issued.reverse();
    assert_eq!(numbers(&acme, "").await, issued, "newest first, one for each");
}

#[tokio::test]
async fn what_was_cancelled_is_not_invoiced() {
    let (shop, acme, finance) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    let part = json!({ "lines": [{ "line": 1, "quantity": "4" }] });
    let shipment: Shipment = shop.admin().ships_with(&order.number, part).await.read_as(201);
    let invoice = acme.invoice_of(&shipment).await;
    assert_eq!(invoice.totals.total, "10 EUR");
    finance.receives_money("ACME", "10.00", json!({})).await;
    assert_eq!(acme.reads_order(&order.number).await.status, "partially_shipped", "six are still to come");
    acme.cancels(&order.number, json!({ "lines": [{ "line": 1, "quantity": "6" }] })).await.ok();
    acme.sees_order_become(&order.number, "closed").await;
    assert_eq!(shop.credit_of("ACME").await.exposure, "0 EUR");
    assert_eq!(numbers(&acme, "").await, [invoice.number]);
    shop.books_agree().await;
}

#[tokio::test]
async fn goods_without_charge_are_invoiced_as_paid() {
    let (shop, acme, _) = shop().await;
    shop.sells("GIFT", "0", 10).await;
    let invoice = shop.invoices(&acme, &[line("GIFT", 2)]).await;
    assert_eq!(invoice.status, "paid");
    assert_eq!(invoice.totals.total, "0 EUR");
    acme.sees_order_become(&invoice.order, "closed").await;
}

#[tokio::test]
async fn an_invoice_is_overdue_after_the_days_of_its_terms() {
    let (shop, acme, finance) = shop().await;
    let later = shop.invoices(&acme, &[line("A-1", 1)]).await;
    shop.account_with("ACME", json!({ "terms": "NET0" })).await;
    let now = shop.invoices(&acme, &[line("A-1", 1)]).await;
    assert_eq!(now.due_at, now.issued_at);
    assert_eq!(finance.reads_invoice(&now.number).await.status, "overdue");
    assert_eq!(finance.reads_invoice(&later.number).await.status, "open");
    assert_eq!(numbers(&finance, "&overdue=true").await, std::slice::from_ref(&now.number));
    assert_eq!(numbers(&finance, "&overdue=false").await, [later.number]);
    finance.receives_money("ACME", "2.50", allocations(&[(&now, "2.50")])).await;
    assert_eq!(finance.reads_invoice(&now.number).await.status, "paid", "what is paid is not late");
}

// Statements, lists, isolation.

#[tokio::test]
async fn a_statement_says_what_is_open_by_how_late_it_is() {
    let (shop, acme, finance) = shop().await;
    shop.account_with("ACME", json!({ "terms": "NET0" })).await;
    let late = shop.invoices(&acme, &[line("A-1", 10)]).await;
    shop.account_with("ACME", json!({ "terms": "NET30" })).await;
    let current = shop.invoices(&acme, &[line("B-1", 5)]).await;
    finance.receives_money("ACME", "5.50", allocations(&[(&late, "5.50")])).await;
    let spare = finance.receives_money("ACME", "3.00", json!({ "allocations": [] })).await;
    let statement = acme.statement_of("ACME").await;
    assert_eq!((statement.account.as_str(), statement.complete), ("ACME", true));
    let balance = &statement.balances[0];
    assert_eq!((statement.balances.len(), balance.currency.as_str()), (1, "EUR"));
    assert_eq!(balance.open, "39.50");
    assert_eq!(balance.unallocated, "3.00");
    assert_eq!(balance.balance, "36.50");
    assert_eq!(balance.aging.days_1_30, "19.50", "a part of a day counts as a day");
    assert_eq!(balance.aging.current, "20");
    assert!([balance.aging.days_31_60, balance.aging.days_61_90, balance.aging.days_over_90].iter().all(|sum| *sum == "0"));
    let open: Vec<_> = statement.invoices.iter().map(|invoice| (invoice.number.as_str(), invoice.days_late)).collect();
    assert_eq!(open, [(late.number.as_str(), 1), (current.number.as_str(), 0)], "oldest due first");
    assert_eq!(statement.invoices[0].open, "19.50 EUR");
    assert_eq!(statement.unallocated_payments[0].id, spare.id);
}

#[tokio::test]
async fn an_account_that_owes_nothing_has_an_empty_statement() {
    let (_shop, acme, _) = shop().await;
    let statement = acme.statement_of("ACME").await;
    assert!(statement.balances.is_empty() && statement.invoices.is_empty() && statement.complete, "{statement:?}");
}

#[tokio::test]
async fn invoices_are_listed_by_account_order_and_what_is_open() {
    let (shop, acme, finance) = shop().await;
    let first = shop.invoices(&acme, &[line("A-1", 1)]).await;
    let second = shop.invoices(&acme, &[line("A-1", 2)]).await;
    let theirs = shop.invoices(&shop.erp("RIVAL").await, &[line("A-1", 3)]).await;
    finance.receives_money("ACME", "2.50", allocations(&[(&first, "2.50")])).await;
    assert_eq!(numbers(&finance, "").await, [theirs.number.clone(), second.number.clone(), first.number.clone()]);
    assert_eq!(numbers(&finance, "&account=RIVAL").await, [theirs.number]);
    assert_eq!(numbers(&finance, &format!("&order={}", second.order)).await, std::slice::from_ref(&second.number));
    assert_eq!(numbers(&finance, "&account=ACME&open=true").await, std::slice::from_ref(&second.number));
    assert_eq!(numbers(&acme, "&open=false").await, std::slice::from_ref(&first.number));
    assert_eq!(numbers(&acme, "").await, [second.number, first.number], "a buyer sees its own");
}

#[tokio::test]
async fn payments_are_listed_newest_first_and_by_what_is_left_of_them() {
    let (shop, acme, finance) = shop().await;
    shop.invoices(&acme, &[line("A-1", 10)]).await;
    let spent = finance.receives_money("ACME", "25.00", json!({})).await.id;
    let spare = finance.receives_money("ACME", "5.00", json!({})).await.id;
    let theirs = finance.receives_money("RIVAL", "7.00", json!({})).await.id;
    let listed = async |who: &Actor, query: &str| -> Vec<String> {
        let items = who.all(&format!("/v1/payments?limit=1{query}")).await;
        items.iter().map(|item| item.read::<Remittance>().id).collect()
    };
    assert_eq!(listed(&finance, "").await, [theirs.clone(), spare.clone(), spent.clone()]);
    assert_eq!(listed(&finance, "&unallocated=true").await, [theirs, spare.clone()]);
    assert_eq!(listed(&acme, "").await, [spare.clone(), spent.clone()]);
    assert_eq!(listed(&acme, "&unallocated=true").await, [spare]);
    assert_eq!(listed(&finance, "&account=ACME&unallocated=false").await, [spent]);
}

#[tokio::test]
async fn another_accounts_invoices_and_payments_do_not_exist() {
    let (shop, acme, finance) = shop().await;
    let invoice = shop.invoices(&acme, &[line("A-1", 10)]).await;
    let payment = finance.receives_money("ACME", "1.00", json!({})).await;
    let rival = shop.erp("RIVAL").await;
    for (path, code) in [
        (format!("/v1/invoices/{}", invoice.number), "invoice-not-found"),
        (format!("/v1/payments/{}", payment.id), "payment-not-found"),
        ("/v1/accounts/ACME/statement".to_owned(), "account-not-found"),
        (format!("/v1/invoices?order={}", invoice.order), "order-not-found"),
    ] {
        let answer = rival.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.is_refused(code);
        acme.get(&path).await.ok();
    }
    for list in ["/v1/invoices", "/v1/payments"] {
        assert!(rival.all(list).await.is_empty(), "{list}");
        rival.get(&format!("{list}?account=ACME")).await.is_refused("account-not-found");
    }
}

#[tokio::test]
async fn buyers_record_no_payments() {
    let (shop, acme, finance) = shop().await;
    acme.records_payment("ACME", "1.00", json!({})).await.is_refused("forbidden");
    let payment = finance.receives_money("ACME", "1.00", json!({})).await;
    acme.allocates(&payment.id, json!({})).await.is_refused("forbidden");
    for role in ["sales", "warehouse", "pricing", "catalog"] {
        shop.seller(role).await.records_payment("ACME", "1.00", json!({})).await.is_refused("forbidden");
    }
}

#[tokio::test]
async fn invoices_are_issued_though_the_process_is_killed_right_after_the_goods_left() {
    let (mut shop, acme, _) = shop().await;
    let order = acme.places(&[line("A-1", 10)]).await;
    let shipment = shop.admin().ships(&order.number).await;
    shop.start_again();
    let acme = shop.erp("ACME").await;
    let invoice = acme.invoice_of(&shipment).await;
    assert_eq!(invoice.totals.total, "25 EUR");
    let settled = async || (shop.credit_of("ACME").await.committed == "0 EUR").then_some(());
    eventually("what was committed is owed", PATIENCE, settled).await;
    assert_eq!(numbers(&acme, "").await, [invoice.number], "once");
}
