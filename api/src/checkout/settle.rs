//! The prices of an order's lines: all lines that are ordered, and no others, are one basket.
//!
//! A line that is refused no longer counts towards volume breaks, so the rest is priced again until every line stands. When
//! stock decides only later that a line is dropped, the rest is priced once more; a line that then costs what its caller does
//! not accept refuses the order as a whole.

use ahash::AHashMap;
use entity::carts;
use pricing::{Amount, Per, Quantity};
use serde_json::json;

use super::drift::{Expectation, Tolerance};
use super::error::CheckoutError;
use super::order::{Checkout, Extra, Prepared};
use super::views::{OnDrift, Partial};
use crate::cart::{CheckedLine, drift as cart_drift};
use crate::contracts::{Ask, AskLine, PricedBasket, PricedLine};
use crate::kernel::database::Tx;
use crate::kernel::problem::FieldProblem;
use crate::orders::{self, AgreedPrice, NewLine, Reservation};

/// Lines that stand, with their prices.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) basket: PricedBasket,
    pub(super) lines: Vec<NewLine>,
    pub(super) warnings: Vec<FieldProblem>,
    /// What was expected of lines, by their pointers.
    pub(super) expectations: AHashMap<String, Expectation>,
}

/// Rounds of refusing lines and pricing the rest. Every round but the last refuses a line whose price another one's refusal
/// changed, so more than two are rare.
const ROUNDS: usize = 8;

impl Checkout {
    /// Prices the lines until all that are left stand. Lines without a price, or with one that nobody expects, become problems;
    /// unless the order may be partial they refuse it.
    pub(super) async fn settle(&self, tx: &Tx, prepared: &mut Prepared, coupons: &[String]) -> Result<Settled, CheckoutError> {
        let partial = prepared.input.partial == Partial::Accept;
        for _ in 0..ROUNDS {
            let basket = self.price(tx, prepared, coupons).await?;
            let mut warnings = Vec::new();
            let refused = Self::judge(prepared, &basket, &mut warnings);
            let none_left = prepared.lines.is_empty();
            if none_left && prepared.problems.is_empty() {
                return Err(orders::OrderError::Empty.into());
            }
            if none_left || (!partial && !prepared.problems.is_empty()) {
                return Err(CheckoutError::Lines(std::mem::take(&mut prepared.problems)));
            }
            if !refused {
                let (lines, expectations) = Self::new_lines(prepared, &basket)?;
                return Ok(Settled { basket, lines, warnings, expectations });
            }
        }
        Err(CheckoutError::Lines(std::mem::take(&mut prepared.problems)))
    }

    /// Expects of the lines of a cart the prices they were seen at.
    pub(super) async fn expect_seen(
        &self,
        tx: &Tx,
        cart: &carts::Model,
        prepared: &mut Prepared,
        coupons: &[String],
    ) -> Result<(), CheckoutError> {
        let otherwise = prepared.input.on_price_drift.unwrap_or(OnDrift::Warn);
        if otherwise == OnDrift::Accept {
            return Ok(());
        }
        let lines = self.carts.lines(tx, cart.id, cart.version).await?;
        let report = cart_drift::report(tx, &self.prices, cart, &lines, coupons).await?;
        prepared.extras = vec![Extra::default(); lines.len()];
        for drifted in report.drifted {
            let (unit_price, per) = drifted.previous.map_or((Amount::ZERO, None), |line| (line.unit_price, Some(line.per)));
            let tolerance = Tolerance::Amount(Amount::ZERO);
            prepared.extras[drifted.place].expectation = Some(Expectation { unit_price, per, tolerance, otherwise });
        }
        Ok(())
    }

    async fn price(&self, tx: &Tx, prepared: &Prepared, coupons: &[String]) -> Result<PricedBasket, CheckoutError> {
        let one = |line: &CheckedLine| AskLine { product: line.product.id, unit: line.unit, quantity: line.quantity };
        let lines: Vec<AskLine> = prepared.lines.iter().map(one).collect();
        let account = Some(prepared.account.id);
        let ask = Ask { account, currency: prepared.currency, at: None, as_of: None, coupons, lines: &lines };
        Ok(self.prices.price(tx, &ask).await?)
    }

    /// Takes out lines that do not stand; says whether there were any.
    fn judge(prepared: &mut Prepared, basket: &PricedBasket, warnings: &mut Vec<FieldProblem>) -> bool {
        let asked = std::mem::take(&mut prepared.lines);
        let count = asked.len();
        for (line, price) in asked.into_iter().zip(&basket.lines) {
            let price = match price {
                Ok(price) => price,
                Err(refusal) => {
                    let code = refusal.code().replace('_', "-");
                    prepared.problems.push(FieldProblem::new(line.pointer, &code, refusal.detail()));
                    continue;
                }
            };
            let expected = prepared.extras.get(line.index).and_then(|extra| extra.expectation);
            match drift(&line.pointer, &line.product.sku, expected, price) {
                Some((OnDrift::Reject, problem)) => {
                    prepared.problems.push(problem);
                    continue;
                }
                Some((OnDrift::Warn, problem)) => warnings.push(problem),
                Some((OnDrift::Accept, _)) | None => {}
            }
            prepared.lines.push(line);
        }
        prepared.lines.len() < count
    }

