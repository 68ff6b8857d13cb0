//! The offer of each line: from the seller's terms to a unit price, its basis and an amount. Products are looked up in memory;
//! nothing is written to the database.

use std::collections::HashSet;

use entity::{Quantity, quote_lines};
use pricing::{Amount, Currency, Per, less_percent, line_amount};

use super::error::QuoteError;
use super::offer::NewOfferLine;
use super::revise_request::{OrderableProducts, line_by_number, line_index, pointer_of};
use super::target_price::read_per;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use prices::{LineRefusal, PricedLine};

/// The terms of a line of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineTerms {
    /// Pointer of the terms in the request.
    pub(super) pointer: String,
    kind: LineOffer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineOffer {
    Price(Amount, Per),
    /// Percent off today's price.
    PercentOff(Amount),
    /// The line is left out of the offer.
    Declined,
}

/// The price a line is offered at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OfferPrice {
    pub(super) unit_price: Amount,
    pub(super) per: Per,
    pub(super) amount: Amount,
}

/// Writes the offered quantities into the lines, none where a line is declined, and returns the terms of each line. All errors
/// are returned at once. Every offered line must be orderable.
pub(super) fn read_terms(
    orderable: &OrderableProducts<'_>,
    lines: &mut [quote_lines::Model],
    percent_off: Option<Amount>,
    named: &[NewOfferLine],
) -> Result<Vec<LineTerms>, QuoteError> {
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    let default_percent = percent("/percent_off", percent_off).unwrap_or_else(|problem| {
        problems.push(problem);
        Amount::ZERO
    });
    let mut all = Vec::with_capacity(lines.len());
    for line in lines.iter_mut() {
        line.offer_quantity = Some(line.quantity);
        all.push(LineTerms { pointer: pointer_of(line), kind: LineOffer::PercentOff(default_percent) });
    }
    for (index, given) in named.iter().enumerate() {
        let pointer = format!("/lines/{index}");
        let number = given.line;
        if let Err(problem) = line_by_number(lines, number, &pointer, &mut seen).map(|line| offer_quantity(line, given)) {
            problems.push(problem);
            continue;
        }
        let kind = read_line_offer(given, &pointer, default_percent).unwrap_or_else(|problem| {
            problems.push(problem);
            LineOffer::PercentOff(default_percent)
        });
        if let Some(place) = line_index(lines, number) {
            all[place] = LineTerms { pointer, kind };
        }
    }
    if all.iter().all(LineTerms::is_declined) {
        let detail = "at least one line must be offered; withdraw a quote that cannot be offered";
        problems.push(FieldError::new("/lines", FieldCode::NothingOffered, detail));
    }
    for (line, terms) in lines.iter_mut().zip(&all) {
        let checked = line.offer_quantity.map(|quantity| orderable.check(line, quantity, &terms.pointer));
        problems.extend(checked.and_then(Result::err));
    }
    if problems.is_empty() { Ok(all) } else { Err(QuoteError::Offer(problems)) }
}

fn offer_quantity(line: &mut quote_lines::Model, given: &NewOfferLine) {
    line.offer_quantity = match given.quantity {
        _ if given.declined => None,
        Some(quantity) => Some(quantity),
        None => Some(line.quantity),
    };
}

/// Reads how a line with terms of its own is offered; without a price it gets the default percentage.
fn read_line_offer(given: &NewOfferLine, pointer: &str, default_percent: Amount) -> Result<LineOffer, FieldError> {
    let any = given.quantity.is_some() || given.unit_price.is_some() || given.per.is_some() || given.percent_off.is_some();
    match (given.unit_price, given.percent_off) {
        _ if given.declined && any => {
            let detail = "a declined line must have no quantity and no price";
            Err(FieldError::new(format!("{pointer}/decline"), FieldCode::DeclinedWithTerms, detail))
        }
        _ if given.declined => Ok(LineOffer::Declined),
        (Some(_), Some(_)) => {
            let detail = "either a unit price or a percentage off must be given, not both";
            Err(FieldError::new(format!("{pointer}/percent_off"), FieldCode::PriceAndPercentage, detail))
        }
        (Some(price), None) if price.is_negative() => {
            Err(FieldError::new(format!("{pointer}/unit_price"), FieldCode::Negative, "the price must not be less than 0"))
        }
        (Some(price), None) => Ok(LineOffer::Price(price, read_per(&format!("{pointer}/per"), given.per)?)),
        (None, _) if given.per.is_some() => Err(FieldError::new(
            format!("{pointer}/per"),
            FieldCode::BasisWithoutPrice,
            "a basis must be given together with a unit price",
        )),
        (None, Some(off)) => Ok(LineOffer::PercentOff(percent(&format!("{pointer}/percent_off"), Some(off))?)),
        (None, None) => Ok(LineOffer::PercentOff(default_percent)),
    }
}

fn percent(pointer: &str, percent: Option<Amount>) -> Result<Amount, FieldError> {
    const HUNDRED: Amount = Amount::from_micros(100_000_000);
    let percent = percent.unwrap_or(Amount::ZERO);
    if percent.is_negative() || percent > HUNDRED {
        return Err(FieldError::new(pointer, FieldCode::OutOfRange, "a percentage off must be from 0 to 100"));
    }
    Ok(percent)
}

