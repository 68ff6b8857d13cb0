//! Asking for prices: a basket, or the whole catalogue.
//!
//! Promises: a basket's cost grows with its lines, not with their square; no database, no clock. Not here: explanation.

use crate::candidate::{Candidates, Depth, Gather};
use crate::resolve::{line_price, outcome};
use crate::scene::Scene;
use crate::totals::{Known, Totals, touch_ahead};
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
        let known = Known::find(book, request, line);
        let mut scene = Scene::with_lists(book, request);
        if let Ok(known) = &known {
            known.touch_entries(&scene);
        }
        scene.add_all_contracts();
        let mut totals = Totals::default();
        let price = known.and_then(|known| {
            totals.set_single(&known);
            price_line(&scene, &mut totals, &known, &mut candidates)
        });
        vec![price]
    } else {
        let scene = Scene::new(book, request);
        let (mut totals, known) = Totals::of_basket(book, request);
        let mut lines = Vec::with_capacity(known.len());
        for block in known.chunks(BLOCK) {
            block.iter().flatten().for_each(|known| known.touch_entries(&scene));
            lines.extend(block.iter().map(|known| price_line(&scene, &mut totals, &(*known)?, &mut candidates)));
        }
        lines
    };
    PriceAnswer { version: book.version(), lines }
}

/// Prices some lines of a basket, given by their places, as [`price`] would; all lines count towards thresholds.
pub fn price_some(book: &PriceBook, request: &PriceRequest<'_>, places: &[usize]) -> Vec<Result<LinePrice, LineError>> {
    let mut candidates = Candidates::with_room();
    let scene = Scene::new(book, request);
    let (mut totals, known) = Totals::of_basket(book, request);
    let one = |place: &usize| {
        let known = (*known.get(*place).ok_or(LineError::UnknownProduct)?)?;
        price_line(&scene, &mut totals, &known, &mut candidates)
    };
    places.iter().map(one).collect()
}

fn price_line<'b>(
    scene: &Scene<'b, '_>,
    totals: &mut Totals<'b>,
    known: &Known<'b>,
    candidates: &mut Candidates<'b>,
) -> Result<LinePrice, LineError> {
    Gather { scene, totals, known, depth: Depth::Price }.all(candidates)?;
    let outcome = outcome(scene, known, candidates, Quantity::ZERO)?;
    line_price(scene, known, &outcome, known.line.quantity)
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
    let scene = Scene::new(book, &request);
    let mut totals = Totals::default();
    let mut candidates = Candidates::with_room();
    (0..book.products.len() as u32).map(ProductId).filter_map(move |product| {
        touch_ahead(book, product, &scene);
        let (_, facts) = book.product(product, as_of)?;
        let unit = facts.stock_unit();
        let line = RequestLine { product, quantity: Quantity::ONE, unit };
        let price = Known::find(book, &request, &line).and_then(|known| {
            totals.set_single(&known);
            price_line(&scene, &mut totals, &known, &mut candidates)
        });
        Some(CatalogueLine { product, unit, price })
    })
}
