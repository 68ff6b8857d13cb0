//! The demo distributor: a believable wholesaler of technical goods, computed from a seed.
//!
//! [`Demo`] is the front door. Its promises: the same [`Settings`] give the same data on every machine and for ever
//! (integers only, no clock, no hash order); a larger catalogue holds more of the same families; every reference
//! (product, category, unit, account, site, person, warehouse) resolves; past orders keep the order rules and name only
//! what could be ordered. Products, stock, relations and prices come as iterators that hold one product at a time.
//!
//! | file | holds |
//! |---|---|
//! | `model` | the data, as plain structs |
//! | `family`, `catalog`, `product` | how families of products are described, laid out, completed |
//! | `fasteners`, `inch`, `wood`, `fixings`, `bearings`, `seals`, `drives`, `pipe`, `hoses`, `flanges`, `pumps`, `electrical`, `cabling`, `safety`, `workwear`, `tools`, `cutting` | the families |
//! | `stock`, `prices`, `deals`, `accounts`, `orders` | what the seller and the customers have and do |
//! | `industry`, `places`, `brands`, `categories`, `threads` | tables |
//! | `rng`, `day` | chance and calendar |
//!
//! Not here: the database, HTTP, passwords and other secrets, prices of past orders (the price engine finds them).

mod accounts;
mod bearings;
mod brands;
mod cabling;
mod catalog;
mod categories;
mod cutting;
mod day;
mod deals;
mod drives;
mod electrical;
mod family;
mod fasteners;
mod fixings;
mod flanges;
mod hoses;
mod inch;
mod industry;
pub mod model;
mod orders;
mod pipe;
mod places;
mod prices;
mod product;
mod pumps;
mod rng;
mod safety;
mod seals;
mod stock;
#[cfg(test)]
mod tests;
mod threads;
mod tools;
mod wood;
mod workwear;

use std::fmt;
use std::ops::RangeInclusive;

pub use day::Day;
use model::{Category, Item, Settings};
#[cfg(test)]
use model::{Product, Relation};

/// How many products a demo may have.
pub const SKUS: RangeInclusive<u32> = 100..=1_000_000;

/// One demo distributor. Cheap to make and to hold: nothing is kept per product.
pub struct Demo {
    settings: Settings,
    catalog: catalog::Catalog,
    companies: Vec<accounts::Company>,
    /// Products on the lists of single accounts, sorted, in the order of those lists.
    own_items: Vec<Vec<Item>>,
}

/// The settings ask for a number of products outside [`SKUS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkusOutOfRange(pub u32);

impl fmt::Display for SkusOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skus must be between {} and {}, not {}", SKUS.start(), SKUS.end(), self.0)
    }
}

impl std::error::Error for SkusOutOfRange {}

impl Demo {
    /// Refused when the number of products is out of range.
    pub fn new(settings: Settings) -> Result<Self, SkusOutOfRange> {
        if !SKUS.contains(&settings.skus) {
            return Err(SkusOutOfRange(settings.skus));
        }
        let catalog = catalog::Catalog::new(settings.skus);
        let companies = accounts::companies(settings.seed);
        let mut demo = Self { settings, catalog, companies, own_items: Vec::new() };
        demo.own_items = prices::WITH_OWN_LIST.iter().map(|number| demo.assortment_items(*number)).collect();
        Ok(demo)
    }

    /// Number of products; their indexes are `0..product_count`.
    pub fn product_count(&self) -> u32 {
        self.catalog.len
    }

    /// The category tree, parents first.
    pub fn categories() -> Vec<Category> {
        categories::all()
    }

    /// Names of all makers.
    #[cfg(test)]
    pub fn brands() -> impl Iterator<Item = &'static str> {
        brands::ALL.into_iter().flatten().map(|brand| brand.name)
    }

    /// All products by index.
    #[cfg(test)]
    pub fn products(&self) -> impl Iterator<Item = Product> + '_ {
        (0..self.product_count()).map(|item| self.product(item))
    }

    /// All relations by product; at most about ten of one product.
    #[cfg(test)]
    pub fn relations(&self) -> impl Iterator<Item = Relation> + '_ {
        (0..self.product_count()).flat_map(|item| self.relations_of(item))
    }
}
