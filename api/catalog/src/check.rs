//! What is wrong with a product as given, field by field, without looking at any other.

use ahash::AHashSet;
use pricing::{Factor, Quantity, UnitCode};

use super::identifiers::{is_gtin, normalise};
use super::new_product::{AttributeValue, NewProduct, NewUnit};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;

/// Lists of devices a product fits are long.
const LONGEST_VALUE: usize = 8_000;

/// Limits that keep one product a product.
const MOST_UNITS: usize = 50;
const MOST_SUPERSEDED: usize = 50;
const MOST_ATTRIBUTES: usize = 300;
const MOST_KEYWORDS: usize = 100;
const MOST_RELATIONS: usize = 500;
const LONGEST_LEAD_DAYS: i32 = 3_650;
const HEAVIEST_GRAMS: i64 = 1_000_000_000_000;

/// Every problem of a product by itself.
pub(super) fn check(new: &NewProduct) -> Vec<FieldError> {
    let mut check = Check::default();
    check.code("/sku", &new.sku);
    check.text("/title", &new.title, 1, 300);
    check.text("/description", &new.description, 0, 20_000);
    check.text("/brand", &new.brand, 0, 100);
    check.code("/tax_class", &new.tax_class);
    if let Some(group) = &new.mix_group {
        check.code("/mix_group", group);
    }
    check.units(new);
    check.rules(new);
    check.identifiers(new);
    check.attributes(new);
    check.relations(new);
    check.problems
}

