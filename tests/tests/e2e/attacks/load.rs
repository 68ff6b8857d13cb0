//! Load that nobody may cause: connections that never ask, bodies that never end, callers that take every place.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Setup, Shop};

/// Health is answered within this time, whatever else is going on.
const AT_ONCE: Duration = Duration::from_millis(500);

async fn is_alive(shop: &Shop) {
    let started = Instant::now();
    assert_eq!(shop.nobody().get("/healthz").await.status, 200);
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

/// Opens connections that send these bytes and stay open.
async fn open(shop: &Shop, count: usize, bytes: &str) -> Vec<TcpStream> {
    let address = shop.nobody().base().trim_start_matches("http://").to_owned();
    let connect = || async {
        let mut stream = TcpStream::connect(&address).await.expect("connected");
        stream.write_all(bytes.as_bytes()).await.expect("sent");
        stream
    };
    join_all((0..count).map(|_| connect())).await
}

#[tokio::test]
async fn unfinished_bodies_of_nobody_take_no_places() {
    let shop = Setup::default().with("max-concurrency", "64").open().await;
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let _unfinished = open(&shop, 300, head).await;
    is_alive(&shop).await;
    shop.admin().get("/v1/accounts").await.ok();
    let email = shop.somebody(None, "sales").await;
    shop.nobody().sign_in(&email, Shop::password()).await.ok();
}

#[tokio::test]
async fn long_polls_of_one_token_leave_room_for_everybody() {
    let shop = Setup::default().with("max-concurrency", "64").open().await;
    let latest = shop.admin().all("/v1/events").await.last().map_or(0, |event| event["seq"].as_i64().expect("a number"));
    let poll = |_| {
        let admin = shop.admin();
        async move { admin.get(&format!("/v1/events?after={}&wait=3", latest + 1_000)).await.status }
    };
    let polls = tokio::spawn(join_all((0..200).map(poll)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    is_alive(&shop).await;
    shop.admin().get("/v1/accounts").await.ok();
    let statuses = polls.await.expect("answered");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
    assert!(statuses.contains(&200) && statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn bodies_of_nobody_are_small() {
    let shop = Shop::open().await;
    let large = format!("{{\"email\": \"{}\"}}", "x".repeat(200_000));
    shop.nobody().post_raw("/v1/sessions", "application/json", large).await.is_refused("too-large");
    let file = "x".repeat(200_000);
    shop.nobody().post_raw("/v1/imports?kind=products", "text/csv", file).await.is_refused("too-large");
}

#[tokio::test]
async fn large_bodies_have_a_limit_together() {
    // Eight bodies of 1 MiB fit; thirty of nearly as much do not.
    let shop = Setup::default().with("max-body-mb", "1").open().await;
    let admin = shop.admin();
    let body = json!({ "lines": [{ "sku": "x".repeat(900_000), "quantity": "1" }] }).to_string();
    let address = shop.nobody().base().trim_start_matches("http://").to_owned();
    let hold = |_| {
        let (address, head, part) = (
            address.clone(),
            format!(
                "POST /v1/price-quotes HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                admin.token(),
                body.len()
            ),
            body.as_bytes()[..body.len() - 1].to_vec(),
        );
        async move {
            let mut stream = TcpStream::connect(&address).await.expect("connected");
            stream.write_all(head.as_bytes()).await.expect("sent");
            // Those that are refused close the connection while it is written.
            let _ = stream.write_all(&part).await;
            stream
        }
    };
    let _held = join_all((0..30).map(hold)).await;
    is_alive(&shop).await;
    let refused = admin.post_raw("/v1/price-quotes", "application/json", body.clone()).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    admin.get("/v1/accounts").await.ok();
}
