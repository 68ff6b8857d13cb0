//! The visibility rules in memory, and the view of the catalog that follows from them for each account.
//!
//! Three kinds of rules over SKUs, categories and brands. What is *denied* to an account it never sees; nothing lifts that.
//! *Allowed* makes a list: an account that has one sees nothing else. What is *reserved* is seen only by those for whom it is
//! reserved. A rule of an account applies to the accounts below it, a rule of a group to the accounts in it and below them. Of
//! several lists of what is allowed the nearest one decides: the account's own, then its parents', its groups', everyone's.
//!
//! What an account may not see does not exist for it: nowhere is it shown, found, suggested, priced, or ordered.
//!
//! A stored rule that cannot be read hides rather than shows. A deny rule hides the whole catalog from its audience, a
//! reserve rule hides it from every account, an allow rule allows nothing. The error is logged.
//!
//! Not here: comparing products with rules (`catalog_view`).

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, AudienceKind, CategoryId, ProductId, VisibilityEffect, visibility_rules};
use parking_lot::RwLock;
use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};

use super::catalog_view::{CatalogView, Rule, RuleAudience, RuleTargets, StoredTargets};
use super::categories::Categories;
use super::events::{CategoriesChanged, VisibilityRuleChanged};
use identity::Accounts;
use identity::events::AccountChanged;
use store::database::Reader;
use store::events::{Event, any_is};

/// All active rules, and the view of each account that was asked for. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub(crate) struct VisibilityRules {
    compiled: Arc<RwLock<CompiledRules>>,
    staff: Arc<CatalogView>,
    accounts: Accounts,
    categories: Categories,
}

#[derive(Debug, Default)]
struct CompiledRules {
    rules: Vec<Arc<Rule>>,
    by_account: AHashMap<AccountId, Arc<CatalogView>>,
    /// Accounts to which the same rules apply share one view.
    by_rules: AHashMap<Vec<i64>, Arc<CatalogView>>,
}

impl Default for VisibilityRules {
    fn default() -> Self {
        Self::new(Accounts::default(), Categories::default())
    }
}

impl VisibilityRules {
    pub(super) fn new(accounts: Accounts, categories: Categories) -> Self {
        Self { compiled: Arc::default(), staff: Arc::new(CatalogView::staff()), accounts, categories }
    }

    /// Reads all rules, of which there are few.
    pub(super) async fn read(&self, db: &Reader) -> Result<(), DbErr> {
        let rows = visibility_rules::Entity::find().order_by_asc(visibility_rules::Column::Id).all(db).await?;
        let active = rows.iter().filter(|row| row.active);
        let rules = active.map(|row| Arc::new(Rule::compile(row, &self.categories))).collect();
        *self.compiled.write() = CompiledRules { rules, ..CompiledRules::default() };
        Ok(())
    }

    /// Reads again what the events may have changed.
    pub(super) async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), DbErr> {
        let has_rules = !self.compiled.read().rules.is_empty();
        if any_is::<VisibilityRuleChanged>(events) || (has_rules && any_is::<CategoriesChanged>(events)) {
            self.read(db).await
        } else {
            if any_is::<AccountChanged>(events) {
                self.compiled.write().by_account.clear();
            }
            Ok(())
        }
    }

    /// What an account may see; none is the seller's side.
    pub(super) fn view_for(&self, account: Option<AccountId>) -> Arc<CatalogView> {
        let Some(account) = account else { return self.staff.clone() };
        if let Some(view) = self.compiled.read().by_account.get(&account) {
            return view.clone();
        }
        let mut compiled = self.compiled.write();
        let view = compiled.view_for(account, &self.accounts);
        compiled.by_account.insert(account, view.clone());
        view
    }
}

/// The key of [`CompiledRules::by_rules`] for accounts to which a broken rule applies; no rule has this id.
const BROKEN: i64 = -2;

impl CompiledRules {
    fn view_for(&mut self, account: AccountId, accounts: &Accounts) -> Arc<CatalogView> {
        if self.rules.is_empty() {
            return self.by_rules.entry(Vec::new()).or_default().clone();
        }
        let chain = accounts.chain(account);
        let groups = chain.iter().filter_map(|account| account.group.clone()).map(RuleAudience::Group);
        // The account counts also when this process does not know it yet.
        let parents = chain.iter().map(|known| known.id).filter(|id| *id != account);
        let own = std::iter::once(account).chain(parents).map(RuleAudience::Account);
        let audiences: Vec<RuleAudience> = own.chain(groups).chain([RuleAudience::Everyone]).collect();
        let applies = |rule: &&Arc<Rule>| audiences.contains(&rule.audience);
        let hides_everything = |rule: &Arc<Rule>| match rule.effect {
            VisibilityEffect::Deny => rule.is_broken && applies(&rule),
            VisibilityEffect::Reserve => rule.is_broken,
            VisibilityEffect::Allow => false,
        };
        if self.rules.iter().any(hides_everything) {
            return self.by_rules.entry(vec![BROKEN]).or_insert_with(|| Arc::new(CatalogView::nothing())).clone();
        }
        let with = |effect| self.rules.iter().filter(move |rule| rule.effect == effect);
        let denied: Vec<Arc<Rule>> = with(VisibilityEffect::Deny).filter(applies).cloned().collect();
        let granted: Vec<Arc<Rule>> = with(VisibilityEffect::Reserve).filter(applies).cloned().collect();
        let reserved: Vec<Arc<Rule>> = with(VisibilityEffect::Reserve).cloned().collect();
        let lists = audiences
            .iter()
            .map(|audience| with(VisibilityEffect::Allow).filter(|rule| rule.audience == *audience).cloned().collect::<Vec<_>>());
        let allowed = lists.into_iter().find(|list| !list.is_empty());
        let mut key: Vec<i64> = Vec::new();
        for part in [Some(&denied), allowed.as_ref(), Some(&granted)] {
            key.extend(part.into_iter().flatten().map(|rule| rule.id).chain([-1]));
        }
        let make = || Arc::new(CatalogView::new(denied, allowed, reserved, granted));
        self.by_rules.entry(key).or_insert_with(make).clone()
    }
}

impl Rule {
    fn compile(row: &visibility_rules::Model, categories: &Categories) -> Self {
        let stored = serde_json::from_str::<StoredTargets>(&row.targets);
        if let Err(error) = &stored {
            tracing::error!(rule.code = row.code, error = %error, "a visibility rule cannot be read; what it may concern is hidden");
        }
        let audience = match row.audience_kind {
            AudienceKind::Account => RuleAudience::Account(row.audience_id),
            AudienceKind::Group => RuleAudience::Group(row.audience_code.clone()),
            AudienceKind::Everyone => RuleAudience::Everyone,
        };
        let is_broken = stored.is_err();
        let targets = RuleTargets::compile(stored.unwrap_or_default(), categories);
        Self { id: row.id, effect: row.effect, audience, targets, is_broken }
    }
}

impl RuleTargets {
    fn compile(stored: StoredTargets, categories: &Categories) -> Self {
        let lies_within =
            |category: CategoryId| categories.chain(category).iter().any(|above| stored.categories.contains(&above.id.0));
        let mut all: AHashSet<CategoryId> = AHashSet::new();
        if !stored.categories.is_empty() {
            all = categories.all().iter().map(|category| category.id).filter(|id| lies_within(*id)).collect();
        }
        Self {
            products: stored.products.iter().copied().map(ProductId).collect(),
            categories: all,
            brands: stored.brands.iter().map(|brand| brand.to_lowercase()).collect(),
            stored,
        }
    }
}
