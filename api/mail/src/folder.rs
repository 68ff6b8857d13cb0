//! Delivery into a folder, where there is no mail server: each mail is a file that mail programs open.

use std::io;
use std::path::Path;

use entity::BackgroundJobId;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

/// Writes a mail as `<job>.eml`, whole or not at all. A repetition replaces the file.
pub(crate) async fn file(folder: &Path, id: BackgroundJobId, message: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder).await?;
    let unfinished = folder.join(format!(".{}.eml.unfinished", id.0));
    let mut writing = fs::File::create(&unfinished).await?;
    writing.write_all(message).await?;
    writing.sync_all().await?;
    fs::rename(&unfinished, folder.join(format!("{}.eml", id.0))).await
}
