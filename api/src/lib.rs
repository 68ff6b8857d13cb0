//! Bulkhead: a B2B ordering platform in one binary.
//!
//! # The map
//!
//! `api` is the server: one folder per capability (a slice), standing in an order. A slice may use `kernel` and those before
//! it, never those after it; a test enforces it. When an earlier slice must cause something in a later one, it records an
//! event and the later one listens.
//!
//! | slice | is |
//! |---|---|
//! | `kernel` | principals and the database they hand out, transactions, problems, events, idempotency, paging, telemetry |
//! | `files` | reading a stranger's files: CSV, NDJSON, XLSX, mapping files; knows no slice |
//! | `identity` | companies in trees, sites, people, roles, machine clients, tokens |
//! | `catalog` | products, units, categories, relations, identifiers, what accounts may see |
//! | `search_index` | the search index of the process: built from the catalog, kept in step with it, asked |
//! | `prices` | reading prices from memory: what something costs, why, and what changed; price quotes |
//! | `price_admin` | keeping price lists, contracts, promotions and costs: uploads, change sets, copies, history |
//! | `inventory` | warehouses, ledger, reservations, inbound supply, promises |
//! | `suggestions` | what goes with a product or a basket: related, by rule, bought together, due again; replacements |
//! | `merchandising` | what staff make of search: synonyms, pins, boosts, redirects; what buyers searched for, reports |
//! | `storefront` | what a buyer sees: products and search hits with the account's price and stock |
//! | `cart` | baskets of any size, bulk input |
//! | `quotes` | prices asked for and offered, held until a date, then ordered |
//! | `orders` | order management: place, hold, release, change, cancel, allocate |
//! | `checkout` | the conductor: cart, lines or quote, checks, then `orders::place`; orders priced again |
//! | `fulfilment` | picking, packing, shipping, tracking |
//! | `billing` | invoices, terms, credit, payments |
//! | `notifications` | telling others what happened: the event log |
//! | `imports` | a stranger's files, read into all of the above |
//! | `demo` | a believable distributor, made up from a seed |
//!
//! `server` mounts the slices, `cli` is the command line, `config` every setting.

mod cli;
mod config;
mod server;

#[cfg(test)]
mod tidy;

/// Thousands of short-lived strings per request make the allocator count.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use cli::main;
