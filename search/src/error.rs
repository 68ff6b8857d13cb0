//! Errors of the engine. No text makes a query fail; only the disk and tantivy can.

use std::io;

/// An operation of the index failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory could not be read or written.
    #[error("search index storage: {0}")]
    Storage(#[from] io::Error),
    /// Tantivy failed. The text is for the operator, not for buyers.
    #[error("search engine: {0}")]
    Engine(String),
    /// Another process has the index open and holds its only writer.
    #[error("search index in use by another writer")]
    Locked,
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::Locked,
            other => Self::Engine(other.to_string()),
        }
    }
}

/// The result of an operation of the index.
pub type Result<T> = std::result::Result<T, Error>;
