//! Carts over HTTP.

use std::sync::Arc;

use entity::{AccountId, CartId, carts};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};
use pricing::Amount;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::commands::{self, NewCart};
use super::contents::{CartLine, Carts};
use super::drift::{self, CartDriftView};
use super::error::CartError;
use super::input::{AskedLine, CheckedLine, LinesBody, check_lines};
use super::views::{AddedLines, CartInput, CartLineProblem, CartLineView, CartSummary, CartTotals, CartView, LineChange};
use catalog::{Products, Sight};
use identity::permit;
use identity::{Accounts, account_for, visible_account};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError};
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Money, Page, Text, Timestamp, page_limit, place_of};
use prices::AsOf;
use prices::PriceLine;
use prices::PriceRequest;
use prices::PricedBasket;
use prices::Prices;
use search_index::SearchIndex;
use store::database::Db;

type Result<T> = std::result::Result<T, ApiError<CartError>>;

#[derive(Tags)]
enum Tag {
    /// Baskets of any size.
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
    pub carts: Carts,
    /// What names that nobody bears come near to.
    pub index: SearchIndex,
}

#[OpenApi(tag = "Tag::Carts")]
impl CartRoutes {
    /// Create a cart
    ///
    /// Empty or with up to 10,000 lines; bad lines are reported and do not keep the good ones out.
    #[oai(path = "/v1/carts", method = "post", operation_id = "create_cart")]
    async fn create_cart(
        &self,
        who: Acting<permit::WriteCarts>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<CartInput>,
    ) -> Result<Created<CartView>> {
        let input = body.0;
        let account = account_for(&who, &self.accounts, input.account.as_deref()).map_err(CartError::from)?;
        let currency = input.currency.map_or_else(|| account.currency.clone(), Code::into_inner);
        super::currency(&currency)?;
        let asked = input.lines.into_iter().enumerate().map(|(i, line)| AskedLine::from_json(format!("/lines/{i}"), line));
        let (good, rejected) = check_lines(&who.db(), &self.products, &self.index, Some(account.id), asked.collect()).await?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let new = NewCart { account: account.id, name: input.name.into_inner(), currency };
        let sight = self.products.sight(who.account());
        let cart = commands::create(&tx, new, good.len()).await?;
        let mut lines = commands::number_lines(&cart, &good)?;
        let basket = self.price(&tx, &cart, &lines, &sight).await?;
        see(&mut lines, &basket);
        commands::add_lines(&tx, &cart, &lines).await?;
        let views = lines.iter().enumerate().map(|(i, line)| self.line_view(line, i, &basket, good.get(i), &sight)).collect();
        let totals = totals(&basket, &cart.currency)?;
        let view = CartView { cart: self.summary(&cart), lines: views, totals, rejected };
        let answer = Created::stored(&tx, &view).await?.with_etag(Etag(cart.version));
        let answer = tx.commit(answer).await?;
        self.carts.remember(&cart, Arc::new(lines));
        Ok(answer)
    }

    /// Add lines to a cart
    ///
    /// As JSON, CSV or an Excel workbook with up to 10,000 rows. Products are found by SKU, manufacturer part number, GTIN or
    /// the account's own part number. Good lines are accepted, bad ones reported with a reason and candidates.
    #[oai(path = "/v1/carts/:id/lines", method = "post", operation_id = "add_cart_lines")]
    async fn add_lines(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: LinesBody,
    ) -> Result<JsonResponse<AddedLines>> {
        let db = who.db();
        let account = self.owner(&who, &db, &id.0).await?;
        let (good, mut rejected) = check_lines(&db, &self.products, &self.index, Some(account), body.lines).await?;
        rejected.extend(body.unreadable);
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let sight = self.products.sight(who.account());
        let cart = commands::grow(&tx, &id.0, who.account(), good.len()).await?;
        let before = self.carts.lines(&tx, cart.id, cart.version - i64::from(!good.is_empty())).await?;
        let mut all: Vec<CartLine> = before.iter().cloned().chain(commands::number_lines(&cart, &good)?).collect();
        let basket = self.price(&tx, &cart, &all, &sight).await?;
        see(&mut all[before.len()..], &basket);
        commands::add_lines(&tx, &cart, &all[before.len()..]).await?;
        let view = self.added(&cart, &all[before.len()..], before.len(), (&basket, &sight), &good, rejected)?;
        let answer = JsonResponse::stored(&tx, &view).await?.with_etag(Etag(cart.version));
        let answer = tx.commit(answer).await?;
        self.carts.remember(&cart, Arc::new(all));
        Ok(answer)
    }

