//! Placing orders over HTTP.

use poem_openapi::param::Header;
use poem_openapi::{OpenApi, Tags};

use super::error::CheckoutError;
use super::order::Checkout;
use super::views::OrderInput;
use identity::account_for;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Created, Etag};
use orders::OrderView;

type Result<T> = std::result::Result<T, ApiError<CheckoutError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Orders and what becomes of them.
    Orders,
}

/// Placing orders.
#[derive(Debug)]
pub struct CheckoutRoutes {
    /// What the checkout works with.
    pub checkout: Checkout,
}

#[OpenApi(tag = "Tag::Orders")]
impl CheckoutRoutes {
    /// Place an order
    ///
    /// Of a cart, of up to 10,000 lines or of a quote whose offer stands, on a purchase order number. A quote is ordered once, at
    /// exactly the prices offered. Otherwise prices are today's; a line whose price differs from `expected_unit_price` by more
    /// than its `tolerance` is refused, reported or accepted as the caller chose, and so is a line of a cart that costs
    /// something else than when it was seen (`on_price_drift`). Stock is reserved and credit committed with the order. An order
    /// above the credit limit is placed and held. The same Idempotency-Key never makes a second order. A dry run answers the
    /// same and writes nothing.
    #[oai(path = "/v1/orders", method = "post", operation_id = "place_order")]
    async fn place_order(
        &self,
        who: Acting<permit::WriteOrders>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<OrderInput>,
    ) -> Result<Created<OrderView>> {
        let input = body.0;
        let dry_run = input.dry_run;
        let account = account_for(&who, &self.checkout.accounts, input.account.as_deref()).map_err(CheckoutError::from)?;
        let prepared = self.checkout.prepare(&who.db(), account, input).await;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let mut view = self.checkout.place(&tx, prepared?).await?;
        if dry_run {
            view.number = None;
            return Ok(Created::of(&view)?);
        }
        let etag = Etag(view.version);
        let answer = Created::stored(&tx, &view).await?.with_etag(etag);
        Ok(tx.commit(answer).await?)
    }
}
