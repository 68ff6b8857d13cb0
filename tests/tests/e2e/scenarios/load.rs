//! Speed: CPU time of the server per operation, over HTTP. The driver is this process, the server another; what the driver
//! costs is not counted, the database is when it is SQLite.
//!
//! `BULKHEAD_LOAD_SKUS` and `BULKHEAD_LOAD_ACCOUNTS` say how large the shop is (default 100,000 and 1,000). Prints a table
//! and fails only when an operation fails: a figure belongs to the machine it was measured on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Actor, Setup, Shop, line, made_of, number_of};

/// An operation is repeated until the server has worked this long for it, or the clock says stop.
const ENOUGH_CPU: Duration = Duration::from_millis(1_500);
const ENOUGH_TIME: Duration = Duration::from_secs(20);

pub(super) struct Figure {
    operation: &'static str,
    budget_ms: f64,
    pub(super) cpu_ms: f64,
    wall_ms: f64,
    times: usize,
    pub(super) statements: u64,
}

/// A number from the environment, or the usual one.
pub(super) fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// After this time of nothing to do a process is idle.
const IDLE: Duration = Duration::from_secs(3);
/// Clients that ask at the same time.
const CLIENTS: usize = 8;

/// Repeats an operation, which says how many statements it ran.
pub(super) async fn measure<F>(shop: &mut Shop, operation: &'static str, budget_ms: f64, work: F) -> Figure
where
    F: AsyncFn(usize) -> u64,
{
    let mut statements = work(0).await;
    let (before, started) = (shop.process().cpu(), Instant::now());
    let mut times = 0;
    loop {
        let together = futures_util::future::join_all((1..=CLIENTS).map(|n| work(times + n))).await;
        times += CLIENTS;
        statements = together.into_iter().fold(statements, u64::min);
        let cpu = shop.process().cpu().saturating_sub(before);
        if cpu >= ENOUGH_CPU || started.elapsed() >= ENOUGH_TIME {
            let each = |time: Duration| time.as_secs_f64() * 1_000.0 / times as f64;
            return Figure { operation, budget_ms, cpu_ms: each(cpu), wall_ms: each(started.elapsed()), times, statements };
        }
    }
}

fn print(figures: &[Figure], shop: &str) {
    println!("server CPU per operation, {CLIENTS} clients; {shop}");
    println!("{:<58} {:>9} {:>9} {:>9} {:>7} {:>6}", "operation", "CPU ms", "budget", "wall ms", "times", "stmts");
    for f in figures {
        let mark = if f.cpu_ms <= f.budget_ms { "" } else { "  over" };
        println!(
            "{:<58} {:>9.3} {:>9.3} {:>9.3} {:>7} {:>6}{mark}",
            f.operation, f.cpu_ms, f.budget_ms, f.wall_ms, f.times, f.statements
        );
    }
}

fn lines(skus: &[String], from: usize, count: usize) -> Vec<Value> {
    (0..count).map(|n| line(&skus[(from * 97 + n * 31) % skus.len()], 1 + n % 5)).collect()
}

async fn reading(shop: &mut Shop, acme: &Actor, skus: &[String]) -> Vec<Figure> {
    let mut figures = Vec::new();
    let product = async |n: usize| {
        let answer = acme.get(&format!("/v1/products/{}", skus[n * 7 % skus.len()])).await;
        let statements = answer.statements();
        answer.ok();
        statements
    };
    figures.push(measure(shop, "product by SKU with the account's price and stock", 0.08, product).await);
    let again = async |n: usize| product(n % 1_000).await;
    figures.push(measure(shop, "the same, of 1,000 products that are asked for often", 0.08, again).await);
    let quote = async |n: usize| {
        let answer = acme.quotes(&lines(skus, n, 1_000)).await;
        let statements = answer.statements();
        answer.ok();
        statements
    };
    figures.push(measure(shop, "price a 1,000-line basket", 3.0, quote).await);
    let usual = |n: usize| made_of(n * 11);
    let misspelt = |n: usize| {
        let (material, kind) = usual(n);
        (material, format!("{}{}{}{}", &kind[..1], &kind[2..3], &kind[1..2], &kind[3..]))
    };
    let questions: [(&'static str, &dyn Fn(usize) -> String); 4] = [
        ("search, 20 hits with facets", &|n| format!("{} {}", usual(n).0, usual(n).1)),
        ("search, 20 hits with facets, misspelt", &|n| format!("{} {}", misspelt(n).0, misspelt(n).1)),
        ("search with a word that all products have", &|n| format!("part {}", n % 1_000)),
        ("search with a word that all products have, misspelt", &|n| format!("prat {}", n % 1_000)),
    ];
    for (operation, question) in questions {
        let search = async |n: usize| {
            let question = question(n).replace(' ', "%20");
            let answer = acme.get(&format!("/v1/search?q={question}&limit=20&facet=brand&facet=category")).await;
            let statements = answer.statements();
            assert!(!answer.ok()["items"].list().is_empty(), "{question} finds nothing");
            statements
        };
        figures.push(measure(shop, operation, 1.5, search).await);
    }
    figures
}

async fn filling_carts(shop: &mut Shop, acme: &Actor, skus: &[String]) -> Vec<Figure> {
    let mut figures = Vec::new();
    // As many carts as keep their size while lines are added to them in turn.
    for (operation, size, many, budget) in
        [("add one line to a cart of 10", 10, 400, 0.3), ("add one line to a cart of 1,000", 1_000, 16, 1.0)]
    {
        let mut carts = Vec::new();
        for n in 0..many {
            carts.push(acme.cart().await);
            acme.adds(&carts[n], &lines(skus, n, size)).await.ok();
        }
        let add = async |n: usize| {
            let answer = acme.adds(&carts[n % many], &lines(skus, n, 1)).await;
            let statements = answer.statements();
            answer.ok();
            statements
        };
        figures.push(measure(shop, operation, budget, add).await);
    }
    for (operation, size, budget) in
        [("cart of 500 lines in one call", 500, 15.0), ("cart of 10,000 lines in one call", 10_000, 300.0)]
    {
        let fill = async |n: usize| {
            let answer = acme.cart_of(&lines(skus, n, size)).await;
            let statements = answer.statements();
            answer.is(201);
            statements
        };
        figures.push(measure(shop, operation, budget, fill).await);
    }
    figures
}

async fn ordering(shop: &mut Shop, acme: &Actor, skus: &[String]) -> Vec<Figure> {
    let mut figures = Vec::new();
    let admin = shop.admin();
    let order = async |n: usize| {
        let answer = acme.orders(&lines(skus, n, 10)).await;
        let statements = answer.statements();
        answer.is(201);
        statements
    };
    figures.push(measure(shop, "order of 10 lines, placed", 3.0, order).await);
    let filled = async |n: usize| {
        let cart = acme.cart_of(&lines(skus, n, 10)).await;
        let id = cart.body["id"].text().to_owned();
        let answers = [cart, acme.orders_cart(&id).await];
        let statements = answers.iter().map(crate::support::Answer::statements).sum();
        for answer in answers {
            answer.ok();
        }
        statements
    };
    figures.push(measure(shop, "order of 10 lines: cart, order", 3.0, filled).await);
    let whole = async |n: usize| {
        let cart = acme.cart_of(&lines(skus, n, 10)).await;
        let id = cart.body["id"].text().to_owned();
        let mut answers = vec![cart, acme.orders_cart(&id).await];
        let number = number_of(&answers[1].body);
        answers.push(admin.post("/v1/shipments", &json!({ "order": number })).await);
        let statements = answers.iter().map(crate::support::Answer::statements).sum();
        for answer in answers {
            answer.ok();
        }
        statements
    };
    figures.push(measure(shop, "order of 10 lines: cart, order, shipment, invoice", 3.0, whole).await);
    figures
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long; tests/run runs it"]
async fn the_servers_cpu_time_per_operation() {
    let (products, accounts) = (setting("BULKHEAD_LOAD_SKUS", 100_000), setting("BULKHEAD_LOAD_ACCOUNTS", 1_000));
    let mut shop = Setup::default().with("log", "error").open().await;
    let started = Instant::now();
    let skus = shop.sells_many(products, 1_000_000).await;
    for n in 0..accounts {
        let code = format!("A{n:05}");
        shop.admin().put(&format!("/v1/accounts/{code}"), &json!({ "name": code, "currency": "EUR" })).await.ok();
    }
    let account = shop.account("ACME").await;
    let everything = json!([{ "target": { "kind": "everything" }, "kind": "percent_off", "value": "5" }]);
    let contract = json!({ "account": account, "currency": "EUR", "lines": everything });
    shop.admin().put("/v1/contracts/ACME", &contract).await.ok();
    let acme = shop.erp(&account).await;
    println!("loaded over HTTP in {:.1?}", started.elapsed());

    let mut figures = reading(&mut shop, &acme, &skus).await;
    figures.extend(filling_carts(&mut shop, &acme, &skus).await);
    figures.extend(ordering(&mut shop, &acme, &skus).await);
    let size = format!(
        "{products} SKUs, {} accounts, {}",
        accounts + 1,
        if crate::support::is_postgres() { "PostgreSQL" } else { "SQLite" }
    );
    print(&figures, &size);
    println!(
        "memory after the run {} MB, peak {} MB",
        shop.process().memory_kib("VmRSS") / 1024,
        shop.process().memory_kib("VmHWM") / 1024
    );
    let started = Instant::now();
    shop.start_again();
    let started = started.elapsed();
    tokio::time::sleep(IDLE).await;
    println!(
        "start on what is there {started:.2?} (budget 1 s), idle memory {} MB (budget 150)",
        shop.process().memory_kib("VmRSS") / 1024
    );
}
