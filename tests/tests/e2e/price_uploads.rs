//! Entries by the thousands: streams of CSV and NDJSON, plain and packed, told row by row.

use std::fmt::Write as _;
use std::io::Write as _;

use reqwest::Method;
use serde_json::json;

use crate::support::{Actor, Answer, Json, Setup, Shop, nothing_rejected, parse};

const ENTRIES: &str = "/v1/price-lists/STANDARD/entries";

async fn shop() -> Shop {
    let shop = Setup::default().with("max-body-mb", "1").open().await;
    shop.account("ACME").await;
    for sku in ["A-1", "A-2"] {
        shop.product(sku, json!({})).await;
    }
    shop.admin().put("/v1/price-lists/STANDARD", &json!({ "name": "Standard" })).await.ok();
    shop
}

/// CSV of at least so many bytes, with breaks of these products.
fn csv(skus: &[&str], bytes: usize) -> (String, u64) {
    let mut text = String::from("sku,currency,min_quantity,unit_price,valid_until\n");
    let mut rows = 0;
    while text.len() < bytes {
        rows += 1;
        let (sku, step) = (skus[rows % skus.len()], rows / skus.len());
        let _ = writeln!(text, "{sku},EUR,{step},{},2099-12-31T23:59:59.000000Z", 1_000_000 - step);
    }
    (text, rows as u64)
}

async fn uploads(actor: &Actor, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    actor.post_raw(path, media_type, body).await
}

#[tokio::test]
async fn an_upload_larger_than_a_request_may_be_is_read_as_it_comes() {
    let shop = shop().await;
    let skus = shop.sells_many(500, 0).await;
    let (text, rows) = csv(&skus.iter().map(String::as_str).collect::<Vec<_>>(), 1_100_000);
    let answer = uploads(&shop.admin(), ENTRIES, "text/csv", text.clone()).await.ok();
    nothing_rejected(&answer);
    assert_eq!(answer["received"].as_u64(), Some(rows), "{answer}");
    // Chunked, without a length.
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> = text.as_bytes().chunks(70_001).map(|chunk| Ok(chunk.to_vec())).collect();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let again = uploads(&shop.admin(), ENTRIES, "text/csv", body).await.ok();
    assert_eq!(again["unchanged"].as_u64(), Some(rows), "sending it again changes nothing: {again}");
    assert_eq!(parse(&shop.erp("ACME").await.unit_price("P00003").await), parse("999999"));
}

#[tokio::test]
async fn others_and_ordinary_requests_keep_their_limit() {
    let shop = shop().await;
    let (text, _) = csv(&["A-1"], 1_100_000);
    let keyed = shop.admin().request(Method::POST, ENTRIES).header("idempotency-key", "k").header("content-type", "text/csv");
    if let Ok(answer) = shop.admin().try_send(keyed.body(text.clone())).await {
        answer.is_refused("too-large");
    }
    let buyer = shop.erp("ACME").await;
    let request = buyer.request(Method::POST, ENTRIES).header("content-type", "text/csv");
    if let Ok(answer) = buyer.try_send(request.body(text)).await {
        answer.is_refused("too-large");
    }
    let small = uploads(&buyer, ENTRIES, "text/csv", "sku,currency,unit_price\nA-1,EUR,1\n").await;
    assert_eq!(small.status, 403, "{}", small.text);
}

#[tokio::test]
async fn a_stream_of_a_configured_size_is_the_largest() {
    let shop = Setup::default().with("max-upload-mb", "1").open().await;
    shop.product("A-1", json!({})).await;
    shop.admin().put("/v1/price-lists/STANDARD", &json!({})).await.ok();
    let (text, _) = csv(&["A-1"], 1_100_000);
    let admin = shop.admin();
    let request = admin.request(Method::POST, ENTRIES).header("content-type", "text/csv");
    if let Ok(answer) = admin.try_send(request.body(text.clone())).await {
        answer.is_refused("too-large");
    }
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> = text.as_bytes().chunks(70_001).map(|chunk| Ok(chunk.to_vec())).collect();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = admin.request(Method::POST, ENTRIES).header("content-type", "text/csv");
    if let Ok(answer) = admin.try_send(request.body(body)).await {
        answer.is_refused("unreadable-upload");
    }
}

