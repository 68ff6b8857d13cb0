//! Running an import: one thread reads and validates the file, this task writes batch after batch.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use ahash::AHashSet;
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use super::batch::{Importable, NumberedRow, RowOutcome};
use super::references::{ImportRun, References};
use files::kind::Kind;
use files::mapping::Mapping;
use files::orders::Orders;
use files::reader::ReadError;
use files::rejection::Rejection;
use files::report::Report;
use files::rows::{AccountRow, OrderRow, PriceRow, ProductRow, StockRow};
use files::source::Source;
use files::stream::{self, Outcome, Rows};
use kernel::problem::CommonError;
use kernel::scopes::Scopes;
use store::system::System;

/// How a file is imported.
pub struct ImportSpec {
    pub mapping: Mapping,
    /// Whether nothing is stored.
    pub dry_run: bool,
    /// What its author may do.
    pub rights: Scopes,
    /// Destination of the report of rejected rows.
    pub report: Box<dyn Write + Send>,
}

/// Counts of the records of a file. An order counts as its lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub read: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Records left out by a rule of the mapping, or stored already.
    pub skipped: u64,
}

/// The result of importing a whole file.
#[derive(Clone, Debug, Default)]
pub struct ImportOutcome {
    pub summary: Summary,
    /// Skipped records by reason: their number and the line of the first.
    pub skipped: BTreeMap<Arc<str>, Skipped>,
}

/// Records skipped for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub records: u64,
    pub first_line: u64,
}

/// Why an import stopped before the end of its file. Rows written until then stay stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] stream::ImportError),
    #[error("the report cannot be written: {0}")]
    Report(String),
    #[error("writing failed: {}", causes(.0))]
    Write(#[from] CommonError),
    #[error("reading ended unexpectedly")]
    Reader,
}

impl From<store::StoreError> for ImportError {
    fn from(error: store::StoreError) -> Self {
        Self::Write(error.into())
    }
}

/// The text of an error with its causes.
fn causes(error: &CommonError) -> String {
    let mut text = error.to_string();
    let mut at = std::error::Error::source(error);
    while let Some(cause) = at {
        text = format!("{text}: {cause}");
        at = cause.source();
    }
    text
}

/// Number of batches read ahead of the one being written.
const BATCHES_AHEAD: usize = 2;

/// Imports the file and publishes the counts so far.
pub async fn import(
    system: &System,
    references: &References,
    source: Source,
    spec: ImportSpec,
    counts: &watch::Sender<Summary>,
) -> Result<ImportOutcome, ImportError> {
    match spec.mapping.kind() {
        Kind::Products => run::<ProductRow, _>(system, references, source, spec, counts, |rows| rows).await,
        Kind::Prices => run::<PriceRow, _>(system, references, source, spec, counts, |rows| rows).await,
        Kind::Stock => run::<StockRow, _>(system, references, source, spec, counts, |rows| rows).await,
        Kind::Accounts => run::<AccountRow, _>(system, references, source, spec, counts, |rows| rows).await,
        Kind::Orders => run::<OrderRow, _>(system, references, source, spec, counts, Orders::new).await,
    }
}

/// After an import of so many rows, tables may be much larger than the plans of statements assume.
const MANY_ROWS: u64 = 10_000;

