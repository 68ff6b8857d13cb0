//! What products cost the seller, and the price they are never sold under but by contract.

use ahash::AHashMap;
use entity::{Amount, Instant, ProductId};
use pricing::Currency;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

use super::change::PriceChange;
use super::load::statement;
use crate::kernel::problem::CommonError;
use crate::store::database::Tx;
use crate::store::sql::{key_chunks, key_list, push_row};

/// Cost and floor of 1 stock unit of a product in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewCost {
    pub(crate) product: ProductId,
    pub(crate) currency: Currency,
    pub(crate) cost: Option<Amount>,
    pub(crate) floor: Option<Amount>,
}

/// A cost that is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredCost {
    id: i64,
    pub(super) cost: NewCost,
    pub(super) recorded_at: Instant,
}

/// Present costs of products.
pub(super) async fn costs_of(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Vec<StoredCost>, DbErr> {
    let mut found = Vec::new();
    let sql = format!(
        "select id, product_id, currency, cost, floor, recorded_at from product_cost_facts \
         where superseded_at is null and product_id in {} order by id",
        key_list(db.get_database_backend(), 1, "bigint")
    );
    for chunk in key_chunks(products) {
        let keys: Vec<i64> = chunk.iter().map(|product| product.0).collect();
        let keys = serde_json::to_string(&keys).unwrap_or_default();
        for row in db.query_all_raw(statement(db, &sql, vec![keys.into()])).await? {
            let currency: String = row.try_get_by_index(2)?;
            let cost = NewCost {
                product: ProductId(row.try_get_by_index(1)?),
                currency: currency.parse().map_err(|_| DbErr::Custom("a stored currency cannot be read".to_owned()))?,
                cost: row.try_get_by_index(3)?,
                floor: row.try_get_by_index(4)?,
            };
            found.push(StoredCost { id: row.try_get_by_index(0)?, cost, recorded_at: row.try_get_by_index(5)? });
        }
    }
    Ok(found)
}

/// Records costs. What is as recorded is left alone; neither cost nor floor takes back what was recorded. Of two for the same
/// product and currency the later counts. Gives how many changed.
pub(crate) async fn put_costs(tx: &Tx, change: &PriceChange, costs: &[NewCost]) -> Result<usize, CommonError> {
    let mut wanted: AHashMap<(ProductId, Currency), NewCost> = AHashMap::with_capacity(costs.len());
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
    let mut fresh: Vec<NewCost> = wanted.into_values().collect();
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
