//! Reading a stranger's files: catalogues, prices, stock, accounts and past orders, and lists of
//! order lines.
//!
//! ```text
//! source   file or stream, gzip and zstd unpacked         lines, csv_text, value   bytes to fields
//! reader   CSV or NDJSON to records, with line numbers    transform, attributes, rules, decimal, dates
//! mapping  foreign columns to our fields (TOML)           kind     our fields by kind
//! stream   records to typed rows; orders gathers lines    rows     validation with reasons
//! report   what was rejected and why, as CSV              sheet    order lines from CSV or XLSX (xlsx)
//! ```
//!
//! Promise: every record of a file is accounted for as accepted, skipped by a rule of the mapping,
//! or rejected with line, code, field, detail and value. Files of any size are read in bounded
//! memory; no input panics; no amount passes through a float.
//! Not here: anything that writes. No database, no other part of the product is known.

pub mod attributes;
mod csv_text;
pub mod dates;
pub mod decimal;
pub mod kind;
mod lines;
pub mod mapping;
pub mod orders;
pub mod reader;
pub mod rejection;
pub mod report;
pub mod rows;
mod rules;
pub mod sheet;
pub mod source;
pub mod stream;
mod transform;
pub mod value;
mod xlsx;
