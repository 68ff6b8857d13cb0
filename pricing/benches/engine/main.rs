//! The speed and memory of the engine on a book of 100,000 SKUs, 20 price lists, 10,000 accounts, 500,000 contract
//! lines and 20,000 promotions. Prints one table; run it with `cargo bench -p pricing`.
//!
//! Single-threaded; every figure is the CPU time of this process in the fastest of five rounds.
#![expect(clippy::print_stdout, reason = "the table is the result")]

mod book;
mod clock;

use book::{ACCOUNTS, Draw, SKUS};
use clock::{Clock, resident_bytes};
use pricing::{
    AccountId, Asking, Delta, Entry, EntryId, Ladders, ListId, Per, PriceBook, ProductId, RequestLine, Times, Viewer, explain,
    price, price_catalogue,
};
use std::hint::black_box;

struct Row {
    what: &'static str,
    nanos: u128,
    goal_nanos: u128,
    work: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this too; there it only has to build.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with("--"));
    let wanted = |name: &str| wanted.is_none_or(|wanted| name.contains(wanted.as_str()));
    let before = resident_bytes();
    let loading = Clock::start();
    let mut book = book::large();
    let load = loading.elapsed();
    let memory = resident_bytes().saturating_sub(before);
    let mut rows = Vec::new();
    for spread in [Spread::Usual, Spread::Everywhere] {
        for viewer in [None, Some(Viewer::Buyer), Some(Viewer::Staff)] {
            if wanted("line") {
                rows.push(one_line(&book, viewer, spread));
            }
        }
    }
    if wanted("basket") {
        rows.extend([basket(&book, 1_000), basket(&book, 10_000)]);
    }
    if wanted("catalogue") {
        rows.extend([catalogue(&book), ladders(&book)]);
    }
    if wanted("change") {
        rows.extend([delta(&book), apply_entries(&mut book)]);
    }
    println!("\n{:<44} {:>12} {:>10}   work", "operation", "measured", "goal");
    for row in &rows {
        let goal = if row.goal_nanos == 0 { "-".to_owned() } else { readable(row.goal_nanos) };
        let mark = if row.goal_nanos != 0 && row.nanos >= row.goal_nanos { "MISSED " } else { "" };
        println!("{:<44} {:>12} {goal:>10}   {mark}{}", row.what, readable(row.nanos), row.work);
    }
    println!("{:<44} {:>12} {:>10}   {} entries in all", "filling the book", readable(load.as_nanos()), "-", book::ENTRIES);
    println!("{:<44} {:>9} MB {:>7} MB   resident, growth by filling", "memory of the book", memory / 1_000_000, 600);
}

/// How the lines of a run are spread over the book.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    /// Any account and any product: nearly every row comes from main memory.
    Everywhere,
    /// A thousand lines of fifty accounts, over and over: what a busy hour asks for.
    Usual,
}

fn one_line(book: &PriceBook, viewer: Option<Viewer>, spread: Spread) -> Row {
    const ASKED: u32 = 100_000;
    let mut draw = Draw::new(1);
    let (accounts, different) = match spread {
        Spread::Everywhere => (ACCOUNTS, ASKED),
        Spread::Usual => (50, 1_000),
    };
    let mut asked: Vec<(u32, RequestLine)> = (0..different).map(|_| (draw.below(accounts), book::line(&mut draw))).collect();
    asked = asked.iter().copied().cycle().take(ASKED as usize).collect();
    let mut losers = 0;
    let nanos = fastest(ASKED, || {
        losers = 0;
        for (account, line) in &asked {
            let lines = [*line];
            let request = book::request(*account, &lines);
            if let Some(viewer) = viewer {
                losers += black_box(explain(book, &request, viewer)).lines[0].candidates.len();
            } else {
                black_box(price(book, &request));
            }
        }
    });
    let spread = match spread {
        Spread::Everywhere => "any account, any SKU",
        Spread::Usual => "1,000 usual lines of 50 accounts",
    };
    let (what, goal_nanos, work) = match viewer {
        None => ("one line", 1_000, spread.to_owned()),
        Some(viewer) => {
            let what = match viewer {
                Viewer::Buyer => "one line explained to the buyer",
                Viewer::Staff => "one line explained to staff",
            };
            (what, 3_000, format!("{spread}; {} lost candidates per line", losers / ASKED as usize))
        }
    };
    Row { what, nanos, goal_nanos, work }
}

/// Nanoseconds per unit of work in the fastest of five rounds; what disturbs the others is not the engine.
fn fastest(units: u32, mut round: impl FnMut()) -> u128 {
    let rounds = (0..5).map(|_| {
        let clock = Clock::start();
        round();
        clock.elapsed().as_nanos() / u128::from(units)
    });
    rounds.min().unwrap_or_default()
}

fn basket(book: &PriceBook, size: u32) -> Row {
    const LINES: u32 = 100_000;
    let mut draw = Draw::new(2);
    let rounds = LINES / size;
    let baskets: Vec<(u32, Vec<RequestLine>)> =
        (0..rounds).map(|_| (draw.below(ACCOUNTS), (0..size).map(|_| book::line(&mut draw)).collect())).collect();
    let nanos = fastest(rounds, || {
        for (account, lines) in &baskets {
            black_box(price(book, &book::request(*account, lines)));
        }
    });
    let (what, goal_nanos) = if size == 1_000 { ("basket of 1,000 lines", 1_000_000) } else { ("basket of 10,000 lines", 0) };
    Row { what, nanos, goal_nanos, work: "mix-and-match groups over the basket".to_owned() }
}

fn catalogue(book: &PriceBook) -> Row {
    let mut lines = 0;
    let mut account = 0;
    let nanos = fastest(1, || {
        account += 777;
        let catalogue = price_catalogue(book, Some(AccountId(account)), book::euro(), book::NOW, book::NOW);
        lines = catalogue.filter(|line| line.price.is_ok()).count();
    });
    let work = format!("{lines} products priced");
    Row { what: "catalogue of 100,000 for one account", nanos, goal_nanos: 100_000_000, work }
}

/// Every unit and every volume break of every product.
fn ladders(book: &PriceBook) -> Row {
    let mut account = 0;
    let mut steps = 0;
    let nanos = fastest(1, || {
        account += 777;
        let mut ladders = Ladders::new(book, asking(account));
        steps = book.all_products().map(|product| black_box(ladders.of(product)).len()).sum();
    });
    let work = format!("{steps} prices: every unit and break");
    Row { what: "catalogue of 100,000 with every price", nanos, goal_nanos: 100_000_000, work }
}

fn asking(account: u32) -> Asking {
    Asking { account: Some(AccountId(account)), currency: book::euro(), at: book::NOW, as_of: book::NOW }
}

/// What changed for an account, without and with a look at every product.
fn delta(book: &PriceBook) -> Row {
    let mut account = 0;
    let mut causes = 0;
    let nanos = fastest(1, || {
        account += 777;
        let delta = Delta::new(book, asking(account), asking(account));
        causes = book.all_products().filter(|product| delta.causes(*product).any()).count();
    });
    Row { what: "looking for changes in 100,000 products", nanos, goal_nanos: 0, work: format!("{causes} may have changed") }
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
    Row { what: "applying one changed entry", nanos, goal_nanos: 50_000, work: "random list and SKU".to_owned() }
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
