//! Visibility rules: which products are denied, exclusively allowed, or reserved for others.
//!
//! The rules are applied by the query to terms that are indexed anyway, so a change of the rules needs no document to be
//! written.

use std::hash::{Hash, Hasher};

use tantivy::Term;

use crate::bit_set::BitSet;
use crate::error::Result;
use crate::schema::Fields;

/// Products by id, by a category on their path, or by brand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Targets {
    pub ids: Vec<u64>,
    pub categories: Vec<u64>,
    /// In lower case.
    pub brands: Vec<String>,
}

/// The visibility rules of a user. Comparing two filters is cheap.
#[derive(Debug, Clone)]
pub struct VisibilityFilter {
    fingerprint: u64,
    denied: Targets,
    allowed: Option<Targets>,
    reserved: Targets,
    granted: Targets,
}

/// Visits every document with a term.
pub(crate) type ForEachDoc<'a> = dyn FnMut(&Term, &mut dyn FnMut(u32)) -> Result<()> + 'a;

impl VisibilityFilter {
    /// Hides `denied` products, products outside `allowed` when it is given, and `reserved` products that are not `granted`.
    pub fn new(denied: Targets, allowed: Option<Targets>, reserved: Targets, granted: Targets) -> Self {
        let mut hasher = ahash::AHasher::default();
        (&denied, &allowed, &reserved, &granted).hash(&mut hasher);
        Self { fingerprint: hasher.finish(), denied, allowed, reserved, granted }
    }

    /// Adds the documents that are hidden. `for_each` visits every document with a term.
    pub(crate) fn hide(&self, documents: u32, fields: &Fields, for_each: &mut ForEachDoc<'_>, hidden: &mut BitSet) -> Result<()> {
        let mut docs_of = |targets: &Targets| -> Result<BitSet> {
            let mut found = BitSet::empty(documents);
            targets.terms(fields).try_for_each(|term| for_each(&term, &mut |doc| found.insert(doc)))?;
            Ok(found)
        };
        let denied = docs_of(&self.denied)?;
        let allowed = self.allowed.as_ref().map(&mut docs_of).transpose()?;
        let (reserved, granted) = (docs_of(&self.reserved)?, docs_of(&self.granted)?);
        for doc in 0..documents {
            let is_allowed = allowed.as_ref().is_none_or(|allowed| allowed.contains(doc));
            if denied.contains(doc) || !is_allowed || (reserved.contains(doc) && !granted.contains(doc)) {
                hidden.insert(doc);
            }
        }
        Ok(())
    }
}

impl PartialEq for VisibilityFilter {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            && (&self.denied, &self.allowed, &self.reserved, &self.granted)
                == (&other.denied, &other.allowed, &other.reserved, &other.granted)
    }
}

impl Eq for VisibilityFilter {}

impl Hash for VisibilityFilter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

impl Targets {
    pub(crate) fn terms<'a>(&'a self, fields: &'a Fields) -> impl Iterator<Item = Term> + 'a {
        let label = |text: String| Term::from_field_text(fields.label, &text);
        let ids = self.ids.iter().map(|id| fields.id_term(*id));
        let categories = self.categories.iter().map(move |id| label(format!("category#{id}")));
        ids.chain(categories).chain(self.brands.iter().map(move |brand| label(format!("brand:{brand}"))))
    }
}
