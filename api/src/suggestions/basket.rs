//! What a basket lacks, what in it does not go together, and what else goes with it.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use super::conflicts::{Conflict, conflicts};
use super::items::{Item, items};
use super::memory::Memory;
use super::product::reason;
use super::shop::Shop;
use super::together::View;
use crate::catalog::queries::{self, Relation};
use crate::catalog::{Product, Products};

/// A required part of which the basket has too little.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) product: Arc<Product>,
    /// How much to add, in stock units, such that it can be ordered.
    pub(super) quantity: Quantity,
    /// How much the basket needs and has, in stock units.
    pub(super) needed: Quantity,
    pub(super) present: Quantity,
    /// SKUs that need it.
    pub(super) needed_for: Vec<String>,
    pub(super) reason: String,
}

/// What there is to say of a basket.
#[derive(Clone, Debug, Default)]
pub(super) struct Advice {
    pub(super) missing: Vec<Missing>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) items: Vec<Item>,
}

/// A basket: products and their quantities in stock units.
#[derive(Clone, Debug, Default)]
pub(super) struct Basket {
    products: AHashMap<ProductId, Arc<Product>>,
    quantities: AHashMap<ProductId, Quantity>,
    /// In the order in which they came.
    order: Vec<ProductId>,
}

impl Basket {
    /// Adds a quantity in stock units; beyond the largest quantity it stays at that.
    pub(super) fn add(&mut self, product: Arc<Product>, quantity: Quantity) {
        let id = product.id;
        if self.products.insert(id, product).is_none() {
            self.order.push(id);
        }
        let sum = self.quantities.entry(id).or_insert(Quantity::ZERO);
        *sum = sum.checked_add(quantity).unwrap_or(Quantity::MAX);
    }
}

/// Looks at a basket; gives at most `limit` items. The number of statements does not depend on the basket.
pub(super) async fn advise(
    db: &impl ConnectionTrait,
    memory: &Memory,
    shop: &Shop<'_>,
    basket: &Basket,
    view: View,
    limit: usize,
) -> Result<Advice, DbErr> {
    let relations = queries::relations_from(db, &basket.order).await?;
    let mut accessories = AHashMap::new();
    for relation in relations.iter().filter(|r| r.kind == RelationKind::Accessory) {
        if let Some(product) = basket.products.get(&relation.product) {
            accessories.entry(relation.target).or_insert_with(|| reason(product, relation));
        }
    }
    Ok(Advice {
        missing: missing(shop.products, basket, &relations),
        conflicts: conflicts(db, &basket.products, &relations).await?,
        items: items(memory, shop, &basket.order, &accessories, view, limit),
    })
}

fn missing(products: &Products, basket: &Basket, relations: &[Relation]) -> Vec<Missing> {
    let mut needs: AHashMap<ProductId, (Quantity, Vec<&Relation>)> = AHashMap::new();
    for relation in relations.iter().filter(|r| r.kind == RelationKind::Required) {
        let bought = basket.quantities.get(&relation.product).copied().unwrap_or_default();
        let need = needs.entry(relation.target).or_default();
        need.0 = need.0.checked_add(times(bought, relation.quantity)).unwrap_or(Quantity::MAX);
        need.1.push(relation);
    }
    let mut missing: Vec<Missing> = needs
        .into_iter()
        .filter_map(|(id, (needed, relations))| {
            let present = basket.quantities.get(&id).copied().unwrap_or_default();
            let lacking = needed.checked_sub(present).filter(|lacking| lacking.is_positive())?;
            let product = products.by_id(id).filter(|product| product.is_orderable())?;
            let users: Vec<&Arc<Product>> = relations.iter().filter_map(|r| basket.products.get(&r.product)).collect();
            let first = relations.first().zip(users.first())?;
            Some(Missing {
                quantity: product.orderable_quantity(lacking).unwrap_or(lacking),
                needed,
                present,
                needed_for: users.iter().map(|user| user.sku.to_string()).collect(),
                reason: reason(first.1, first.0),
                product,
            })
        })
        .collect();
    missing.sort_by(|a, b| a.product.sku.cmp(&b.product.sku));
    missing
}

/// How much goes with a quantity, rounded up to a millionth; the largest quantity when it is beyond that.
fn times(quantity: Quantity, each: Quantity) -> Quantity {
    const ONE: i128 = 1_000_000;
    let product = i128::from(quantity.micros()) * i128::from(each.micros());
    let rounded = product.div_euclid(ONE) + i128::from(product.rem_euclid(ONE) != 0);
    i64::try_from(rounded).map_or(Quantity::MAX, Quantity::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_a_quantity_is_rounded_up_and_bounded() {
        let quantity = |text: &str| text.parse::<Quantity>().expect("a decimal");
        assert_eq!(times(quantity("3"), quantity("2")), quantity("6"));
        assert_eq!(times(quantity("0.000001"), quantity("0.5")), quantity("0.000001"));
        assert_eq!(times(Quantity::MAX, quantity("2")), Quantity::MAX);
    }
}
