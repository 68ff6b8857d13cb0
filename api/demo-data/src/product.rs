//! Turns a place in the catalogue into a product: brand, variant, codes, prices, lifecycle and relations.

use super::Demo;
use super::catalog::Place;
use super::family::{Brand, Draft, Family, Sell, Variant};
use super::model::{Attribute, AttributeValue, Item, Lifecycle, ONE, Product, Relation, RelationKind, Unit};
use super::rng::hash;

/// What prices, stock and orders need to know of a product; cheaper than the whole.
pub(super) struct Core {
    pub(super) place: Place,
    pub(super) draft: Draft,
    pub(super) list_price: i64,
    pub(super) cost: i64,
}

/// The order rules of a way of selling.
pub(super) struct Rules {
    pub(super) stock_unit: &'static str,
    pub(super) fractional: bool,
    pub(super) min: i64,
    pub(super) multiple: i64,
    /// The pack it is sold in as a whole, and how many stock units that holds.
    pub(super) pack: Option<(&'static str, i64)>,
}

impl Sell {
    pub(super) fn rules(self) -> Rules {
        let (stock_unit, fractional, multiple, pack) = match self {
            Self::Each => ("EA", false, ONE, None),
            Self::Carton(pieces) => ("EA", false, ONE, Some(("CT", pieces))),
            Self::Box(pieces) => ("EA", false, pieces * ONE, Some(("BX", pieces))),
            Self::Metre(reel) => ("MTR", true, ONE / 2, Some(("RO", reel))),
            Self::Bar(metres) => ("MTR", true, metres * ONE, Some(("BR", metres))),
            Self::Kilo(bag) => ("KGM", true, ONE / 2, Some(("BG", bag))),
            Self::Pair(pairs) => ("PR", false, ONE, Some(("PK", pairs))),
            Self::Pack(_) => ("PK", false, ONE, Some(("CT", 20))),
        };
        Rules { stock_unit, fractional, min: multiple, multiple, pack }
    }

    /// Code, numerator and denominator of the units beside the stock unit.
    fn units(self) -> Vec<(&'static str, i64, i64)> {
        match self {
            Self::Each => Vec::new(),
            Self::Carton(pieces) => vec![("CT", pieces, 1)],
            Self::Box(pieces) => vec![("BX", pieces, 1), ("CT", pieces * 10, 1)],
            Self::Metre(reel) => vec![("RO", reel, 1), ("FOT", 3048, 10_000)],
            Self::Bar(metres) => vec![("BR", metres, 1)],
            Self::Kilo(bag) => vec![("BG", bag, 1), ("GRM", 1, 1000)],
            Self::Pair(pairs) => vec![("PK", pairs, 1)],
            Self::Pack(pieces) => vec![("CT", 20, 1), ("EA", 1, pieces)],
        }
    }
}

impl Demo {
    /// The product's SKU, as `HB-M8X40-ZN`.
    pub fn sku(&self, item: Item) -> String {
        let place = self.catalog.place(item);
        self.sku_of(&place, &(self.family(&place).make)(place.key).code)
    }

    /// The whole product; the index must be below [`Demo::len`].
    pub fn product(&self, item: Item) -> Product {
        let core = self.core(item);
        let (place, rules) = (core.place, core.draft.sell.rules());
        let (family, variant, brand) = (self.family(&place), self.variant(&place), self.brand(&place));
        let sku = self.sku_of(&place, &core.draft.code);
        let title = titled(&core.draft.title, variant);
        let (lifecycle, successor) = self.lifecycle(&place, item);
        let digits = gtin_digits(&place);
        Product {
            item,
            mpn: mpn(&place, &sku, brand),
            description: format!("{title}. {} Made by {}.", core.draft.about, brand.name),
            title,
            brand: brand.name,
            category_code: core.draft.category.unwrap_or(family.category),
            stock_unit: rules.stock_unit,
            units: units(core.draft.sell, &digits),
            fractional: rules.fractional,
            min_quantity: rules.min,
            max_quantity: self.max_quantity(item, rules.multiple),
            multiple: rules.multiple,
            lifecycle,
            successor,
            gtin: with_check_digit(&digits),
            mix_group: core.draft.mixes.then(|| self.mix_group(&place)),
            attributes: attributes(core.draft.attributes, variant),
            keywords: core.draft.keywords.to_vec(),
            weight_grams: core.draft.grams.max(1),
            lead_time_days: core.draft.lead_days,
            floor: (core.cost * 108 / 100).div_ceil_to(100),
            cost: core.cost,
            list_price: core.list_price,
            sku,
        }
    }

