//! An account's prices as a whole and what changed since, over HTTP.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Query};

use super::change_log::AsOf;
use super::changes::{Changes, FeedScope};
use super::cursor::Cursor;
use super::error::{BadInput, PriceError};
use super::input::read_currency;
use super::lookup::Prices;
use super::price_quote_routes::Tag;
use super::price_rows::{PriceChangesView, Quantities};
use super::price_stream::{PriceStream, Tag as StreamTag};
use catalog::Products;
use identity::permit;
use identity::{Accounts, account_for};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError};
use kernel::wire::{Code, JsonResponse, Text, page_limit};
use store::clock;
use store::database::Reader;

type Result<T> = std::result::Result<T, ApiError<PriceError>>;

/// An account's prices.
#[derive(Debug)]
pub struct FeedRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All prices.
    pub prices: Prices,
}

#[OpenApi(tag = "Tag::Prices")]
impl FeedRoutes {
    /// Read all prices of an account
    ///
    /// Everything the account is sold, in every unit, with every volume break, one JSON object per line: what one line of a
    /// basket costs, without coupons and as if nothing had been ordered before. Products without a price are left out. The
    /// answer is one state, however long it takes to read: `Price-Version` names it, and `Price-Cursor` is what to give
    /// `/v1/price-changes` as `after` to be kept up to date from there. With the `ETag` of an earlier answer in
    /// `If-None-Match` the answer is 304 when no price of the account has changed since. With `quantities=smallest` there is one
    /// line per product, for a price beside each of a catalogue: the first of its prices in the stock unit. A product's minimum
    /// quantity is not looked at, and one that is priced in other units alone is left out.
    #[oai(path = "/v1/prices", method = "get", operation_id = "read_prices")]
    async fn read_prices(
        &self,
        who: Acting<permit::AskPrices>,
        account: Query<Option<Code>>,
        currency: Query<Option<Text<40>>>,
        quantities: Query<Option<Quantities>>,
        #[oai(name = "If-None-Match")] known: Header<Option<String>>,
    ) -> Result<PriceStream> {
        let scope = self.scope(&who, account.0.as_deref(), currency.0.as_deref())?;
        let (from, version) = self.prices.present(clock::now());
        let catalog_view = self.stamp(scope);
        if let Some(cursor) = known
            .0
            .as_deref()
            .and_then(StreamTag::read)
            .filter(|cursor| FeedScope::of(cursor) == scope && cursor.catalog_view == catalog_view)
            && self.is_unchanged(&who.db(), &cursor).await?
        {
            return Ok(PriceStream::unchanged(cursor));
        }
        let cursor = Cursor { account: scope.account, currency: scope.currency, catalog_view, from, toward: None };
        Ok(PriceStream::of(self.prices.clone(), self.products.clone(), cursor, quantities.0.unwrap_or_default(), version))
    }