    /// Read a cart
    ///
    /// With all its lines, priced as one basket at today's prices. Of a product the account may no longer see, its people are shown
    /// no title and no price (`unknown_product`), and the line is in no total.
    #[oai(path = "/v1/carts/:id", method = "get", operation_id = "get_cart")]
    async fn get_cart(&self, who: Acting<permit::ReadCarts>, id: Path<Text<20>>) -> Result<JsonResponse<CartView>> {
        let db = who.db();
        let cart = commands::find(&db, &id.0, who.account()).await?;
        let lines = self.carts.lines(&db, cart.id, cart.version).await?;
        self.cart_answer(&db, &cart, &lines, &self.products.sight(who.account())).await
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
        let limit = page_limit(limit.0, 50, 200)?;
        let mut select = carts::Entity::find().order_by_desc(carts::Column::Id).limit(limit + 1);
        if let Some(account) = visible_account(&who, &self.accounts, account.0.as_deref()).map_err(CartError::from)? {
            select = select.filter(carts::Column::AccountId.eq(account));
        }
        if let Some(cursor) = &cursor.0 {
            select = select.filter(carts::Column::Id.lt(place_of(cursor)?));
        }
        let rows = select.all(&who.db()).await?;
        let items = rows.iter().map(|cart| (cart.id.0, self.summary(cart))).collect();
        Ok(JsonResponse::of(&Page::cut(items, limit))?)
    }

    /// Change a line of a cart
    ///
    /// Only what is given changes.
    #[oai(path = "/v1/carts/:id/lines/:line", method = "patch", operation_id = "change_cart_line")]
    async fn change_line(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        line: Path<i32>,
        body: Body<LineChange>,
    ) -> Result<JsonResponse<CartView>> {
        let tx = who.begin().await?;
        let mut cart = commands::lock_open(&tx, &id.0, who.account()).await?;
        let before = self.carts.lines(&tx, cart.id, cart.version).await?;
        let mut lines = before.as_ref().clone();
        let changed = lines.iter_mut().find(|l| l.line == line.0).ok_or(CartError::NoSuchLine(line.0))?;
        let sight = self.products.sight(who.account());
        self.apply(changed, body.0, &sight)?;
        let basket = self.price(&tx, &cart, &lines, &sight).await?;
        for changed in lines.iter_mut().filter(|l| l.line == line.0) {
            see(std::slice::from_mut(changed), &basket);
            cart = commands::change_line(&tx, cart, changed).await?;
        }
        let answer = self.answer_of(&cart, &lines, &basket, &sight)?;
        let answer = tx.commit(answer).await?;
        self.carts.remember(&cart, Arc::new(lines));
        Ok(answer)
    }

    /// Take a line out of a cart
    ///
    /// The numbers of the other lines stay as they are.
    #[oai(path = "/v1/carts/:id/lines/:line", method = "delete", operation_id = "remove_cart_line")]
    async fn remove_line(
        &self,
        who: Acting<permit::WriteCarts>,
        id: Path<Text<20>>,
        line: Path<i32>,
    ) -> Result<JsonResponse<CartView>> {
        let tx = who.begin().await?;
        let cart = commands::lock_open(&tx, &id.0, who.account()).await?;
        let before = self.carts.lines(&tx, cart.id, cart.version).await?;
        let cart = commands::remove_line(&tx, cart, line.0).await?;
        let lines: Vec<CartLine> = before.iter().filter(|l| l.line != line.0).cloned().collect();
        let answer = self.cart_answer(&tx, &cart, &lines, &self.products.sight(who.account())).await?;
        let answer = tx.commit(answer).await?;
        self.carts.remember(&cart, Arc::new(lines));
        Ok(answer)
    }

