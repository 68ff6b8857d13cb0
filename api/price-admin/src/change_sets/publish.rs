//! Publishing a set: in one transaction, as one price version.
//!
//! Entries go from one table into the other in a constant number of statements, however many they are. Drafted entries keep
//! the ids they were shown with.

use entity::{ChangeSetStatus, Instant, price_change_sets};
use sea_orm::{ConnectionTrait as _, DbErr, Value};
use serde::{Deserialize, Serialize};
use store::Db;

use super::agreements::{self, Draft, Proposed};
use super::sets::{self, Closing, OpenSet};
use crate::change::PriceChange;
use crate::error::PriceAdminError;
use crate::input::Names;
use crate::{NewContract, NewPromotion, contract, promotion, put_contract, put_promotion};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{VersionMatch, check_version};
use prices::BadInput;
use store::database::Tx;

/// What became of what stood in a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) created: u64,
    pub(super) replaced: u64,
    pub(super) unchanged: u64,
    pub(super) contracts: u64,
    pub(super) promotions: u64,
}

/// How a set is published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Publication {
    /// From when on its rows apply; none for at once.
    pub(super) valid_from: Option<Instant>,
    /// The version of the set that the caller looked at, if it said one.
    pub(super) expected: Option<VersionMatch>,
}

/// Faults that are reported one by one.
const MOST_FAULTS: i64 = 20;

/// When a drafted entry begins to apply: at its own start, else with the publication (`$2`, -1 for at once).
const START: &str = "(case when d.starts_at >= 0 then d.starts_at else cast($2 as bigint) end)";
/// Whether a recorded entry `e` is the one whose place a drafted entry `d` takes.
const SAME_CASE: &str = "e.product_id = d.product_id and e.list_id = d.list_id and e.superseded_at is null \
                         and e.unit = d.unit and e.currency = d.currency and e.min_quantity = d.min_quantity";

/// Publishes a set.
pub(super) async fn publish(
    tx: &Tx,
    set: &OpenSet,
    publication: Publication,
    names: &Names<'_>,
) -> Result<price_change_sets::Model, PriceAdminError> {
    let version = sets::touch(tx, set).await? - 1;
    check_version(publication.expected, Some(version))?;
    check_entries(tx, set, publication.valid_from).await?;
    let drafts = agreements::all(tx, set, names).await?;
    let change = PriceChange::begin(tx, format!("price-change-set/{}", set.code)).await?;
    let mut outcome = record_entries(tx, set, &change, publication.valid_from).await?;
    let mut wrong = Vec::new();
    for draft in drafts {
        record_agreement(tx, &change, draft, publication.valid_from, &mut outcome, &mut wrong).await?;
    }
    BadInput::check(wrong)?;
    let closing = Closing {
        status: ChangeSetStatus::Published,
        price_version: Some(change.version),
        valid_from: publication.valid_from,
        outcome: serde_json::to_string(&outcome).map_err(|error| CommonError::Internal(error.to_string()))?,
    };
    sets::close(tx, set, closing).await
}

fn values(set: &OpenSet, valid_from: Option<Instant>) -> Vec<Value> {
    vec![set.id.0.into(), valid_from.map_or(-1, |at| at.0).into()]
}

/// Refuses entries that would end before they begin, and two that would begin together.
async fn check_entries(tx: &Tx, set: &OpenSet, valid_from: Option<Instant>) -> Result<(), PriceAdminError> {
    let Some(_) = valid_from else { return Ok(()) };
    let ended = format!(
        "select d.id from price_change_set_entries d where d.set_id = $1 and d.valid_until is not null \
         and d.valid_until <= {START} order by d.id limit {MOST_FAULTS}"
    );
    let twice = format!(
        "select d.id from price_change_set_entries d join price_change_set_entries o on o.set_id = d.set_id \
         and o.product_id = d.product_id and o.list_id = d.list_id and o.unit = d.unit and o.currency = d.currency \
         and o.min_quantity = d.min_quantity and o.starts_at = cast($2 as bigint) \
         where d.set_id = $1 and d.starts_at = -1 order by d.id limit {MOST_FAULTS}"
    );
    let mut faults = Vec::new();
    for (sql, field, code, detail) in [
        (ended, "/valid_until", FieldCode::EndsBeforeStart, "valid_until must be after the publication begins"),
        (twice, "", FieldCode::Duplicate, "another entry for the same case begins when the publication does; remove one of them"),
    ] {
        for row in tx.rows(tx.statement(sql, values(set, valid_from))).await? {
            let id: i64 = row.get(0)?;
            faults.push(FieldError::new(format!("/entries/{id}{field}"), code, detail));
        }
    }
    Ok(BadInput::check(faults)?)
}

