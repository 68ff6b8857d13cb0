//! The rows of the queue: enqueued, taken, finished, failed, and run again.

use std::sync::atomic::Ordering;

use entity::{BackgroundJobId, Instant, background_jobs as rows};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use sea_orm::{QuerySelect as _, Set};

use super::LEASE;
use super::job::Job;
use crate::bound_rows::BoundRows;
use crate::clock::later;
use crate::database::Tx;
use crate::error::StoreError;
use crate::row::Db;
use crate::sql::{fetch, fetch_one, insert_all, key_list, texts_value};

impl Tx {
    /// Enqueues a job to be done once this transaction has committed, and not before `due`.
    pub async fn enqueue<J: Job>(&self, job: &J, due: Instant) -> Result<BackgroundJobId, StoreError> {
        let ids = self.enqueue_all(std::slice::from_ref(job), due).await?;
        ids.first().copied().ok_or_else(|| StoreError::Internal("no job was enqueued".to_owned()))
    }

    /// Enqueues many jobs in as few statements as one.
    pub async fn enqueue_all<J: Job>(&self, jobs: &[J], due: Instant) -> Result<Vec<BackgroundJobId>, StoreError> {
        let ids: Vec<BackgroundJobId> = self.ids(jobs.len()).await?.into_iter().map(BackgroundJobId).collect();
        let mut models = Vec::with_capacity(jobs.len());
        for (id, job) in ids.iter().zip(jobs) {
            let payload = serde_json::to_string(job).map_err(|e| StoreError::Internal(format!("{}: {e}", J::KIND)))?;
            models.push(rows::ActiveModel {
                id: Set(*id),
                kind: Set(J::KIND.to_owned()),
                payload: Set(payload),
                attempts: Set(0),
                due_at: Set(due),
                leased_until: Set(None),
                dead_at: Set(None),
                last_error: Set(None),
                created_by: Set(self.actor().label.to_string()),
                created_at: Set(self.now()),
            });
        }
        insert_all(self, models, None).await?;
        self.enqueues.store(true, Ordering::Relaxed);
        Ok(ids)
    }
}

/// Which jobs a worker takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Claim {
    /// Those that are due, so many at most.
    Due(u64),
    /// One whose worker let its lease run out.
    Abandoned,
}

/// Takes jobs of these kinds: each gets a lease and a higher number of attempts.
pub(super) async fn claim(tx: &Tx, kinds: &[&str], now: Instant, what: Claim) -> Result<Vec<rows::Model>, DbErr> {
    let skip = tx.dialect("", "for update skip locked");
    let (condition, order, limit) = match what {
        Claim::Due(limit) => (DUE, "due_at, id", limit),
        Claim::Abandoned => (ABANDONED, "leased_until, id", 1),
    };
    let sql = format!(
        "with next as (select id from background_jobs where {condition} and kind in {} order by {order} limit {limit} {skip}) \
         update background_jobs set attempts = attempts + 1, leased_until = $3 where id in (select id from next) returning {COLUMNS}",
        key_list(tx, 2, "text"),
    );
    let values = vec![now.into(), texts_value(tx, kinds), later(now, LEASE).into()];
    let found = tx.entities::<rows::Entity>(tx.statement(sql, values), 0).await?;
    let mut taken: Vec<rows::Model> = found.into_iter().map(|row| row.entity).collect();
    taken.sort_unstable_by_key(|row| (row.due_at, row.id));
    Ok(taken)
}

/// The columns of a job, in the order of its entity.
const COLUMNS: &str = "id, kind, payload, attempts, due_at, leased_until, dead_at, last_error, created_by, created_at";
const DUE: &str = "leased_until is null and dead_at is null and due_at <= $1";
const ABANDONED: &str = "leased_until is not null and leased_until <= $1";

/// Whether there is a job to be taken.
pub(super) async fn any_due(db: &impl Db, kinds: &[&str], now: Instant) -> Result<bool, DbErr> {
    let kinds_sql = key_list(db, 2, "text");
    let first_of = |condition| {
        format!("select * from (select id from background_jobs where {condition} and kind in {kinds_sql} limit 1) as found")
    };
    let sql = format!("{} union all {}", first_of(DUE), first_of(ABANDONED));
    Ok(db.row(db.statement(sql, vec![now.into(), texts_value(db, kinds)])).await?.is_some())
}

