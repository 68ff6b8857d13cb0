//! A second opinion: the rules of the house plan written down once more, as plainly as they read, and held against the engine
//! in worlds of another kind than those of the first oracle: deep trees, odd units, coins of 0 to 4 digits, every number wild.

mod fraction;
mod market;
mod next;
mod properties;
mod rules;
mod wild;
