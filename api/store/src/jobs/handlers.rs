//! Who does the jobs of a kind.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use entity::{BackgroundJobId, background_jobs};
use futures_util::FutureExt as _;

use super::job::Job;
use super::{TIME_LIMIT, queue};
use crate::database::Tx;
use crate::error::BoxError;
use crate::system::System;

/// Does jobs whose effects are rows of the database and nothing else.
#[async_trait::async_trait]
pub trait JobHandler<J: Job>: Send + Sync + 'static {
    /// Does the job inside the transaction that finishes it. It may run more often than it commits, so it must change nothing but
    /// rows.
    async fn run(&self, tx: &Tx, job: J) -> Result<(), BoxError>;
}

/// Does jobs with effects outside the database.
#[async_trait::async_trait]
pub trait OutsideJobHandler<J: Job>: Send + Sync + 'static {
    /// What the outside answered.
    type Answer: Send;
    /// Makes the call, outside any transaction. The outside recognises a repetition by `id`.
    async fn call(&self, id: BackgroundJobId, job: &J) -> Result<Self::Answer, BoxError>;
    /// Records the answer in the transaction that finishes the job.
    async fn record(&self, tx: &Tx, job: &J, answer: Self::Answer) -> Result<(), BoxError>;
}

/// The handlers of a process, by the kind of their jobs.
pub struct JobHandlers {
    inside: BTreeMap<&'static str, Inside>,
    outside: BTreeMap<&'static str, Outside>,
    time_limit: Duration,
}

impl Default for JobHandlers {
    fn default() -> Self {
        Self { inside: BTreeMap::new(), outside: BTreeMap::new(), time_limit: TIME_LIMIT }
    }
}

struct Inside {
    max_attempts: i32,
    run: Arc<dyn RunInside>,
}

struct Outside {
    max_attempts: i32,
    run: Arc<dyn RunOutside>,
}

impl JobHandlers {
    /// The same, with a handler of jobs whose effects are rows.
    pub fn with<J: Job>(mut self, handler: impl JobHandler<J>) -> Self {
        let run = Arc::new(Typed { handler, job: PhantomData::<fn() -> J> });
        self.inside.insert(J::KIND, Inside { max_attempts: J::MAX_ATTEMPTS, run });
        self
    }

    /// The same, with a handler of jobs with effects outside.
    pub fn with_outside<J: Job>(mut self, handler: impl OutsideJobHandler<J>) -> Self {
        let run = Arc::new(Typed { handler, job: PhantomData::<fn() -> J> });
        self.outside.insert(J::KIND, Outside { max_attempts: J::MAX_ATTEMPTS, run });
        self
    }

    /// The same, with another time after which a job that does not end has failed; shorter than a lease.
    pub fn with_time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit: time_limit.min(TIME_LIMIT), ..self }
    }

    /// The kinds of jobs whose effects are rows.
    pub(super) fn inside_kinds(&self) -> Vec<&'static str> {
        self.inside.keys().copied().collect()
    }

    /// The kinds of jobs with effects outside.
    pub(super) fn outside_kinds(&self) -> Vec<&'static str> {
        self.outside.keys().copied().collect()
    }

    /// How many times a job of this kind is tried.
    pub(super) fn max_attempts(&self, kind: &str) -> i32 {
        let inside = self.inside.get(kind).map(|handler| handler.max_attempts);
        inside.or_else(|| self.outside.get(kind).map(|handler| handler.max_attempts)).unwrap_or(i32::MAX)
    }

    /// Does a job whose effects are rows, in the transaction that finishes it.
    pub(super) async fn run_inside(&self, tx: &Tx, row: &background_jobs::Model) -> Result<(), BoxError> {
        let handler = self.inside.get(&*row.kind).ok_or("there is no handler of this kind")?;
        contained(handler.run.run(tx, &row.payload), self.time_limit).await
    }

    /// Does a job with effects outside, and finishes it.
    pub(super) async fn run_outside(&self, system: &System, row: &background_jobs::Model) -> Result<(), BoxError> {
        let handler = self.outside.get(&*row.kind).ok_or("there is no handler of this kind")?;
        contained(handler.run.run(system, row), self.time_limit).await
    }
}

/// Runs a handler; one that panics or does not end has failed.
async fn contained(run: impl Future<Output = Result<(), BoxError>>, limit: Duration) -> Result<(), BoxError> {
    match tokio::time::timeout(limit, AssertUnwindSafe(run).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(format!("the handler panicked: {}", text.unwrap_or_default()).into())
        }
        Err(_) => Err(format!("the handler did not end within {limit:?}").into()),
    }
}

#[async_trait::async_trait]
trait RunInside: Send + Sync {
    async fn run(&self, tx: &Tx, payload: &str) -> Result<(), BoxError>;
}

#[async_trait::async_trait]
trait RunOutside: Send + Sync {
    async fn run(&self, system: &System, row: &background_jobs::Model) -> Result<(), BoxError>;
}

/// A handler together with the type of its jobs.
struct Typed<H, J> {
    handler: H,
    job: PhantomData<fn() -> J>,
}

#[async_trait::async_trait]
impl<J: Job, H: JobHandler<J>> RunInside for Typed<H, J> {
    async fn run(&self, tx: &Tx, payload: &str) -> Result<(), BoxError> {
        self.handler.run(tx, serde_json::from_str(payload)?).await
    }
}

#[async_trait::async_trait]
impl<J: Job, H: OutsideJobHandler<J>> RunOutside for Typed<H, J> {
    async fn run(&self, system: &System, row: &background_jobs::Model) -> Result<(), BoxError> {
        let job: J = serde_json::from_str(&row.payload)?;
        let answer = self.handler.call(row.id, &job).await?;
        let tx = system.begin().await?;
        if queue::finish(&tx, std::slice::from_ref(row)).await?.is_empty() {
            tracing::warn!(job = row.id.0, kind = row.kind, "a job ended after another worker had taken it");
            return Ok(());
        }
        self.handler.record(&tx, &job, answer).await?;
        Ok(tx.commit(()).await?)
    }
}
