//! Deciding which lines are ordered, at which prices. All ordered lines, and no others, are priced as one basket.
//!
//! Stock is planned first, on locked levels. Lines that lack stock and cannot be backordered
//! are left out before the rest is priced. A line whose price is rejected no longer counts towards volume breaks and leaves its
//! stock to others, so the remaining lines are planned and priced again until every line is accepted.

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
pub(super) struct AcceptedLines {
    pub(super) basket: PricedBasket,
    pub(super) lines: Vec<NewLine>,
    pub(super) levels: LockedLevels,
    pub(super) stock: StockPlan,
    /// Why the other lines are not ordered.
    pub(super) rejected: Vec<FieldError>,
    pub(super) warnings: Vec<FieldError>,
}

/// Largest number of rounds of rejecting lines and pricing the rest. A further round is needed only when a rejection changes the
/// price of another line, so more than two are rare.
const ROUNDS: usize = 8;

/// The stock plan of lines.
#[derive(Debug)]
struct StockSourcing {
    /// The indexes of the lines that are priced.
    indexes: Vec<usize>,
    /// The stock of these lines.
    plan: StockPlan,
    /// The errors of lines that lack stock.
    shortages: Vec<FieldError>,
}

impl Checkout {
    /// Locks stock and prices the lines until all remaining lines are accepted. Lines without stock, without a price or with an
    /// unexpected price are reported as errors, and reject the order unless it may be partial.
    pub(super) async fn accept_lines(
        &self,
        tx: &Tx,
        buyer: &Buyer,
        currency: Currency,
        mut draft: DraftLines,
    ) -> Result<AcceptedLines, CheckoutError> {
        let (preference, partial) = (buyer.sourcing(), buyer.terms.partial);
        let levels =
            LockedLevels::open(tx, draft.lines.iter().map(|line| line.line.product.id)).await.map_err(OrderError::from)?;
        for _ in 0..ROUNDS {
            let sourcing = source(&levels, &draft.lines, &preference, partial)?;
            if sourcing.indexes.is_empty() {
                return Err(refusal(draft.problems, sourcing.shortages));
            }
            let basket = self.price(tx, buyer, currency, &draft.lines, &sourcing.indexes).await?;
            let outcome = apply_price_policy(&draft.lines, &sourcing.indexes, &basket);
            let all_accepted = outcome.refused.is_empty();
            draft.refuse(outcome.refused);
            let is_whole = draft.problems.is_empty() && sourcing.shortages.is_empty();
            if !partial && !is_whole {
                return Err(refusal(draft.problems, sourcing.shortages));
            }
            if all_accepted {
                return accepted(draft, levels, sourcing, basket, outcome.warnings, currency);
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
        indexes: &[usize],
    ) -> Result<PricedBasket, CheckoutError> {
        let one =
            |line: &DraftLine| PriceLine { product: line.line.product.id, unit: line.line.unit, quantity: line.line.quantity };
        let lines: Vec<PriceLine> = indexes.iter().map(|index| one(&lines[*index])).collect();
        let (account, coupons) = (Some(buyer.account.id), buyer.terms.coupons.as_slice());
        let ask = PriceRequest { account, currency, at: None, as_of: None, coupons, lines: &lines };
        Ok(self.prices.price(tx, &ask).await?)
    }
}

impl DraftLines {
    /// Removes the lines at these indexes, which are in rising order, and stores their errors.
    fn refuse(&mut self, refused: Vec<(usize, FieldError)>) {
        let mut at = 0;
        let mut indexes = refused.iter().map(|(index, _)| *index).peekable();
        self.lines.retain(|_| {
            let refused = indexes.next_if_eq(&at).is_some();
            at += 1;
            !refused
        });
        drop(indexes);
        self.problems.extend(refused.into_iter().map(|(_, problem)| problem));
    }
}

/// Plans the stock of lines. In a partial order, lines without stock are left out; otherwise all lines are priced, so that an
/// error lists everything that is wrong.
fn source(
    levels: &LockedLevels,
    lines: &[DraftLine],
    preference: &SourcingPreference,
    partial: bool,
) -> Result<StockSourcing, CheckoutError> {
    let demands = demands(lines, 0..lines.len())?;
    let plan = levels.plan(&demands, preference);
    let (mut indexes, mut shortages) = (Vec::with_capacity(lines.len()), Vec::new());
    for (index, (line, missing)) in lines.iter().zip(&plan.missing).enumerate() {
        if missing.is_positive() && !line.line.product.may_backorder() {
            let detail = format!("{} is not in stock in this quantity and cannot be backordered", line.line.product.sku);
            shortages.push(FieldError::new(format!("{}/quantity", line.line.pointer), FieldCode::InsufficientStock, detail));
            if partial {
                continue;
            }
        }
        indexes.push(index);
    }
    if shortages.is_empty() || !partial {
        return Ok(StockSourcing { indexes, plan, shortages });
    }
    // Lines without stock reserved nothing, so the others get the same stock, under their new indexes.
    let plan = levels.plan(&self::demands(lines, indexes.iter().copied())?, preference);
    Ok(StockSourcing { indexes, plan, shortages })
}

fn demands(lines: &[DraftLine], indexes: impl Iterator<Item = usize>) -> Result<Vec<Demand>, OrderError> {
    let one = |(key, index): (usize, usize)| {
        let line = &lines[index].line;
        Demand::of_line(key, &line.product, line.unit, line.quantity).ok_or(OrderError::OutOfRange)
    };
    indexes.enumerate().map(one).collect()
}

/// The error of a rejected order: out of stock when nothing else is wrong, otherwise the errors of all lines.
fn refusal(mut problems: Vec<FieldError>, shortages: Vec<FieldError>) -> CheckoutError {
    count_shortages(&shortages);
    match (problems.is_empty(), shortages.is_empty()) {
        (true, true) => OrderError::Empty.into(),
        (true, false) => OrderError::OutOfStock(shortages).into(),
        (false, _) => {
            problems.extend(shortages);
            CheckoutError::Lines(problems)
        }
    }
}

fn count_shortages(shortages: &[FieldError]) {
    for _ in shortages {
        telemetry::count("bulkhead_stock_conflicts_total");
    }
}

/// The accepted lines, with their prices.
fn accepted(
    draft: DraftLines,
    levels: LockedLevels,
    sourcing: StockSourcing,
    basket: PricedBasket,
    warnings: Vec<FieldError>,
    currency: Currency,
) -> Result<AcceptedLines, CheckoutError> {
    count_shortages(&sourcing.shortages);
    let mut drafts: Vec<Option<DraftLine>> = draft.lines.into_iter().map(Some).collect();
    let mut lines = Vec::with_capacity(sourcing.indexes.len());
    for (index, price) in sourcing.indexes.iter().zip(&basket.lines) {
        let Some(DraftLine { line, options, .. }) = drafts[*index].take() else { continue };
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
    let mut rejected = sourcing.shortages;
    rejected.extend(draft.problems);
    Ok(AcceptedLines { basket, lines, levels, stock: sourcing.plan, rejected, warnings })
}
