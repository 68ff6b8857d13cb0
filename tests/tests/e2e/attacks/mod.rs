//! What attackers tried, by hand and by script: each test does what once worked.

mod answers;
mod imports;
mod load;
mod quantities;
mod rights;
mod sign_in;
mod tokens;
mod versions;
