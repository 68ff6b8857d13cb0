//! Several processes on one PostgreSQL and one Redis. Runs with `DATABASE=postgres` only.

use std::time::Duration;

use serde_json::json;

use crate::support::{Shop, eventually, is_postgres, line, number_of, parse};

const SECOND: Duration = Duration::from_secs(1);

async fn two() -> (Shop, String) {
    assert!(is_postgres(), "two processes share PostgreSQL; run with DATABASE=postgres");
    let mut shop = Shop::open().await;
    let second = shop.another_process();
    (shop, second)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis; tests/run runs it"]
async fn a_price_changed_through_one_process_is_quoted_by_the_other_within_a_second() {
    let (shop, second) = two().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 100).await;
    let there = shop.erp("ACME").await.at(&second);
    eventually("the other process knows the product", 5 * SECOND, async || {
        (parse(&there.unit_price("A-1").await) == parse("1.00")).then_some(())
    })
    .await;
    for cents in 2..12 {
        let price = format!("1.{cents:02}");
        shop.price("A-1", &price).await;
        let ((), waited) = eventually("the new price is quoted there", SECOND, async || {
            (parse(&there.unit_price("A-1").await) == parse(&price)).then_some(())
        })
        .await;
        println!("price {price} quoted by the other process after {waited:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis; tests/run runs it"]
async fn an_order_is_never_sold_at_a_price_that_another_process_has_changed() {
    let (shop, second) = two().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 1_000).await;
    let there = shop.erp("ACME").await.at(&second);
    eventually("the other process knows the product", 5 * SECOND, async || {
        (there.orders(&[line("A-1", 1)]).await.status == 201).then_some(())
    })
    .await;
    for cents in 2..30 {
        let price = format!("1.{cents:02}");
        shop.price("A-1", &price).await;
        let placed = there.orders(&[line("A-1", 1)]).await.is(201);
        assert_eq!(parse(placed["lines"][0]["unit_price"].text()), parse(&price), "at once, without waiting");
    }
    shop.books_agree().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis; tests/run runs it"]
async fn what_staff_say_of_search_counts_in_the_other_process_within_a_second_and_its_searches_are_known_here() {
    let (shop, second) = two().await;
    shop.account("ACME").await;
    for sku in ["A-1", "A-2"] {
        shop.sells(sku, "1.00", 100).await;
        shop.product(sku, json!({ "title": format!("Rotary pump {sku}") })).await;
    }
    let here = shop.erp("ACME").await;
    let there = here.at(&second);
    let both = async || (there.finds("rotary pump").await.len() == 2).then_some(());
    eventually("the other process finds both", 20 * SECOND, both).await;
    shop.finds("rotary pump", 2).await;
    for pinned in ["A-2", "A-1", "A-2"] {
        let rule = json!({ "phrases": ["rotary pump"], "pins": [{ "sku": pinned, "position": 1 }] });
        shop.curates("rules", "P", &rule).await;
        let first = async || (there.finds("rotary pump").await[0] == pinned).then_some(());
        let ((), waited) = eventually("the pin stands there", SECOND, first).await;
        println!("pin of {pinned} seen in the other process after {waited:?}");
    }
    let search = there.search(&[("q", "rotary pumps")]).await;
    here.clicks(&search, "A-1", 2).await.ok();
    let known = async || (here.completions("rotary pump", "past_query").await == ["rotary pumps"]).then_some(());
    eventually("what was asked there is known here", 10 * SECOND, known).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis; tests/run runs it"]
async fn a_key_used_on_one_process_is_honoured_by_the_other() {
    let (shop, second) = two().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 1_000).await;
    let here = shop.erp("ACME").await;
    let there = here.at(&second);
    eventually("the other process knows the product", 5 * SECOND, async || {
        (there.get("/v1/availability?sku=A-1").await.ok()["items"][0].is_object()).then_some(())
    })
    .await;
    let body = json!({ "purchase_order_number": "PO-1", "lines": [line("A-1", 1)] });
    let first = here.post_once("/v1/orders", "key-1", &body).await;
    let again = there.post_once("/v1/orders", "key-1", &body).await;
    assert_eq!(first.text, again.text);
    let other = json!({ "purchase_order_number": "PO-2", "lines": [line("A-1", 1)] });
    there.post_once("/v1/orders", "key-1", &other).await.is_refused("idempotency-key-reused");
    number_of(&first.is(201));

    for n in 0..20 {
        let key = format!("race-{n}");
        let body = json!({ "purchase_order_number": key, "lines": [line("A-1", 1)] });
        let (a, b) = tokio::join!(here.post_once("/v1/orders", &key, &body), there.post_once("/v1/orders", &key, &body));
        for answer in [&a, &b] {
            assert!(answer.status == 201 || answer.problem_code() == "idempotency-key-running", "{}", answer.text);
        }
        assert_eq!(here.all(&format!("/v1/orders?purchase_order_number={key}")).await.len(), 1);
    }
    shop.books_agree().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis; tests/run runs it"]
async fn two_processes_sell_the_last_pieces_once() {
    let (shop, second) = two().await;
    shop.account("ACME").await;
    shop.sells("RARE", "1.00", 50).await;
    let here = shop.erp("ACME").await;
    let there = here.at(&second);
    eventually("the other process knows the product", 5 * SECOND, async || {
        (there.get("/v1/availability?sku=RARE").await.ok()["items"][0].is_object()).then_some(())
    })
    .await;
    let mut running = tokio::task::JoinSet::new();
    for n in 0..100 {
        let buyer = if n % 2 == 0 { here.clone() } else { there.clone() };
        running.spawn(async move { buyer.orders(&[line("RARE", 1)]).await });
    }
    let bought = running.join_all().await.iter().filter(|a| a.status == 201).count();
    assert_eq!(bought, 50);
    assert_eq!(shop.levels("RARE").await, (50, 50, 0));
    shop.books_agree().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis; tests/run runs it"]
async fn without_redis_orders_are_taken_and_prices_still_arrive() {
    let (mut shop, second) = two().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 1_000).await;
    let here = shop.erp("ACME").await;
    let there = here.at(&second);
    eventually("the other process knows the product", 5 * SECOND, async || {
        (there.orders(&[line("A-1", 1)]).await.status == 201).then_some(())
    })
    .await;
    shop.home().redis().expect("a Redis").stop();
    for cents in 2..7 {
        let price = format!("1.{cents:02}");
        shop.price("A-1", &price).await;
        here.orders(&[line("A-1", 1)]).await.is(201);
        there.orders(&[line("A-1", 1)]).await.is(201);
        eventually("the other process polls", 2 * SECOND, async || {
            (parse(&there.unit_price("A-1").await) == parse(&price)).then_some(())
        })
        .await;
    }
    shop.home().redis().expect("a Redis").start_again();
    shop.price("A-1", "2.00").await;
    let known = async || (parse(&there.unit_price("A-1").await) == parse("2.00")).then_some(());
    eventually("prices arrive as before", 5 * SECOND, known).await;
    assert_eq!(shop.nobody().get("/readyz").await.status, 200);
    shop.books_agree().await;
}
