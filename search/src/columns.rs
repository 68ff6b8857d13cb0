//! The values of one attribute in a segment: a text column with the texts themselves, and a number column.

use std::collections::HashMap;
use std::sync::OnceLock;

use tantivy::SegmentReader;
use tantivy::columnar::{Cardinality, Column, StrColumn};

use crate::error::Result;

/// A column with at most this many different texts keeps them in memory. Columns with more hold mostly part numbers and
/// remarks.
const MAX_NAMES_IN_MEMORY: usize = 20_000;
/// The most different texts that a filter compares with its value, in a column whose texts are not in memory.
const MAX_NAMES_SCANNED: usize = 50_000;

#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) texts: Option<TextColumn>,
    pub(crate) numbers: Option<Column<f64>>,
}

#[derive(Debug)]
pub(crate) struct TextColumn {
    column: StrColumn,
    /// Index in `ordinals` of each document's first text, with the end of the last one. Empty when each document has exactly
    /// one text.
    starts: Vec<u32>,
    ordinals: Vec<u32>,
    /// Texts by ordinal; none when the column has too many.
    names: Option<Vec<Box<str>>>,
    /// Ordinals by lower-case text.
    lower: OnceLock<HashMap<String, Vec<u32>, ahash::RandomState>>,
}

impl Columns {
    pub(crate) fn open(segment: &SegmentReader, column: &str) -> Result<Self> {
        let columns = segment.fast_fields();
        let texts = columns.str(column)?.map(|column| TextColumn::open(column, segment.max_doc())).transpose()?;
        Ok(Self { texts, numbers: columns.column_opt::<f64>(column).ok().flatten() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_none() && self.numbers.is_none()
    }
}

impl TextColumn {
    fn open(column: StrColumn, documents: u32) -> Result<Self> {
        let ords = column.ords();
        let (mut starts, mut ordinals) = (Vec::new(), Vec::with_capacity(ords.values.num_vals() as usize));
        if ords.index.get_cardinality() == Cardinality::Full {
            ordinals.extend((0..documents).map(|doc| ords.values.get_val(doc) as u32));
        } else {
            starts.reserve(documents as usize + 1);
            for doc in 0..documents {
                starts.push(ordinals.len() as u32);
                ordinals.extend(column.term_ords(doc).map(|ordinal| ordinal as u32));
            }
            starts.push(ordinals.len() as u32);
        }
        let mut texts = Self { column, starts, ordinals, names: None, lower: OnceLock::new() };
        if texts.column.num_terms() <= MAX_NAMES_IN_MEMORY {
            let mut names = Vec::with_capacity(texts.column.num_terms());
            for ordinal in 0..texts.column.num_terms() {
                names.push(texts.name(ordinal as u32)?.into_boxed_str());
            }
            texts.names = Some(names);
        }
        Ok(texts)
    }

    /// The ordinals of a document's texts.
    #[inline]
    pub(crate) fn of(&self, doc: u32) -> &[u32] {
        let doc = doc as usize;
        if self.starts.is_empty() {
            return &self.ordinals[doc..=doc];
        }
        &self.ordinals[self.starts[doc] as usize..self.starts[doc + 1] as usize]
    }

    pub(crate) fn name(&self, ordinal: u32) -> Result<String> {
        if let Some(name) = self.names.as_ref().and_then(|names| names.get(ordinal as usize)) {
            return Ok(name.to_string());
        }
        let mut name = String::new();
        self.column.ord_to_str(u64::from(ordinal), &mut name)?;
        Ok(name)
    }

    /// The number of `docs` that have each text, by ordinal.
    pub(crate) fn count_values(&self, docs: &[u32]) -> Vec<usize> {
        let mut counts = vec![0_usize; self.column.num_terms()];
        for doc in docs {
            for ordinal in self.of(*doc) {
                counts[*ordinal as usize] += 1;
            }
        }
        counts
    }

    /// The ordinals of the texts that equal `lower` in lower case.
    pub(crate) fn ordinals(&self, lower: &str) -> Result<Vec<u32>> {
        if self.names.is_none() {
            let mut found = Vec::new();
            for ordinal in 0..self.column.num_terms().min(MAX_NAMES_SCANNED) as u32 {
                if self.name(ordinal)?.to_lowercase() == lower {
                    found.push(ordinal);
                }
            }
            return Ok(found);
        }
        let by_name = self.lower.get_or_init(|| {
            let mut by_name: HashMap<String, Vec<u32>, ahash::RandomState> = HashMap::default();
            for (ordinal, name) in self.names.iter().flatten().enumerate() {
                by_name.entry(name.to_lowercase()).or_default().push(ordinal as u32);
            }
            by_name
        });
        Ok(by_name.get(lower).cloned().unwrap_or_default())
    }
}