/// `gather` joins records into rows; only orders have several records per row.
async fn run<T: Importable, I>(
    system: &System,
    references: &References,
    source: Source,
    spec: ImportSpec,
    counts: &watch::Sender<Summary>,
    gather: fn(Rows<T>) -> I,
) -> Result<ImportOutcome, ImportError>
where
    I: Iterator<Item = Result<Outcome<T>, ReadError>> + 'static,
{
    let ImportSpec { mapping, dry_run, rights, report } = spec;
    let (sender, mut receiver) = mpsc::channel(BATCHES_AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        // When the receiver is dropped, it has already returned an error.
        let _ = sender.blocking_send(match Rows::<T>::open(source.input, mapping) {
            Ok(rows) => read_all(gather(rows), &sender),
            Err(error) => Err(error),
        });
    });
    let run = ImportRun { references: references.clone(), dry_run, rights, accounts_of_dry_run: Mutex::new(AHashSet::new()) };
    let mut progress = Progress { outcome: ImportOutcome::default(), report: Report::new(report).map_err(unwritable)? };
    while let Some(batch) = receiver.recv().await {
        let outcomes: Vec<Outcome<T>> = batch?;
        let rows = progress.count_read(outcomes)?;
        if !rows.is_empty() {
            let tx = system.begin().await?;
            let outcomes = T::store(&run, &tx, &rows).await?;
            if !dry_run {
                tx.commit(()).await?;
            }
            progress.count_stored(&rows, outcomes)?;
        }
        counts.send_replace(progress.outcome.summary);
    }
    reader.await.map_err(|_| ImportError::Reader)?;
    if !dry_run && progress.outcome.summary.accepted >= MANY_ROWS {
        system.analyze().await?;
    }
    progress.report.finish().and_then(|mut out| out.flush()).map_err(|e| ImportError::Report(e.to_string()))?;
    Ok(progress.outcome)
}

type Batch<T> = Result<Vec<Outcome<T>>, stream::ImportError>;

/// Sends batches; returns the last, incomplete batch or an error.
fn read_all<T: Importable>(
    rows: impl Iterator<Item = Result<Outcome<T>, ReadError>>,
    sender: &mpsc::Sender<Batch<T>>,
) -> Batch<T> {
    let (mut batch, mut records) = (Vec::new(), 0);
    for outcome in rows {
        let outcome = outcome?;
        records += match &outcome {
            Outcome::Accepted { row, .. } => row.records(),
            _ => 1,
        };
        batch.push(outcome);
        if records >= T::BATCH as u64 {
            records = 0;
            if sender.blocking_send(Ok(std::mem::take(&mut batch))).is_err() {
                break;
            }
        }
    }
    Ok(batch)
}

/// The counts and the report.
struct Progress {
    outcome: ImportOutcome,
    report: Report<Box<dyn Write + Send>>,
}

impl Progress {
    /// Counts and reports the outcomes of reading; returns the rows to store.
    fn count_read<T: Importable>(&mut self, outcomes: Vec<Outcome<T>>) -> Result<Vec<NumberedRow<T>>, ImportError> {
        let mut rows = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Outcome::Accepted { line, row, warnings } => {
                    self.outcome.summary.read += row.records();
                    self.write(&warnings)?;
                    rows.push(NumberedRow { line, row });
                }
                Outcome::Skipped { line, reason } => {
                    self.outcome.summary.read += 1;
                    self.skip(reason, 1, line);
                }
                Outcome::Rejected(reasons) => {
                    self.outcome.summary.read += 1;
                    self.outcome.summary.rejected += 1;
                    self.write(&reasons)?;
                }
            }
        }
        Ok(rows)
    }

    /// Counts and reports the outcomes of storing.
    fn count_stored<T: Importable>(&mut self, rows: &[NumberedRow<T>], outcomes: Vec<RowOutcome>) -> Result<(), ImportError> {
        for (row, outcome) in rows.iter().zip(outcomes) {
            let records = row.row.records();
            match outcome {
                RowOutcome::Stored(remarks) => {
                    self.outcome.summary.accepted += records;
                    self.write(&remarks)?;
                }
                RowOutcome::Skipped => self.skip("known already".into(), records, row.line),
                RowOutcome::Refused(reasons) => {
                    self.outcome.summary.rejected += records;
                    self.write(&reasons)?;
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, reason: Arc<str>, records: u64, line: u64) {
        self.outcome.summary.skipped += records;
        let skipped = self.outcome.skipped.entry(reason).or_insert(Skipped { records: 0, first_line: line });
        skipped.records += records;
    }

    fn write(&mut self, entries: &[Rejection]) -> Result<(), ImportError> {
        entries.iter().try_for_each(|entry| self.report.add(entry)).map_err(unwritable)
    }
}

fn unwritable(error: impl std::fmt::Display) -> ImportError {
    ImportError::Report(error.to_string())
}
