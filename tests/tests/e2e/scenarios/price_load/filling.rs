//! A shop with many prices, filled through the product's own commands and routes; the same on every machine.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::{Json, Shop, nothing_rejected};

const CATEGORIES: usize = 800;
const BRANDS: usize = 500;
const GROUPS: usize = 15;
/// Lists beside the one for everyone: one for each group, the rest for accounts.
const LISTS: usize = 19;
/// The first products, which count together in mix-and-match groups of ten.
pub(super) const MIXED: usize = 5_000;
const LINES_OF_A_CONTRACT: usize = 50;
/// Requests under way at once.
const STREAMS: usize = 3;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) skus: usize,
    pub(super) accounts: usize,
    pub(super) promotions: usize,
}

impl Size {
    /// Every SKU three times in the list for everyone, every fifth in each of the others.
    pub(super) fn entries(self) -> usize {
        self.skus * 3 + LISTS * self.skus.div_ceil(5)
    }

    pub(super) fn contract_lines(self) -> usize {
        self.accounts * LINES_OF_A_CONTRACT
    }
}

/// A small generator of reproducible numbers (xorshift).
#[derive(Clone, Debug)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) % end as u64) as usize
    }
}

pub(super) fn sku(n: usize) -> String {
    format!("P{n:06}")
}

pub(super) fn account(n: usize) -> String {
    format!("A{n:05}")
}

fn category(n: usize) -> String {
    format!("CAT-{n}")
}

fn cents(cents: usize) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Fills the shop, and says how long what took.
pub(super) async fn fill(shop: &mut Shop, size: Size) {
    let draw = &mut Draw::new(42);
    let started = Instant::now();
    products(shop, size, draw).await;
    println!("{} products in {:.1?}", size.skus, started.elapsed());
    let started = Instant::now();
    accounts(shop, size, draw);
    println!("{} accounts in {:.1?}", size.accounts, started.elapsed());
    let started = Instant::now();
    lists(shop, size, draw).await;
    let rate = size.entries() as f64 / started.elapsed().as_secs_f64();
    println!("{} entries of {} price lists in {:.1?}: {rate:.0} a second", size.entries(), LISTS + 1, started.elapsed());
    let started = Instant::now();
    let contracts = (0..size.accounts).map(|n| (format!("/v1/contracts/C{n:05}"), contract(n, size, draw))).collect();
    put_all(shop, contracts).await;
    println!("{} contract lines in {:.1?}", size.contract_lines(), started.elapsed());
    let started = Instant::now();
    let promotions = (0..size.promotions).map(|n| (format!("/v1/promotions/S{n:05}"), promotion(n, size, draw))).collect();
    put_all(shop, promotions).await;
    println!("{} promotions in {:.1?}", size.promotions, started.elapsed());
}

/// Runs an import of a file with these lines.
fn imports(shop: &mut Shop, kind: &str, lines: &str) {
    let file = shop.home().dir().join(format!("{kind}.ndjson"));
    fs::write(&file, lines).expect("the file can be written");
    println!("{}", shop.runs(&["import", kind, &file.display().to_string()]).trim());
}

async fn products(shop: &mut Shop, size: Size, draw: &mut Draw) {
    for n in (0..5).map(|area| (format!("AREA-{area}"), None)).chain((0..40).map(|part| (format!("PART-{part}"), Some(part)))) {
        let (code, part) = n;
        let parent = part.map(|part: usize| format!("AREA-{}", part / 8));
        shop.admin().put(&format!("/v1/categories/{code}"), &json!({ "name": code, "parent": parent })).await.ok();
    }
    for n in 0..CATEGORIES {
        let body = json!({ "name": category(n), "parent": format!("PART-{}", n / 20) });
        shop.admin().put(&format!("/v1/categories/{}", category(n)), &body).await.ok();
    }
    let mut lines = String::new();
    let mut mixed = Vec::with_capacity(MIXED);
    for n in 0..size.skus {
        let (category, brand, pack) = (category(draw.below(CATEGORIES)), draw.below(BRANDS), 2 + draw.below(40));
        let title = format!("Part {n} of brand {brand}");
        let row = json!({
            "sku": sku(n), "title": title, "brand": format!("Brand {brand}"), "category": [category], "stock_unit": "EA",
            "units": [{ "unit": "BX", "factor": pack.to_string() }],
            "cost": "0.50", "minimum_price": "0.60", "currency": "EUR",
        });
        let _ = writeln!(lines, "{row}");
        if n < MIXED {
            mixed.push(json!({
                "sku": sku(n), "title": title, "brand": format!("Brand {brand}"), "category": category, "stock_unit": "EA",
                "units": [{ "unit": "BX", "factor": pack.to_string() }], "mix_group": format!("MIX-{}", n / 10),
            }));
        }
    }
    imports(shop, "products", &lines);
    for products in mixed.chunks(1_000) {
        nothing_rejected(&shop.admin().post("/v1/products/batch", &json!({ "products": products })).await.ok());
    }
}

