//! Real orders: a wholesaler's catalogue and customers, and two thousand of its invoices replayed as orders.
//!
//! Every total is computed here a second time, from the files alone. Every tenth customer has a contract of 7.5 % off
//! everything. `BULKHEAD_REPLAY` is the number of invoices (default 2000).

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Actor, MAIN, Shop, decimal, line, line_amount, micros, nothing_rejected, parse};

const WHOLE: i128 = 1_000_000;
/// Orders under way at once, as from an ERP system with a few workers.
const STREAMS: usize = 4;

struct Invoice {
    number: String,
    customer: String,
    lines: Vec<(String, i64)>,
}

fn data() -> PathBuf {
    let given = std::env::var_os("BULKHEAD_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let folder = folder.join("online-retail");
    assert!(folder.is_dir(), "the data set is missing at {}; set BULKHEAD_DATA", folder.display());
    folder
}

/// Titles and prices by SKU.
fn catalogue() -> BTreeMap<String, (String, i128)> {
    let mut reader = csv::Reader::from_path(data().join("catalogue.csv")).expect("the catalogue");
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| (row[0].to_owned(), (row[1].to_owned(), parse(&row[2])))).filter(|(_, (_, price))| *price > 0).collect()
}

/// The first invoices whose every line is a sale of a listed product to a known customer.
fn invoices(catalogue: &BTreeMap<String, (String, i128)>, count: usize) -> Vec<Invoice> {
    let file = std::fs::File::open(data().join("lines_2009-12_2011-10-15.csv.zst")).expect("the invoices");
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(file).expect("zstd"));
    let (mut order, mut found) = (Vec::new(), HashMap::<String, Invoice>::new());
    for row in reader.records().map(|row| row.expect("a row")) {
        let quantity: i64 = row[3].parse().unwrap_or(0);
        let sale = quantity > 0 && !row[0].starts_with(['C', 'A']) && !row[6].is_empty() && parse(&row[5]) > 0;
        if !sale || !catalogue.contains_key(&row[1]) {
            continue;
        }
        if !found.contains_key(&row[0]) {
            if order.len() == count + 20 {
                break;
            }
            order.push(row[0].to_owned());
        }
        let new = || Invoice { number: row[0].to_owned(), customer: row[6].to_owned(), lines: Vec::new() };
        found.entry(row[0].to_owned()).or_insert_with(new).lines.push((row[1].to_owned(), quantity));
    }
    // The last ones may still have been open where reading ended.
    order.truncate(count);
    order.iter().filter_map(|number| found.remove(number)).collect()
}

fn has_contract(customer: &str) -> bool {
    customer.ends_with('0')
}

/// What the order must cost: each line rounded once, the sum of them.
fn expected(invoice: &Invoice, catalogue: &BTreeMap<String, (String, i128)>) -> i128 {
    let price = |sku: &str| {
        let list = catalogue[sku].1;
        // 7.5 % off, half away from zero to six decimals.
        if has_contract(&invoice.customer) { (list * 925 * 2 + 1_000) / 2_000 } else { list }
    };
    invoice.lines.iter().map(|(sku, quantity)| line_amount(price(sku), i128::from(*quantity) * WHOLE, WHOLE)).sum()
}

