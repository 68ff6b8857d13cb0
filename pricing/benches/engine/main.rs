//! The speed and memory of the engine on a book of 100,000 SKUs, 20 price lists, 10,000 accounts, 500,000 contract
//! lines and 20,000 promotions. Prints one table; run it with `cargo bench -p pricing`.
//!
//! Single-threaded. Every figure is the CPU time of this process
//! clock), and every line is a different product and account, so that caches do not flatter.
#![expect(clippy::print_stdout, reason = "the table is the result")]

mod book;
mod clock;

use book::{ACCOUNTS, Draw, SKUS};
use clock::{Clock, resident_bytes};
use pricing::{
    Entry, EntryId, ListId, Per, PriceBook, ProductId, RequestLine, Times, Viewer, explain, price,
    price_catalogue,
};
use std::hint::black_box;

struct Row {
    what: &'static str,
    nanos: u128,
    goal_nanos: u128,
    work: String,
}

fn main() {
    // `cargo test --benches` runs this too; there it only has to build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let before = resident_bytes();
    let loading = Clock::start();
    let mut book = book::large();
    let load = loading.elapsed();
    let memory = resident_bytes().saturating_sub(before);
    let mut rows = vec![
        one_line(&book, None),
        one_line(&book, Some(Viewer::Buyer)),
        one_line(&book, Some(Viewer::Staff)),
        basket(&book, 1_000),
        basket(&book, 10_000),
        catalogue(&book),
    ];
    rows.push(apply_entries(&mut book));
    println!(
        "\n{:<44} {:>12} {:>10}   work",
        "operation", "measured", "goal"
    );
    for row in &rows {
        let goal = if row.goal_nanos == 0 {
            "-".to_owned()
        } else {
            readable(row.goal_nanos)
        };
        let mark = if row.goal_nanos != 0 && row.nanos >= row.goal_nanos {
            "MISSED "
        } else {
            ""
        };
        println!(
            "{:<44} {:>12} {goal:>10}   {mark}{}",
            row.what,
            readable(row.nanos),
            row.work
        );
    }
    println!(
        "{:<44} {:>12} {:>10}   {} entries in all",
        "loading the book",
        readable(load.as_nanos()),
        "-",
        book::ENTRIES
    );
    println!(
        "{:<44} {:>9} MB {:>7} MB   resident, growth by loading",
        "memory of the book",
        memory / 1_000_000,
        600
    );
}

fn one_line(book: &PriceBook, viewer: Option<Viewer>) -> Row {
    const ROUNDS: u32 = 400_000;
    let mut draw = Draw::new(1);
    let asked: Vec<(u32, RequestLine)> = (0..ROUNDS)
        .map(|_| (draw.below(ACCOUNTS), book::line(&mut draw)))
        .collect();
    let clock = Clock::start();
    let mut losers = 0;
    let mut priced = 0;
    for (account, line) in &asked {
        let lines = [*line];
        let request = book::request(*account, &lines);
        if let Some(viewer) = viewer {
            let explained = explain(book, &request, viewer);
            losers += explained.lines[0].candidates.len();
            black_box(&explained);
        } else {
            let answer = price(book, &request);
            priced += answer.lines.iter().flatten().count();
            black_box(&answer);
        }
    }
    let nanos = clock.elapsed().as_nanos() / u128::from(ROUNDS);
    let work = match viewer {
        None => format!("random account and SKU; {} of {ROUNDS} priced", priced),
        Some(_) => format!(
            "random account and SKU; {} lost candidates per line",
            losers / ROUNDS as usize
        ),
    };
    let (what, goal_nanos) = match viewer {
        None => ("one line", 1_000),
        Some(Viewer::Buyer) => ("one line explained, buyer", 3_000),
        Some(Viewer::Staff) => ("one line explained, staff", 3_000),
    };
    Row {
        what,
        nanos,
        goal_nanos,
        work,
    }
}

fn basket(book: &PriceBook, size: u32) -> Row {
    const LINES: u32 = 400_000;
    let mut draw = Draw::new(2);
    let rounds = LINES / size;
    let baskets: Vec<(u32, Vec<RequestLine>)> = (0..rounds)
        .map(|_| {
            (
                draw.below(ACCOUNTS),
                (0..size).map(|_| book::line(&mut draw)).collect(),
            )
        })
        .collect();
    let clock = Clock::start();
    for (account, lines) in &baskets {
        black_box(price(book, &book::request(*account, lines)));
    }
    let nanos = clock.elapsed().as_nanos() / u128::from(rounds);
    let (what, goal_nanos) = if size == 1_000 {
        ("basket of 1,000 lines", 1_000_000)
    } else {
        ("basket of 10,000 lines", 0)
    };
    Row {
        what,
        nanos,
        goal_nanos,
        work: "mix-and-match groups over the basket".to_owned(),
    }
}

fn catalogue(book: &PriceBook) -> Row {
    const ROUNDS: u32 = 5;
    let clock = Clock::start();
    let mut lines = 0;
    for account in 0..ROUNDS {
        let account = Some(pricing::AccountId(account * 777));
        lines += price_catalogue(book, account, book::euro(), book::NOW, book::NOW)
            .filter(|line| line.price.is_ok())
            .count();
    }
    let nanos = clock.elapsed().as_nanos() / u128::from(ROUNDS);
    let work = format!("{} priced products", lines / ROUNDS as usize);
    Row {
        what: "catalogue of 100,000 for one account",
        nanos,
        goal_nanos: 100_000_000,
        work,
    }
}

fn apply_entries(book: &mut PriceBook) -> Row {
    const ROUNDS: u32 = 200_000;
    let mut draw = Draw::new(3);
    let entries: Vec<Entry> = (0..ROUNDS)
        .map(|index| Entry {
            id: EntryId(i64::from(index) + 1_000_000_000),
            list: ListId(draw.below(20)),
            product: ProductId(draw.below(SKUS)),
            unit: book::each(),
            currency: book::euro(),
            min_quantity: book::whole(1),
            unit_price: book::cents(draw.below(10_000)),
            per: Per::ONE,
            times: Times::since(book::NOW),
        })
        .collect();
    let clock = Clock::start();
    for entry in &entries {
        black_box(book.put_entry(entry)).expect("a sound entry");
    }
    let nanos = clock.elapsed().as_nanos() / u128::from(ROUNDS);
    Row {
        what: "applying one changed entry",
        nanos,
        goal_nanos: 50_000,
        work: "random list and SKU".to_owned(),
    }
}

fn readable(nanos: u128) -> String {
    let thousandths = |unit: u128, name: &str| {
        let value = nanos * 1_000 / unit;
        format!("{}.{:03} {name}", value / 1_000, value % 1_000)
    };
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => thousandths(1_000, "µs"),
        1_000_000..1_000_000_000 => thousandths(1_000_000, "ms"),
        _ => thousandths(1_000_000_000, "s"),
    }
}
