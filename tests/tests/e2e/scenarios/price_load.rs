//! Many prices: how long a server takes to load them, what it needs to hold them, and what quotes, feeds and uploads cost
//! then. The driver is this process, the server another; what the driver costs is not counted, the database is when it is
//! SQLite.
//!
//! `BULKHEAD_LOAD_SKUS`, `BULKHEAD_LOAD_ACCOUNTS` and `BULKHEAD_LOAD_UPLOAD` say how many products, accounts (each with a
//! contract of 50 lines, and two promotions) and uploaded entries there are; 100,000, 10,000 and 1,000,000 when left out.
//! Prints a table and fails only when an operation fails: a figure belongs to the machine it was measured on.

mod bound;
mod filling;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use filling::{Draw, MIXED, Size, account, fill, sku};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::load::{measure, setting};
use crate::support::{Actor, Setup, Shop, eventually, is_postgres, line, micros, nothing_rejected, parse};

const MIB: u64 = 1024;
const PATIENCE: Duration = Duration::from_mins(10);

/// The rows of the table that is printed in the end.
#[derive(Debug, Default)]
struct Table(Vec<[String; 3]>);

impl Table {
    fn add(&mut self, what: impl Into<String>, measured: impl Into<String>, budget: &str) {
        self.0.push([what.into(), measured.into(), budget.to_owned()]);
    }

    fn print(&self, size: Size) {
        println!(
            "\n{} SKUs, {} entries in 20 lists, {} accounts, {} contract lines, {} promotions, {}",
            size.skus,
            size.entries(),
            size.accounts,
            size.contract_lines(),
            size.promotions,
            if is_postgres() { "PostgreSQL" } else { "SQLite" }
        );
        for [what, measured, budget] in &self.0 {
            println!("{what:<62} {measured:>40} {budget:>12}");
        }
    }
}

/// What the server's CPU did since `before`.
fn cpu_since(shop: &mut Shop, before: Duration) -> Duration {
    shop.process().cpu().saturating_sub(before)
}

fn starting(shop: &mut Shop, table: &mut Table) {
    let started = Instant::now();
    shop.start_again();
    let waited = started.elapsed();
    let cpu = shop.process().cpu();
    let log = std::fs::read_to_string(shop.home().dir().join("server.log")).expect("the server writes a log");
    let said = log.lines().rev().find(|line| line.contains("prices loaded")).and_then(|line| line.split_once("millis"));
    let digits = said.map_or("", |(_, rest)| rest).chars().skip_while(|c| !c.is_ascii_digit());
    let loaded: String = digits.take_while(char::is_ascii_digit).collect();
    table.add("prices loaded from the database", format!("{loaded} ms"), "< 3 s");
    table.add("  within a start", format!("{waited:.2?}, CPU {cpu:.2?}"), "");
    let (now, peak) = (shop.process().memory_kib("VmRSS") / MIB, shop.process().memory_kib("VmHWM") / MIB);
    table.add("memory after the start", format!("{now} MB, peak {peak} MB"), "< 600 MB");
}

/// Lines of any products, every second one of a mix-and-match group.
fn basket(draw: &mut Draw, skus: usize, count: usize) -> Vec<Value> {
    let one = |n: usize| {
        let product = if n.is_multiple_of(2) { draw.below(MIXED.min(skus)) } else { draw.below(skus) };
        let unit = if draw.below(5) == 0 { "BX" } else { "EA" };
        json!({ "sku": sku(product), "quantity": (1 + draw.below(60)).to_string(), "unit": unit })
    };
    (0..count).map(one).collect()
}

async fn quoting(shop: &mut Shop, buyer: &Actor, size: Size, table: &mut Table) {
    for (what, count, budget) in [("quote of 100 lines", 100, "< 1 ms"), ("quote of 1,000 lines", 1_000, "< 3 ms")] {
        let draw = &mut Draw::new(7);
        let baskets: Vec<Vec<Value>> = (0..20).map(|_| basket(draw, size.skus, count)).collect();
        let quote = async |n: usize| {
            let answer = buyer.quotes(&baskets[n % baskets.len()]).await;
            let statements = answer.statements();
            assert!(answer.ok()["totals"]["priced_lines"].as_u64() >= Some(count as u64 / 2), "lines have prices");
            statements
        };
        let figure = measure(shop, what, 0.0, quote).await;
        table.add(what, format!("CPU {:.3} ms, {} statements", figure.cpu_ms, figure.statements), budget);
    }
}

/// Reads prices of an account; gives the number of lines and of bytes.
async fn read_prices(buyer: &Actor, path: &str) -> (usize, usize) {
    let request = buyer.request(reqwest::Method::GET, path).timeout(PATIENCE);
    let mut stream = request.send().await.expect("an answer").error_for_status().expect("a success").bytes_stream();
    let (mut lines, mut bytes) = (0, 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.expect("the stream ends well");
        bytes += chunk.len();
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
    }
    (lines, bytes)
}

async fn streaming(shop: &mut Shop, buyer: &Actor, size: Size, table: &mut Table) {
    let ways = [
        ("every product's price", "/v1/prices?quantities=smallest", "< 100 ms"),
        ("every unit's price at every break", "/v1/prices", ""),
    ];
    for (what, path, budget) in ways {
        read_prices(buyer, path).await;
        let (before, started) = (shop.process().cpu(), Instant::now());
        let rounds = 5;
        let (mut lines, mut bytes) = (0, 0);
        for _ in 0..rounds {
            (lines, bytes) = read_prices(buyer, path).await;
        }
        assert!(lines >= size.skus, "every product has a price: {lines}");
        let (cpu, waited) = (cpu_since(shop, before) / rounds, started.elapsed() / rounds);
        let what = format!("{what}, of one account: {lines} lines, {:.1} MB", bytes as f64 / 1e6);
        table.add(what, format!("CPU {cpu:.1?}, {waited:.1?}"), budget);
    }
}

