//! Recording the entries of price lists, by the thousands.
//!
//! An entry with the same product, unit, currency, smallest quantity and start as a current one takes its place. One that
//! says the same as the current one leaves it alone, so an upload can be repeated.

use ahash::{AHashMap, AHashSet};
use entity::{CurrencyCode, Instant, PriceEntryId, PriceListId, ProductId, Unit, price_entries};
use pricing::{Amount, Currency, Per, Quantity, UnitCode};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use store::Db;

use super::change::{ChangedPart, PriceChange};
use super::error::PriceAdminError;
use kernel::problem::CommonError;
use prices::EntryRow;
use store::BoundRows;
use store::database::Tx;
use store::sql::insert_values;

/// Entries in one statement.
const BATCH: usize = 2_000;

/// An entry to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEntry {
    pub product: ProductId,
    pub unit: UnitCode,
    pub currency: Currency,
    /// The smallest quantity of the SKU in the basket at which it applies.
    pub min_quantity: Quantity,
    /// The price of `per` units.
    pub unit_price: Amount,
    pub per: Per,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryOutcome {
    /// It is new.
    Created(PriceEntryId),
    /// It took the place of another.
    Replaced(PriceEntryId),
    /// The current one says the same.
    Unchanged(PriceEntryId),
    /// An earlier row of the request has the same entry.
    Duplicate,
}

/// What two entries must have in common for one to take the other's place.
type Key = (ProductId, UnitCode, Currency, Quantity, Option<Instant>);

fn key(entry: &NewEntry) -> Key {
    (entry.product, entry.unit, entry.currency, entry.min_quantity, entry.valid_from)
}

/// A recorded entry as one that could be recorded.
pub(crate) fn entry_of(row: &EntryRow) -> NewEntry {
    NewEntry {
        product: ProductId(row.product),
        unit: row.unit,
        currency: row.currency,
        min_quantity: row.min_quantity,
        unit_price: row.unit_price,
        per: row.per,
        valid_from: row.times.valid_from.map(Into::into),
        valid_until: row.times.valid_until.map(Into::into),
    }
}

/// Records entries of a list; gives what became of each, in order.
pub async fn put_entries(
    tx: &Tx,
    change: &PriceChange,
    list: PriceListId,
    entries: &[NewEntry],
) -> Result<Vec<EntryOutcome>, CommonError> {
    change.touches(tx, ChangedPart::List(list)).await?;
    let mut seen = AHashSet::with_capacity(entries.len());
    let mut outcomes = Vec::with_capacity(entries.len());
    for chunk in entries.chunks(BATCH) {
        let current = current(tx, list, chunk).await?;
        let mut ended = Vec::new();
        let mut fresh = Vec::with_capacity(chunk.len());
        for entry in chunk {
            if !seen.insert(key(entry)) {
                outcomes.push(EntryOutcome::Duplicate);
                continue;
            }
            match current.get(&key(entry)) {
                Some((id, old)) if old == entry => outcomes.push(EntryOutcome::Unchanged(*id)),
                found => {
                    ended.extend(found.map(|(id, _)| id.0));
                    // The id is drawn below, for all of them at once.
                    let made = if found.is_some() { EntryOutcome::Replaced } else { EntryOutcome::Created };
                    fresh.push((outcomes.len(), entry));
                    outcomes.push(made(PriceEntryId(0)));
                }
            }
        }
        let ids = tx.ids(fresh.len()).await?;
        change.supersede(tx, "price_entries", &ended).await?;
        insert(tx, change, list, &ids, &fresh).await?;
        for ((place, _), id) in fresh.iter().zip(ids) {
            if let EntryOutcome::Created(made) | EntryOutcome::Replaced(made) = &mut outcomes[*place] {
                *made = PriceEntryId(id);
            }
        }
    }
    Ok(outcomes)
}

