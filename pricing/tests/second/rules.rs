//! How a price is found, as the house plan says it, line by line. Nothing is clever here.

use crate::fraction::Q;
use crate::market::{Market, Question};
use pricing::{
    AccountId, AccountVersion, Amount, Assignment, Audience, ContractStatus, ContractVersion, Entry, Flags, GroupId, Instant,
    Kind, LineError, LinePrice, ListId, Mode, Per, ProductId, ProductVersion, Promotion, Quantity, RequestLine, Scope, Source,
    Target, Terms, Times, UnitCode, UnitPrice,
};
use std::cmp::Reverse;

/// The rules applied to one question.
pub(crate) struct Rules<'m> {
    pub(crate) market: &'m Market,
    pub(crate) question: &'m Question,
}

/// A price that a row makes.
#[derive(Debug, Clone)]
struct Offer {
    price: UnitPrice,
    source: Source,
    kind: Kind,
    fit: Fit,
    rank: Rank,
    stopped_at_zero: bool,
    exclusive: bool,
}

/// What decides between offers of contracts: less is better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Rank {
    specificity: Reverse<(u32, u32)>,
    distance: usize,
    start: Reverse<Option<Instant>>,
    code: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Asked,
    Converted,
    Unitless,
}

/// Of several recordings of a thing: the last one known, or the first of all.
fn recorded<'a, T>(rows: impl Iterator<Item = &'a T>, at: impl Fn(&T) -> Instant, as_of: Instant) -> Option<&'a T> {
    let mut rows: Vec<&T> = rows.collect();
    rows.sort_by_key(|row| at(row));
    rows.iter().rev().find(|row| at(row) <= as_of).or(rows.first()).copied()
}

fn each(price: UnitPrice) -> Q {
    Q::millionths(price.amount.micros()) / Q::whole(price.per.get())
}

fn to_six(price: Q, per: Per) -> UnitPrice {
    UnitPrice { amount: Amount::from_micros(price.micros()), per }
}

/// Stock units in one of a unit.
pub(crate) fn factor(product: &ProductVersion, unit: UnitCode) -> Option<Q> {
    if unit == product.stock_unit {
        return Some(Q::ONE);
    }
    let unit = product.units.iter().find(|sold| sold.code == unit)?;
    Some(Q::of(unit.factor.numerator().into(), unit.factor.denominator().into()))
}

/// Larger is more specific; none when the target does not name the product.
fn specificity(target: Target, product: &ProductVersion) -> Option<(u32, u32)> {
    match target {
        Target::Sku(id) if id == product.id => Some((3, 0)),
        Target::Category(id) => product.categories.iter().find(|at| at.id == id).map(|at| (2, at.depth)),
        Target::Brand(id) if product.brand == Some(id) => Some((1, 0)),
        Target::Everything => Some((0, 0)),
        Target::Sku(_) | Target::Brand(_) => None,
    }
}

impl<'m> Rules<'m> {
    fn is_known(&self, times: &Times) -> bool {
        times.recorded_at <= self.question.as_of && times.superseded_at.is_none_or(|end| self.question.as_of < end)
    }

    fn is_valid(&self, times: &Times) -> bool {
        let at = self.question.at;
        times.valid_from.is_none_or(|from| from <= at) && times.valid_until.is_none_or(|until| at < until)
    }

