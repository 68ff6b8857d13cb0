//! Quotes over HTTP. Ordering one is the checkout's.

use std::sync::Arc;

use entity::AccountId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};
use pricing::Currency;

use super::ask::ask_again;
use super::close::{Closing, close};
use super::error::QuoteError;
use super::input::{AskAgainInput, QuoteReasonInput, SalesOfferInput, SalesQuoteInput, Target, asked};
use super::line_prices::today;
use super::offer::{Desk, offer};
use super::queries::{self, Filter, find, lines_of, lock, with_lines};
use super::request::{NewQuote, NewQuoteLine, Priced, request};
use super::show;
use super::status::QuoteStatus;
use super::views::{SalesQuoteSummary, SalesQuoteView};
use cart::{self, CartCache, CheckedLine, Partial, check_again, check_lines};
use catalog::Products;
use identity::permit;
use identity::{Account, Accounts, account_for, visible_account};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Page, Text, if_match, page_limit, place_of};
use prices::Prices;
use search_index::SearchIndex;
use store::clock;
use store::database::Reader;
use store::database::Tx;

type Result<T> = std::result::Result<T, ApiError<QuoteError>>;
type Checked<T> = std::result::Result<T, QuoteError>;

#[derive(Tags)]
enum Tag {
    /// Prices asked for and offered, held until a date, then ordered.
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
    /// What names that nobody bears come near to.
    pub index: SearchIndex,
}

#[OpenApi(tag = "Tag::Quotes")]
impl SalesQuoteRoutes {
    /// Request a quote
    ///
    /// Of a cart or of up to 10,000 lines, each perhaps with the price hoped for. A line that cannot be ordered refuses the
    /// request, or is left out and reported with `partial: accept`. The price of the day is kept with every line. Staff ask for
    /// an account by naming it. The same Idempotency-Key never makes a second quote.
    #[oai(path = "/v1/quotes", method = "post", operation_id = "request_quote")]
    async fn request_quote(
        &self,
        who: Acting<permit::WriteQuotes>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<SalesQuoteInput>,
    ) -> Result<Created<SalesQuoteView>> {
        let account = account_for(&who, &self.accounts, body.0.account.as_deref()).map_err(QuoteError::from)?;
        let wanted = self.check(&who.db(), account, body.0).await;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let (new, rejected) = self.complete(&tx, wanted?).await?;
        let priced = request(&tx, &self.desk(), new).await?;
        let view = SalesQuoteView { rejected, ..self.view(&tx, &priced, who.account()) };
        let answer = Created::stored(&tx, &view).await?.with_etag(Etag(priced.quote.version));
        Ok(tx.commit(answer).await?)
    }

    /// List quotes
    ///
    /// Newest first, without their lines. Staff see all accounts' quotes or those of the account named.
    #[oai(path = "/v1/quotes", method = "get", operation_id = "list_quotes")]
    async fn list_quotes(
        &self,
        who: Acting<permit::ReadQuotes>,
        account: Query<Option<Code>>,
        status: Query<Option<QuoteStatus>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<SalesQuoteSummary>>> {
        let (limit, now) = (page_limit(limit.0, 50, 200)?, clock::now());
        let filter = Filter {
            account: visible_account(&who, &self.accounts, account.0.as_deref()).map_err(QuoteError::from)?,
            status: status.0,
            now,
            before: cursor.0.as_deref().map(place_of).transpose()?,
            limit: limit + 1,
        };
        let rows = queries::list(&who.db(), filter).await?;
        let items = rows.iter().map(|quote| (quote.id.0, show::summary(&self.accounts, quote, now))).collect();
        Ok(JsonResponse::of(&Page::cut(items, limit))?)
    }

    /// Read a quote
    ///
    /// With its lines: what was asked for, what it cost then, what is offered, what it costs today, and what the offer saves.
    /// Of a product the account may no longer see, its people are shown no title and no price of today. Another account's quote
    /// does not exist.
    #[oai(path = "/v1/quotes/:number", method = "get", operation_id = "get_quote")]
    async fn get_quote(&self, who: Acting<permit::ReadQuotes>, number: Path<Code>) -> Result<JsonResponse<SalesQuoteView>> {
        let db = who.db();
        let quote = find(&db, &number.0, who.account()).await?;
        let (quote, lines) = with_lines(&db, quote).await?;
        let catalog_view = self.products.view_for(who.account());
        let basket = today(&db, &self.desk(), &quote, &lines, &catalog_view).await?;
        let priced = Priced { quote, lines, basket };
        let view = show::view(&self.accounts, &self.products, &priced, &catalog_view, clock::now());
        Ok(JsonResponse::of(&view)?.with_etag(Etag(priced.quote.version)))
    }

    /// Offer prices
    ///
    /// By the seller's staff, for all lines until an instant: per line a unit price or a percentage off today's price, in the
    /// quantity asked for or another one. What is offered can be ordered by the account: a line of a product, unit or quantity
    /// that cannot be is refused unless it is declined, which leaves it out of the offer. An offer takes the place of an earlier one as a whole; what was
    /// ordered or withdrawn stays. The offered prices stand whatever is published. Prices under cost or floor and prices
    /// above today's are remarked on in `warnings`. `If-Match` guards against answering what was asked for anew.
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
        let (priced, warnings) = offer(&tx, &self.desk(), quote, body.0).await?;
        let view = SalesQuoteView { warnings, ..self.view(&tx, &priced, who.account()) };
        let answer = JsonResponse::of(&view)?.with_etag(Etag(priced.quote.version));
        Ok(tx.commit(answer).await?)
    }