    /// Relations of a product: by the rule of its family, and to the same thing of other brands.
    pub fn relations_of(&self, item: Item) -> Vec<Relation> {
        let place = self.catalog.place(item);
        let mut relations: Vec<Relation> = Vec::new();
        let mut add = |kind, target: Option<Item>, quantity, note| {
            let target = target.filter(|target| *target != item && self.is_orderable(*target));
            if let Some(target) = target.filter(|target| relations.iter().all(|other| other.target != *target)) {
                relations.push(Relation { item, kind, target, quantity, note });
            }
        };
        if let (_, Some(successor)) = self.lifecycle(&place, item) {
            add(RelationKind::Successor, Some(successor), 1, "replaces the discontinued product");
        }
        for link in (self.family(&place).links)(place.key) {
            add(link.kind, self.catalog.matching(link.family, link.key, &place), link.quantity, link.note);
        }
        let brands = self.family(&place).brands.len() as u8;
        for step in 1..=2 {
            let brand = (place.brand + step) % brands;
            let target = self.catalog.other(&place, place.variant, brand);
            add(RelationKind::Substitute, target, 1, "same size and material of another brand");
        }
        relations
    }

    pub(super) fn core(&self, item: Item) -> Core {
        let place = self.catalog.place(item);
        let (variant, brand) = (self.variant(&place), self.brand(&place));
        let draft = (self.family(&place).make)(place.key);
        let name = [self.settings.seed, 1, place.shelf as u64, u64::from(place.variant), u64::from(place.brand)];
        let jitter = 970 + (hash(&name) % 61) as i64;
        let raw = draft.price * variant.percent / 100 * brand.percent / 100 * jitter / 1000;
        let list_price = raw.div_ceil_to(price_step(raw, draft.sell));
        let margin = 54 + (hash(&[name[0], 2, name[2], name[4]]) % 15) as i64;
        let cost = (list_price * margin / 100).div_ceil_to(100);
        Core { place, draft, list_price, cost }
    }

    /// Whether a customer may order it: neither a draft nor discontinued.
    pub(super) fn is_orderable(&self, item: Item) -> bool {
        let (lifecycle, _) = self.lifecycle(&self.catalog.place(item), item);
        matches!(lifecycle, Lifecycle::Active | Lifecycle::PhaseOut)
    }

    /// State and successor; what has nothing to follow it is never discontinued.
    pub(super) fn lifecycle(&self, place: &Place, item: Item) -> (Lifecycle, Option<Item>) {
        let state = self.planned(place);
        if !matches!(state, Lifecycle::Discontinued | Lifecycle::PhaseOut) {
            return (state, None);
        }
        let family = self.family(place);
        let brands = (0..family.brands.len() as u8).map(|brand| (place.variant, brand));
        let variants = (0..family.variants.len() as u8).map(|variant| (variant, place.brand));
        let successor = brands
            .chain(variants)
            .filter_map(|(variant, brand)| self.catalog.other(place, variant, brand))
            .find(|other| *other != item && self.planned(&self.catalog.place(*other)) == Lifecycle::Active);
        match (state, successor) {
            (Lifecycle::Discontinued, None) => (Lifecycle::Active, None),
            other => other,
        }
    }

    /// The state chance would give; the best sellers and the spare parts stay.
    fn planned(&self, place: &Place) -> Lifecycle {
        let chance = hash(&[self.settings.seed, 3, place.shelf as u64, u64::from(place.rank)]) % 1000;
        if place.rank < 3 || chance >= 28 || (self.family(place).make)(place.key).category.is_some() {
            return Lifecycle::Active;
        }
        match chance {
            0..6 => Lifecycle::Draft,
            6..16 => Lifecycle::Discontinued,
            _ => Lifecycle::PhaseOut,
        }
    }

