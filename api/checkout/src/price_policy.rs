//! The price policy: whether a line is ordered at its price, and the price in the order. Pure: nothing is read or written.

use entity::PriceSource;
use pricing::{Amount, Currency, Per, Quantity, line_amount};
use serde_json::json;

use super::error::CheckoutError;
use super::expectation::{ExpectedPrice, OnDrift, PriceExpectation, QuotedPrice};
use super::request::{DraftLine, LineOrigin};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use orders::{AgreedPrice, OrderError};
use prices::{LineRefusal, PricedBasket, PricedLine};

/// The decisions about priced lines.
#[derive(Debug, Default)]
pub(super) struct PolicyOutcome {
    /// The indexes of rejected lines, in rising order, with the reason.
    pub(super) refused: Vec<(usize, FieldError)>,
    pub(super) warnings: Vec<FieldError>,
}

/// Decides about the lines at these indexes, which are priced as one basket.
pub(super) fn apply_price_policy(lines: &[DraftLine], indexes: &[usize], basket: &PricedBasket) -> PolicyOutcome {
    let mut outcome = PolicyOutcome::default();
    for (index, price) in indexes.iter().zip(&basket.lines) {
        match price_decision(&lines[*index], price) {
            PriceDecision::Accepted => {}
            PriceDecision::Warned(problem) => outcome.warnings.push(problem),
            PriceDecision::Refused(problem) => outcome.refused.push((*index, problem)),
        }
    }
    outcome
}

/// The decision about a line.
#[derive(Debug)]
enum PriceDecision {
    Accepted,
    /// The line is ordered, with a warning.
    Warned(FieldError),
    Refused(FieldError),
}

/// Decides about a line. The price of a quote is always accepted.
fn price_decision(line: &DraftLine, price: &Result<PricedLine, LineRefusal>) -> PriceDecision {
    let expected = match &line.options.expectation {
        Some(PriceExpectation::Quoted(_)) => return PriceDecision::Accepted,
        Some(PriceExpectation::Expected(expected)) => Some(expected),
        None => None,
    };
    let price = match price {
        Ok(price) => price,
        Err(refusal) => {
            return PriceDecision::Refused(FieldError::new(line.line.pointer.as_str(), refusal.code(), refusal.detail()));
        }
    };
    let Some(expected) = expected.filter(|expected| !expected.is_met_by(price.unit_price, price.per)) else {
        return PriceDecision::Accepted;
    };
    match expected.on_drift {
        OnDrift::Reject => PriceDecision::Refused(drift(line, expected, price)),
        OnDrift::Warn => PriceDecision::Warned(drift(line, expected, price)),
        OnDrift::Accept => PriceDecision::Accepted,
    }
}

/// The error or warning for a price that differs from the expected price.
fn drift(line: &DraftLine, expected: &ExpectedPrice, price: &PricedLine) -> FieldError {
    let shown =
        |amount: Amount, per: Per| if per == Per::ONE { format!("{amount}") } else { format!("{amount} per {}", per.get()) };
    let (today, before) = (shown(price.unit_price, price.per), shown(expected.unit_price, expected.per.unwrap_or(price.per)));
    // The caller gave no expected price for a line of a cart; it is the price last seen.
    let field = match line.origin {
        LineOrigin::Cart => "unit_price",
        LineOrigin::Request | LineOrigin::Quote => "expected_unit_price",
    };
    let sku = &line.line.product.sku;
    let detail = format!("{sku} costs {today} now, {before} was expected; accept the new price or remove the line");
    FieldError::new(format!("{}/{field}", line.line.pointer), FieldCode::PriceDrift, detail)
        .with("price", today)
        .with("expected", before)
}

/// The price of an order line.
pub(super) fn agreed_price(
    expectation: Option<&PriceExpectation>,
    price: &Result<PricedLine, LineRefusal>,
    quantity: Quantity,
    currency: Currency,
    basket: &PricedBasket,
) -> Result<AgreedPrice, CheckoutError> {
    match (expectation, price) {
        (Some(PriceExpectation::Quoted(quoted)), _) => quoted_price(quoted, price.as_ref().ok(), quantity, currency, basket),
        (_, Ok(price)) => found_price(price, basket),
        (_, Err(refusal)) => Err(CommonError::Internal(format!("a line without price was ordered: {}", refusal.code())).into()),
    }
}

