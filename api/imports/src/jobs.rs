//! Import jobs: a row of `jobs`, a file in the data directory, a worker that runs one after the other.
//!
//! A job belongs to the data directory that holds its file, and the worker that runs it holds a lock on the file. A worker that
//! starts thereby distinguishes a job that was interrupted (its status is running, but its file is not locked) from one that
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
use super::views::{Detail, ImportView};
use files::mapping::Mapping;
use files::source::Source;
use kernel::problem::CommonError;
use store::database::Tx;
use store::system::System;

/// `jobs.kind` of imports.
pub(super) const KIND: &str = "import";
/// How often the worker looks for jobs that another process queued.
const LOOK: Duration = Duration::from_secs(2);
/// How often a running job tells how far it is.
const TELL: Duration = Duration::from_secs(1);
/// The most a file may unpack to.
const MOST_BYTES: u64 = 64 << 30;

/// Where the files of jobs are, and what wakes the worker.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    folder: Arc<PathBuf>,
    wake: Arc<Notify>,
}

impl Jobs {
    /// Jobs with their files in `imports` of the data directory.
    pub fn within(data_dir: &Path) -> Self {
        Self { folder: Arc::new(data_dir.join("imports")), wake: Arc::default() }
    }

    /// Keeps an uploaded file under a name of its own; it goes when it is not queued.
    pub(super) async fn keep(&self, upload: Upload) -> Result<TempPath, ImportJobError> {
        let failed = |e: std::io::Error| ImportJobError::Storage(e.to_string());
        tokio::fs::create_dir_all(self.folder.as_path()).await.map_err(failed)?;
        let file = tempfile::Builder::new().prefix("upload-").tempfile_in(self.folder.as_path()).map_err(failed)?;
        let path = file.into_temp_path();
        upload.keep(&path).await?;
        Ok(path)
    }

    /// Queues a job for a kept file.
    pub(super) async fn queue(&self, tx: &Tx, kept: TempPath, detail: &Detail) -> Result<ImportView, ImportJobError> {
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
        kept.persist(self.file_of(id)).map_err(|e| ImportJobError::Storage(e.error.to_string()))?;
        ImportView::of(row).ok_or_else(|| CommonError::Internal("a job cannot be shown".to_owned()).into())
    }

    /// Says that there is something to do.
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

    /// Runs the jobs whose files are here until `stop` says so.
    pub async fn work(self, system: System, references: References, mut stop: watch::Receiver<bool>) {
        if let Err(error) = self.give_up_interrupted(&system).await {
            tracing::error!(error = %error, "interrupted imports were not marked");
        }
        while !*stop.borrow() {
            match self.next(&system).await {
                Ok(Some((row, lock))) => self.run(&system, &references, row, lock).await,
                Ok(None) => {
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep(LOOK) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "looking for imports failed; trying again");
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// Says of jobs that stopped with their process that they failed.
    async fn give_up_interrupted(&self, system: &System) -> Result<(), CommonError> {
        for row in self.waiting(system, JobStatus::Running).await? {
            if let Some(_lock) = lock(&self.file_of(row.id)) {
                let error = "the process ended before the import did; what it had written stays".to_owned();
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

    /// Takes the oldest queued job whose file is here.
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
        let (told, summary) = watch::channel(Summary::default());
        let work = async {
            let (source, spec) = self.prepare(&row).await?;
            import(system, references, source, spec, &told).await.map(drop).map_err(|e| e.to_string())
        };
        let result = tokio::select! {
            result = work => result,
            never = self.tell(system, &row, summary.clone()) => match never {},
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
        let open = move || -> std::io::Result<_> { Ok((Source::file(&file, MOST_BYTES)?, File::create(report)?)) };
        let opened = tokio::task::spawn_blocking(open).await.map_err(|e| e.to_string())?;
        let (source, report) = opened.map_err(|e| e.to_string())?;
        Ok((source, ImportSpec { mapping, dry_run: detail.dry_run, report: Box::new(BufWriter::new(report)) }))
    }

    /// Writes the counts of a running job now and then.
    async fn tell(&self, system: &System, row: &jobs::Model, summary: watch::Receiver<Summary>) -> std::convert::Infallible {
        let mut last = Summary::default();
        loop {
            tokio::time::sleep(TELL).await;
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

/// The file, locked; none when it is not here or another worker has locked it.
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

/// Writes what changed of a job; `ended` is the job that ended with it.
async fn save(system: &System, mut active: jobs::ActiveModel, ended: Option<&jobs::Model>) -> Result<(), CommonError> {
    let tx = system.begin().await?;
    if let Some(row) = ended {
        active.finished_at = Set(Some(tx.now()));
        tx.record(&ImportEnded(row.into()));
    }
    active.update(&tx).await?;
    Ok(tx.commit(()).await?)
}

/// Texts, numbers and flags always have a JSON form.
fn text_of(detail: &Detail) -> String {
    serde_json::to_string(detail).unwrap_or_default()
}
