//! One moment of the index, and what can be read of a product in it.

use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet, Searcher, SegmentReader, TERMINATED};

use crate::error::Result;
use crate::lexicon::Lexicon;
use crate::normal::key;
use crate::record::Record;
use crate::schema::Fields;
use crate::score::postings;
use crate::synonyms::Synonyms;

/// What a question is answered from: one moment of the index.
pub(crate) struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) synonyms: Arc<Synonyms>,
}

impl Snapshot {
    pub(crate) fn record(&self, address: DocAddress) -> Result<Record> {
        let document: tantivy::TantivyDocument = self.searcher.doc(address)?;
        let value = document.get_first(self.fields.record);
        let bytes = value.as_ref().and_then(tantivy::schema::Value::as_bytes).unwrap_or_default();
        Ok(Record::decode(bytes))
    }

    /// Products with exactly this term in `field`.
    pub(crate) fn with_term(&self, field: Field, term: &str, most: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let Some(mut list) = postings(segment, field, term, IndexRecordOption::Basic)? else {
                continue;
            };
            let mut doc = list.doc();
            while doc != TERMINATED && out.len() < most {
                if !segment.is_deleted(doc) {
                    out.push(DocAddress::new(ord as u32, doc));
                }
                doc = list.advance();
            }
        }
        Ok(out)
    }

    pub(crate) fn id(&self, address: DocAddress) -> Result<u64> {
        let ids = self.searcher.segment_reader(address.segment_ord).fast_fields().u64("id")?;
        Ok(ids.first(address.doc_id).unwrap_or_default())
    }

    pub(crate) fn sku(&self, address: DocAddress) -> Result<String> {
        let column = self.searcher.segment_reader(address.segment_ord).fast_fields().str("sku")?;
        let mut out = String::new();
        if let Some(column) = column
            && let Some(ordinal) = column.term_ords(address.doc_id).next()
        {
            column.ord_to_str(ordinal, &mut out)?;
        }
        Ok(out)
    }

    /// The column of a numeric attribute by segment.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<Option<Column<f64>>>> {
        let column = format!("columns.{}", key(name));
        let open = |s: &SegmentReader| s.fast_fields().column_opt::<f64>(&column);
        Ok(self.searcher.segment_readers().iter().map(open).collect::<tantivy::Result<Vec<_>>>()?)
    }

    /// The ids by segment.
    pub(crate) fn ids(&self) -> Result<Vec<Column<u64>>> {
        let open = |s: &SegmentReader| s.fast_fields().u64("id");
        Ok(self.searcher.segment_readers().iter().map(open).collect::<tantivy::Result<Vec<_>>>()?)
    }

    /// Where the live version of a product is.
    pub(crate) fn address(&self, id: u64) -> Result<Option<DocAddress>> {
        let term = self.fields.id_term(id);
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let index = segment.inverted_index(self.fields.id)?;
            let Some(mut list) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            let mut doc = list.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    return Ok(Some(DocAddress::new(ord as u32, doc)));
                }
                doc = list.advance();
            }
        }
        Ok(None)
    }
}
