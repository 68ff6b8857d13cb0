//! The current entries of a list, product by product, so that lists of any size are gone through in bounded memory.

use entity::{PriceEntryId, PriceListId, ProductId};
use sea_orm::DbErr;
use store::Db;

use super::entries::{NewEntry, entry_of};
use prices::packed_rows;

/// Products looked at together.
const PRODUCTS: i64 = 1_000;

/// A current entry of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct CurrentEntry {
    pub(super) id: PriceEntryId,
    pub(super) entry: NewEntry,
}

/// The entries of the next products of a list after one, by product; none at the end.
pub(super) async fn after(db: &impl Db, list: PriceListId, product: ProductId) -> Result<Vec<CurrentEntry>, DbErr> {
    let sql = "select max(product_id) from (select distinct product_id from price_entries where superseded_at is null \
               and list_id = $1 and product_id > $2 order by product_id limit $3) batch";
    let row = db.row(db.statement(sql, vec![list.0.into(), product.0.into(), PRODUCTS.into()])).await?;
    let last: Option<i64> = row.map_or(Ok(None), |row| row.get(0))?;
    let Some(last) = last else { return Ok(Vec::new()) };
    let rows = packed_rows::current_entries_between(db, list, product.0 + 1, last).await?;
    let mut found: Vec<CurrentEntry> =
        rows.iter().map(|row| CurrentEntry { id: PriceEntryId(row.id), entry: entry_of(row) }).collect();
    found.sort_unstable_by_key(|standing| (standing.entry.product, standing.id));
    Ok(found)
}
