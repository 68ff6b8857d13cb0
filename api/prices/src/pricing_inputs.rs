//! What prices depend on besides prices, as it is stored with a price version: a product's units, categories, brand and group.
//!
//! Not here: recording them (`price_admin`), cost and floor (`costs`).

use pricing::{Factor, Quantity, UnitCode};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

/// What pricing knows of a product, as it is stored: field names are short because there is one for every product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductInputs {
    /// Category and those above it, with their depths.
    #[serde(rename = "c", skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<(i64, u32)>,
    #[serde(rename = "b", skip_serializing_if = "String::is_empty")]
    pub brand: String,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub mix_group: Option<String>,
    #[serde(rename = "s")]
    pub stock_unit: String,
    /// Other sales units, with stock units per one.
    #[serde(rename = "u", skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<(String, i64, i64)>,
    #[serde(rename = "f", skip_serializing_if = "std::ops::Not::not")]
    pub fractional: bool,
    /// In stock units.
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub multiple: Option<i64>,
    /// Whether buyers do not know of it.
    #[serde(rename = "h", skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

impl ProductInputs {
    /// Reads the stored text.
    pub fn read(text: &str) -> Result<Self, DbErr> {
        serde_json::from_str(text)
            .map_err(|error| DbErr::Custom(format!("stored pricing inputs of a product cannot be read: {error}")))
    }

    /// The text to store.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The stock unit and the other units as the engine takes them, each with the step it is ordered in.
    pub(super) fn sold_in(&self) -> Option<(UnitCode, Vec<pricing::ProductUnit>)> {
        let stock: UnitCode = self.stock_unit.parse().ok()?;
        let one = |code, factor| pricing::ProductUnit { code, factor, order_multiple: self.multiple_in(factor) };
        let mut sold = vec![one(stock, Factor::ONE)];
        for (code, numerator, denominator) in &self.units {
            let code: UnitCode = code.parse().ok()?;
            if code != stock {
                sold.push(one(code, Factor::new(*numerator, *denominator).ok()?));
            }
        }
        Some((stock, sold))
    }

    /// The smallest quantity of a unit that may be ordered and its multiples; none when any may.
    fn multiple_in(&self, unit: Factor) -> Option<Quantity> {
        let step = if self.fractional { 1 } else { Quantity::ONE.micros() };
        let Some(multiple) = self.multiple.filter(|m| *m > 0) else { return (!self.fractional).then_some(Quantity::ONE) };
        // The smallest whole number of steps whose stock quantity is a multiple: q · step · n / d ≡ 0 (mod multiple).
        let modulus = i128::from(multiple) * i128::from(unit.denominator());
        let grows = i128::from(step) * i128::from(unit.numerator());
        let steps = modulus / gcd(modulus, grows);
        let micros = steps.checked_mul(i128::from(step))?;
        i64::try_from(micros).ok().map(Quantity::from_micros)
    }
}

fn gcd(mut left: i128, mut right: i128) -> i128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_read_what_they_write() {
        let inputs = ProductInputs {
            categories: vec![(3, 1), (1, 0)],
            brand: "Acme \u{1f}".to_owned(),
            mix_group: Some("G".to_owned()),
            stock_unit: "EA".to_owned(),
            units: vec![("BX".to_owned(), 30, 1)],
            fractional: true,
            multiple: Some(5),
            hidden: true,
        };
        assert_eq!(ProductInputs::read(&inputs.write()).ok(), Some(inputs));
        let bare = ProductInputs { stock_unit: "EA".to_owned(), ..ProductInputs::default() };
        assert_eq!(bare.write(), r#"{"s":"EA"}"#);
    }

    #[test]
    fn order_multiples_are_in_the_asked_unit() {
        let whole = |micros| ProductInputs { multiple: Some(micros), ..ProductInputs::default() };
        let factor = |n, d| Factor::new(n, d).expect("positive");
        let units = |inputs: ProductInputs, factor| inputs.multiple_in(factor).map(|q| q.to_string());
        assert_eq!(units(whole(100_000_000), Factor::ONE), Some("100".to_owned()));
        assert_eq!(units(whole(100_000_000), factor(30, 1)), Some("10".to_owned()));
        assert_eq!(units(whole(100_000_000), factor(100, 1)), Some("1".to_owned()));
        let free = ProductInputs { fractional: true, ..ProductInputs::default() };
        assert_eq!(units(free, Factor::ONE), None);
        let metres = ProductInputs { fractional: true, ..whole(500_000) };
        assert_eq!(units(metres, Factor::ONE), Some("0.5".to_owned()));
        assert_eq!(units(ProductInputs::default(), factor(12, 1)), Some("1".to_owned()));
    }
}
