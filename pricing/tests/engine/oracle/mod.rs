//! A second, slow pricing written straight from the rules, with lists instead of indexes and fractions instead of
//! scaled integers. It knows nothing of the engine but the types of rows and answers.

mod fraction;
mod lookup;
mod offer;

use crate::world::{Row, World};
use fraction::Fraction;
use pricing::{
    AccountId, Amount, Assignment, Audience, ContractStatus, Flags, Instant, Kind, LineError, LinePrice, Mode, Per,
    ProductVersion, RequestLine, Source, Times, UnitCode, UnitPrice,
};
use std::cmp::{Ordering, Reverse};

/// An amount or quantity as a fraction of whole units.
fn exact(micros: i64) -> Fraction {
    Fraction::new(i128::from(micros), 1_000_000)
}

fn whole(number: i128) -> Fraction {
    Fraction(number, 1)
}

/// Rounded to six decimals.
fn unit_price(price: Fraction, per: Per) -> UnitPrice {
    UnitPrice { amount: Amount::from_micros(price.times(whole(1_000_000)).round()), per }
}

/// What one unit costs.
fn each(price: UnitPrice) -> Fraction {
    exact(price.amount.micros()).over(whole(i128::from(price.per.get())))
}

fn counts(times: &Times, world: &World) -> bool {
    known(times, world.as_of)
        && times.valid_from.is_none_or(|from| from <= world.at)
        && times.valid_until.is_none_or(|until| world.at < until)
}

fn known(times: &Times, as_of: Instant) -> bool {
    times.recorded_at <= as_of && times.superseded_at.is_none_or(|superseded| as_of < superseded)
}

/// A price that came out of one row, with all that decides between rows.
#[derive(Clone)]
struct Offer {
    price: UnitPrice,
    source: Source,
    kind: Kind,
    exclusive: bool,
    stopped_at_zero: bool,
    /// A price in the stock unit, converted.
    converted: bool,
    /// Neither converted nor in the asked unit: a percentage.
    unitless: bool,
    /// SKU 3, category 2, brand 1, everything 0; then the depth.
    specificity: (u32, u32),
    distance: usize,
    start: Option<Instant>,
    code: String,
}

struct Oracle<'w> {
    world: &'w World,
    chain: Vec<AccountId>,
}

/// Prices the world's basket.
pub(crate) fn price(world: &World) -> Vec<Result<LinePrice, LineError>> {
    let mut oracle = Oracle { world, chain: Vec::new() };
    oracle.chain = oracle.company_chain();
    world.lines.iter().map(|line| oracle.line(line)).collect()
}

