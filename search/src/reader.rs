//! A point-in-time view of the index with everything open that queries read: dictionaries, lengths, ids, marks, columns.
//!
//! Opening these costs more than reading them, so each segment is opened once and not once per query. What depends on the
//! audience is computed by the first query that needs it and then cached.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use parking_lot::RwLock;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, Searcher, SegmentReader};

use crate::bit_set::BitSet;
use crate::columns::Columns;
use crate::error::Result;
use crate::filter;
use crate::normalise::key;
use crate::product_sets::{BoostCache, Boosts, BoundedCache, DocBoosts, ProductSet, ProductSetCache};
use crate::query::Audience;
use crate::schema::Fields;
use crate::score;

/// The most audiences that are cached, which is the number of accounts that search at the same time.
const MAX_AUDIENCES: usize = 256;
/// The most product sets that are cached. Lists of boosts are larger and fewer.
const MAX_SETS: usize = 256;
const MAX_BOOSTS: usize = 32;

/// A point-in-time view of the index.
pub(crate) struct Reader {
    pub(crate) searcher: Searcher,
    pub(crate) segments: Vec<SegmentView>,
    /// The number of products that are not deleted.
    pub(crate) documents: u32,
    /// Length normalisation factors, by field.
    length_norms: Vec<[f32; 256]>,
}

/// One segment: its unchanging cache, and which of its documents are deleted.
pub(crate) struct SegmentView {
    pub(crate) reader: SegmentReader,
    cache: Arc<SegmentCache>,
}

/// The data of a segment that never changes.
pub(crate) struct SegmentCache {
    segment_id: SegmentId,
    /// By field.
    terms: Vec<Option<Arc<InvertedIndexReader>>>,
    lengths: Vec<Option<FieldNormReader>>,
    /// By document.
    ids: Vec<u64>,
    /// Documents that only some accounts may see.
    pub(crate) restricted: Option<BitSet>,
    /// Documents that only staff may see.
    pub(crate) hidden: Option<BitSet>,
    pub(crate) discontinued: Option<BitSet>,
    /// Documents without brand and GTIN.
    pub(crate) sparse: Option<BitSet>,
    columns: RwLock<HashMap<String, Arc<Columns>, ahash::RandomState>>,
    audiences: BoundedCache<Audience, Option<Arc<BitSet>>>,
    product_sets: ProductSetCache,
    boosts: BoostCache,
}

impl Reader {
    /// Opens the segments that `searcher` reads, taking over those that `previous` has open.
    pub(crate) fn open(searcher: Searcher, fields: &Fields, previous: Option<&Self>) -> Result<Self> {
        let open = |reader: &SegmentReader| {
            let mut known = previous.iter().flat_map(|reader| &reader.segments);
            let known = known.find(|segment| segment.segment_id == reader.segment_id()).map(|segment| Arc::clone(&segment.cache));
            let cache = known.map_or_else(|| SegmentCache::open(reader, fields).map(Arc::new), Ok)?;
            Ok(SegmentView { reader: reader.clone(), cache })
        };
        let segments = searcher.segment_readers().iter().map(open).collect::<Result<Vec<_>>>()?;
        let documents: u32 = segments.iter().map(|s| s.reader.num_docs()).sum();
        let length_norms = |field: usize| {
            let tokens: u64 = segments.iter().filter_map(|s| s.terms[field].as_ref()).map(|t| t.total_num_tokens()).sum();
            score::length_norms((tokens as f32 / documents.max(1) as f32).max(1.0))
        };
        let length_norms = (0..searcher.schema().num_fields()).map(length_norms).collect();
        Ok(Self { searcher, segments, documents, length_norms })
    }

    /// Length normalisation factors of a field, by the stored length step.
    pub(crate) fn length_norms(&self, field: Field) -> &[f32; 256] {
        &self.length_norms[field.field_id() as usize]
    }

    /// The number of products with this term, deleted ones included.
    pub(crate) fn frequency(&self, field: Field, term: &str) -> Result<u32> {
        let mut sum = 0;
        for segment in &self.segments {
            sum += segment.term(field, term.as_bytes())?.map_or(0, |info| info.doc_freq);
        }
        Ok(sum)
    }
}

