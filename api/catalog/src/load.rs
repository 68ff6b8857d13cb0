//! Reading products into memory: only the columns hot requests need, many products in one value, so that neither database
//! nor driver spends time on single columns. Signs that part columns and rows are control characters, which no text of a
//! product may contain.

use std::num::ParseIntError;
use std::sync::Arc;
use store::Db;

use ahash::{AHashMap, AHashSet};
use entity::{CategoryId, Lifecycle, ProductId};
use parking_lot::Mutex;
use pricing::{Factor, Quantity, UnitCode};
use sea_orm::{DbErr, Value};

use super::product::{Product, ProductUnit};
use store::database::Reader;
use store::sql::{ids_value, key_chunks, key_list};

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

/// What parts columns, and what parts rows.
const COLUMN: char = '\u{1f}';
const ROW: char = '\u{1e}';

/// Columns in the order in which [`product_of`] takes them; those that may be null read as empty.
const PRODUCT: &str = "id, sku, title, brand, coalesce(cast(category_id as text), ''), stock_unit, \
    case when fractional then '1' else '' end, lifecycle, case when backorder then '1' else '' end, \
    coalesce(cast(min_quantity as text), ''), coalesce(cast(max_quantity as text), ''), \
    coalesce(cast(quantity_multiple as text), ''), coalesce(cast(lead_time_days as text), ''), coalesce(mpn, ''), version";
const UNIT: &str = "product_id, unit, numerator, denominator";

/// How many ids one statement covers.
const SLICE: i64 = 1_000;

/// How many statements run at once.
const READERS: usize = 4;

/// Hands every product to `take`, some thousands at a time: a large catalog is never there twice.
pub(super) async fn all<F>(db: &Reader, names: &Names, take: F) -> Result<(), DbErr>
where
    F: Fn(Vec<Product>) + Clone + Send + 'static,
{
    let extent = db.statement("select coalesce(min(id), 0), coalesce(max(id), -1) from products", []);
    let Some(row) = db.row(extent).await? else { return Ok(()) };
    let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
    let slices: Vec<i64> = (first..=last).step_by(usize::try_from(SLICE).unwrap_or(1)).collect();
    let share = slices.len().div_ceil(READERS).max(1);
    let reads: Vec<_> = slices
        .chunks(share)
        .map(|starts| {
            let (db, names, starts, take) = (db.clone(), names.clone(), starts.to_vec(), take.clone());
            tokio::spawn(async move {
                for from in starts {
                    let range = [from.into(), (from + SLICE).into()];
                    let products = read(&db, &names, ">= $1 and {id} < $2", range.to_vec()).await?;
                    take(products);
                }
                Ok::<_, DbErr>(())
            })
        })
        .collect();
    for read in reads {
        read.await.map_err(|e| DbErr::Custom(e.to_string()))??;
    }
    Ok(())
}

/// The products of the ids given.
pub(super) async fn some(db: &Reader, names: &Names, ids: &[ProductId]) -> Result<Vec<Product>, DbErr> {
    let mut products = Vec::with_capacity(ids.len());
    for ids in key_chunks(ids) {
        let list = ids_value(db, ids.iter().map(|id| id.0));
        let condition = format!("in {}", key_list(db, 1, "bigint"));
        products.extend(read(db, names, &condition, vec![list]).await?);
    }
    Ok(products)
}

/// Reads the products whose id fulfils the condition, given as what follows the column's name; `{id}` stands for that name.
async fn read(db: &Reader, names: &Names, condition: &str, values: Vec<Value>) -> Result<Vec<Product>, DbErr> {
    // Units first: when they change in between, the event of the change makes the product be read again.
    let text = packed(db, UNIT, ("product_units", "product_id"), condition, values.clone()).await?;
    let mut units: AHashMap<ProductId, Vec<ProductUnit>> = AHashMap::new();
    for row in text.split_terminator(ROW) {
        let (product, unit) = unit_of(row).ok_or_else(|| unreadable(row))?;
        units.entry(product).or_default().push(unit);
    }
    let text = packed(db, PRODUCT, ("products", "id"), condition, values).await?;
    let products = text.split_terminator(ROW).map(|row| product_of(row, names, &mut units).ok_or_else(|| unreadable(row)));
    products.collect()
}

/// Rows of a table as one text.
async fn packed(
    db: &Reader,
    columns: &str,
    (table, id): (&str, &str),
    condition: &str,
    values: Vec<Value>,
) -> Result<String, DbErr> {
    let (join, sign) = (db.dialect("group_concat", "string_agg"), db.dialect("char", "chr"));
    let condition = condition.replace("{id}", id);
    let sql = format!(
        "select {join}(concat_ws({sign}({}), {columns}), {sign}({})) from {table} where {id} {condition}",
        u32::from(COLUMN),
        u32::from(ROW),
    );
    let row = db.row(db.statement(sql, values)).await?;
    let text: Option<String> = row.map(|row| row.get(0)).transpose()?.flatten();
    Ok(text.unwrap_or_default())
}

fn unreadable(row: &str) -> DbErr {
    DbErr::Type(format!("a product cannot be read: {}", row.replace(COLUMN, " | ")))
}

fn unit_of(row: &str) -> Option<(ProductId, ProductUnit)> {
    let mut columns = row.split(COLUMN);
    let product = ProductId(columns.next()?.parse().ok()?);
    let unit = columns.next()?.parse().ok()?;
    let factor = Factor::new(columns.next()?.parse().ok()?, columns.next()?.parse().ok()?).ok()?;
    Some((product, ProductUnit { unit, factor }))
}

fn product_of(row: &str, names: &Names, units: &mut AHashMap<ProductId, Vec<ProductUnit>>) -> Option<Product> {
    let mut columns = row.split(COLUMN);
    let mut next = || columns.next();
    let id = ProductId(next()?.parse().ok()?);
    let product = Product {
        id,
        sku: next()?.into(),
        title: next()?.into(),
        brand: names.shared(next()?),
        category: number(next()?).ok()?.map(CategoryId),
        stock_unit: next()?.parse::<UnitCode>().ok()?,
        units: sorted(units.remove(&id).unwrap_or_default()),
        fractional: !next()?.is_empty(),
        lifecycle: Lifecycle::from_word(next()?)?,
        backorder: !next()?.is_empty(),
        min: number(next()?).ok()?.map(Quantity::from_micros),
        max: number(next()?).ok()?.map(Quantity::from_micros),
        multiple: number(next()?).ok()?.map(Quantity::from_micros),
        lead_time_days: number(next()?).ok()?.map(i32::try_from).transpose().ok()?,
        mpn: some_text(next()?).map(Into::into),
        version: next()?.parse().ok()?,
    };
    Some(product)
}

fn sorted(mut units: Vec<ProductUnit>) -> Box<[ProductUnit]> {
    units.sort_unstable_by_key(|unit| unit.unit);
    units.into()
}

fn some_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A number, or nothing where the column is empty.
fn number(text: &str) -> Result<Option<i64>, ParseIntError> {
    some_text(text).map(str::parse).transpose()
}
