//! What a later slice must record together with an earlier one, in the same transaction.
//!
//! A listener reacts a moment later; a hook joins the transaction that records an event, just before it commits, so that
//! nobody ever sees the one without the other. What it records itself is written with the rest; commit_hooks do not hear it.
//!
//! Not here: reactions that may come later (`follow`).

use std::fmt::Debug;

use super::database::Tx;
use super::error::StoreError;
use super::events::Event;

/// Something that joins transactions.
#[async_trait::async_trait]
pub trait CommitHook: Debug + Send + Sync {
    /// Whether an event concerns it.
    fn handles(&self, kind: &str) -> bool;
    /// Adds to the transaction that is about to write these events; they have no numbers yet.
    async fn before_commit(&self, tx: &Tx, events: &[&Event]) -> Result<(), StoreError>;
}
