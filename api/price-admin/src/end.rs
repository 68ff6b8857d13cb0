//! Ending everything in a price list, in a constant number of statements.

use entity::{Instant, PriceListId};
use sea_orm::ConnectionTrait as _;
use store::Db as _;

use super::change::{ChangedPart, PriceChange};
use super::error::PriceAdminError;
use store::database::Tx;

/// How many entries ended, and how many would have begun later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) ended: u64,
    pub(super) withdrawn: u64,
}

/// Ends all entries of a list at an instant.
pub(super) async fn end_entries(
    tx: &Tx,
    change: &PriceChange,
    list: PriceListId,
    until: Instant,
) -> Result<Ended, PriceAdminError> {
    change.touches(tx, ChangedPart::List(list)).await?;
    let old = "update price_entries set superseded_at = $1, end_change_id = $2 where list_id = $3 and superseded_at is null \
               and (valid_until is null or valid_until > $4)";
    let values = vec![change.recorded_at.0.into(), change.version.into(), list.0.into(), until.0.into()];
    let superseded = tx.execute_raw(tx.statement(old, values)).await?.rows_affected();
    let ending = "from price_entries where list_id = $1 and end_change_id = $2 and superseded_at = $3 \
                  and (valid_from is null or valid_from < $4)";
    let values = || vec![list.0.into(), change.version.into(), change.recorded_at.0.into(), until.0.into()];
    let count: i64 = tx.first_value(tx.statement(format!("select count(*) {ending}"), values())).await?;
    let ended = u64::try_from(count).unwrap_or_default();
    if count > 0 {
        // Ids are drawn where the database draws them.
        let id = if tx.is_sqlite() {
            let first = tx.ids(ended as usize).await?.first().copied().unwrap_or_default();
            format!("{first} + row_number() over (order by id) - 1")
        } else {
            "nextval('bulkhead_ids')".to_owned()
        };
        let new = format!(
            "insert into price_entries (id, list_id, product_id, unit, currency, min_quantity, unit_price, per, valid_from, \
             valid_until, recorded_at, change_id) select {id}, list_id, product_id, unit, currency, min_quantity, unit_price, \
             per, valid_from, cast($4 as bigint), cast($3 as bigint), cast($2 as bigint) {ending}"
        );
        tx.execute_raw(tx.statement(new, values())).await?;
    }
    Ok(Ended { ended, withdrawn: superseded.saturating_sub(ended) })
}
