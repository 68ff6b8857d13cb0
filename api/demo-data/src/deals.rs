//! Contracts of the larger customers, and promotions.

use super::Demo;
use super::day::Day;
use super::family::Sell;
use super::industry::{GROUPS, INDUSTRIES};
use super::model::{Audience, Break, Contract, ContractMode, DealKind, DealLine, Item, ONE, Promotion, Scope, Target};
use super::product::Steps;
use super::rng::Rng;

impl Demo {
    /// Contracts: of every holding, for its whole tree, and of about half the other customers that are not small.
    pub fn contracts(&self) -> Vec<Contract> {
        let mut contracts = Vec::new();
        for number in 0..self.companies.len() {
            let company = &self.companies[number];
            let mut rng = Rng::new(&[self.settings.seed, 40, number as u64]);
            if company.size == 0 || (company.size == 1 && !rng.chance(500)) {
                continue;
            }
            contracts.push(self.frame_contract(number, &mut rng));
            if company.size == 2 {
                contracts.push(self.net_price_contract(number, &mut rng));
            }
        }
        contracts
    }

    /// Promotions: open, of a group, of an account, with a coupon, and one that is over.
    pub fn promotions(&self) -> Vec<Promotion> {
        let today = self.settings.today;
        let percent = |target, value| flat(target, DealKind::PercentOff, value * ONE);
        let promotion = |code, name, days: [i32; 2], line| Promotion {
            code,
            name,
            currency: "EUR",
            audience: Audience::Everyone,
            coupon: None,
            valid_from: today.plus(days[0]),
            valid_until: Some(today.plus(days[1])),
            lines: vec![line],
        };
        let winter = percent(Target::Category("SAF"), 10);
        let screws = DealLine {
            scope: Scope::Group,
            breaks: vec![at(1_000, 8 * ONE), at(5_000, 12 * ONE)],
            ..percent(Target::Category("FAS-SCR"), 8)
        };
        let cutting = percent(Target::Category("TOL-CUT"), 12);
        let voltara = percent(Target::Brand("Voltara"), 7);
        let piping = percent(Target::Category("PIP"), 14);
        let pumps = percent(Target::Category("PMP"), 9);
        vec![
            promotion("WINTER-SAFETY", "Winter weeks: workwear and gloves", [-20, 40], winter),
            promotion("SCREW-MIX", "Screws in quantity, mixed", [-60, 120], screws),
            promotion("BRAND-VOLTARA", "Voltara anniversary", [-5, 25], voltara),
            promotion("AUTUMN-PUMPS", "Autumn pumps", [-120, -30], pumps),
            Promotion {
                audience: Audience::Group(GROUPS[2].code),
                ..promotion("MRO-TOOLS", "Cutting tools for maintenance", [-10, 80], cutting)
            },
            Promotion {
                coupon: Some("WELCOME15"),
                ..promotion("WELCOME15", "Welcome offer", [-90, 180], percent(Target::Everything, 15))
            },
            Promotion {
                audience: Audience::Account(self.companies[0].code.clone()),
                ..promotion("KEY-ACCOUNT", "Thank you", [-15, 45], piping)
            },
        ]
    }

    /// Percentages by category and brand, with a mix-and-match line.
    fn frame_contract(&self, number: usize, rng: &mut Rng) -> Contract {
        let roots = GROUPS[INDUSTRIES[self.companies[number].industry].group].roots;
        let items = self.assortment_items(number);
        let mut lines = Vec::new();
        for root in roots.iter().take(3) {
            lines.push(flat(Target::Category(root), DealKind::PercentOff, rng.between(4, 12) * ONE));
        }
        let mut deeper: Vec<&'static str> = items.iter().map(|item| self.family(&self.catalog.place(*item)).category).collect();
        deeper.sort_unstable();
        deeper.dedup();
        for category in deeper.iter().take(2 + self.companies[number].size * 2) {
            let value = rng.between(8, 18) * ONE;
            lines.push(DealLine {
                scope: if rng.chance(500) { Scope::Group } else { Scope::Sku },
                breaks: vec![at(0, value), at(200, value + 2 * ONE), at(2_000, value + 5 * ONE)],
                ..flat(Target::Category(category), DealKind::PercentOff, value)
            });
        }
        if let Some(item) = items.first() {
            let brand = self.brand(&self.catalog.place(*item)).name;
            lines.push(flat(Target::Brand(brand), DealKind::PercentOff, rng.between(5, 14) * ONE));
        }
        if rng.chance(300) {
            let value = rng.between(18, 35) * ONE + ONE / 2;
            lines.push(flat(Target::Category("TOL"), DealKind::CostPlus, value));
        }
        if rng.chance(400) {
            lines.push(flat(Target::Everything, DealKind::PercentOff, 2 * ONE));
        }
        let mode = if rng.chance(600) { ContractMode::BestOf } else { ContractMode::Exclusive };
        self.contract(number, "F", "Frame agreement", mode, lines, rng)
    }

