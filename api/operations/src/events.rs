//! The event of a job that staff run again.

use entity::{BackgroundJobId, background_jobs};
use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// A dead job was made due again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobRetried {
    /// Its row, which is its name in the API; none in what the first release recorded.
    #[serde(default)]
    id: Option<BackgroundJobId>,
    /// What it does.
    kind: String,
    /// Why it had failed last.
    error: Option<String>,
}

impl From<&background_jobs::Model> for JobRetried {
    fn from(job: &background_jobs::Model) -> Self {
        Self { id: Some(job.id), kind: job.kind.clone(), error: job.last_error.clone() }
    }
}

/// Public form of [`JobRetried`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicJob<'a> {
    kind: &'a str,
    error: Option<&'a str>,
}

impl DomainEvent for JobRetried {
    const KIND: &'static str = "job.retried";
    type Public<'a> = PublicJob<'a>;

    fn subject(&self) -> String {
        self.id.map_or_else(|| "jobs".to_owned(), |id| format!("job/{id}"))
    }

    fn public(&self) -> Option<PublicJob<'_>> {
        Some(PublicJob { kind: &self.kind, error: self.error.as_deref() })
    }
}
