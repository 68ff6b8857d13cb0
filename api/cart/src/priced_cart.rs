//! Carts at today's prices.

use std::sync::Arc;
use store::Db;

use entity::{AccountId, carts};

use super::cart_cache::CartCache;
use super::error::CartError;
use super::lines::CartLine;
use catalog::CatalogView;
use catalog::Products;
use prices::{AsOf, PriceLine, PriceRequest, PricedBasket, Prices};

/// What commands on carts need, for one caller.
#[derive(Debug)]
pub(super) struct CartContext<'a> {
    pub(super) products: &'a Products,
    pub(super) prices: &'a Prices,
    pub(super) cache: &'a CartCache,
    /// The account whose carts the caller may use; none for staff, who may use all.
    pub(super) account: Option<AccountId>,
    /// The products that the caller may see.
    pub(super) catalog_view: Arc<CatalogView>,
}

/// A cart with all its lines, priced as one basket.
#[derive(Debug)]
pub(super) struct PricedCart {
    pub(super) row: carts::Model,
    pub(super) lines: Arc<Vec<CartLine>>,
    /// The price of each line, in the same order.
    pub(super) basket: PricedBasket,
}

impl CartContext<'_> {
    /// Prices the lines of a cart. A product that the caller may not see has no price and counts towards no volume break.
    pub(super) async fn price(&self, db: &impl Db, cart: &carts::Model, lines: &[CartLine]) -> Result<PricedBasket, CartError> {
        let (account, currency) = (Some(cart.account_id), cart.currency.0);
        let price_lines: Vec<PriceLine> = lines.iter().map(CartLine::price_line).collect();
        let request = PriceRequest { account, currency, at: None, as_of: None, coupons: &[], lines: &price_lines };
        let visible = self.products.visible(lines.iter().map(|line| line.product), &self.catalog_view);
        Ok(self.prices.price_visible(db, &request, &visible).await?)
    }

    /// A cart with its lines at today's prices.
    pub(super) async fn load(&self, db: &impl Db, row: carts::Model) -> Result<PricedCart, CartError> {
        let lines = self.cache.lines(db, row.id, row.version).await?;
        let basket = self.price(db, &row, &lines).await?;
        Ok(PricedCart { row, lines, basket })
    }
}

/// The price state that a basket was priced with.
pub(super) fn state_of(basket: &PricedBasket) -> AsOf {
    AsOf { valid_at: basket.at, known_at: basket.as_of }
}

/// Records in lines that the caller saw their prices of this basket.
pub(super) fn mark_priced(lines: &mut [CartLine], basket: &PricedBasket) {
    for line in lines {
        line.seen = Some(state_of(basket));
    }
}
