//! A year of orders that follow from who the customers are.
//!
//! Every customer has an assortment: products of its industry, with what goes with them. Some of it is ordered in a
//! rhythm, the rest now and then; companions come along. Quantities keep the order rules, days are working days,
//! and only what can be ordered in the customer's currency is.

use super::Demo;
use super::accounts::COMPANIES;
use super::day::Day;
use super::industry::INDUSTRIES;
use super::model::{BuyerRole, Item, ONE, OrderLine, PastOrder, RelationKind};
use super::product::{Rules, Steps};
use super::rng::{Rng, hash};

/// Products at the front of a family that customers choose from: what everybody buys.
const KNOWN: u64 = 1_500;

/// A product a customer buys, and how.
pub(super) struct Stocked {
    pub(super) item: Item,
    /// What is ordered along with it, and how many for one; a tool or spare comes in its own usual quantity.
    companions: Vec<(Item, Option<i64>)>,
    /// Ordered in every so-manieth order; 0 for now and then.
    every: u64,
}

impl Demo {
    /// All orders of the 365 days before the reference date, by day; how many does not depend on the catalogue's size.
    pub fn past_orders(&self) -> Vec<PastOrder> {
        let mut orders: Vec<PastOrder> = (0..COMPANIES).flat_map(|number| self.orders_of(number)).collect();
        orders.sort_by_key(|order| (order.placed_on, order.placed_minute));
        orders
    }

    /// What a customer buys; the same for every call.
    pub(super) fn assortment(&self, number: usize) -> Vec<Stocked> {
        let company = &self.companies[number];
        let buys = INDUSTRIES[company.industry].buys;
        let mut rng = Rng::new(&[self.settings.seed, 30, number as u64]);
        let wanted = [18, 45, 110][company.size] + rng.below(12);
        let mut stocked: Vec<Stocked> = Vec::with_capacity(wanted as usize);
        for _ in 0..wanted * 4 {
            let (family, _) = buys[rng.weighted(buys.iter().map(|(_, weight)| *weight))];
            let Some(shelf) = self.catalog.shelf_of(family) else {
                continue;
            };
            let known = u64::from(shelf.count).min(KNOWN);
            let below = rng.below(known) + 1;
            let item = shelf.at(rng.below(below) as u32);
            let every = if rng.chance(300) { 1 + rng.below(6) } else { 0 };
            let is_new = stocked.iter().all(|other| other.item != item);
            if is_new && stocked.len() < wanted as usize && known > 0 && self.can_sell(item, company.country.currency) {
                let companions = self.companions(item, company.country.currency, &mut rng);
                stocked.push(Stocked { item, companions, every });
            }
        }
        stocked
    }

    /// Items in a customer's assortment, in order of their index.
    pub(super) fn assortment_items(&self, number: usize) -> Vec<Item> {
        let mut items: Vec<Item> = self.assortment(number).iter().map(|stocked| stocked.item).collect();
        items.sort_unstable();
        items
    }

    fn can_sell(&self, item: Item, currency: &str) -> bool {
        self.is_orderable(item) && self.is_priced_in(item, currency)
    }

    /// All that is required and some of what fits, at most four.
    fn companions(&self, item: Item, currency: &str, rng: &mut Rng) -> Vec<(Item, Option<i64>)> {
        self.relations_of(item)
            .into_iter()
            .filter(|relation| match relation.kind {
                RelationKind::Required => true,
                RelationKind::Accessory | RelationKind::Compatible => rng.chance(350),
                RelationKind::Substitute | RelationKind::Successor => false,
            })
            .filter(|relation| self.can_sell(relation.target, currency))
            .take(4)
            .map(|relation| {
                let is_used_up = relation.kind != RelationKind::Accessory || relation.quantity > 1;
                (relation.target, is_used_up.then_some(relation.quantity))
            })
            .collect()
    }

