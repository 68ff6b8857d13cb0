//! HTTP routes of quotes. Quotes are ordered by `checkout`.

use std::sync::Arc;

use entity::AccountId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};
use pricing::Currency;

use super::close::{Closing, close};
use super::error::QuoteError;
use super::input::{QuoteReasonInput, RevisedRequestInput, SalesOfferInput, SalesQuoteInput, requested_lines};
use super::line_prices::price_lines_today;
use super::offer::{QuoteContext, offer};
use super::queries::{self, QuoteFilter, find, lines_of, lock, read_with_lines};
use super::request::{NewQuote, NewQuoteLine, PricedQuote, request};
use super::revise_request::revise_request;
use super::show;
use super::status::QuoteStatus;
use super::target_price::TargetPrice;
use super::views::{SalesQuoteSummary, SalesQuoteView};
use cart::{self, CartCache, CheckedLine, Partial, check_lines, recheck_lines};
use catalog::Products;
use identity::permit;
use identity::{Account, Accounts, account_for, visible_account};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Page, PageRequest, Text, if_match};
use prices::Prices;
use search_index::SearchIndex;
use store::clock;
use store::database::Reader;
use store::database::Tx;

type Result<T> = std::result::Result<T, ApiError<QuoteError>>;
type Checked<T> = std::result::Result<T, QuoteError>;

#[derive(Tags)]
enum Tag {
    /// Requests for prices, and offers that are valid until a date.
    Quotes,
}

/// Quotes.
#[derive(Debug)]
pub struct SalesQuoteRoutes {
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

#[OpenApi(tag = "Tag::Quotes")]
impl SalesQuoteRoutes {
    /// Request a quote
    ///
    /// For a cart or for up to 10,000 lines, each with an optional target price. A line that cannot be ordered rejects the
    /// request, or is left out and reported with `partial: accept`. Today's price is stored with every line. Staff request a
    /// quote for an account with `account`. The same Idempotency-Key never creates a second quote.
    #[oai(path = "/v1/quotes", method = "post", operation_id = "request_quote")]
    async fn request_quote(
        &self,
        who: Acting<permit::WriteQuotes>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<SalesQuoteInput>,
    ) -> Result<Created<SalesQuoteView>> {
        let account = account_for(&who, &self.accounts, body.0.account.as_deref()).map_err(QuoteError::from)?;
        account.refuse_blocked().map_err(QuoteError::from)?;
        let quote_request = self.check(&who.db(), account, body.0).await;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let (new, rejected) = self.new_quote(&tx, quote_request?).await?;
        let priced = request(&tx, &self.context(), new).await?;
        let view = SalesQuoteView { rejected, ..self.view(&tx, &priced, who.account()) };
        let answer = Created::stored(&tx, &view).await?.with_etag(Etag(priced.quote.version));
        Ok(tx.commit(answer).await?)
    }

