//! Prices and availability of products for an account, from memory.

use std::cmp::Ordering;
use std::sync::Arc;
use store::Db;

use entity::PriceSource;
use pricing::{Amount, Currency, NextBreak, Per, Quantity, UnitCode, UnitPrice};

use super::error::StorefrontError;
use super::viewer::Viewer;
use catalog::{Product, Products};
use identity::Accounts;
use inventory::StockLevels;
use prices::PriceLine;
use prices::PriceRequest;
use prices::Prices;

/// The projections that prices and availability come from.
#[derive(Clone, Debug)]
pub struct Offers {
    pub accounts: Accounts,
    pub products: Products,
    pub prices: Prices,
    pub stock_levels: StockLevels,
}

/// The price of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HitOffer {
    pub(super) unit_price: Amount,
    pub(super) per: Per,
    pub(super) unit: UnitCode,
    pub(super) currency: Currency,
}

/// The price of a product page.
#[derive(Clone, Debug)]
pub(super) struct ProductOffer {
    pub(super) price: HitOffer,
    /// The quantity the price is for.
    pub(super) quantity: Quantity,
    pub(super) list_price: Option<UnitPrice>,
    pub(super) source: PriceSource,
    pub(super) next_break: Option<NextBreak>,
}

/// The quantity of a product that can still be reserved, in stock units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Availability {
    pub(super) available: Quantity,
}

impl Availability {
    pub(super) fn in_stock(self) -> bool {
        self.available.is_positive()
    }
}

impl HitOffer {
    /// Compares the prices of one unit, exactly.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let price = |offer: &Self| UnitPrice { amount: offer.unit_price, per: offer.per };
        price(self).cmp_value(&price(other))
    }
}

/// The smallest quantity that can be ordered, in the unit of the price.
fn smallest_order_quantity(product: &Product) -> Quantity {
    product.orderable_quantity(Quantity::ONE).unwrap_or(Quantity::ONE)
}

impl Offers {
    /// The prices of products, each priced on its own. None for a product without a price, and for a viewer who has no currency
    /// or may not read prices.
    pub(super) async fn prices(
        &self,
        db: &impl Db,
        viewer: &Viewer,
        products: &[Arc<Product>],
    ) -> Result<Vec<Option<HitOffer>>, StorefrontError> {
        let Some(currency) = viewer.currency.filter(|_| viewer.may_read_prices) else { return Ok(vec![None; products.len()]) };
        let lines: Vec<PriceLine> = products
            .iter()
            .map(|p| PriceLine { product: p.id, unit: p.default_unit(), quantity: smallest_order_quantity(p) })
            .collect();
        let basket = self.prices.price_separately(db, &price_request(viewer, currency, &lines)).await?;
        let offers = basket.lines.into_iter().zip(&lines).map(|(line, asked)| {
            let line = line.ok()?;
            Some(HitOffer { unit_price: line.unit_price, per: line.per, unit: asked.unit, currency })
        });
        Ok(offers.collect())
    }

    /// The price of one product with the details of its page.
    pub(super) async fn price(
        &self,
        db: &impl Db,
        viewer: &Viewer,
        product: &Product,
    ) -> Result<Option<ProductOffer>, StorefrontError> {
        let Some(currency) = viewer.currency.filter(|_| viewer.may_read_prices) else { return Ok(None) };
        let quantity = smallest_order_quantity(product);
        let lines = [PriceLine { product: product.id, unit: product.default_unit(), quantity }];
        let request = price_request(viewer, currency, &lines);
        let Some(Ok(line)) = self.prices.price(db, &request).await?.lines.pop() else { return Ok(None) };
        Ok(Some(ProductOffer {
            price: HitOffer { unit_price: line.unit_price, per: line.per, unit: product.default_unit(), currency },
            quantity,
            list_price: line.list_price,
            source: line.source,
            next_break: self.prices.next_break(db, &request).await?,
        }))
    }

    /// The availability of a product.
    pub(super) fn availability(&self, product: &Product) -> Availability {
        Availability { available: self.stock_levels.available(product.id) }
    }
}

fn price_request<'a>(viewer: &Viewer, currency: Currency, lines: &'a [PriceLine]) -> PriceRequest<'a> {
    let account = viewer.account.as_ref().map(|account| account.id);
    PriceRequest { account, currency, at: None, as_of: None, coupons: &[], lines }
}
