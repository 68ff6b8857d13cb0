//! Workers: they take jobs that are due and do them.

use std::sync::Arc;

use entity::{Instant, background_jobs};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::handlers::JobHandlers;
use super::job::{GiveUp, retry_at};
use super::queue::{self, Claim, Fate};
use crate::database::Tx;
use crate::error::{BoxError, StoreError};
use crate::projections::POLL;
use crate::system::System;
use crate::{clock, counters};

/// Jobs with effects in the database that are taken, and done in one transaction, at once.
const BATCH: u64 = 100;
/// Jobs with effects outside that a worker does at the same time.
const OUTSIDE_AT_ONCE: usize = 16;
/// Characters of an error that are stored.
const ERROR_LENGTH: usize = 2_000;

/// Does jobs. Cheap to clone.
#[derive(Clone)]
pub struct JobWorker {
    system: System,
    handlers: Arc<JobHandlers>,
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
}

/// Does jobs until `stop` says so; those that run are ended first.
pub async fn run_jobs(system: System, handlers: Arc<JobHandlers>, stop: watch::Receiver<bool>) {
    let worker = JobWorker::new(system, handlers);
    // Jobs with effects in the database do not wait for those that wait for others.
    let mut loops = JoinSet::new();
    loops.spawn(worker.clone().run_inside_until(stop.clone()));
    loops.spawn(worker.run_outside_until(stop));
    while loops.join_next().await.is_some() {}
}

impl JobWorker {
    /// A worker with these handlers.
    pub fn new(system: System, handlers: Arc<JobHandlers>) -> Self {
        Self { system, handlers, clock: Arc::new(clock::now) }
    }

