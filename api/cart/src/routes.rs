//! HTTP routes of carts.

use entity::AccountId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::add_lines::{add_lines, create_cart};
use super::cart_cache::CartCache;
use super::cart_rows::NewCart;
use super::change_cart::{accept_prices, change_line, delete, remove_line};
use super::check_lines::{CheckedLine, LineProblem, RequestedLine, check_lines};
use super::drift::{self, CartDriftView};
use super::error::CartError;
use super::lines::CartLine;
use super::lines_body::LinesBody;
use super::priced_cart::{CartContext, PricedCart};
use super::queries::{self, find, id_of};
use super::show::CartViews;
use super::views::{AddedLines, CartInput, CartLineInput, CartSummary, CartView, LineChangeInput};
use catalog::{CatalogView, Products};
use identity::permit;
use identity::{Accounts, account_for, visible_account};
use kernel::principal::{Acting, Permission};
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Page, PageRequest, Text};
use prices::Prices;
use search_index::SearchIndex;
use store::StoreError;
use store::database::Tx;

type Result<T> = std::result::Result<T, ApiError<CartError>>;

#[derive(Tags)]
enum Tag {
    /// Carts with up to 20,000 lines.
    Carts,
}

/// Carts.
#[derive(Debug)]
pub struct CartRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All prices.
    pub prices: Prices,
    /// Lines of carts in memory.
    pub carts: CartCache,
    /// Finds products similar to an unknown part number.
    pub index: SearchIndex,
}

#[OpenApi(tag = "Tag::Carts")]
impl CartRoutes {
    /// Create a cart
    ///
    /// Empty or with up to 10,000 lines; valid lines are accepted and invalid ones reported.
    #[oai(path = "/v1/carts", method = "post", operation_id = "create_cart")]
    async fn create_cart(
        &self,
        who: Acting<permit::WriteCarts>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<CartInput>,
    ) -> Result<Created<CartView>> {
        let CartInput { account, name, currency, lines } = body.0;
        let account = account_for(&who, &self.accounts, account.as_deref()).map_err(CartError::from)?;
        let currency = currency.as_deref().map_or(Ok(account.currency), super::currency)?;
        let (lines, rejected) = self.check(&who, account.id, CartLineInput::into_requested(lines)).await?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let (context, new) = (self.context(&who), NewCart { account: account.id, name: name.into_inner(), currency });
        let created = create_cart(&tx, &context, new, lines).await?;
        let view = self.views(&context.catalog_view).created(&created, rejected)?;
        let answer = Created::stored(&tx, &view).await?.with_etag(Etag(created.cart.row.version));
        Ok(self.commit(tx, created.cart, answer).await?)
    }

    /// Add lines to a cart
    ///
    /// As JSON, CSV or an Excel workbook with up to 10,000 rows. Products are found by SKU, manufacturer part number, GTIN or
    /// the account's own part number. Valid lines are accepted, invalid ones reported with a reason and candidates.
    #[oai(path = "/v1/carts/:id/lines", method = "post", operation_id = "add_cart_lines")]
    async fn add_lines(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: LinesBody,
    ) -> Result<JsonResponse<AddedLines>> {
        let account = self.owner(&who, &id.0).await?;
        let (lines, mut rejected) = self.check(&who, account, body.lines).await?;
        rejected.extend(body.unreadable);
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let context = self.context(&who);
        let added = add_lines(&tx, &context, &id.0, lines).await?;
        let view = self.views(&context.catalog_view).added(&added, rejected)?;
        let answer = JsonResponse::stored(&tx, &view).await?.with_etag(Etag(added.cart.row.version));
        Ok(self.commit(tx, added.cart, answer).await?)
    }

    /// Read a cart
    ///
    /// With all its lines, priced as one basket at today's prices. A product that the account may no longer see is shown to its
    /// users without title and price (`unknown_product`) and is not in the totals.
    #[oai(path = "/v1/carts/:id", method = "get", operation_id = "get_cart")]
    async fn get_cart(&self, who: Acting<permit::ReadCarts>, id: Path<Text<20>>) -> Result<JsonResponse<CartView>> {
        let db = who.db();
        let (cart, context) = (find(&db, &id.0, who.account()).await?, self.context(&who));
        self.answer(&context, &context.load(&db, cart).await?)
    }

