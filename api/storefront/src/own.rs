//! What an account has to do with products, as sets the index filters by and counts: what it bought before, what it has a
//! contract for.
//!
//! A set is worked out when it is asked for the first time after it changed, and handed on as the same value until then, so
//! that the index works out only once which of its documents belong to it.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, Instant, ProductId};
use parking_lot::Mutex;
use pricing::Currency;
use search::{Group, Members, Targets};

use super::error::StorefrontError;
use super::filters::Plan;
use super::offers::Viewpoint;
use identity::Accounts;
use identity::scope::Scope;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use prices::Coverage;
use prices::Prices;
use store::clock;
use suggestions::Memory;

/// Names of filters and facets.
pub(super) const BOUGHT_BEFORE: &str = "bought_before";
pub(super) const ON_CONTRACT: &str = "on_contract";
/// Accounts whose sets are remembered.
const MOST_KEPT: usize = 1_000;

/// What accounts have to do with products. Cheap to clone; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct OwnSets {
    memory: Memory,
    prices: Prices,
    accounts: Accounts,
    bought: Arc<Mutex<AHashMap<AccountId, Bought>>>,
    covered: Arc<Mutex<AHashMap<(AccountId, Currency), Covered>>>,
}

#[derive(Debug)]
struct Bought {
    /// From which list.
    list: Arc<[ProductId]>,
    members: Arc<Members>,
}

#[derive(Debug)]
struct Covered {
    /// The price version and the companies it is of, and when it ends.
    version: i64,
    chain: Vec<AccountId>,
    until: Option<Instant>,
    members: Arc<Members>,
}

impl OwnSets {
    /// Sets over what is learnt from orders and what is agreed.
    pub fn over(memory: &Memory, prices: &Prices, accounts: &Accounts) -> Self {
        Self { memory: memory.clone(), prices: prices.clone(), accounts: accounts.clone(), ..Self::default() }
    }

    /// Gives a plan the sets it asks for.
    pub(super) fn join(&self, plan: &mut Plan, viewpoint: &Viewpoint) -> Result<(), StorefrontError> {
        for name in [BOUGHT_BEFORE, ON_CONTRACT] {
            let wanted = plan.own_wanted(name);
            if wanted.is_none() && !plan.query.facets.iter().any(|facet| facet == name) {
                continue;
            }
            let Some(account) = &viewpoint.account else {
                let detail = format!("an account must be named to ask for {name}");
                return Err(CommonError::invalid("account", FieldCode::MissingValue, detail).into());
            };
            let members = if name == BOUGHT_BEFORE {
                if !viewpoint.orders {
                    return Err(StorefrontError::ScopeNeeded(Scope::OrdersRead.word()));
                }
                self.bought(account.id)
            } else {
                if !viewpoint.prices {
                    return Err(StorefrontError::ScopeNeeded(Scope::PricesRead.word()));
                }
                viewpoint.currency.map_or_else(|| Arc::new(Members::new(Targets::default())), |of| self.covered(account.id, of))
            };
            plan.query.groups.push(Group { name: name.to_owned(), members, wanted });
        }
        Ok(())
    }

    fn bought(&self, account: AccountId) -> Arc<Members> {
        let list = self.memory.bought_by(account);
        let mut kept = self.bought.lock();
        if let Some(known) = kept.get(&account).filter(|known| Arc::ptr_eq(&known.list, &list)) {
            return known.members.clone();
        }
        let mut ids: Vec<u64> = list.iter().map(|id| id.0 as u64).collect();
        ids.sort_unstable();
        let members = Arc::new(Members::new(Targets { ids, ..Targets::default() }));
        make_room(&mut kept);
        kept.insert(account, Bought { list, members: members.clone() });
        members
    }

    fn covered(&self, account: AccountId, currency: Currency) -> Arc<Members> {
        let version = self.prices.version();
        let chain: Vec<AccountId> = self.accounts.chain(account).iter().map(|company| company.id).collect();
        let now = clock::now();
        let is_current =
            |known: &&Covered| known.version == version && known.chain == chain && known.until.is_none_or(|until| now < until);
        if let Some(known) = self.covered.lock().get(&(account, currency)).filter(is_current) {
            return known.members.clone();
        }
        let coverage = self.prices.coverage(account, currency);
        let until = coverage.until;
        let members = Arc::new(members_of(coverage));
        let mut kept = self.covered.lock();
        make_room(&mut kept);
        kept.insert((account, currency), Covered { version, chain, until, members: members.clone() });
        members
    }
}

fn make_room<K, V>(kept: &mut AHashMap<K, V>) {
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
}

fn members_of(coverage: Coverage) -> Members {
    if coverage.everything {
        return Members::everything();
    }
    Members::new(Targets {
        ids: coverage.products.into_iter().map(|id| id.0 as u64).collect(),
        categories: coverage.categories.into_iter().map(|id| id.0 as u64).collect(),
        brands: coverage.brands.into_iter().map(|brand| brand.to_lowercase()).collect(),
    })
}
