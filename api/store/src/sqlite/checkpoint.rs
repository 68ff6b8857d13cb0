//! Folding the log into the file, in a thread of its own.
//!
//! SQLite's own way is that whoever commits when the log is long folds it, and all who queue for the writer wait for the disk to
//! take some thousand pages: a tenth of a second for one order in twenty. Here a thread does it beside the writers, with a
//! connection of its own. The log can begin anew only when nothing of it is left to be folded, and while others write something
//! always is; so the thread then takes the writer's place in the queue for the rest, which is short.
//!
//! The longer the log, the more often a page was written into it before it is folded once.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::{Weak, mpsc};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::{File, connect};

/// Bytes in the log when it is folded into the file.
const LONG_LOG: u64 = 32 << 20;

thread_local! {
    /// Pages in the log after the last commit of this thread.
    static LOG_PAGES: Cell<u64> = const { Cell::new(0) };
}

/// Makes a connection leave the log alone and note how long it is.
pub(super) fn leave_to_thread(connection: &Connection) {
    // This takes the place of SQLite's own checkpoints.
    connection.wal_hook(Some(note));
}

#[expect(clippy::unnecessary_wraps, reason = "SQLite's signature")]
fn note(_: &Wal, pages: c_int) -> rusqlite::Result<()> {
    LOG_PAGES.set(u64::try_from(pages).unwrap_or(0));
    Ok(())
}

/// Wakes the thread that folds a file's log.
#[derive(Debug)]
pub(super) struct Checkpointer {
    wake: mpsc::SyncSender<()>,
    page_size: u64,
}

impl Checkpointer {
    /// One for a file with pages of so many bytes, and what the thread waits for.
    pub(super) fn new(page_size: u64) -> (Self, mpsc::Receiver<()>) {
        let (wake, woken) = mpsc::sync_channel(1);
        (Self { wake, page_size }, woken)
    }

    /// Called after a commit, in the thread that committed.
    pub(super) fn committed(&self) {
        if LOG_PAGES.get() * self.page_size >= LONG_LOG {
            // When the thread is awake already, a later commit wakes it again.
            let _ = self.wake.try_send(());
        }
    }
}

/// Starts the thread of a file; it ends with the file.
pub(super) fn start(file: Weak<File>, woken: mpsc::Receiver<()>) -> Result<(), std::io::Error> {
    let thread = std::thread::Builder::new().name("checkpoint".to_owned());
    thread.spawn(move || {
        while woken.recv().is_ok() {
            let Some(file) = file.upgrade() else { return };
            if let Err(error) = fold(&file) {
                tracing::warn!(%error, "the log of the database could not be folded into its file");
            }
        }
    })?;
    Ok(())
}

/// Folds most of the log beside the writer, and the rest in its place.
fn fold(file: &File) -> rusqlite::Result<()> {
    let connection = connect(&file.path, true)?;
    checkpoint(&connection)?;
    let mut writer = file.writer.blocking_lock();
    if !writer.group.is_empty() {
        drop(writer.commit_group());
    }
    checkpoint(&connection)
}

fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()))
}