    fn orders_of(&self, number: usize) -> Vec<PastOrder> {
        let company = &self.companies[number];
        let assortment = self.assortment(number);
        let mut rng = Rng::new(&[self.settings.seed, 31, number as u64]);
        let count = match company.size {
            0 => rng.between(5, 16),
            1 => rng.between(18, 45),
            _ => rng.between(60, 120),
        };
        let sites = self.sites(number);
        let buyers: Vec<String> =
            self.people(number).into_iter().filter(|person| person.role == BuyerRole::Buyer).map(|person| person.email).collect();
        let style = hash(&[self.settings.seed, 32, number as u64]) % 3;
        let mut orders = Vec::with_capacity(count as usize);
        for at in 0..count {
            let lines = self.lines(number, &assortment, at as u64, &mut rng);
            let placed_on = self.order_day(at, count, &mut rng);
            let (site, buyer) = (rng.below(sites.len() as u64).min(rng.below(sites.len() as u64)), rng.pick(&buyers));
            let order = PastOrder {
                account_code: company.code.clone(),
                placed_by: buyer.clone(),
                placed_on,
                placed_minute: rng.between(7 * 60, 17 * 60) as u16,
                po_number: po_number(style, at, placed_on),
                ship_to: sites[site as usize].code.clone(),
                lines,
            };
            if !order.lines.is_empty() {
                orders.push(order);
            }
        }
        orders
    }

    /// Spread over the year, on working days before the reference date.
    fn order_day(&self, at: i64, count: i64, rng: &mut Rng) -> Day {
        let slot = 365 / count.max(1) + 1;
        let back = 365 - at * 365 / count.max(1) - rng.between(0, slot);
        let mut day = self.settings.today.plus(-(back.clamp(1, 365) as i32));
        while !day.is_business_day() {
            day = day.plus(-1);
        }
        let earliest = self.settings.today.plus(-365);
        while day < earliest || !day.is_business_day() {
            day = day.plus(1);
        }
        day
    }

    fn lines(&self, number: usize, assortment: &[Stocked], order: u64, rng: &mut Rng) -> Vec<OrderLine> {
        let size = self.companies[number].size as i64;
        let mut lines: Vec<OrderLine> = Vec::new();
        for (at, stocked) in assortment.iter().enumerate() {
            let is_due = stocked.every > 0 && (order + at as u64).is_multiple_of(stocked.every * 2);
            if !is_due && !rng.chance(60) {
                continue;
            }
            let Some(quantity) = self.add_line(&mut lines, stocked.item, None, size, rng) else {
                continue;
            };
            for (companion, per_one) in &stocked.companions {
                if rng.chance(600) {
                    let needed = per_one.map(|per_one| quantity * per_one);
                    let size = if needed.is_some() { size } else { 0 };
                    self.add_line(&mut lines, *companion, needed, size, rng);
                }
            }
        }
        if let (true, Some(first)) = (lines.is_empty(), assortment.first()) {
            self.add_line(&mut lines, first.item, None, size, rng);
        }
        lines
    }

    /// Adds a line that keeps the order rules, unless the product is there already; gives the quantity in stock units.
    fn add_line(&self, lines: &mut Vec<OrderLine>, item: Item, needed: Option<i64>, size: i64, rng: &mut Rng) -> Option<i64> {
        if lines.iter().any(|line| line.item == item) {
            return None;
        }
        let core = self.core(item);
        let rules = core.draft.sell.rules();
        let usual = usual_quantity(core.list_price, &rules) * (1 + size) * rng.between(50, 200) / 200;
        // Nobody orders parts for hundreds of machines at once, and cable goes in steps of five metres.
        let wanted = needed.map_or(usual, |needed| needed.min(usual * 4)).max(rules.min);
        let step = if rules.multiple < ONE && wanted > 5 * ONE { rules.multiple * 10 } else { rules.multiple };
        let quantity = wanted.div_ceil_to(step);
        let quantity = self.max_quantity(item, rules.multiple).map_or(quantity, |max| quantity.min(max));
        let line = match rules.pack {
            Some((unit, pieces)) if quantity % (pieces * ONE) == 0 && rng.chance(450) => {
                OrderLine { item, quantity: quantity / pieces, unit }
            }
            _ => OrderLine { item, quantity, unit: rules.stock_unit },
        };
        lines.push(line);
        Some(quantity)
    }
}

/// What a small customer takes at a time, in stock units: less of what is dearer.
fn usual_quantity(price: i64, rules: &Rules) -> i64 {
    let pieces = match price {
        ..200_000 => 200,
        200_000..ONE => 60,
        ONE..8_000_000 => 16,
        8_000_000..50_000_000 => 5,
        50_000_000..200_000_000 => 2,
        _ => 1,
    };
    (pieces * ONE).max(rules.multiple)
}

fn po_number(style: u64, at: i64, day: Day) -> String {
    let (year, month, _) = day.date();
    match style {
        0 => format!("{}", 4_500_012_000 + at * 13),
        1 => format!("PO-{year}-{:04}", at + 101),
        _ => format!("B{:02}{month:02}/{:03}", year % 100, at + 1),
    }
}
