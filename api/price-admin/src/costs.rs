//! Recording what products cost the seller, and the price they are never sold under but by contract.

use ahash::AHashMap;
use entity::ProductId;
use pricing::Currency;

use super::change::PriceChange;
use kernel::problem::CommonError;
use prices::{ProductCost, costs_of};
use store::database::Tx;
use store::sql::insert_values;

/// Records costs. What is as recorded is left alone; neither cost nor floor takes back what was recorded. Of two for the same
/// product and currency the later counts. Gives how many changed.
pub async fn put_costs(tx: &Tx, change: &PriceChange, costs: &[ProductCost]) -> Result<usize, CommonError> {
    let mut wanted: AHashMap<(ProductId, Currency), ProductCost> = AHashMap::with_capacity(costs.len());
    wanted.extend(costs.iter().map(|cost| ((cost.product, cost.currency), *cost)));
    let mut products: Vec<ProductId> = costs.iter().map(|cost| cost.product).collect();
    products.sort_unstable();
    products.dedup();
    let mut ended = Vec::new();
    for old in costs_of(tx, &products).await? {
        let key = (old.cost.product, old.cost.currency);
        match wanted.get(&key) {
            Some(new) if *new == old.cost => drop(wanted.remove(&key)),
            Some(_) => ended.push(old.id),
            None => {}
        }
    }
    let mut fresh: Vec<ProductCost> = wanted.into_values().collect();
    // In an order that is the same on every run.
    fresh.sort_unstable_by_key(|cost| (cost.product, cost.currency));
    change.supersede(tx, "product_cost_facts", &ended).await?;
    let ids = tx.ids(fresh.len()).await?;
    let row = |(id, cost): (&i64, &ProductCost)| {
        vec![
            (*id).into(),
            cost.product.0.into(),
            cost.currency.code().into(),
            cost.cost.map(|amount| amount.0).into(),
            cost.floor.map(|amount| amount.0).into(),
            change.recorded_at.0.into(),
            change.version.into(),
        ]
    };
    let into = "product_cost_facts (id, product_id, currency, cost, floor, recorded_at, change_id)";
    insert_values(tx, into, ids.iter().zip(&fresh).map(row).collect(), "").await?;
    Ok(fresh.len())
}
