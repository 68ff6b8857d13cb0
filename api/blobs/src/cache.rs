//! Blobs on the disk of a process: so many bytes at most, those read longest ago leave first.
//!
//! A file is named by the hash; its first line is the media type and the rest the bytes. Files appear by renaming, so that no
//! reader sees half of one, and are checked against their name when they are read. Failures of the disk only cost a read of the
//! database.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use tokio::fs;

use super::{Blob, BlobHash};

/// A folder of blobs.
#[derive(Debug)]
pub(super) struct DiskCache {
    folder: PathBuf,
    max_bytes: u64,
    held: Mutex<Held>,
}

/// What is in the folder.
#[derive(Debug, Default)]
struct Held {
    files: HashMap<BlobHash, Entry>,
    total: u64,
    /// Counts reads and writes.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    size: u64,
    last_use: u64,
}

impl DiskCache {
    /// The cache of a folder, with what an earlier process left there.
    pub(super) fn open(folder: PathBuf, max_bytes: u64) -> Self {
        let mut held = Held::default();
        for file in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let hash = file.file_name().to_str().and_then(|name| name.parse().ok());
            match hash.zip(file.metadata().ok()) {
                Some((hash, facts)) => held.note(hash, facts.len()),
                // Half of a file, from a process that died.
                None => drop(std::fs::remove_file(file.path())),
            }
        }
        for hash in held.evict(max_bytes) {
            drop(std::fs::remove_file(folder.join(hash.to_string())));
        }
        Self { folder, max_bytes, held: Mutex::new(held) }
    }

    /// The blob of a hash, if an undamaged file holds it.
    pub(super) async fn read(&self, hash: BlobHash) -> Option<Blob> {
        if !self.held.lock().touch(hash) {
            return None;
        }
        let blob = fs::read(self.path(hash)).await.ok().and_then(parse).filter(|blob| BlobHash::of(&blob.bytes) == hash);
        if blob.is_none() {
            tracing::warn!(%hash, "a cached file was missing or damaged");
            self.held.lock().forget(hash);
            drop(fs::remove_file(self.path(hash)).await);
        }
        blob
    }

    /// Keeps a blob, and removes others when there are too many bytes.
    pub(super) async fn write(&self, hash: BlobHash, blob: &Blob) {
        let mut content = format!("{}\n", blob.media_type).into_bytes();
        content.extend_from_slice(&blob.bytes);
        let size = content.len() as u64;
        if size > self.max_bytes {
            return;
        }
        if let Err(error) = self.write_file(&self.path(hash), &content).await {
            tracing::warn!(%error, folder = %self.folder.display(), "a file could not be cached");
            return;
        }
        let evicted = {
            let mut held = self.held.lock();
            held.note(hash, size);
            held.evict(self.max_bytes)
        };
        for hash in evicted {
            drop(fs::remove_file(self.path(hash)).await);
        }
    }

    async fn write_file(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder).await?;
        let number = {
            let mut held = self.held.lock();
            held.uses += 1;
            held.uses
        };
        let half = path.with_extension(format!("{}-{number}", std::process::id()));
        fs::write(&half, content).await?;
        fs::rename(&half, path).await
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        self.folder.join(hash.to_string())
    }
}

impl Held {
    /// Notes that a blob is used; says whether it is there.
    fn touch(&mut self, hash: BlobHash) -> bool {
        self.uses += 1;
        let entry = self.files.get_mut(&hash);
        entry.map(|entry| entry.last_use = self.uses).is_some()
    }

    fn note(&mut self, hash: BlobHash, size: u64) {
        self.forget(hash);
        self.uses += 1;
        self.total += size;
        self.files.insert(hash, Entry { size, last_use: self.uses });
    }

    fn forget(&mut self, hash: BlobHash) {
        if let Some(entry) = self.files.remove(&hash) {
            self.total -= entry.size;
        }
    }

    /// Forgets those used longest ago until the rest fits; gives them.
    fn evict(&mut self, max_bytes: u64) -> Vec<BlobHash> {
        let mut evicted = Vec::new();
        while self.total > max_bytes {
            let Some(oldest) = self.files.iter().min_by_key(|(_, entry)| entry.last_use).map(|(hash, _)| *hash) else { break };
            self.forget(oldest);
            evicted.push(oldest);
        }
        evicted
    }
}

/// The blob in a file.
fn parse(mut content: Vec<u8>) -> Option<Blob> {
    let end = content.iter().position(|byte| *byte == b'\n')?;
    let bytes = content.split_off(end + 1);
    content.truncate(end);
    Some(Blob { media_type: String::from_utf8(content).ok()?, bytes })
}
