//! The prices of an order's lines: all lines that are ordered, and no others, are one basket.
//!
//! A line that is refused no longer counts towards volume breaks, so the rest is priced again until every line stands. When
//! stock decides only later that a line is dropped, the rest is priced once more; a line that then costs what its caller does
//! not accept refuses the order as a whole.

use ahash::AHashMap;
use entity::{PriceSource, carts};
use pricing::{Amount, Currency, Per, Quantity, line_amount};
use serde_json::json;

use super::drift::{Demand, Expectation, Quoted, Tolerance};
use super::error::CheckoutError;
use super::order::{Checkout, Extra, Prepared};
use super::views::OnDrift;
use cart::{CheckedLine, Partial, drift as cart_drift};
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use orders::{self, AgreedPrice, NewLine, Reservation};
use prices::LineRefusal;
use prices::PriceLine;
use prices::PriceRequest;
use prices::PricedBasket;
use prices::PricedLine;
use store::database::Tx;

/// Lines that stand, with their prices.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) basket: PricedBasket,
    pub(super) lines: Vec<NewLine>,
    pub(super) warnings: Vec<FieldError>,
    /// What was demanded of lines' prices, by their pointers.
    pub(super) demands: AHashMap<String, Demand>,
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
                let (lines, demands) = Self::new_lines(prepared, &basket)?;
                return Ok(Settled { basket, lines, warnings, demands });
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
            let expected = Expectation { unit_price, per, tolerance, otherwise };
            prepared.extras[drifted.place].demand = Some(Demand::Expected(expected));
        }
        Ok(())
    }

    async fn price(&self, tx: &Tx, prepared: &Prepared, coupons: &[String]) -> Result<PricedBasket, CheckoutError> {
        let one = |line: &CheckedLine| PriceLine { product: line.product.id, unit: line.unit, quantity: line.quantity };
        let lines: Vec<PriceLine> = prepared.lines.iter().map(one).collect();
        let account = Some(prepared.account.id);
        let ask = PriceRequest { account, currency: prepared.currency, at: None, as_of: None, coupons, lines: &lines };
        Ok(self.prices.price(tx, &ask).await?)
    }

    /// Takes out lines that do not stand; says whether there were any.
    fn judge(prepared: &mut Prepared, basket: &PricedBasket, warnings: &mut Vec<FieldError>) -> bool {
        let asked = std::mem::take(&mut prepared.lines);
        let count = asked.len();
        for (line, price) in asked.into_iter().zip(&basket.lines) {
            let demand = prepared.extras.get(line.index).and_then(|extra| extra.demand.as_ref());
            match verdict(&line.pointer, &line.product.sku, demand, price) {
                Verdict::Refused(problem) => {
                    prepared.problems.push(problem);
                    continue;
                }
                Verdict::Remarked(problem) => warnings.push(problem),
                Verdict::Stands => {}
            }
            prepared.lines.push(line);
        }
        prepared.lines.len() < count
    }

    /// Lines with their price, and what was demanded of it.
    fn new_lines(
        prepared: &mut Prepared,
        basket: &PricedBasket,
    ) -> Result<(Vec<NewLine>, AHashMap<String, Demand>), CheckoutError> {
        let mut lines = Vec::with_capacity(prepared.lines.len());
        let mut demands = AHashMap::new();
        let checked = std::mem::take(&mut prepared.lines);
        for (line, price) in checked.into_iter().zip(&basket.lines) {
            let extra = prepared.extras.get_mut(line.index).map(std::mem::take).unwrap_or_default();
            let price = agreed(extra.demand.as_ref(), price, line.quantity, prepared.currency, basket)?;
            if let Some(demand) = extra.demand {
                demands.insert(line.pointer.clone(), demand);
            }
            lines.push(NewLine {
                pointer: line.pointer,
                product: line.product,
                unit: line.unit,
                quantity: line.quantity.into(),
                price,
                note: line.note,
                reference: extra.reference,
            });
        }
        Ok((lines, demands))
    }

    /// Prices what is left after lines were dropped for lack of stock.
    pub(super) async fn settle_again(
        &self,
        tx: &Tx,
        reserved: &mut Reservation,
        demands: &AHashMap<String, Demand>,
        warnings: &mut Vec<FieldError>,
    ) -> Result<(), CheckoutError> {
        let one = |line: &NewLine| PriceLine { product: line.product.id, unit: line.unit, quantity: line.quantity.into() };
        let lines: Vec<PriceLine> = reserved.lines_mut().iter().map(one).collect();
        let order = reserved.order_mut();
        let (account, currency, coupons) = (Some(order.account.id), order.currency, order.coupons.as_slice());
        let ask = PriceRequest { account, currency, at: None, as_of: None, coupons, lines: &lines };
        let basket = self.prices.price(tx, &ask).await?;
        (order.priced_at, order.priced_as_of, order.price_version) = (basket.at, basket.as_of, basket.version);
        order.ordered_before.clone_from(&basket.ordered);
        warnings.clear();
        let mut problems = Vec::new();
        for (line, price) in reserved.lines_mut().iter_mut().zip(&basket.lines) {
            let demand = demands.get(&line.pointer);
            match verdict(&line.pointer, &line.product.sku, demand, price) {
                Verdict::Refused(problem) => {
                    problems.push(problem);
                    continue;
                }
                Verdict::Remarked(problem) => warnings.push(problem),
                Verdict::Stands => {}
            }
            line.price = agreed(demand, price, line.quantity.into(), currency, &basket)?;
        }
        if problems.is_empty() {
            return Ok(());
        }
        problems.extend(reserved.dropped().cloned());
        Err(CheckoutError::Lines(problems))
    }
}

