//! What somebody may see of the catalogue: what is denied, what alone is allowed, what is reserved for others.
//!
//! Decided inside the query and by what is indexed anyway, so that a change of the rules needs no document to be written.

use std::hash::{Hash, Hasher};

use tantivy::Term;

use crate::bits::Bits;
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

/// What somebody may see. Cheap to tell from another.
#[derive(Debug, Clone)]
pub struct Sight {
    fingerprint: u64,
    denied: Targets,
    allowed: Option<Targets>,
    reserved: Targets,
    granted: Targets,
}

/// Calls back with every document of a term.
pub(crate) type EachDocument<'a> = dyn FnMut(&Term, &mut dyn FnMut(u32)) -> Result<()> + 'a;

impl Sight {
    /// Nothing of `denied`; nothing but `allowed`, when given; of `reserved` only what is `granted`.
    pub fn new(denied: Targets, allowed: Option<Targets>, reserved: Targets, granted: Targets) -> Self {
        let mut hasher = ahash::AHasher::default();
        (&denied, &allowed, &reserved, &granted).hash(&mut hasher);
        Self { fingerprint: hasher.finish(), denied, allowed, reserved, granted }
    }

    /// Marks the documents that are not seen. `each` calls back with every document of a term.
    pub(crate) fn hide(&self, documents: u32, fields: &Fields, each: &mut EachDocument<'_>, hidden: &mut Bits) -> Result<()> {
        let mut listed = |targets: &Targets| -> Result<Bits> {
            let mut found = Bits::none(documents);
            targets.terms(fields).try_for_each(|term| each(&term, &mut |doc| found.set(doc)))?;
            Ok(found)
        };
        let denied = listed(&self.denied)?;
        let allowed = self.allowed.as_ref().map(&mut listed).transpose()?;
        let (reserved, granted) = (listed(&self.reserved)?, listed(&self.granted)?);
        for doc in 0..documents {
            let is_allowed = allowed.as_ref().is_none_or(|allowed| allowed.has(doc));
            if denied.has(doc) || !is_allowed || (reserved.has(doc) && !granted.has(doc)) {
                hidden.set(doc);
            }
        }
        Ok(())
    }
}

impl PartialEq for Sight {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            && (&self.denied, &self.allowed, &self.reserved, &self.granted)
                == (&other.denied, &other.allowed, &other.reserved, &other.granted)
    }
}

impl Eq for Sight {}

impl Hash for Sight {
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
