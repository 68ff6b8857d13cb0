//! Prices beside the cost and the floor of their products.

use ahash::AHashMap;
use entity::ProductId;
use pricing::review::{FindingKind, ReviewedRow, review_entries};
use pricing::{Amount, Currency, Entry, EntryId, Instant, Per, ProductMoney, ProductVersion, Quantity, Times, UnitCode};
use sea_orm::DbErr;
use store::Db;

use super::costs::{StoredCost, costs_of};
use catalog::Products;
use kernel::field_code::FieldCode;

/// What is wrong, in words.
pub fn finding_text(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::NeverValid => "it ends before it starts, so it never applies",
        FindingKind::Overlap => "another one says something for the same case at the same time; the later start counts",
        FindingKind::Gap => "no row applies between this one and the next",
        FindingKind::RisingBreak => "a larger quantity costs more per unit",
        FindingKind::UnderCost => "the price is under the product's cost",
        FindingKind::UnderFloor => "the price is under the product's minimum price",
        FindingKind::OverHundredPercent => "more than 100 percent off",
        FindingKind::UnknownUnit => "the product does not have this unit, so it never applies",
    }
}

/// Products as a review of prices takes them, by dense number.
#[derive(Debug)]
pub struct Reviewable {
    numbers: AHashMap<ProductId, u32>,
    products: Vec<ProductVersion>,
}

impl Reviewable {
    pub fn of(ids: impl Iterator<Item = ProductId>, products: &Products, costs: &[StoredCost]) -> Self {
        let mut reviewable = Self { numbers: AHashMap::new(), products: Vec::new() };
        for id in ids {
            let next = reviewable.products.len() as u32;
            let Some(product) = products.by_id(id).filter(|_| !reviewable.numbers.contains_key(&id)) else { continue };
            reviewable.numbers.insert(id, next);
            let units = product.units.iter();
            let units = units.map(|unit| pricing::ProductUnit { code: unit.unit, factor: unit.factor, order_multiple: None });
            reviewable.products.push(ProductVersion {
                id: pricing::ProductId(next),
                recorded_at: Instant::MIN,
                categories: Vec::new(),
                brand: None,
                mix_group: None,
                stock_unit: product.stock_unit,
                units: units.collect(),
                money: Vec::new(),
            });
        }
        for stored in costs {
            let Some(number) = reviewable.numbers.get(&stored.cost.product) else { continue };
            let money = ProductMoney {
                currency: stored.cost.currency,
                cost: stored.cost.cost.map(Into::into),
                floor: stored.cost.floor.map(Into::into),
            };
            reviewable.products[*number as usize].money.push(money);
        }
        reviewable
    }

    pub fn number(&self, id: ProductId) -> pricing::ProductId {
        pricing::ProductId(self.numbers.get(&id).copied().unwrap_or(u32::MAX))
    }

    pub fn find(&self, number: pricing::ProductId) -> Option<&ProductVersion> {
        self.products.get(number.0 as usize)
    }
}

/// A price to be compared with the cost and the floor of its product.
#[derive(Clone, Copy, Debug)]
pub struct PriceToCheck {
    pub product: ProductId,
    pub unit: UnitCode,
    pub currency: Currency,
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Per,
}

/// Which prices are under the cost or the floor of their product as these are now: the place of each, and a sentence with a
/// stable code. For the seller's staff only.
pub async fn under_limits(
    db: &impl Db,
    products: &Products,
    prices: &[PriceToCheck],
) -> Result<Vec<(usize, FieldCode, &'static str)>, DbErr> {
    let mut named: Vec<ProductId> = prices.iter().map(|price| price.product).collect();
    named.sort_unstable();
    named.dedup();
    let costs = costs_of(db, &named).await?;
    // Every price in a list of its own: they are compared with their products and not with one another.
    let reviewable = Reviewable::of(prices.iter().map(|price| price.product), products, &costs);
    let row = |(price, place): (&PriceToCheck, u32)| Entry {
        id: EntryId(i64::from(place)),
        list: pricing::ListId(place),
        product: reviewable.number(price.product),
        unit: price.unit,
        currency: price.currency,
        min_quantity: Quantity::ZERO,
        unit_price: price.unit_price,
        per: price.per,
        times: Times::since(Instant::MIN),
    };
    let rows: Vec<Entry> = prices.iter().zip(0_u32..).map(row).collect();
    let found = review_entries(&rows, Instant::MIN, |id| reviewable.find(id)).into_iter();
    let told = found.filter_map(|finding| match (finding.row, finding.kind) {
        (ReviewedRow::Entry(EntryId(place)), kind @ FindingKind::UnderCost) => {
            Some((place as usize, FieldCode::UnderCost, finding_text(kind)))
        }
        (ReviewedRow::Entry(EntryId(place)), kind @ FindingKind::UnderFloor) => {
            Some((place as usize, FieldCode::UnderFloor, finding_text(kind)))
        }
        _ => None,
    });
    Ok(told.collect())
}
