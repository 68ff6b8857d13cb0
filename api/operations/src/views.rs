//! Jobs on the wire.

use entity::background_jobs;
use kernel::wire::Timestamp;
use poem_openapi::{Enum, Object};
use serde::Serialize;
use store::jobs::queue::JobState;

/// Where a job is in its life. A job that is done is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "BackgroundJobStatus", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobStatus {
    /// Waits for its time.
    Queued,
    /// A worker has it.
    Running,
    /// Was given up.
    Dead,
}

impl From<JobState> for JobStatus {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Dead => Self::Dead,
        }
    }
}

impl From<JobStatus> for JobState {
    fn from(status: JobStatus) -> Self {
        match status {
            JobStatus::Queued => Self::Queued,
            JobStatus::Running => Self::Running,
            JobStatus::Dead => Self::Dead,
        }
    }
}

/// A background job.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "BackgroundJob")]
pub(crate) struct JobView {
    /// Its id.
    pub id: i64,
    /// What is to be done, as `mail.send`.
    pub kind: String,
    /// Where it is in its life.
    pub status: JobStatus,
    /// How many times it was tried.
    pub attempts: i32,
    /// Not done before.
    pub due_at: Timestamp,
    /// While a worker has it: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leased_until: Option<Timestamp>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_at: Option<Timestamp>,
    /// Why it failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Who caused it.
    pub created_by: String,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

impl JobView {
    pub(crate) fn new(row: background_jobs::Model) -> Self {
        Self {
            id: row.id.0,
            status: JobState::of(&row).into(),
            attempts: row.attempts,
            due_at: Timestamp(row.due_at),
            leased_until: row.leased_until.map(Timestamp),
            dead_at: row.dead_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
            kind: row.kind,
            last_error: row.last_error,
            created_by: row.created_by,
        }
    }
}
