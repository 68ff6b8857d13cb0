//! What suggestions cost when a million order lines are learnt: memory, time to start, CPU time of the server per question.
//!
//! `BULKHEAD_ORDER_LINES` says how many lines (default 1,000,000), in orders of twenty over 4,000 products and 5,000 accounts.
//! Prints a table and fails only when a question fails: a figure belongs to the machine it was measured on.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Actor, Setup, Shop, nothing_rejected};

const PRODUCTS: u64 = 4_000;
const ACCOUNTS: u64 = 5_000;
const LINES_EACH: u64 = 20;
/// Orders of one file.
const FILE: u64 = 5_000;
/// A question is repeated until the server has worked this long for it.
const ENOUGH_CPU: Duration = Duration::from_secs(1);

/// A number that looks random and is the same every time.
fn mixed(seed: u64) -> u64 {
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    seed ^ (seed >> 31)
}

/// A product of an order: popular ones often, and neighbours together.
fn product(order: u64, line: u64) -> u64 {
    let group = mixed(order) % (PRODUCTS / 40) * 40;
    let draw = mixed(order * 64 + line);
    if draw.is_multiple_of(3) { (draw >> 8) % 60 * ((draw >> 20) % 60) % PRODUCTS } else { group + (draw >> 8) % 40 }
}

fn sku(product: u64) -> String {
    format!("P{product:05}")
}

fn account(order: u64) -> String {
    format!("A{:05}", mixed(order + 7) % ACCOUNTS)
}

async fn stock(shop: &Shop, orders: u64) {
    for chunk in (0..PRODUCTS).collect::<Vec<_>>().chunks(1_000) {
        let products: Vec<Value> =
            chunk.iter().map(|p| json!({ "sku": sku(*p), "title": format!("Part {p}"), "stock_unit": "EA" })).collect();
        nothing_rejected(&shop.admin().post("/v1/products/batch", &json!({ "products": products })).await.ok());
    }
    let mut accounts = String::from("code,name,currency\n");
    for number in 0..ACCOUNTS {
        let _ = writeln!(accounts, "A{number:05},Account {number},EUR");
    }
    shop.imports("accounts", accounts.into_bytes()).await;
    for first in (0..orders).step_by(FILE as usize) {
        let mut csv = String::from("external_number,account,placed_at,currency,sku,quantity,unit_price\n");
        for order in first..orders.min(first + FILE) {
            let day = 1 + order * 27 / orders;
            for line in 0..LINES_EACH {
                let (account, sku) = (account(order), sku(product(order, line)));
                let month = 1 + order * 10 / orders;
                let _ = writeln!(csv, "O-{order},{account},2026-{month:02}-{day:02},EUR,{sku},{},1.00", 1 + line % 7);
            }
        }
        shop.imports("orders", csv.into_bytes()).await;
    }
}

async fn measure<F>(shop: &mut Shop, question: &str, mut ask: F)
where
    F: AsyncFnMut(u64),
{
    ask(0).await;
    let (before, mut times) = (shop.process().cpu(), 0_u32);
    let cpu = loop {
        times += 1;
        ask(u64::from(times)).await;
        let cpu = shop.process().cpu().saturating_sub(before);
        if cpu >= ENOUGH_CPU {
            break cpu;
        }
    };
    println!("{question:<48} {:>8.3} ms CPU, {times} times", cpu.as_secs_f64() * 1e3 / f64::from(times));
}

fn basket(number: u64, lines: u64) -> Vec<Value> {
    let order = number * 31;
    (0..lines).map(|line| json!({ "sku": sku(product(order, line)) })).collect()
}

async fn asked(who: &Actor, account: Option<String>, lines: Vec<Value>) {
    who.post("/v1/basket-suggestions", &json!({ "lines": lines, "account": account })).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long; tests/run runs it"]
async fn what_suggestions_cost_with_a_million_order_lines_learnt() {
    let lines = std::env::var("BULKHEAD_ORDER_LINES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000_u64);
    let orders = lines / LINES_EACH;
    let mut shop = Setup::default().with("log", "error").open().await;
    let started = Instant::now();
    stock(&shop, 1).await;
    shop.start_again();
    let bare = shop.process().memory_kib("VmRSS");
    stock(&shop, orders).await;
    println!("{orders} orders of {LINES_EACH} lines imported in {:.1?}", started.elapsed());
    let started = Instant::now();
    shop.start_again();
    let memory = shop.process().memory_kib("VmRSS");
    println!(
        "start {:.2?}, idle memory {} MB, {} MB more than without orders",
        started.elapsed(),
        memory / 1024,
        (memory - bare) / 1024
    );
    let admin = shop.admin();
    for size in [1, 5, 50, 500] {
        let name = format!("basket of {size}, as an account");
        let ask = async |n: u64| asked(&admin, Some(account(n)), basket(n, size)).await;
        measure(&mut shop, &name, ask).await;
    }
    measure(&mut shop, "basket of 5, as the seller", async |n: u64| asked(&admin, None, basket(n, 5)).await).await;
    let again = async |n: u64| drop(admin.get(&format!("/v1/reorder-suggestions?account={}", account(n))).await.ok());
    measure(&mut shop, "reorder suggestions", again).await;
    let of_one = async |n: u64| drop(admin.get(&format!("/v1/products/{}/suggestions", sku(product(n, 0)))).await.ok());
    measure(&mut shop, "suggestions for a product", of_one).await;
}
