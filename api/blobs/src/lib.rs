//! Bytes by their SHA-256: pictures, documents, attachments.
//!
//! Promises:
//! - A blob is written in the caller's transaction and never changes. Putting the same bytes again does nothing.
//! - Every process sees it once that transaction has committed; a bounded folder on the disk of each saves reading it again.
//! - What comes out has the hash that was asked for: a file of the cache that is damaged is read from the database again.
//! - No blob is larger than [`MAX_SIZE`].
//!
//! The media type is the one of the first put. Whoever serves a blob must decide what it may be served as, since the type was
//! given by whoever uploaded it.
//!
//! Tables: `blobs`. Events: none; the slice that refers to a blob records its own.
//!
//! Not here: who may see a blob. A hash is no permission; slices check the thing that refers to it.

mod cache;
mod hash;
#[cfg(test)]
mod tests;

pub use hash::BlobHash;

use std::path::PathBuf;
use std::sync::Arc;
use store::Db;

use cache::DiskCache;
use entity::blobs as rows;
use sea_orm::{ConnectionTrait as _, DbErr, EntityTrait as _};
use store::database::Tx;
use store::sql::fetch_one;

/// Bytes of a blob at most.
pub const MAX_SIZE: usize = 32 * 1024 * 1024;

/// A blob that was not stored or not found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("a file must have at most {MAX_SIZE} bytes; this one has {0}")]
    TooLarge(usize),
    #[error("\"{0}\" is not a media type")]
    BadMediaType(String),
    #[error("the database failed")]
    Database(#[from] DbErr),
}

/// Bytes with their media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// As `image/png`.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// All blobs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    cache: Arc<DiskCache>,
}

impl Blobs {
    /// The blobs of the database, with a cache of at most so many bytes in a folder.
    pub fn with_cache(folder: PathBuf, max_bytes: u64) -> Self {
        Self { cache: Arc::new(DiskCache::open(folder, max_bytes)) }
    }

    /// Stores bytes, unless they are stored already.
    pub async fn put(&self, tx: &Tx, media_type: &str, bytes: Vec<u8>) -> Result<BlobHash, BlobError> {
        if bytes.len() > MAX_SIZE {
            return Err(BlobError::TooLarge(bytes.len()));
        }
        if !is_media_type(media_type) {
            return Err(BlobError::BadMediaType(media_type.chars().take(100).collect()));
        }
        let hash = BlobHash::of(&bytes);
        let sql = "insert into blobs (hash, media_type, size, bytes, created_at) values ($1, $2, $3, $4, $5) \
                   on conflict (hash) do nothing";
        let size = bytes.len() as i64;
        let values = vec![hash.to_string().into(), media_type.into(), size.into(), bytes.into(), tx.now().into()];
        tx.execute_raw(tx.statement(sql, values)).await?;
        Ok(hash)
    }

    /// The blob of a hash, from the cache or the database.
    pub async fn get(&self, db: &impl Db, hash: BlobHash) -> Result<Option<Blob>, BlobError> {
        if let Some(blob) = self.cache.read(hash).await {
            return Ok(Some(blob));
        }
        let Some(row) = fetch_one(db, rows::Entity::find_by_id(hash.to_string())).await? else { return Ok(None) };
        let blob = Blob { media_type: row.media_type, bytes: row.bytes };
        self.cache.write(hash, &blob).await;
        Ok(Some(blob))
    }
}

/// Whether a text is `type/subtype` in the characters that both may have.
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    text.len() <= 100 && text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}
