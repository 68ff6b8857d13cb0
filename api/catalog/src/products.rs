//! All products in memory: what price, cart, order and stock requests ask of a product needs no database.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, ProductId};
use parking_lot::RwLock;

use super::categories::Categories;
use super::events::{CategoriesChanged, ProductsChanged};
use super::load::{self, Names};
use super::product::Product;
use super::texts::Texts;
use super::visibility::{Sight, Visibility};
use identity::Accounts;
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, any_is, decode_all};
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
    /// Full descriptions asked for lately.
    pub(super) texts: Texts,
    visibility: Visibility,
}

impl Maps {
    fn shrink(&mut self) {
        self.by_id.shrink_to_fit();
        self.by_sku.shrink_to_fit();
    }
}

impl Products {
    /// Loads every product.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let all = Self::default();
        let taker = all.clone();
        load::all(db, &all.names, move |products| taker.put(products)).await?;
        all.maps.write().shrink();
        Ok(all)
    }

    /// Loads every product, and what accounts may see of them.
    pub async fn load_for(db: &Reader, accounts: &Accounts, categories: &Categories) -> Result<Self, CommonError> {
        let visibility = Visibility::new(accounts.clone(), categories.clone());
        visibility.read(db).await?;
        Ok(Self { visibility, ..Self::load(db).await? })
    }

    /// What an account may see of them; none is the seller's side.
    pub fn sight(&self, account: Option<AccountId>) -> Arc<Sight> {
        self.visibility.sight(account)
    }

    /// Which of the products of these ids exist for whoever has this sight, in the order asked.
    pub fn shown(&self, ids: impl IntoIterator<Item = ProductId>, sight: &Sight) -> Vec<bool> {
        let known = self.by_ids(ids).into_iter();
        known.map(|product| product.is_some_and(|product| sight.shows(&product))).collect()
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

    /// Takes products in, instead of those with the same ids.
    pub(super) fn put(&self, products: Vec<Product>) {
        let mut maps = self.maps.write();
        maps.by_id.reserve(products.len());
        maps.by_sku.reserve(products.len());
        for product in products {
            let product = Arc::new(product);
            self.texts.forget(product.id);
            maps.by_sku.replace(BySku(product.clone()));
            maps.by_id.insert(product.id, product);
        }
    }
}

#[async_trait::async_trait]
impl Projection for Products {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        self.visibility.apply(db, events).await?;
        if any_is::<CategoriesChanged>(events) {
            self.texts.forget_all();
        }
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