/// What to say of a price that is not as expected, and what the caller wants done.
fn drift(pointer: &str, sku: &str, expected: Option<Expectation>, price: &PricedLine) -> Option<(OnDrift, FieldError)> {
    let expected = expected.filter(|expected| !expected.is_met_by(price.unit_price, price.per))?;
    let shown =
        |amount: Amount, per: Per| if per == Per::ONE { format!("{amount}") } else { format!("{amount} per {}", per.get()) };
    let (today, before) = (shown(price.unit_price, price.per), shown(expected.unit_price, expected.per.unwrap_or(price.per)));
    // A line of a cart expects nothing by itself; it was seen at a price.
    let field = if pointer.starts_with("/cart/") { "unit_price" } else { "expected_unit_price" };
    let detail = format!("{sku} costs {today} now, {before} was expected; accept the new price or remove the line");
    let problem = FieldError::new(format!("{pointer}/{field}"), FieldCode::PriceDrift, detail)
        .with("price", today)
        .with("expected", before);
    Some((expected.otherwise, problem))
}

/// Whether a line is ordered.
enum Verdict {
    Stands,
    /// It is ordered, and its caller is told something.
    Remarked(FieldError),
    Refused(FieldError),
}

/// Whether a line is ordered at a price: one that was offered stands, whatever it costs today.
fn verdict(pointer: &str, sku: &str, demand: Option<&Demand>, price: &Result<PricedLine, LineRefusal>) -> Verdict {
    let expected = match demand {
        Some(Demand::Quoted(_)) => return Verdict::Stands,
        Some(Demand::Expected(expected)) => Some(*expected),
        None => None,
    };
    let price = match price {
        Ok(price) => price,
        Err(refusal) => {
            return Verdict::Refused(FieldError::new(pointer, refusal.code(), refusal.detail()));
        }
    };
    match drift(pointer, sku, expected, price) {
        Some((OnDrift::Reject, problem)) => Verdict::Refused(problem),
        Some((OnDrift::Warn, problem)) => Verdict::Remarked(problem),
        Some((OnDrift::Accept, _)) | None => Verdict::Stands,
    }
}

/// The price of a line as it is written into the order.
fn agreed(
    demand: Option<&Demand>,
    price: &Result<PricedLine, LineRefusal>,
    quantity: Quantity,
    currency: Currency,
    basket: &PricedBasket,
) -> Result<AgreedPrice, CheckoutError> {
    match (demand, price) {
        (Some(Demand::Quoted(quoted)), _) => offered(quoted, price.as_ref().ok(), quantity, currency, basket),
        (_, Ok(price)) => found(price, basket),
        (_, Err(refusal)) => Err(CommonError::Internal(format!("a line without price was ordered: {}", refusal.code())).into()),
    }
}

/// A price the engine found.
fn found(price: &PricedLine, basket: &PricedBasket) -> Result<AgreedPrice, CheckoutError> {
    Ok(AgreedPrice {
        unit_price: price.unit_price.into(),
        per: per_of(price.per)?,
        line_amount: price.line_amount.into(),
        list_price: list_price(price, price.per),
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

/// The price a quote offers; the list price is today's.
fn offered(
    quoted: &Quoted,
    today: Option<&PricedLine>,
    quantity: Quantity,
    currency: Currency,
    basket: &PricedBasket,
) -> Result<AgreedPrice, CheckoutError> {
    let amount = line_amount(quoted.unit_price, quantity, quoted.per, currency);
    Ok(AgreedPrice {
        unit_price: quoted.unit_price.into(),
        per: per_of(quoted.per)?,
        line_amount: amount.map_err(|_| orders::OrderError::OutOfRange)?.into(),
        list_price: today.and_then(|price| list_price(price, quoted.per)),
        source: PriceSource::Quote,
        detail: json!({
            "label": &*quoted.number,
            "row": quoted.line,
            "quote_line": quoted.line,
            "version": basket.version,
            "as_of": basket.as_of.0,
        })
        .to_string(),
    })
}

/// The list price of so many units; none in the rare case that it has another basis.
fn list_price(price: &PricedLine, per: Per) -> Option<entity::Amount> {
    price.list_price.filter(|list| list.per == per).map(|list| list.amount.into())
}

fn per_of(per: Per) -> Result<entity::Quantity, CheckoutError> {
    let per = Quantity::from_whole(i64::from(per.get())).map_err(|_| orders::OrderError::OutOfRange)?;
    Ok(per.into())
}
