//! Stock under random operations and concurrent buyers, on SQLite and, when `BULKHEAD_TEST_DATABASE_URL` is set, on a database
//! of its own on the server named there.

mod concurrency;
mod fixture;
mod performance;
mod promises;
mod random_histories;
