//! The products that can be suggested to a viewer.

use std::sync::Arc;

use entity::{Lifecycle, ProductId};

use catalog::{CatalogView, Product, Products};
use inventory::StockLevels;

/// The products that a viewer may see and order.
#[derive(Clone, Debug)]
pub(super) struct OrderableProducts<'a> {
    pub(super) products: &'a Products,
    pub(super) stock_levels: &'a StockLevels,
    pub(super) catalog_view: Arc<CatalogView>,
}

impl OrderableProducts<'_> {
    /// The product, if it can be suggested.
    pub(super) fn get(&self, product: ProductId) -> Option<Arc<Product>> {
        self.products.by_id(product).filter(|product| self.can_order(product) && self.catalog_view.can_see(product))
    }

    /// Whether it can be ordered. A product that is being phased out can be ordered while it is in stock.
    pub(super) fn can_order(&self, product: &Product) -> bool {
        match product.lifecycle {
            Lifecycle::Active => true,
            Lifecycle::PhaseOut => self.stock_levels.available(product.id).is_positive(),
            Lifecycle::Draft | Lifecycle::Discontinued => false,
        }
    }
}