    /// See what changed of a cart's prices
    ///
    /// Which lines cost something else than when they were added, last changed or accepted: the old price, the new one and why.
    /// The old price is that of the same basket then, so other quantities are no drift. Lines of products that whoever asks may
    /// not see are left out.
    #[oai(path = "/v1/carts/:id/price-drift", method = "get", operation_id = "get_cart_price_drift")]
    async fn price_drift(&self, who: Acting<permit::ReadCarts>, id: Path<Text<20>>) -> Result<JsonResponse<CartDriftView>> {
        let db = who.db();
        let cart = commands::find(&db, &id.0, who.account()).await?;
        let lines = self.carts.lines(&db, cart.id, cart.version).await?;
        let shown = self.products.shown(lines.iter().map(|line| line.product), &self.products.sight(who.account()));
        let lines: Vec<CartLine> = lines.iter().zip(shown).filter(|(_, shown)| *shown).map(|(line, _)| line.clone()).collect();
        let report = drift::report(&db, &self.prices, &cart, &lines, &[]).await?;
        Ok(JsonResponse::of(&drift::view(&self.products, &cart, &lines, &report)?)?)
    }

    /// Accept a cart's prices
    ///
    /// From now on all lines count as seen at today's prices. The answer is the cart with these prices.
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
        let cart = commands::lock_open(&tx, &id.0, who.account()).await?;
        let before = self.carts.lines(&tx, cart.id, cart.version).await?;
        let mut lines = before.as_ref().clone();
        let sight = self.products.sight(who.account());
        let basket = self.price(&tx, &cart, &lines, &sight).await?;
        see(&mut lines, &basket);
        let cart = commands::see_prices(&tx, cart, AsOf { valid_at: basket.at, known_at: basket.as_of }).await?;
        let view = self.view_of(&cart, &lines, &basket, &sight)?;
        let answer = JsonResponse::stored(&tx, &view).await?.with_etag(Etag(cart.version));
        let answer = tx.commit(answer).await?;
        self.carts.remember(&cart, Arc::new(lines));
        Ok(answer)
    }

    /// Delete a cart
    ///
    /// With its lines. A cart that became an order stays.
    #[oai(path = "/v1/carts/:id", method = "delete", operation_id = "delete_cart")]
    async fn delete_cart(&self, who: Acting<permit::WriteCarts>, id: Path<Text<20>>) -> Result<()> {
        let tx = who.begin().await?;
        let cart = commands::lock_open(&tx, &id.0, who.account()).await?;
        commands::delete(&tx, &cart).await?;
        Ok(tx.commit(()).await?)
    }
}

impl CartRoutes {
    /// Whose cart it is, if the caller may see it.
    async fn owner(&self, who: &Acting<permit::WriteCarts>, db: &impl Db, id: &str) -> Result<AccountId> {
        if let Some(owner) = id.parse().ok().and_then(|id| self.carts.owner(CartId(id))) {
            return if who.account().is_none_or(|own| own == owner) {
                Ok(owner)
            } else {
                Err(CartError::NotFound(id.to_owned()).into())
            };
        }
        Ok(commands::find(db, id, who.account()).await?.account_id)
    }

    /// Prices a cart for whoever has this sight; what they do not see has no price and counts towards none.
    async fn price(&self, db: &impl Db, cart: &carts::Model, lines: &[CartLine], sight: &Sight) -> Result<PricedBasket> {
        let currency = cart.currency.parse().map_err(|_| CommonError::Internal("a cart without currency".to_owned()))?;
        let asked: Vec<PriceLine> =
            lines.iter().map(|l| PriceLine { product: l.product, unit: l.unit, quantity: l.quantity.into() }).collect();
        let ask = PriceRequest { account: Some(cart.account_id), currency, at: None, as_of: None, coupons: &[], lines: &asked };
        let counts = self.products.shown(lines.iter().map(|line| line.product), sight);
        Ok(self.prices.price_visible(db, &ask, &counts).await.map_err(CartError::from)?)
    }

    async fn cart_answer(
        &self,
        db: &impl Db,
        cart: &carts::Model,
        lines: &[CartLine],
        sight: &Sight,
    ) -> Result<JsonResponse<CartView>> {
        let basket = self.price(db, cart, lines, sight).await?;
        self.answer_of(cart, lines, &basket, sight)
    }

    fn answer_of(
        &self,
        cart: &carts::Model,
        lines: &[CartLine],
        basket: &PricedBasket,
        sight: &Sight,
    ) -> Result<JsonResponse<CartView>> {
        Ok(JsonResponse::of(&self.view_of(cart, lines, basket, sight)?)?.with_etag(Etag(cart.version)))
    }

