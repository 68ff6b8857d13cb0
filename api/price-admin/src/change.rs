//! Price versions: every transaction that changes prices takes the next one first.
//!
//! The row's lock puts price changes in line, and makes them wait for transactions that hold the version to place an order.
//! The instant is read after the lock was got, so what was placed before it was also priced before it.

use entity::{ContractId, Instant, PriceListId, PromotionId, price_changes};
use sea_orm::{ConnectionTrait, EntityTrait, Set, Value};
use store::Db;

use kernel::problem::CommonError;
use prices::events::PricesChanged;
use store::clock;
use store::database::Tx;
use store::sql::{ids_value, key_chunks, key_list};

/// What a price version may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangedPart {
    List(PriceListId),
    Contract(ContractId),
    Promotion(PromotionId),
}

impl ChangedPart {
    /// As `price_change_parts` has it.
    pub(super) const fn key(self) -> (&'static str, i64) {
        match self {
            Self::List(PriceListId(id)) => ("price_list", id),
            Self::Contract(ContractId(id)) => ("contract", id),
            Self::Promotion(PromotionId(id)) => ("promotion", id),
        }
    }
}

/// A price version being recorded. Every row of it carries its number and instant.
#[derive(Clone, Copy, Debug)]
pub struct PriceChange {
    pub version: i64,
    pub recorded_at: Instant,
}

impl PriceChange {
    /// Takes the next version for this transaction and records `prices.changed` about `subject`, as `price-list/STANDARD`.
    /// To be called once in a transaction, before it touches anything else of prices.
    pub async fn begin(tx: &Tx, subject: String) -> Result<Self, CommonError> {
        // A version that a checkout has read is in the book, and must never be taken again by another change.
        tx.commit_alone();
        let take = "update price_versions set version = version + 1 where id = 1 returning version, recorded_at";
        let row = tx.row(tx.statement(take, [])).await?;
        let row = row.ok_or_else(|| CommonError::Internal("price_versions has no row".to_owned()))?;
        let (version, before): (i64, i64) = (row.get(0)?, row.get(1)?);
        let recorded_at = Instant(clock::now().0.max(before.saturating_add(1)));
        let set = "update price_versions set recorded_at = $1 where id = 1";
        tx.execute_raw(tx.statement(set, [recorded_at.0.into()])).await?;
        let change = price_changes::ActiveModel {
            version: Set(version),
            recorded_at: Set(recorded_at),
            actor: Set(tx.actor().label.to_string()),
        };
        price_changes::Entity::insert(change).exec_without_returning(tx).await?;
        tx.record(&PricesChanged { version, changed: subject });
        Ok(Self { version, recorded_at })
    }

    /// Notes that this version touches something, so that its history is found again.
    pub(super) async fn touches(&self, tx: &Tx, part: ChangedPart) -> Result<(), CommonError> {
        let (kind, owner) = part.key();
        let sql = "insert into price_change_parts (kind, owner_id, version) values ($1, $2, $3) on conflict do nothing";
        let values: [Value; 3] = [kind.into(), owner.into(), self.version.into()];
        tx.execute_raw(tx.statement(sql, values)).await?;
        Ok(())
    }

    /// Says of rows of a table that this version ended them.
    pub(super) async fn supersede(&self, tx: &Tx, table: &str, ids: &[i64]) -> Result<(), CommonError> {
        let keys = key_list(tx, 3, "bigint");
        let sql =
            format!("update {table} set superseded_at = $1, end_change_id = $2 where superseded_at is null and id in {keys}");
        for chunk in key_chunks(ids) {
            let keys = ids_value(tx, chunk.iter().copied());
            let values: [Value; 3] = [self.recorded_at.0.into(), self.version.into(), keys];
            tx.execute_raw(tx.statement(&sql, values)).await?;
        }
        Ok(())
    }
}

/// Placeholders `$first, …` of a short list; for a long one see [`key_list`].
pub(super) fn placeholders(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}
