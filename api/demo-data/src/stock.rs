//! Warehouses, what lies in them and what is on its way.

use super::Demo;
use super::day::Day;
use super::family::Sell;
use super::model::{Inbound, Item, Lifecycle, ONE, StockLevel, Warehouse};
use super::product::Steps;
use super::rng::{Rng, hash};

/// Code and how many of a thousand products it keeps.
const KEPT: [(&str, u64); 3] = [("KAS", 940), ("LYS", 520), ("BHX", 360)];

impl Demo {
    /// Three warehouses: the central one, and one each for the south west and the islands.
    pub fn warehouses(&self) -> Vec<Warehouse> {
        let (year, ..) = self.settings.today.date();
        let weekdays = [true, true, true, true, true, false, false];
        let central = Warehouse {
            code: KEPT[0].0,
            name: "Central warehouse Kassel",
            country: "DE",
            city: "Kassel",
            works: [true, true, true, true, true, true, false],
            holidays: holidays(year, &[(5, 1), (10, 3), (12, 25), (12, 26)], &[-2, 1, 39, 50]),
            cut_off_minute: 17 * 60,
            utc_offset_minutes: 60,
            priority: 1,
            lead_days: 2,
        };
        let south = Warehouse {
            code: KEPT[1].0,
            name: "Regional warehouse Lyon",
            country: "FR",
            city: "Lyon",
            works: weekdays,
            holidays: holidays(year, &[(5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)], &[1, 39, 50]),
            cut_off_minute: 15 * 60,
            utc_offset_minutes: 60,
            priority: 2,
            lead_days: 2,
        };
        let islands = Warehouse {
            code: KEPT[2].0,
            name: "Regional warehouse Birmingham",
            country: "GB",
            city: "Birmingham",
            works: weekdays,
            holidays: holidays(year, &[(12, 25), (12, 26)], &[-2, 1]),
            cut_off_minute: 14 * 60 + 30,
            utc_offset_minutes: 0,
            priority: 3,
            lead_days: 3,
        };
        vec![central, south, islands]
    }

    /// Stock by product, then warehouse; drafts have none.
    #[cfg(test)]
    pub fn stock(&self) -> impl Iterator<Item = StockLevel> + '_ {
        (0..self.product_count()).flat_map(|item| self.stock_of(item))
    }

    /// Supplier deliveries on their way: for what ran out, and for some of the rest.
    #[cfg(test)]
    pub fn inbound(&self) -> impl Iterator<Item = Inbound> + '_ {
        (0..self.product_count()).flat_map(|item| self.inbound_of(item))
    }

    /// Where a product lies.
    pub fn stock_of(&self, item: Item) -> Vec<StockLevel> {
        let core = self.core(item);
        let (lifecycle, _) = self.lifecycle(&core.place, item);
        if lifecycle == Lifecycle::Draft {
            return Vec::new();
        }
        let usual = usual_stock(core.list_price, core.draft.sell);
        let multiple = core.draft.sell.rules().multiple;
        let mut levels = Vec::with_capacity(KEPT.len());
        for (at, (warehouse, per_mille)) in KEPT.into_iter().enumerate() {
            let mut rng = Rng::new(&[self.settings.seed, 5, u64::from(item), at as u64]);
            // Best sellers are kept everywhere.
            if !rng.chance(per_mille) && core.place.rank > 5 {
                continue;
            }
            let share = if at == 0 { 100 } else { 35 };
            let on_hand = match lifecycle {
                Lifecycle::Discontinued => 0,
                _ if rng.chance(50) => 0,
                Lifecycle::PhaseOut => usual * rng.between(2, 30) / 100,
                _ => usual * share / 100 * rng.between(25, 180) / 100,
            };
            let on_hand = on_hand / multiple * multiple;
            let keeps_safety = lifecycle == Lifecycle::Active && at == 0;
            let safety = if keeps_safety { (usual / 12).div_ceil_to(multiple) } else { 0 };
            levels.push(StockLevel { item, warehouse, on_hand, safety });
        }
        levels
    }

    /// What of a product is on its way.
    pub fn inbound_of(&self, item: Item) -> Vec<Inbound> {
        let core = self.core(item);
        if self.lifecycle(&core.place, item).0 != Lifecycle::Active {
            return Vec::new();
        }
        let (usual, multiple) = (usual_stock(core.list_price, core.draft.sell), core.draft.sell.rules().multiple);
        let mut deliveries = Vec::new();
        for level in self.stock_of(item) {
            let warehouse = hash(&[u64::from(level.warehouse.as_bytes()[0])]);
            let mut rng = Rng::new(&[self.settings.seed, 6, u64::from(item), warehouse]);
            let chance = if level.on_hand == 0 { 850 } else { 90 };
            if !rng.chance(chance) {
                continue;
            }
            let mut expected_on = self.settings.today.plus(rng.between(2, 10 + i64::from(core.draft.lead_days) * 2) as i32);
            while !expected_on.is_business_day() {
                expected_on = expected_on.plus(1);
            }
            deliveries.push(Inbound {
                item,
                warehouse: level.warehouse,
                quantity: (usual * rng.between(40, 120) / 100).div_ceil_to(multiple),
                expected_on,
                // A supplier's order brings many products: one per brand, day and warehouse.
                reference: format!(
                    "SO-{}-{}-{}",
                    expected_on.to_string().replace('-', ""),
                    level.warehouse,
                    self.brand(&core.place).code
                ),
            });
        }
        deliveries
    }
}

/// What the central warehouse likes to hold, in stock units: much of the cheap, little of the dear.
fn usual_stock(price: i64, sell: Sell) -> i64 {
    let pieces = match price {
        ..100_000 => 20_000,
        100_000..ONE => 5_000,
        ONE..10_000_000 => 600,
        10_000_000..100_000_000 => 90,
        100_000_000..1_000_000_000 => 18,
        _ => 5,
    };
    let pieces = match sell {
        Sell::Metre(reel) => reel * 8,
        Sell::Box(pack) => pieces.max(pack * 6),
        Sell::Bar(bar) => pieces.max(bar * 10),
        _ => pieces,
    };
    pieces * ONE
}

/// Fixed days as month and day and days counted from Easter, for the year before, this and the next.
fn holidays(year: i32, fixed: &[(i32, i32)], from_easter: &[i32]) -> Vec<Day> {
    let mut days: Vec<Day> = (year - 1..=year + 1)
        .flat_map(|year| {
            let fixed = fixed.iter().chain(&[(1, 1)]).map(move |(month, day)| Day::new(year, *month, *day));
            fixed.chain(from_easter.iter().map(move |days| Day::easter(year).plus(*days)))
        })
        .collect();
    days.sort_unstable();
    days
}