/// A price that was found by pricing.
fn found_price(price: &PricedLine, basket: &PricedBasket) -> Result<AgreedPrice, CheckoutError> {
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

/// The price of a quote, with today's list price.
fn quoted_price(
    quoted: &QuotedPrice,
    today: Option<&PricedLine>,
    quantity: Quantity,
    currency: Currency,
    basket: &PricedBasket,
) -> Result<AgreedPrice, CheckoutError> {
    let amount = line_amount(quoted.unit_price, quantity, quoted.per, currency);
    Ok(AgreedPrice {
        unit_price: quoted.unit_price.into(),
        per: per_of(quoted.per)?,
        line_amount: amount.map_err(|_| OrderError::OutOfRange)?.into(),
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

/// The list price of `per` units; none when it has another basis.
fn list_price(price: &PricedLine, per: Per) -> Option<entity::Amount> {
    price.list_price.filter(|list| list.per == per).map(|list| list.amount.into())
}

fn per_of(per: Per) -> Result<entity::Quantity, CheckoutError> {
    let per = Quantity::from_whole(i64::from(per.get())).map_err(|_| OrderError::OutOfRange)?;
    Ok(per.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use entity::{Instant, Lifecycle, ProductId};
    use pricing::LineError;

    use super::super::expectation::Tolerance;
    use super::super::request::LineOptions;
    use super::*;
    use cart::CheckedLine;

    fn amount(text: &str) -> Amount {
        text.parse().expect("a decimal")
    }

    fn line(origin: LineOrigin, expectation: Option<PriceExpectation>) -> DraftLine {
        let unit = "PCE".parse().expect("a unit");
        let product = catalog::Product {
            id: ProductId(1),
            sku: "A-1".into(),
            title: "Bearing".into(),
            brand: "".into(),
            category: None,
            stock_unit: unit,
            units: Box::default(),
            fractional: false,
            lifecycle: Lifecycle::Active,
            backorder: false,
            min: None,
            max: None,
            multiple: None,
            lead_time_days: None,
            mpn: None,
            version: 1,
        };
        let quantity = Quantity::from_micros(2_000_000);
        let line =
            CheckedLine { index: 0, pointer: "/x/0".to_owned(), product: Arc::new(product), unit, quantity, note: String::new() };
        DraftLine { line, origin, options: LineOptions { expectation, reference: String::new() } }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the type of a line's field")]
    fn expects(price: &str, on_drift: OnDrift) -> Option<PriceExpectation> {
        let tolerance = Tolerance::Amount(Amount::ZERO);
        Some(PriceExpectation::Expected(ExpectedPrice { unit_price: amount(price), per: None, tolerance, on_drift }))
    }

    fn price(unit_price: &str) -> PricedLine {
        PricedLine {
            unit_price: amount(unit_price),
            per: Per::ONE,
            line_amount: amount(unit_price),
            list_price: None,
            source: PriceSource::List,
            label: "STANDARD".into(),
            row: 1,
            flags: pricing::Flags::default(),
        }
    }

    fn basket(lines: Vec<Result<PricedLine, LineRefusal>>) -> PricedBasket {
        PricedBasket { version: 1, at: Instant(0), as_of: Instant(0), ordered: Vec::new(), lines }
    }

    fn pointers(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.pointer.as_str()).collect()
    }

    #[test]
    fn a_changed_price_is_rejected_warned_of_or_accepted_as_the_caller_chose() {
        let lines =
            [OnDrift::Reject, OnDrift::Warn, OnDrift::Accept].map(|on_drift| line(LineOrigin::Request, expects("9", on_drift)));
        let today = || Ok(price("10"));
        let outcome = apply_price_policy(&lines, &[0, 1, 2], &basket(vec![today(), today(), today()]));
        assert_eq!(outcome.refused.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0]);
        assert_eq!(pointers(&outcome.warnings), ["/x/0/expected_unit_price"]);
    }

    #[test]
    fn a_line_of_a_cart_is_compared_with_the_price_last_seen() {
        let lines = [line(LineOrigin::Cart, expects("9", OnDrift::Warn))];
        assert_eq!(pointers(&apply_price_policy(&lines, &[0], &basket(vec![Ok(price("10"))])).warnings), ["/x/0/unit_price"]);
        assert!(apply_price_policy(&lines, &[0], &basket(vec![Ok(price("9"))])).warnings.is_empty());
    }

    #[test]
    fn a_line_without_price_is_rejected_unless_it_is_quoted() {
        let quoted = QuotedPrice { number: "QU1".into(), line: 3, unit_price: amount("0.5"), per: Per::ONE };
        let lines = [line(LineOrigin::Request, None), line(LineOrigin::Quote, Some(PriceExpectation::Quoted(quoted)))];
        let none = || Err(LineRefusal(LineError::PriceOnRequest));
        let basket = basket(vec![none(), none()]);
        let outcome = apply_price_policy(&lines, &[0, 1], &basket);
        assert_eq!(outcome.refused.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0]);
        let currency: Currency = "EUR".parse().expect("a currency");
        let quantity = Quantity::from_micros(3_000_000);
        let agreed = agreed_price(lines[1].options.expectation.as_ref(), &none(), quantity, currency, &basket).expect("a price");
        assert_eq!((agreed.source, Amount::from(agreed.line_amount)), (PriceSource::Quote, amount("1.5")));
        assert!(agreed_price(None, &none(), quantity, currency, &basket).is_err());
    }
}
