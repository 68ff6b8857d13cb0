//! Collecting entries into a set, by the thousands.
//!
//! An entry of the same list, product, unit, currency, smallest quantity and start takes the place of the one in the set; one
//! that says the same leaves it alone.

use ahash::{AHashMap, AHashSet};
use entity::{CurrencyCode, Instant, PriceEntryId, PriceListId, ProductId, Unit};
use pricing::{Amount, Currency, Quantity, UnitCode};
use sea_orm::{ConnectionTrait, DbErr};
use store::{Db, Row};

use super::sets::{self, OpenSet};
use crate::error::PriceAdminError;
use crate::{EntryOutcome, NewEntry};
use store::database::Tx;
use store::sql::{ids_value, insert_values, key_list};

/// Entries in one statement.
const BATCH: usize = 2_000;

/// An entry and the list it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DraftEntry {
    pub list: PriceListId,
    pub entry: NewEntry,
}

type Key = (PriceListId, ProductId, UnitCode, Currency, Quantity, Option<Instant>);

fn key(draft: &DraftEntry) -> Key {
    let entry = &draft.entry;
    (draft.list, entry.product, entry.unit, entry.currency, entry.min_quantity, entry.valid_from)
}

/// Collects entries; gives what became of each, in order.
pub(crate) async fn collect(tx: &Tx, set: &OpenSet, entries: &[DraftEntry]) -> Result<Vec<EntryOutcome>, PriceAdminError> {
    sets::touch(tx, set).await?;
    let mut seen = AHashSet::with_capacity(entries.len());
    let mut outcomes = Vec::with_capacity(entries.len());
    for chunk in entries.chunks(BATCH) {
        let standing = standing(tx, set, chunk).await?;
        let mut fresh = Vec::with_capacity(chunk.len());
        for draft in chunk {
            if !seen.insert(key(draft)) {
                outcomes.push(EntryOutcome::Duplicate);
                continue;
            }
            outcomes.push(match standing.get(&key(draft)) {
                Some((id, old)) if old == draft => EntryOutcome::Unchanged(*id),
                found => {
                    fresh.push((outcomes.len(), draft));
                    // The id is drawn below, for all of them at once.
                    let made = if found.is_some() { EntryOutcome::Replaced } else { EntryOutcome::Created };
                    made(PriceEntryId(0))
                }
            });
        }
        let ids = tx.ids(fresh.len()).await?;
        insert(tx, set, &ids, &fresh).await?;
        for ((place, _), id) in fresh.iter().zip(ids) {
            if let EntryOutcome::Created(made) | EntryOutcome::Replaced(made) = &mut outcomes[*place] {
                *made = PriceEntryId(id);
            }
        }
    }
    Ok(outcomes)
}

const COLUMNS: &str = "id, list_id, product_id, unit, currency, min_quantity, unit_price, per, starts_at, valid_until";

async fn standing(tx: &Tx, set: &OpenSet, chunk: &[DraftEntry]) -> Result<AHashMap<Key, (PriceEntryId, DraftEntry)>, DbErr> {
    let mut products: Vec<i64> = chunk.iter().map(|draft| draft.entry.product.0).collect();
    products.sort_unstable();
    products.dedup();
    let keys = ids_value(tx, products);
    let sql = format!(
        "select {COLUMNS} from price_change_set_entries where set_id = $1 and product_id in {}",
        key_list(tx, 2, "bigint")
    );
    let rows = tx.rows(tx.statement(sql, vec![set.id.0.into(), keys])).await?;
    rows.iter().map(|row| read(row).map(|(id, draft)| (key(&draft), (id, draft)))).collect()
}

/// Entries of a set whose products lie in a range of ids, by product.
pub(super) async fn between(
    db: &impl Db,
    set: &OpenSet,
    products: std::ops::RangeInclusive<i64>,
) -> Result<Vec<(PriceEntryId, DraftEntry)>, DbErr> {
    let sql = format!(
        "select {COLUMNS} from price_change_set_entries where set_id = $1 and product_id >= $2 and product_id <= $3 \
         order by product_id, list_id, unit, currency, min_quantity, starts_at"
    );
    let values = vec![set.id.0.into(), (*products.start()).into(), (*products.end()).into()];
    db.rows(db.statement(sql, values)).await?.iter().map(read).collect()
}

/// An entry of a set.
pub(super) fn read(row: &Row) -> Result<(PriceEntryId, DraftEntry), DbErr> {
    let starts_at: i64 = row.get(8)?;
    let entry = NewEntry {
        product: ProductId(row.get(2)?),
        unit: row.get::<Unit>(3)?.into(),
        currency: row.get::<CurrencyCode>(4)?.into(),
        min_quantity: Quantity::from_micros(row.get(5)?),
        unit_price: Amount::from_micros(row.get(6)?),
        per: row.get::<entity::Per>(7)?.into(),
        valid_from: (starts_at >= 0).then_some(Instant(starts_at)),
        valid_until: row.get(9)?,
    };
    Ok((PriceEntryId(row.get(0)?), DraftEntry { list: PriceListId(row.get(1)?), entry }))
}

async fn insert(tx: &Tx, set: &OpenSet, ids: &[i64], fresh: &[(usize, &DraftEntry)]) -> Result<(), DbErr> {
    let row = |(id, (_, draft)): (&i64, &(usize, &DraftEntry))| {
        let entry = &draft.entry;
        vec![
            set.id.0.into(),
            (*id).into(),
            draft.list.0.into(),
            entry.product.0.into(),
            entry.unit.as_str().into(),
            entry.currency.code().into(),
            entry.min_quantity.micros().into(),
            entry.unit_price.micros().into(),
            i64::from(entry.per.get()).into(),
            entry.valid_from.map_or(-1, |at| at.0).into(),
            entry.valid_until.map(|at| at.0).into(),
        ]
    };
    let then = "on conflict (set_id, product_id, list_id, unit, currency, min_quantity, starts_at) do update set \
                id = excluded.id, unit_price = excluded.unit_price, per = excluded.per, valid_until = excluded.valid_until";
    let into = format!("price_change_set_entries (set_id, {COLUMNS})");
    insert_values(tx, &into, ids.iter().zip(fresh).map(row).collect(), then).await
}

/// Takes an entry out of a set.
pub(super) async fn remove(tx: &Tx, set: &OpenSet, id: PriceEntryId) -> Result<(), PriceAdminError> {
    sets::touch(tx, set).await?;
    let sql = "delete from price_change_set_entries where set_id = $1 and id = $2";
    let done = tx.execute_raw(tx.statement(sql, vec![set.id.0.into(), id.0.into()])).await?;
    if done.rows_affected() == 0 { Err(PriceAdminError::EntryNotFound(id.to_string())) } else { Ok(()) }
}

/// Entries of a set in the order in which they came, after an id.
pub(super) async fn page(
    db: &impl Db,
    set: entity::PriceChangeSetId,
    after: i64,
    limit: u64,
) -> Result<Vec<(PriceEntryId, DraftEntry)>, DbErr> {
    let sql = format!("select {COLUMNS} from price_change_set_entries where set_id = $1 and id > $2 order by id limit $3");
    let values = vec![set.0.into(), after.into(), (limit as i64).into()];
    db.rows(db.statement(sql, values)).await?.iter().map(read).collect()
}
