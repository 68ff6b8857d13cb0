//! The fields of the index.
//!
//! Text is indexed in three fields of falling weight; a word may match in any of them and counts once. Identifiers, quantities,
//! devices and connectors have fields of their own, whose terms only the parser produces.
//!
//! Not here: how a document becomes terms (`terms`), and how queries use them (`parse`, `score`).

use tantivy::Term;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, JsonObjectOptions, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Raised whenever the terms of a document change, so that an index written by an older program is rebuilt.
pub(crate) const VERSION: u32 = 2;

#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    /// SKU, for sorting.
    pub(crate) sku: Field,
    pub(crate) stored_product: Field,
    /// Title, brand, categories, keywords: stemmed words with frequency.
    pub(crate) title: Field,
    pub(crate) body: Field,
    pub(crate) attributes: Field,
    /// Words as written, for spelling and completion.
    pub(crate) raw: Field,
    /// `pair:a|b` and `end:a` for connectors, `head:w` for head nouns, `two:a b` for adjacent words of a title.
    pub(crate) value: Field,
    pub(crate) quantity: Field,
    pub(crate) device: Field,
    pub(crate) identifier: Field,
    pub(crate) gram: Field,
    pub(crate) customer_number: Field,
    /// Lower-case brand and category terms: `brand:…`, `category:…`, `category#id`.
    pub(crate) label: Field,
    pub(crate) allow: Field,
    pub(crate) deny: Field,
    /// Marks: `restricted`, `hidden`, `discontinued`, and `sparse` for products without brand and GTIN.
    pub(crate) mark: Field,
    pub(crate) brand: Field,
    pub(crate) category: Field,
    /// One column per attribute.
    pub(crate) columns: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut b = Schema::builder();
    let counted = || {
        let indexing = TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
        TextOptions::default().set_indexing_options(indexing)
    };
    let listed = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing)
    };
    let whole = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic).set_fieldnorms(false),
        )
    };
    let fields = Fields {
        id: b.add_u64_field("id", INDEXED | FAST),
        sku: b.add_text_field("sku", TextOptions::default().set_fast("raw")),
        stored_product: b.add_bytes_field("record", STORED),
        title: b.add_text_field("title", counted()),
        body: b.add_text_field("body", counted()),
        attributes: b.add_text_field("attributes", counted()),
        raw: b.add_text_field("raw", listed()),
        value: b.add_text_field("value", whole()),
        quantity: b.add_text_field("quantity", listed()),
        device: b.add_text_field("device", listed()),
        identifier: b.add_text_field("identifier", listed()),
        gram: b.add_text_field("gram", listed()),
        customer_number: b.add_text_field("own", listed()),
        label: b.add_text_field("label", whole()),
        allow: b.add_u64_field("allow", INDEXED),
        deny: b.add_u64_field("deny", INDEXED),
        mark: b.add_text_field("mark", STRING),
        brand: b.add_text_field("brand", TextOptions::default().set_fast("raw")),
        category: b.add_text_field("category", TextOptions::default().set_fast("raw")),
        columns: b.add_json_field("columns", JsonObjectOptions::default().set_fast("raw")),
    };
    (b.build(), fields)
}

impl Fields {
    pub(crate) fn id_term(&self, id: u64) -> Term {
        Term::from_field_u64(self.id, id)
    }
}