impl LineTerms {
    /// Whether the line is left out of the offer.
    pub(super) fn is_declined(&self) -> bool {
        self.kind == LineOffer::Declined
    }

    /// The offered price of these terms; none for a declined line.
    pub(super) fn price(
        &self,
        today: Result<&PricedLine, LineRefusal>,
        quantity: Quantity,
        currency: Currency,
    ) -> Result<Option<OfferPrice>, FieldError> {
        let wrong = |code: FieldCode, detail: String| FieldError::new(format!("{}/unit_price", self.pointer), code, detail);
        let too_large = || wrong(FieldCode::OutOfRange, "the price and the amount must be smaller".to_owned());
        let (unit_price, per) = match (self.kind, today) {
            (LineOffer::Declined, _) => return Ok(None),
            (LineOffer::Price(unit_price, per), _) => (unit_price, per),
            (LineOffer::PercentOff(percent), Ok(today)) => {
                (less_percent(today.unit_price, percent).map_err(|_| too_large())?, today.per)
            }
            (LineOffer::PercentOff(_), Err(refusal)) => {
                let detail =
                    format!("a price must be given, since there is none today to take a percentage off: {}", refusal.detail());
                return Err(wrong(FieldCode::PriceNeeded, detail));
            }
        };
        let amount = line_amount(unit_price, quantity.into(), per, currency).map_err(|_| too_large())?;
        Ok(Some(OfferPrice { unit_price, per, amount }))
    }
}

impl OfferPrice {
    /// Whether one unit costs more than today.
    pub(super) fn is_above(&self, today: &PricedLine) -> bool {
        let offered = i128::from(self.unit_price.micros()) * i128::from(today.per.get());
        offered > i128::from(today.unit_price.micros()) * i128::from(self.per.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect("a decimal")
    }

    fn today(unit_price: &str, per: u32) -> PricedLine {
        PricedLine {
            unit_price: amount(unit_price),
            per: Per::new(per).expect("not zero"),
            line_amount: Amount::ZERO,
            list_price: None,
            source: entity::PriceSource::List,
            label: "STANDARD".into(),
            row: 1,
            flags: pricing::Flags::default(),
        }
    }

    fn given(unit_price: Option<&str>, per: Option<u32>, percent_off: Option<&str>) -> NewOfferLine {
        NewOfferLine {
            line: 1,
            declined: false,
            quantity: None,
            unit_price: unit_price.map(amount),
            per,
            percent_off: percent_off.map(amount),
        }
    }

    fn offered(given: &NewOfferLine, today: Result<&PricedLine, LineRefusal>) -> Result<OfferPrice, FieldCode> {
        let kind = read_line_offer(given, "/lines/0", amount("5")).map_err(|problem| problem.code)?;
        let terms = LineTerms { pointer: "/lines/0".to_owned(), kind };
        let euro = "EUR".parse().expect("listed");
        let offered = terms.price(today, Quantity(3_000_000), euro).map_err(|problem| problem.code)?;
        Ok(offered.expect("not declined"))
    }

    #[test]
    fn a_percentage_is_taken_off_todays_price_with_its_basis_and_rounds_to_six_decimals() {
        let today = today("0.333333", 100);
        let offer = offered(&given(None, None, Some("12.5")), Ok(&today)).expect("an offer");
        assert_eq!((offer.unit_price, offer.per.get(), offer.amount), (amount("0.291666"), 100, amount("0.01")));
        let usual = offered(&given(None, None, None), Ok(&today)).expect("an offer");
        assert_eq!(usual.unit_price, amount("0.316666"), "a line without a price gets the default percentage");
        let nothing = offered(&given(None, None, Some("100")), Ok(&today)).expect("an offer");
        assert_eq!(nothing.unit_price, Amount::ZERO);
        let unpriced = offered(&given(None, None, Some("1")), Err(LineRefusal(pricing::LineError::PriceOnRequest)));
        assert_eq!(unpriced, Err(FieldCode::PriceNeeded));
    }

    #[test]
    fn contradictory_terms_are_rejected() {
        let today = today("1", 1);
        for (given, code) in [
            (given(Some("1"), None, Some("1")), FieldCode::PriceAndPercentage),
            (given(Some("-0.01"), None, None), FieldCode::Negative),
            (given(Some("1"), Some(0), None), FieldCode::OutOfRange),
            (given(None, Some(100), Some("1")), FieldCode::BasisWithoutPrice),
            (given(None, None, Some("100.000001")), FieldCode::OutOfRange),
            (given(None, None, Some("-1")), FieldCode::OutOfRange),
            (given(Some("9000000000000"), None, None), FieldCode::OutOfRange),
        ] {
            assert_eq!(offered(&given, Ok(&today)), Err(code), "{given:?}");
        }
    }

    #[test]
    fn prices_are_compared_per_unit() {
        let is_above = |unit_price: &str, per: u32, than: PricedLine| {
            offered(&given(Some(unit_price), Some(per), None), Ok(&than)).expect("an offer").is_above(&than)
        };
        assert!(!is_above("100", 100, today("1", 1)) && is_above("100.000001", 100, today("1", 1)));
        assert!(!is_above("0.01", 1, today("1", 100)) && is_above("0.010001", 1, today("1", 100)));
    }
}
