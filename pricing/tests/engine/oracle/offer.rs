//! What one contract line or promotion line makes of a line, and the quantities it looks at.

use super::{Fraction, Offer, Oracle, exact, factor, unit_price, whole};
use pricing::{Amount, Kind, ProductId, ProductVersion, Quantity, RequestLine, Scope, Source, Target, Terms, UnitPrice};
use std::cmp::Ordering;

impl Oracle<'_> {
    /// What contract or promotion terms make of the line, if they apply.
    pub(super) fn offer(
        &self,
        terms: &Terms,
        line: &RequestLine,
        product: &ProductVersion,
        list: Option<UnitPrice>,
        before: Fraction,
    ) -> Option<Offer> {
        let specificity = specificity(terms.target, product)?;
        let unit = terms.unit.unwrap_or(product.stock_unit);
        factor(product, unit)?;
        let unitless = matches!(terms.kind, Kind::PercentOff | Kind::CostPlus);
        if !unitless && unit != line.unit && unit != product.stock_unit {
            return None;
        }
        let quantity = self.scope_quantity(terms, product).plus(before_in_scope(terms, before));
        let base = terms.value.map(|value| pricing::Break { threshold: Quantity::ZERO, value });
        let mut steps: Vec<pricing::Break> = base.into_iter().chain(terms.breaks.clone()).collect();
        steps.retain(|step| exact(step.threshold.micros()).order(quantity) != Ordering::Greater);
        let value = exact(steps.into_iter().max_by_key(|step| step.threshold)?.value.micros());
        let asked = factor(product, line.unit)?;
        let converted = !unitless && unit != line.unit;
        let conversion = if converted { asked } else { whole(1) };
        let (price, base) = self.price_of(terms, value, conversion, asked, product, list)?;
        let stopped_at_zero = price.amount.is_negative() && base.is_some_and(|base| base.0 >= 0);
        let price = if stopped_at_zero { UnitPrice { amount: Amount::ZERO, ..price } } else { price };
        Some(Offer {
            price,
            source: Source::Promotion { promotion: pricing::PromotionId(0), line: 0 },
            kind: terms.kind,
            exclusive: false,
            stopped_at_zero,
            converted,
            unitless,
            specificity,
            distance: 0,
            start: None,
            code: String::new(),
        })
    }

    /// The price a value makes, and the amount it is a change of.
    fn price_of(
        &self,
        terms: &Terms,
        value: Fraction,
        conversion: Fraction,
        asked: Fraction,
        product: &ProductVersion,
        list: Option<UnitPrice>,
    ) -> Option<(UnitPrice, Option<Fraction>)> {
        let hundred = whole(100);
        if terms.kind == Kind::Fixed {
            return Some((unit_price(value.times(conversion), terms.per), None));
        }
        if terms.kind == Kind::CostPlus {
            let money = product.money.iter().find(|money| money.currency == self.world.currency)?;
            let cost = exact(money.cost?.micros());
            let plus = hundred.plus(value).over(hundred);
            let per = whole(i128::from(terms.per.get()));
            return Some((unit_price(cost.times(asked).times(per).times(plus), terms.per), Some(cost)));
        }
        let list = list?;
        let amount = exact(list.amount.micros());
        let price = if terms.kind == Kind::PercentOff {
            amount.times(hundred.minus(value)).over(hundred)
        } else {
            amount.minus(value.times(conversion).times(whole(i128::from(list.per.get()))))
        };
        Some((unit_price(price, list.per), Some(amount)))
    }

    /// The basket's quantity in the scope, in the unit of the terms.
    fn scope_quantity(&self, terms: &Terms, product: &ProductVersion) -> Fraction {
        let unit = |product: &ProductVersion| terms.unit.unwrap_or(product.stock_unit);
        let mut total = whole(0);
        for line in self.counted_lines() {
            let Some(other) = self.product(line.product) else {
                continue;
            };
            let inside = match terms.scope {
                Scope::Sku => other.id == product.id,
                Scope::Group => other.id == product.id || other.mix_group.is_some() && other.mix_group == product.mix_group,
                Scope::Period => specificity(terms.target, &other).is_some(),
            };
            if !inside {
                continue;
            }
            let (Some(from), Some(to)) = (factor(&other, line.unit), factor(&other, unit(&other))) else {
                continue;
            };
            total = total.plus(exact(line.quantity.micros()).times(from).over(to));
        }
        total
    }

    pub(super) fn sku_quantity(&self, id: ProductId) -> Fraction {
        let Some(product) = self.product(id) else {
            return whole(0);
        };
        let lines = self.counted_lines().filter(|line| line.product == id);
        lines
            .filter_map(|line| Some(exact(line.quantity.micros()).times(factor(&product, line.unit)?)))
            .fold(whole(0), Fraction::plus)
    }

    fn counted_lines(&self) -> impl Iterator<Item = &RequestLine> {
        self.world.lines.iter().filter(|line| line.quantity.is_positive())
    }
}

fn before_in_scope(terms: &Terms, before: Fraction) -> Fraction {
    if terms.scope == Scope::Period { before } else { whole(0) }
}

fn specificity(target: Target, product: &ProductVersion) -> Option<(u32, u32)> {
    match target {
        Target::Sku(id) => (id == product.id).then_some((3, 0)),
        Target::Category(id) => product.categories.iter().find(|category| category.id == id).map(|category| (2, category.depth)),
        Target::Brand(id) => (product.brand == Some(id)).then_some((1, 0)),
        Target::Everything => Some((0, 0)),
    }
}
