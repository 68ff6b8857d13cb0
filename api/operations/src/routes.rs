//! Background jobs over HTTP.

use entity::BackgroundJobId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::error::OperationsError;
use super::retry::retry_job;
use super::views::{JobStatus, JobView};
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{JsonResponse, Page, PageRequest};
use store::jobs::queue;

type Result<T> = std::result::Result<T, ApiError<OperationsError>>;

#[derive(Tags)]
enum Tag {
    /// What works in the background.
    Operations,
}

/// Background jobs.
#[derive(Debug)]
pub struct OperationsRoutes;

#[OpenApi(tag = "Tag::Operations")]
impl OperationsRoutes {
    /// List background jobs
    ///
    /// Jobs that are not done, the newest first; with `status=dead` those that were given up, each with its last error.
    #[oai(path = "/v1/jobs", method = "get", operation_id = "list_jobs")]
    async fn list_jobs(
        &self,
        who: Acting<permit::WriteJobs>,
        status: Query<Option<JobStatus>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<JobView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 200)?;
        let before = page.after.map(BackgroundJobId);
        let jobs = queue::list(&who.db(), status.0.map(Into::into), before, page.rows()).await?;
        Ok(JsonResponse::of(&page.page(jobs.into_iter().map(|job| (job.id.0, JobView::new(job)))))?)
    }

    /// Read a background job
    ///
    /// A job that is done is deleted and answered 404.
    #[oai(path = "/v1/jobs/:id", method = "get", operation_id = "get_job")]
    async fn get_job(&self, who: Acting<permit::WriteJobs>, id: Path<i64>) -> Result<JsonResponse<JobView>> {
        let job = queue::one(&who.db(), BackgroundJobId(id.0)).await?.ok_or(OperationsError::JobNotFound(id.0))?;
        Ok(JsonResponse::of(&JobView::new(job))?)
    }

    /// Retry a dead background job
    ///
    /// The job is due now and has all its attempts again. Only a dead job can be retried.
    #[oai(path = "/v1/jobs/:id/retry", method = "post", operation_id = "retry_job")]
    async fn retry_job(
        &self,
        who: Acting<permit::WriteJobs>,
        id: Path<i64>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
    ) -> Result<JsonResponse<JobView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let job = retry_job(&tx, BackgroundJobId(id.0)).await?;
        let answer = JsonResponse::stored(&tx, &JobView::new(job)).await?;
        Ok(tx.commit(answer).await?)
    }
}
