//! Baskets of any size.

use serde_json::{Value, json};

use crate::support::{Json, Shop, line, micros, nothing_rejected, number_of, parse, workbook};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn shop_of(products: usize) -> (Shop, Vec<String>) {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let skus = shop.sells_many(products, 0).await;
    (shop, skus)
}

fn count(answer: &Json, what: &str) -> usize {
    answer[what].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn good_lines_are_accepted_and_bad_ones_reported_with_candidates() {
    let (shop, _) = shop_of(3).await;
    shop.product("TWIN-1", json!({ "identifiers": { "mpn": "TW/1" } })).await;
    shop.product("TWIN-2", json!({ "identifiers": { "mpn": "TW-1" } })).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let lines = [
        line("P00000", 2),
        line("P00001", 3),
        line("NOBODY", 1),
        line("P00000", 0),
        json!({ "identifier": "tw 1", "quantity": "1" }),
        json!({ "quantity": "1" }),
    ];
    let answer = acme.adds(&cart, &lines).await.ok();
    assert_eq!((count(&answer, "accepted"), count(&answer, "rejected")), (2, 4), "{answer}");
    let twin = answer["rejected"].list().iter().find(|r| r["pointer"] == "/lines/4/identifier").expect("named");
    let mut candidates: Vec<&str> = twin["candidates"].list().iter().map(|candidate| candidate["sku"].text()).collect();
    candidates.sort_unstable();
    assert_eq!(candidates, ["TWIN-1", "TWIN-2"]);
    assert_eq!(micros(&answer["totals"]["goods"]), parse("5.03"));
    assert_eq!(micros(&answer["totals"]["total"]), parse("5.03"));
    for parts in ["discounts", "charges", "tax"] {
        assert!(answer["totals"][parts].list().is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn ten_thousand_lines_go_in_with_one_call_as_json() {
    let (shop, skus) = shop_of(500).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let lines: Vec<Value> = (0..10_000).map(|n| line(&skus[n % skus.len()], 1 + n % 9)).collect();
    let answer = acme.adds(&cart, &lines).await.ok();
    nothing_rejected(&answer);
    assert_eq!(count(&answer, "accepted"), 10_000);
    let read = acme.get(&format!("/v1/carts/{cart}")).await.ok();
    assert_eq!(count(&read, "lines"), 10_000);
    let sum: i128 = read["lines"].list().iter().map(|l| micros(&l["line_amount"])).sum();
    assert_eq!(micros(&read["totals"]["total"]), sum);
    let more: Vec<Value> = (0..10_001).map(|_| line(&skus[0], 1)).collect();
    acme.adds(&cart, &more).await.is_refused("too-many");
}

#[tokio::test]
async fn ten_thousand_lines_go_in_with_one_call_as_csv() {
    let (shop, skus) = shop_of(500).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let mut csv = String::from("Part No;Qty;Note\r\n");
    for n in 0..10_000 {
        let sku = if n == 4_321 { "NOBODY" } else { skus[n % skus.len()].as_str() };
        csv.extend([sku, ";", &(1 + n % 9).to_string(), ";for job ", &n.to_string(), "\r\n"]);
    }
    let answer = acme.post_raw(&format!("/v1/carts/{cart}/lines"), "text/csv", csv).await.ok();
    assert_eq!((count(&answer, "accepted"), count(&answer, "rejected")), (9_999, 1));
    let pointer = answer["rejected"][0]["pointer"].text();
    assert!(pointer.contains("4323"), "the row as a person counts it: {pointer}");
}

#[tokio::test]
async fn ten_thousand_lines_go_in_with_one_call_as_a_workbook() {
    let (shop, skus) = shop_of(500).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let mut rows = vec![vec!["SKU".to_owned(), "Quantity".to_owned()]];
    rows.extend((0..10_000).map(|n| vec![skus[n % skus.len()].clone(), (1 + n % 9).to_string()]));
    let answer = acme.post_raw(&format!("/v1/carts/{cart}/lines"), XLSX, workbook(&rows)).await.ok();
    nothing_rejected(&answer);
    assert_eq!(count(&answer, "accepted"), 10_000);
}

#[tokio::test]
async fn a_file_that_is_no_list_is_refused_as_such() {
    let (shop, _) = shop_of(1).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let path = format!("/v1/carts/{cart}/lines");
    acme.post_raw(&path, XLSX, "no workbook").await.is_refused("unreadable-list");
    acme.post_raw(&path, "text/csv", "").await.is_refused("unreadable-list");
    acme.post_raw(&path, "application/pdf", "%PDF").await.is_refused("unsupported-media-type");
    let half = &workbook(&[vec!["SKU".to_owned(), "Qty".to_owned()]])[..300];
    acme.post_raw(&path, XLSX, half.to_vec()).await.is_refused("unreadable-list");
}

#[tokio::test]
async fn lines_change_and_go_and_the_others_keep_their_numbers() {
    let (shop, _) = shop_of(3).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("P00000", 1), line("P00001", 1), line("P00002", 1)]).await.ok();
    let change = acme.request(reqwest::Method::PATCH, &format!("/v1/carts/{cart}/lines/2")).json(&json!({ "quantity": "5" }));
    let changed = acme.send(change).await.ok();
    assert_eq!(changed["lines"][1]["quantity"], "5");
    let removed = acme.send(acme.request(reqwest::Method::DELETE, &format!("/v1/carts/{cart}/lines/1"))).await.ok();
    let numbers: Vec<_> = removed["lines"].list().iter().map(|l| l["line"].clone()).collect();
    assert_eq!(numbers, [2, 3]);
    let wrong = acme.request(reqwest::Method::PATCH, &format!("/v1/carts/{cart}/lines/9")).json(&json!({ "quantity": "5" }));
    acme.send(wrong).await.is_refused("cart-line-not-found");
}

#[tokio::test]
async fn a_cart_that_was_ordered_does_not_change_any_more() {
    let (shop, _) = shop_of(2).await;
    shop.receives("P00000", crate::support::MAIN, 10).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    acme.adds(&cart, &[line("P00000", 3)]).await.ok();
    let placed = acme.orders_cart(&cart).await.is(201);
    assert_eq!(micros(&placed["totals"]["total"]), parse("3"));
    acme.adds(&cart, &[line("P00000", 1)]).await.is_refused("cart-ordered");
    acme.orders_cart(&cart).await.is_refused("cart-ordered");
    assert_eq!(acme.order(&number_of(&placed)).await["lines"][0]["sku"], "P00000");
}

#[tokio::test]
async fn two_people_adding_to_one_cart_at_once_never_collide() {
    let (shop, _) = shop_of(1).await;
    let acme = shop.erp("ACME").await;
    let cart = acme.cart().await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (acme, cart) = (acme.clone(), cart.clone());
        running.spawn(async move { acme.adds(&cart, &[line("P00000", 1), line("P00000", 2)]).await.ok() });
    }
    running.join_all().await;
    let read = acme.get(&format!("/v1/carts/{cart}")).await.ok();
    let mut numbers: Vec<i64> = read["lines"].list().iter().filter_map(|l| l["line"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}

#[tokio::test]
async fn another_accounts_cart_does_not_exist() {
    let (shop, _) = shop_of(1).await;
    shop.account("RIVAL").await;
    let cart = shop.erp("ACME").await.cart().await;
    let rival = shop.erp("RIVAL").await;
    rival.get(&format!("/v1/carts/{cart}")).await.is_refused("cart-not-found");
    rival.adds(&cart, &[line("P00000", 1)]).await.is_refused("cart-not-found");
    rival.orders_cart(&cart).await.is_refused("cart-not-found");
    rival.send(rival.request(reqwest::Method::DELETE, &format!("/v1/carts/{cart}"))).await.is_refused("cart-not-found");
    rival.post("/v1/carts", &json!({ "account": "ACME" })).await.is_refused("account-not-found");
}
