//! Measures search and suggestions through the HTTP API on public data sets: one index, one default ranking.
//!
//! `cargo run --release -p tests --bin evaluate` starts the product, loads the data sets, runs every set and prints a table with what
//! is to be reached and the best simple method known, and the share of queries of each recognised kind.
//!
//! | option | |
//! |---|---|
//! | `--data DIR` | where the data sets are; else `BULKHEAD_DATA`, else `../shared/data` beside the repository |
//! | `--only search` or `--only suggestions` | one half of the table |
//! | `--half NAME` | which files of a set, `dev` when not given |
//! | `--runs DIR` | writes what was answered as csv, for scoring by other programs |
//! | `--detail SET` | prints the worst queries of a search set |
//!
//! Every set is a module with the same shape: it reads its questions, asks the server, and scores the answers. Not here: how
//! anything is found (`search`) or suggested (the slice `suggestions`).

#![expect(clippy::print_stdout, reason = "a program that prints a table")]

mod accessories;
mod baskets;
mod data;
mod goods;
mod options;
mod reorder;
mod score;
mod searches;
mod server;
mod table;
mod trade;

use std::error::Error;
use std::process::ExitCode;

use options::{Options, Part};
use table::Measured;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    // The product under measurement is this same program: nothing can be measured that was not just built.
    if std::env::args().nth(1).is_some_and(|word| server::COMMANDS.contains(&word.as_str())) {
        return api::main();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("evaluate: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let options = Options::read()?;
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    let mut keep = |measured: Result<Measured>| match measured {
        Ok(row) => rows.push(row),
        Err(error) => failures.push(error),
    };
    let shop = goods::shop(&options).await?;
    if options.only != Some(Part::Suggestions) {
        for set in searches::SETS {
            keep(searches::measure(&shop, set, &options).await);
        }
    }
    if options.only != Some(Part::Search) {
        keep(accessories::measure(&shop, &options).await);
        drop(shop);
        let shop = trade::shop(&options).await?;
        keep(baskets::measure(&shop, &options).await);
        keep(reorder::measure(&shop, &options).await);
    }
    table::print(&rows);
    for failure in &failures {
        println!("not measured: {failure}");
    }
    if failures.is_empty() { Ok(()) } else { Err("some sets could not be measured".into()) }
}
