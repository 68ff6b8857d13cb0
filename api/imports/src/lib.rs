//! Importing files into the catalog, prices, stock, accounts and the order history.
//!
//! Promises:
//! - [`import`] reads a file of any size in bounded memory: one thread reads and validates, while batches of valid rows are
//!   written, each in one transaction. Invalid rows are reported with line numbers and reasons; they do not stop the import.
//! - An import can be repeated: products, prices, stock and accounts get the values of the file, past orders that exist
//!   already are skipped.
//! - A dry run does everything except commit.
//! - Over HTTP an import is a job: its file is stored in the data directory, a background worker runs it, and the job shows
//!   its progress. A job that is interrupted by the end of its process is marked as failed; running it again is safe.
//!
//! | kind | becomes |
//! |---|---|
//! | `products` | products, their categories, list prices in the default list of the currency, costs and floors |
//! | `prices` | entries of price lists; a missing list is created for all accounts |
//! | `stock` | counts of the quantity on hand |
//! | `accounts` | accounts, and their site `MAIN` where there is an address |
//! | `orders` | past orders: closed, delivered, invoiced; suggestions learn from them |
//!
//! Tables: `jobs`. Reads: `warehouses`. Events: `import.queued` and `import.ended`; the slices record what changed.
//!
//! Not here: reading and validating files (`files`), validating the values (the slices).

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
