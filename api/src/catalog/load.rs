//! Reading products into memory: only the columns hot requests need, without building rows first.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{CategoryId, Lifecycle, ProductId};
use parking_lot::Mutex;
use pricing::{Factor, Quantity, UnitCode};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use super::product::{Product, ProductUnit};
use crate::kernel::database::Reader;
use crate::kernel::sql::key_chunks;

/// Texts that many products share, kept once each.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Arc<Mutex<AHashSet<Arc<str>>>>);

impl Names {
    fn shared(&self, text: &str) -> Arc<str> {
        let mut names = self.0.lock();
        if let Some(name) = names.get(text) {
            return name.clone();
        }
        let name: Arc<str> = text.into();
        names.insert(name.clone());
        name
    }
}

const COLUMNS: &str = "id, sku, title, brand, category_id, stock_unit, fractional, lifecycle, backorder, min_quantity, max_quantity, \
    quantity_multiple, lead_time_days, weight_grams, tax_class, mix_group, mpn, gtin, version";

/// How many products one statement reads.
const SLICE: i64 = 25_000;

/// Every product.
pub(super) async fn all(db: &Reader, names: &Names) -> Result<Vec<Product>, DbErr> {
    let backend = db.get_database_backend();
    let count = Statement::from_string(backend, "select count(*), coalesce(min(id), 0), coalesce(max(id), -1) from products");
    let Some(row) = db.query_one_raw(count).await? else { return Ok(Vec::new()) };
    let (count, first, last): (i64, i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let slices = (count / SLICE + 1).max(1);
    let width = (last - first) / slices + 1;
    let reads = (0..slices).map(|slice| {
        let (from, to) = (first + slice * width, first + (slice + 1) * width);
        let (db, names) = (db.clone(), names.clone());
        tokio::spawn(async move { range(&db, &names, from, to).await })
    });
    let mut products = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
    for read in futures_util::future::join_all(reads).await {
        products.extend(read.map_err(|e| DbErr::Custom(e.to_string()))??);
    }
    Ok(products)
}

/// The products of the ids given.
pub(super) async fn some(db: &Reader, names: &Names, ids: &[ProductId]) -> Result<Vec<Product>, DbErr> {
    let mut products = Vec::with_capacity(ids.len());
    for ids in key_chunks(ids) {
        let marks: Vec<String> = (1..=ids.len()).map(|i| format!("${i}")).collect();
        let list = marks.join(", ");
        let values: Vec<Value> = ids.iter().map(|id| id.0.into()).collect();
        let of_ids = format!("in ({list})");
        products.extend(read(db, names, &of_ids, values).await?);
    }
    Ok(products)
}

async fn range(db: &Reader, names: &Names, from: i64, to: i64) -> Result<Vec<Product>, DbErr> {
    read(db, names, ">= $1 and product_id < $2", vec![from.into(), to.into()]).await
}

/// Reads the products whose id fulfils the condition, given as what follows the column's name.
async fn read(db: &Reader, names: &Names, condition: &str, values: Vec<Value>) -> Result<Vec<Product>, DbErr> {
    let backend = db.get_database_backend();
    let of_units = format!("select product_id, unit, numerator, denominator from product_units where product_id {condition} order by product_id, unit");
    let of_products = format!("select {COLUMNS} from products where id {}", condition.replace("product_id", "id"));
    // Units first: a product read later than its units is followed by an event, never shown without them for long.
    let rows = db.query_all_raw(Statement::from_sql_and_values(backend, of_units, values.clone())).await?;
    let mut units: AHashMap<ProductId, Vec<ProductUnit>> = AHashMap::new();
    for row in &rows {
        let (product, unit) = unit_of(row)?;
        units.entry(product).or_default().push(unit);
    }
    let rows = db.query_all_raw(Statement::from_sql_and_values(backend, of_products, values)).await?;
    rows.iter().map(|row| product_of(row, names, &mut units)).collect()
}

fn unit_of(row: &QueryResult) -> Result<(ProductId, ProductUnit), DbErr> {
    let unit: String = row.try_get_by_index(1)?;
    let factor = Factor::new(row.try_get_by_index(2)?, row.try_get_by_index(3)?).map_err(|e| DbErr::Type(e.to_string()))?;
    Ok((ProductId(row.try_get_by_index(0)?), ProductUnit { unit: unit_code(&unit)?, factor }))
}

fn unit_code(text: &str) -> Result<UnitCode, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("\"{text}\" is not a unit")))
}

fn product_of(row: &QueryResult, names: &Names, units: &mut AHashMap<ProductId, Vec<ProductUnit>>) -> Result<Product, DbErr> {
    let text = |index: usize| row.try_get_by_index::<String>(index);
    let maybe = |index: usize| row.try_get_by_index::<Option<String>>(index);
    let quantity = |index: usize| row.try_get_by_index::<Option<i64>>(index).map(|q| q.map(Quantity::from_micros));
    let id = ProductId(row.try_get_by_index(0)?);
    let lifecycle = text(7)?;
    Ok(Product {
        id,
        sku: text(1)?.into(),
        title: text(2)?.into(),
        brand: names.shared(&text(3)?),
        category: row.try_get_by_index::<Option<i64>>(4)?.map(CategoryId),
        stock_unit: unit_code(&text(5)?)?,
        units: units.remove(&id).unwrap_or_default().into(),
        fractional: row.try_get_by_index(6)?,
        lifecycle: Lifecycle::from_word(&lifecycle).ok_or_else(|| DbErr::Type(format!("\"{lifecycle}\" is not a lifecycle")))?,
        backorder: row.try_get_by_index(8)?,
        min: quantity(9)?,
        max: quantity(10)?,
        multiple: quantity(11)?,
        lead_time_days: row.try_get_by_index(12)?,
        weight_grams: row.try_get_by_index(13)?,
        tax_class: names.shared(&text(14)?),
        mix_group: maybe(15)?.map(|group| names.shared(&group)),
        mpn: maybe(16)?.map(Into::into),
        gtin: maybe(17)?.map(Into::into),
        version: row.try_get_by_index(18)?,
    })
}
