//! What products cost the seller, and the price they are never sold under but by contract.
//!
//! Not here: recording them (`price_admin`).

use entity::{Amount, CurrencyCode, Instant, ProductId};
use pricing::Currency;
use sea_orm::{ConnectionTrait, DbErr};

use store::sql::{key_chunks, key_list, statement};

/// Cost and floor of 1 stock unit of a product in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductCost {
    pub product: ProductId,
    pub currency: Currency,
    pub cost: Option<Amount>,
    pub floor: Option<Amount>,
}

/// A cost that is recorded.
#[derive(Clone, Copy, Debug)]
pub struct StoredCost {
    pub id: i64,
    pub cost: ProductCost,
    pub recorded_at: Instant,
}

/// Present costs of products.
pub async fn costs_of(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Vec<StoredCost>, DbErr> {
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
            let cost = ProductCost {
                product: ProductId(row.try_get_by_index(1)?),
                currency: row.try_get_by_index::<CurrencyCode>(2)?.0,
                cost: row.try_get_by_index(3)?,
                floor: row.try_get_by_index(4)?,
            };
            found.push(StoredCost { id: row.try_get_by_index(0)?, cost, recorded_at: row.try_get_by_index(5)? });
        }
    }
    Ok(found)
}
