//! Price lists and their entries: one for everyone in EUR with the whole catalogue, one per customer group, a few of
//! single accounts, and one for everyone in GBP and in USD for part of the catalogue.

use super::Demo;
use super::day::Day;
use super::family::Sell;
use super::industry::GROUPS;
use super::model::{Audience, Item, Lifecycle, ONE, PriceEntry, PriceList};
use super::product::{Core, Steps};
use super::rng::hash;

/// Currency, percent of the EUR price and how many of a hundred products are priced in it.
const FOREIGN: [(&str, i64, u64); 2] = [("GBP", 86, 40), ("USD", 112, 30)];

/// Accounts (by number) with a list of their own, in EUR as they are.
pub(super) const WITH_OWN_LIST: [usize; 3] = [0, 12, 18];

/// When and how dear: the entries of one list for one product share these.
struct Terms {
    list: usize,
    percent: i64,
    from: Day,
    until: Option<Day>,
}

impl Demo {
    /// All lists; the first one is the default.
    pub fn price_lists(&self) -> Vec<PriceList> {
        let list = |code: String, name: String, currency, audience| PriceList { code, name, currency, audience };
        let mut lists = vec![list("STD-EUR".into(), "List prices EUR".into(), "EUR", Audience::Everyone)];
        lists.extend(FOREIGN.iter().map(|(currency, ..)| {
            list(format!("STD-{currency}"), format!("List prices {currency}"), currency, Audience::Everyone)
        }));
        lists.extend(GROUPS.iter().map(|group| {
            list(format!("GRP-{}", group.code), format!("Prices for {}", group.name), "EUR", Audience::Group(group.code))
        }));
        lists.extend(WITH_OWN_LIST.iter().map(|number| {
            let account = &self.companies[*number];
            let audience = Audience::Account(account.code.clone());
            list(format!("ACC-{}", account.code), format!("Net prices {}", account.name), "EUR", audience)
        }));
        lists
    }

    /// All entries, by product; within a list and a product thresholds rise and prices fall.
    #[cfg(test)]
    pub fn price_entries(&self) -> impl Iterator<Item = PriceEntry> + '_ {
        (0..self.product_count()).flat_map(|item| self.price_entries_of(item))
    }

    /// Whether a product has a price in a currency.
    pub(super) fn is_priced_in(&self, item: Item, currency: &str) -> bool {
        let place = self.catalog.place(item);
        FOREIGN.iter().find(|(foreign, ..)| *foreign == currency).is_none_or(|(_, _, share)| {
            place.rank < 4 || hash(&[self.settings.seed, 7, place.shelf as u64, u64::from(place.rank)]) % 100 < *share
        })
    }

    /// A EUR amount in a currency of the price lists, at the house rate.
    pub(super) fn in_currency(amount: i64, currency: &str) -> i64 {
        FOREIGN.iter().find(|(foreign, ..)| *foreign == currency).map_or(amount, |(_, percent, _)| amount * percent / 100)
    }

    /// The first day of all current prices: more than a year back, so that every past order had one.
    pub(super) fn prices_since(&self) -> Day {
        let (year, month, _) = self.settings.today.plus(-400).date();
        Day::new(year, month, 1)
    }

    /// The entries of one product.
    pub fn price_entries_of(&self, item: Item) -> Vec<PriceEntry> {
        let core = self.core(item);
        let mut entries = Vec::with_capacity(8);
        if self.lifecycle(&core.place, item).0 == Lifecycle::Draft {
            return entries;
        }
        let since = self.prices_since();
        for terms in self.standard_terms(item) {
            add_entries(&mut entries, item, &core, &terms);
        }
        for (at, (currency, percent, _)) in FOREIGN.iter().enumerate() {
            if self.is_priced_in(item, currency) {
                add_entries(&mut entries, item, &core, &Terms { list: 1 + at, percent: *percent, from: since, until: None });
            }
        }
        let root = &self.family(&core.place).category[..3];
        for at in 0..GROUPS.len() {
            let discount = self.group_discount(item, at, root);
            if discount > 0 {
                let list = 1 + FOREIGN.len() + at;
                add_entries(&mut entries, item, &core, &Terms { list, percent: 100 - discount, from: since, until: None });
            }
        }
        for (at, number) in WITH_OWN_LIST.iter().enumerate() {
            if self.own_items[at].binary_search(&item).is_ok() {
                let list = 1 + FOREIGN.len() + GROUPS.len() + at;
                let percent = 84 - (*number as i64 % 4);
                add_entries(&mut entries, item, &core, &Terms { list, percent, from: since, until: None });
            }
        }
        entries
    }

    /// The default list: most prices stand, some rose at the turn of the year, some will rise next quarter.
    fn standard_terms(&self, item: Item) -> Vec<Terms> {
        let terms = |percent, from, until| Terms { list: 0, percent, from, until };
        let (since, today) = (self.prices_since(), self.settings.today);
        let (year, month, _) = today.date();
        match hash(&[self.settings.seed, 8, u64::from(item)]) % 50 {
            0..3 if Day::new(year, 1, 1) > since => {
                let turn = Day::new(year, 1, 1);
                vec![terms(97, since, Some(turn)), terms(100, turn, None)]
            }
            3 => {
                let quarter = (month - 1) / 3 * 3 + 4;
                let rise = if quarter > 12 { Day::new(year + 1, 1, 1) } else { Day::new(year, quarter, 1) };
                vec![terms(100, since, None), terms(104, rise, None)]
            }
            _ => vec![terms(100, since, None)],
        }
    }

    /// Percent off the list price for a group; nothing for products its list leaves out.
    fn group_discount(&self, item: Item, group: usize, root: &str) -> i64 {
        let roots = GROUPS[group].roots;
        if !roots.contains(&root) || hash(&[self.settings.seed, 9, group as u64, u64::from(item)]) % 100 >= 15 {
            return 0;
        }
        let by_root = root.bytes().fold(group as u64, |sum, byte| sum * 7 + u64::from(byte));
        4 + (hash(&[self.settings.seed, 10, by_root]) % 9) as i64
    }
}

