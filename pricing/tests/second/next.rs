//! The next break by trying: every quantity at which any row's threshold is reached, in order, until the price changes.

use crate::fraction::Q;
use crate::market::{Market, Question};
use crate::rules::{Rules, factor};
use pricing::{LineError, LinePrice, NextBreak, ProductVersion, Quantity, RequestLine, UnitCode};

/// What the plan says of a larger quantity of one line of the basket.
pub(crate) fn next_break(market: &Market, question: &Question, place: usize) -> Option<NextBreak> {
    let rules = Rules { market, question };
    let line = &question.basket[place];
    let product = rules.check(line).ok()?;
    let present = rules.price(line);
    let mut additions = additions(&rules, line, product);
    additions.sort_unstable();
    additions.dedup();
    for add in additions {
        let mut larger = question.clone();
        larger.basket[place].quantity = line.quantity.checked_add(add)?;
        let then = Rules { market, question: &larger }.price(&larger.basket[place]);
        let Ok(price) = then else { continue };
        let pair = |price: &LinePrice| (price.unit_price, price.per);
        if present.as_ref().map(pair) != Ok(pair(&price)) {
            return Some(NextBreak {
                add,
                quantity: larger.basket[place].quantity,
                unit_price: price.unit_price,
                per: price.per,
                line_amount: price.line_amount,
                source: price.source,
                costs_less: present.is_ok_and(|present| price.line_amount < present.line_amount),
            });
        }
    }
    None
}

/// Every quantity to add that reaches a threshold of any candidate, as it may be ordered.
fn additions(rules: &Rules<'_>, line: &RequestLine, product: &ProductVersion) -> Vec<Quantity> {
    let mut missing: Vec<(Q, UnitCode)> = Vec::new();
    let mut note = |threshold: Quantity, reached: Q, unit: UnitCode| {
        missing.push((Q::millionths(threshold.micros()) - reached, unit));
    };
    for source in rules.list_sources() {
        for entry in rules.entries_of(source, line, product) {
            let reached = rules.quantity_of(product, entry.unit);
            note(entry.min_quantity, reached, entry.unit);
        }
    }
    for row in rules.market.lines.iter().filter(|row| rules.counts(&row.times) && rules.in_force(row.contract).is_some()) {
        let reached = rules.terms_quantity(&row.terms, product, rules.before(row.id));
        for threshold in Rules::thresholds(&row.terms, line, product) {
            note(threshold, reached, row.terms.unit.unwrap_or(product.stock_unit));
        }
    }
    for terms in rules.promotions().flat_map(|promotion| &promotion.lines) {
        let reached = rules.terms_quantity(terms, product, Q::ZERO);
        for threshold in Rules::thresholds(terms, line, product) {
            note(threshold, reached, terms.unit.unwrap_or(product.stock_unit));
        }
    }
    let multiple = product.units.iter().find(|unit| unit.code == line.unit).and_then(|unit| unit.order_multiple);
    let asked = factor(product, line.unit).expect("checked");
    let in_asked = missing.into_iter().filter_map(|(missing, unit)| Some(missing * factor(product, unit)? / asked));
    let positive = in_asked.filter(|missing| *missing > Q::ZERO);
    positive.map(|missing| orderable(missing, multiple)).collect()
}

/// The smallest quantity not below it that has six decimals and is a multiple.
fn orderable(missing: Q, multiple: Option<Quantity>) -> Quantity {
    let micros = (missing * Q::whole(1_000_000)).ceil();
    let step = multiple.map_or(1, Quantity::micros).max(1);
    Quantity::from_micros((micros + step - 1) / step * step)
}

/// A line that cannot be priced has no next break; kept here for the comparison.
pub(crate) fn is_priced(price: &Result<LinePrice, LineError>) -> bool {
    !matches!(price, Err(LineError::UnknownProduct | LineError::UnknownUnit | LineError::QuantityNotPositive))
}
