//! HTTP routes of order management. Orders are placed by `checkout`.

use entity::Quantity;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};
use store::Db;

use super::cancel::{Cancellation, cancel};
use super::change::{Change, change};
use super::credit;
use super::error::OrderError;
use super::holds::{hold, release};
use super::queries::{self, OrderFilter, find_order, lock_order};
use super::views::{
    CancellationInput, ChangeInput, CreditPositionView, HoldInput, LineQuantity, OrderView, ReleaseInput, load_view,
};
use catalog::Products;
use identity::permit;
use identity::scope::Scope;
use identity::{Accounts, account_for, visible_account};
use inventory::StockLevels;
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use kernel::wire::{Body, Code, Etag, JsonResponse, Money, Page, PageRequest, Text, Timestamp, check_version, if_match};

type Result<T> = std::result::Result<T, ApiError<OrderError>>;

#[derive(Tags)]
enum Tag {
    /// Orders.
    Orders,
}

/// Order management.
#[derive(Debug)]
pub struct OrderRoutes {
    /// The products of the lines.
    pub products: Products,
    /// All accounts.
    pub accounts: Accounts,
    /// Warehouses and stock.
    pub stock_levels: StockLevels,
}

#[OpenApi(tag = "Tag::Orders")]
impl OrderRoutes {
    /// Read an order
    ///
    /// With the quantities, allocations and price of every line. An order of another account is answered 404.
    #[oai(path = "/v1/orders/:number", method = "get", operation_id = "get_order")]
    async fn get_order(&self, who: Acting<permit::ReadOrders>, number: Path<Code>) -> Result<JsonResponse<OrderView>> {
        let db = who.db();
        let order = find_order(&db, &number.0, who.account()).await?;
        self.answer(&db, order).await
    }

    /// List orders
    ///
    /// Newest first. Staff see the orders of all accounts, or of one account with `account`.
    #[oai(path = "/v1/orders", method = "get", operation_id = "list_orders")]
    async fn list_orders(
        &self,
        who: Acting<permit::ReadOrders>,
        account: Query<Option<Code>>,
        purchase_order_number: Query<Option<Text<64>>>,
        open: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<OrderView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 20, 100)?;
        let filter = OrderFilter {
            account: visible_account(&who, &self.accounts, account.0.as_deref()).map_err(OrderError::from)?,
            purchase_order_number: purchase_order_number.0.map(Text::into_inner),
            open: open.0,
            page,
        };
        let mut items = Vec::new();
        for loaded in queries::list(&who.db(), filter).await? {
            items.push((loaded.order.id.0, OrderView::new(loaded, &self.accounts, &self.stock_levels)?));
        }
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Cancel an order or parts of it
    ///
    /// Possible until the goods are on a pick list. Stock and credit are released at once. All lines are cancelled or none.
    #[oai(path = "/v1/orders/:number/cancellation", method = "post", operation_id = "cancel_order")]
    async fn cancel_order(
        &self,
        who: Acting<permit::WriteOrders>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<CancellationInput>,
    ) -> Result<JsonResponse<OrderView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let order = lock_order(&tx, &number.0, who.account()).await?;
        let what = Cancellation { lines: quantities(&body.0.lines, 1)?, reason: body.0.reason.into_inner() };
        cancel(&tx, &self.products, &order, &what).await?;
        let answer = self.stored_view(&tx, &number.0).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Change an order
    ///
    /// Texts, dates and destination, and smaller quantities of lines; unit prices stay. A larger quantity needs a new order at
    /// today's price. With `If-Match` the
    /// change is made only to the version given.
    #[oai(path = "/v1/orders/:number/changes", method = "post", operation_id = "change_order")]
    async fn change_order(
        &self,
        who: Acting<permit::WriteOrders>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<ChangeInput>,
    ) -> Result<JsonResponse<OrderView>> {
        let expected = if_match(expected.0.as_deref())?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let order = lock_order(&tx, &number.0, who.account()).await?;
        if let Some(own) = who.account() {
            identity::refuse_blocked(&tx, own).await.map_err(OrderError::from)?;
        }
        check_version(expected, Some(order.version))?;
        change(&tx, &self.products, order, change_of(body.0)?).await?;
        let answer = self.stored_view(&tx, &number.0).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Hold an order
    ///
    /// The order keeps its stock and is not shipped until it is released.
    #[oai(path = "/v1/orders/:number/holds", method = "post", operation_id = "hold_order")]
    async fn hold_order(
        &self,
        who: Acting<permit::WriteHolds>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<HoldInput>,
    ) -> Result<JsonResponse<OrderView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let order = lock_order(&tx, &number.0, None).await?;
        hold(&tx, &order, body.0.reason.into_inner()).await?;
        let answer = self.stored_view(&tx, &number.0).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Release a held order
    ///
    /// Releases one kind of hold or all holds. Holds for the credit limit, overdue invoices or a missing payment need `credit:write`
    /// as well. An order without active holds is answered 409.
    #[oai(path = "/v1/orders/:number/release", method = "post", operation_id = "release_order")]
    async fn release_order(
        &self,
        who: Acting<permit::WriteHolds>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<ReleaseInput>,
    ) -> Result<JsonResponse<OrderView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let order = lock_order(&tx, &number.0, None).await?;
        release(&tx, &order, body.0.kind, who.holds(Scope::CreditWrite.word())).await?;
        let answer = self.stored_view(&tx, &number.0).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Read the credit position of an account
    ///
    /// Open invoices and orders not yet invoiced, against the limit, in the account's currency.
    #[oai(path = "/v1/accounts/:code/credit-position", method = "get", operation_id = "get_credit_position")]
    async fn credit_position(
        &self,
        who: Acting<permit::ReadInvoices>,
        code: Path<Code>,
    ) -> Result<JsonResponse<CreditPositionView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0)).map_err(OrderError::from)?;
        let currency = account.currency;
        let position = credit::position(&who.db(), account.id, currency).await?;
        let money = |amount: entity::Amount| Money::new(amount, currency.code());
        let left = account.credit_limit.map(|limit| entity::Amount(limit.0.saturating_sub(position.exposure().0)));
        Ok(JsonResponse::of(&CreditPositionView {
            account: account.code.clone(),
            receivable: money(position.receivable),
            committed: money(position.committed),
            exposure: money(position.exposure()),
            limit: account.credit_limit.map(money),
            available: left.map(money),
            oldest_due_at: position.oldest_due_at.map(Timestamp),
        })?)
    }
}

