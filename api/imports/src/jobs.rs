//! Import jobs: a row of `jobs`, a file in the data directory, and a worker that runs one job at a time.
//!
//! A job belongs to the data directory that holds its file, and the worker that runs it holds a lock on the file. A worker that
//! starts can distinguish an interrupted job (its status is running, but its file is not locked) from a job that
//! another process of the same data directory runs.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use entity::{JobId, JobStatus, jobs};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, Set,
};
use tempfile::TempPath;
use tokio::sync::{Notify, watch};

use super::error::ImportJobError;
use super::events::{ImportEnded, ImportQueued};
use super::references::References;
use super::run::{ImportSpec, Summary, import};
use super::upload::Upload;
use super::views::Detail;
use files::mapping::Mapping;
use files::source::Source;
use kernel::problem::CommonError;
use kernel::scopes::Scopes;
use store::database::Tx;
use store::system::System;

/// `jobs.kind` of imports.
pub(super) const KIND: &str = "import";
/// Interval at which the worker looks for jobs that another process queued.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Interval at which the counts of a running job are stored.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);
/// Largest size of an unpacked file.
const MAX_UNPACKED_BYTES: u64 = 64 << 30;

/// The files of import jobs and the worker's wake-up signal.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    folder: Arc<PathBuf>,
    wake: Arc<Notify>,
}

impl Jobs {
    /// Jobs with their files in the folder `imports` of the data directory.
    pub fn within(data_dir: &Path) -> Self {
        Self { folder: Arc::new(data_dir.join("imports")), wake: Arc::default() }
    }

    /// Stores an uploaded file under a temporary name. The file is deleted unless a job is queued for it.
    pub(super) async fn store_upload(&self, upload: Upload) -> Result<TempPath, ImportJobError> {
        let failed = |e: std::io::Error| ImportJobError::Storage(e.to_string());
        tokio::fs::create_dir_all(self.folder.as_path()).await.map_err(failed)?;
        let file = tempfile::Builder::new().prefix("upload-").tempfile_in(self.folder.as_path()).map_err(failed)?;
        let path = file.into_temp_path();
        upload.write_to(&path).await?;
        Ok(path)
    }

    /// Queues a job for a stored upload.
    pub(super) async fn queue(&self, tx: &Tx, upload: TempPath, detail: &Detail) -> Result<jobs::Model, ImportJobError> {
        let id = JobId(tx.id().await?);
        let row = jobs::Model {
            id,
            kind: KIND.to_owned(),
            status: JobStatus::Queued,
            created_by: tx.actor().label.to_string(),
            account_id: None,
            created_at: tx.now(),
            finished_at: None,
            rows_read: 0,
            rows_accepted: 0,
            rows_rejected: 0,
            detail: text_of(detail),
            report: format!("{id}.report.csv"),
        };
        jobs::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await?;
        tx.record(&ImportQueued((&row).into()));
        upload.persist(self.file_of(id)).map_err(|e| ImportJobError::Storage(e.error.to_string()))?;
        Ok(row)
    }

    /// Wakes the worker.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// The report of a job.
    pub(super) fn report_of(&self, row: &jobs::Model) -> PathBuf {
        self.folder.join(&row.report)
    }

    fn file_of(&self, id: JobId) -> PathBuf {
        self.folder.join(format!("{id}.upload"))
    }