async fn stocks(shop: &Shop, catalogue: &BTreeMap<String, (String, i128)>, invoices: &[Invoice]) {
    shop.warehouse(MAIN, 1).await;
    shop.warehouse("NORTH", 2).await;
    let all: Vec<(&String, &(String, i128))> = catalogue.iter().collect();
    for chunk in all.chunks(1_000) {
        let product = |(sku, (title, _)): &(&String, &(String, i128))| {
            let title = if title.trim().is_empty() { sku } else { title };
            json!({ "sku": sku, "title": title, "stock_unit": "EA", "backorder": true })
        };
        let products: Vec<Value> = chunk.iter().map(product).collect();
        nothing_rejected(&shop.admin().post("/v1/products/batch", &json!({ "products": products })).await.ok());
    }
    let prices: Vec<_> = all.iter().map(|(sku, (_, price))| ((*sku).clone(), decimal(*price))).collect();
    shop.prices_in("GBP", &prices).await;
    let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
    for (sku, quantity) in invoices.iter().flat_map(|i| &i.lines) {
        *wanted.entry(sku).or_default() += quantity;
    }
    // Half of the goods are all there, in two warehouses; of the others some orders wait.
    let goods = wanted.iter().enumerate().flat_map(|(n, (sku, quantity))| {
        let (main, north) = if n % 2 == 0 { (quantity / 2, quantity - quantity / 2) } else { (quantity / 3, 0) };
        [(MAIN, main), ("NORTH", north)].map(|(warehouse, quantity)| ((*sku).to_owned(), warehouse.to_owned(), quantity))
    });
    let goods: Vec<_> = goods.filter(|(_, _, q)| *q > 0).map(|(s, w, q)| (s, w, q.to_string())).collect();
    shop.receives_many(&goods).await;
}

async fn customers(shop: &Shop, invoices: &[Invoice]) {
    let mut known: Vec<&str> = invoices.iter().map(|i| i.customer.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    for customer in known {
        shop.account_with(customer, json!({ "currency": "GBP", "name": format!("Customer {customer}") })).await;
        if has_contract(customer) {
            let everything = json!([{ "target": { "kind": "everything" }, "kind": "percent_off", "value": "7.5" }]);
            let contract = json!({ "account": customer, "currency": "GBP", "lines": everything });
            shop.admin().put(&format!("/v1/contracts/C-{customer}"), &contract).await.ok();
        }
    }
}

/// Places the orders in several streams; gives the total of each as the server says it.
async fn replay(seller: Actor, invoices: Vec<Invoice>) -> HashMap<String, i128> {
    let queue = std::sync::Arc::new(std::sync::Mutex::new(invoices.into_iter()));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..STREAMS {
        let (seller, queue) = (seller.clone(), queue.clone());
        running.spawn(async move {
            let mut totals = Vec::new();
            loop {
                let next = queue.lock().expect("not poisoned").next();
                let Some(invoice) = next else { return totals };
                let lines: Vec<Value> = invoice.lines.iter().map(|(sku, quantity)| line(sku, quantity)).collect();
                let body = json!({ "account": invoice.customer, "purchase_order_number": invoice.number, "lines": lines });
                let placed = seller.post_once("/v1/orders", &invoice.number, &body).await.is(201);
                totals.push((invoice.number, micros(&placed["totals"]["total"])));
            }
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long, reads the data sets; tests/run runs it"]
async fn two_thousand_real_invoices_are_ordered_to_the_penny() {
    let count = std::env::var("BULKHEAD_REPLAY").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let catalogue = catalogue();
    let invoices = invoices(&catalogue, count);
    assert_eq!(invoices.len(), count);
    let mut shop = Shop::open().await;
    stocks(&shop, &catalogue, &invoices).await;
    customers(&shop, &invoices).await;
    let totals: HashMap<String, i128> = invoices.iter().map(|i| (i.number.clone(), expected(i, &catalogue))).collect();
    let lines: usize = invoices.iter().map(|i| i.lines.len()).sum();
    let largest = invoices.iter().map(|i| i.lines.len()).max().unwrap_or(0);

    let (before, started) = (shop.process().cpu(), Instant::now());
    let placed = replay(shop.admin(), invoices).await;
    let (elapsed, cpu) = (started.elapsed(), shop.process().cpu().saturating_sub(before));
    for (number, total) in &totals {
        assert_eq!(decimal(placed[number]), decimal(*total), "invoice {number}");
    }
    let rate = count as f64 / elapsed.as_secs_f64();
    let each = Duration::from_secs_f64(cpu.as_secs_f64() / count as f64);
    println!("{count} orders of {lines} lines (largest {largest}) in {elapsed:.1?}: {rate:.0} orders/s in {STREAMS} streams");
    println!("server CPU {each:.2?} per order; peak memory {} MB", shop.process().memory_kib("VmHWM") / 1024);
    let books = shop.books_agree().await;
    assert_eq!(books.orders, count);
}
