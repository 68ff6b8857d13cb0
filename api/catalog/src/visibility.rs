//! What an account may see of the catalog, in memory.
//!
//! Three kinds of rules over SKUs, categories and brands. What is *denied* to an account it never sees; nothing lifts that.
//! *Allowed* makes a list: an account that has one sees nothing else. What is *reserved* is seen by those it is reserved for
//! alone. A rule of an account counts for those below it, a rule of a group for the accounts in it and below them. Of several
//! lists of what is allowed the nearest counts: the account's own, then its parents', its groups', everyone's.
//!
//! What an account may not see does not exist for it: nowhere is it shown, found, suggested, priced, or ordered.
//!
//! Not here: the seller's side, which sees everything.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, AudienceKind, CategoryId, ProductId, VisibilityEffect, visibility_rules};
use parking_lot::RwLock;
use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::categories::Categories;
use super::events::{CategoriesChanged, VisibilityRuleChanged};
use super::product::Product;
use identity::Accounts;
use identity::events::AccountChanged;
use store::database::Reader;
use store::events::{Event, any_is};

/// What a rule is about, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredTargets {
    pub(super) products: Vec<i64>,
    pub(super) categories: Vec<i64>,
    pub(super) brands: Vec<String>,
}

/// What a rule is about.
#[derive(Debug)]
struct Targets {
    products: AHashSet<ProductId>,
    /// With all that lies below those named.
    categories: AHashSet<CategoryId>,
    /// In lower case.
    brands: AHashSet<String>,
    named: StoredTargets,
}

#[derive(Debug)]
struct Rule {
    id: i64,
    effect: VisibilityEffect,
    audience: Audience,
    targets: Targets,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Audience {
    Account(AccountId),
    Group(String),
    Everyone,
}

/// What somebody may see.
#[derive(Debug)]
pub struct Sight {
    staff: bool,
    denied: Vec<Arc<Rule>>,
    allowed: Option<Vec<Arc<Rule>>>,
    /// All reserving rules, and those that reserve for this viewer.
    reserved: Vec<Arc<Rule>>,
    granted: Vec<Arc<Rule>>,
    audience: search::Audience,
    stamp: u64,
}

/// All rules, and what follows from them for each account. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub(crate) struct Visibility {
    held: Arc<RwLock<Held>>,
    staff: Arc<Sight>,
    accounts: Accounts,
    categories: Categories,
}

#[derive(Debug, Default)]
struct Held {
    rules: Vec<Arc<Rule>>,
    of_account: AHashMap<AccountId, Arc<Sight>>,
    /// Accounts to which the same rules apply see the same.
    by_rules: AHashMap<Vec<i64>, Arc<Sight>>,
}

impl Default for Visibility {
    fn default() -> Self {
        Self::new(Accounts::default(), Categories::default())
    }
}

impl Visibility {
    pub(super) fn new(accounts: Accounts, categories: Categories) -> Self {
        Self { held: Arc::default(), staff: Arc::new(Sight::staff()), accounts, categories }
    }

    /// Reads all rules, of which there are few.
    pub(super) async fn read(&self, db: &Reader) -> Result<(), DbErr> {
        let rows = visibility_rules::Entity::find().order_by_asc(visibility_rules::Column::Id).all(db).await?;
        let active = rows.iter().filter(|row| row.active);
        let rules = active.filter_map(|row| Rule::read(row, &self.categories)).map(Arc::new).collect();
        *self.held.write() = Held { rules, ..Held::default() };
        Ok(())
    }

    /// Reads again what the events may have changed.
    pub(super) async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), DbErr> {
        let has_rules = !self.held.read().rules.is_empty();
        if any_is::<VisibilityRuleChanged>(events) || (has_rules && any_is::<CategoriesChanged>(events)) {
            self.read(db).await
        } else {
            if any_is::<AccountChanged>(events) {
                let mut held = self.held.write();
                held.of_account.clear();
            }
            Ok(())
        }
    }

    /// What an account may see; none is the seller's side.
    pub(super) fn sight(&self, account: Option<AccountId>) -> Arc<Sight> {
        let Some(account) = account else { return self.staff.clone() };
        if let Some(known) = self.held.read().of_account.get(&account) {
            return known.clone();
        }
        let mut held = self.held.write();
        let sight = held.sight_of(account, &self.accounts);
        held.of_account.insert(account, sight.clone());
        sight
    }
}

impl Held {
    fn sight_of(&mut self, account: AccountId, accounts: &Accounts) -> Arc<Sight> {
        if self.rules.is_empty() {
            return self.by_rules.entry(Vec::new()).or_insert_with(|| Arc::new(Sight::default())).clone();
        }
        let chain = accounts.chain(account);
        let groups = chain.iter().filter_map(|account| account.group.clone()).map(Audience::Group);
        let audiences: Vec<Audience> =
            chain.iter().map(|account| Audience::Account(account.id)).chain(groups).chain([Audience::Everyone]).collect();
        let concerns = |rule: &&Arc<Rule>| audiences.contains(&rule.audience);
        let with = |effect| self.rules.iter().filter(move |rule| rule.effect == effect);
        let denied: Vec<Arc<Rule>> = with(VisibilityEffect::Deny).filter(concerns).cloned().collect();
        let granted: Vec<Arc<Rule>> = with(VisibilityEffect::Reserve).filter(concerns).cloned().collect();
        let reserved: Vec<Arc<Rule>> = with(VisibilityEffect::Reserve).cloned().collect();
        let lists = audiences
            .iter()
            .map(|audience| with(VisibilityEffect::Allow).filter(|rule| rule.audience == *audience).cloned().collect::<Vec<_>>());
        let allowed = lists.into_iter().find(|list| !list.is_empty());
        let mut key: Vec<i64> = Vec::new();
        for part in [Some(&denied), allowed.as_ref(), Some(&granted)] {
            key.extend(part.into_iter().flatten().map(|rule| rule.id).chain([-1]));
        }
        let make = || Arc::new(Sight::new(denied, allowed, reserved, granted));
        self.by_rules.entry(key).or_insert_with(make).clone()
    }
}

