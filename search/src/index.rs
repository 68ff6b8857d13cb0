//! The index on disk: one writer, many readers, rebuilt beside itself and swapped.
//!
//! A directory holds generations (`v1-7`) and the file `CURRENT` that names the one being served, replaced in one rename. A kill at any
//! moment leaves the last commit of that generation: stale at worst, never corrupt. What cannot be opened (damaged, or written by an
//! older program) is replaced by an empty generation without payload, which tells the caller to fill it again.
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
use crate::moment::Moment;
use crate::schema::{self, Fields, VERSION};
use crate::scratch::Pool;
use crate::snapshot::Snapshot;
use crate::synonyms::Synonyms;
use crate::terms::Writer;

const WRITER_THREADS: usize = 2;
const WRITER_MEMORY: usize = 60 << 20;
const POINTER: &str = "CURRENT";

/// The search index. Shared by reference between threads; every call is synchronous.
pub struct Index {
    dir: Option<PathBuf>,
    live: RwLock<Arc<Generation>>,
    synonyms: Arc<Synonyms>,
    pub(crate) scratch: Pool,
}

/// One complete index with its writer.
struct Generation {
    dir: Option<PathBuf>,
    fields: Fields,
    reader: IndexReader,
    moment: RwLock<Arc<Moment>>,
    lexicon: RwLock<Arc<Lexicon>>,
    write: Mutex<Write>,
}

struct Write {
    engine: IndexWriter,
    terms: Writer,
    payload: Option<String>,
    /// Documents changed since the lexicon was read.
    changed: u64,
}

/// A new index being filled while the old one serves. Dropped without [`Rebuild::finish`], it leaves nothing.
pub struct Rebuild<'a> {
    index: &'a Index,
    next: Arc<Generation>,
    finished: bool,
}

impl Index {
    /// Opens the index in `dir`, creating it when there is none.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let dir = dir.as_ref().to_owned();
        fs::create_dir_all(&dir)?;
        let current = fs::read_to_string(dir.join(POINTER)).unwrap_or_default();
        let name = current.trim();
        let known = name.starts_with(&format!("v{VERSION}-")) && !name.contains(['/', '\\']) && dir.join(name).is_dir();
        let opened = if known { Generation::open(Some(dir.join(name))) } else { Self::fresh(&dir) };
        let live = match opened {
            Err(crate::Error::Locked) => return Err(crate::Error::Locked),
            Err(_) => Self::fresh(&dir)?,
            Ok(live) => live,
        };
        remove_others(&dir, live.dir.as_deref());
        Ok(Self::around(Some(dir), live))
    }

    /// An index that lives as long as this value: for tests and trials.
    pub fn in_memory() -> Result<Self> {
        Ok(Self::around(None, Generation::open(None)?))
    }

    fn around(dir: Option<PathBuf>, live: Generation) -> Self {
        let live = RwLock::new(Arc::new(live));
        Self { dir, live, synonyms: Arc::new(Synonyms::standard()), scratch: Pool::default() }
    }

    fn fresh(dir: &Path) -> Result<Generation> {
        let path = next_generation(dir)?;
        let live = Generation::open(Some(path.clone()))?;
        point_to(dir, &path)?;
        Ok(live)
    }

    fn live(&self) -> Arc<Generation> {
        Arc::clone(&self.live.read())
    }

    /// Adds documents, each replacing an earlier one of the same id. Seen by nobody before [`Index::commit`].
    pub fn put(&self, documents: &[Document]) -> Result<()> {
        self.live().put(documents)
    }

    /// Takes documents out, from the next commit on. Unknown ids are fine.
    pub fn remove(&self, ids: &[u64]) {
        self.live().remove(ids);
    }

    /// Makes all changes since the last commit durable and visible, together with `payload`: the caller's place in the event feed.
    pub fn commit(&self, payload: &str) -> Result<()> {
        self.live().commit(payload)
    }

    /// The payload of the last commit that survived; none for an index that was never committed or had to be started anew.
    pub fn committed_payload(&self) -> Option<String> {
        self.live().write.lock().payload.clone()
    }

    /// How many products are in the index.
    pub fn len(&self) -> u64 {
        u64::from(self.live().moment.read().documents)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Starts a new index beside this one, which goes on serving and may go on taking changes. Take the cursor for
    /// [`Rebuild::finish`] before reading the first product: changes made meanwhile are followed again from there.
    pub fn rebuild(&self) -> Result<Rebuild<'_>> {
        let path = self.dir.as_deref().map(next_generation).transpose()?;
        Ok(Rebuild { index: self, next: Arc::new(Generation::open(path)?), finished: false })
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot_with(None)
    }

    /// A snapshot that reads texts with these synonyms.
    pub(crate) fn snapshot_with(&self, synonyms: Option<&Arc<Synonyms>>) -> Snapshot {
        let live = self.live();
        let lexicon = Arc::clone(&live.lexicon.read());
        let synonyms = Arc::clone(synonyms.unwrap_or(&self.synonyms));
        let moment = Arc::clone(&live.moment.read());
        Snapshot { moment, fields: live.fields.clone(), lexicon, synonyms }
    }
}