    /// Ask for a quote again
    ///
    /// With other quantities, notes or prices hoped for. The offer so far is put aside and the quote is `requested` again, also
    /// when the offer had expired or was declined. A line that can no longer be ordered refuses the request, unless the last offer
    /// declined it and no other quantity of it is asked for. `If-Match` guards against putting aside an offer that was not seen.
    #[oai(path = "/v1/quotes/:number/request", method = "post", operation_id = "ask_quote_again")]
    async fn ask_quote_again(
        &self,
        who: Acting<permit::WriteQuotes>,
        number: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<AskAgainInput>,
    ) -> Result<JsonResponse<SalesQuoteView>> {
        let expected = if_match(expected.0.as_deref())?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let quote = lock(&tx, &number.0, who.account(), expected).await?;
        let priced = ask_again(&tx, &self.desk(), quote, body.0).await?;
        let answer = self.kept(&tx, &priced, who.account()).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Decline an offer
    ///
    /// With a reason. The seller may offer anew, and the customer may ask again. A quote without an offer is answered 409.
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
    /// For good, by the account that asked or by staff, unless it was ordered.
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

/// A request as far as it can be checked before its transaction begins.
struct Wanted {
    account: Arc<Account>,
    /// The currency that is named, if one is.
    currency: Option<Currency>,
    note: String,
    partial: Partial,
    from: From,
}

/// Where the lines come from.
enum From {
    Cart(String),
    Lines { good: Vec<CheckedLine>, bad: Vec<FieldError>, targets: Vec<Option<Target>> },
}

impl SalesQuoteRoutes {
    /// Checks everything that needs no lock.
    async fn check(&self, db: &Reader, account: Arc<Account>, input: SalesQuoteInput) -> Checked<Wanted> {
        let named = input.currency.as_deref().map(cart::currency).transpose()?;
        let from = match (input.cart_id, input.lines) {
            (Some(cart), None) => From::Cart(Text::into_inner(cart)),
            (None, Some(lines)) => {
                let (asked, targets) = asked(lines)?;
                let (good, bad) = check_lines(db, &self.products, &self.index, Some(account.id), asked).await?;
                From::Lines { good, bad: bad.into_iter().map(Into::into).collect(), targets }
            }
            _ => {
                return Err(
                    CommonError::invalid("/lines", FieldCode::CartOrLines, "either cart_id or lines must be given").into()
                );
            }
        };
        Ok(Wanted { account, currency: named, note: input.note.into_inner(), partial: input.partial, from })
    }

    /// The quote to be requested, and the lines that are left out.
    async fn complete(&self, tx: &Tx, wanted: Wanted) -> Checked<(NewQuote, Vec<FieldError>)> {
        let (currency, good, bad, targets) = match wanted.from {
            From::Lines { good, bad, targets } => (wanted.currency.unwrap_or(wanted.account.currency), good, bad, targets),
            From::Cart(id) => {
                let cart = cart::lock_open(tx, &id, Some(wanted.account.id)).await?;
                let currency = cart.currency.0;
                cart::same_currency(wanted.currency, currency, "cart")?;
                let lines = self.carts.lines(tx, cart.id, cart.version).await?;
                if lines.len() > cart::MAX_LINES {
                    return Err(cart::CartError::TooManyLines(cart::MAX_LINES).into());
                }
                let (good, bad) = check_again(&self.products, wanted.account.id, "/cart/lines", &lines);
                (currency, good, bad, Vec::new())
            }
        };
        if !bad.is_empty() && (wanted.partial == Partial::Reject || good.is_empty()) {
            return Err(QuoteError::Lines(bad));
        }
        let line = |asked: CheckedLine| NewQuoteLine { target: targets.get(asked.index).copied().flatten(), asked };
        let lines = good.into_iter().map(line).collect();
        Ok((NewQuote { account: wanted.account.id, currency, note: wanted.note, lines }, bad))
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
        let answer = self.kept(&tx, &self.priced(&tx, quote, who.account()).await?, who.account()).await?;
        Ok(tx.commit(answer).await?)
    }

    fn desk(&self) -> Desk<'_> {
        Desk { products: &self.products, prices: &self.prices }
    }

    /// A quote, locked by the caller, with its lines and today's prices as this viewer sees them.
    async fn priced(&self, tx: &Tx, quote: entity::quotes::Model, viewer: Option<AccountId>) -> Checked<Priced> {
        let lines = lines_of(tx, quote.id).await?;
        let basket = today(tx, &self.desk(), &quote, &lines, &self.products.view_for(viewer)).await?;
        Ok(Priced { quote, lines, basket })
    }

    fn view(&self, tx: &Tx, priced: &Priced, viewer: Option<AccountId>) -> SalesQuoteView {
        show::view(&self.accounts, &self.products, priced, &self.products.view_for(viewer), tx.now())
    }

    /// The quote as this transaction leaves it, kept for retries.
    async fn kept(&self, tx: &Tx, priced: &Priced, viewer: Option<AccountId>) -> Checked<JsonResponse<SalesQuoteView>> {
        let view = self.view(tx, priced, viewer);
        Ok(JsonResponse::stored(tx, &view).await?.with_etag(Etag(priced.quote.version)))
    }
}
