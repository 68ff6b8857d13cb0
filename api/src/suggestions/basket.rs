//! What a basket lacks, what in it does not go together, and what else goes with it.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, ProductId, RelationKind};
use pricing::Quantity;
use sea_orm::{ConnectionTrait, DbErr};

use super::conflicts::{Conflict, conflicts};
use super::product::reason;
use super::together::{Pair, companions, in_orders, own_habit};
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

/// A product that goes with the basket.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) product: Arc<Product>,
    /// From 0 to 1,000.
    pub(super) score: u32,
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

/// Looks at a basket for an account (none on the seller's side); gives at most `limit` items. The number of statements does
/// not depend on the basket.
pub(super) async fn advise(
    db: &impl ConnectionTrait,
    products: &Products,
    account: Option<AccountId>,
    basket: &Basket,
    limit: usize,
) -> Result<Advice, DbErr> {
    let relations = queries::relations_from(db, &basket.order).await?;
    let (pairs, known) = companions(db, &basket.order, account).await?;
    let mut ideas = Ideas::default();
    ideas.accessories(basket, &relations);
    ideas.companions(basket, &pairs);
    let mut items = ideas.best(products, basket);
    items.truncate(limit);
    for item in &mut items {
        item.reason.push_str(&own_habit(&known, item.product.id));
    }
    Ok(Advice {
        missing: missing(products, basket, &relations),
        conflicts: conflicts(db, &basket.products, &relations).await?,
        items,
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

/// Scores of an accessory, of the companion bought most often, and of each further product of the basket that speaks for it.
const ACCESSORY: u32 = 500;
const COMPANION: i64 = 400;
const EACH_MORE: u32 = 50;
const BEST: u32 = 1_000;

/// An idea in the making.
#[derive(Debug, Default)]
struct Idea {
    accessory: Option<String>,
    companion: Option<(i64, String)>,
    score: u32,
    /// How many products of the basket speak for it.
    voices: u32,
}

#[derive(Debug, Default)]
struct Ideas(AHashMap<ProductId, Idea>);

impl Ideas {
    fn accessories(&mut self, basket: &Basket, relations: &[Relation]) {
        for relation in relations.iter().filter(|r| r.kind == RelationKind::Accessory) {
            let Some(product) = basket.products.get(&relation.product) else { continue };
            let idea = self.0.entry(relation.target).or_default();
            if idea.accessory.is_none() {
                idea.accessory = Some(reason(product, relation));
                idea.score += ACCESSORY;
            }
            idea.voices += 1;
        }
    }

    fn companions(&mut self, basket: &Basket, pairs: &[Pair]) {
        let mut most: AHashMap<ProductId, i64> = AHashMap::new();
        for pair in pairs {
            let top = most.entry(pair.product).or_insert(1);
            *top = pair.baskets.max(*top);
        }
        let mut shares: AHashMap<ProductId, u32> = AHashMap::new();
        for pair in pairs {
            let Some(product) = basket.products.get(&pair.product) else { continue };
            let idea = self.0.entry(pair.other).or_default();
            idea.voices += 1;
            let top = most.get(&pair.product).copied().unwrap_or(1).max(1);
            let share = u32::try_from(COMPANION.saturating_mul(pair.baskets) / top).unwrap_or_default();
            let best = shares.entry(pair.other).or_default();
            *best = share.max(*best);
            if idea.companion.as_ref().is_none_or(|(baskets, _)| *baskets < pair.baskets) {
                let reason = format!("Bought together with {} {}", product.sku, in_orders(pair.baskets));
                idea.companion = Some((pair.baskets, reason));
            }
        }
        for (id, share) in shares {
            self.0.entry(id).or_default().score += share;
        }
    }

    /// The ideas that can be ordered and are not in the basket, best first.
    fn best(self, products: &Products, basket: &Basket) -> Vec<Item> {
        let mut items: Vec<Item> = self
            .0
            .into_iter()
            .filter(|(id, _)| !basket.products.contains_key(id))
            .filter_map(|(id, idea)| {
                let product = products.by_id(id).filter(|product| product.is_orderable())?;
                let more = EACH_MORE.saturating_mul(idea.voices.saturating_sub(1));
                let score = idea.score.saturating_add(more).min(BEST);
                let reason = idea.accessory.or_else(|| idea.companion.map(|(_, reason)| reason))?;
                Some(Item { product, score, reason })
            })
            .collect();
        items.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.product.sku.cmp(&b.product.sku)));
        items
    }
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