async fn record_entries(tx: &Tx, set: &OpenSet, change: &PriceChange, valid_from: Option<Instant>) -> Result<Outcome, DbErr> {
    let values = || {
        let mut values = values(set, valid_from);
        values.extend([change.recorded_at.0.into(), change.version.into()]);
        values
    };
    let run = async |sql: String, values| tx.execute_raw(tx.statement(sql, values)).await.map(|done| done.rows_affected());
    let all = "select count(*) from price_change_set_entries where set_id = $1";
    let all: i64 = tx.first_value(tx.statement(all, vec![set.id.0.into()])).await?;
    if all == 0 {
        return Ok(Outcome::default());
    }
    let replaced = run(
        format!(
            "update price_entries set superseded_at = $3, end_change_id = $4 where id in (\
             select e.id from price_change_set_entries d join price_entries e on {SAME_CASE} \
             and coalesce(e.valid_from, -1) = {START} where d.set_id = $1 and not (e.unit_price = d.unit_price \
             and e.per = d.per and coalesce(e.valid_until, -1) = coalesce(d.valid_until, -1)))"
        ),
        values(),
    );
    let replaced = replaced.await?;
    // A current entry for the same case with the same price needs no change.
    let written = run(
        format!(
            "insert into price_entries (id, list_id, product_id, unit, currency, min_quantity, unit_price, per, valid_from, \
             valid_until, recorded_at, change_id) select d.id, d.list_id, d.product_id, d.unit, d.currency, d.min_quantity, \
             d.unit_price, d.per, nullif({START}, -1), d.valid_until, $3, $4 from price_change_set_entries d \
             where d.set_id = $1 and not exists (select 1 from price_entries e where {SAME_CASE} \
             and coalesce(e.valid_from, -1) = {START}) order by d.id"
        ),
        values(),
    );
    let written = written.await?;
    let parts = "insert into price_change_parts (kind, owner_id, version) select distinct 'price_list', list_id, \
                 cast($2 as bigint) from price_change_set_entries where set_id = $1";
    run(parts.to_owned(), vec![set.id.0.into(), change.version.into()]).await?;
    let unchanged = u64::try_from(all).unwrap_or_default().saturating_sub(written);
    Ok(Outcome { created: written.saturating_sub(replaced), replaced, unchanged, ..Outcome::default() })
}

/// Records a contract or promotion of the set, or notes why it cannot be.
async fn record_agreement(
    tx: &Tx,
    change: &PriceChange,
    draft: Draft,
    valid_from: Option<Instant>,
    outcome: &mut Outcome,
    wrong: &mut Vec<FieldError>,
) -> Result<(), PriceAdminError> {
    let pointer = draft.pointer();
    let mut refuse = |code: FieldCode, detail: &str| wrong.push(FieldError::new(pointer.clone(), code, detail));
    match draft.proposed {
        Proposed::Contract(proposed) => {
            let old = contract::find_if_any(tx, &draft.code).await?;
            if old.as_ref().map(|old| old.terms.change_id) != draft.base {
                refuse(FieldCode::OutdatedDraft, OUTDATED);
                return Ok(());
            }
            let dated = match valid_from {
                Some(at) => contract::from_then_on(old.as_ref(), proposed, at),
                None => Some(proposed),
            };
            match dated {
                None => refuse(
                    FieldCode::NoDatePossible,
                    "only the lines of an existing contract can change at a date; publish at once or remove the contract",
                ),
                Some(proposed) if never_applies(&proposed) => {
                    refuse(FieldCode::EndsBeforeStart, "valid_until must be after the publication begins");
                }
                Some(proposed) => {
                    put_contract(tx, change, proposed, draft.base.map(VersionMatch::Exactly)).await?;
                    outcome.contracts += 1;
                }
            }
        }
        Proposed::Promotion(proposed) => {
            let old = promotion::version_of(tx, &draft.code).await?;
            if old != draft.base {
                refuse(FieldCode::OutdatedDraft, OUTDATED);
                return Ok(());
            }
            if old.is_some() && valid_from.is_some() {
                refuse(FieldCode::NoDatePossible, "an existing promotion changes at once; give the later one a code of its own");
                return Ok(());
            }
            let start = proposed.valid_from.max(valid_from);
            if start.zip(proposed.valid_until).is_some_and(|(from, until)| until <= from) {
                refuse(FieldCode::EndsBeforeStart, "valid_until must be after the publication begins");
                return Ok(());
            }
            put_promotion(tx, change, NewPromotion { valid_from: start, ..proposed }, None).await?;
            outcome.promotions += 1;
        }
    }
    Ok(())
}

const OUTDATED: &str = "it was changed since it was drafted; draft it again";

/// Whether a contract or one of its lines would end before it begins.
fn never_applies(proposed: &NewContract) -> bool {
    let lines = proposed.lines.iter().map(|line| (line.valid_from, line.valid_until));
    let mut spans = lines.chain([(proposed.valid_from, proposed.valid_until)]);
    spans.any(|(from, until)| from.zip(until).is_some_and(|(from, until)| until <= from))
}
