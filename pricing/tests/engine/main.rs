//! The engine from outside: cases for every rule, an independent oracle, and properties over random worlds.

mod oracle;
mod properties;
mod world;