impl Rule {
    fn read(row: &visibility_rules::Model, categories: &Categories) -> Option<Self> {
        let named: StoredTargets = serde_json::from_str(&row.targets).ok()?;
        let within = |category: CategoryId| categories.chain(category).iter().any(|above| named.categories.contains(&above.id.0));
        let mut all: AHashSet<CategoryId> = AHashSet::new();
        if !named.categories.is_empty() {
            all = categories.all().iter().map(|category| category.id).filter(|id| within(*id)).collect();
        }
        let audience = match row.audience_kind {
            AudienceKind::Account => Audience::Account(row.audience_id),
            AudienceKind::Group => Audience::Group(row.audience_code.clone()),
            AudienceKind::Everyone => Audience::Everyone,
        };
        let targets = Targets {
            products: named.products.iter().copied().map(ProductId).collect(),
            categories: all,
            brands: named.brands.iter().map(|brand| brand.to_lowercase()).collect(),
            named,
        };
        Some(Self { id: row.id, effect: row.effect, audience, targets })
    }
}

impl Targets {
    /// Whether they hold a product that lies in these categories, with those above, and is of this brand.
    fn held(&self, product: ProductId, categories: &[i64], brand: &str) -> bool {
        self.products.contains(&product)
            || self.named.categories.iter().any(|named| categories.contains(named))
            || (!self.brands.is_empty() && self.brands.contains(&brand.to_lowercase()))
    }

    fn hold(&self, product: &Product) -> bool {
        self.products.contains(&product.id)
            || product.category.is_some_and(|category| self.categories.contains(&category))
            || (!self.brands.is_empty() && self.brands.contains(&product.brand.to_lowercase()))
    }
}

impl Default for Sight {
    /// A buyer whom no rule concerns.
    fn default() -> Self {
        Self::new(Vec::new(), None, Vec::new(), Vec::new())
    }
}

impl Sight {
    fn staff() -> Self {
        Self { staff: true, audience: search::Audience::Staff, ..Self::default() }
    }

    fn new(denied: Vec<Arc<Rule>>, allowed: Option<Vec<Arc<Rule>>>, reserved: Vec<Arc<Rule>>, granted: Vec<Arc<Rule>>) -> Self {
        let audience = if denied.is_empty() && allowed.is_none() && reserved.is_empty() {
            search::Audience::Of(Vec::new())
        } else {
            let allowed = allowed.as_deref().map(shown);
            search::Audience::Sees(Arc::new(search::Sight::new(shown(&denied), allowed, shown(&reserved), shown(&granted))))
        };
        let stamp = stamp_of([Some(&denied), allowed.as_ref(), Some(&reserved), Some(&granted)]);
        Self { staff: false, denied, allowed, reserved, granted, audience, stamp }
    }

    /// A number that is another one when other rules apply, and the same on every process.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Whether the rules let a published product be seen that lies in these categories, with those above, and is of this brand.
    pub fn would_show(&self, product: ProductId, categories: &[i64], brand: &str) -> bool {
        let any = |rules: &[Arc<Rule>]| rules.iter().any(|rule| rule.targets.held(product, categories, brand));
        self.staff
            || !(any(&self.denied)
                || self.allowed.as_deref().is_some_and(|allowed| !any(allowed))
                || (any(&self.reserved) && !any(&self.granted)))
    }

    /// Whether a product exists for whoever looks.
    pub fn shows(&self, product: &Product) -> bool {
        self.staff || (product.is_published() && !self.hides(product))
    }

    fn hides(&self, product: &Product) -> bool {
        let any = |rules: &[Arc<Rule>]| rules.iter().any(|rule| rule.targets.hold(product));
        any(&self.denied)
            || self.allowed.as_deref().is_some_and(|allowed| !any(allowed))
            || (any(&self.reserved) && !any(&self.granted))
    }

    /// Whether there may be products on sale that are not seen.
    pub fn is_limited(&self) -> bool {
        !self.denied.is_empty() || self.allowed.is_some() || !self.reserved.is_empty()
    }

    /// What the search index shows.
    pub fn audience(&self) -> search::Audience {
        self.audience.clone()
    }
}

fn stamp_of(lists: [Option<&Vec<Arc<Rule>>>; 4]) -> u64 {
    let mut hash = Sha256::new();
    for list in lists {
        hash.update(if list.is_some() { b"+" } else { b"-" });
        for rule in list.into_iter().flatten() {
            hash.update(serde_json::to_vec(&rule.targets.named).unwrap_or_default());
        }
    }
    hash.finalize().first_chunk::<8>().map_or(0, |head| u64::from_be_bytes(*head))
}

/// The targets of some rules, as the index knows them.
fn shown(rules: &[Arc<Rule>]) -> search::Targets {
    let named = || rules.iter().map(|rule| &rule.targets.named);
    search::Targets {
        ids: named().flat_map(|targets| &targets.products).map(|id| *id as u64).collect(),
        categories: named().flat_map(|targets| &targets.categories).map(|id| *id as u64).collect(),
        brands: named().flat_map(|targets| &targets.brands).map(|brand| brand.to_lowercase()).collect(),
    }
}
