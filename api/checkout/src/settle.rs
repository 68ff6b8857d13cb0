//! Which lines are ordered, at which prices: all lines that are ordered, and no others, are one basket.
//!
//! Stock comes first: its levels are locked, and say what each line would get. Lines that lack stock and cannot be backordered
//! drop out before the rest is priced. A line whose price is refused no longer counts towards volume breaks and leaves its stock
//! to others, so what is left is planned and priced again until every line stands.

use pricing::Currency;

use super::context::Checkout;
use super::error::CheckoutError;
use super::price_policy::agreed_price;
use super::price_policy::apply_price_policy;
use super::request::Buyer;
use super::request::DraftLine;
use super::request::DraftLines;
use inventory::Demand;
use inventory::LockedLevels;
use inventory::SourcingPreference;
use inventory::StockPlan;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::telemetry;
use orders::{self, NewLine, OrderError};
use prices::{PriceLine, PriceRequest, PricedBasket};
use store::database::Tx;

/// Lines that are ordered, with their prices and their stock.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) basket: PricedBasket,
    pub(super) lines: Vec<NewLine>,
    pub(super) levels: LockedLevels,
    pub(super) stock: StockPlan,
    /// Why the other lines are not ordered.
    pub(super) rejected: Vec<FieldError>,
    pub(super) warnings: Vec<FieldError>,
}

/// Rounds of refusing lines and pricing the rest. Every round but the last refuses a line whose price another one's refusal
/// changed, so more than two are rare.
const ROUNDS: usize = 8;

/// What the locked levels give to lines.
#[derive(Debug)]
struct Sourced {
    /// The places of the lines that are priced.
    places: Vec<usize>,
    /// What these lines get.
    plan: StockPlan,
    /// Why lines lack stock.
    short: Vec<FieldError>,
}

impl Checkout {
    /// Locks stock and prices the lines until all that are left stand. Lines without stock, without a price or with one that
    /// nobody expects become problems; unless the order may be partial they refuse it.
    pub(super) async fn settle(
        &self,
        tx: &Tx,
        buyer: &Buyer,
        currency: Currency,
        mut draft: DraftLines,
    ) -> Result<Settled, CheckoutError> {
        let (preference, partial) = (buyer.sourcing(), buyer.terms.partial);
        let levels =
            LockedLevels::open(tx, draft.lines.iter().map(|line| line.line.product.id)).await.map_err(OrderError::from)?;
        for _ in 0..ROUNDS {
            let sourced = source(&levels, &draft.lines, &preference, partial)?;
            if sourced.places.is_empty() {
                return Err(refusal(draft.problems, sourced.short));
            }
            let basket = self.price(tx, buyer, currency, &draft.lines, &sourced.places).await?;
            let outcome = apply_price_policy(&draft.lines, &sourced.places, &basket);
            let stands = outcome.refused.is_empty();
            draft.refuse(outcome.refused);
            let is_whole = draft.problems.is_empty() && sourced.short.is_empty();
            if !partial && !is_whole {
                return Err(refusal(draft.problems, sourced.short));
            }
            if stands {
                return settled(draft, levels, sourced, basket, outcome.warnings, currency);
            }
        }
        Err(refusal(draft.problems, Vec::new()))
    }

    async fn price(
        &self,
        tx: &Tx,
        buyer: &Buyer,
        currency: Currency,
        lines: &[DraftLine],
        places: &[usize],
    ) -> Result<PricedBasket, CheckoutError> {
        let one =
            |line: &DraftLine| PriceLine { product: line.line.product.id, unit: line.line.unit, quantity: line.line.quantity };
        let lines: Vec<PriceLine> = places.iter().map(|place| one(&lines[*place])).collect();
        let (account, coupons) = (Some(buyer.account.id), buyer.terms.coupons.as_slice());
        let ask = PriceRequest { account, currency, at: None, as_of: None, coupons, lines: &lines };
        Ok(self.prices.price(tx, &ask).await?)
    }
}

