//! The event log as partners read it.

use std::time::{Duration, Instant};

use crate::support::{Json, Shop, eventually};

fn seqs(items: &[Json]) -> Vec<i64> {
    items.iter().map(|e| e["seq"].whole()).collect()
}

async fn page(actor: &crate::support::Actor, query: &str) -> Vec<Json> {
    let page = actor.get(&format!("/v1/events?{query}")).await.ok();
    page["items"].list().to_vec()
}

#[tokio::test]
async fn every_change_is_an_event_in_the_order_it_happened() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("BOLT").await;
    let events = page(&shop.admin(), "after=0").await;
    let subjects: Vec<&str> =
        events.iter().filter(|e| e["type"] == "account.changed").filter_map(|e| e["subject"].as_str()).collect();
    assert_eq!(subjects, ["account/ACME", "account/BOLT"]);
    for event in &events {
        assert!(event["occurred_at"].as_str().is_some_and(|t| t.ends_with('Z')), "{event}");
        assert!(event["data"].is_object(), "{event}");
    }
}

#[tokio::test]
async fn reading_page_by_page_misses_and_repeats_nothing() {
    let shop = Shop::open().await;
    for n in 0..10 {
        shop.account(&format!("A{n}")).await;
    }
    let whole = seqs(&page(&shop.admin(), "after=0&limit=500").await);
    let mut read = Vec::new();
    let mut after = 0;
    loop {
        let next = seqs(&page(&shop.admin(), &format!("after={after}&limit=3")).await);
        let Some(last) = next.last() else { break };
        after = *last;
        read.extend(next);
    }
    assert_eq!(read, whole);
    assert!(whole.is_sorted() && whole.len() >= 20);
}

#[tokio::test]
async fn a_waiting_reader_is_answered_as_soon_as_something_happens() {
    let shop = Shop::open().await;
    let start = seqs(&page(&shop.admin(), "after=0&limit=500").await).last().copied().unwrap_or(0);
    let reader = shop.admin();
    let waiting = tokio::spawn(async move {
        let started = Instant::now();
        (page(&reader, &format!("after={start}&wait=20")).await, started.elapsed())
    });
    shop.account("ACME").await;
    let (events, waited) = waiting.await.expect("an answer");
    assert_eq!(events[0]["type"], "account.changed");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
}

#[tokio::test]
async fn a_reader_who_waits_in_vain_hears_nothing_in_time() {
    let shop = Shop::open().await;
    let (end, _) = eventually("the log is quiet", Duration::from_secs(5), async || {
        Some(seqs(&page(&shop.admin(), "after=0&limit=500").await).last().copied().unwrap_or(0))
    })
    .await;
    let started = Instant::now();
    assert!(page(&shop.admin(), &format!("after={end}&wait=1")).await.is_empty());
    assert!(started.elapsed() >= Duration::from_millis(900), "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_account_reads_its_own_events_and_no_others() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.account("RIVAL").await;
    let acme = shop.erp("ACME").await;
    let events = page(&acme, "after=0&limit=500").await;
    assert!(events.iter().any(|e| e["subject"] == "account/ACME"));
    assert!(!events.iter().any(|e| e.to_string().contains("RIVAL")), "{events:?}");
}

#[tokio::test]
async fn an_odd_position_is_refused() {
    let shop = Shop::open().await;
    for (query, code) in [
        ("limit=0", "invalid-request"),
        ("limit=1000000", "invalid-request"),
        ("after=x", "malformed-request"),
        ("wait=-1", "malformed-request"),
    ] {
        shop.admin().get(&format!("/v1/events?{query}")).await.is_refused(code);
    }
}
