//! What a cart, a quote, an order or an invoice comes to, in the same form and by the same sum for all.

use poem_openapi::Object;
use pricing::{Amount, Overflow};
use serde::Serialize;

use super::numbers::{AmountText, Money};

/// What it comes to: goods + charges + tax − discounts.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub struct Totals {
    /// Sum of the lines' amounts.
    pub goods: Money,
    /// What is taken off the whole.
    pub discounts: Vec<TotalsPart>,
    /// What comes on top of the goods, as freight.
    pub charges: Vec<TotalsPart>,
    /// Taxes by rate.
    pub tax: Vec<TaxPart>,
    /// What is to be paid.
    pub total: Money,
}

/// A discount or a charge on the whole.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub struct TotalsPart {
    /// For programs.
    pub code: String,
    /// For people.
    pub label: String,
    /// Never negative: a discount is taken off, a charge is added.
    pub amount: Money,
}

/// The tax of one rate.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub struct TaxPart {
    /// Percent.
    pub rate: AmountText,
    /// What is taxed.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

/// What stands beside the goods.
#[derive(Clone, Debug, Default)]
pub struct TotalsParts {
    pub discounts: Vec<TotalsPart>,
    pub charges: Vec<TotalsPart>,
    pub tax: Vec<TaxPart>,
}

impl Totals {
    /// The one place where a total is computed. All parts are in the currency of the goods.
    pub fn new(goods: impl Into<Amount>, parts: TotalsParts, currency: &str) -> Result<Self, Overflow> {
        let goods = goods.into();
        let TotalsParts { discounts, charges, tax } = parts;
        let added =
            charges.iter().map(|part| &part.amount).chain(tax.iter().map(|part| &part.amount)).map(|money| money.amount.0);
        let with_all = Amount::checked_sum(std::iter::once(goods).chain(added))?;
        let off = Amount::checked_sum(discounts.iter().map(|part| part.amount.amount.0))?;
        let total = with_all.checked_sub(off).ok_or(Overflow)?;
        Ok(Self { goods: Money::new(goods, currency), discounts, charges, tax, total: Money::new(total, currency) })
    }
}

#[cfg(test)]
mod tests {
    use super::{TaxPart, Totals, TotalsPart, TotalsParts};
    use crate::wire::{AmountText, Money};

    fn euro(text: &str) -> Money {
        Money::new(text.parse::<pricing::Amount>().expect("an amount"), "EUR")
    }

    fn part(code: &str, amount: &str) -> TotalsPart {
        TotalsPart { code: code.to_owned(), label: code.to_owned(), amount: euro(amount) }
    }

    #[test]
    fn a_total_is_goods_and_charges_and_tax_less_discounts() {
        let goods: pricing::Amount = "100".parse().expect("an amount");
        let alone = Totals::new(goods, TotalsParts::default(), "EUR").expect("in range");
        assert_eq!((&alone.goods, &alone.total), (&euro("100"), &euro("100")));
        let parts = TotalsParts {
            discounts: vec![part("spring", "10"), part("loyal", "0.50")],
            charges: vec![part("freight", "7.90")],
            tax: vec![TaxPart { rate: AmountText("19".parse().expect("a rate")), base: euro("97.40"), amount: euro("18.51") }],
        };
        let totals = Totals::new(goods, parts, "EUR").expect("in range");
        assert_eq!(totals.total, euro("115.91"));
        let json = serde_json::to_value(&totals).expect("JSON");
        assert_eq!(json["discounts"][0]["code"], "spring");
        assert_eq!((&json["tax"][0]["rate"], &json["total"]["amount"]), (&"19".into(), &"115.91".into()));
    }

    #[test]
    fn what_is_out_of_range_is_an_error() {
        let parts = TotalsParts { charges: vec![part("freight", "1")], ..TotalsParts::default() };
        assert!(Totals::new(pricing::Amount::MAX, parts, "EUR").is_err());
    }
}
