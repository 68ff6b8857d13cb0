//! One moment of the index with everything opened that questions read: dictionaries, lengths, ids, marks, columns.
//!
//! Opening these costs more than reading them, so it is done once per segment and not once per question. What depends on who asks
//! is worked out by the first question that needs it and kept for the next.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use parking_lot::RwLock;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, Searcher, SegmentReader};

use crate::bits::Bits;
use crate::columns::Columns;
use crate::error::Result;
use crate::filter;
use crate::members::{Classes, Kept, KeptClasses, KeptMembers, Members, Weights};
use crate::normal::key;
use crate::query::Audience;
use crate::schema::Fields;
use crate::score;

/// How many audiences are remembered; accounts that search at the same time.
const MOST_AUDIENCES: usize = 256;
/// How many sets of products are remembered, and how many lists of factors, which are larger and few.
const MOST_SETS: usize = 256;
const MOST_WEIGHTS: usize = 32;

/// What a question is answered from.
pub(crate) struct Moment {
    pub(crate) searcher: Searcher,
    pub(crate) parts: Vec<Part>,
    /// Products that are not deleted.
    pub(crate) documents: u32,
    /// What a mention is worth by the length of the text, by field.
    shares: Vec<[f32; 256]>,
}

/// One segment: what never changes in it, and which of its products are deleted.
pub(crate) struct Part {
    pub(crate) reader: SegmentReader,
    opened: Arc<Opened>,
}

/// What never changes in a segment.
pub(crate) struct Opened {
    segment: SegmentId,
    /// By field.
    terms: Vec<Option<Arc<InvertedIndexReader>>>,
    lengths: Vec<Option<FieldNormReader>>,
    /// By document.
    ids: Vec<u64>,
    pub(crate) restricted: Option<Bits>,
    pub(crate) hidden: Option<Bits>,
    pub(crate) discontinued: Option<Bits>,
    pub(crate) sparse: Option<Bits>,
    columns: RwLock<HashMap<String, Arc<Columns>, ahash::RandomState>>,
    audiences: Kept<Audience, Option<Arc<Bits>>>,
    members: KeptMembers,
    weights: KeptClasses,
}

impl Moment {
    /// Opens what `searcher` reads; what `before` has open is not opened again.
    pub(crate) fn open(searcher: Searcher, fields: &Fields, before: Option<&Self>) -> Result<Self> {
        let open = |reader: &SegmentReader| {
            let mut known = before.iter().flat_map(|moment| &moment.parts);
            let known = known.find(|part| part.segment == reader.segment_id()).map(|part| Arc::clone(&part.opened));
            let opened = known.map_or_else(|| Opened::open(reader, fields).map(Arc::new), Ok)?;
            Ok(Part { reader: reader.clone(), opened })
        };
        let parts = searcher.segment_readers().iter().map(open).collect::<Result<Vec<_>>>()?;
        let documents: u32 = parts.iter().map(|p| p.reader.num_docs()).sum();
        let shares = |field: usize| {
            let tokens: u64 = parts.iter().filter_map(|p| p.terms[field].as_ref()).map(|t| t.total_num_tokens()).sum();
            score::shares((tokens as f32 / documents.max(1) as f32).max(1.0))
        };
        let shares = (0..searcher.schema().num_fields()).map(shares).collect();
        Ok(Self { searcher, parts, documents, shares })
    }

    /// What a mention in `field` is worth by the length of the text, in the steps lengths are kept in.
    pub(crate) fn shares(&self, field: Field) -> &[f32; 256] {
        &self.shares[field.field_id() as usize]
    }

    /// How many products have this term, deleted ones counted too.
    pub(crate) fn frequency(&self, field: Field, term: &str) -> Result<u32> {
        let mut sum = 0;
        for part in &self.parts {
            sum += part.term(field, term.as_bytes())?.map_or(0, |info| info.doc_freq);
        }
        Ok(sum)
    }
}

impl Deref for Part {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.opened
    }
}

impl Opened {
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
        let mut opened = Self {
            segment: reader.segment_id(),
            terms,
            lengths,
            ids,
            restricted: None,
            hidden: None,
            discontinued: None,
            sparse: None,
            columns: RwLock::default(),
            audiences: Kept::at_most(MOST_AUDIENCES),
            members: Kept::at_most(MOST_SETS),
            weights: Kept::at_most(MOST_WEIGHTS),
        };
        opened.restricted = filter::marked("restricted", fields, &opened)?;
        opened.hidden = filter::marked("hidden", fields, &opened)?;
        opened.discontinued = filter::marked("discontinued", fields, &opened)?;
        opened.sparse = filter::marked("sparse", fields, &opened)?;
        Ok(opened)
    }

    /// How many documents it has, deleted ones too.
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

    /// Where the list of a term is.
    pub(crate) fn term(&self, field: Field, term: &[u8]) -> Result<Option<TermInfo>> {
        let Some(dictionary) = self.dictionary(field) else {
            return Ok(None);
        };
        Ok(dictionary.terms().get(term).map_err(tantivy::TantivyError::from)?)
    }

    /// What `audience` may not see.
    pub(crate) fn hidden_from(&self, audience: &Audience, fields: &Fields) -> Result<Option<Arc<Bits>>> {
        self.audiences.get(audience, |audience| Ok(filter::hidden(audience, fields, self)?.map(Arc::new)))
    }

    /// Which documents belong to a set.
    pub(crate) fn members(&self, members: &Arc<Members>, fields: &Fields) -> Result<Arc<Bits>> {
        self.members.get(members, |members| Ok(Arc::new(members.bits(fields, self)?)))
    }

    /// The factors of the documents.
    pub(crate) fn classes(&self, weights: &Arc<Weights>, fields: &Fields) -> Result<Arc<Classes>> {
        self.weights.get(weights, |weights| Ok(Arc::new(weights.classes(fields, self)?)))
    }
}

impl Part {
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
        // Anybody may ask for any name; only names that exist are kept.
        if !open.is_empty() {
            self.columns.write().insert(key, Arc::clone(&open));
        }
        Ok(open)
    }
}
