//! What the index is told about a product. Plain data; a document replaces any earlier one with the same id.
//!
//! Not here: prices and stock. They change too often and differ per account; join them after ranking.

/// One product as the index sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The database id; unique in the index.
    pub id: u64,
    /// The seller's own part number, shown with every hit.
    pub sku: String,
    pub title: String,
    pub description: String,
    pub brand: String,
    /// Category path, root first.
    pub categories: Vec<Category>,
    /// The manufacturer's part number, or the model name.
    pub mpn: String,
    pub gtins: Vec<String>,
    /// Superseded numbers, OEM codes, competitors' numbers.
    pub other_identifiers: Vec<String>,
    /// What accounts call this product: (account, number).
    pub customer_part_numbers: Vec<(u64, String)>,
    pub attributes: Vec<Attribute>,
    pub keywords: Vec<String>,
    pub lifecycle: Lifecycle,
    pub visibility: Visibility,
}

/// One node of a category path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Category {
    pub id: u64,
    pub name: String,
}

/// A named property. Names are compared in lower case with every other sign as `_`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub value: Value,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    /// A number with its unit as written (`mm`, `VA`, `1/min`), empty when unknown or without dimension.
    Number(f64, String),
    Bool(bool),
}

/// Where a product stands in its life, as far as search cares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lifecycle {
    #[default]
    Active,
    /// Still sold; ranks like an active product.
    PhaseOut,
    /// Found, but after comparable products that are still sold.
    Discontinued,
    /// Found by staff only.
    Hidden,
}

/// Who may see a product. Ids are whatever the caller means by them (accounts, groups, catalogues), as long as
/// [`crate::Audience::Of`] uses the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    /// When not empty, only these see the product.
    pub allow: Vec<u64>,
    /// These never see it, even when allowed.
    pub deny: Vec<u64>,
}
