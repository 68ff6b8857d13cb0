//! The data of a product that is indexed. A document replaces any earlier one with the same id.
//!
//! Not here: prices and stock. They change too often and differ per account; join them after ranking.

/// One product in the index.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The id in the database; unique in the index.
    pub id: u64,
    /// The seller's own part number; every hit shows it.
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
    /// The accounts' own part numbers of this product: (account, number).
    pub customer_part_numbers: Vec<(u64, String)>,
    pub attributes: Vec<Attribute>,
    pub keywords: Vec<String>,
    pub lifecycle: Lifecycle,
    pub visibility: Visibility,
}

/// One category of a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Category {
    pub id: u64,
    pub name: String,
}

/// An attribute of a product. Names are compared in lower case, with `_` for every character that is not a letter or digit.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub value: Value,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    /// A number with its unit as written (`mm`, `VA`, `1/min`). The unit is empty when it is unknown or the number has no
    /// dimension.
    Number(f64, String),
    Bool(bool),
}

/// The life cycle of a product, as far as it affects search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lifecycle {
    #[default]
    Active,
    /// Still sold; ranks like an active product.
    PhaseOut,
    /// Found, but ranked after comparable products that are still sold.
    Discontinued,
    /// Found by staff only.
    Hidden,
}

/// Who may see a product. The caller defines what the ids mean (accounts, groups, catalogues), as long as
/// [`crate::Audience::Groups`] uses the same ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    /// When not empty, only these ids see the product.
    pub allow: Vec<u64>,
    /// These ids never see the product, even when they are allowed.
    pub deny: Vec<u64>,
}
