//! Bulkhead: a B2B ordering platform in one binary.
//!
//! # The map
//!
//! Every capability (a slice) is a crate of its own in a folder of `api/`. They stand in an order, which their manifests state and
//! the compiler keeps: a slice uses those before it, never those after it. When an earlier slice must cause something in a later
//! one, it records an event and the later one handles it.
//!
//! | slice | is |
//! |---|---|
//! | `files` | reads a stranger's files: CSV, NDJSON, XLSX, mapping files; knows no slice |
//! | `demo-data` | the made-up distributor as data; knows no slice |
//! | `store` | the database and its dialects, transactions, events and their readers, background jobs, sequences, idempotency, the clock |
//! | `outbound` | the one guarded client for calls to the outside |
//! | `blobs` | bytes by their SHA-256 in the database, with a bounded cache on disk |
//! | `kernel` | HTTP's side: principals, problems, wire types, limits, telemetry |
//! | `identity` | companies in trees, sites, people, roles and permissions, machine clients |
//! | `settings` | what the seller says of itself: name, time zone, languages, currency, public address |
//! | `mail` | mails, sent with what causes them, delivered by SMTP or into a folder |
//! | `catalog` | products, units, categories, relations, identifiers, what accounts may see |
//! | `search-index` | the search index and how it follows the catalogue |
//! | `order-events` | what happens to orders, as slices before `orders` read it |
//! | `prices` | prices read from memory: lists, contracts, promotions, price quotes |
//! | `price-admin` | keeps price lists, contracts, promotions, costs and change sets |
//! | `inventory` | warehouses, ledger, reservations, inbound supply, promises |
//! | `suggestions` | what goes with a product or a basket: related, by rule, bought together, due again; substitutes |
//! | `merchandising` | what staff make of search: synonyms, pins, boosts, redirects; what buyers searched for, reports |
//! | `storefront` | what a buyer sees: products and search hits with the account's price and stock |
//! | `cart` | carts of any size, bulk input |
//! | `quotes` | prices asked for and offered, held until a date, then ordered |
//! | `orders` | order management: place, hold, release, change, cancel, allocate |
//! | `checkout` | the conductor: cart, lines or quote, checks, then `orders::place`; the price audit |
//! | `fulfilment` | picking, packing, shipping, tracking |
//! | `billing` | receivables: invoices, credit, payments |
//! | `notifications` | tells others what happened: the event log |
//! | `operations` | background jobs as staff see them: waiting, running, given up; run again by call |
//! | `imports` | a stranger's files, read into all of the above |
//! | `demo` | loads the demo distributor |
//!
//! `server` mounts the slices, `cli` is the command line, `config` every setting.

mod cli;
mod config;
mod server;

#[cfg(test)]
mod tidy;
#[cfg(test)]
mod tidy_events;
#[cfg(test)]
mod tidy_tables;

/// Thousands of short-lived strings per request make the allocator count.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use cli::main;
