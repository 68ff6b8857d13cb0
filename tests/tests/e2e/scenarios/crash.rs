//! Killed in the middle: what was acknowledged is there, what is retried is there once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Shop, eventually, line, number_of};

const ACCOUNTS: usize = 4;
const SKUS: usize = 25;

/// What became of each order: its number once it was acknowledged.
type Ledger = Arc<Mutex<BTreeMap<String, Option<String>>>>;

fn order_of(key: &str, n: usize) -> Value {
    let lines: Vec<Value> = (0..5).map(|i| line(&format!("P{:05}", (n * 3 + i) % SKUS), 1 + (n + i) % 4)).collect();
    json!({ "purchase_order_number": key, "lines": lines })
}

/// Orders one after another until the connection breaks.
async fn keeps_ordering(buyer: Actor, stream: usize, round: usize, ledger: Ledger) {
    for n in 0.. {
        let key = format!("r{round}-s{stream}-{n}");
        ledger.lock().expect("not poisoned").insert(key.clone(), None);
        let request = buyer.request(Method::POST, "/v1/orders").header("idempotency-key", &key).json(&order_of(&key, n));
        let Ok(answer) = buyer.try_send(request).await else {
            return;
        };
        let number = number_of(&answer.is(201));
        ledger.lock().expect("not poisoned").insert(key, Some(number));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long; tests/run runs it"]
async fn a_killed_server_loses_no_acknowledged_order_and_doubles_none() {
    let mut shop = Shop::open().await;
    shop.sells_many(SKUS, 1_000_000).await;
    let mut buyers = Vec::new();
    for n in 0..ACCOUNTS {
        let account = shop.account(&format!("A{n}")).await;
        buyers.push(shop.erp(&account).await);
    }
    let ledger = Ledger::default();
    for round in 0..3 {
        let mut running = tokio::task::JoinSet::new();
        for stream in 0..8 {
            running.spawn(keeps_ordering(buyers[stream % ACCOUNTS].clone(), stream, round, ledger.clone()));
        }
        let acknowledged = async || {
            let ledger = ledger.lock().expect("not poisoned");
            let count = ledger.iter().filter(|(key, number)| key.starts_with(&format!("r{round}-")) && number.is_some()).count();
            (count >= 60).then_some(())
        };
        eventually("orders are acknowledged", Duration::from_mins(1), acknowledged).await;
        shop.start_again();
        running.join_all().await;
        let base = shop.nobody().base().to_owned();
        buyers = buyers.iter().map(|buyer| buyer.at(&base)).collect();
        retry_all(&buyers, &ledger).await;
        let orders = ledger.lock().expect("not poisoned").len();
        assert_eq!(shop.books_agree().await.orders, orders, "every order is there once");
    }
    let found = shop.admin().all("/v1/orders?limit=100").await;
    let mut keys: Vec<&str> = found.iter().filter_map(|o| o["purchase_order_number"].as_str()).collect();
    keys.sort_unstable();
    let ledger = ledger.lock().expect("not poisoned");
    assert!(keys.iter().copied().eq(ledger.keys().map(String::as_str)), "one order for each key");
}

/// Sends everything again with its key: what was acknowledged must be answered as before.
async fn retry_all(buyers: &[Actor], ledger: &Ledger) {
    let known: Vec<(String, Option<String>)> =
        ledger.lock().expect("not poisoned").iter().map(|(key, number)| (key.clone(), number.clone())).collect();
    for (key, number) in known {
        let mut parts = key.split('-');
        let stream: usize = parts.nth(1).and_then(|s| s[1..].parse().ok()).expect("a stream");
        let n: usize = parts.next().and_then(|n| n.parse().ok()).expect("a number");
        let placed = buyers[stream % ACCOUNTS].post_once("/v1/orders", &key, &order_of(&key, n)).await.is(201);
        if let Some(number) = number {
            assert_eq!(number_of(&placed), number, "{key} was acknowledged");
        }
        ledger.lock().expect("not poisoned").insert(key, Some(number_of(&placed)));
    }
}