    pub(super) fn family(&self, place: &Place) -> &'static Family {
        self.catalog.shelf(place.shelf).family
    }

    pub(super) fn brand(&self, place: &Place) -> &'static Brand {
        &self.family(place).brands[place.brand as usize]
    }

    pub(super) fn max_quantity(&self, item: Item, multiple: i64) -> Option<i64> {
        hash(&[self.settings.seed, 4, u64::from(item)]).is_multiple_of(100).then_some(multiple * 500)
    }

    fn variant(&self, place: &Place) -> &'static Variant {
        &self.family(place).variants[place.variant as usize]
    }

    fn sku_of(&self, place: &Place, code: &str) -> String {
        let mut sku = format!("{}-{code}", self.family(place).prefix);
        let variant = self.variant(place).code;
        let leads = place.brand == self.catalog.shelf(place.shelf).lead;
        let brand = if leads { "" } else { self.brand(place).code };
        for part in [variant, brand].into_iter().filter(|part| !part.is_empty()) {
            sku.push('-');
            sku.push_str(part);
        }
        sku
    }

    fn mix_group(&self, place: &Place) -> String {
        let (prefix, variant) = (self.family(place).prefix, self.variant(place).code);
        format!("{prefix}-{variant}-{}", self.brand(place).code)
    }
}

/// The maker's own number: some makers print the size, some only count.
fn mpn(place: &Place, sku: &str, brand: &Brand) -> String {
    let plain = sku.strip_suffix(brand.code).unwrap_or(sku);
    match hash(&[brand.code.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte))]) % 3 {
        0 => plain.chars().filter(|letter| *letter != '-').collect(),
        1 => {
            let number = scrambled(place.rank);
            format!("{:02}.{:03}.{:04}", place.shelf + 10, number / 10_000, number % 10_000)
        }
        _ => format!("{}/{}", brand.code, plain.trim_end_matches('-').replace('-', ".")),
    }
}

/// Twelve digits in the range reserved for numbers of one's own: 2, brand, family, number.
fn gtin_digits(place: &Place) -> String {
    format!("2{:02}{:02}{:07}", place.brand + 10, place.shelf, scrambled(place.rank))
}

/// Spreads ranks over seven digits, one to one.
fn scrambled(rank: u32) -> u64 {
    (u64::from(rank) * 7_368_787 + 1_234_567) % 10_000_000
}

/// Prices have the digits people expect of their size.
fn price_step(price: i64, sell: Sell) -> i64 {
    match (sell, price) {
        (Sell::Box(_), ..ONE) => 100,
        (_, ..ONE) => 1_000,
        (_, ..1_000_000_000) => 10_000,
        _ => ONE,
    }
}

fn titled(title: &str, variant: &Variant) -> String {
    if variant.label.is_empty() { title.to_owned() } else { format!("{title} {}", variant.label) }
}

fn attributes(mut attributes: Vec<Attribute>, variant: &Variant) -> Vec<Attribute> {
    if !variant.attribute.is_empty() {
        let value = AttributeValue::Text(variant.value.to_owned());
        attributes.push(Attribute { name: variant.attribute, value });
    }
    attributes
}

fn units(sell: Sell, digits: &str) -> Vec<Unit> {
    let mut indicator = 0;
    sell.units()
        .into_iter()
        .map(|(code, numerator, denominator)| {
            let is_pack = denominator == 1;
            indicator += u8::from(is_pack);
            let gtin = is_pack.then(|| with_check_digit(&format!("{indicator}{digits}")));
            Unit { code, numerator, denominator, gtin }
        })
        .collect()
}

/// Appends the GS1 check digit: weights 3 and 1 alternate from the right.
fn with_check_digit(digits: &str) -> String {
    let sum: u32 =
        digits.bytes().rev().zip([3, 1].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Rounding up to a step.
pub(super) trait Steps {
    /// The smallest multiple of the step that is not below, and at least one step.
    fn div_ceil_to(self, step: i64) -> i64;
}

impl Steps for i64 {
    fn div_ceil_to(self, step: i64) -> i64 {
        ((self + step - 1) / step).max(1) * step
    }
}
