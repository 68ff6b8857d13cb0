//! Work grows with what changed, not with the size of the basket: statements are counted per request.

use serde_json::{Value, json};

use crate::support::{Actor, Shop, line, number_of};

/// Rows that one statement writes at least, when there are that many.
const BATCH: u64 = 500;
/// Kinds of rows an operation may write in batches.
const KINDS: u64 = 8;

async fn ready() -> (Shop, Actor, Vec<String>) {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let skus = shop.sells_many(1_000, 1_000_000).await;
    let acme = shop.erp("ACME").await;
    (shop, acme, skus)
}

fn lines(skus: &[String]) -> Vec<Value> {
    skus.iter().map(|sku| line(sku, 2)).collect()
}

/// A basket of 1,000 lines may run as many statements more as it fills batches more.
#[track_caller]
fn grows_by_batches_only(what: &str, small: u64, large: u64) {
    let allowed = small + (1_000 / BATCH - 1) * KINDS;
    assert!(large <= allowed, "{what}: {small} statements for 10 lines, {large} for 1,000, at most {allowed}");
}

#[tokio::test]
async fn adding_a_thousand_lines_to_a_cart_runs_no_more_statements_than_ten() {
    let (_shop, acme, skus) = ready().await;
    let cart = acme.cart().await;
    acme.adds(&cart, &lines(&skus[..1])).await.ok();
    let small = acme.adds(&cart, &lines(&skus[..10])).await;
    let large = acme.adds(&cart, &lines(&skus)).await;
    grows_by_batches_only("a cart", small.statements(), large.statements());
    let one = acme.adds(&cart, &lines(&skus[..1])).await;
    assert!(one.statements() <= small.statements(), "a line costs the same in a large cart");
}

#[tokio::test]
async fn quoting_a_thousand_lines_runs_no_more_statements_than_ten() {
    let (_shop, acme, skus) = ready().await;
    acme.quotes(&lines(&skus[..1])).await.ok();
    let small = acme.quotes(&lines(&skus[..10])).await;
    let large = acme.quotes(&lines(&skus)).await;
    assert_eq!(small.statements(), large.statements(), "prices are found in memory");
}

#[tokio::test]
async fn ordering_a_thousand_lines_runs_no_more_statements_than_ten() {
    let (_shop, acme, skus) = ready().await;
    acme.orders(&lines(&skus[..1])).await.is(201);
    let small = acme.orders(&lines(&skus[..10])).await;
    let large = acme.orders(&lines(&skus)).await;
    grows_by_batches_only("an order", small.statements(), large.statements());
    let number = large.is(201)["number"].text().to_owned();
    let few = small.is(201)["number"].text().to_owned();
    let small = acme.cancels(&few, json!({})).await;
    let large = acme.cancels(&number, json!({})).await;
    grows_by_batches_only("a cancellation", small.statements(), large.statements());
}

#[tokio::test]
async fn a_quote_of_a_thousand_lines_runs_no_more_statements_than_one_of_ten() {
    let (shop, acme, skus) = ready().await;
    let sales = shop.seller("sales").await;
    let mut counts = Vec::new();
    for skus in [&skus[..1], &skus[..10], &skus[..]] {
        let asked = acme.post("/v1/quotes", &json!({ "lines": lines(skus) })).await;
        let number = number_of(&asked.body);
        let path = |act: &str| format!("/v1/quotes/{number}{act}");
        let own: Vec<Value> = (1..=skus.len()).map(|line| json!({ "line": line, "unit_price": "0.50" })).collect();
        let offer = json!({ "valid_until": "2190-01-01", "lines": own });
        let offered = sales.put(&path("/offer"), &offer).await;
        let again: Vec<Value> = (1..=skus.len()).map(|line| json!({ "line": line, "quantity": "3" })).collect();
        let again = acme.post(&path("/request"), &json!({ "lines": again })).await;
        sales.put(&path("/offer"), &offer).await.ok();
        let read = acme.get(&path("")).await;
        let version = read.body["version"].clone();
        let order = json!({ "purchase_order_number": "PO-1", "quote_number": number, "quote_version": version });
        let order = acme.post("/v1/orders", &order).await;
        counts.push([asked, offered, again, read, order].map(|answer| {
            assert!(answer.status < 300, "{}", answer.text);
            answer.statements()
        }));
    }
    let whats = ["a request", "an offer", "another request", "a look", "an order of a quote"];
    for ((what, small), large) in whats.iter().zip(counts[1]).zip(counts[2]) {
        grows_by_batches_only(what, small, large);
    }
    assert_eq!(counts[1][3], counts[2][3], "a look costs the same");
}

#[tokio::test]
async fn receiving_a_thousand_goods_runs_no_more_statements_than_ten() {
    let (shop, _, skus) = ready().await;
    let movements = |skus: &[String]| -> Value {
        skus.iter().map(|sku| json!({ "sku": sku, "warehouse": "MAIN", "quantity": "1", "reason": "receipt" })).collect()
    };
    let small = shop.admin().post("/v1/stock-movements", &movements(&skus[..10])).await;
    let large = shop.admin().post("/v1/stock-movements", &movements(&skus)).await;
    grows_by_batches_only("a receipt", small.statements(), large.statements());
}
