//! All products in memory: what price, cart, order and stock requests ask of a product needs no database.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, ProductId};
use parking_lot::RwLock;

use super::catalog_view::CatalogView;
use super::categories::Categories;
use super::events::ProductsChanged;
use super::load::{self, Names};
use super::product::Product;
use super::visibility_rules::VisibilityRules;
use identity::Accounts;
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, decode_all};
use store::projections::Projection;

/// A product found by its SKU, without a second copy of the SKU.
#[derive(Debug)]
struct BySku(Arc<Product>);

impl Borrow<str> for BySku {
    fn borrow(&self) -> &str {
        &self.0.sku
    }
}

impl Hash for BySku {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.sku.as_str().hash(state);
    }
}

impl PartialEq for BySku {
    fn eq(&self, other: &Self) -> bool {
        self.0.sku == other.0.sku
    }
}

impl Eq for BySku {}

#[derive(Debug, Default)]
struct Maps {
    by_id: AHashMap<ProductId, Arc<Product>>,
    by_sku: AHashSet<BySku>,
}

/// All products.
#[derive(Clone, Debug, Default)]
pub struct Products {
    maps: Arc<RwLock<Maps>>,
    /// Brands, once each.
    names: Names,
    visibility: VisibilityRules,
}

impl Maps {
    fn shrink(&mut self) {
        self.by_id.shrink_to_fit();
        self.by_sku.shrink_to_fit();
    }
}

impl Products {
    /// Loads every product, and the rules of what accounts may see of them.
    pub async fn load(db: &Reader, accounts: &Accounts, categories: &Categories) -> Result<Self, CommonError> {
        let visibility = VisibilityRules::new(accounts.clone(), categories.clone());
        visibility.read(db).await?;
        let all = Self { visibility, ..Self::default() };
        let sink = all.clone();
        load::all(db, &all.names, move |products| sink.put(products)).await?;
        all.maps.write().shrink();
        Ok(all)
    }

    /// What an account may see of them; none is the seller's side, see [`Self::staff_view`].
    pub fn view_for(&self, account: Option<AccountId>) -> Arc<CatalogView> {
        self.visibility.view_for(account)
    }

    /// The view of the seller's side: everything, drafts too.
    pub fn staff_view(&self) -> Arc<CatalogView> {
        self.visibility.view_for(None)
    }

    /// Which of the products of these ids are visible in a view, in the order asked.
    pub fn visible(&self, ids: impl IntoIterator<Item = ProductId>, view: &CatalogView) -> Vec<bool> {
        let products = self.by_ids(ids).into_iter();
        products.map(|product| product.is_some_and(|product| view.can_see(&product))).collect()
    }

    /// The product of an SKU, exactly as written.
    pub fn by_sku(&self, sku: &str) -> Option<Arc<Product>> {
        self.maps.read().by_sku.get(sku).map(|found| found.0.clone())
    }

    /// The product of an id.
    pub fn by_id(&self, id: ProductId) -> Option<Arc<Product>> {
        self.maps.read().by_id.get(&id).cloned()
    }

    /// The products of many SKUs under one lock, in the order asked.
    pub fn by_skus<'a>(&self, skus: impl IntoIterator<Item = &'a str>) -> Vec<Option<Arc<Product>>> {
        let maps = self.maps.read();
        skus.into_iter().map(|sku| maps.by_sku.get(sku).map(|found| found.0.clone())).collect()
    }

    /// The products of many ids under one lock, in the order asked.
    pub fn by_ids(&self, ids: impl IntoIterator<Item = ProductId>) -> Vec<Option<Arc<Product>>> {
        let maps = self.maps.read();
        ids.into_iter().map(|id| maps.by_id.get(&id).cloned()).collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.maps.read().by_id.len()
    }

    /// Every product, in no order.
    pub fn all(&self) -> Vec<Arc<Product>> {
        self.maps.read().by_id.values().cloned().collect()
    }

    /// Inserts products in place of those with the same ids.
    pub(super) fn put(&self, products: Vec<Product>) {
        let mut maps = self.maps.write();
        maps.by_id.reserve(products.len());
        maps.by_sku.reserve(products.len());
        for product in products {
            let product = Arc::new(product);
            maps.by_sku.replace(BySku(product.clone()));
            maps.by_id.insert(product.id, product);
        }
    }
}

#[async_trait::async_trait]
impl Projection for Products {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        self.visibility.apply(db, events).await?;
        let changed: Vec<ProductsChanged> = decode_all(events)?;
        let mut ids: Vec<ProductId> = changed.into_iter().flat_map(|changed| changed.ids).collect();
        ids.sort_unstable();
        ids.dedup();
        if !ids.is_empty() {
            self.put(load::some(db, &self.names, &ids).await?);
        }
        Ok(())
    }
}
