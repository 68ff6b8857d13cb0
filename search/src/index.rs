//! The index on disk: one writer, many readers, rebuilt beside the served one and swapped.
//!
//! A directory holds generations (`v1-7`) and the file `CURRENT`, which names the served generation and is replaced by one
//! rename. After a kill at any moment the last commit of that generation is served: it may be stale, but never corrupt. A
//! generation that cannot be opened (damaged, or written by an older program) is replaced by an empty one without payload,
//! which tells the caller to fill it again.
//!
//! Not here: the event feed. The caller keeps its cursor in the payload of a commit.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tantivy::merge_policy::LogMergePolicy;
use tantivy::store::Compressor;
use tantivy::{IndexReader, IndexSettings, IndexWriter, ReloadPolicy};

use crate::document::Document;
use crate::error::Result;
use crate::lexicon::Lexicon;
use crate::reader::Reader;
use crate::schema::{self, Fields, VERSION};
use crate::scratch::ScratchPool;
use crate::snapshot::Snapshot;
use crate::synonyms::Synonyms;
use crate::terms::DocumentEncoder;

const WRITER_THREADS: usize = 2;
const WRITER_MEMORY: usize = 60 << 20;
const CURRENT_FILE: &str = "CURRENT";

/// The search index, shared by reference between threads. Every call is synchronous.
pub struct Index {
    dir: Option<PathBuf>,
    live: RwLock<Arc<Generation>>,
    synonyms: Arc<Synonyms>,
    pub(crate) scratch: ScratchPool,
}

/// One complete index with its writer.
struct Generation {
    dir: Option<PathBuf>,
    fields: Fields,
    tantivy_reader: IndexReader,
    reader: RwLock<Arc<Reader>>,
    lexicon: RwLock<Arc<Lexicon>>,
    write: Mutex<WriteState>,
}

struct WriteState {
    writer: IndexWriter,
    encoder: DocumentEncoder,
    payload: Option<String>,
    /// Documents changed since the lexicon was read.
    changed: u64,
}

/// A new index that is filled while the old one serves. Dropping it before [`Rebuild::finish`] removes it.
pub struct Rebuild<'a> {
    index: &'a Index,
    next: Arc<Generation>,
    finished: bool,
}

impl Index {
    /// Opens the index in `dir`, or creates it.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let dir = dir.as_ref().to_owned();
        fs::create_dir_all(&dir)?;
        let current = fs::read_to_string(dir.join(CURRENT_FILE)).unwrap_or_default();
        let name = current.trim();
        let is_compatible = name.starts_with(&format!("v{VERSION}-")) && !name.contains(['/', '\\']) && dir.join(name).is_dir();
        let opened = if is_compatible { Generation::open(Some(dir.join(name))) } else { Self::create_generation(&dir) };
        let live = match opened {
            Err(crate::Error::Locked) => return Err(crate::Error::Locked),
            Err(_) => Self::create_generation(&dir)?,
            Ok(live) => live,
        };
        remove_others(&dir, live.dir.as_deref());
        Ok(Self::with_generation(Some(dir), live))
    }

    /// An index in memory, for tests.
    pub fn in_memory() -> Result<Self> {
        Ok(Self::with_generation(None, Generation::open(None)?))
    }

    fn with_generation(dir: Option<PathBuf>, live: Generation) -> Self {
        let live = RwLock::new(Arc::new(live));
        Self { dir, live, synonyms: Arc::new(Synonyms::standard()), scratch: ScratchPool::default() }
    }

    fn create_generation(dir: &Path) -> Result<Generation> {
        let path = next_generation(dir)?;
        let live = Generation::open(Some(path.clone()))?;
        serve_generation(dir, &path)?;
        Ok(live)
    }

    fn live(&self) -> Arc<Generation> {
        Arc::clone(&self.live.read())
    }

    /// Adds documents, each replacing an earlier one with the same id. They become visible with [`Index::commit`].
    pub fn put(&self, documents: &[Document]) -> Result<()> {
        self.live().put(documents)
    }

    /// Removes documents with the next commit. Unknown ids are ignored.
    pub fn remove(&self, ids: &[u64]) {
        self.live().remove(ids);
    }

    /// Makes all changes since the last commit durable and visible, together with `payload`: the caller's position in the event
    /// feed.
    pub fn commit(&self, payload: &str) -> Result<()> {
        self.live().commit(payload)
    }

    /// The payload of the last commit that survived; none for an index that was never committed or had to be created again.
    pub fn committed_payload(&self) -> Option<String> {
        self.live().write.lock().payload.clone()
    }

    /// The number of products in the index.
    pub fn len(&self) -> u64 {
        u64::from(self.live().reader.read().documents)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Starts a new index beside this one, which continues to serve and to accept changes. Take the cursor for
    /// [`Rebuild::finish`] before reading the first product, so that changes made meanwhile are read again from there.
    pub fn rebuild(&self) -> Result<Rebuild<'_>> {
        let path = self.dir.as_deref().map(next_generation).transpose()?;
        Ok(Rebuild { index: self, next: Arc::new(Generation::open(path)?), finished: false })
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot_with(None)
    }

    /// A snapshot that parses queries with these synonyms.
    pub(crate) fn snapshot_with(&self, synonyms: Option<&Arc<Synonyms>>) -> Snapshot {
        let live = self.live();
        let lexicon = Arc::clone(&live.lexicon.read());
        let synonyms = Arc::clone(synonyms.unwrap_or(&self.synonyms));
        let reader = Arc::clone(&live.reader.read());
        Snapshot { reader, fields: live.fields.clone(), lexicon, synonyms }
    }
}