    /// Lines with their price, and what was expected of them.
    fn new_lines(
        prepared: &mut Prepared,
        basket: &PricedBasket,
    ) -> Result<(Vec<NewLine>, AHashMap<String, Expectation>), CheckoutError> {
        let mut lines = Vec::with_capacity(prepared.lines.len());
        let mut expectations = AHashMap::new();
        let checked = std::mem::take(&mut prepared.lines);
        for (line, price) in checked.into_iter().zip(basket.lines.iter().flatten()) {
            let extra = prepared.extras.get_mut(line.index).map(std::mem::take).unwrap_or_default();
            if let Some(expected) = extra.expectation {
                expectations.insert(line.pointer.clone(), expected);
            }
            lines.push(NewLine {
                pointer: line.pointer,
                product: line.product,
                unit: line.unit,
                quantity: line.quantity.into(),
                price: agreed(price, basket)?,
                note: line.note,
                reference: extra.reference,
            });
        }
        Ok((lines, expectations))
    }

    /// Prices what is left after lines were dropped for lack of stock.
    pub(super) async fn settle_again(
        &self,
        tx: &Tx,
        reserved: &mut Reservation,
        expectations: &AHashMap<String, Expectation>,
        warnings: &mut Vec<FieldProblem>,
    ) -> Result<(), CheckoutError> {
        let one = |line: &NewLine| AskLine { product: line.product.id, unit: line.unit, quantity: line.quantity.into() };
        let lines: Vec<AskLine> = reserved.lines_mut().iter().map(one).collect();
        let order = reserved.order_mut();
        let (account, coupons) = (Some(order.account.id), order.coupons.as_slice());
        let ask = Ask { account, currency: order.currency, at: None, as_of: None, coupons, lines: &lines };
        let basket = self.prices.price(tx, &ask).await?;
        (order.priced_at, order.priced_as_of, order.price_version) = (basket.at, basket.as_of, basket.version);
        order.ordered_before.clone_from(&basket.ordered);
        warnings.clear();
        let mut problems = Vec::new();
        for (line, price) in reserved.lines_mut().iter_mut().zip(&basket.lines) {
            let price = match price {
                Ok(price) => price,
                Err(refusal) => {
                    let code = refusal.code().replace('_', "-");
                    problems.push(FieldProblem::new(line.pointer.clone(), &code, refusal.detail()));
                    continue;
                }
            };
            match drift(&line.pointer, &line.product.sku, expectations.get(&line.pointer).copied(), price) {
                Some((OnDrift::Reject, problem)) => problems.push(problem),
                Some((OnDrift::Warn, problem)) => warnings.push(problem),
                Some((OnDrift::Accept, _)) | None => {}
            }
            line.price = agreed(price, &basket)?;
        }
        if problems.is_empty() {
            return Ok(());
        }
        problems.extend(reserved.dropped().cloned());
        Err(CheckoutError::Lines(problems))
    }
}

/// What to say of a price that is not as expected, and what the caller wants done.
fn drift(pointer: &str, sku: &str, expected: Option<Expectation>, price: &PricedLine) -> Option<(OnDrift, FieldProblem)> {
    let expected = expected.filter(|expected| !expected.is_met_by(price.unit_price, price.per))?;
    let shown =
        |amount: Amount, per: Per| if per == Per::ONE { format!("{amount}") } else { format!("{amount} per {}", per.get()) };
    let (today, before) = (shown(price.unit_price, price.per), shown(expected.unit_price, expected.per.unwrap_or(price.per)));
    // A line of a cart expects nothing by itself; it was seen at a price.
    let field = if pointer.starts_with("/cart/") { "unit_price" } else { "expected_unit_price" };
    let detail = format!("{sku} costs {today} and not {before}");
    let problem = FieldProblem::new(format!("{pointer}/{field}"), "price-drift", detail);
    Some((expected.otherwise, problem))
}

/// The price of a line as it is written into the order.
fn agreed(price: &PricedLine, basket: &PricedBasket) -> Result<AgreedPrice, CheckoutError> {
    let list_price = match price.list_price {
        Some(list) if list.per == price.per => Some(list.amount.into()),
        // Rare: the list price has another basis than the price that won.
        _ => None,
    };
    let per = Quantity::from_whole(i64::from(price.per.get())).map_err(|_| orders::OrderError::OutOfRange)?;
    Ok(AgreedPrice {
        unit_price: price.unit_price.into(),
        per: per.into(),
        line_amount: price.line_amount.into(),
        list_price,
        source: price.source,
        detail: json!({
            "label": &*price.label,
            "row": price.row,
            "version": basket.version,
            "as_of": basket.as_of.0,
            "floor_lifted": price.flags.floor_lifted,
        })
        .to_string(),
    })
}
