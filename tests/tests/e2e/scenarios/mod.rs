//! The long ones: races, crashes, several processes, real orders, load. Ignored in the plain run; `tests/run` runs them in
//! release on both homes.

mod bounds;
mod crash;
mod learning;
mod load;
mod oversell;
mod price_load;
mod real_orders;
mod two_processes;
