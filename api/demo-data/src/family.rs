//! How a family of products is written down: a grid of keys (sizes), variants (finishes, materials) and brands.
//!
//! A family says which keys exist, most asked-for first, and turns one key into a [`Draft`]; everything common to
//! all products (brand, GTIN, lifecycle, cost) is added by `product`. No family knows how many products there are.

use super::model::{Attribute, AttributeValue, ONE, RelationKind};

/// What tells the members of a family apart beside variant and brand; the meaning of the parts is the family's.
pub(super) type Key = [u16; 3];

/// A line of products that differ by key, variant and brand only.
pub(super) struct Family {
    pub(super) name: &'static str,
    /// Start of its SKUs; unique.
    pub(super) prefix: &'static str,
    pub(super) category: &'static str,
    /// Its share of a catalogue too small to hold everything.
    pub(super) weight: u32,
    pub(super) brands: &'static [Brand],
    pub(super) variants: &'static [Variant],
    /// All keys, most asked-for first.
    pub(super) keys: fn() -> Vec<Key>,
    pub(super) make: fn(Key) -> Draft,
    pub(super) links: fn(Key) -> Vec<Link>,
}

/// A maker; the code is its suffix in the SKU, except for the leading brand of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Brand {
    pub(super) name: &'static str,
    pub(super) code: &'static str,
    /// Its price level in percent of the family's.
    pub(super) percent: i64,
}

/// A finish, material, colour or grade.
pub(super) struct Variant {
    /// Part of the SKU; empty for families without variants.
    pub(super) code: &'static str,
    pub(super) label: &'static str,
    pub(super) attribute: &'static str,
    pub(super) value: &'static str,
    pub(super) percent: i64,
}

/// For families that come in one make only.
pub(super) const PLAIN: &[Variant] = &[variant("", "", "", "", 100)];

/// Shorthand for the tables of variants.
pub(super) const fn variant(
    code: &'static str,
    label: &'static str,
    attribute: &'static str,
    value: &'static str,
    percent: i64,
) -> Variant {
    Variant { code, label, attribute, value, percent }
}

/// Shorthand for the tables of brands.
pub(super) const fn brand(name: &'static str, code: &'static str, percent: i64) -> Brand {
    Brand { name, code, percent }
}

/// The rule by which a product belongs to another one. Variant and brand are matched where the target family has
/// them, else the most common ones are taken; no such product, no relation.
pub(super) struct Link {
    pub(super) kind: RelationKind,
    pub(super) family: &'static str,
    pub(super) key: Key,
    pub(super) quantity: i64,
    pub(super) note: &'static str,
}

impl Link {
    pub(super) fn new(kind: RelationKind, family: &'static str, key: Key, note: &'static str) -> Self {
        Self { kind, family, key, quantity: 1, note }
    }

    pub(super) fn times(self, quantity: i64) -> Self {
        Self { quantity, ..self }
    }
}

/// For families whose members stand alone.
pub(super) fn alone(_: Key) -> Vec<Link> {
    Vec::new()
}

/// How a product is counted, packed and sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sell {
    /// By the piece.
    Each,
    /// By the piece, cheaper by the carton.
    Carton(i64),
    /// In full boxes only, priced per 100 pieces.
    Box(i64),
    /// By the half metre, or by the roll.
    Metre(i64),
    /// In bars of so many metres.
    Bar(i64),
    /// By weight, or by the bag of so many kilograms.
    Kilo(i64),
    /// By the pair, or in packs of pairs.
    Pair(i64),
    /// In packs of so many pieces, never opened.
    Pack(i64),
}

/// A product before brand, variant and chance are applied.
pub(super) struct Draft {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) about: &'static str,
    pub(super) category: Option<&'static str>,
    /// EUR per stock unit at 100 percent.
    pub(super) price: i64,
    pub(super) grams: i64,
    pub(super) sell: Sell,
    pub(super) lead_days: u16,
    pub(super) mixes: bool,
    pub(super) attributes: Vec<Attribute>,
    pub(super) keywords: &'static [&'static str],
}

impl Draft {
    pub(super) fn new(code: String, title: String, price: i64, grams: i64) -> Self {
        Self {
            code,
            title,
            about: "",
            category: None,
            price,
            grams,
            sell: Sell::Each,
            lead_days: 7,
            mixes: false,
            attributes: Vec::with_capacity(10),
            keywords: &[],
        }
    }

    pub(super) fn sell(self, sell: Sell) -> Self {
        Self { sell, ..self }
    }

    pub(super) fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    pub(super) fn category(self, code: &'static str) -> Self {
        Self { category: Some(code), ..self }
    }

    pub(super) fn lead(self, lead_days: u16) -> Self {
        Self { lead_days, ..self }
    }

    /// Counts towards a common volume break with its family, variant and brand.
    pub(super) fn mixes(self) -> Self {
        Self { mixes: true, ..self }
    }

    pub(super) fn keywords(self, keywords: &'static [&'static str]) -> Self {
        Self { keywords, ..self }
    }

    pub(super) fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push(Attribute { name, value: AttributeValue::Text(value.into()) });
        self
    }

    pub(super) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.attributes.push(Attribute { name, value: AttributeValue::Flag(value) });
        self
    }

    /// A number given in thousandths of the unit.
    pub(super) fn milli(mut self, name: &'static str, value: i64, unit: &'static str) -> Self {
        self.attributes.push(Attribute { name, value: AttributeValue::Number(value * 1000, unit) });
        self
    }

    pub(super) fn int(self, name: &'static str, value: impl Into<i64>, unit: &'static str) -> Self {
        self.milli(name, value.into() * 1000, unit)
    }

    /// Millimetres given in tenths.
    pub(super) fn mm(self, name: &'static str, tenths: impl Into<i64>) -> Self {
        self.milli(name, tenths.into() * 100, "mm")
    }
}

/// Euro cents as an amount.
pub(super) const fn cents(cents: i64) -> i64 {
    cents * (ONE / 100)
}

/// Tenths as people write them: `25` is `2.5`, `80` is `8`.
pub(super) fn tenths(value: impl Into<i64>) -> String {
    fraction(value.into(), 10, 1)
}

/// Hundredths as people write them: `125` is `1.25`, `150` is `1.5`.
pub(super) fn hundredths(value: impl Into<i64>) -> String {
    fraction(value.into(), 100, 2)
}

fn fraction(value: i64, scale: i64, digits: usize) -> String {
    let text = format!("{}.{:0digits$}", value / scale, value % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Every pair of positions below the two limits that passes, common ones (small sums) first.
pub(super) fn pairs(first: usize, second: usize, passes: impl Fn(usize, usize) -> bool) -> Vec<Key> {
    triples(first, second, 1, |a, b, _| passes(a, b))
}

/// Every triple of positions below the three limits that passes, common ones (small sums) first.
pub(super) fn triples(first: usize, second: usize, third: usize, passes: impl Fn(usize, usize, usize) -> bool) -> Vec<Key> {
    let mut keys = Vec::with_capacity(first * second * third);
    for a in 0..first {
        for b in 0..second {
            for c in (0..third).filter(|c| passes(a, b, *c)) {
                keys.push([a as u16, b as u16, c as u16]);
            }
        }
    }
    keys.sort_by_key(|[a, b, c]| (a + b + c, *b, *c));
    keys
}

/// Weight in milligrams of a steel cylinder, dimensions in tenths of a millimetre.
pub(super) fn steel_mg(diameter: i64, length: i64) -> i64 {
    diameter * diameter * length * 6165 / 1_000_000
}