/// The conversion of a unit that was given in one way or the other.
pub(super) fn factor_of(unit: &NewUnit) -> Result<Factor, String> {
    match (unit.factor, unit.fraction) {
        (Some(factor), None) => Factor::from_quantity(factor).map_err(|e| e.to_string()),
        (None, Some((numerator, denominator))) => Factor::new(numerator, denominator).map_err(|e| e.to_string()),
        _ => Err("say how many stock units 1 of it is: either factor, or numerator and denominator".to_owned()),
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<FieldError>,
}

impl Check {
    fn add(&mut self, pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> &mut FieldError {
        let place = self.problems.len();
        self.problems.push(FieldError::new(pointer, code, detail));
        &mut self.problems[place]
    }

    fn text(&mut self, pointer: impl Into<String>, text: &str, least: usize, most: usize) {
        let length = text.trim().chars().count();
        if length < least {
            self.add(pointer, FieldCode::MissingValue, "must not be empty");
        } else if length > most {
            self.add(pointer, FieldCode::TooLong, format!("must have at most {most} characters")).add_param("max", most);
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(pointer, FieldCode::ControlCharacter, "must not contain control characters");
        }
    }

    fn code(&mut self, pointer: &str, code: &str) {
        let bad = code.is_empty() || code.chars().count() > 64 || code.chars().any(|c| c.is_control() || c.is_whitespace());
        if bad {
            self.add(pointer, FieldCode::BadCode, "must have 1 to 64 characters without spaces");
        }
    }

    fn count(&mut self, pointer: &str, count: usize, most: usize) {
        if count > most {
            self.add(pointer, FieldCode::TooMany, format!("must have at most {most} entries")).add_param("max", most);
        }
    }

    fn units(&mut self, new: &NewProduct) {
        self.count("/units", new.units.len(), MOST_UNITS);
        if let Err(error) = new.stock_unit.parse::<UnitCode>() {
            self.add("/stock_unit", FieldCode::BadUnit, error.to_string());
        }
        let mut seen = AHashSet::from([new.stock_unit.as_str()]);
        for (at, unit) in new.units.iter().enumerate() {
            let pointer = format!("/units/{at}/unit");
            if let Err(error) = unit.unit.parse::<UnitCode>() {
                self.add(pointer, FieldCode::BadUnit, error.to_string());
            } else if !seen.insert(&unit.unit) {
                self.add(pointer, FieldCode::Duplicate, format!("{} must be named only once", unit.unit));
            }
            if let Err(detail) = factor_of(unit) {
                self.add(format!("/units/{at}/factor"), FieldCode::BadFactor, detail);
            }
            if let Some(gtin) = &unit.gtin {
                self.gtin(format!("/units/{at}/gtin"), gtin);
            }
        }
    }

    fn rules(&mut self, new: &NewProduct) {
        let rules = [("/order_rules/min", new.min), ("/order_rules/max", new.max), ("/order_rules/multiple", new.multiple)];
        for (pointer, quantity) in rules {
            let Some(quantity) = quantity else { continue };
            if !quantity.is_positive() {
                self.add(pointer, FieldCode::NotPositive, "must be greater than 0");
            } else if !new.fractional && !quantity.is_whole() {
                self.add(pointer, FieldCode::NotWhole, "must be a whole number unless the product is fractional");
            }
        }
        if let Some(max) = new.max.filter(|max| max.is_positive()) {
            let least = new.min.unwrap_or(Quantity::ZERO);
            let first = match new.multiple {
                Some(multiple) => least.max(multiple).rounded_up_to(multiple),
                None => Ok(least),
            };
            if first.is_err() || first.is_ok_and(|first| first > max) {
                self.add(
                    "/order_rules/max",
                    FieldCode::NothingOrderable,
                    "must leave a quantity that fulfils minimum, multiple and maximum together",
                );
            }
        }
        if new.lead_time_days.is_some_and(|days| !(0..=LONGEST_LEAD_DAYS).contains(&days)) {
            self.add("/lead_time_days", FieldCode::OutOfRange, format!("must be from 0 to {LONGEST_LEAD_DAYS}"))
                .add_param("min", 0)
                .add_param("max", LONGEST_LEAD_DAYS);
        }
        if new.weight_grams.is_some_and(|grams| !(0..=HEAVIEST_GRAMS).contains(&grams)) {
            self.add("/weight_grams", FieldCode::OutOfRange, format!("must be from 0 to {HEAVIEST_GRAMS}"))
                .add_param("min", 0)
                .add_param("max", HEAVIEST_GRAMS);
        }
    }

    fn identifiers(&mut self, new: &NewProduct) {
        if let Some(mpn) = &new.mpn {
            self.number("/identifiers/mpn".to_owned(), mpn);
        }
        if let Some(gtin) = &new.gtin {
            self.gtin("/identifiers/gtin".to_owned(), gtin);
        }
        self.count("/identifiers/superseded", new.superseded.len(), MOST_SUPERSEDED);
        for (at, number) in new.superseded.iter().enumerate() {
            self.number(format!("/identifiers/superseded/{at}"), number);
        }
    }

    fn number(&mut self, pointer: String, number: &str) {
        if normalise(number).is_empty() {
            self.add(pointer, FieldCode::BadPartNumber, "must have at least one letter or digit");
        } else {
            self.text(pointer, number, 1, 100);
        }
    }

    fn gtin(&mut self, pointer: String, gtin: &str) {
        if !is_gtin(gtin) {
            self.add(pointer, FieldCode::BadGtin, "must be a GTIN of 8, 12, 13 or 14 digits with a right check digit");
        }
    }

    fn attributes(&mut self, new: &NewProduct) {
        self.count("/attributes", new.attributes.len(), MOST_ATTRIBUTES);
        for (at, attribute) in new.attributes.iter().enumerate() {
            self.text(format!("/attributes/{at}/name"), &attribute.name, 1, 100);
            if let AttributeValue::Text(text) = &attribute.value {
                self.text(format!("/attributes/{at}/value"), text, 0, LONGEST_VALUE);
            }
            if let Some(unit) = &attribute.unit {
                self.text(format!("/attributes/{at}/unit"), unit, 1, 40);
            }
        }
        self.count("/keywords", new.keywords.len(), MOST_KEYWORDS);
        for (at, keyword) in new.keywords.iter().enumerate() {
            self.text(format!("/keywords/{at}"), keyword, 1, 100);
        }
    }

    fn relations(&mut self, new: &NewProduct) {
        self.count("/relations", new.relations.len(), MOST_RELATIONS);
        let mut seen = AHashSet::new();
        for (at, relation) in new.relations.iter().enumerate() {
            if relation.sku == new.sku {
                self.add(
                    format!("/relations/{at}/sku"),
                    FieldCode::RelatesToItself,
                    "the related product must be another product",
                );
            } else if !seen.insert((relation.kind, &relation.sku)) {
                let detail = format!("{} must be named only once as {}", relation.sku, relation.kind.word());
                self.add(format!("/relations/{at}/sku"), FieldCode::Duplicate, detail);
            }
            if !relation.quantity.is_positive() {
                self.add(format!("/relations/{at}/quantity"), FieldCode::NotPositive, "must be greater than 0");
            }
            self.text(format!("/relations/{at}/note"), &relation.note, 0, 500);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(new: &NewProduct) -> Vec<String> {
        check(new).into_iter().map(|p| p.pointer).collect()
    }

    #[test]
    fn a_plain_product_is_fine() {
        assert_eq!(check(&NewProduct::named("P-1", "Bolt", "EA")), Vec::new());
    }

    #[test]
    fn units_need_one_exact_conversion() {
        let mut new = NewProduct::named("P-1", "Bolt", "EA");
        let unit = |unit: &str| NewUnit { unit: unit.to_owned(), factor: None, fraction: None, gtin: None };
        new.units = vec![
            NewUnit::of("BX", 30),
            unit("PK"),
            NewUnit { fraction: Some((1, 0)), ..unit("CS") },
            NewUnit { factor: "30".parse().ok(), fraction: Some((30, 1)), ..unit("PL") },
            NewUnit::of("EA", 2),
            NewUnit::of("BX", 30),
            NewUnit::of("TOO LONG A CODE", 1),
        ];
        let expected =
            ["/units/1/factor", "/units/2/factor", "/units/3/factor", "/units/4/unit", "/units/5/unit", "/units/6/unit"];
        assert_eq!(pointers(&new), expected);
    }

    #[test]
    fn order_rules_leave_something_to_order() {
        let quantity = |text: &str| text.parse::<Quantity>().ok();
        let rules = |min, max, multiple| NewProduct {
            min: quantity(min),
            max: quantity(max),
            multiple: quantity(multiple),
            ..NewProduct::named("P-1", "Bolt", "EA")
        };
        assert_eq!(pointers(&rules("10", "100", "10")), Vec::<String>::new());
        assert_eq!(pointers(&rules("11", "19", "10")), ["/order_rules/max"]);
        assert_eq!(pointers(&rules("", "5", "10")), ["/order_rules/max"]);
        assert_eq!(pointers(&rules("0.5", "", "0")), ["/order_rules/min", "/order_rules/multiple"]);
        assert_eq!(pointers(&rules("9223372036854", "9223372036854", "7")), ["/order_rules/max"]);
    }
}
