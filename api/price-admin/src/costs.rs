//! Recording what products cost the seller, and the price they are never sold under but by contract.

use ahash::AHashMap;
use entity::ProductId;
use pricing::Currency;
use sea_orm::{ConnectionTrait, Statement, Value};

use super::change::PriceChange;
use kernel::problem::CommonError;
use prices::{ProductCost, costs_of};
use store::database::Tx;
use store::sql::push_row;

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
    let backend = tx.get_database_backend();
    for (ids, fresh) in ids.chunks(2_000).zip(fresh.chunks(2_000)) {
        let mut sql = String::from(
            "insert into product_cost_facts (id, product_id, currency, cost, floor, recorded_at, change_id) values ",
        );
        let mut values: Vec<Value> = Vec::with_capacity(fresh.len() * 7);
        for (row, (id, cost)) in ids.iter().zip(fresh).enumerate() {
            push_row(&mut sql, backend, row, 7);
            values.extend([
                (*id).into(),
                cost.product.0.into(),
                cost.currency.code().into(),
                cost.cost.map(|amount| amount.0).into(),
                cost.floor.map(|amount| amount.0).into(),
                change.recorded_at.0.into(),
                change.version.into(),
            ]);
        }
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(fresh.len())
}
