//! Tests of the search engine through its public surface.

mod any_text;
mod durable;
mod lists;
mod ranking;
mod shop;
mod visible;