    /// List carts
    ///
    /// Newest first, without their lines.
    #[oai(path = "/v1/carts", method = "get", operation_id = "list_carts")]
    async fn list_carts(
        &self,
        who: Acting<permit::ReadCarts>,
        account: Query<Option<Code>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<CartSummary>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 200)?;
        let account = visible_account(&who, &self.accounts, account.0.as_deref()).map_err(CartError::from)?;
        let rows = queries::list(&who.db(), account, page).await?;
        let context = self.context(&who);
        let views = self.views(&context.catalog_view);
        let items = rows.iter().map(|cart| (cart.id.0, views.summary(cart)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Change a line of a cart
    ///
    /// Fields that are left out stay as they are.
    #[oai(path = "/v1/carts/:id/lines/:line", method = "patch", operation_id = "change_cart_line")]
    async fn change_line(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        line: Path<i32>,
        body: Body<LineChangeInput>,
    ) -> Result<JsonResponse<CartView>> {
        let change = body.0.read()?;
        let (tx, context) = (who.begin().await?, self.context(&who));
        let cart = change_line(&tx, &context, &id.0, line.0, change).await?;
        let answer = self.answer(&context, &cart)?;
        Ok(self.commit(tx, cart, answer).await?)
    }

    /// Remove a line from a cart
    ///
    /// The numbers of the other lines stay as they are.
    #[oai(path = "/v1/carts/:id/lines/:line", method = "delete", operation_id = "remove_cart_line")]
    async fn remove_line(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        line: Path<i32>,
    ) -> Result<JsonResponse<CartView>> {
        let (tx, context) = (who.begin().await?, self.context(&who));
        let cart = remove_line(&tx, &context, &id.0, line.0).await?;
        let answer = self.answer(&context, &cart)?;
        Ok(self.commit(tx, cart, answer).await?)
    }

    /// Read the price changes of a cart
    ///
    /// The lines whose price changed since they were added, last changed or accepted: the previous price, the current one and
    /// why. The previous price is that of the same basket at that time, so changed quantities are not a price change. Lines of
    /// products that the caller may not see are left out.
    #[oai(path = "/v1/carts/:id/price-drift", method = "get", operation_id = "get_cart_price_drift")]
    async fn price_drift(&self, who: Acting<permit::ReadCarts>, id: Path<Text<20>>) -> Result<JsonResponse<CartDriftView>> {
        let db = who.db();
        let cart = find(&db, &id.0, who.account()).await?;
        let lines = self.carts.lines(&db, cart.id, cart.version).await?;
        let shown = self.products.visible(lines.iter().map(|line| line.product), &self.products.view_for(who.account()));
        let lines: Vec<CartLine> = lines.iter().zip(shown).filter(|(_, shown)| *shown).map(|(line, _)| line.clone()).collect();
        let report = drift::report(&db, &self.prices, &cart, &lines, &[]).await?;
        Ok(JsonResponse::of(&drift::view(&self.products, &cart, &lines, &report)?)?)
    }

    /// Accept a cart's prices
    ///
    /// Records that today's prices of all lines were seen. The response is the cart with these prices.
    #[oai(path = "/v1/carts/:id/price-acceptance", method = "post", operation_id = "accept_cart_prices")]
    async fn accept_prices(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
    ) -> Result<JsonResponse<CartView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let context = self.context(&who);
        let cart = accept_prices(&tx, &context, &id.0).await?;
        let view = self.views(&context.catalog_view).cart(&cart)?;
        let answer = JsonResponse::stored(&tx, &view).await?.with_etag(Etag(cart.row.version));
        Ok(self.commit(tx, cart, answer).await?)
    }

    /// Delete a cart
    ///
    /// With its lines. A cart that became an order cannot be deleted.
    #[oai(path = "/v1/carts/:id", method = "delete", operation_id = "delete_cart")]
    async fn delete_cart(&self, who: Acting<permit::WriteCarts>, id: Path<Text<20>>) -> Result<()> {
        let tx = who.begin().await?;
        delete(&tx, &self.context(&who), &id.0).await?;
        Ok(tx.commit(()).await?)
    }
}

impl CartRoutes {
    fn context<P: Permission>(&self, who: &Acting<P>) -> CartContext<'_> {
        CartContext {
            products: &self.products,
            prices: &self.prices,
            cache: &self.carts,
            account: who.account(),
            catalog_view: self.products.view_for(who.account()),
        }
    }

    /// Commits the transaction that changed a cart and caches its lines.
    async fn commit<T>(&self, tx: Tx, cart: PricedCart, answer: T) -> std::result::Result<T, StoreError> {
        self.carts.commit(tx, &cart.row, cart.lines, answer).await
    }

    fn views<'a>(&'a self, catalog_view: &'a CatalogView) -> CartViews<'a> {
        CartViews { accounts: &self.accounts, products: &self.products, catalog_view }
    }

    fn answer(&self, context: &CartContext<'_>, cart: &PricedCart) -> Result<JsonResponse<CartView>> {
        let view = self.views(&context.catalog_view).cart(cart)?;
        Ok(JsonResponse::of(&view)?.with_etag(Etag(cart.row.version)))
    }

    /// Checks lines for an account. Returns the lines that can be ordered and the errors of the others.
    async fn check(
        &self,
        who: &Acting<permit::WriteCarts>,
        account: AccountId,
        lines: Vec<RequestedLine>,
    ) -> std::result::Result<(Vec<CheckedLine>, Vec<LineProblem>), CartError> {
        check_lines(&who.db(), &self.products, &self.index, Some(account), lines).await
    }

    /// The account of a cart that the caller may see.
    async fn owner(&self, who: &Acting<permit::WriteCarts>, id: &str) -> Result<AccountId> {
        if let Some(owner) = self.carts.owner(id_of(id)?) {
            let own = who.account().is_none_or(|account| account == owner);
            return if own { Ok(owner) } else { Err(CartError::NotFound(id.to_owned()).into()) };
        }
        Ok(find(&who.db(), id, who.account()).await?.account_id)
    }
}