/// Thresholds in stock units and percent off from there on.
fn steps(core: &Core) -> Vec<(i64, i64)> {
    let min = core.draft.sell.rules().min;
    match core.draft.sell {
        Sell::Box(pieces) => vec![(min, 0), (pieces * ONE * 10, 8), (pieces * ONE * 50, 15)],
        Sell::Metre(reel) => vec![(min, 0), (reel * ONE, 7), (reel * ONE * 5, 12)],
        Sell::Bar(bar) => vec![(min, 0), (bar * ONE * 10, 6)],
        Sell::Carton(pieces) | Sell::Pair(pieces) | Sell::Kilo(pieces) => {
            vec![(min, 0), (pieces * ONE, 5), (pieces * ONE * 5, 10)]
        }
        Sell::Pack(_) => vec![(min, 0), (10 * ONE, 6)],
        Sell::Each if core.list_price < 200 * ONE => vec![(min, 0), (5 * ONE, 4), (20 * ONE, 8)],
        Sell::Each => vec![(min, 0)],
    }
}

fn add_entries(entries: &mut Vec<PriceEntry>, item: Item, core: &Core, terms: &Terms) {
    let rules = core.draft.sell.rules();
    let per: u16 = if matches!(core.draft.sell, Sell::Box(_)) { 100 } else { 1 };
    let base = core.list_price * terms.percent / 100 * i64::from(per);
    let step = if base < ONE { 1_000 } else { 10_000 };
    let entry = |unit, min_quantity, unit_price, per| PriceEntry {
        list: terms.list as u16,
        item,
        unit,
        min_quantity,
        unit_price,
        per,
        valid_from: terms.from,
        valid_until: terms.until,
    };
    for (threshold, off) in steps(core) {
        let price = (base * (100 - off) / 100).div_ceil_to(step);
        entries.push(entry(rules.stock_unit, threshold, price, per));
    }
    // Every fourth size has a price of its own for the full pack.
    if let (Some((unit, pieces)), true) = (rules.pack, core.place.rank.is_multiple_of(4)) {
        let price = (base / i64::from(per) * pieces * 93 / 100).div_ceil_to(10_000);
        entries.push(entry(unit, ONE, price, 1));
    }
}
