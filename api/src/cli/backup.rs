//! Saving the database to a file while it is served, and bringing it back.
//!
//! On SQLite the file is the whole database at one moment, blobs included. It holds signing keys encrypted under the secret key, which is not
//! in it: keep the two apart, and bring both back. On PostgreSQL `pg_dump` and `pg_restore` do the same. What neither holds can be made anew
//! (the search index, copies of blobs) or is gone with the machine (uploads of imports that wait, reports).

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{say, verify};
use crate::config::Config;
use crate::server;
use store::database::Database;

/// Saves the database to a file that does not exist yet, as it is at one moment, also while it is served.
pub(super) async fn backup(config: &Config, file: &Path) -> Result<(), String> {
    let _source = sqlite_file(config, "save it with `pg_dump -Fc`, and keep BULKHEAD_SECRET_KEY apart from it")?;
    if file.exists() {
        return Err(format!("{}: exists already; name a file that does not", file.display()));
    }
    // What is not complete has another name.
    let part = with_ending(file, "part");
    let failed = |e: &dyn std::fmt::Display| format!("{}: {e}", part.display());
    OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&part).map_err(|e| failed(&e))?;
    let database = Database::connect(&config.database(), 1).await.map_err(|e| format!("database: {e}"))?;
    let saved = database.save_to(&part);
    database.close().await;
    let saved = saved.map_err(|e| failed(&e)).and_then(|()| {
        File::open(&part).and_then(|file| file.sync_all()).map_err(|e| failed(&e))?;
        fs::rename(&part, file).map_err(|e| failed(&e))
    });
    if saved.is_err() {
        let _ = fs::remove_file(&part);
    }
    saved?;
    let bytes = fs::metadata(file).map_or(0, |file| file.len());
    say(&format!("saved {bytes} bytes to {}; secret.key is not in it", file.display()));
    Ok(())
}

/// Brings a saved database back to where there is none, with the present schema, and verifies it.
pub(super) async fn restore(config: &Config, file: &Path) -> Result<(), String> {
    let target = sqlite_file(config, "bring it back with `pg_restore`, then run `bulkhead migrate` and `bulkhead verify`")?;
    let mut head = [0; 16];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.map_err(|e| format!("{}: {e}", file.display()))?;
    if &head != b"SQLite format 3\0" {
        return Err(format!("{}: is no database that `bulkhead backup` saved", file.display()));
    }
    for there in [target.clone(), with_ending(&target, "wal")] {
        if there.exists() {
            return Err(format!("{}: there is a database already; stop the server and move it away first", there.display()));
        }
    }
    server::private_folder(&config.data_dir).map_err(|e| format!("data-dir: {}: {e}", config.data_dir.display()))?;
    let part = with_ending(&target, "part");
    let failed = |e: std::io::Error| format!("{}: {e}", part.display());
    fs::copy(file, &part).map_err(failed)?;
    File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&part, &target).map_err(failed)?;
    // It may know of events that the restored database does not.
    match fs::remove_dir_all(config.index_dir()) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(format!("{}: {e}", config.index_dir().display())),
        _ => {}
    }
    verify::verify(config).await?;
    say(&format!("restored {}", target.display()));
    Ok(())
}

/// The file of the database; on PostgreSQL what to do instead.
fn sqlite_file(config: &Config, instead: &str) -> Result<PathBuf, String> {
    let url = config.database();
    let path = url.strip_prefix("sqlite:").ok_or_else(|| format!("the database is PostgreSQL: {instead}"))?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Ok(PathBuf::from(path.split_once('?').map_or(path, |(path, _)| path)))
}

/// `bulkhead.db` with `part` is `bulkhead.db-part`.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("-{ending}"));
    name.into()
}