    pub(crate) fn product(&self, id: ProductId) -> Option<&'m ProductVersion> {
        recorded(self.market.products.iter().filter(|row| row.id == id), |row| row.recorded_at, self.question.as_of)
    }

    fn account(&self, id: AccountId) -> Option<&'m AccountVersion> {
        recorded(self.market.accounts.iter().filter(|row| row.id == id), |row| row.recorded_at, self.question.as_of)
    }

    /// The account and the companies above it, nearest first.
    fn companies(&self) -> Vec<AccountId> {
        let mut companies: Vec<AccountId> = Vec::new();
        let mut next = self.question.account;
        while let Some(id) = next {
            if companies.contains(&id) {
                break;
            }
            companies.push(id);
            next = self.account(id).and_then(|account| account.parent);
        }
        companies
    }

    fn group(&self) -> Option<GroupId> {
        self.account(self.question.account?)?.group
    }

    /// Whether a line of the basket can be priced at all.
    pub(crate) fn check(&self, line: &RequestLine) -> Result<&'m ProductVersion, LineError> {
        let product = self.product(line.product).ok_or(LineError::UnknownProduct)?;
        factor(product, line.unit).ok_or(LineError::UnknownUnit)?;
        if line.quantity <= Quantity::ZERO {
            return Err(LineError::QuantityNotPositive);
        }
        Ok(product)
    }

    /// The basket's quantity of the lines that `counts`, in a unit (none: each product's stock unit). A product that does not
    /// have the unit does not count.
    fn in_basket(&self, unit: Option<UnitCode>, counts: impl Fn(&ProductVersion) -> bool) -> Q {
        let mut sum = Q::ZERO;
        for line in &self.question.basket {
            let Ok(product) = self.check(line) else { continue };
            let (Some(sold), Some(wanted)) = (factor(product, line.unit), factor(product, unit.unwrap_or(product.stock_unit)))
            else {
                continue;
            };
            if counts(product) {
                sum = sum + Q::millionths(line.quantity.micros()) * sold / wanted;
            }
        }
        sum
    }

    fn entry_quantity(&self, entry: &Entry) -> Q {
        self.in_basket(Some(entry.unit), |product| product.id == entry.product)
    }

    /// The basket's quantity of one product in a unit.
    pub(crate) fn quantity_of(&self, product: &ProductVersion, unit: UnitCode) -> Q {
        self.in_basket(Some(unit), |other| other.id == product.id)
    }

    /// Whether a row is known and valid.
    pub(crate) fn counts(&self, times: &Times) -> bool {
        self.is_known(times) && self.is_valid(times)
    }

    /// The quantity in the scope of terms. `before` was ordered in the period so far.
    pub(crate) fn terms_quantity(&self, terms: &Terms, product: &ProductVersion, before: Q) -> Q {
        match terms.scope {
            Scope::Sku => self.in_basket(terms.unit, |other| other.id == product.id),
            Scope::Group => self.in_basket(terms.unit, |other| {
                other.id == product.id || (product.mix_group.is_some() && other.mix_group == product.mix_group)
            }),
            Scope::Period => before + self.in_basket(terms.unit, |other| specificity(terms.target, other).is_some()),
        }
    }

    pub(crate) fn before(&self, line: pricing::ContractLineId) -> Q {
        let given = self.question.before.iter().find(|given| given.line == line);
        given.map_or(Q::ZERO, |given| Q::millionths(given.quantity.micros()))
    }

    /// Prices a line of the basket.
    pub(crate) fn price(&self, line: &RequestLine) -> Result<LinePrice, LineError> {
        let product = self.check(line)?;
        let list = self.list_offer(line, product);
        let list_price = list.as_ref().map(|offer| offer.price);
        let contract = self.contract_offer(line, product, list_price);
        let promotion = self.promotion_offer(line, product, list_price);
        let chosen = match contract {
            Some(contract) if contract.exclusive => Some(contract),
            contract => {
                let mut lowest: Option<Offer> = None;
                for offer in [contract, promotion, list].into_iter().flatten() {
                    if lowest.as_ref().is_none_or(|lowest| each(offer.price) < each(lowest.price)) {
                        lowest = Some(offer);
                    }
                }
                lowest
            }
        };
        let chosen = chosen.ok_or(LineError::PriceOnRequest)?;
        Ok(self.finish(line, product, &chosen, list_price))
    }

    /// Floor and rounding.
    fn finish(&self, line: &RequestLine, product: &ProductVersion, chosen: &Offer, list_price: Option<UnitPrice>) -> LinePrice {
        let mut price = chosen.price;
        let mut flags = Flags { stopped_at_zero: chosen.stopped_at_zero, ..Flags::default() };
        let asked = factor(product, line.unit).expect("checked");
        let money = product.money.iter().find(|money| money.currency == self.question.currency);
        if let Some(floor) = money.and_then(|money| money.floor) {
            let floor = to_six(Q::millionths(floor.micros()) * asked * Q::whole(price.per.get()), price.per);
            if price.amount < floor.amount {
                let stands = chosen.kind == Kind::Fixed && matches!(chosen.source, Source::Contract { .. });
                (flags.below_floor, flags.floor_lifted) = (stands, !stands);
                price = if stands { price } else { floor };
            }
        }
        if let Some(cost) = money.and_then(|money| money.cost) {
            flags.below_cost = each(price) < Q::millionths(cost.micros()) * asked;
        }
        let coins = 10_i64.pow(self.question.currency.minor_digits().into());
        let amount = (each(price) * Q::millionths(line.quantity.micros()) * Q::whole(coins)).rounded();
        LinePrice {
            unit_price: price.amount,
            per: price.per,
            line_amount: Amount::from_micros(amount * (1_000_000 / coins)),
            list_price,
            source: chosen.source,
            flags,
        }
    }

    /// Entries of the lists of an owner that count for the product, whatever the quantity.
    pub(crate) fn entries_of(&self, owner: Assignment, line: &RequestLine, product: &ProductVersion) -> Vec<&'m Entry> {
        let belongs = |list: ListId| {
            let versions = self.market.lists.iter().filter(|row| row.id == list);
            recorded(versions, |row| row.recorded_at, self.question.as_of).is_some_and(|list| list.assigned.contains(&owner))
        };
        let counts = |entry: &&Entry| {
            entry.product == line.product
                && entry.currency == self.question.currency
                && self.is_known(&entry.times)
                && self.is_valid(&entry.times)
                && (entry.unit == line.unit || entry.unit == product.stock_unit)
                && belongs(entry.list)
        };
        self.market.entries.iter().filter(counts).collect()
    }

    pub(crate) fn list_sources(&self) -> Vec<Assignment> {
        let companies = self.companies().into_iter().map(Assignment::Account);
        companies.chain(self.group().map(Assignment::Group)).chain([Assignment::Default]).collect()
    }

    // Step 1.
    fn list_offer(&self, line: &RequestLine, product: &ProductVersion) -> Option<Offer> {
        for source in self.list_sources() {
            let mut entries = self.entries_of(source, line, product);
            entries.retain(|entry| Q::millionths(entry.min_quantity.micros()) <= self.entry_quantity(entry));
            entries.sort_by_key(|entry| {
                let price = UnitPrice { amount: entry.unit_price, per: entry.per };
                (
                    entry.unit != line.unit,
                    Reverse(entry.min_quantity),
                    Reverse(entry.times.valid_from),
                    Reverse(entry.times.recorded_at),
                    each(price),
                    entry.per,
                    entry.list,
                    entry.id,
                )
            });
            if let Some(entry) = entries.first() {
                let converted = entry.unit != line.unit;
                let times = if converted { factor(product, line.unit)? } else { Q::ONE };
                return Some(Offer {
                    price: to_six(Q::millionths(entry.unit_price.micros()) * times, entry.per),
                    source: Source::List { list: entry.list, entry: entry.id },
                    kind: Kind::Fixed,
                    fit: if converted { Fit::Converted } else { Fit::Asked },
                    rank: Rank::default(),
                    stopped_at_zero: false,
                    exclusive: false,
                });
            }
        }
        None
    }

    /// The version of a contract that is known, if it is in force for one of the companies; with the company's distance.
    pub(crate) fn in_force(&self, id: pricing::ContractId) -> Option<(&'m ContractVersion, usize)> {
        let known = self.market.contracts.iter().filter(|row| row.id == id && self.is_known(&row.times));
        let version = known.max_by_key(|row| (row.times.recorded_at, row.version))?;
        let distance = self.companies().iter().position(|company| *company == version.account)?;
        let counts = version.status == ContractStatus::Active
            && version.currency == self.question.currency
            && self.is_valid(&version.times);
        counts.then_some((version, distance))
    }

    // Step 2.
    fn contract_offer(&self, line: &RequestLine, product: &ProductVersion, list: Option<UnitPrice>) -> Option<Offer> {
        let mut offers = Vec::new();
        for row in self.market.lines.iter().filter(|row| self.is_known(&row.times) && self.is_valid(&row.times)) {
            let Some((contract, distance)) = self.in_force(row.contract) else { continue };
            let Some(mut offer) = self.offer(&row.terms, line, product, list, self.before(row.id)) else { continue };
            offer.source = Source::Contract { contract: row.contract, line: row.id };
            offer.rank.distance = distance;
            offer.rank.start = Reverse(contract.times.valid_from);
            offer.rank.code.clone_from(&contract.code);
            offer.exclusive = contract.mode == Mode::Exclusive;
            offers.push(offer);
        }
        without_converted(&mut offers, |offer| match offer.source {
            Source::Contract { contract, .. } => contract.0,
            _ => 0,
        });
        offers.into_iter().min_by_key(|offer| {
            let Rank { specificity, distance, start, code } = offer.rank.clone();
            (specificity, distance, start, each(offer.price), code, offer.price.per, offer.kind, offer.source)
        })
    }

    /// The versions of promotions that are known and addressed to the account, with their coupons given.
    pub(crate) fn promotions(&self) -> impl Iterator<Item = &'m Promotion> {
        let last = |promotion: &&Promotion| {
            let order = |row: &Promotion| (row.times.recorded_at, row.version);
            let others = self.market.promotions.iter().filter(|row| row.id == promotion.id && self.is_known(&row.times));
            others.map(order).max() == Some(order(promotion))
        };
        self.market.promotions.iter().filter(|row| self.is_known(&row.times)).filter(last).filter(|promotion| {
            let addressed = match promotion.audience {
                Audience::Everyone => true,
                Audience::Group(group) => self.group() == Some(group),
                Audience::Account(account) => self.question.account == Some(account),
            };
            let given = |needed: &String| self.question.coupons.iter().any(|coupon| coupon.eq_ignore_ascii_case(needed));
            addressed
                && promotion.coupon.as_ref().is_none_or(given)
                && promotion.currency.is_none_or(|currency| currency == self.question.currency)
                && self.is_valid(&promotion.times)
        })
    }

    // Step 3.
    fn promotion_offer(&self, line: &RequestLine, product: &ProductVersion, list: Option<UnitPrice>) -> Option<Offer> {
        let mut offers = Vec::new();
        for promotion in self.promotions() {
            for (place, terms) in promotion.lines.iter().enumerate() {
                let Some(mut offer) = self.offer(terms, line, product, list, Q::ZERO) else { continue };
                offer.source = Source::Promotion { promotion: promotion.id, line: place as u32 };
                offer.rank.code.clone_from(&promotion.code);
                offers.push(offer);
            }
        }
        without_converted(&mut offers, |offer| match offer.source {
            Source::Promotion { promotion, .. } => promotion.0,
            _ => 0,
        });
        offers.into_iter().min_by_key(|offer| (each(offer.price), offer.rank.code.clone(), offer.price.per, offer.source))
    }

    /// How a row's unit fits; none when the row does not apply to the unit asked for.
    fn fit(terms: &Terms, line: &RequestLine, product: &ProductVersion) -> Option<Fit> {
        let unit = terms.unit.unwrap_or(product.stock_unit);
        factor(product, unit)?;
        match terms.kind {
            Kind::PercentOff | Kind::CostPlus => Some(Fit::Unitless),
            _ if unit == line.unit => Some(Fit::Asked),
            _ if unit == product.stock_unit => Some(Fit::Converted),
            _ => None,
        }
    }

    /// Thresholds of terms that may name the product, if they apply to the unit asked for.
    pub(crate) fn thresholds(terms: &Terms, line: &RequestLine, product: &ProductVersion) -> Vec<Quantity> {
        if specificity(terms.target, product).is_none() || Self::fit(terms, line, product).is_none() {
            return Vec::new();
        }
        terms.breaks.iter().map(|step| step.threshold).collect()
    }

    fn offer(
        &self,
        terms: &Terms,
        line: &RequestLine,
        product: &ProductVersion,
        list: Option<UnitPrice>,
        before: Q,
    ) -> Option<Offer> {
        let specificity = specificity(terms.target, product)?;
        let fit = Self::fit(terms, line, product)?;
        let quantity = self.terms_quantity(terms, product, before);
        let reached = terms.breaks.iter().filter(|step| Q::millionths(step.threshold.micros()) <= quantity);
        let value = reached.max_by_key(|step| step.threshold).map(|step| step.value).or(terms.value)?;
        let value = Q::millionths(value.micros());
        let asked = factor(product, line.unit)?;
        let conversion = if fit == Fit::Converted { asked } else { Q::ONE };
        let (price, base) = match terms.kind {
            Kind::Fixed => (to_six(value * conversion, terms.per), None),
            Kind::PercentOff => {
                let amount = Q::millionths(list?.amount.micros());
                (to_six(amount * (Q::whole(100) - value) / Q::whole(100), list?.per), Some(amount))
            }
            Kind::AmountOff => {
                let (amount, per) = (Q::millionths(list?.amount.micros()), list?.per);
                (to_six(amount - value * conversion * Q::whole(per.get()), per), Some(amount))
            }
            Kind::CostPlus => {
                let money = product.money.iter().find(|money| money.currency == self.question.currency)?;
                let cost = Q::millionths(money.cost?.micros());
                let price = cost * asked * Q::whole(terms.per.get()) * (Q::whole(100) + value) / Q::whole(100);
                (to_six(price, terms.per), Some(cost))
            }
        };
        let stopped_at_zero = price.amount.is_negative() && base.is_some_and(|base| !base.is_negative());
        Some(Offer {
            price: if stopped_at_zero { UnitPrice { amount: Amount::ZERO, ..price } } else { price },
            source: Source::Promotion { promotion: pricing::PromotionId(0), line: 0 },
            kind: terms.kind,
            fit,
            rank: Rank { specificity: Reverse(specificity), ..Rank::default() },
            stopped_at_zero,
            exclusive: false,
        })
    }
}

/// Within one source and one degree of specificity a price in the asked unit beats a converted one.
fn without_converted(offers: &mut Vec<Offer>, owner: impl Fn(&Offer) -> u32) {
    let place = |offer: &Offer| (owner(offer), offer.rank.specificity);
    let asked: Vec<_> = offers.iter().filter(|offer| offer.fit == Fit::Asked).map(&place).collect();
    offers.retain(|offer| offer.fit != Fit::Converted || !asked.contains(&place(offer)));
}
