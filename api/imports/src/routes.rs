//! HTTP routes of imports.

use entity::{JobStatus, jobs};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::error::ImportJobError;
use super::jobs::Jobs;
use super::queries::find_import;
use super::upload::{ReportFile, Upload};
use super::views::{Detail, ImportKind, ImportView};
use files::mapping::Mapping;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError};
use kernel::wire::{Accepted, JsonResponse, Text};

type Result<T> = std::result::Result<T, ApiError<ImportJobError>>;

#[derive(Tags)]
enum Tag {
    /// Imports of files.
    Imports,
}

/// Imports.
#[derive(Debug)]
pub struct ImportRoutes {
    /// Stores uploads and wakes the import worker.
    pub jobs: Jobs,
}

#[OpenApi(tag = "Tag::Imports")]
impl ImportRoutes {
    /// Import a file
    ///
    /// The body is the file: CSV or NDJSON, plain, gzip or zstd. The response is a job that runs in the background; valid
    /// rows are stored, invalid ones reported with line numbers and reasons. The same file can be sent again safely. The scope
    /// to write what the file contains is needed as well: `products:write`, `prices:write`, `stock:write`, `accounts:write` or
    /// `orders:write`; rows of products with prices or costs need `prices:write`. What changes is recorded as yours.
    #[oai(path = "/v1/imports", method = "post", operation_id = "create_import")]
    async fn create_import(
        &self,
        who: Acting<permit::RunImports>,
        /// Kind of rows in the file.
        kind: Query<ImportKind>,
        /// Mapping of the file's columns to the import columns, as TOML; without it the columns have the names of the import
        /// columns.
        #[oai(validator(max_length = 5000))]
        mapping: Query<Option<String>>,
        /// Whether to validate everything and store nothing.
        dry_run: Query<Option<bool>>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        file: Upload,
    ) -> Result<Accepted<ImportView>> {
        if !who.holds(kind.0.scope()) {
            return Err(ImportJobError::NotAllowed(kind.0.scope()).into());
        }
        if let Some(text) = &mapping.0 {
            Mapping::parse(kind.0.into(), text).map_err(|e| ImportJobError::Mapping(e.to_string()))?;
        }
        let upload = self.jobs.store_upload(file).await?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Accepted::replay(replay));
        }
        let detail = Detail {
            import: kind.0,
            mapping: mapping.0,
            dry_run: dry_run.0.unwrap_or_default(),
            scopes: who.scopes().to_string(),
            skipped: 0,
            error: None,
        };
        let row = self.jobs.queue(&tx, upload, &detail).await?;
        let view = ImportView::of(row).ok_or_else(|| CommonError::Internal("a job has no readable detail".to_owned()))?;
        let answer = Accepted::stored(&tx, &view).await?;
        let answer = tx.commit(answer).await?;
        self.jobs.wake();
        Ok(answer)
    }

    /// Read an import
    ///
    /// Status and counts of rows so far. You see your own imports, and those that write what you may write.
    #[oai(path = "/v1/imports/:id", method = "get", operation_id = "get_import")]
    async fn get_import(&self, who: Acting<permit::RunImports>, id: Path<Text<20>>) -> Result<JsonResponse<ImportView>> {
        let view = ImportView::of(visible_import(&who, &id.0).await?);
        let view = view.ok_or_else(|| ImportJobError::NotFound(id.0.to_string()))?;
        Ok(JsonResponse::of(&view)?)
    }

    /// Read the report of an import
    ///
    /// CSV with a row per reason: line of the file, stable code, field, detail, value. Available once the import ended.
    #[oai(path = "/v1/imports/:id/report", method = "get", operation_id = "get_import_report")]
    async fn get_import_report(&self, who: Acting<permit::RunImports>, id: Path<Text<20>>) -> Result<ReportFile> {
        let row = visible_import(&who, &id.0).await?;
        let ended = matches!(row.status, JobStatus::Done | JobStatus::Failed);
        let none = || ImportJobError::NoReport(id.0.to_string());
        if !ended {
            return Err(none().into());
        }
        let file = tokio::fs::File::open(self.jobs.report_of(&row)).await.map_err(|_| none())?;
        Ok(ReportFile(file))
    }
}

/// The import with an id, if it is the principal's own or writes what they may write.
async fn visible_import(who: &Acting<permit::RunImports>, id: &str) -> std::result::Result<jobs::Model, ImportJobError> {
    let row = find_import(&who.db(), id).await?;
    let may_write = || Detail::of(&row).is_some_and(|detail| who.holds(detail.import.scope()));
    if row.created_by == who.label() || may_write() { Ok(row) } else { Err(ImportJobError::NotFound(id.to_owned())) }
}
