//! Asking for prices: a basket, or the whole catalogue.
//!
//! Promises: a basket's cost grows with its lines, not with their square; no database, no clock. Not here: explanation.

use crate::candidate::{Candidates, Depth, Gather};
use crate::context::PricingContext;
use crate::resolve::{line_price, outcome};
use crate::totals::{ResolvedLine, Totals, touch_ahead};
use crate::{
    AccountId, Currency, Instant, LineError, LinePrice, PriceAnswer, PriceBook, PriceRequest, ProductId, Quantity, RequestLine,
    UnitCode,
};

/// Lines whose entries are loaded together, so that the waits for memory run side by side.
const BLOCK: usize = 16;

/// Prices a basket, line by line. Lines in error do not disturb the others and count in no quantity.
pub fn price(book: &PriceBook, request: &PriceRequest<'_>) -> PriceAnswer {
    let mut candidates = Candidates::with_room();
    let lines = if let [line] = request.lines {
        // In an order that lets the waits for memory run side by side: account, product, lists, entries, contracts.
        if let Some(account) = request.account.and_then(|account| book.account(account)) {
            account.touch();
        }
        let resolved = ResolvedLine::find(book, request, line);
        let mut context = PricingContext::with_lists(book, request);
        if let Ok(resolved) = &resolved {
            resolved.touch_entries(&context);
        }
        context.add_all_contracts();
        let mut totals = Totals::default();
        let price = resolved.and_then(|resolved| {
            totals.set_single(&resolved);
            price_line(&context, &mut totals, &resolved, &mut candidates)
        });
        vec![price]
    } else {
        let context = PricingContext::new(book, request);
        let (mut totals, resolved) = Totals::of_basket(book, request);
        let mut lines = Vec::with_capacity(resolved.len());
        for block in resolved.chunks(BLOCK) {
            block.iter().flatten().for_each(|resolved| resolved.touch_entries(&context));
            lines.extend(block.iter().map(|resolved| price_line(&context, &mut totals, &(*resolved)?, &mut candidates)));
        }
        lines
    };
    PriceAnswer { version: book.version(), lines }
}

/// Prices some lines of a basket, given by their places, as [`price`] would; all lines count towards thresholds.
pub fn price_some(book: &PriceBook, request: &PriceRequest<'_>, places: &[usize]) -> Vec<Result<LinePrice, LineError>> {
    let mut candidates = Candidates::with_room();
    let context = PricingContext::new(book, request);
    let (mut totals, resolved) = Totals::of_basket(book, request);
    let one = |place: &usize| {
        let resolved = (*resolved.get(*place).ok_or(LineError::UnknownProduct)?)?;
        price_line(&context, &mut totals, &resolved, &mut candidates)
    };
    places.iter().map(one).collect()
}

fn price_line<'b>(
    context: &PricingContext<'b, '_>,
    totals: &mut Totals<'b>,
    resolved: &ResolvedLine<'b>,
    candidates: &mut Candidates<'b>,
) -> Result<LinePrice, LineError> {
    Gather { context, totals, resolved, depth: Depth::Price }.all(candidates)?;
    let outcome = outcome(context, resolved, candidates, Quantity::ZERO)?;
    line_price(context, resolved, &outcome, resolved.line.quantity)
}

/// One product of a priced catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueLine {
    /// The product.
    pub product: ProductId,
    /// The unit of the price: its stock unit.
    pub unit: UnitCode,
    /// The price of one stock unit.
    pub price: Result<LinePrice, LineError>,
}

/// Prices one stock unit of every product for an account, in order of the products' handles, as the iterator is
/// driven. No coupons are given and nothing counts as ordered before.
pub fn price_catalogue(
    book: &PriceBook,
    account: Option<AccountId>,
    currency: Currency,
    at: Instant,
    as_of: Instant,
) -> impl Iterator<Item = CatalogueLine> {
    let request = PriceRequest { account, currency, at, as_of, coupons: &[], lines: &[], period_quantities: &[] };
    let context = PricingContext::new(book, &request);
    let mut totals = Totals::default();
    let mut candidates = Candidates::with_room();
    (0..book.products.len() as u32).map(ProductId).filter_map(move |product| {
        touch_ahead(book, product, &context);
        let (_, version) = book.product(product, as_of)?;
        let unit = version.stock_unit();
        let line = RequestLine { product, quantity: Quantity::ONE, unit };
        let price = ResolvedLine::find(book, &request, &line).and_then(|resolved| {
            totals.set_single(&resolved);
            price_line(&context, &mut totals, &resolved, &mut candidates)
        });
        Some(CatalogueLine { product, unit, price })
    })
}