    /// Follow price changes of an account
    ///
    /// What its prices became since the state that `after` names: every price that is new or another, and a tombstone for every
    /// one that is gone, also when a price begins or ends as scheduled. Only the last state counts: what went and came back in
    /// between is left out. No change is ever missed; one may be given twice. Begin with the `Price-Cursor` of `/v1/prices`;
    /// without `after` the answer is empty and its cursor says where to go on from now. What a cursor is brought to stays the
    /// same from page to page while `has_more` is true. When the rules of what the account may see have changed, the answer is
    /// 410 `cursor-outdated`: read `/v1/prices` again.
    #[oai(path = "/v1/price-changes", method = "get", operation_id = "follow_price_changes")]
    async fn follow_price_changes(
        &self,
        who: Acting<permit::AskPrices>,
        #[oai(validator(max_length = 100))] after: Query<Option<String>>,
        account: Query<Option<Code>>,
        currency: Query<Option<Text<40>>>,
        limit: Query<Option<u64>>,
    ) -> Result<JsonResponse<PriceChangesView>> {
        let limit = page_limit(limit.0, 1_000, 10_000)?;
        let Some(after) = after.0 else {
            let scope = self.scope(&who, account.0.as_deref(), currency.0.as_deref())?;
            let (from, _) = self.prices.present(clock::now());
            let catalog_view = self.stamp(scope);
            let cursor = Cursor { account: scope.account, currency: scope.currency, catalog_view, from, toward: None };
            let view = PriceChangesView { items: Vec::new(), next_cursor: cursor.write(), has_more: false };
            return Ok(JsonResponse::of(&view)?);
        };
        let refused = || {
            CommonError::invalid(
                "after",
                FieldCode::BadCursor,
                "the cursor must be the next_cursor of an earlier answer, unchanged",
            )
        };
        let cursor = Cursor::read(&after).ok_or_else(refused)?;
        let named = currency.0.as_deref().unwrap_or(cursor.currency.code());
        if self.scope(&who, account.0.as_deref(), Some(named))? != FeedScope::of(&cursor) {
            return Err(refused().into());
        }
        if self.stamp(FeedScope::of(&cursor)) != cursor.catalog_view {
            return Err(PriceError::CursorOutdated.into());
        }
        let (cursor, changes) = self.advance(&who.db(), cursor, limit as usize).await?.ok_or_else(refused)?;
        let view = PriceChangesView { items: changes.rows, has_more: cursor.toward.is_some(), next_cursor: cursor.write() };
        Ok(JsonResponse::of(&view)?)
    }
}

impl FeedScope {
    fn of(cursor: &Cursor) -> Self {
        Self { account: cursor.account, currency: cursor.currency }
    }
}

impl FeedRoutes {
    fn scope(
        &self,
        who: &Acting<permit::AskPrices>,
        account: Option<&str>,
        currency: Option<&str>,
    ) -> std::result::Result<FeedScope, PriceError> {
        let account = account_for(who, &self.accounts, account)?;
        let currency = currency.map_or(Ok(account.currency), |code| read_currency("currency", code));
        let currency = currency.map_err(|problem| BadInput(vec![problem]))?;
        Ok(FeedScope { account: account.id, currency })
    }

    /// A number for what the account is shown at all.
    fn stamp(&self, scope: FeedScope) -> u64 {
        self.products.view_for(Some(scope.account)).fingerprint()
    }

    /// The next page after a cursor and the cursor after it; none for a cursor of a state that never was.
    async fn advance(
        &self,
        db: &Reader,
        cursor: Cursor,
        limit: usize,
    ) -> std::result::Result<Option<(Cursor, Changes)>, PriceError> {
        let needed = cursor.toward.map_or(cursor.from, |(to, _)| to);
        // Another process may have known more when it gave the cursor.
        if self.prices.recorded_at() < needed.known_at {
            self.prices.catch_up(db).await?;
        }
        if self.prices.recorded_at() < needed.known_at {
            return Ok(None);
        }
        let (to, after) = cursor.toward.unwrap_or_else(|| {
            let (present, _) = self.prices.present(clock::now());
            // The clock of the process that gave the cursor may have been ahead.
            (AsOf { valid_at: present.valid_at.max(cursor.from.valid_at), ..present }, i64::MIN)
        });
        let changes = self.changes(cursor, to, after, limit).await?;
        let next = match changes.upto {
            Some(product) => Cursor { toward: Some((to, product)), ..cursor },
            None => Cursor { from: to, toward: None, ..cursor },
        };
        Ok(Some((next, changes)))
    }

    /// Whether no price has changed since a cursor.
    async fn is_unchanged(&self, db: &Reader, cursor: &Cursor) -> std::result::Result<bool, PriceError> {
        let advanced = self.advance(db, *cursor, 1).await?;
        Ok(advanced.is_some_and(|(next, changes)| changes.rows.is_empty() && next.toward.is_none()))
    }

    async fn changes(&self, cursor: Cursor, to: AsOf, after: i64, limit: usize) -> std::result::Result<Changes, CommonError> {
        let (prices, products) = (self.prices.clone(), self.products.clone());
        let work = move || prices.changes(&products, FeedScope::of(&cursor), (cursor.from, to), after, limit);
        tokio::task::spawn_blocking(work).await.map_err(|error| CommonError::Internal(error.to_string()))
    }
}