/// Four in five stand below a company, as sites and subsidiaries do.
fn accounts(shop: &mut Shop, size: Size, draw: &mut Draw) {
    let companies = size.accounts.div_ceil(5);
    let mut lines = String::new();
    for n in 0..size.accounts {
        let parent = (n >= companies).then(|| account(draw.below(companies)));
        let group = format!("G{}", draw.below(GROUPS));
        let row = json!({ "code": account(n), "name": account(n), "currency": "EUR", "group": group, "parent": parent });
        let _ = writeln!(lines, "{row}");
    }
    imports(shop, "accounts", &lines);
}

async fn lists(shop: &Shop, size: Size, draw: &mut Draw) {
    for list in 0..=LISTS {
        let assigned = match list {
            0 => Value::Null,
            1..=GROUPS => json!({ "kind": "group", "code": format!("G{}", list - 1) }),
            _ => json!({ "kind": "account", "code": account(list) }),
        };
        let path = format!("/v1/price-lists/L{list}");
        let body = if assigned.is_null() { json!({ "name": "Everyone" }) } else { json!({ "name": path, "assigned": assigned }) };
        shop.admin().put(&path, &body).await.ok();
        let mut csv = String::from("sku,currency,min_quantity,unit_price\n");
        for n in (0..size.skus).step_by(if list == 0 { 1 } else { 5 }) {
            let price = 200 + draw.below(10_000);
            for (step, from) in [1, 10, 100].into_iter().enumerate().take(if list == 0 { 3 } else { 1 }) {
                let _ = writeln!(csv, "{},EUR,{from},{}", sku(n), cents(price - price / 20 * step));
            }
        }
        nothing_rejected(&shop.admin().post_raw(&format!("{path}/entries"), "text/csv", csv).await.ok());
    }
}

fn contract(n: usize, size: Size, draw: &mut Draw) -> Value {
    let lines: Vec<Value> = (0..LINES_OF_A_CONTRACT)
        .map(|line| {
            let target = match line {
                0 => json!({ "kind": "category", "code": category(draw.below(CATEGORIES)) }),
                1 => json!({ "kind": "category", "code": format!("PART-{}", draw.below(40)) }),
                2 => json!({ "kind": "brand", "code": format!("Brand {}", draw.below(BRANDS)) }),
                3 => json!({ "kind": "everything" }),
                _ => json!({ "kind": "sku", "code": sku(draw.below(size.skus)) }),
            };
            rule(&target, line > 3, if line % 3 == 1 { "group" } else { "sku" }, draw)
        })
        .collect();
    let mode = if n.is_multiple_of(2) { "exclusive" } else { "best_of" };
    json!({ "account": account(n), "currency": "EUR", "mode": mode, "valid_from": "2020-01-01", "lines": lines })
}

fn promotion(n: usize, size: Size, draw: &mut Draw) -> Value {
    let audience = match n % 4 {
        0 => json!({ "kind": "account", "code": account(draw.below(size.accounts)) }),
        1 => json!({ "kind": "group", "code": format!("G{}", draw.below(GROUPS)) }),
        _ => json!({ "kind": "everyone" }),
    };
    let target = match n % 100 {
        0 => json!({ "kind": "category", "code": category(draw.below(CATEGORIES)) }),
        1 => json!({ "kind": "brand", "code": format!("Brand {}", draw.below(BRANDS)) }),
        _ => json!({ "kind": "sku", "code": sku(draw.below(size.skus)) }),
    };
    let line = rule(&target, false, if n.is_multiple_of(2) { "sku" } else { "group" }, draw);
    let coupon = n.is_multiple_of(10).then(|| format!("SAVE{n}"));
    json!({ "audience": audience, "coupon": coupon, "lines": [line] })
}

/// A line with a value and, from 50 on, a better one.
fn rule(target: &Value, fixed: bool, scope: &str, draw: &mut Draw) -> Value {
    let (kind, value) = if fixed { ("fixed", 150 + draw.below(5_000)) } else { ("percent_off", 300) };
    let better = if fixed { value - value / 10 } else { value + 200 };
    let breaks = json!([{ "min_quantity": "50", "value": cents(better) }]);
    json!({ "target": target, "kind": kind, "scope": scope, "value": cents(value), "breaks": breaks })
}

async fn put_all(shop: &Shop, bodies: Vec<(String, Value)>) {
    let admin = shop.admin();
    let put = |(path, body): (String, Value)| {
        let admin = admin.clone();
        async move { admin.put(&path, &body).await.ok() }
    };
    futures_util::stream::iter(bodies).map(put).buffer_unordered(STREAMS).collect::<Vec<Json>>().await;
}