    /// Runs the jobs whose files are in this data directory until `stop` is set.
    pub async fn run_worker(self, system: System, references: References, mut stop: watch::Receiver<bool>) {
        if let Err(error) = self.fail_interrupted(&system).await {
            tracing::error!(error = %error, "interrupted imports were not marked");
        }
        while !*stop.borrow() {
            match self.next(&system).await {
                Ok(Some((row, lock))) => self.run(&system, &references, row, lock).await,
                Ok(None) => {
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep(POLL_INTERVAL) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "looking for imports failed; trying again");
                    tokio::time::sleep(POLL_INTERVAL).await;
                }
            }
        }
    }

    /// Marks jobs that were interrupted by the end of their process as failed.
    async fn fail_interrupted(&self, system: &System) -> Result<(), CommonError> {
        for row in self.waiting(system, JobStatus::Running).await? {
            if let Some(_lock) = lock(&self.file_of(row.id)) {
                let error = "the process ended before the import; stored rows stay stored".to_owned();
                self.end(system, &row, Summary::default(), Some(error)).await?;
                let _ = tokio::fs::remove_file(self.file_of(row.id)).await;
            }
        }
        Ok(())
    }

    async fn waiting(&self, system: &System, status: JobStatus) -> Result<Vec<jobs::Model>, CommonError> {
        let select = jobs::Entity::find().filter(jobs::Column::Kind.eq(KIND)).filter(jobs::Column::Status.eq(status));
        Ok(select.order_by_asc(jobs::Column::Id).all(&system.db()).await?)
    }

    /// Takes the oldest queued job whose file is in this data directory.
    async fn next(&self, system: &System) -> Result<Option<(jobs::Model, File)>, CommonError> {
        for row in self.waiting(system, JobStatus::Queued).await? {
            let Some(lock) = lock(&self.file_of(row.id)) else { continue };
            let tx = system.begin().await?;
            let taken = jobs::Entity::update_many()
                .col_expr(jobs::Column::Status, Expr::value(JobStatus::Running.word()))
                .filter(jobs::Column::Id.eq(row.id))
                .filter(jobs::Column::Status.eq(JobStatus::Queued))
                .exec(&tx)
                .await?;
            if tx.commit(taken.rows_affected).await? == 1 {
                return Ok(Some((row, lock)));
            }
        }
        Ok(None)
    }

    async fn run(&self, system: &System, references: &References, row: jobs::Model, _lock: File) {
        let (progress, summary) = watch::channel(Summary::default());
        let work = async {
            let (source, spec) = self.prepare(&row).await?;
            let author = system.on_behalf_of(&row.created_by, &format!("import-{}", row.id));
            import(&author, references, source, spec, &progress).await.map(drop).map_err(|e| e.to_string())
        };
        let result = tokio::select! {
            result = work => result,
            never = self.report_progress(system, &row, summary.clone()) => match never {},
        };
        let error = result.err();
        tracing::info!(job.id = row.id.0, failed = error.is_some(), "import ended");
        let counts = *summary.borrow();
        if let Err(error) = self.end(system, &row, counts, error).await {
            tracing::error!(job.id = row.id.0, error = %error, "the end of an import was not recorded");
        }
        let _ = tokio::fs::remove_file(self.file_of(row.id)).await;
    }

    async fn prepare(&self, row: &jobs::Model) -> Result<(Source, ImportSpec), String> {
        let detail: Detail = serde_json::from_str(&row.detail).map_err(|e| e.to_string())?;
        let kind = detail.import.into();
        let mapping = match &detail.mapping {
            Some(text) => Mapping::parse(kind, text).map_err(|e| e.to_string())?,
            None => Mapping::own(kind),
        };
        let (file, report) = (self.file_of(row.id), self.report_of(row));
        let open = move || -> std::io::Result<_> { Ok((Source::file(&file, MAX_UNPACKED_BYTES)?, File::create(report)?)) };
        let opened = tokio::task::spawn_blocking(open).await.map_err(|e| e.to_string())?;
        let (source, report) = opened.map_err(|e| e.to_string())?;
        Ok((
            source,
            ImportSpec {
                mapping,
                dry_run: detail.dry_run,
                rights: Scopes::of_text(&detail.scopes),
                report: Box::new(BufWriter::new(report)),
            },
        ))
    }

    /// Stores the counts of a running job at intervals.
    async fn report_progress(
        &self,
        system: &System,
        row: &jobs::Model,
        summary: watch::Receiver<Summary>,
    ) -> std::convert::Infallible {
        let mut last = Summary::default();
        loop {
            tokio::time::sleep(PROGRESS_INTERVAL).await;
            let counts = *summary.borrow();
            if counts != last {
                last = counts;
                if let Err(error) = save(system, with_counts(row, counts), None).await {
                    tracing::warn!(job.id = row.id.0, error = %error, "progress was not recorded");
                }
            }
        }
    }

    async fn end(&self, system: &System, row: &jobs::Model, counts: Summary, error: Option<String>) -> Result<(), CommonError> {
        let counted = if counts == Summary::default() { row.clone().into_active_model() } else { with_counts(row, counts) };
        let status = if error.is_some() { JobStatus::Failed } else { JobStatus::Done };
        let detail = serde_json::from_str::<Detail>(&row.detail).ok();
        let detail = detail.map(|detail| Detail { skipped: counts.skipped, error, ..detail });
        let mut ended = counted;
        if let Some(detail) = detail {
            ended.detail = Set(text_of(&detail));
        }
        ended.status = Set(status);
        save(system, ended, Some(row)).await
    }
}

/// The locked file; none when it does not exist or another worker has locked it.
fn lock(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

fn with_counts(row: &jobs::Model, counts: Summary) -> jobs::ActiveModel {
    let count = |number: u64| Set(i64::try_from(number).unwrap_or(i64::MAX));
    let mut active = row.clone().into_active_model();
    active.rows_read = count(counts.read);
    active.rows_accepted = count(counts.accepted);
    active.rows_rejected = count(counts.rejected);
    active
}

/// Writes a changed job; `ended` is given when the job ended.
async fn save(system: &System, mut active: jobs::ActiveModel, ended: Option<&jobs::Model>) -> Result<(), CommonError> {
    let tx = system.begin().await?;
    if let Some(row) = ended {
        active.finished_at = Set(Some(tx.now()));
        tx.record(&ImportEnded(row.into()));
    }
    active.update(&tx).await?;
    Ok(tx.commit(()).await?)
}

/// The detail as JSON.
fn text_of(detail: &Detail) -> String {
    serde_json::to_string(detail).unwrap_or_default()
}