impl Rebuild<'_> {
    /// As [`Index::put`], into the new index.
    pub fn put(&self, documents: &[Document]) -> Result<()> {
        self.next.put(documents)
    }

    /// As [`Index::remove`], from the new index.
    pub fn remove(&self, ids: &[u64]) {
        self.next.remove(ids);
    }

    /// Commits the new index with `payload` and serves it from now on; questions under way finish on the old one.
    pub fn finish(mut self, payload: &str) -> Result<()> {
        self.next.commit(payload)?;
        if let (Some(dir), Some(path)) = (&self.index.dir, &self.next.dir) {
            point_to(dir, path)?;
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
            // Left-over files are removed by the next start at the latest.
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
        let reader: IndexReader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let payload = engine.load_metas()?.payload;
        let moment = Moment::open(reader.searcher(), &fields, None)?;
        let lexicon = RwLock::new(Arc::new(Lexicon::read(&moment, &fields)?));
        let moment = RwLock::new(Arc::new(moment));
        let terms = Writer::new(fields.clone());
        let write = Mutex::new(Write { engine: writer, terms, payload, changed: 0 });
        Ok(Self { dir, fields, reader, moment, lexicon, write })
    }

    fn put(&self, documents: &[Document]) -> Result<()> {
        let mut write = self.write.lock();
        let write = &mut *write;
        for document in documents {
            let terms = write.terms.document(document);
            write.engine.delete_term(self.fields.id_term(document.id));
            write.engine.add_document(terms)?;
            write.changed += 1;
        }
        Ok(())
    }

    fn remove(&self, ids: &[u64]) {
        let mut write = self.write.lock();
        for id in ids {
            write.engine.delete_term(self.fields.id_term(*id));
            write.changed += 1;
        }
    }

    fn commit(&self, payload: &str) -> Result<()> {
        let mut write = self.write.lock();
        let mut commit = write.engine.prepare_commit()?;
        commit.set_payload(payload);
        commit.commit()?;
        self.reader.reload()?;
        write.payload = Some(payload.to_owned());
        let before = Arc::clone(&self.moment.read());
        let moment = Arc::new(Moment::open(self.reader.searcher(), &self.fields, Some(&before))?);
        *self.moment.write() = Arc::clone(&moment);
        // The lexicon only advises on spelling and completion: it may lag behind by one product in fifty.
        if write.changed * 50 > u64::from(moment.documents) {
            *self.lexicon.write() = Arc::new(Lexicon::read(&moment, &self.fields)?);
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
fn point_to(dir: &Path, path: &Path) -> Result<()> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = dir.join(format!("{POINTER}.new"));
    let mut file = File::create(&temporary)?;
    file.write_all(name.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(POINTER))?;
    if let Ok(folder) = File::open(dir) {
        folder.sync_all()?;
    }
    Ok(())
}

/// Removes generations that are not served. What cannot be removed now is left to the next start.
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
