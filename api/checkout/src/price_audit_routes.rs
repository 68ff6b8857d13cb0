//! Pricing an order again, over HTTP.

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

/// Pricing orders again.
#[derive(Debug)]
pub struct PriceAuditRoutes {
    /// All prices.
    pub prices: Prices,
}

#[OpenApi(tag = "Tag::Orders")]
impl PriceAuditRoutes {
    /// Price an order again
    ///
    /// With the prices, contracts, promotions, units, categories and companies of then, and with what had been ordered before:
    /// nothing differs to the cent, or the answer says what does and why. Lines ordered from a quote have their price from the
    /// quote and are compared with it. Quantities are as placed. With `prices:write` staff
    /// see everything of how a price came about, others what buyers see.
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
