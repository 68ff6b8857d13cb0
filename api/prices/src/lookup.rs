//! All prices in memory, and the question what something costs.
//!
//! One price book behind a lock that is held for the time of a computation, never across a wait. Loading and following are in
//! `load`, the rows' shapes in `price_book`.

use std::sync::Arc;
use store::Db;

use entity::{AccountId, Instant, PriceSource};
use parking_lot::{RwLock, RwLockWriteGuard};
use pricing::{
    Amount, Currency, Explanation, Flags, LineError, NextBreak, Per, PeriodQuantity, RequestLine, Source, UnitPrice, Viewer,
};

use super::coupon_tries::CouponTries;
use super::error::{BadInput, PriceError};
use super::price_book::{Book, PriceLine};
use super::{ordered_as_of, period};
use kernel::field_code::FieldCode;
use store::clock;

/// All prices of the house. Cheap to clone; every clone is the same book.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    pub(super) book: Arc<RwLock<Book>>,
    coupon_tries: Arc<CouponTries>,
}

/// A basket whose prices are asked for.
#[derive(Clone, Copy, Debug)]
pub struct PriceRequest<'a> {
    /// Who asks; none for a visitor, who gets default lists and promotions for everyone.
    pub account: Option<AccountId>,
    /// The currency everything happens in.
    pub currency: Currency,
    /// The instant whose prices count; now when left out.
    pub at: Option<Instant>,
    /// The instant whose knowledge counts; everything recorded when left out.
    pub as_of: Option<Instant>,
    /// Coupons given.
    pub coupons: &'a [String],
    /// The lines, one basket.
    pub lines: &'a [PriceLine],
}

/// The prices of a basket. Asked again with its `at` and `as_of` the answer is the same for ever.
#[derive(Clone, Debug)]
pub struct PricedBasket {
    /// The price version the answer comes from.
    pub version: i64,
    /// The instant whose prices these are.
    pub at: Instant,
    /// The instant whose knowledge counted.
    pub as_of: Instant,
    /// What had been ordered before, under contract lines that count it.
    pub ordered: Vec<PeriodQuantity>,
    /// One per line asked, in the same order.
    pub lines: Vec<Result<PricedLine, LineRefusal>>,
}

/// The price of a line.
#[derive(Clone, Debug)]
pub struct PricedLine {
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Per,
    /// Rounded to the currency's minor unit.
    pub line_amount: Amount,
    /// The list price in the asked unit, when there is one.
    pub list_price: Option<UnitPrice>,
    pub source: PriceSource,
    /// Code of the price list, contract or promotion.
    pub label: Arc<str>,
    /// Id of the entry or contract line, or place of the promotion's line.
    pub row: i64,
    pub flags: Flags,
}

/// Why a line has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRefusal(pub LineError);

impl LineRefusal {
    /// The stable code.
    pub const fn code(self) -> FieldCode {
        match self.0 {
            LineError::UnknownProduct => FieldCode::UnknownProduct,
            LineError::UnknownUnit => FieldCode::UnknownUnit,
            LineError::QuantityNotPositive => FieldCode::NotPositive,
            LineError::PriceOnRequest => FieldCode::PriceOnRequest,
            LineError::Overflow => FieldCode::OutOfRange,
        }
    }

    /// Why, in words.
    pub fn detail(self) -> String {
        self.0.to_string()
    }
}

/// A request in the engine's terms: dense ids for ids, instants settled, quantities ordered before fetched.
pub(super) struct Resolved {
    version: i64,
    at: Instant,
    as_of: Instant,
    account: Option<pricing::AccountId>,
    pub(super) lines: Vec<RequestLine>,
    pub(super) ordered: Vec<PeriodQuantity>,
}

/// What has to be known of orders placed before.
enum Needed {
    Now(Vec<period::Period>),
    Then(Vec<ordered_as_of::Window>),
}

impl Resolved {
    pub(super) fn engine_request<'a>(
        &'a self,
        request: &PriceRequest<'a>,
        lines: &'a [RequestLine],
    ) -> pricing::PriceRequest<'a> {
        pricing::PriceRequest {
            account: self.account,
            currency: request.currency,
            at: self.at.into(),
            as_of: self.as_of.into(),
            coupons: request.coupons,
            lines,
            period_quantities: &self.ordered,
        }
    }
}

/// An explained basket.
pub(super) struct Explained {
    pub(super) version: i64,
    pub(super) at: Instant,
    pub(super) as_of: Instant,
    pub(super) explanation: Explanation,
}

impl Prices {
    /// Fails when an account names more coupons than it may try. To be called with what buyers name.
    pub fn try_coupons(&self, account: AccountId, coupons: &[String]) -> Result<(), PriceError> {
        self.coupon_tries.take(account, coupons, clock::now()).map_err(PriceError::TooManyCoupons)
    }

