//! What was bought together, and what the account itself bought, as counted.

use ahash::AHashMap;
use entity::{AccountId, ProductId, account_purchases};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Statement, Value};

/// Two products that stood in the same orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) product: ProductId,
    pub(super) other: ProductId,
    pub(super) baskets: i64,
}

/// Fewer orders than this say nothing to a buyer who does not know them.
const ENOUGH: i64 = 3;

/// Companions are looked up for so many products of a basket.
const MOST_PRODUCTS: usize = 100;

/// How many companions of one product are looked at.
const COMPANIONS: i64 = 40;

/// What an account bought before: in how many orders.
pub(super) type Purchases = AHashMap<ProductId, i64>;

/// The most frequent companions of the products given that whoever asks may know of, most frequent first for each product;
/// and what their account bought of them before. Two statements at most.
pub(super) async fn companions(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
    account: Option<AccountId>,
) -> Result<(Vec<Pair>, Purchases), DbErr> {
    let ids = &ids[..ids.len().min(MOST_PRODUCTS)];
    if ids.is_empty() {
        return Ok((Vec::new(), Purchases::new()));
    }
    // One branch per product: each reads the head of its part of the index, however popular the product is.
    let branch = |at: usize| {
        format!(
            "select * from (select product_id, other_id, baskets from bought_together where product_id = ${} \
             order by baskets desc, other_id desc limit {COMPANIONS}) as top{at}",
            at + 1
        )
    };
    let sql = (0..ids.len()).map(branch).collect::<Vec<_>>().join(" union all ");
    let values: Vec<Value> = ids.iter().map(|id| id.0.into()).collect();
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    let mut pairs = Vec::with_capacity(rows.len());
    for row in rows {
        let (product, other) = (ProductId(row.try_get_by_index(0)?), ProductId(row.try_get_by_index(1)?));
        pairs.push(Pair { product, other, baskets: row.try_get_by_index(2)? });
    }
    let Some(account) = account else { return Ok((pairs, Purchases::new())) };
    let known = purchases(db, account, &pairs).await?;
    pairs.retain(|pair| pair.baskets >= ENOUGH || (known.contains_key(&pair.product) && known.contains_key(&pair.other)));
    Ok((pairs, known))
}

async fn purchases(db: &impl ConnectionTrait, account: AccountId, pairs: &[Pair]) -> Result<Purchases, DbErr> {
    let mut ids: Vec<ProductId> = pairs.iter().flat_map(|pair| [pair.product, pair.other]).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Purchases::new());
    }
    let select = account_purchases::Entity::find()
        .select_only()
        .columns([account_purchases::Column::ProductId, account_purchases::Column::Orders])
        .filter(account_purchases::Column::AccountId.eq(account))
        .filter(account_purchases::Column::ProductId.is_in(ids));
    let rows: Vec<(ProductId, i64)> = select.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

/// How often, in words.
pub(super) fn in_orders(count: i64) -> String {
    if count == 1 { "in 1 order".to_owned() } else { format!("in {count} orders") }
}

/// What the account itself did, as the end of a reason.
pub(super) fn own_habit(known: &Purchases, product: ProductId) -> String {
    known.get(&product).map(|orders| format!("; you ordered it {}", in_orders(*orders))).unwrap_or_default()
}
