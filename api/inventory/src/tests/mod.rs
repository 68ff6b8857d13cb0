//! Stock under random histories and crowds of buyers, on SQLite and, when `BULKHEAD_TEST_DATABASE_URL` is set, on a database
//! of its own beside the one named there.

mod crowd;
mod histories;
mod house;
mod promises;
mod speed;