    /// The same worker with another clock.
    pub fn with_clock(self, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    async fn run_inside_until(self, mut stop: watch::Receiver<bool>) {
        let mut enqueued = self.system.enqueued().subscribe();
        let kinds = self.handlers.inside_kinds();
        while !*stop.borrow() && !kinds.is_empty() {
            let count = self.run_due().await.unwrap_or_else(|error| {
                tracing::error!(error = %error, "jobs could not be taken; trying again");
                0
            });
            if count == 0 {
                tokio::select! {
                    () = tokio::time::sleep(POLL) => {}
                    _ = enqueued.changed() => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }

    async fn run_outside_until(self, mut stop: watch::Receiver<bool>) {
        let mut enqueued = self.system.enqueued().subscribe();
        let kinds = self.handlers.outside_kinds();
        let mut running = JoinSet::new();
        while !*stop.borrow() && !kinds.is_empty() {
            let claimed = self.claim(&kinds, OUTSIDE_AT_ONCE - running.len()).await.unwrap_or_else(|error| {
                tracing::error!(error = %error, "jobs could not be taken; trying again");
                Vec::new()
            });
            for job in claimed {
                let worker = self.clone();
                running.spawn(async move { worker.run_outside(&job).await });
            }
            let is_full = running.len() >= OUTSIDE_AT_ONCE;
            tokio::select! {
                () = tokio::time::sleep(POLL), if !is_full => {}
                _ = enqueued.changed(), if !is_full => {}
                Some(_) = running.join_next() => {}
                _ = stop.changed() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Takes one batch of the jobs with effects in the database and does it; gives how many those were.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let claimed = self.claim(&self.handlers.inside_kinds(), BATCH as usize).await?;
        self.run_batch(&claimed).await?;
        Ok(claimed.len())
    }

    /// Takes one batch of the jobs with effects outside and does them one after another; gives how many those were.
    pub async fn run_due_outside(&self) -> Result<usize, StoreError> {
        let claimed = self.claim(&self.handlers.outside_kinds(), OUTSIDE_AT_ONCE).await?;
        for job in &claimed {
            self.run_outside(job).await;
        }
        Ok(claimed.len())
    }

    /// Takes jobs of these kinds, at most so many: one whose worker died, or else those that are due.
    async fn claim(&self, kinds: &[&str], limit: usize) -> Result<Vec<background_jobs::Model>, StoreError> {
        let now = (self.clock)();
        if limit == 0 || !queue::any_due(&self.system.db(), kinds, now).await? {
            return Ok(Vec::new());
        }
        let tx = self.system.begin().await?;
        let mut claimed = queue::claim(&tx, kinds, now, Claim::Abandoned).await?;
        if let [job] = &claimed[..]
            && job.attempts > self.handlers.max_attempts(&job.kind)
        {
            let error = "no worker that took the job ended it".to_owned();
            queue::fail(&tx, job, error, Fate::Dead { at: now }).await?;
            counters::job(&job.kind, "dead");
            claimed.clear();
        }
        if claimed.is_empty() {
            claimed = queue::claim(&tx, kinds, now, Claim::Due(limit as u64)).await?;
        }
        tx.commit(claimed).await
    }

    /// Does jobs together if it can. A part in which a job fails is taken back, and its halves are tried, until the job that
    /// fails is alone.
    async fn run_batch(&self, claimed: &[background_jobs::Model]) -> Result<(), StoreError> {
        let mut parts = vec![claimed];
        while let Some(part) = parts.pop().filter(|part| !part.is_empty()) {
            match (self.run_together(part).await?, part) {
                (Ok(()), _) => {}
                (Err(error), [job]) => self.set_aside(job, &*error).await?,
                (Err(_), _) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
            }
        }
        Ok(())
    }

    /// Does jobs in one transaction, which also finishes them. The outer error is of a transaction that could not begin.
    async fn run_together(&self, jobs: &[background_jobs::Model]) -> Result<Result<(), BoxError>, StoreError> {
        let tx = self.system.begin().await?;
        let outcome = self.run_in(tx, jobs).await;
        if outcome.is_ok() {
            for job in jobs {
                counters::job(&job.kind, "done");
            }
        }
        Ok(outcome)
    }

    async fn run_in(&self, tx: Tx, jobs: &[background_jobs::Model]) -> Result<(), BoxError> {
        let own = queue::finish(&tx, jobs).await?;
        for job in jobs.iter().filter(|job| own.contains(&job.id)) {
            self.handlers.run_inside(&tx, job).await?;
        }
        Ok(tx.commit(()).await?)
    }

    async fn run_outside(&self, job: &background_jobs::Model) {
        match self.handlers.run_outside(&self.system, job).await {
            Ok(()) => counters::job(&job.kind, "done"),
            Err(error) => {
                if let Err(error) = self.set_aside(job, &*error).await {
                    // Its lease runs out, and it is taken again.
                    tracing::error!(%error, job = job.id.0, "the failure of a job could not be recorded");
                }
            }
        }
    }

    /// Records that a job failed: it is tried again later, or it is dead.
    async fn set_aside(
        &self,
        job: &background_jobs::Model,
        error: &(dyn std::error::Error + Send + Sync + 'static),
    ) -> Result<(), StoreError> {
        let (now, text) = ((self.clock)(), error_text(error));
        let is_dead = error.is::<GiveUp>() || job.attempts >= self.handlers.max_attempts(&job.kind);
        let fate = if is_dead { Fate::Dead { at: now } } else { Fate::Retry { due: retry_at(job.id, job.attempts, now) } };
        if is_dead {
            tracing::error!(job = job.id.0, kind = job.kind, attempts = job.attempts, error = text, "a job was given up");
        } else {
            tracing::warn!(job = job.id.0, kind = job.kind, attempts = job.attempts, error = text, "a job failed");
        }
        counters::job(&job.kind, if is_dead { "dead" } else { "failed" });
        let tx = self.system.begin().await?;
        queue::fail(&tx, job, text, fate).await?;
        tx.commit(()).await
    }
}

/// An error with what caused it.
fn error_text(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    text.chars().filter(|c| *c != '\0').take(ERROR_LENGTH).collect()
}