    /// Fixed prices, amounts off and prices over cost for what the customer buys, partly by the quantity of the period.
    fn net_price_contract(&self, number: usize, rng: &mut Rng) -> Contract {
        let mut items = self.assortment_items(number);
        let wanted = items.len().min(30);
        let mut lines = Vec::new();
        for _ in 0..wanted {
            let item = items.swap_remove(rng.below(items.len() as u64) as usize);
            lines.push(self.item_line(number, item, rng));
        }
        self.contract(number, "N", "Net prices", ContractMode::Exclusive, lines, rng)
    }

    fn item_line(&self, number: usize, item: Item, rng: &mut Rng) -> DealLine {
        let currency = self.companies[number].country.currency;
        let core = self.core(item);
        let rules = core.draft.sell.rules();
        let per: u16 = if matches!(core.draft.sell, Sell::Box(_)) { 100 } else { 1 };
        let list = Self::in_currency(core.list_price, currency) * i64::from(per);
        let pack = rules.pack.map_or(10, |(_, pieces)| pieces) * ONE;
        let scope = if rng.chance(200) { Scope::Period } else { Scope::Sku };
        let share = |percent: i64| (list * percent / 100).div_ceil_to(1_000);
        let line = |kind, breaks| DealLine { target: Target::Item(item), kind, scope, unit: Some(rules.stock_unit), per, breaks };
        let start = rng.between(80, 92);
        match rng.below(10) {
            0 => line(DealKind::AmountOff, vec![Break { min_quantity: rules.min, value: share(6) }]),
            1 => line(DealKind::CostPlus, vec![Break { min_quantity: rules.min, value: rng.between(20, 40) * ONE }]),
            2..6 => line(DealKind::Fixed, vec![Break { min_quantity: rules.min, value: share(start) }]),
            _ => {
                let steps = [(rules.min, start), (pack * 10, start - 5), (pack * 50, start - 9)];
                let breaks = steps.into_iter().map(|(min_quantity, percent)| Break { min_quantity, value: share(percent) });
                line(DealKind::Fixed, breaks.collect())
            }
        }
    }

    fn contract(
        &self,
        number: usize,
        letter: &str,
        name: &str,
        mode: ContractMode,
        lines: Vec<DealLine>,
        rng: &mut Rng,
    ) -> Contract {
        let company = &self.companies[number];
        let (year, ..) = self.settings.today.date();
        // Most run since last or this January; a few are over, a few begin next January.
        let (from, until) = match rng.below(20) {
            0 => (year - 2, year),
            1 => (year + 1, year + 2),
            2..12 => (year - 1, year + 2),
            _ => (year, year + 1),
        };
        Contract {
            code: format!("K{letter}-{}-{}", company.code, from % 100),
            name: format!("{name} {} {from}", company.name),
            account_code: company.code.clone(),
            currency: company.country.currency,
            valid_from: Day::new(from, 1, 1),
            valid_until: Some(Day::new(until, 1, 1)),
            mode,
            lines,
        }
    }
}

/// A line with one value from the first piece on.
fn flat(target: Target, kind: DealKind, value: i64) -> DealLine {
    DealLine { target, kind, scope: Scope::Sku, unit: None, per: 1, breaks: vec![at(0, value)] }
}

/// A break from so many whole units on.
fn at(units: i64, value: i64) -> Break {
    Break { min_quantity: units * ONE, value }
}