async fn changing(shop: &mut Shop, buyer: &Actor, table: &mut Table) {
    let product = sku(7);
    shop.admin().put("/v1/price-lists/L-OWN", &json!({ "assigned": { "kind": "account", "code": "LOADED" } })).await.ok();
    let rounds = 50;
    let (mut stored, mut waited) = (Duration::ZERO, Duration::ZERO);
    let before = shop.process().cpu();
    for n in 0..rounds {
        let price = format!("1.{:02}", n + 1);
        let started = Instant::now();
        let entry = json!({ "sku": product, "currency": "EUR", "unit_price": price });
        nothing_rejected(&shop.admin().post("/v1/price-lists/L-OWN/entries", &json!({ "entries": [entry] })).await.ok());
        stored += started.elapsed();
        eventually("the new price is quoted", Duration::from_secs(1), async || {
            // The contract of the account takes its part off; the list price is the entry's.
            let quote = buyer.quotes(&[line(&product, 1)]).await.ok();
            (micros(&quote["lines"][0]["list_price"]) == parse(&price)).then_some(())
        })
        .await;
        waited += started.elapsed();
    }
    let cpu = cpu_since(shop, before) / rounds as u32;
    let each = |time: Duration| time / rounds as u32;
    table.add(
        "one entry changed until it is quoted",
        format!("{:.1?}, stored in {:.1?}, CPU {cpu:.1?}", each(waited), each(stored)),
        "< 1 s",
    );
}

/// Entries for products one after another, ten thresholds each, as chunks of a body.
fn rows(media_type: &'static str, count: usize, skus: usize) -> impl Iterator<Item = String> {
    const CHUNK: usize = 2_000;
    (0..count.div_ceil(CHUNK)).map(move |chunk| {
        let header = chunk == 0 && media_type == "text/csv";
        let mut text = if header { "sku,currency,min_quantity,unit_price\n".to_owned() } else { String::new() };
        for n in chunk * CHUNK..((chunk + 1) * CHUNK).min(count) {
            let (sku, from, price) = (sku(n % skus), 1 + n / skus, 1_000_000 - n / skus);
            let _ = if media_type == "text/csv" {
                writeln!(text, "{sku},EUR,{from},{price}")
            } else {
                writeln!(text, r#"{{"sku":"{sku}","currency":"EUR","min_quantity":"{from}","unit_price":"{price}"}}"#)
            };
        }
        text
    })
}

async fn uploading(shop: &mut Shop, size: Size, count: usize, table: &mut Table) {
    for (list, media_type) in [("NEW-NDJSON", "application/x-ndjson"), ("NEW-CSV", "text/csv")] {
        let path = format!("/v1/price-lists/{list}");
        shop.admin().put(&path, &json!({ "assigned": { "kind": "group", "code": "NOBODY" } })).await.ok();
        shop.process().forget_peak_memory();
        let resting = shop.process().memory_kib("VmRSS") / MIB;
        let (before, started) = (shop.process().cpu(), Instant::now());
        let chunks = rows(media_type, count, size.skus).map(Ok::<_, std::io::Error>);
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
        let admin = shop.admin();
        let request = admin.request(reqwest::Method::POST, &format!("{path}/entries")).timeout(PATIENCE);
        let answer = admin.send(request.header("content-type", media_type).body(body)).await.ok();
        nothing_rejected(&answer);
        assert_eq!(answer["created"].as_u64(), Some(count as u64), "{answer}");
        let (waited, cpu) = (started.elapsed(), cpu_since(shop, before));
        let peak = shop.process().memory_kib("VmHWM") / MIB;
        let rate = count as f64 / waited.as_secs_f64();
        table.add(format!("{count} entries uploaded as {media_type}"), format!("{rate:.0}/s, {waited:.1?}, CPU {cpu:.1?}"), "");
        table.add("  memory before and at the peak", format!("{resting} MB, {peak} MB"), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long; tests/run runs it"]
async fn many_prices_load_quote_stream_and_change() {
    let accounts = setting("BULKHEAD_LOAD_ACCOUNTS", 10_000);
    let size = Size { skus: setting("BULKHEAD_LOAD_SKUS", 100_000), accounts, promotions: accounts * 2 };
    let uploaded = setting("BULKHEAD_LOAD_UPLOAD", 1_000_000);
    let mut shop = Setup::default().with("log", "error,api::prices::load=info").open().await;
    fill(&mut shop, size).await;
    // A site of a company, so that lists and contracts are inherited too.
    shop.account_with("LOADED", json!({ "parent": account(16), "group": "G3" })).await;
    let mut table = Table::default();
    starting(&mut shop, &mut table);
    let buyer = shop.erp("LOADED").await;
    quoting(&mut shop, &buyer, size, &mut table).await;
    streaming(&mut shop, &buyer, size, &mut table).await;
    changing(&mut shop, &buyer, &mut table).await;
    uploading(&mut shop, size, uploaded, &mut table).await;
    starting(&mut shop, &mut table);
    bound::measure(&mut shop, uploaded, &mut table);
    table.print(size);
}
