//! A stranger's files, read into the catalog, prices, stock, accounts and the history of orders.
//!
//! Promises:
//! - [`import`] reads a file of any size in bounded memory: one thread reads and validates, while batches of good rows are
//!   written, each in one transaction. Bad rows go to a report with line numbers and reasons; they never stop the file.
//! - It can be run again: products, prices, stock and accounts become what the file says, orders of the past that are known
//!   already are skipped.
//! - A dry run does everything but keep it.
//! - Over HTTP an import is a job: its file is kept in the data directory, a background worker runs it, and the job tells
//!   how far it is. A job whose process ended before it did is said to have failed; running it again is safe.
//!
//! | kind | becomes |
//! |---|---|
//! | `products` | products, their categories, list prices in the default list of the currency, costs and floors |
//! | `prices` | entries of price lists; a list that is missing is made, for everyone |
//! | `stock` | what is on hand, as a count |
//! | `accounts` | accounts, and their site `MAIN` where there is an address |
//! | `orders` | orders of the past: closed, delivered, invoiced; suggestions learn from them |
//!
//! Tables: `jobs`. Reads: `warehouses`. Events: none of its own but `import.queued` and `import.ended`; the slices record what changed.
//!
//! Not here: reading and validating files (`files`), rules of what is written (the slices).

mod batch;
mod error;
mod events;
mod import_accounts;
mod import_orders;
mod import_prices;
mod import_products;
mod import_stock;
mod jobs;
mod queries;
mod references;
mod routes;
mod run;
#[cfg(test)]
mod tests;
mod upload;
mod views;

pub use error::ImportJobError;
pub use jobs::Jobs;
pub use references::References;
pub use routes::ImportRoutes;
pub use run::{ImportOutcome, ImportSpec, Summary, import};
