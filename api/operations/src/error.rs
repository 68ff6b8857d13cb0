//! What operations refuse.

use kernel::problem::CommonError;
use kernel::problem_types;

/// What operations refuse.
#[derive(Debug, thiserror::Error)]
pub enum OperationsError {
    #[error("there is no job {0}; a job that is done is deleted")]
    JobNotFound(i64),
    #[error("job {0} is not dead; only a dead job can be retried")]
    JobNotDead(i64),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { OperationsError {
    Self::JobNotFound(_) => 404, "job-not-found", "The job does not exist";
    Self::JobNotDead(_) => 409, "job-not-dead", "The job is not dead";
} delegates { Self::Common(inner) => inner: CommonError } }
