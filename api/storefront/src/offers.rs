//! What a product costs an account and whether it is there: joined from memory to whatever shows products.

use std::cmp::Ordering;
use std::sync::Arc;
use store::Db;

use entity::PriceSource;
use pricing::{Amount, Currency, NextBreak, Per, Quantity, UnitCode, UnitPrice};

use super::error::StorefrontError;
use catalog::{CatalogView, Product, Products};
use identity::scope::Scope;
use identity::{Account, Accounts, account_for};
use inventory::Board;
use kernel::field_code::FieldCode;
use kernel::principal::{Acting, Permission};
use kernel::problem::CommonError;
use prices::PriceLine;
use prices::PriceRequest;
use prices::Prices;

/// What offers are made of.
#[derive(Clone, Debug)]
pub struct Offers {
    pub accounts: Accounts,
    pub products: Products,
    pub prices: Prices,
    pub board: Board,
}

/// Through whose eyes products are seen.
#[derive(Clone, Debug)]
pub(super) struct Viewpoint {
    /// None for staff who see the catalog as it is.
    pub(super) account: Option<Arc<Account>>,
    /// What may be seen: for staff who look as nobody, everything.
    pub(super) catalog_view: Arc<CatalogView>,
    pub(super) currency: Option<Currency>,
    /// Whether the token allows to read prices, stock and orders.
    pub(super) prices: bool,
    pub(super) stock: bool,
    pub(super) orders: bool,
}

/// The price of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HitOffer {
    pub(super) unit_price: Amount,
    pub(super) per: Per,
    pub(super) unit: UnitCode,
    pub(super) currency: Currency,
}

/// The price of a product for whoever looks at it.
#[derive(Clone, Debug)]
pub(super) struct PageOffer {
    pub(super) price: HitOffer,
    /// The quantity the price is for.
    pub(super) quantity: Quantity,
    pub(super) list_price: Option<UnitPrice>,
    pub(super) source: PriceSource,
    pub(super) next_break: Option<NextBreak>,
}

/// How much of a product may still be reserved, in stock units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stocked {
    pub(super) available: Quantity,
}

impl Stocked {
    pub(super) fn in_stock(self) -> bool {
        self.available.is_positive()
    }
}

impl HitOffer {
    /// Compares what one unit costs, exactly.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let price = |offer: &Self| UnitPrice { amount: offer.unit_price, per: offer.per };
        price(self).cmp_value(&price(other))
    }
}

impl Viewpoint {
    /// The principal's own account, or on the seller's side the one named; its currency, or the one named.
    pub(super) fn of<P: Permission>(
        who: &Acting<P>,
        offers: &Offers,
        account: Option<&str>,
        currency: Option<&str>,
    ) -> Result<Self, StorefrontError> {
        let account = match (who.account(), account) {
            (None, None) => None,
            (_, code) => Some(account_for(who, &offers.accounts, code)?),
        };
        let unknown = |_| CommonError::invalid("currency", FieldCode::UnknownCurrency, "must be a currency code of ISO 4217");
        let currency = match (currency, &account) {
            (Some(code), _) => Some(code.parse().map_err(unknown)?),
            (None, Some(account)) => Some(account.currency),
            (None, None) => None,
        };
        Ok(Self {
            catalog_view: offers.products.view_for(account.as_ref().map(|account| account.id)),
            account,
            currency,
            prices: who.holds(Scope::PricesRead.word()),
            stock: who.holds(Scope::StockRead.word()),
            orders: who.holds(Scope::OrdersRead.word()),
        })
    }

    /// What the index may show.
    pub(super) fn audience(&self) -> search::Audience {
        self.catalog_view.search_audience()
    }

    /// The account whose own part numbers count.
    pub(super) fn account_number(&self) -> Option<u64> {
        self.account.as_ref().map(|account| account.id.0 as u64)
    }

    /// Whether this product exists for whoever looks.
    pub(super) fn can_see(&self, product: &Product) -> bool {
        self.catalog_view.can_see(product)
    }
}

/// The smallest quantity that can be ordered, in the unit a price is shown in.
fn shown_quantity(product: &Product) -> Quantity {
    product.orderable_quantity(Quantity::ONE).unwrap_or(Quantity::ONE)
}

impl Offers {
    /// The prices of products, each priced on its own; none where there is no price, no currency or no right to see it.
    pub(super) async fn prices(
        &self,
        db: &impl Db,
        viewpoint: &Viewpoint,
        products: &[Arc<Product>],
    ) -> Result<Vec<Option<HitOffer>>, StorefrontError> {
        let Some(currency) = viewpoint.currency.filter(|_| viewpoint.prices) else { return Ok(vec![None; products.len()]) };
        let lines: Vec<PriceLine> =
            products.iter().map(|p| PriceLine { product: p.id, unit: p.default_unit(), quantity: shown_quantity(p) }).collect();
        let basket = self.prices.price_separately(db, &ask(viewpoint, currency, &lines)).await?;
        let offers = basket.lines.into_iter().zip(&lines).map(|(line, asked)| {
            let line = line.ok()?;
            Some(HitOffer { unit_price: line.unit_price, per: line.per, unit: asked.unit, currency })
        });
        Ok(offers.collect())
    }

    /// The price of one product with what belongs on its page.
    pub(super) async fn price(
        &self,
        db: &impl Db,
        viewpoint: &Viewpoint,
        product: &Product,
    ) -> Result<Option<PageOffer>, StorefrontError> {
        let Some(currency) = viewpoint.currency.filter(|_| viewpoint.prices) else { return Ok(None) };
        let quantity = shown_quantity(product);
        let lines = [PriceLine { product: product.id, unit: product.default_unit(), quantity }];
        let ask = ask(viewpoint, currency, &lines);
        let Some(Ok(line)) = self.prices.price(db, &ask).await?.lines.pop() else { return Ok(None) };
        Ok(Some(PageOffer {
            price: HitOffer { unit_price: line.unit_price, per: line.per, unit: product.default_unit(), currency },
            quantity,
            list_price: line.list_price,
            source: line.source,
            next_break: self.prices.next_break(db, &ask).await?,
        }))
    }

    /// What there is of a product.
    pub(super) fn stock(&self, product: &Product) -> Stocked {
        Stocked { available: self.board.available(product.id) }
    }
}

fn ask<'a>(viewpoint: &Viewpoint, currency: Currency, lines: &'a [PriceLine]) -> PriceRequest<'a> {
    let account = viewpoint.account.as_ref().map(|account| account.id);
    PriceRequest { account, currency, at: None, as_of: None, coupons: &[], lines }
}
