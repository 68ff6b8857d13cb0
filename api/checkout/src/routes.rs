//! HTTP route that places orders.

use std::sync::Arc;

use poem_openapi::param::Header;
use poem_openapi::{OpenApi, Tags};

use super::context::Checkout;
use super::error::CheckoutError;
use super::order::PlacedOrder;
use super::request::Prepared;
use super::views::OrderInput;
use identity::permit;
use identity::{Account, account_for};
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Created, Etag};
use orders::OrderView;
use store::database::Reader;

type Result<T> = std::result::Result<T, ApiError<CheckoutError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Orders.
    Orders,
}

/// Placing orders.
#[derive(Debug)]
pub struct CheckoutRoutes {
    /// The parts that checkout needs.
    pub checkout: Checkout,
}

#[OpenApi(tag = "Tag::Orders")]
impl CheckoutRoutes {
    /// Place an order
    ///
    /// For a cart, for up to 10,000 lines or for a quote with a valid offer, with a purchase order number. A quote is ordered
    /// once, at exactly the prices offered. Otherwise prices are today's: a line whose price differs from `expected_unit_price`
    /// by more than its `tolerance` is rejected, reported or accepted as the caller chose, and so is a line of a cart whose
    /// price changed since it was last seen (`on_price_drift`). Stock is reserved and credit committed with the order. An order
    /// above the credit limit is placed and held. The same Idempotency-Key never creates a second order. A dry run has the
    /// same response and writes nothing.
    #[oai(path = "/v1/orders", method = "post", operation_id = "place_order")]
    async fn place_order(
        &self,
        who: Acting<permit::WriteOrders>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<OrderInput>,
    ) -> Result<Created<OrderView>> {
        let (input, checkout) = (body.0, &self.checkout);
        let dry_run = input.dry_run;
        let account = account_for(&who, &checkout.accounts, input.account.as_deref()).map_err(CheckoutError::from)?;
        if !who.is_seller() {
            let coupons: Vec<String> = input.coupons.iter().map(|coupon| coupon.to_string()).collect();
            checkout.prices.try_coupons(account.id, &coupons).map_err(CheckoutError::from)?;
        }
        let prepared = self.prepare(&who.db(), account, input).await;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let view = self.view(checkout.place(&tx, prepared?).await?)?;
        if dry_run {
            return Ok(Created::of(&OrderView { number: None, ..view })?);
        }
        let answer = Created::stored(&tx, &view).await?.with_etag(Etag(view.version));
        Ok(tx.commit(answer).await?)
    }
}

impl CheckoutRoutes {
    async fn prepare(
        &self,
        db: &Reader,
        account: Arc<Account>,
        input: OrderInput,
    ) -> std::result::Result<Prepared, CheckoutError> {
        self.checkout.prepare(db, account, input.read()?).await
    }

    fn view(&self, outcome: PlacedOrder) -> std::result::Result<OrderView, CheckoutError> {
        let view = OrderView::new(outcome.placed, &self.checkout.accounts, &self.checkout.stock_levels)?;
        Ok(OrderView { rejected: outcome.rejected, warnings: outcome.warnings, ..view })
    }
}
