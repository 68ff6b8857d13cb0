//! Blobs come back as they went, whatever happens to the cache.

use std::path::Path;
use store::Db;

use super::{Blob, BlobError, BlobHash, Blobs, MAX_SIZE};
use store::database::Database;
use store::system::System;

async fn house() -> (tempfile::TempDir, System) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("blobs.db").display());
    let db = Database::connect(&url, 2).await.expect("a database");
    db.migrate().await.expect("a schema");
    (folder, db.system("test"))
}

async fn put(blobs: &Blobs, system: &System, bytes: &[u8]) -> BlobHash {
    let tx = system.begin().await.expect("a transaction");
    let hash = blobs.put(&tx, "image/png", bytes.to_vec()).await.expect("stored");
    tx.commit(hash).await.expect("committed")
}

async fn get(blobs: &Blobs, system: &System, hash: BlobHash) -> Option<Vec<u8>> {
    blobs.get(&system.db(), hash).await.expect("read").map(|blob| blob.bytes)
}

fn cached(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.metadata().map_or(0, |facts| facts.len())).sum()
}

#[tokio::test]
async fn the_same_bytes_are_stored_once_and_seen_by_every_process_after_the_commit() {
    let (folder, system) = house().await;
    let here = Blobs::with_cache(folder.path().join("here"), 1_000);
    let elsewhere = Blobs::with_cache(folder.path().join("elsewhere"), 1_000);
    let tx = system.begin().await.expect("a transaction");
    let hash = here.put(&tx, "text/plain", b"lost".to_vec()).await.expect("stored");
    drop(tx);
    assert_eq!(get(&here, &system, hash).await, None);
    let hash = put(&here, &system, b"\0\n\xff bytes").await;
    assert_eq!(put(&elsewhere, &system, b"\0\n\xff bytes").await, hash);
    let expected = Blob { media_type: "image/png".to_owned(), bytes: b"\0\n\xff bytes".to_vec() };
    for blobs in [&here, &elsewhere, &here] {
        assert_eq!(blobs.get(&system.db(), hash).await.expect("read"), Some(expected.clone()));
    }
    let db = system.db();
    let count = db.row(db.statement("select count(*) from blobs", vec![])).await.expect("counted").expect("a row");
    assert_eq!(count.get::<i64>(0).expect("a number"), 1);
}

#[tokio::test]
async fn the_cache_is_bounded_and_a_damaged_file_is_not_believed() {
    let (folder, system) = house().await;
    let at = folder.path().join("cache");
    let blobs = Blobs::with_cache(at.clone(), 1_000);
    let mut hashes = Vec::new();
    for byte in 0..10_u8 {
        hashes.push(put(&blobs, &system, &[byte; 300]).await);
        assert_eq!(get(&blobs, &system, hashes[usize::from(byte)]).await, Some(vec![byte; 300]));
        assert_eq!(get(&blobs, &system, hashes[0]).await, Some(vec![0; 300]));
        assert!(cached(&at) <= 1_000, "{}", cached(&at));
    }
    let first = at.join(hashes[0].to_string());
    assert!(first.exists(), "what is read often stays");
    std::fs::write(&first, "image/png\nforged").expect("written");
    assert_eq!(get(&blobs, &system, hashes[0]).await, Some(vec![0; 300]));

    std::fs::write(at.join("half.1-1"), "half").expect("written");
    let after_restart = Blobs::with_cache(at.clone(), 400);
    assert!(cached(&at) <= 400, "{}", cached(&at));
    assert_eq!(get(&after_restart, &system, hashes[9]).await, Some(vec![9; 300]));
}

#[tokio::test]
async fn what_is_too_large_or_of_no_media_type_is_refused() {
    let (folder, system) = house().await;
    let blobs = Blobs::with_cache(folder.path().join("cache"), 1_000);
    let tx = system.begin().await.expect("a transaction");
    let refused = blobs.put(&tx, "image/png", vec![0; MAX_SIZE + 1]).await;
    assert!(matches!(refused, Err(BlobError::TooLarge(size)) if size == MAX_SIZE + 1));
    for bad in ["", "image", "image/", "image/png\r\nSet-Cookie: a=b", "text/html; charset=utf-8"] {
        assert!(matches!(blobs.put(&tx, bad, vec![]).await, Err(BlobError::BadMediaType(_))), "{bad}");
    }
}

#[test]
fn a_hash_reads_what_it_prints_and_nothing_else() {
    let hash = BlobHash::of(b"");
    assert_eq!(hash.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(hash.to_string().parse(), Ok(hash));
    for bad in ["", "../../etc/passwd", &hash.to_string().to_uppercase(), &hash.to_string()[1..]] {
        assert!(bad.parse::<BlobHash>().is_err(), "{bad}");
    }
}
