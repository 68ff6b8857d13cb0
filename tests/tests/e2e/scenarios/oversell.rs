//! Stock is sold once, whoever asks at the same time.

use crate::support::{Shop, line};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long; tests/run runs it"]
async fn two_hundred_concurrent_buyers_of_a_hundred_pieces_get_exactly_a_hundred() {
    let shop = Shop::open().await;
    shop.sells("RARE", "9.99", 100).await;
    let mut buyers = Vec::new();
    for n in 0..20 {
        let account = shop.account(&format!("A{n:02}")).await;
        for _ in 0..10 {
            buyers.push(shop.erp(&account).await);
        }
    }
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(buyers.len()));
    let mut running = tokio::task::JoinSet::new();
    for (n, buyer) in buyers.into_iter().enumerate() {
        let start = start.clone();
        running.spawn(async move {
            start.wait().await;
            let body = serde_json::json!({ "purchase_order_number": "PO-1", "lines": [line("RARE", 1)] });
            loop {
                // Overload may be answered 503; a client comes back with the same key.
                let answer = buyer.post_once("/v1/orders", &format!("rare-{n}"), &body).await;
                if answer.status != 503 {
                    return answer;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        });
    }
    let answers = running.join_all().await;
    let bought = answers.iter().filter(|a| a.status == 201).count();
    for answer in answers.iter().filter(|a| a.status != 201) {
        assert_eq!(answer.problem_code(), "insufficient-stock", "{}", answer.text);
    }
    assert_eq!(bought, 100);
    assert_eq!(shop.levels("RARE").await, (100, 100, 0));
    assert_eq!(shop.books_agree().await.orders, 100);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long; tests/run runs it"]
async fn baskets_that_share_goods_in_different_order_neither_deadlock_nor_oversell() {
    let shop = Shop::open().await;
    let skus = shop.sells_many(12, 60).await;
    let mut running = tokio::task::JoinSet::new();
    for n in 0..40_usize {
        let account = shop.account(&format!("B{n:02}")).await;
        let buyer = shop.erp(&account).await;
        let mut basket: Vec<_> = (0..6).map(|i| line(&skus[(n * 5 + i * 7) % skus.len()], 3)).collect();
        if n % 2 == 0 {
            basket.reverse();
        }
        running.spawn(async move {
            let mut cancelled = 0;
            for _ in 0..3 {
                let answer = buyer.orders(&basket).await;
                assert!(answer.status == 201 || answer.problem_code() == "insufficient-stock", "{}", answer.text);
                if answer.status == 201 && n % 3 == 0 {
                    let number = answer.is(201)["number"].text().to_owned();
                    buyer.cancels(&number, serde_json::json!({})).await.ok();
                    cancelled += 1;
                }
            }
            cancelled
        });
    }
    running.join_all().await;
    let books = shop.books_agree().await;
    for sku in &skus {
        let (on_hand, reserved, available) = shop.levels(sku).await;
        assert!(on_hand == 60 && available >= 0 && reserved + available == 60, "{sku}: {on_hand} {reserved} {available}");
    }
    assert!(books.orders > 0);
}