impl DraftLines {
    /// Takes out the lines at these places, which are in rising order; their problems are kept.
    fn refuse(&mut self, refused: Vec<(usize, FieldError)>) {
        let mut at = 0;
        let mut places = refused.iter().map(|(place, _)| *place).peekable();
        self.lines.retain(|_| {
            let refused = places.next_if_eq(&at).is_some();
            at += 1;
            !refused
        });
        drop(places);
        self.problems.extend(refused.into_iter().map(|(_, problem)| problem));
    }
}

/// Plans the stock of lines. Of a partial order, lines without stock are left out; else all lines are priced, so that a refusal
/// names everything that is wrong.
fn source(
    levels: &LockedLevels,
    lines: &[DraftLine],
    preference: &SourcingPreference,
    partial: bool,
) -> Result<Sourced, CheckoutError> {
    let demands = demands(lines, 0..lines.len())?;
    let plan = levels.plan(&demands, preference);
    let (mut places, mut short) = (Vec::with_capacity(lines.len()), Vec::new());
    for (place, (line, missing)) in lines.iter().zip(&plan.missing).enumerate() {
        if missing.is_positive() && !line.line.product.may_backorder() {
            let detail = format!("{} is not in stock in this quantity and cannot be backordered", line.line.product.sku);
            short.push(FieldError::new(format!("{}/quantity", line.line.pointer), FieldCode::InsufficientStock, detail));
            if partial {
                continue;
            }
        }
        places.push(place);
    }
    if short.is_empty() || !partial {
        return Ok(Sourced { places, plan, short });
    }
    // What lacks stock took none, so the others get what they got before, under their new places.
    let plan = levels.plan(&self::demands(lines, places.iter().copied())?, preference);
    Ok(Sourced { places, plan, short })
}

fn demands(lines: &[DraftLine], places: impl Iterator<Item = usize>) -> Result<Vec<Demand>, OrderError> {
    let one = |(key, place): (usize, usize)| {
        let line = &lines[place].line;
        Demand::of_line(key, &line.product, line.unit, line.quantity).ok_or(OrderError::OutOfRange)
    };
    places.enumerate().map(one).collect()
}

/// Why an order is refused: for lack of stock when nothing else is wrong, else for all its lines' problems.
fn refusal(mut problems: Vec<FieldError>, short: Vec<FieldError>) -> CheckoutError {
    count_short(&short);
    match (problems.is_empty(), short.is_empty()) {
        (true, true) => OrderError::Empty.into(),
        (true, false) => OrderError::OutOfStock(short).into(),
        (false, _) => {
            problems.extend(short);
            CheckoutError::Lines(problems)
        }
    }
}

fn count_short(short: &[FieldError]) {
    for _ in short {
        telemetry::count("bulkhead_stock_conflicts_total");
    }
}

/// The lines that stand, as they are ordered.
fn settled(
    draft: DraftLines,
    levels: LockedLevels,
    sourced: Sourced,
    basket: PricedBasket,
    warnings: Vec<FieldError>,
    currency: Currency,
) -> Result<Settled, CheckoutError> {
    count_short(&sourced.short);
    let mut drafts: Vec<Option<DraftLine>> = draft.lines.into_iter().map(Some).collect();
    let mut lines = Vec::with_capacity(sourced.places.len());
    for (place, price) in sourced.places.iter().zip(&basket.lines) {
        let Some(DraftLine { line, options, .. }) = drafts[*place].take() else { continue };
        let price = agreed_price(options.expectation.as_ref(), price, line.quantity, currency, &basket)?;
        lines.push(NewLine {
            product: line.product,
            unit: line.unit,
            quantity: line.quantity.into(),
            price,
            note: line.note,
            reference: options.reference,
        });
    }
    let mut rejected = sourced.short;
    rejected.extend(draft.problems);
    Ok(Settled { basket, lines, levels, stock: sourced.plan, rejected, warnings })
}