/// The current entries that entries of a chunk may take the place of.
async fn current(tx: &Tx, list: PriceListId, chunk: &[NewEntry]) -> Result<AHashMap<Key, (PriceEntryId, NewEntry)>, DbErr> {
    let mut keys: Vec<(i64, i64)> = chunk.iter().map(|entry| (entry.product.0, entry.min_quantity.micros())).collect();
    keys.sort_unstable();
    keys.dedup();
    // The keys lead, whatever a planner thinks of the number of entries.
    let mut bound = BoundRows::new(tx, &["of_product", "threshold"], &[]);
    for (product, threshold) in &keys {
        bound.push(&[*product, *threshold], &[]);
    }
    let sql = format!(
        "select id, product_id, unit, currency, min_quantity, unit_price, per, valid_from, valid_until \
         from {} keys cross join price_entries where list_id = $1 and superseded_at is null and product_id = of_product \
         and min_quantity = threshold",
        bound.source(2)
    );
    let values = std::iter::once(list.0.into()).chain(bound.into_values());
    let rows = tx.rows(tx.statement(sql, values)).await?;
    let mut found = AHashMap::with_capacity(rows.len());
    for row in rows {
        let entry = NewEntry {
            product: ProductId(row.get(1)?),
            unit: row.get::<Unit>(2)?.into(),
            currency: row.get::<CurrencyCode>(3)?.into(),
            min_quantity: Quantity::from_micros(row.get(4)?),
            unit_price: Amount::from_micros(row.get(5)?),
            per: row.get::<entity::Per>(6)?.into(),
            valid_from: row.get(7)?,
            valid_until: row.get(8)?,
        };
        found.insert(key(&entry), (PriceEntryId(row.get(0)?), entry));
    }
    Ok(found)
}

async fn insert(
    tx: &Tx,
    change: &PriceChange,
    list: PriceListId,
    ids: &[i64],
    fresh: &[(usize, &NewEntry)],
) -> Result<(), DbErr> {
    let row = |(id, (_, entry)): (&i64, &(usize, &NewEntry))| {
        vec![
            (*id).into(),
            list.0.into(),
            entry.product.0.into(),
            entry.unit.as_str().into(),
            entry.currency.code().into(),
            entry.min_quantity.micros().into(),
            entry.unit_price.micros().into(),
            i64::from(entry.per.get()).into(),
            entry.valid_from.map(|at| at.0).into(),
            entry.valid_until.map(|at| at.0).into(),
            change.recorded_at.0.into(),
            change.version.into(),
        ]
    };
    let into = "price_entries (id, list_id, product_id, unit, currency, min_quantity, unit_price, per, valid_from, valid_until, \
                recorded_at, change_id)";
    insert_values(tx, into, ids.iter().zip(fresh).map(row).collect(), "").await
}

/// Ends an entry at an instant: it is replaced by one that is valid until then, or withdrawn when it would never be valid.
/// Gives the replacement.
pub(crate) async fn end_entry(
    tx: &Tx,
    change: &PriceChange,
    list: PriceListId,
    id: PriceEntryId,
    until: Instant,
) -> Result<Option<price_entries::Model>, PriceAdminError> {
    let old = price_entries::Entity::find_by_id(id)
        .filter(price_entries::Column::ListId.eq(list))
        .filter(price_entries::Column::SupersededAt.is_null());
    let old = old.one(tx).await?.ok_or_else(|| PriceAdminError::EntryNotFound(id.to_string()))?;
    change.touches(tx, ChangedPart::List(list)).await?;
    change.supersede(tx, "price_entries", &[id.0]).await?;
    if old.valid_from.is_some_and(|from| from >= until) {
        return Ok(None);
    }
    let until = old.valid_until.map_or(until, |end| end.min(until));
    let row = price_entries::Model {
        id: PriceEntryId(tx.id().await?),
        valid_until: Some(until),
        recorded_at: change.recorded_at,
        change_id: change.version,
        ..old
    };
    let active: price_entries::ActiveModel = row.clone().into();
    price_entries::Entity::insert(active.reset_all()).exec_without_returning(tx).await?;
    Ok(Some(row))
}
