//! What is asked and what is answered. Plain data, no behaviour beyond constructors.

use std::sync::Arc;

use crate::highlight::Highlighter;
use crate::members::{Members, Weights};
use crate::sight::Sight;
use crate::synonyms::Synonyms;

/// A search. Build it with [`Query::new`] so that nobody forgets who is asking.
#[derive(Debug, Clone)]
pub struct Query {
    /// What the person typed; any text is allowed. Empty finds everything visible.
    pub text: String,
    /// All must hold. See [`Filter`].
    pub filters: Vec<Filter>,
    /// Names to count values of: `brand`, `category`, an attribute, or one of `groups`.
    pub facets: Vec<String>,
    pub limit: usize,
    pub offset: usize,
    /// The account whose own part numbers count.
    pub account: Option<u64>,
    /// Who is asking; decides what exists for them.
    pub visible_to: Audience,
    pub sort: Sort,
    /// Sets that are kept outside the index, by their names (bought before, on contract).
    pub groups: Vec<Group>,
    /// Products put at places of a ranking by relevance, and found whatever the text says, if visible and inside the filters.
    pub pinned: Vec<Pin>,
    /// Factors on the scores of products; a number typed exactly is answered without.
    pub weights: Vec<Arc<Weights>>,
    /// What means the same; the standard table of trade English when there is none.
    pub synonyms: Option<Arc<Synonyms>>,
    /// Ask for the reasons of each hit's rank.
    pub explain: bool,
}

impl Query {
    /// A search for `text` by `visible_to`, 20 hits, no facets.
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
            groups: Vec::new(),
            pinned: Vec::new(),
            weights: Vec::new(),
            synonyms: None,
            explain: false,
        }
    }
}

/// `name` is `brand`, `category` (a name or an id), or an attribute; `value` is compared without regard to case. For a
/// numeric attribute `value` is a number or a range `low..high` with open ends. Filters of one name widen, of different names narrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub name: String,
    pub value: String,
}

/// A set of products somebody keeps outside the index.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name among the facets, whose values are `true` and `false`.
    pub name: String,
    pub members: Arc<Members>,
    /// Whether only its products are found, or only the others; both when not said.
    pub wanted: Option<bool>,
}

/// A product at a place of the ranking, 0 being the first. Where the ranking is shorter, it comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    pub id: u64,
    pub place: usize,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Sees everything, hidden products too.
    Staff,
    /// The ids this person belongs to (account, its parents, groups); empty for a visitor without account.
    Of(Vec<u64>),
    /// Somebody for whom rules say what they see, whatever documents say themselves of accounts.
    Sees(Arc<Sight>),
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

/// What kind of question the text was taken for; decides the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Empty text.
    Everything,
    /// A number that exists exactly as typed, up to case and separators.
    Identifier,
    /// A part number with damage: look-alikes, transpositions, missing characters, only its beginning.
    PartNumber,
    /// Words with quantities, dimensions or typed values.
    Specification,
    /// Something that fits a device.
    Compatibility,
    /// A brand and words.
    BrandWords,
    /// Words.
    Words,
}

/// The answer to a [`Query`].
#[derive(Debug, Clone)]
pub struct Hits {
    pub items: Vec<Hit>,
    /// How many products were found in all.
    pub total: usize,
    pub facets: Vec<Facet>,
    /// The text with its misspelt words corrected from the catalogue; the hits already use it when a word was unknown.
    pub did_you_mean: Option<String>,
    pub kind: Kind,
    /// Whether some of the asked words or properties had to be given up to find anything.
    pub relaxed: bool,
    /// The words of the text that the best product has, when it lacks others.
    pub relaxed_to: Option<String>,
    /// When relaxed or nothing was found: categories near the question, best first.
    pub nearest_categories: Vec<String>,
    /// How many products are found without the filters, when nothing is with them.
    pub unfiltered: Option<usize>,
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
    /// One line per reason of the rank; empty unless asked for.
    pub explanation: Vec<String>,
}

/// A ranking before its page is cut, for joining prices and stock. See [`crate::Index::rank`].
#[derive(Debug)]
pub struct Ranking {
    /// Best first.
    pub items: Vec<Ranked>,
    pub total: usize,
    pub facets: Vec<Facet>,
    pub did_you_mean: Option<String>,
    pub kind: Kind,
    pub relaxed: bool,
    /// As [`Hits::relaxed_to`].
    pub relaxed_to: Option<String>,
    pub nearest_categories: Vec<String>,
    /// As [`Hits::unfiltered`].
    pub unfiltered: Option<usize>,
    /// Finds in titles what was asked for.
    pub highlighter: Highlighter,
    /// How the text was read; when asked for.
    pub reading: Option<Reading>,
}

/// How a text was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Each thing asked for, with the part it plays.
    pub concepts: Vec<(String, &'static str)>,
    /// Phrases that were also looked for in other words.
    pub synonyms: Vec<Meant>,
}

/// A phrase of a text and another way to say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub phrase: String,
    pub other: String,
    /// The group it comes from; none for the standard table.
    pub source: Option<Arc<str>>,
}

/// A product in a [`Ranking`].
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    pub id: u64,
    pub score: f32,
    /// The place it is pinned to.
    pub pinned: Option<usize>,
    /// One line per reason of the rank; empty unless asked for.
    pub explanation: Vec<String>,
}

/// Counts of the values of one name over everything found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    pub name: String,
    /// Most frequent first; for numbers ranges `low..high` in rising order, usable as filter values.
    pub values: Vec<(String, usize)>,
}

/// What a person may want to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    pub kind: CompletionKind,
    /// The product, when it is one.
    pub id: Option<u64>,
    pub sku: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// Words of the catalogue that finish what was typed.
    Words,
    Category,
    Brand,
    Product,
}

/// The answer for one identifier of [`crate::Index::match_identifiers`].
#[derive(Debug, Clone, PartialEq)]
pub enum IdentifierMatch {
    /// Exactly one product bears it.
    Exact(Candidate),
    /// Several bear it, or none does and these are near; best first.
    Ambiguous(Vec<Candidate>),
    None,
}

/// A product that may be meant by an identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: u64,
    pub sku: String,
    pub title: String,
    /// The identifier of the product that matched.
    pub matched: String,
    /// 1 when equal up to case and separators, less the more had to be forgiven.
    pub similarity: f32,
}