impl Rebuild<'_> {
    /// Like [`Index::put`], into the new index.
    pub fn put(&self, documents: &[Document]) -> Result<()> {
        self.next.put(documents)
    }

    /// Like [`Index::remove`], from the new index.
    pub fn remove(&self, ids: &[u64]) {
        self.next.remove(ids);
    }

    /// Commits the new index with `payload` and serves it from now on. Running queries finish on the old one.
    pub fn finish(mut self, payload: &str) -> Result<()> {
        self.next.commit(payload)?;
        if let (Some(dir), Some(path)) = (&self.index.dir, &self.next.dir) {
            serve_generation(dir, path)?;
        }
        self.finished = true;
        *self.index.live.write() = Arc::clone(&self.next);
        if let Some(dir) = &self.index.dir {
            remove_others(dir, self.next.dir.as_deref());
        }
        Ok(())
    }
}

impl Drop for Rebuild<'_> {
    fn drop(&mut self) {
        if let (false, Some(path)) = (self.finished, &self.next.dir) {
            // Files that remain are removed at the next start.
            let _ = fs::remove_dir_all(path);
        }
    }
}

impl Generation {
    fn open(dir: Option<PathBuf>) -> Result<Self> {
        let (schema, fields) = schema::schema();
        let settings =
            IndexSettings { docstore_compression: Compressor::Lz4, docstore_blocksize: 4096, ..IndexSettings::default() };
        let builder = tantivy::Index::builder().schema(schema).settings(settings);
        let engine = match &dir {
            None => builder.create_in_ram()?,
            Some(path) if path.join("meta.json").exists() => tantivy::Index::open_in_dir(path)?,
            Some(path) => {
                fs::create_dir_all(path)?;
                builder.create_in_dir(path)?
            }
        };
        let writer: IndexWriter = engine.writer_with_num_threads(WRITER_THREADS, WRITER_MEMORY)?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(4);
        policy.set_min_layer_size(2_000);
        policy.set_max_docs_before_merge(1_000_000);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        let tantivy_reader: IndexReader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let payload = engine.load_metas()?.payload;
        let reader = Reader::open(tantivy_reader.searcher(), &fields, None)?;
        let lexicon = RwLock::new(Arc::new(Lexicon::read(&reader, &fields)?));
        let reader = RwLock::new(Arc::new(reader));
        let encoder = DocumentEncoder::new(fields.clone());
        let write = Mutex::new(WriteState { writer, encoder, payload, changed: 0 });
        Ok(Self { dir, fields, tantivy_reader, reader, lexicon, write })
    }

    fn put(&self, documents: &[Document]) -> Result<()> {
        let mut write = self.write.lock();
        let write = &mut *write;
        for document in documents {
            let terms = write.encoder.document(document);
            write.writer.delete_term(self.fields.id_term(document.id));
            write.writer.add_document(terms)?;
            write.changed += 1;
        }
        Ok(())
    }

    fn remove(&self, ids: &[u64]) {
        let mut write = self.write.lock();
        for id in ids {
            write.writer.delete_term(self.fields.id_term(*id));
            write.changed += 1;
        }
    }

    fn commit(&self, payload: &str) -> Result<()> {
        let mut write = self.write.lock();
        let mut commit = write.writer.prepare_commit()?;
        commit.set_payload(payload);
        commit.commit()?;
        self.tantivy_reader.reload()?;
        write.payload = Some(payload.to_owned());
        let previous = Arc::clone(&self.reader.read());
        let reader = Arc::new(Reader::open(self.tantivy_reader.searcher(), &self.fields, Some(&previous))?);
        *self.reader.write() = Arc::clone(&reader);
        // The lexicon serves only spelling and completion, so it may lag behind by one product in fifty.
        if write.changed * 50 > u64::from(reader.documents) {
            *self.lexicon.write() = Arc::new(Lexicon::read(&reader, &self.fields)?);
            write.changed = 0;
        }
        Ok(())
    }
}

fn next_generation(dir: &Path) -> Result<PathBuf> {
    let mut highest = 0;
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = name.rsplit_once('-').and_then(|(_, n)| n.parse::<u64>().ok());
        highest = highest.max(number.unwrap_or(0));
    }
    Ok(dir.join(format!("v{VERSION}-{}", highest + 1)))
}

/// Makes `path` the served generation in one durable step.
fn serve_generation(dir: &Path, path: &Path) -> Result<()> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = dir.join(format!("{CURRENT_FILE}.new"));
    let mut file = File::create(&temporary)?;
    file.write_all(name.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(CURRENT_FILE))?;
    if let Ok(folder) = File::open(dir) {
        folder.sync_all()?;
    }
    Ok(())
}

/// Removes generations that are not served. What cannot be removed now is removed at the next start.
fn remove_others(dir: &Path, keep: Option<&Path>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for path in entries.flatten().map(|e| e.path()) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let generation = name.starts_with('v') && name.contains('-') && path.is_dir();
        if generation && keep != Some(path.as_path()) {
            let _ = fs::remove_dir_all(path);
        }
    }
}
