//! The filters and facets `bought_before` and `on_contract`: sets of products that depend on the account.
//!
//! A set is computed when it is first requested after a change, and then shared as the same value. So the index computes only
//! once which of its documents belong to it.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, Instant, ProductId};
use parking_lot::Mutex;
use pricing::Currency;
use search::{NamedSet, ProductSet, Targets};

use super::error::StorefrontError;
use super::search_request::SearchRequest;
use super::viewer::Viewer;
use identity::Accounts;
use identity::scope::Scope;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use prices::Coverage;
use prices::Prices;
use store::clock;
use suggestions::PurchaseHistory;

/// Names of the filters and facets.
pub(super) const BOUGHT_BEFORE: &str = "bought_before";
pub(super) const ON_CONTRACT: &str = "on_contract";
/// The most accounts whose sets are cached.
const MAX_CACHED_ACCOUNTS: usize = 1_000;

/// Computes the product sets of accounts. Cheap to clone; clones share their caches.
#[derive(Clone, Debug, Default)]
pub struct AccountFilters {
    purchases: PurchaseHistory,
    prices: Prices,
    accounts: Accounts,
    bought: Arc<Mutex<AHashMap<AccountId, Bought>>>,
    covered: Arc<Mutex<AHashMap<(AccountId, Currency), Covered>>>,
}

#[derive(Debug)]
struct Bought {
    /// The list of products it was computed from.
    purchases: Arc<[ProductId]>,
    products: Arc<ProductSet>,
}

#[derive(Debug)]
struct Covered {
    /// The price version and the account chain it was computed from, and when it expires.
    version: i64,
    chain: Vec<AccountId>,
    until: Option<Instant>,
    products: Arc<ProductSet>,
}

impl AccountFilters {
    /// Product sets from past orders and from contracts.
    pub fn new(purchases: &PurchaseHistory, prices: &Prices, accounts: &Accounts) -> Self {
        Self { purchases: purchases.clone(), prices: prices.clone(), accounts: accounts.clone(), ..Self::default() }
    }

    /// The product sets that a request filters by or counts.
    pub(super) fn product_sets(&self, request: &SearchRequest, viewer: &Viewer) -> Result<Vec<NamedSet>, StorefrontError> {
        let mut sets = Vec::new();
        for name in [BOUGHT_BEFORE, ON_CONTRACT] {
            let required = request.account_filter(name);
            if required.is_none() && !request.facets.iter().any(|facet| facet == name) {
                continue;
            }
            let Some(account) = &viewer.account else {
                let detail = format!("an account must be named to ask for {name}");
                return Err(CommonError::invalid("account", FieldCode::MissingValue, detail).into());
            };
            let products = if name == BOUGHT_BEFORE {
                if !viewer.may_read_orders {
                    return Err(StorefrontError::ScopeNeeded(Scope::OrdersRead.word()));
                }
                self.bought_before(account.id)
            } else {
                if !viewer.may_read_prices {
                    return Err(StorefrontError::ScopeNeeded(Scope::PricesRead.word()));
                }
                viewer
                    .currency
                    .map_or_else(|| Arc::new(ProductSet::new(Targets::default())), |of| self.on_contract(account.id, of))
            };
            sets.push(NamedSet { name: name.to_owned(), products, required });
        }
        Ok(sets)
    }

    fn bought_before(&self, account: AccountId) -> Arc<ProductSet> {
        let purchases = self.purchases.bought_by(account);
        let mut cached = self.bought.lock();
        if let Some(known) = cached.get(&account).filter(|known| Arc::ptr_eq(&known.purchases, &purchases)) {
            return known.products.clone();
        }
        let mut ids: Vec<u64> = purchases.iter().map(|id| id.0 as u64).collect();
        ids.sort_unstable();
        let products = Arc::new(ProductSet::new(Targets { ids, ..Targets::default() }));
        clear_if_full(&mut cached);
        cached.insert(account, Bought { purchases, products: products.clone() });
        products
    }

    fn on_contract(&self, account: AccountId, currency: Currency) -> Arc<ProductSet> {
        let version = self.prices.version();
        let chain: Vec<AccountId> = self.accounts.chain(account).iter().map(|company| company.id).collect();
        let now = clock::now();
        let is_current =
            |known: &&Covered| known.version == version && known.chain == chain && known.until.is_none_or(|until| now < until);
        if let Some(known) = self.covered.lock().get(&(account, currency)).filter(is_current) {
            return known.products.clone();
        }
        let coverage = self.prices.coverage(account, currency);
        let until = coverage.until;
        let products = Arc::new(covered_products(coverage));
        let mut cached = self.covered.lock();
        clear_if_full(&mut cached);
        cached.insert((account, currency), Covered { version, chain, until, products: products.clone() });
        products
    }
}

fn clear_if_full<K, V>(cached: &mut AHashMap<K, V>) {
    if cached.len() >= MAX_CACHED_ACCOUNTS {
        cached.clear();
    }
}

fn covered_products(coverage: Coverage) -> ProductSet {
    if coverage.everything {
        return ProductSet::everything();
    }
    ProductSet::new(Targets {
        ids: coverage.products.into_iter().map(|id| id.0 as u64).collect(),
        categories: coverage.categories.into_iter().map(|id| id.0 as u64).collect(),
        brands: coverage.brands.into_iter().map(|brand| brand.to_lowercase()).collect(),
    })
}
