//! Memory under load that nobody may cause: what a process takes above idle has a ceiling, and health is answered throughout.
//!
//! `BULKHEAD_BOUNDS_TIMES` multiplies the load (default 1).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::stream;

use super::load::setting;
use crate::support::{Actor, Shop, workbook};

/// Ceilings in MiB above idle.
const USUAL: u64 = 400;
const UPLOADS: u64 = 800;
/// Health is answered within this time. The load itself runs on the same two cores.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Runs a load; fails when the process took more memory above idle, or health was late.
async fn within(shop: &mut Shop, what: &str, most: u64, load: impl Future<Output = ()>) {
    let idle = shop.process().memory_kib("VmRSS") / 1024;
    shop.process().forget_peak_memory();
    let (running, nobody) = (Arc::new(AtomicBool::new(true)), shop.nobody());
    let health = tokio::spawn(longest_answer(nobody, running.clone()));
    load.await;
    running.store(false, Ordering::Relaxed);
    let longest = health.await.expect("asked");
    let peak = shop.process().memory_kib("VmHWM") / 1024;
    println!("{what}: {} MiB above {idle} MiB idle, health within {longest:?}", peak.saturating_sub(idle));
    assert!(peak.saturating_sub(idle) <= most, "{what}: {peak} MiB, {idle} MiB idle");
    assert!(longest <= AT_ONCE, "{what}: health was answered after {longest:?}");
}

async fn longest_answer(nobody: Actor, running: Arc<AtomicBool>) -> Duration {
    let mut longest = Duration::ZERO;
    while running.load(Ordering::Relaxed) {
        let asked = Instant::now();
        assert_eq!(nobody.get("/healthz").await.status, 200);
        longest = longest.max(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    longest
}

fn times(count: usize) -> usize {
    count * setting("BULKHEAD_BOUNDS_TIMES", 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: memory under load"]
async fn sixty_large_bodies_of_nobody() {
    let mut shop = Shop::open().await;
    let nobody = shop.nobody();
    let load = async {
        let send = async |_| {
            let chunks = stream::iter((0..31).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1 << 20])));
            let request = nobody.request(reqwest::Method::POST, "/v1/sessions").header("content-type", "application/json");
            // A connection that was closed while the body went out is as good as an answer.
            let _ = nobody.try_send(request.body(reqwest::Body::wrap_stream(chunks))).await;
        };
        join_all((0..times(60)).map(send)).await;
    };
    within(&mut shop, "60 bodies of 31 MiB without a token", USUAL, load).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: memory under load"]
async fn a_thousand_sign_ins_at_once() {
    let mut shop = Shop::open().await;
    let nobody = shop.nobody();
    let load = async {
        let sign_in = async |n| nobody.sign_in(&format!("somebody-{n}@example.com"), "wrong password").await.status;
        let statuses = join_all((0..times(1_000)).map(sign_in)).await;
        assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
    };
    within(&mut shop, "1,000 sign-ins at once", USUAL, load).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: memory under load"]
async fn a_hundred_workbooks_at_once() {
    let mut shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 10).await;
    let acme = shop.erp("ACME").await;
    let mut rows = vec![vec!["SKU".to_owned(), "Qty".to_owned(), "Note".to_owned()]];
    rows.extend((0..2_000).map(|n| vec!["A-1".to_owned(), "1".to_owned(), format!("line {n} {}", "x".repeat(60))]));
    let file = workbook(&rows);
    let load = async {
        let upload = async |_| {
            let cart = acme.cart().await;
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            acme.post_raw(&format!("/v1/carts/{cart}/lines"), kind, file.clone()).await.status
        };
        let statuses = join_all((0..times(100)).map(upload)).await;
        assert!(statuses.iter().all(|status| matches!(status, 200 | 429 | 503)), "{statuses:?}");
    };
    within(&mut shop, "100 workbooks at once", UPLOADS, load).await;
}
