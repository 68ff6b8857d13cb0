//! Which tasks hold a transaction, so that what must not happen inside one can refuse.
//!
//! A [`Tx`](super::database::Tx) enters itself when it begins and leaves when it ends, whichever way. It counts for the task that
//! began it, or for the thread where there is no task, as in `block_on`. A transaction that is handed to another task still counts
//! for the first; nothing here does that.
//!
//! Not here: what is refused. `outbound` asks before it calls the outside.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::thread::ThreadId;

use parking_lot::Mutex;

/// Whose transaction it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Task(tokio::task::Id),
    Thread(ThreadId),
}

impl Holder {
    fn current() -> Self {
        tokio::task::try_id().map_or_else(|| Self::Thread(std::thread::current().id()), Self::Task)
    }
}

/// How many transactions each holder has open. A holder without any is not in it.
static OPEN: LazyLock<Mutex<HashMap<Holder, u32>>> = LazyLock::new(Mutex::default);

/// Whether the task that asks holds a transaction.
pub fn is_in_transaction() -> bool {
    OPEN.lock().contains_key(&Holder::current())
}

/// Stands for an open transaction as long as it lives.
#[derive(Debug)]
pub(super) struct OpenTransaction(Holder);

impl OpenTransaction {
    pub(super) fn enter() -> Self {
        let holder = Holder::current();
        *OPEN.lock().entry(holder).or_default() += 1;
        Self(holder)
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        let mut open = OPEN.lock();
        if let Some(count) = open.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_in_transaction;
    use crate::database::Database;

    async fn database(folder: &tempfile::TempDir) -> Database {
        let url = format!("sqlite:{}", folder.path().join("open.db").display());
        let db = Database::connect(&url, 2).await.expect("a database");
        db.migrate().await.expect("a schema");
        db
    }

    #[tokio::test]
    async fn a_task_is_in_a_transaction_from_its_beginning_to_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let system = database(&folder).await.system("test");
        assert!(!is_in_transaction());
        let tx = system.begin().await.expect("a transaction");
        assert!(is_in_transaction());
        tx.commit(()).await.expect("committed");
        assert!(!is_in_transaction());
        let tx = system.begin().await.expect("a transaction");
        drop(tx);
        assert!(!is_in_transaction(), "rolled back");
    }

    #[tokio::test]
    async fn another_task_is_not_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let system = database(&folder).await.system("test");
        let tx = system.begin().await.expect("a transaction");
        assert!(!tokio::spawn(async { is_in_transaction() }).await.expect("it ends"));
        let spawned = tokio::spawn(async move {
            drop(tx);
            is_in_transaction()
        });
        assert!(!spawned.await.expect("it ends"));
        assert!(!is_in_transaction(), "it left where it had entered");
    }
}
