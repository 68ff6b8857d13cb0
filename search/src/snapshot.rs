//! The index, lexicon and synonyms that one query uses.

use std::sync::Arc;

use tantivy::DocAddress;
use tantivy::columnar::Column;
use tantivy::schema::{Field, Term};

use crate::error::Result;
use crate::filter::for_each_doc;
use crate::lexicon::Lexicon;
use crate::reader::Reader;
use crate::schema::Fields;
use crate::stored_product::StoredProduct;
use crate::synonyms::Synonyms;

/// The index, lexicon and synonyms that one query uses.
pub(crate) struct Snapshot {
    pub(crate) reader: Arc<Reader>,
    pub(crate) fields: Fields,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) synonyms: Arc<Synonyms>,
}

impl Snapshot {
    pub(crate) fn stored(&self, address: DocAddress) -> Result<StoredProduct> {
        let document: tantivy::TantivyDocument = self.reader.searcher.doc(address)?;
        let value = document.get_first(self.fields.stored_product);
        let bytes = value.as_ref().and_then(tantivy::schema::Value::as_bytes).unwrap_or_default();
        Ok(StoredProduct::decode(bytes))
    }

    /// Products with exactly this term in `field`.
    pub(crate) fn with_term(&self, field: Field, term: &str, limit: usize) -> Result<Vec<DocAddress>> {
        self.with(&Term::from_field_text(field, term), limit)
    }

    fn with(&self, term: &Term, limit: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        for (ord, segment) in self.reader.segments.iter().enumerate() {
            for_each_doc(segment, term, |doc| {
                if out.len() < limit && !segment.reader.is_deleted(doc) {
                    out.push(DocAddress::new(ord as u32, doc));
                }
            })?;
        }
        Ok(out)
    }

    pub(crate) fn id(&self, address: DocAddress) -> u64 {
        self.reader.segments[address.segment_ord as usize].id(address.doc_id)
    }

    /// The column of a numeric attribute, by segment.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<Option<Column<f64>>>> {
        self.reader.segments.iter().map(|segment| Ok(segment.columns(name)?.numbers.clone())).collect()
    }

    /// The address of the current version of a product.
    pub(crate) fn address(&self, id: u64) -> Result<Option<DocAddress>> {
        Ok(self.with(&self.fields.id_term(id), 1)?.pop())
    }
}
