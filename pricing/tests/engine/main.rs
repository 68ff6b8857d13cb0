//! The engine from outside: cases for every rule, an independent oracle, and properties over random worlds.

mod cases;
mod choices;
mod explained;
mod ladders;
mod oracle;
mod properties;
mod shop;
mod world;
