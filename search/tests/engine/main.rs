//! Tests of the search engine through its public interface.

mod any_text;
mod catalogue;
mod durable;
mod lists;
mod ranking;
mod visible;
