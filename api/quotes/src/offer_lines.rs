//! What is offered of each line: from the seller's terms to a unit price, its basis and an amount. Pure but for looking up
//! products; nothing is written here.

use std::collections::HashSet;

use entity::{Quantity, quote_lines};
use pricing::{Amount, Currency, Per, less_percent, line_amount};

use super::ask::{Shelf, find, place_of, pointer_of};
use super::error::QuoteError;
use super::input::{SalesOfferLineInput, read_per};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::AmountText;
use prices::{LineRefusal, PricedLine};

/// How a line is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// Where the terms stand in the request.
    pub(super) pointer: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Price(Amount, Per),
    /// Percent off today's price.
    PercentOff(Amount),
    /// Not at all.
    Declined,
}

/// The price a line is offered at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OfferPrice {
    pub(super) unit_price: Amount,
    pub(super) per: Per,
    pub(super) amount: Amount,
}

/// Writes the quantities offered into the lines, none where a line is declined, and gives the terms of each; all that is wrong is
/// told at once. Every line that is offered must be one that can be ordered.
pub(super) fn terms(
    shelf: &Shelf<'_>,
    lines: &mut [quote_lines::Model],
    percent_off: Option<AmountText>,
    named: Vec<SalesOfferLineInput>,
) -> Result<Vec<Terms>, QuoteError> {
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    let usual = percent("/percent_off", percent_off).unwrap_or_else(|problem| {
        problems.push(problem);
        Amount::ZERO
    });
    let mut all = Vec::with_capacity(lines.len());
    for line in lines.iter_mut() {
        line.offer_quantity = Some(line.quantity);
        all.push(Terms { pointer: pointer_of(line), kind: Kind::PercentOff(usual) });
    }
    for (index, own) in named.into_iter().enumerate() {
        let pointer = format!("/lines/{index}");
        let number = own.line;
        if let Err(problem) = find(lines, number, &pointer, &mut seen).map(|line| offer_quantity(line, &own)) {
            problems.push(problem);
            continue;
        }
        let kind = own_kind(&own, &pointer, usual).unwrap_or_else(|problem| {
            problems.push(problem);
            Kind::PercentOff(usual)
        });
        if let Some(place) = place_of(lines, number) {
            all[place] = Terms { pointer, kind };
        }
    }
    if all.iter().all(Terms::is_declined) {
        let detail = "at least one line must be offered; withdraw a quote that cannot be offered";
        problems.push(FieldError::new("/lines", FieldCode::NothingOffered, detail));
    }
    for (line, terms) in lines.iter_mut().zip(&all) {
        let checked = line.offer_quantity.map(|quantity| shelf.check(line, quantity, &terms.pointer));
        problems.extend(checked.and_then(Result::err));
    }
    if problems.is_empty() { Ok(all) } else { Err(QuoteError::Offer(problems)) }
}

fn offer_quantity(line: &mut quote_lines::Model, own: &SalesOfferLineInput) {
    line.offer_quantity = match own.quantity {
        _ if own.decline => None,
        Some(quantity) => Some(quantity.0.into()),
        None => Some(line.quantity),
    };
}

/// How a line that is named is offered; as the others when it says nothing of its price.
fn own_kind(own: &SalesOfferLineInput, pointer: &str, usual: Amount) -> Result<Kind, FieldError> {
    let any = own.quantity.is_some() || own.unit_price.is_some() || own.per.is_some() || own.percent_off.is_some();
    match (own.unit_price, own.percent_off) {
        _ if own.decline && any => {
            let detail = "a declined line must have no quantity and no price";
            Err(FieldError::new(format!("{pointer}/decline"), FieldCode::DeclinedWithTerms, detail))
        }
        _ if own.decline => Ok(Kind::Declined),
        (Some(_), Some(_)) => {
            let detail = "either a unit price or a percentage off must be given, not both";
            Err(FieldError::new(format!("{pointer}/percent_off"), FieldCode::PriceAndPercentage, detail))
        }
        (Some(AmountText(price)), None) if price.is_negative() => {
            Err(FieldError::new(format!("{pointer}/unit_price"), FieldCode::Negative, "the price must not be less than 0"))
        }
        (Some(AmountText(price)), None) => Ok(Kind::Price(price, read_per(&format!("{pointer}/per"), own.per)?)),
        (None, _) if own.per.is_some() => Err(FieldError::new(
            format!("{pointer}/per"),
            FieldCode::BasisWithoutPrice,
            "a basis must be given together with a unit price",
        )),
        (None, Some(off)) => Ok(Kind::PercentOff(percent(&format!("{pointer}/percent_off"), Some(off))?)),
        (None, None) => Ok(Kind::PercentOff(usual)),
    }
}

