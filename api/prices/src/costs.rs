//! What products cost the seller, and the price they are never sold under but by contract.
//!
//! Not here: recording them (`price_admin`).

use entity::{Amount, CurrencyCode, Instant, ProductId};
use pricing::Currency;
use sea_orm::DbErr;
use store::Db;

use store::sql::{ids_value, key_chunks, key_list};

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
pub async fn costs_of(db: &impl Db, products: &[ProductId]) -> Result<Vec<StoredCost>, DbErr> {
    let mut found = Vec::new();
    let sql = format!(
        "select id, product_id, currency, cost, floor, recorded_at from product_cost_facts \
         where superseded_at is null and product_id in {} order by id",
        key_list(db, 1, "bigint")
    );
    for chunk in key_chunks(products) {
        let keys = ids_value(db, chunk.iter().map(|product| product.0));
        for row in db.rows(db.statement(&sql, vec![keys])).await? {
            let cost = ProductCost {
                product: ProductId(row.get(1)?),
                currency: row.get::<CurrencyCode>(2)?.0,
                cost: row.get(3)?,
                floor: row.get(4)?,
            };
            found.push(StoredCost { id: row.get(0)?, cost, recorded_at: row.get(5)? });
        }
    }
    Ok(found)
}
