//! Who looks at the storefront: the account, what it may see of the catalog, and what the access token allows.

use std::sync::Arc;

use pricing::Currency;

use super::error::StorefrontError;
use super::offers::Offers;
use catalog::{CatalogView, Product};
use identity::scope::Scope;
use identity::{Account, account_for};
use kernel::field_code::FieldCode;
use kernel::principal::{Acting, Permission};
use kernel::problem::CommonError;

/// Who looks at products, and what they may see.
#[derive(Clone, Debug)]
pub(super) struct Viewer {
    /// The account; none for staff who named no account.
    pub(super) account: Option<Arc<Account>>,
    /// The products that exist for the viewer; all products for staff who named no account.
    pub(super) catalog_view: Arc<CatalogView>,
    /// The currency of prices; none for staff who named neither an account nor a currency.
    pub(super) currency: Option<Currency>,
    /// Whether the access token may read prices.
    pub(super) may_read_prices: bool,
    /// Whether the access token may read stock.
    pub(super) may_read_stock: bool,
    /// Whether the access token may read orders.
    pub(super) may_read_orders: bool,
}

impl Viewer {
    /// The account is the principal's own, or on the seller's side the one named. The currency is the one named, or the
    /// account's.
    pub(super) fn new<P: Permission>(
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
            may_read_prices: who.holds(Scope::PricesRead.word()),
            may_read_stock: who.holds(Scope::StockRead.word()),
            may_read_orders: who.holds(Scope::OrdersRead.word()),
        })
    }

    /// The products that the index may show.
    pub(super) fn audience(&self) -> search::Audience {
        self.catalog_view.search_audience()
    }

    /// The account whose own part numbers the index searches.
    pub(super) fn account_number(&self) -> Option<u64> {
        self.account.as_ref().map(|account| account.id.0 as u64)
    }

    /// Whether the viewer may see a product.
    pub(super) fn can_see(&self, product: &Product) -> bool {
        self.catalog_view.can_see(product)
    }
}
