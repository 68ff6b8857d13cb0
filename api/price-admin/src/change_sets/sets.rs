//! The sets themselves: creating, finding, changing, dropping.

use entity::{ChangeSetStatus, Instant, PriceChangeSetId, price_change_sets as rows};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};
use store::{Db, Row};

use crate::change::placeholders;
use crate::error::PriceAdminError;
use crate::events::{ChangeSetChanged, ChangeSetDetails, ChangeSetDropped, ChangeSetPublished};
use kernel::wire::PageRequest;
use store::database::{Lock, Tx};

/// A set that may be changed.
#[derive(Clone, Debug)]
pub(crate) struct OpenSet {
    pub id: PriceChangeSetId,
    pub code: String,
}

/// The set of a code.
pub(super) async fn find(db: &impl Db, code: &str) -> Result<rows::Model, PriceAdminError> {
    let found = rows::Entity::find().filter(rows::Column::Code.eq(code)).one(db).await?;
    found.ok_or_else(|| PriceAdminError::ChangeSetNotFound(code.to_owned()))
}

/// The set of a code, if it can still be changed.
pub(super) async fn find_open(db: &impl Db, code: &str) -> Result<OpenSet, PriceAdminError> {
    let set = find(db, code).await?;
    match set.status {
        ChangeSetStatus::Draft => Ok(OpenSet { id: set.id, code: set.code }),
        closed => Err(PriceAdminError::ChangeSetClosed(set.code, closed.word())),
    }
}

/// Sets in the order they were created; only those of a status, if one is given.
pub(super) async fn list(db: &impl Db, status: Option<ChangeSetStatus>, page: PageRequest) -> Result<Vec<rows::Model>, DbErr> {
    let mut select = rows::Entity::find();
    if let Some(status) = status {
        select = select.filter(rows::Column::Status.eq(status));
    }
    page.ascending(select, rows::Column::Id).all(db).await
}

/// The number of entries of each set. Sets without entries are left out.
pub(super) async fn entry_counts(db: &impl Db, sets: &[PriceChangeSetId]) -> Result<Vec<(PriceChangeSetId, u64)>, DbErr> {
    if sets.is_empty() {
        return Ok(Vec::new());
    }
    let places = placeholders(1, sets.len());
    let sql = format!("select set_id, count(*) from price_change_set_entries where set_id in ({places}) group by set_id");
    let values = sets.iter().map(|set| set.0.into());
    let count = |row: &Row| {
        let count: i64 = row.get(1)?;
        Ok((row.get(0)?, u64::try_from(count).unwrap_or_default()))
    };
    db.rows(db.statement(sql, values)).await?.iter().map(count).collect()
}

/// Creates the set or gives it another name.
pub(super) async fn put(tx: &Tx, code: &str, name: String) -> Result<rows::Model, PriceAdminError> {
    tx.lock(Lock::PriceChangeSets).await?;
    let old = match find(tx, code).await {
        Ok(old) => old,
        Err(PriceAdminError::ChangeSetNotFound(_)) => return create(tx, code, name).await,
        Err(error) => return Err(error),
    };
    if old.status != ChangeSetStatus::Draft {
        return Err(PriceAdminError::ChangeSetClosed(old.code, old.status.word()));
    }
    if old.name == name {
        return Ok(old);
    }
    let set = OpenSet { id: old.id, code: old.code.clone() };
    let version = touch(tx, &set).await?;
    let renamed = rows::Entity::update_many().col_expr(rows::Column::Name, Expr::value(name.clone()));
    renamed.filter(rows::Column::Id.eq(old.id)).exec(tx).await?;
    Ok(rows::Model { name, version, updated_at: tx.now(), ..old })
}

async fn create(tx: &Tx, code: &str, name: String) -> Result<rows::Model, PriceAdminError> {
    let row = rows::Model {
        id: PriceChangeSetId(tx.id().await?),
        code: code.to_owned(),
        name,
        status: ChangeSetStatus::Draft,
        version: 1,
        created_by: tx.actor().label.to_string(),
        created_at: tx.now(),
        updated_at: tx.now(),
        closed_by: None,
        closed_at: None,
        price_version: None,
        valid_from: None,
        outcome: String::new(),
    };
    rows::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
    tx.record(&ChangeSetChanged(details(code, 1)));
    Ok(row)
}

/// Says that a set changes in this transaction: its version rises by one, and nobody else changes it before the transaction
/// ends.
pub(super) async fn touch(tx: &Tx, set: &OpenSet) -> Result<i64, PriceAdminError> {
    let sql = "update price_change_sets set version = version + 1, updated_at = $1 where id = $2 and status = 'draft' \
               returning version";
    let update = tx.statement(sql, [tx.now().0.into(), set.id.0.into()]);
    let Some(row) = tx.row(update).await? else {
        let set = find(tx, &set.code).await?;
        return Err(PriceAdminError::ChangeSetClosed(set.code, set.status.word()));
    };
    let version = row.get(0)?;
    tx.record(&ChangeSetChanged(details(&set.code, version)));
    Ok(version)
}

/// How a set ended.
#[derive(Clone, Debug)]
pub(super) struct Closing {
    pub(super) status: ChangeSetStatus,
    pub(super) price_version: Option<i64>,
    pub(super) valid_from: Option<Instant>,
    pub(super) outcome: String,
}

/// Ends a set that this transaction [touched](touch); what was collected is forgotten, its counts stay.
pub(super) async fn close(tx: &Tx, set: &OpenSet, closing: Closing) -> Result<rows::Model, PriceAdminError> {
    let published = closing.status == ChangeSetStatus::Published;
    rows::Entity::update_many()
        .col_expr(rows::Column::Status, Expr::value(closing.status.word()))
        .col_expr(rows::Column::ClosedBy, Expr::value(tx.actor().label.to_string()))
        .col_expr(rows::Column::ClosedAt, Expr::value(tx.now().0))
        .col_expr(rows::Column::PriceVersion, Expr::value(closing.price_version))
        .col_expr(rows::Column::ValidFrom, Expr::value(closing.valid_from.map(|at| at.0)))
        .col_expr(rows::Column::Outcome, Expr::value(closing.outcome))
        .filter(rows::Column::Id.eq(set.id).and(Expr::col(rows::Column::Status).eq(ChangeSetStatus::Draft.word())))
        .exec(tx)
        .await?;
    let sql = "delete from price_change_set_entries where set_id = $1";
    tx.execute_raw(tx.statement(sql, [set.id.0.into()])).await?;
    let closed = find(tx, &set.code).await?;
    let details = details(&set.code, closed.version);
    if published {
        tx.record(&ChangeSetPublished(details));
    } else {
        tx.record(&ChangeSetDropped(details));
    }
    Ok(closed)
}

fn details(code: &str, version: i64) -> ChangeSetDetails {
    ChangeSetDetails { code: code.to_owned(), version }
}