    /// The book to put rows into: for a book of a few products that is made up to compare prices.
    pub fn book_mut(&self) -> RwLockWriteGuard<'_, Book> {
        self.book.write()
    }

    /// The version of the prices held here.
    pub fn version(&self) -> i64 {
        self.book.read().version()
    }

    /// When the version held here was recorded.
    pub(super) fn recorded_at(&self) -> Instant {
        self.book.read().recorded_at()
    }

    /// Prices a basket: all lines together reach volume breaks. Touches the database only when a contract line counts what was
    /// ordered before. Lines without price say why; the basket is never refused.
    pub async fn price(&self, db: &impl Db, request: &PriceRequest<'_>) -> Result<PricedBasket, PriceError> {
        let resolved = self.resolve(db, request).await?;
        let book = self.book.read();
        let answer = pricing::price(book.engine(), &resolved.engine_request(request, &resolved.lines));
        let lines = answer.lines.into_iter().map(|line| book.priced(line)).collect();
        Ok(PricedBasket { version: resolved.version, at: resolved.at, as_of: resolved.as_of, ordered: resolved.ordered, lines })
    }

    /// Prices the lines that count as one basket. The other lines are left out, and their products are answered as unknown.
    pub async fn price_visible(
        &self,
        db: &impl Db,
        request: &PriceRequest<'_>,
        counts: &[bool],
    ) -> Result<PricedBasket, PriceError> {
        if counts.iter().all(|counts| *counts) {
            return self.price(db, request).await;
        }
        let counted = request.lines.iter().zip(counts).filter(|(_, counts)| **counts).map(|(line, _)| *line);
        let lines: Vec<PriceLine> = counted.collect();
        let mut basket = self.price(db, &PriceRequest { lines: &lines, ..*request }).await?;
        let mut priced = std::mem::take(&mut basket.lines).into_iter();
        let next = |counts: &bool| if *counts { priced.next() } else { None };
        let all = counts.iter().map(next).map(|price| price.unwrap_or(Err(LineRefusal(LineError::UnknownProduct))));
        basket.lines = all.collect();
        Ok(basket)
    }

    /// Prices every line as a basket of its own, for lists of products.
    pub async fn price_separately(&self, db: &impl Db, request: &PriceRequest<'_>) -> Result<PricedBasket, PriceError> {
        let resolved = self.resolve(db, request).await?;
        let book = self.book.read();
        let one = |line: &RequestLine| {
            let answer = pricing::price(book.engine(), &resolved.engine_request(request, std::slice::from_ref(line)));
            answer.lines.into_iter().next().map_or(Err(LineRefusal(LineError::UnknownProduct)), |line| book.priced(line))
        };
        let lines = resolved.lines.iter().map(one).collect();
        Ok(PricedBasket { version: resolved.version, at: resolved.at, as_of: resolved.as_of, ordered: resolved.ordered, lines })
    }

    /// Prices a basket and explains every line. Refuses a currency without prices.
    pub(super) async fn explain(
        &self,
        db: &impl Db,
        request: &PriceRequest<'_>,
        viewer: Viewer,
    ) -> Result<Explained, PriceError> {
        let resolved = self.resolve(db, request).await?;
        let book = self.book.read();
        if !book.has_currency(request.currency) {
            let detail = format!("there are no prices in {}; ask in another currency", request.currency);
            return Err(BadInput::one("/currency", FieldCode::CurrencyWithoutPrices, detail).into());
        }
        let explanation = pricing::explain(book.engine(), &resolved.engine_request(request, &resolved.lines), viewer);
        Ok(Explained { version: resolved.version, at: resolved.at, as_of: resolved.as_of, explanation })
    }

    /// What the next larger quantity of a single line would cost; none when no larger quantity costs anything else.
    pub async fn next_break(&self, db: &impl Db, request: &PriceRequest<'_>) -> Result<Option<NextBreak>, PriceError> {
        let resolved = self.resolve(db, request).await?;
        let book = self.book.read();
        let explained = pricing::explain(book.engine(), &resolved.engine_request(request, &resolved.lines), Viewer::Buyer);
        Ok(explained.lines.into_iter().next().and_then(|line| line.next_break))
    }

    pub(super) async fn resolve(&self, db: &impl Db, request: &PriceRequest<'_>) -> Result<Resolved, PriceError> {
        let (mut resolved, needed) = {
            let book = self.book.read();
            let resolved = book.resolve(request);
            let engine_request = resolved.engine_request(request, &resolved.lines);
            let needed = match request.as_of {
                None => Needed::Now(book.periods(&engine_request)),
                Some(_) => Needed::Then(book.windows(&engine_request)),
            };
            (resolved, needed)
        };
        resolved.ordered = match &needed {
            Needed::Now(periods) if !periods.is_empty() => period::ordered(db, periods, resolved.at).await?,
            Needed::Then(windows) if !windows.is_empty() => {
                ordered_as_of::ordered(db, windows, resolved.at, resolved.as_of).await?
            }
            _ => Vec::new(),
        };
        Ok(resolved)
    }
}

impl Book {
    /// A request in the engine's terms, without what was ordered before.
    pub(super) fn resolve(&self, request: &PriceRequest<'_>) -> Resolved {
        Resolved {
            version: self.version(),
            // The clocks of two processes may differ: what is known already counts now.
            at: request.at.unwrap_or_else(|| clock::now().max(self.recorded_at())),
            as_of: request.as_of.unwrap_or(self.recorded_at()),
            account: request.account.map(|account| self.account(account)),
            lines: request.lines.iter().map(|line| self.request_line(line)).collect(),
            ordered: Vec::new(),
        }
    }

    /// An engine's answer in the words of the house.
    pub(super) fn priced(&self, line: Result<pricing::LinePrice, LineError>) -> Result<PricedLine, LineRefusal> {
        let line = line.map_err(LineRefusal)?;
        let (source, label, row) = match line.source {
            Source::List { list, entry } => (PriceSource::List, self.list_code(list), entry.0),
            Source::Contract { contract, line } => (PriceSource::Contract, self.contract_code(contract), line.0),
            Source::Promotion { promotion, line } => (PriceSource::Promotion, self.promotion_code(promotion), i64::from(line)),
        };
        Ok(PricedLine {
            unit_price: line.unit_price,
            per: line.per,
            line_amount: line.line_amount,
            list_price: line.list_price,
            source,
            label,
            row,
            flags: line.flags,
        })
    }
}