impl Deref for SegmentView {
    type Target = SegmentCache;

    fn deref(&self) -> &SegmentCache {
        &self.cache
    }
}

impl SegmentCache {
    fn open(reader: &SegmentReader, fields: &Fields) -> Result<Self> {
        let (mut terms, mut lengths) = (Vec::new(), Vec::new());
        for (field, entry) in reader.schema().fields() {
            let indexed = entry.is_indexed();
            terms.push(if indexed { Some(reader.inverted_index(field)?) } else { None });
            lengths.push(if indexed && entry.has_fieldnorms() { Some(reader.get_fieldnorms_reader(field)?) } else { None });
        }
        let column = reader.fast_fields().u64("id")?;
        let mut ids = vec![0; reader.max_doc() as usize];
        column.values.get_range(0, &mut ids);
        let mut cache = Self {
            segment_id: reader.segment_id(),
            terms,
            lengths,
            ids,
            restricted: None,
            hidden: None,
            discontinued: None,
            sparse: None,
            columns: RwLock::default(),
            audiences: BoundedCache::with_capacity(MAX_AUDIENCES),
            product_sets: BoundedCache::with_capacity(MAX_SETS),
            boosts: BoundedCache::with_capacity(MAX_BOOSTS),
        };
        cache.restricted = filter::docs_with_mark("restricted", fields, &cache)?;
        cache.hidden = filter::docs_with_mark("hidden", fields, &cache)?;
        cache.discontinued = filter::docs_with_mark("discontinued", fields, &cache)?;
        cache.sparse = filter::docs_with_mark("sparse", fields, &cache)?;
        Ok(cache)
    }

    /// The number of documents, deleted ones included.
    pub(crate) fn documents(&self) -> u32 {
        self.ids.len() as u32
    }

    pub(crate) fn id(&self, doc: u32) -> u64 {
        self.ids[doc as usize]
    }

    pub(crate) fn dictionary(&self, field: Field) -> Option<&InvertedIndexReader> {
        self.terms[field.field_id() as usize].as_deref()
    }

    pub(crate) fn lengths(&self, field: Field) -> Option<&FieldNormReader> {
        self.lengths[field.field_id() as usize].as_ref()
    }

    /// The posting list of a term, if the segment has it.
    pub(crate) fn term(&self, field: Field, term: &[u8]) -> Result<Option<TermInfo>> {
        let Some(dictionary) = self.dictionary(field) else {
            return Ok(None);
        };
        Ok(dictionary.terms().get(term).map_err(tantivy::TantivyError::from)?)
    }

    /// The documents that `audience` may not see.
    pub(crate) fn hidden_from(&self, audience: &Audience, fields: &Fields) -> Result<Option<Arc<BitSet>>> {
        self.audiences.get(audience, |audience| Ok(filter::hidden_docs(audience, fields, self)?.map(Arc::new)))
    }

    /// The documents that belong to a set.
    pub(crate) fn docs_of_set(&self, set: &Arc<ProductSet>, fields: &Fields) -> Result<Arc<BitSet>> {
        self.product_sets.get(set, |set| Ok(Arc::new(set.docs(fields, self)?)))
    }

    /// The boosts of the documents.
    pub(crate) fn doc_boosts(&self, boosts: &Arc<Boosts>, fields: &Fields) -> Result<Arc<DocBoosts>> {
        self.boosts.get(boosts, |boosts| Ok(Arc::new(boosts.doc_boosts(fields, self)?)))
    }
}

impl SegmentView {
    /// The columns of an attribute, or of `brand` or `category`.
    pub(crate) fn columns(&self, name: &str) -> Result<Arc<Columns>> {
        let key = match key(name).as_str() {
            own @ ("brand" | "category") => own.to_owned(),
            other => format!("columns.{other}"),
        };
        if let Some(open) = self.columns.read().get(&key) {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(Columns::open(&self.reader, &key)?);
        // Users may ask for any name, so only names that exist are cached.
        if !open.is_empty() {
            self.columns.write().insert(key, Arc::clone(&open));
        }
        Ok(open)
    }
}