impl Oracle<'_> {
    fn line(&self, line: &RequestLine) -> Result<LinePrice, LineError> {
        let product = self.product(line.product).ok_or(LineError::UnknownProduct)?;
        let factor = factor(&product, line.unit).ok_or(LineError::UnknownUnit)?;
        if !line.quantity.is_positive() {
            return Err(LineError::QuantityNotPositive);
        }
        let list = self.list_price(line, &product);
        let list_price = list.as_ref().map(|list| list.price);
        let contract = self.contract_price(line, &product, list_price);
        let promotion = self.promotion_price(line, &product, list_price);
        let chosen = match &contract {
            Some(contract) if contract.exclusive => Some(contract.clone()),
            _ => {
                let mut all: Vec<Offer> = [contract, promotion, list].into_iter().flatten().collect();
                all.sort_by(|left, right| each(left.price).order(each(right.price)));
                all.into_iter().next()
            }
        };
        let chosen = chosen.ok_or(LineError::PriceOnRequest)?;
        Ok(self.finish(line, &product, factor, &chosen, list_price))
    }

    fn finish(
        &self,
        line: &RequestLine,
        product: &ProductVersion,
        factor: Fraction,
        chosen: &Offer,
        list_price: Option<UnitPrice>,
    ) -> LinePrice {
        let mut price = chosen.price;
        let per = whole(i128::from(price.per.get()));
        let mut flags = Flags { stopped_at_zero: chosen.stopped_at_zero, ..Flags::default() };
        let money = product.money.iter().find(|money| money.currency == self.world.currency);
        if let Some(floor) = money.and_then(|money| money.floor) {
            let floor = unit_price(exact(floor.micros()).times(factor).times(per), price.per);
            if price.amount < floor.amount {
                if matches!(chosen.source, Source::Contract { .. }) && chosen.kind == Kind::Fixed {
                    flags.below_floor = true;
                } else {
                    flags.floor_lifted = true;
                    price = floor;
                }
            }
        }
        if let Some(cost) = money.and_then(|money| money.cost) {
            flags.below_cost = each(price).order(exact(cost.micros()).times(factor)) == Ordering::Less;
        }
        let digits = u32::from(self.world.currency.minor_digits());
        let coins = each(price).times(exact(line.quantity.micros())).times(whole(10_i128.pow(digits))).round();
        LinePrice {
            unit_price: price.amount,
            per: price.per,
            line_amount: Amount::from_micros(coins * 10_i64.pow(6 - digits)),
            list_price,
            source: chosen.source,
            flags,
        }
    }

    // Step 1.
    fn list_price(&self, line: &RequestLine, product: &ProductVersion) -> Option<Offer> {
        let mut sources: Vec<Assignment> = self.chain.iter().map(|account| Assignment::Account(*account)).collect();
        sources.extend(self.group().map(Assignment::Group));
        sources.push(Assignment::Default);
        sources.into_iter().find_map(|source| self.list_price_of(source, line, product))
    }

    fn list_price_of(&self, source: Assignment, line: &RequestLine, product: &ProductVersion) -> Option<Offer> {
        let factor_asked = factor(product, line.unit)?;
        let mut applicable = self.applicable_entries(source, line, product);
        applicable.sort_by_key(|entry| {
            (
                entry.unit != line.unit,
                Reverse(entry.min_quantity),
                Reverse(entry.times.valid_from),
                Reverse(entry.times.recorded_at),
            )
        });
        // What is left equal goes by price, then basis, then identity.
        let order = |entry: &pricing::Entry| {
            (entry.unit != line.unit, entry.min_quantity, entry.times.valid_from, entry.times.recorded_at)
        };
        let first = order(applicable.first()?);
        applicable.retain(|entry| order(entry) == first);
        applicable.sort_by(|left, right| {
            let price = |entry: &pricing::Entry| each(UnitPrice { amount: entry.unit_price, per: entry.per });
            let identity = |entry: &pricing::Entry| (entry.per, entry.list, entry.id);
            price(left).order(price(right)).then(identity(left).cmp(&identity(right)))
        });
        let entry = applicable[0];
        let factor = if entry.unit == line.unit { whole(1) } else { factor_asked };
        Some(Offer {
            price: unit_price(exact(entry.unit_price.micros()).times(factor), entry.per),
            source: Source::List { list: entry.list, entry: entry.id },
            kind: Kind::Fixed,
            exclusive: false,
            stopped_at_zero: false,
            converted: entry.unit != line.unit,
            unitless: false,
            specificity: (3, 0),
            distance: 0,
            start: None,
            code: String::new(),
        })
    }

    fn applicable_entries(&self, source: Assignment, line: &RequestLine, product: &ProductVersion) -> Vec<&pricing::Entry> {
        let mut applicable: Vec<&pricing::Entry> = Vec::new();
        for row in &self.world.rows {
            let Row::Entry(entry) = row else { continue };
            let Some(entry_factor) = factor(product, entry.unit) else {
                continue;
            };
            let fits = entry.product == line.product
                && entry.currency == self.world.currency
                && counts(&entry.times, self.world)
                && self.is_assigned(entry.list, source)
                && [line.unit, product.stock_unit].contains(&entry.unit);
            let quantity = self.sku_quantity(line.product).over(entry_factor);
            if fits && quantity.order(exact(entry.min_quantity.micros())) != Ordering::Less {
                applicable.push(entry);
            }
        }
        applicable
    }

    // Step 2.
    fn contract_price(&self, line: &RequestLine, product: &ProductVersion, list: Option<UnitPrice>) -> Option<Offer> {
        let mut offers = Vec::new();
        for row in &self.world.rows {
            let Row::Line(contract_line) = row else {
                continue;
            };
            let Some(header) = self.contract(contract_line.contract) else {
                continue;
            };
            let Some(distance) = self.chain.iter().position(|account| *account == header.account) else {
                continue;
            };
            let active = header.status == ContractStatus::Active
                && header.currency == self.world.currency
                && counts(&header.times, self.world)
                && counts(&contract_line.times, self.world);
            if !active {
                continue;
            }
            let before = self.world.periods.iter().find(|period| period.line == contract_line.id);
            let before = before.map_or(whole(0), |period| exact(period.quantity.micros()));
            let Some(offer) = self.offer(&contract_line.terms, line, product, list, before) else {
                continue;
            };
            offers.push(Offer {
                source: Source::Contract { contract: contract_line.contract, line: contract_line.id },
                exclusive: header.mode == Mode::Exclusive,
                distance,
                start: header.times.valid_from,
                code: header.code.clone(),
                ..offer
            });
        }
        first_contract_offer(offers)
    }

    // Step 3.
    fn promotion_price(&self, line: &RequestLine, product: &ProductVersion, list: Option<UnitPrice>) -> Option<Offer> {
        let mut offers = Vec::new();
        for promotion in self.promotions() {
            let meant = match promotion.audience {
                Audience::Everyone => true,
                Audience::Group(group) => self.group() == Some(group),
                Audience::Account(account) => self.world.account == Some(account),
            };
            let coupon = promotion.coupon.as_ref();
            let coupon = coupon.is_none_or(|coupon| self.world.coupons.iter().any(|given| given.eq_ignore_ascii_case(coupon)));
            let right_currency = promotion.currency.is_none_or(|currency| currency == self.world.currency);
            if !(meant && coupon && right_currency && counts(&promotion.times, self.world)) {
                continue;
            }
            for (index, terms) in promotion.lines.iter().enumerate() {
                let Some(offer) = self.offer(terms, line, product, list, whole(0)) else {
                    continue;
                };
                let source = Source::Promotion { promotion: promotion.id, line: index as u32 };
                offers.push(Offer { source, code: promotion.code.clone(), ..offer });
            }
        }
        drop_converted(&mut offers);
        offers.into_iter().min_by(|left, right| {
            let last = |offer: &Offer| (offer.code.clone(), offer.price.per, offer.source);
            each(left.price).order(each(right.price)).then(last(left).cmp(&last(right)))
        })
    }
}