#[tokio::test]
async fn packed_streams_are_unpacked_and_rows_told_by_their_lines() {
    let shop = shop().await;
    let rows = "{\"sku\":\"A-1\",\"currency\":\"EUR\",\"unit_price\":2.5}\n\n{\"sku\":\"NOBODY\",\"currency\":\"EUR\",\"unit_price\":\"1\"}\n\
                nonsense\n{\"sku\":\"A-2\",\"currency\":\"EUR\",\"unit_price\":\"3\",\"valid_from\":\"2030-01-01\",\"valid_until\":\"2029-01-01\"}\n\
                {\"sku\":\"A-2\",\"currency\":\"EUR\",\"unit_price\":\"3\"}\n";
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(rows.as_bytes()).expect("memory");
    let packed = packer.finish().expect("memory");
    let answer = uploads(&shop.admin(), ENTRIES, "application/gzip", packed).await.ok();
    assert_eq!(answer["received"], 5, "{answer}");
    assert_eq!(answer["created"], 2, "{answer}");
    let told: Vec<String> = answer["results"].list().iter().map(told).collect();
    assert_eq!(told, ["3 rejected unknown-product /sku", "4 rejected bad-json ", "5 rejected ends-before-start /valid_until"]);
    assert_eq!(parse(&shop.erp("ACME").await.unit_price("A-2").await), parse("3"));
}

fn told(result: &Json) -> String {
    let error = result.get("errors").and_then(|errors| errors.list().first());
    let of = |name: &str| error.map_or("", |error| error[name].text());
    format!("{} {} {} {}", result["index"], result["status"].text(), of("code"), of("pointer"))
}

#[tokio::test]
async fn every_row_is_told_of_to_who_asks() {
    let shop = shop().await;
    let text = "sku,currency,unit_price\nA-1,EUR,1\nA-1,EUR,2\nA-2,EUR,3\nA-2,EUR,0.1234567\n";
    let answer = uploads(&shop.admin(), &format!("{ENTRIES}?results=all"), "text/csv", text).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines: Vec<Json> = answer.text.lines().map(Json::parse).collect();
    let results: Vec<String> = lines[..lines.len() - 1].iter().map(told).collect();
    let expected = ["2 created  ", "3 rejected duplicate ", "4 created  ", "5 rejected too-many-decimals /unit_price"];
    assert_eq!(results, expected);
    let summary = &lines.last().expect("a summary")["summary"];
    assert_eq!(summary["created"], 2, "{summary}");
    assert_eq!(summary["rejected"], 2, "{summary}");
}

#[tokio::test]
async fn with_a_key_an_upload_is_one_transaction_and_its_answer_is_kept() {
    let shop = shop().await;
    let text = "sku,currency,unit_price\nA-1,EUR,1\nA-2,EUR,2\n";
    let admin = shop.admin();
    let send = async |body: &str| {
        let request = admin.request(Method::POST, ENTRIES).header("idempotency-key", "up-1").header("content-type", "text/csv");
        admin.send(request.body(body.to_owned())).await
    };
    let first = send(text).await;
    assert_eq!(first.clone().ok()["created"], 2);
    let again = send(text).await;
    assert_eq!(first.text, again.text);
    send("sku,currency,unit_price\nA-1,EUR,9\n").await.is_refused("idempotency-key-reused");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_a_whole() {
    let shop = shop().await;
    let admin = shop.admin();
    for (media_type, body) in [
        ("text/csv", ""),
        ("text/csv", "sku,colour\nA-1,red\n"),
        ("text/csv", "sku,sku,currency,unit_price\n"),
        ("application/gzip", "\u{1f}"),
    ] {
        uploads(&admin, ENTRIES, media_type, body).await.is_refused("unreadable-upload");
    }
    uploads(&admin, ENTRIES, "application/xml", "<a/>").await.is_refused("unsupported-media-type");
    uploads(&admin, "/v1/price-lists/NOBODY/entries", "text/csv", "sku\n").await.is_refused("price-list-not-found");
}
