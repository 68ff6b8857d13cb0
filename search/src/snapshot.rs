//! One moment of the index, and what can be read of a product in it.

use std::sync::Arc;

use tantivy::DocAddress;
use tantivy::columnar::Column;
use tantivy::schema::{Field, Term};

use crate::error::Result;
use crate::filter::each;
use crate::lexicon::Lexicon;
use crate::moment::Moment;
use crate::record::Record;
use crate::schema::Fields;
use crate::synonyms::Synonyms;

/// What a question is answered from: one moment of the index.
pub(crate) struct Snapshot {
    pub(crate) moment: Arc<Moment>,
    pub(crate) fields: Fields,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) synonyms: Arc<Synonyms>,
}

impl Snapshot {
    pub(crate) fn record(&self, address: DocAddress) -> Result<Record> {
        let document: tantivy::TantivyDocument = self.moment.searcher.doc(address)?;
        let value = document.get_first(self.fields.record);
        let bytes = value.as_ref().and_then(tantivy::schema::Value::as_bytes).unwrap_or_default();
        Ok(Record::decode(bytes))
    }

    /// Products with exactly this term in `field`.
    pub(crate) fn with_term(&self, field: Field, term: &str, most: usize) -> Result<Vec<DocAddress>> {
        self.with(&Term::from_field_text(field, term), most)
    }

    fn with(&self, term: &Term, most: usize) -> Result<Vec<DocAddress>> {
        let mut out = Vec::new();
        for (ord, part) in self.moment.parts.iter().enumerate() {
            each(part, term, |doc| {
                if out.len() < most && !part.reader.is_deleted(doc) {
                    out.push(DocAddress::new(ord as u32, doc));
                }
            })?;
        }
        Ok(out)
    }

    pub(crate) fn id(&self, address: DocAddress) -> u64 {
        self.moment.parts[address.segment_ord as usize].id(address.doc_id)
    }

    /// The column of a numeric attribute by segment.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<Option<Column<f64>>>> {
        self.moment.parts.iter().map(|part| Ok(part.columns(name)?.numbers.clone())).collect()
    }

    /// Where the live version of a product is.
    pub(crate) fn address(&self, id: u64) -> Result<Option<DocAddress>> {
        Ok(self.with(&self.fields.id_term(id), 1)?.pop())
    }
}