/// Within one contract or promotion and one specificity, a price in the asked unit beats a converted one.
fn drop_converted(offers: &mut Vec<Offer>) {
    let owner = |offer: &Offer| match offer.source {
        Source::Contract { contract, .. } => contract.0,
        Source::Promotion { promotion, .. } => promotion.0,
        Source::List { list, .. } => list.0,
    };
    let asked: Vec<(u32, (u32, u32))> = offers
        .iter()
        .filter(|offer| !offer.converted && !offer.unitless)
        .map(|offer| (owner(offer), offer.specificity))
        .collect();
    offers.retain(|offer| !offer.converted || !asked.contains(&(owner(offer), offer.specificity)));
}

/// Stock units in one of the unit.
fn factor(product: &ProductVersion, unit: UnitCode) -> Option<Fraction> {
    if unit == product.stock_unit {
        return Some(whole(1));
    }
    let unit = product.units.iter().find(|row| row.code == unit)?;
    Some(Fraction::new(i128::from(unit.factor.numerator()), i128::from(unit.factor.denominator())))
}

fn first_contract_offer(mut offers: Vec<Offer>) -> Option<Offer> {
    drop_converted(&mut offers);
    offers.into_iter().min_by(|left, right| {
        let rank = |offer: &Offer| (Reverse(offer.specificity), offer.distance, Reverse(offer.start));
        let last = |offer: &Offer| (offer.code.clone(), offer.price.per, offer.kind, offer.source);
        rank(left).cmp(&rank(right)).then(each(left.price).order(each(right.price))).then(last(left).cmp(&last(right)))
    })
}
