//! Bulkhead: a B2B ordering platform in one binary.
#![allow(dead_code)]
mod cli;
mod config;
mod identity;
mod kernel;

pub use cli::main;