impl OrderRoutes {
    async fn answer(&self, db: &impl Db, order: entity::orders::Model) -> Result<JsonResponse<OrderView>> {
        let etag = Etag(order.version);
        let view = load_view(db, order, &self.accounts, &self.stock_levels).await?;
        Ok(JsonResponse::of(&view)?.with_etag(etag))
    }

    /// The order at the end of this transaction, stored as the response for retries.
    async fn stored_view(&self, tx: &store::database::Tx, number: &str) -> Result<JsonResponse<OrderView>> {
        let order = find_order(tx, number, None).await?;
        let etag = Etag(order.version);
        let view = load_view(tx, order, &self.accounts, &self.stock_levels).await?;
        Ok(JsonResponse::stored(tx, &view).await?.with_etag(etag))
    }
}

/// Largest number of lines in a request.
const MAX_LINES: usize = 10_000;

fn quantities(lines: &[LineQuantity], least: i64) -> std::result::Result<Vec<(i32, Quantity)>, CommonError> {
    if lines.len() > MAX_LINES {
        return Err(CommonError::from(
            FieldError::new("/lines", FieldCode::TooMany, format!("there must be at most {MAX_LINES} lines"))
                .with("max", MAX_LINES),
        ));
    }
    let mut problems = Vec::new();
    let mut good = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let quantity: Quantity = line.quantity.0.into();
        if quantity.0 < least {
            let pointer = format!("/lines/{index}/quantity");
            problems.push(FieldError::new(pointer, FieldCode::OutOfRange, "the quantity must be greater"));
        }
        if good.iter().any(|(number, _)| *number == line.line) {
            let detail = format!("line {} must be named once", line.line);
            problems.push(FieldError::new(format!("/lines/{index}/line"), FieldCode::Duplicate, detail));
        }
        good.push((line.line, quantity));
    }
    if problems.is_empty() { Ok(good) } else { Err(CommonError::Invalid(problems)) }
}

fn change_of(input: ChangeInput) -> std::result::Result<Change, CommonError> {
    Ok(Change {
        purchase_order_number: input.purchase_order_number.map(Text::into_inner),
        note: input.note.map(Text::into_inner),
        requested_at: input.requested_at.map(|t| t.0),
        ship_to: input.ship_to.map(Into::into),
        lines: quantities(&input.lines, 0)?,
    })
}
