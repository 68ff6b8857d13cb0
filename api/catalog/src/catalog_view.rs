//! What one viewer may see of the catalog: the rules that apply to an account, or the seller's side, which sees everything.
//!
//! Not here: which rules apply to which account (`visibility_rules`).

use std::sync::Arc;

use ahash::AHashSet;
use entity::{AccountId, CategoryId, ProductId, VisibilityEffect};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::product::Product;

/// What a rule is about, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredTargets {
    pub(super) products: Vec<i64>,
    pub(super) categories: Vec<i64>,
    pub(super) brands: Vec<String>,
}

/// What a rule is about, ready to be compared with products.
#[derive(Debug, Default)]
pub(super) struct RuleTargets {
    pub(super) products: AHashSet<ProductId>,
    /// The stored categories and every category below them.
    pub(super) categories: AHashSet<CategoryId>,
    /// In lower case.
    pub(super) brands: AHashSet<String>,
    pub(super) stored: StoredTargets,
}

/// A compiled visibility rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: i64,
    pub(super) effect: VisibilityEffect,
    pub(super) audience: RuleAudience,
    pub(super) targets: RuleTargets,
    /// Whether the stored targets could not be read; the targets are empty then.
    pub(super) is_broken: bool,
}

/// Whom a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RuleAudience {
    Account(AccountId),
    Group(String),
    Everyone,
}

/// What one viewer may see of the catalog.
#[derive(Debug)]
pub struct CatalogView {
    is_staff: bool,
    denied: Vec<Arc<Rule>>,
    allowed: Option<Vec<Arc<Rule>>>,
    /// All reserving rules, and those that reserve for this viewer.
    reserved: Vec<Arc<Rule>>,
    granted: Vec<Arc<Rule>>,
    search_audience: search::Audience,
    fingerprint: u64,
}

impl Default for CatalogView {
    /// The view of a buyer to whom no rule applies.
    fn default() -> Self {
        Self::new(Vec::new(), None, Vec::new(), Vec::new())
    }
}

impl CatalogView {
    /// The view of the seller's side, which sees everything.
    pub(super) fn staff() -> Self {
        Self { is_staff: true, search_audience: search::Audience::Staff, ..Self::default() }
    }

    /// The view of an account to which a rule applies that cannot be read: it sees nothing.
    pub(super) fn nothing() -> Self {
        Self::new(Vec::new(), Some(Vec::new()), Vec::new(), Vec::new())
    }

    pub(super) fn new(
        denied: Vec<Arc<Rule>>,
        allowed: Option<Vec<Arc<Rule>>>,
        reserved: Vec<Arc<Rule>>,
        granted: Vec<Arc<Rule>>,
    ) -> Self {
        let search_audience = if denied.is_empty() && allowed.is_none() && reserved.is_empty() {
            search::Audience::Groups(Vec::new())
        } else {
            let allowed = allowed.as_deref().map(search_targets);
            let [denied, reserved, granted] = [&denied, &reserved, &granted].map(|rules| search_targets(rules));
            search::Audience::Restricted(Arc::new(search::VisibilityFilter::new(denied, allowed, reserved, granted)))
        };
        let fingerprint = fingerprint_of([Some(&denied), allowed.as_ref(), Some(&reserved), Some(&granted)]);
        Self { is_staff: false, denied, allowed, reserved, granted, search_audience, fingerprint }
    }

    /// A number that differs when other rules apply, and that is the same in every process.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whether it is the view of the seller's side.
    pub(super) fn is_staff(&self) -> bool {
        self.is_staff
    }

    /// Whether the viewer may see a product.
    pub fn can_see(&self, product: &Product) -> bool {
        self.is_staff || (product.is_published() && self.permits(|targets| targets.contain(product)))
    }

    /// Whether the rules let the viewer see a published product that lies in these categories, parents included, and is of
    /// this brand.
    pub fn permits_attributes(&self, product: ProductId, categories: &[i64], brand: &str) -> bool {
        self.is_staff || self.permits(|targets| targets.contain_attributes(product, categories, brand))
    }

    fn permits(&self, contain: impl Fn(&RuleTargets) -> bool) -> bool {
        let any = |rules: &[Arc<Rule>]| rules.iter().any(|rule| contain(&rule.targets));
        !any(&self.denied) && self.allowed.as_deref().is_none_or(any) && (!any(&self.reserved) || any(&self.granted))
    }

    /// Whether there may be published products that the viewer does not see.
    pub fn is_restricted(&self) -> bool {
        !self.denied.is_empty() || self.allowed.is_some() || !self.reserved.is_empty()
    }

    /// The same view for the search index.
    pub fn search_audience(&self) -> search::Audience {
        self.search_audience.clone()
    }
}

impl RuleTargets {
    /// Whether they contain a product that lies in these categories, parents included, and is of this brand.
    fn contain_attributes(&self, product: ProductId, categories: &[i64], brand: &str) -> bool {
        self.products.contains(&product)
            || self.stored.categories.iter().any(|category| categories.contains(category))
            || (!self.brands.is_empty() && self.brands.contains(&brand.to_lowercase()))
    }

    fn contain(&self, product: &Product) -> bool {
        self.products.contains(&product.id)
            || product.category.is_some_and(|category| self.categories.contains(&category))
            || (!self.brands.is_empty() && self.brands.contains(&product.brand.to_lowercase()))
    }
}

fn fingerprint_of(lists: [Option<&Vec<Arc<Rule>>>; 4]) -> u64 {
    let mut hash = Sha256::new();
    for list in lists {
        hash.update(if list.is_some() { b"+" } else { b"-" });
        for rule in list.into_iter().flatten() {
            hash.update(serde_json::to_vec(&rule.targets.stored).unwrap_or_default());
        }
    }
    hash.finalize().first_chunk::<8>().map_or(0, |head| u64::from_be_bytes(*head))
}

/// The targets of some rules, as the search index takes them.
fn search_targets(rules: &[Arc<Rule>]) -> search::Targets {
    let stored = || rules.iter().map(|rule| &rule.targets.stored);
    search::Targets {
        ids: stored().flat_map(|targets| &targets.products).map(|id| *id as u64).collect(),
        categories: stored().flat_map(|targets| &targets.categories).map(|id| *id as u64).collect(),
        brands: stored().flat_map(|targets| &targets.brands).map(|brand| brand.to_lowercase()).collect(),
    }
}