fn percent(pointer: &str, given: Option<AmountText>) -> Result<Amount, FieldError> {
    const HUNDRED: Amount = Amount::from_micros(100_000_000);
    let percent = given.map_or(Amount::ZERO, |given| given.0);
    if percent.is_negative() || percent > HUNDRED {
        return Err(FieldError::new(pointer, FieldCode::OutOfRange, "a percentage off must be from 0 to 100"));
    }
    Ok(percent)
}

impl Terms {
    /// Whether the line is left out of the offer.
    pub(super) fn is_declined(&self) -> bool {
        self.kind == Kind::Declined
    }

    /// The price these terms make, beside today's, none for a line that is declined; or what is wrong.
    pub(super) fn price(
        &self,
        today: Result<&PricedLine, LineRefusal>,
        quantity: Quantity,
        currency: Currency,
    ) -> Result<Option<OfferPrice>, FieldError> {
        let wrong = |code: FieldCode, detail: String| FieldError::new(format!("{}/unit_price", self.pointer), code, detail);
        let too_large = || wrong(FieldCode::OutOfRange, "the price and the amount must be smaller".to_owned());
        let (unit_price, per) = match (self.kind, today) {
            (Kind::Declined, _) => return Ok(None),
            (Kind::Price(unit_price, per), _) => (unit_price, per),
            (Kind::PercentOff(percent), Ok(today)) => {
                (less_percent(today.unit_price, percent).map_err(|_| too_large())?, today.per)
            }
            (Kind::PercentOff(_), Err(refusal)) => {
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
    /// Whether one unit costs more than it does today.
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

    fn own(unit_price: Option<&str>, per: Option<u32>, percent_off: Option<&str>) -> SalesOfferLineInput {
        let text = |text: &str| AmountText(amount(text));
        SalesOfferLineInput {
            line: 1,
            decline: false,
            quantity: None,
            unit_price: unit_price.map(text),
            per,
            percent_off: percent_off.map(text),
        }
    }

    fn offered(own: &SalesOfferLineInput, today: Result<&PricedLine, LineRefusal>) -> Result<OfferPrice, FieldCode> {
        let kind = own_kind(own, "/lines/0", amount("5")).map_err(|problem| problem.code)?;
        let terms = Terms { pointer: "/lines/0".to_owned(), kind };
        let euro = "EUR".parse().expect("listed");
        let offered = terms.price(today, Quantity(3_000_000), euro).map_err(|problem| problem.code)?;
        Ok(offered.expect("not declined"))
    }

    #[test]
    fn a_percentage_comes_off_todays_price_with_its_basis_and_rounds_to_six_decimals() {
        let today = today("0.333333", 100);
        let offer = offered(&own(None, None, Some("12.5")), Ok(&today)).expect("an offer");
        assert_eq!((offer.unit_price, offer.per.get(), offer.amount), (amount("0.291666"), 100, amount("0.01")));
        let usual = offered(&own(None, None, None), Ok(&today)).expect("an offer");
        assert_eq!(usual.unit_price, amount("0.316666"), "what says nothing of its price gets the usual percentage");
        let nothing = offered(&own(None, None, Some("100")), Ok(&today)).expect("an offer");
        assert_eq!(nothing.unit_price, Amount::ZERO);
        let unpriced = offered(&own(None, None, Some("1")), Err(LineRefusal(pricing::LineError::PriceOnRequest)));
        assert_eq!(unpriced, Err(FieldCode::PriceNeeded));
    }

    #[test]
    fn terms_that_make_no_sense_are_refused() {
        let today = today("1", 1);
        for (own, code) in [
            (own(Some("1"), None, Some("1")), FieldCode::PriceAndPercentage),
            (own(Some("-0.01"), None, None), FieldCode::Negative),
            (own(Some("1"), Some(0), None), FieldCode::OutOfRange),
            (own(None, Some(100), Some("1")), FieldCode::BasisWithoutPrice),
            (own(None, None, Some("100.000001")), FieldCode::OutOfRange),
            (own(None, None, Some("-1")), FieldCode::OutOfRange),
            (own(Some("9000000000000"), None, None), FieldCode::OutOfRange),
        ] {
            assert_eq!(offered(&own, Ok(&today)), Err(code), "{own:?}");
        }
    }

    #[test]
    fn prices_are_compared_by_what_one_costs() {
        let dearer = |unit_price: &str, per: u32, than: PricedLine| {
            offered(&own(Some(unit_price), Some(per), None), Ok(&than)).expect("an offer").is_above(&than)
        };
        assert!(!dearer("100", 100, today("1", 1)) && dearer("100.000001", 100, today("1", 1)));
        assert!(!dearer("0.01", 1, today("1", 100)) && dearer("0.010001", 1, today("1", 100)));
    }
}
