//! A second, slow pricing written straight from the rules, with lists instead of indexes and fractions instead of
//! scaled integers. It knows nothing of the engine but the types of rows and answers.

use crate::world::{Row, World};
use pricing::{
    AccountFacts, AccountId, Amount, Assignment, Audience, ContractStatus, ContractVersion, Flags,
    Instant, Kind, LineError, LinePrice, Mode, Per, ProductFacts, ProductId, Promotion, Quantity,
    RequestLine, Scope, Source, Target, Terms, Times, UnitCode, UnitPrice,
};
use std::cmp::{Ordering, Reverse};

/// An exact fraction; the worlds are small enough for 128 bits.
#[derive(Debug, Clone, Copy)]
struct Fraction(i128, i128);

impl Fraction {
    fn new(numerator: i128, denominator: i128) -> Self {
        let (mut left, mut right) = (numerator.abs(), denominator.abs());
        while right != 0 {
            (left, right) = (right, left % right);
        }
        let sign = if denominator < 0 { -1 } else { 1 };
        let divisor = left.max(1) * sign;
        Self(numerator / divisor, denominator / divisor)
    }

    fn plus(self, other: Self) -> Self {
        Self::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    fn minus(self, other: Self) -> Self {
        self.plus(Self(-other.0, other.1))
    }

    fn times(self, other: Self) -> Self {
        Self::new(self.0 * other.0, self.1 * other.1)
    }

    fn over(self, other: Self) -> Self {
        Self::new(self.0 * other.1, self.1 * other.0)
    }

    fn order(self, other: Self) -> Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }

    /// Rounded half away from zero to a whole number.
    fn round(self) -> i64 {
        let doubled = self.0.abs() * 2 + self.1;
        let whole = doubled / (self.1 * 2);
        (whole * self.0.signum()) as i64
    }
}

/// An amount or quantity as a fraction of whole units.
fn exact(micros: i64) -> Fraction {
    Fraction::new(i128::from(micros), 1_000_000)
}

fn whole(number: i128) -> Fraction {
    Fraction(number, 1)
}

/// Rounded to six decimals.
fn unit_price(price: Fraction, per: Per) -> UnitPrice {
    UnitPrice {
        amount: Amount::from_micros(price.times(whole(1_000_000)).round()),
        per,
    }
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
    times.recorded_at <= as_of
        && times
            .superseded_at
            .is_none_or(|superseded| as_of < superseded)
}

/// Of several recordings the last one known, or else the first one of all.
fn recorded<T>(mut all: Vec<(Instant, T)>, as_of: Instant) -> Option<T> {
    all.sort_by_key(|(recorded_at, _)| *recorded_at);
    let place = all
        .iter()
        .rposition(|(recorded_at, _)| *recorded_at <= as_of)
        .unwrap_or(0);
    (!all.is_empty()).then(|| all.swap_remove(place).1)
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
    let mut oracle = Oracle {
        world,
        chain: Vec::new(),
    };
    oracle.chain = oracle.company_chain();
    world.lines.iter().map(|line| oracle.line(line)).collect()
}

