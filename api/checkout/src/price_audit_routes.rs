//! HTTP routes of price audits.

use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use pricing::Viewer;

use super::error::CheckoutError;
use super::price_audit::{PriceAuditView, audit};
use super::routes::Tag;
use identity::permit;
use identity::scope::Scope;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Code, JsonResponse};
use orders::find_order;
use prices::Prices;

type Result<T> = std::result::Result<T, ApiError<CheckoutError>>;

/// Price audits of orders.
#[derive(Debug)]
pub struct PriceAuditRoutes {
    /// All prices.
    pub prices: Prices,
}

#[OpenApi(tag = "Tag::Orders")]
impl PriceAuditRoutes {
    /// Audit the prices of an order
    ///
    /// Prices the order again with the prices, contracts, promotions, units, categories and companies at pricing time, and with
    /// the quantities ordered before. The response lists every difference and its reason. Lines ordered from a quote have their
    /// price from the quote and are compared with it. Quantities are as placed. Staff with `prices:write`
    /// see all steps of the price calculation, others the steps that buyers see.
    #[oai(path = "/v1/orders/:number/price-audit", method = "get", operation_id = "audit_order_prices")]
    async fn audit_order_prices(
        &self,
        who: Acting<permit::ReadOrders>,
        number: Path<Code>,
    ) -> Result<JsonResponse<PriceAuditView>> {
        let db = who.db();
        let order = find_order(&db, &number.0, who.account()).await.map_err(CheckoutError::from)?;
        let staff = who.is_seller() && who.holds(Scope::PricesWrite.word());
        let viewer = if staff { Viewer::Staff } else { Viewer::Buyer };
        Ok(JsonResponse::of(&audit(&db, &self.prices, &order, viewer).await?)?)
    }
}