/// Deletes jobs that end with this transaction, and says which of them were still its worker's.
pub(super) async fn finish(tx: &Tx, jobs: &[rows::Model]) -> Result<Vec<BackgroundJobId>, DbErr> {
    let mut ended = BoundRows::new(tx, &["id", "attempts"], &[]);
    for job in jobs {
        ended.push(&[job.id.0, i64::from(job.attempts)], &[]);
    }
    let sql = format!(
        "delete from background_jobs where (id, attempts) in {} and leased_until is not null returning id",
        ended.source(1)
    );
    let finished = tx.rows(tx.statement(sql, ended.into_values())).await?;
    finished.iter().map(|row| row.get(0).map(BackgroundJobId)).collect()
}

/// What becomes of a job that failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// It is tried again.
    Retry { due: Instant },
    /// It is given up.
    Dead { at: Instant },
}

/// Gives a job back with its error, unless another worker has taken it meanwhile.
pub(super) async fn fail(tx: &Tx, job: &rows::Model, error: String, fate: Fate) -> Result<(), DbErr> {
    let (due, dead) = match fate {
        Fate::Retry { due } => (due, None),
        Fate::Dead { at } => (job.due_at, Some(at)),
    };
    let still_taken = rows::Entity::update_many()
        .filter(rows::Column::Id.eq(job.id))
        .filter(rows::Column::Attempts.eq(job.attempts))
        .filter(rows::Column::LeasedUntil.is_not_null());
    let update = still_taken.set(rows::ActiveModel {
        due_at: Set(due),
        leased_until: Set(None),
        dead_at: Set(dead),
        last_error: Set(Some(error)),
        ..Default::default()
    });
    update.exec(tx).await.map(drop)
}

/// Makes a dead job due now, with all its attempts before it. Says whether there was one.
pub async fn retry(tx: &Tx, id: BackgroundJobId) -> Result<bool, DbErr> {
    let dead = rows::Entity::update_many().filter(rows::Column::Id.eq(id)).filter(rows::Column::DeadAt.is_not_null());
    let update =
        dead.set(rows::ActiveModel { due_at: Set(tx.now()), attempts: Set(0), dead_at: Set(None), ..Default::default() });
    let found = update.exec(tx).await?.rows_affected > 0;
    if found {
        tx.enqueues.store(true, Ordering::Relaxed);
    }
    Ok(found)
}

/// Where a job is in its life. A job that is done exists no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its time.
    Queued,
    /// A worker has it.
    Running,
    /// It was given up.
    Dead,
}

impl JobState {
    /// The state of a job.
    pub fn of(row: &rows::Model) -> Self {
        match (row.dead_at, row.leased_until) {
            (Some(_), _) => Self::Dead,
            (None, Some(_)) => Self::Running,
            (None, None) => Self::Queued,
        }
    }
}

/// The jobs in a state, or all, the newest first: those with ids below `before`.
pub async fn list(
    db: &impl Db,
    state: Option<JobState>,
    before: Option<BackgroundJobId>,
    limit: u64,
) -> Result<Vec<rows::Model>, DbErr> {
    let mut select = rows::Entity::find().order_by_desc(rows::Column::Id).limit(limit);
    select = match state {
        None => select,
        Some(JobState::Dead) => select.filter(rows::Column::DeadAt.is_not_null()),
        Some(JobState::Running) => select.filter(rows::Column::LeasedUntil.is_not_null()),
        Some(JobState::Queued) => select.filter(rows::Column::DeadAt.is_null()).filter(rows::Column::LeasedUntil.is_null()),
    };
    if let Some(before) = before {
        select = select.filter(rows::Column::Id.lt(before));
    }
    fetch(db, select).await
}

/// The job with this id, if it is not done.
pub async fn one(db: &impl Db, id: BackgroundJobId) -> Result<Option<rows::Model>, DbErr> {
    fetch_one(db, rows::Entity::find_by_id(id)).await
}
