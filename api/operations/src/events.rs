//! Events of background work.

use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// A dead job was made due again by staff. Nobody handles it; it is the trail of who did so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobRetried {
    /// The job.
    pub job: i64,
    /// Kind of the job.
    pub kind: String,
    /// Why it had died.
    pub error: String,
}

/// Public form of [`JobRetried`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicJob<'a> {
    kind: &'a str,
    error: &'a str,
}

impl DomainEvent for JobRetried {
    const KIND: &'static str = "job.retried";
    type Public<'a> = PublicJob<'a>;

    fn subject(&self) -> String {
        format!("job/{}", self.job)
    }

    fn public(&self) -> Option<PublicJob<'_>> {
        Some(PublicJob { kind: &self.kind, error: &self.error })
    }
}
