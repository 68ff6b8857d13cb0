//! Running a dead job again.

use super::error::OperationsError;
use super::events::JobRetried;
use entity::{BackgroundJobId, background_jobs};
use store::database::Tx;
use store::jobs::queue;

/// Makes a dead job due now.
pub(super) async fn retry_job(tx: &Tx, id: BackgroundJobId) -> Result<background_jobs::Model, OperationsError> {
    let is_retried = queue::retry(tx, id).await?;
    let job = queue::one(tx, id).await?.ok_or(OperationsError::JobNotFound(id.0))?;
    if !is_retried {
        return Err(OperationsError::JobNotDead(id.0));
    }
    tx.record(&JobRetried { job: id.0, kind: job.kind.clone(), error: job.last_error.clone().unwrap_or_default() });
    Ok(job)
}
