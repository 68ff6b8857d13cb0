//! Queries and their results. Plain data without behaviour beyond constructors.

use std::sync::Arc;

use crate::highlight::Highlighter;
use crate::product_sets::{Boosts, ProductSet};
use crate::synonyms::Synonyms;
use crate::visibility::VisibilityFilter;

/// A query. Build it with [`Query::new`], which asks for the audience.
#[derive(Debug, Clone)]
pub struct Query {
    /// What the user typed. Any text is allowed; an empty text finds everything visible.
    pub text: String,
    /// Every filter name must match. See [`Filter`].
    pub filters: Vec<Filter>,
    /// Names to count values of: `brand`, `category`, an attribute, or the name of one of `product_sets`.
    pub facets: Vec<String>,
    pub limit: usize,
    pub offset: usize,
    /// The account whose own part numbers are searched.
    pub account: Option<u64>,
    /// Who searches. Products the audience may not see do not exist for it.
    pub visible_to: Audience,
    pub sort: Sort,
    /// Sets that are kept outside the index, such as bought before or on contract.
    pub product_sets: Vec<NamedSet>,
    /// Products at fixed positions of a ranking by relevance. They are found whatever the text is, if they are visible and pass
    /// the filters.
    pub pinned: Vec<Pin>,
    /// Factors on the scores of products. A part number that matches exactly is ranked without them.
    pub boosts: Vec<Arc<Boosts>>,
    /// The synonyms to use; the standard table of trade English when none.
    pub synonyms: Option<Arc<Synonyms>>,
    /// Whether to explain the rank of each hit.
    pub explain: bool,
}

impl Query {
    /// A query for `text` by `visible_to`, with 20 hits and no facets.
    pub fn new(text: impl Into<String>, visible_to: Audience) -> Self {
        Self {
            text: text.into(),
            filters: Vec::new(),
            facets: Vec::new(),
            limit: 20,
            offset: 0,
            account: None,
            visible_to,
            sort: Sort::Relevance,
            product_sets: Vec::new(),
            pinned: Vec::new(),
            boosts: Vec::new(),
            synonyms: None,
            explain: false,
        }
    }
}

/// `name` is `brand`, `category` (a name or an id), or an attribute. `value` is compared without regard to case; for a numeric
/// attribute it is a number or a range `low..high` with open ends. Filters of the same name widen the result, filters of
/// different names narrow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub name: String,
    pub value: String,
}

/// A set of products that is kept outside the index.
#[derive(Debug, Clone)]
pub struct NamedSet {
    /// Its name among the facets, whose values are `true` and `false`.
    pub name: String,
    pub products: Arc<ProductSet>,
    /// Whether to find only products of the set (`true`) or only others (`false`); both when none.
    pub required: Option<bool>,
}

/// A product at a position of the ranking, counted from 0. When the ranking is shorter, the product comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    pub id: u64,
    pub position: usize,
}

/// Who searches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Staff, who see everything, hidden products too.
    Staff,
    /// The ids the user belongs to (account, its parents, groups); empty for a visitor without an account.
    Groups(Vec<u64>),
    /// A user whose visibility rules decide, instead of the visibility of the documents.
    Restricted(Arc<VisibilityFilter>),
}

/// The order of the hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Relevance,
    Sku,
    /// By a numeric attribute; products without it come last.
    Attribute {
        name: String,
        descending: bool,
    },
}

/// The kind of a query, which decides the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueryKind {
    /// Empty text.
    Everything,
    /// A number that exists exactly as typed, up to case and separators.
    Identifier,
    /// A damaged part number: look-alikes, transpositions, missing characters, or only its beginning.
    PartNumber,
    /// Words with quantities, dimensions or typed values.
    Specification,
    /// A product that fits a device.
    Compatibility,
    /// A brand and words.
    BrandWords,
    /// Words.
    Words,
}

/// The result of [`crate::Index::find`].
#[derive(Debug, Clone)]
pub struct Hits {
    pub items: Vec<Hit>,
    /// The number of products found.
    pub total: usize,
    pub facets: Vec<Facet>,
    /// The text with misspelt words corrected from the catalogue. When a word was unknown, the hits already use the correction.
    pub did_you_mean: Option<String>,
    pub kind: QueryKind,
    /// Whether required words or properties had to be dropped to find anything.
    pub relaxed: bool,
    /// The words of the text that the best product has, when it lacks others.
    pub relaxed_to: Option<String>,
    /// Categories near the query, best first, when it was relaxed or found nothing.
    pub nearest_categories: Vec<String>,
    /// The number of products found without the filters, when the filters leave none.
    pub total_without_filters: Option<usize>,
}

/// One found product.
#[derive(Debug, Clone)]
pub struct Hit {
    pub id: u64,
    pub sku: String,
    pub title: String,
    pub score: f32,
    /// Byte ranges of `title` that match the query, in order, not overlapping.
    pub highlights: Vec<(usize, usize)>,
    /// The reasons for the rank, one per line; empty unless asked for.
    pub explanation: Vec<String>,
}

/// A ranking before paging, for joining prices and stock. See [`crate::Index::rank`].
#[derive(Debug)]
pub struct Ranking {
    /// Best first.
    pub items: Vec<Ranked>,
    pub total: usize,
    pub facets: Vec<Facet>,
    pub did_you_mean: Option<String>,
    pub kind: QueryKind,
    pub relaxed: bool,
    /// See [`Hits::relaxed_to`].
    pub relaxed_to: Option<String>,
    pub nearest_categories: Vec<String>,
    /// See [`Hits::total_without_filters`].
    pub total_without_filters: Option<usize>,
    /// Finds the words of the query in titles.
    pub highlighter: Highlighter,
    /// How the text was parsed, when the query asks for it.
    pub query_explanation: Option<QueryExplanation>,
}

/// How a text was parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryExplanation {
    /// Each concept with its role.
    pub concepts: Vec<(String, &'static str)>,
    /// Phrases that were also searched by a synonym.
    pub synonyms: Vec<SynonymUse>,
}

/// A phrase of a text and a synonym of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynonymUse {
    pub phrase: String,
    pub other: String,
    /// The synonym group; none for the standard table.
    pub source: Option<Arc<str>>,
}

/// A product in a [`Ranking`].
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    pub id: u64,
    pub score: f32,
    /// The position the product is pinned to.
    pub pinned_position: Option<usize>,
    /// The reasons for the rank, one per line; empty unless asked for.
    pub explanation: Vec<String>,
}

/// Counts of the values of one name over everything found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    pub name: String,
    /// The most frequent first. Numbers are grouped into ranges `low..high` in rising order. Every value can be used in a
    /// filter.
    pub values: Vec<(String, usize)>,
}

/// A completion of what a user is typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    pub kind: CompletionKind,
    /// The product, for a completion that is one.
    pub id: Option<u64>,
    pub sku: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// Words of the catalogue that complete the text.
    Words,
    Category,
    Brand,
    Product,
}

/// The result for one identifier of [`crate::Index::match_identifiers`].
#[derive(Debug, Clone, PartialEq)]
pub enum IdentifierMatch {
    /// Exactly one product has the identifier.
    Exact(Candidate),
    /// Several products have the identifier, or none has it and these are similar; best first.
    Ambiguous(Vec<Candidate>),
    None,
}

/// A product that an identifier may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: u64,
    pub sku: String,
    pub title: String,
    /// The identifier of the product that matched.
    pub matched: String,
    /// 1 when equal up to case and separators, less the more the identifiers differ.
    pub similarity: f32,
}