    fn view_of(&self, cart: &carts::Model, lines: &[CartLine], basket: &PricedBasket, sight: &Sight) -> Result<CartView> {
        let views = lines.iter().enumerate().map(|(i, line)| self.line_view(line, i, basket, None, sight)).collect();
        let totals = totals(basket, &cart.currency)?;
        Ok(CartView { cart: self.summary(cart), lines: views, totals, rejected: Vec::new() })
    }

    fn added(
        &self,
        cart: &carts::Model,
        added: &[CartLine],
        offset: usize,
        (basket, sight): (&PricedBasket, &Sight),
        asked: &[CheckedLine],
        rejected: Vec<CartLineProblem>,
    ) -> Result<AddedLines> {
        let views = added.iter().enumerate().map(|(i, line)| self.line_view(line, offset + i, basket, asked.get(i), sight));
        Ok(AddedLines { accepted: views.collect(), rejected, cart: self.summary(cart), totals: totals(basket, &cart.currency)? })
    }

    fn summary(&self, cart: &carts::Model) -> CartSummary {
        CartSummary {
            id: cart.id.to_string(),
            account: self.accounts.code_of(cart.account_id),
            name: cart.name.clone(),
            currency: cart.currency.clone(),
            status: cart.status,
            line_count: cart.line_count,
            version: cart.version,
            created_at: Timestamp(cart.created_at),
            updated_at: Timestamp(cart.updated_at),
        }
    }

    fn line_view(
        &self,
        line: &CartLine,
        place: usize,
        basket: &PricedBasket,
        asked: Option<&CheckedLine>,
        sight: &Sight,
    ) -> CartLineView {
        let product = self.products.by_id(line.product);
        let price = basket.lines.get(place);
        let priced = price.and_then(|p| p.as_ref().ok());
        CartLineView {
            line: line.line,
            pointer: asked.map(|a| a.pointer.clone()),
            sku: product.as_ref().map(|p| p.sku.to_string()).unwrap_or_default(),
            title: product.filter(|p| sight.shows(p)).map(|p| p.title.to_string()).unwrap_or_default(),
            quantity: line.quantity.into(),
            unit: line.unit.to_string(),
            note: line.note.to_string(),
            unit_price: priced.map(|p| kernel::wire::AmountText(p.unit_price)),
            per: priced.map(|p| p.per.get()),
            line_amount: priced.map(|p| kernel::wire::AmountText(p.line_amount)),
            price_source: priced.map(|p| p.source),
            price_problem: price.and_then(|p| p.as_ref().err()).map(|refusal| refusal.code()),
        }
    }

    /// Changes a line as asked; the new quantity must be one that can be ordered.
    fn apply(&self, line: &mut CartLine, change: LineChange, sight: &Sight) -> Result<()> {
        if let Some(unit) = change.unit {
            line.unit = unit.parse().map_err(|_| CommonError::invalid("/unit", FieldCode::UnknownUnit, "not a unit"))?;
        }
        if let Some(quantity) = change.quantity {
            line.quantity = quantity.0.into();
        }
        if let Some(note) = change.note {
            line.note = note.into_inner().into();
        }
        let product = self.products.by_id(line.product).ok_or(CartError::NoSuchLine(line.line))?;
        if !sight.shows(&product) {
            return Err(CommonError::invalid("/quantity", FieldCode::UnknownProduct, "the product no longer exists").into());
        }
        Ok(product.check_quantity(line.unit, line.quantity.into()).map_err(CommonError::from)?)
    }
}

/// Notes of lines that they are seen with the prices of a basket.
fn see(lines: &mut [CartLine], basket: &PricedBasket) {
    for line in lines {
        line.seen = Some(AsOf { valid_at: basket.at, known_at: basket.as_of });
    }
}

fn totals(basket: &PricedBasket, currency: &str) -> Result<CartTotals> {
    let priced = basket.lines.iter().flatten();
    let total = Amount::checked_sum(priced.map(|p| p.line_amount))
        .map_err(|_| CommonError::invalid("/lines", FieldCode::OutOfRange, "the total is out of range"))?;
    Ok(CartTotals {
        lines: basket.lines.len(),
        unpriced: basket.lines.iter().filter(|l| l.is_err()).count(),
        total: Money::new(total, currency),
        price_version: basket.version,
    })
}