impl Oracle<'_> {
    fn line(&self, line: &RequestLine) -> Result<LinePrice, LineError> {
        let product = self
            .product(line.product)
            .ok_or(LineError::UnknownProduct)?;
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
                let mut all: Vec<Offer> =
                    [contract, promotion, list].into_iter().flatten().collect();
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
        product: &ProductFacts,
        factor: Fraction,
        chosen: &Offer,
        list_price: Option<UnitPrice>,
    ) -> LinePrice {
        let mut price = chosen.price;
        let per = whole(i128::from(price.per.get()));
        let mut flags = Flags {
            stopped_at_zero: chosen.stopped_at_zero,
            ..Flags::default()
        };
        let money = product
            .money
            .iter()
            .find(|money| money.currency == self.world.currency);
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
            flags.below_cost =
                each(price).order(exact(cost.micros()).times(factor)) == Ordering::Less;
        }
        let digits = u32::from(self.world.currency.minor_digits());
        let coins = each(price)
            .times(exact(line.quantity.micros()))
            .times(whole(10_i128.pow(digits)))
            .round();
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
    fn list_price(&self, line: &RequestLine, product: &ProductFacts) -> Option<Offer> {
        let mut sources: Vec<Assignment> = self
            .chain
            .iter()
            .map(|account| Assignment::Account(*account))
            .collect();
        sources.extend(self.group().map(Assignment::Group));
        sources.push(Assignment::Default);
        sources
            .into_iter()
            .find_map(|source| self.list_price_of(source, line, product))
    }

    fn list_price_of(
        &self,
        source: Assignment,
        line: &RequestLine,
        product: &ProductFacts,
    ) -> Option<Offer> {
        let factor_asked = factor(product, line.unit)?;
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
            (
                entry.unit != line.unit,
                entry.min_quantity,
                entry.times.valid_from,
                entry.times.recorded_at,
            )
        };
        let first = order(applicable.first()?);
        applicable.retain(|entry| order(entry) == first);
        applicable.sort_by(|left, right| {
            let price = |entry: &pricing::Entry| {
                each(UnitPrice {
                    amount: entry.unit_price,
                    per: entry.per,
                })
            };
            let identity = |entry: &pricing::Entry| (entry.per, entry.list, entry.id);
            price(left)
                .order(price(right))
                .then(identity(left).cmp(&identity(right)))
        });
        let entry = applicable[0];
        let factor = if entry.unit == line.unit {
            whole(1)
        } else {
            factor_asked
        };
        Some(Offer {
            price: unit_price(exact(entry.unit_price.micros()).times(factor), entry.per),
            source: Source::List {
                list: entry.list,
                entry: entry.id,
            },
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

    // Step 2.
    fn contract_price(
        &self,
        line: &RequestLine,
        product: &ProductFacts,
        list: Option<UnitPrice>,
    ) -> Option<Offer> {
        let mut offers = Vec::new();
        for row in &self.world.rows {
            let Row::Line(contract_line) = row else {
                continue;
            };
            let Some(header) = self.contract(contract_line.contract) else {
                continue;
            };
            let Some(distance) = self
                .chain
                .iter()
                .position(|account| *account == header.account)
            else {
                continue;
            };
            let active = header.status == ContractStatus::Active
                && header.currency == self.world.currency
                && counts(&header.times, self.world)
                && counts(&contract_line.times, self.world);
            if !active {
                continue;
            }
            let before = self
                .world
                .periods
                .iter()
                .find(|period| period.line == contract_line.id);
            let before = before.map_or(whole(0), |period| exact(period.quantity.micros()));
            let Some(offer) = self.offer(&contract_line.terms, line, product, list, before) else {
                continue;
            };
            offers.push(Offer {
                source: Source::Contract {
                    contract: contract_line.contract,
                    line: contract_line.id,
                },
                exclusive: header.mode == Mode::Exclusive,
                distance,
                start: header.times.valid_from,
                code: header.code.clone(),
                ..offer
            });
        }
        drop_converted(&mut offers);
        offers.into_iter().min_by(|left, right| {
            let rank = |offer: &Offer| {
                (
                    Reverse(offer.specificity),
                    offer.distance,
                    Reverse(offer.start),
                )
            };
            let last = |offer: &Offer| {
                (
                    offer.code.clone(),
                    offer.price.per,
                    offer.kind,
                    offer.source,
                )
            };
            rank(left)
                .cmp(&rank(right))
                .then(each(left.price).order(each(right.price)))
                .then(last(left).cmp(&last(right)))
        })
    }

    // Step 3.
    fn promotion_price(
        &self,
        line: &RequestLine,
        product: &ProductFacts,
        list: Option<UnitPrice>,
    ) -> Option<Offer> {
        let mut offers = Vec::new();
        for promotion in self.promotions() {
            let meant = match promotion.audience {
                Audience::Everyone => true,
                Audience::Group(group) => self.group() == Some(group),
                Audience::Account(account) => self.world.account == Some(account),
            };
            let coupon = promotion.coupon.as_ref();
            let coupon = coupon.is_none_or(|coupon| {
                self.world
                    .coupons
                    .iter()
                    .any(|given| given.eq_ignore_ascii_case(coupon))
            });
            let right_currency = promotion
                .currency
                .is_none_or(|currency| currency == self.world.currency);
            if !(meant && coupon && right_currency && counts(&promotion.times, self.world)) {
                continue;
            }
            for (index, terms) in promotion.lines.iter().enumerate() {
                let Some(offer) = self.offer(terms, line, product, list, whole(0)) else {
                    continue;
                };
                let source = Source::Promotion {
                    promotion: promotion.id,
                    line: index as u32,
                };
                offers.push(Offer {
                    source,
                    code: promotion.code.clone(),
                    ..offer
                });
            }
        }
        drop_converted(&mut offers);
        offers.into_iter().min_by(|left, right| {
            let last = |offer: &Offer| (offer.code.clone(), offer.price.per, offer.source);
            each(left.price)
                .order(each(right.price))
                .then(last(left).cmp(&last(right)))
        })
    }

    /// What contract or promotion terms make of the line, if they apply.
    fn offer(
        &self,
        terms: &Terms,
        line: &RequestLine,
        product: &ProductFacts,
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
        let quantity = self
            .scope_quantity(terms, product)
            .plus(before_in_scope(terms, before));
        let base = terms.value.map(|value| pricing::Break {
            threshold: Quantity::ZERO,
            value,
        });
        let mut steps: Vec<pricing::Break> = base.into_iter().chain(terms.breaks.clone()).collect();
        steps.retain(|step| exact(step.threshold.micros()).order(quantity) != Ordering::Greater);
        let value = exact(
            steps
                .into_iter()
                .max_by_key(|step| step.threshold)?
                .value
                .micros(),
        );
        let asked = factor(product, line.unit)?;
        let converted = !unitless && unit != line.unit;
        let conversion = if converted { asked } else { whole(1) };
        let hundred = whole(100);
        let (price, base) = match terms.kind {
            Kind::Fixed => (unit_price(value.times(conversion), terms.per), None),
            Kind::PercentOff => {
                let amount = exact(list?.amount.micros());
                (
                    unit_price(amount.times(hundred.minus(value)).over(hundred), list?.per),
                    Some(amount),
                )
            }
            Kind::AmountOff => {
                let amount = exact(list?.amount.micros());
                let off = value
                    .times(conversion)
                    .times(whole(i128::from(list?.per.get())));
                (unit_price(amount.minus(off), list?.per), Some(amount))
            }
            Kind::CostPlus => {
                let money = product
                    .money
                    .iter()
                    .find(|money| money.currency == self.world.currency)?;
                let cost = exact(money.cost?.micros());
                let plus = hundred.plus(value).over(hundred);
                let per = whole(i128::from(terms.per.get()));
                (
                    unit_price(cost.times(asked).times(per).times(plus), terms.per),
                    Some(cost),
                )
            }
        };
        let stopped_at_zero = price.amount.is_negative() && base.is_some_and(|base| base.0 >= 0);
        let price = if stopped_at_zero {
            UnitPrice {
                amount: Amount::ZERO,
                ..price
            }
        } else {
            price
        };
        Some(Offer {
            price,
            source: Source::Promotion {
                promotion: pricing::PromotionId(0),
                line: 0,
            },
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

    /// The basket's quantity in the scope, in the unit of the terms.
    fn scope_quantity(&self, terms: &Terms, product: &ProductFacts) -> Fraction {
        let unit = |product: &ProductFacts| terms.unit.unwrap_or(product.stock_unit);
        let mut total = whole(0);
        for line in self.counted_lines() {
            let Some(other) = self.product(line.product) else {
                continue;
            };
            let inside = match terms.scope {
                Scope::Sku => other.id == product.id,
                Scope::Group => {
                    other.id == product.id
                        || other.mix_group.is_some() && other.mix_group == product.mix_group
                }
                Scope::Period => specificity(terms.target, &other).is_some(),
            };
            if !inside {
                continue;
            }
            let (Some(from), Some(to)) = (factor(&other, line.unit), factor(&other, unit(&other)))
            else {
                continue;
            };
            total = total.plus(exact(line.quantity.micros()).times(from).over(to));
        }
        total
    }

    fn sku_quantity(&self, id: ProductId) -> Fraction {
        let Some(product) = self.product(id) else {
            return whole(0);
        };
        let lines = self.counted_lines().filter(|line| line.product == id);
        lines
            .filter_map(|line| {
                Some(exact(line.quantity.micros()).times(factor(&product, line.unit)?))
            })
            .fold(whole(0), Fraction::plus)
    }

    fn counted_lines(&self) -> impl Iterator<Item = &RequestLine> {
        self.world
            .lines
            .iter()
            .filter(|line| line.quantity.is_positive())
    }

    fn product(&self, id: ProductId) -> Option<ProductFacts> {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::Product(facts) if facts.id == id => Some((facts.recorded_at, facts.clone())),
            _ => None,
        });
        recorded(all.collect(), self.world.as_of)
    }

    fn account(&self, id: AccountId) -> Option<AccountFacts> {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::Account(facts) if facts.id == id => Some((facts.recorded_at, *facts)),
            _ => None,
        });
        recorded(all.collect(), self.world.as_of)
    }

    fn company_chain(&self) -> Vec<AccountId> {
        let mut chain = Vec::new();
        let mut next = self.world.account;
        while let Some(account) = next.filter(|account| !chain.contains(account)) {
            chain.push(account);
            next = self.account(account).and_then(|facts| facts.parent);
        }
        chain
    }

    fn group(&self) -> Option<pricing::GroupId> {
        self.account(self.world.account?)?.group
    }

    fn is_assigned(&self, list: pricing::ListId, source: Assignment) -> bool {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::List(facts) if facts.id == list => Some((facts.recorded_at, facts.clone())),
            _ => None,
        });
        recorded(all.collect(), self.world.as_of)
            .is_some_and(|facts| facts.assigned.contains(&source))
    }

    fn contract(&self, id: pricing::ContractId) -> Option<ContractVersion> {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::Contract(version)
                if version.id == id && known(&version.times, self.world.as_of) =>
            {
                Some(version)
            }
            _ => None,
        });
        all.max_by_key(|version| (version.times.recorded_at, version.version))
            .cloned()
    }

    /// The version of each promotion that is known.
    fn promotions(&self) -> Vec<Promotion> {
        let all: Vec<&Promotion> = self
            .world
            .rows
            .iter()
            .filter_map(|row| match row {
                Row::Promotion(promotion) if known(&promotion.times, self.world.as_of) => {
                    Some(promotion)
                }
                _ => None,
            })
            .collect();
        let order = |promotion: &Promotion| (promotion.times.recorded_at, promotion.version);
        let is_last = |promotion: &&&Promotion| {
            all.iter()
                .all(|other| other.id != promotion.id || order(other) <= order(promotion))
        };
        all.iter()
            .filter(is_last)
            .map(|promotion| (*promotion).clone())
            .collect()
    }
}

fn before_in_scope(terms: &Terms, before: Fraction) -> Fraction {
    if terms.scope == Scope::Period {
        before
    } else {
        whole(0)
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

fn specificity(target: Target, product: &ProductFacts) -> Option<(u32, u32)> {
    match target {
        Target::Sku(id) => (id == product.id).then_some((3, 0)),
        Target::Category(id) => product
            .categories
            .iter()
            .find(|category| category.id == id)
            .map(|category| (2, category.depth)),
        Target::Brand(id) => (product.brand == Some(id)).then_some((1, 0)),
        Target::Everything => Some((0, 0)),
    }
}

/// Stock units in one of the unit.
fn factor(product: &ProductFacts, unit: UnitCode) -> Option<Fraction> {
    if unit == product.stock_unit {
        return Some(whole(1));
    }
    let unit = product.units.iter().find(|row| row.code == unit)?;
    Some(Fraction::new(
        i128::from(unit.factor.numerator()),
        i128::from(unit.factor.denominator()),
    ))
}