    /// List quotes
    ///
    /// Newest first, without their lines. Staff see the quotes of all accounts, or of one account with `account`.
    #[oai(path = "/v1/quotes", method = "get", operation_id = "list_quotes")]
    async fn list_quotes(
        &self,
        who: Acting<permit::ReadQuotes>,
        account: Query<Option<Code>>,
        status: Query<Option<QuoteStatus>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<SalesQuoteSummary>>> {
        let (page, now) = (PageRequest::read(limit.0, cursor.0.as_deref(), 50, 200)?, clock::now());
        let filter = QuoteFilter {
            account: visible_account(&who, &self.accounts, account.0.as_deref()).map_err(QuoteError::from)?,
            status: status.0,
            now,
            page,
        };
        let rows = queries::list(&who.db(), filter).await?;
        let items = rows.iter().map(|quote| (quote.id.0, show::summary(&self.accounts, quote, now)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Read a quote
    ///
    /// With its lines: the request, the prices at that time, the offer, today's prices, and the saving of the offer.
    /// A product that the account may no longer see is shown to its users without title and price of today. A quote of another
    /// account is answered 404.
    #[oai(path = "/v1/quotes/:number", method = "get", operation_id = "get_quote")]
    async fn get_quote(&self, who: Acting<permit::ReadQuotes>, number: Path<Code>) -> Result<JsonResponse<SalesQuoteView>> {
        let db = who.db();
        let quote = find(&db, &number.0, who.account()).await?;
        let (quote, lines) = read_with_lines(&db, quote).await?;
        let catalog_view = self.products.view_for(who.account());
        let basket = price_lines_today(&db, &self.context(), &quote, &lines, &catalog_view).await?;
        let priced = PricedQuote { quote, lines, basket };
        let view = show::view(&self.accounts, &self.products, &priced, &catalog_view, clock::now());
        Ok(JsonResponse::of(&view)?.with_etag(Etag(priced.quote.version)))
    }

    /// Offer prices
    ///
    /// For the seller's staff. The offer is valid until an instant and has per line a unit price or a percentage off today's
    /// price, in the requested quantity or another one. The account must be able to order every offered line; a line that cannot
    /// be ordered must be declined, which leaves it out of the offer. An offer replaces an earlier one as a whole; an
    /// ordered or withdrawn quote cannot be offered. Published prices do not change offered prices. Prices below cost or floor
    /// and prices above today's are reported in `warnings`. With `If-Match` the offer is made only for the version given.
    #[oai(path = "/v1/quotes/:number/offer", method = "put", operation_id = "offer_quote")]
    async fn offer_quote(
        &self,
        who: Acting<permit::OfferQuotes>,
        number: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<SalesOfferInput>,
    ) -> Result<JsonResponse<SalesQuoteView>> {
        let expected = if_match(expected.0.as_deref())?;
        let tx = who.begin().await?;
        let quote = lock(&tx, &number.0, None, expected).await?;
        let (priced, warnings) = offer(&tx, &self.context(), quote, body.0.into()).await?;
        let view = SalesQuoteView { warnings, ..self.view(&tx, &priced, who.account()) };
        let answer = JsonResponse::of(&view)?.with_etag(Etag(priced.quote.version));
        Ok(tx.commit(answer).await?)
    }

    /// Revise a quote request
    ///
    /// With other quantities, notes or target prices. The present offer no longer applies and the quote is `requested` again,
    /// also when the offer had expired or was declined. A line that can no longer be ordered rejects the request, unless the
    /// last offer declined it and its quantity does not change. With `If-Match` the request is revised only in the version given.
    #[oai(path = "/v1/quotes/:number/request", method = "post", operation_id = "ask_quote_again")]
    async fn ask_quote_again(
        &self,
        who: Acting<permit::WriteQuotes>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<RevisedRequestInput>,
    ) -> Result<JsonResponse<SalesQuoteView>> {
        let expected = if_match(expected.0.as_deref())?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let quote = lock(&tx, &number.0, who.account(), expected).await?;
        let priced = revise_request(&tx, &self.context(), quote, body.0.into()).await?;
        let answer = self.stored_response(&tx, &priced, who.account()).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Decline an offer
    ///
    /// With a reason. The seller may make a new offer, and the customer may revise the request. A quote without an offer is
    /// answered 409.
    #[oai(path = "/v1/quotes/:number/rejection", method = "post", operation_id = "reject_quote")]
    async fn reject_quote(
        &self,
        who: Acting<permit::WriteQuotes>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<QuoteReasonInput>,
    ) -> Result<JsonResponse<SalesQuoteView>> {
        self.close(&who, &number.0, (key.0.as_deref(), expected.0.as_deref()), Closing::Decline, body.0).await
    }

    /// Withdraw a quote
    ///
    /// By the account or by staff, unless the quote was ordered. A withdrawn quote cannot be reopened.
    #[oai(path = "/v1/quotes/:number/withdrawal", method = "post", operation_id = "withdraw_quote")]
    async fn withdraw_quote(
        &self,
        who: Acting<permit::WriteQuotes>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<QuoteReasonInput>,
    ) -> Result<JsonResponse<SalesQuoteView>> {
        self.close(&who, &number.0, (key.0.as_deref(), expected.0.as_deref()), Closing::Withdraw, body.0).await
    }
}

/// A quote request, checked as far as possible before its transaction begins.
struct QuoteRequest {
    account: Arc<Account>,
    /// The currency, if one is given.
    currency: Option<Currency>,
    note: String,
    partial: Partial,
    from: From,
}

/// The source of the lines.
enum From {
    Cart(String),
    Lines { good: Vec<CheckedLine>, bad: Vec<FieldError>, targets: Vec<Option<TargetPrice>> },
}

impl SalesQuoteRoutes {
    /// Checks everything that needs no lock.
    async fn check(&self, db: &Reader, account: Arc<Account>, input: SalesQuoteInput) -> Checked<QuoteRequest> {
        let named = input.currency.as_deref().map(cart::currency).transpose()?;
        let from = match (input.cart_id, input.lines) {
            (Some(cart), None) => From::Cart(Text::into_inner(cart)),
            (None, Some(lines)) => {
                let (asked, targets) = requested_lines(lines)?;
                let (good, bad) = check_lines(db, &self.products, &self.index, Some(account.id), asked).await?;
                From::Lines { good, bad: bad.into_iter().map(Into::into).collect(), targets }
            }
            _ => {
                return Err(
                    CommonError::invalid("/lines", FieldCode::CartOrLines, "either cart_id or lines must be given").into()
                );
            }
        };
        Ok(QuoteRequest { account, currency: named, note: input.note.into_inner(), partial: input.partial, from })
    }

    /// The new quote, and the errors of the lines that are left out.
    async fn new_quote(&self, tx: &Tx, quote_request: QuoteRequest) -> Checked<(NewQuote, Vec<FieldError>)> {
        let (currency, good, bad, targets) = match quote_request.from {
            From::Lines { good, bad, targets } => {
                (quote_request.currency.unwrap_or(quote_request.account.currency), good, bad, targets)
            }
            From::Cart(id) => {
                let cart = cart::lock_open(tx, &id, Some(quote_request.account.id)).await?;
                let currency = cart.currency.0;
                cart::same_currency(quote_request.currency, currency, "cart")?;
                let lines = self.carts.lines(tx, cart.id, cart.version).await?;
                if lines.len() > cart::MAX_LINES {
                    return Err(cart::CartError::TooManyLines(cart::MAX_LINES).into());
                }
                let (good, bad) = recheck_lines(&self.products, quote_request.account.id, "/cart/lines", &lines);
                (currency, good, bad, Vec::new())
            }
        };
        if !bad.is_empty() && (quote_request.partial == Partial::Reject || good.is_empty()) {
            return Err(QuoteError::Lines(bad));
        }
        let line = |asked: CheckedLine| NewQuoteLine { target: targets.get(asked.index).copied().flatten(), asked };
        let lines = good.into_iter().map(line).collect();
        Ok((NewQuote { account: quote_request.account.id, currency, note: quote_request.note, lines }, bad))
    }

    /// Declines or withdraws a quote; `key` and `expected` are the headers for retries and versions.
    async fn close(
        &self,
        who: &Acting<permit::WriteQuotes>,
        number: &str,
        (key, expected): (Option<&str>, Option<&str>),
        closing: Closing,
        why: QuoteReasonInput,
    ) -> Result<JsonResponse<SalesQuoteView>> {
        let expected = if_match(expected)?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let mut quote = lock(&tx, number, who.account(), expected).await?;
        close(&tx, &mut quote, closing, why.reason.into_inner()).await?;
        let answer = self.stored_response(&tx, &self.priced(&tx, quote, who.account()).await?, who.account()).await?;
        Ok(tx.commit(answer).await?)
    }

    fn context(&self) -> QuoteContext<'_> {
        QuoteContext { products: &self.products, prices: &self.prices }
    }

    /// A quote, locked by the caller, with its lines and today's prices as this viewer sees them.
    async fn priced(&self, tx: &Tx, quote: entity::quotes::Model, viewer: Option<AccountId>) -> Checked<PricedQuote> {
        let lines = lines_of(tx, quote.id).await?;
        let basket = price_lines_today(tx, &self.context(), &quote, &lines, &self.products.view_for(viewer)).await?;
        Ok(PricedQuote { quote, lines, basket })
    }

    fn view(&self, tx: &Tx, priced: &PricedQuote, viewer: Option<AccountId>) -> SalesQuoteView {
        show::view(&self.accounts, &self.products, priced, &self.products.view_for(viewer), tx.now())
    }

    /// The quote at the end of this transaction, stored as the response for retries.
    async fn stored_response(
        &self,
        tx: &Tx,
        priced: &PricedQuote,
        viewer: Option<AccountId>,
    ) -> Checked<JsonResponse<SalesQuoteView>> {
        let view = self.view(tx, priced, viewer);
        Ok(JsonResponse::stored(tx, &view).await?.with_etag(Etag(priced.quote.version)))
    }
}
