//! From a file to the database: one thread reads and validates, this task writes batch after batch.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use ahash::AHashSet;
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use super::batch::{Load, Row, Verdict};
use super::known::{Known, Run};
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
use store::system::System;

/// How an import is run.
pub struct Plan {
    pub mapping: Mapping,
    /// Keep nothing.
    pub dry_run: bool,
    /// Where the report of rejected rows goes.
    pub report: Box<dyn Write + Send>,
}

/// How many records of the file were read, and what became of them. An order counts as its lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub read: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Left out by a rule of the mapping, or known already.
    pub skipped: u64,
}

/// What came of a whole file.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    pub summary: Summary,
    /// What was skipped, by reason: how many, and the line of the first.
    pub skipped: BTreeMap<Arc<str>, Skipped>,
}

/// Records skipped for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub records: u64,
    pub first_line: u64,
}

/// Why an import ended before the end of its file. What was written until then stays.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error(transparent)]
    File(#[from] stream::ImportError),
    #[error("the report cannot be written: {0}")]
    Report(String),
    #[error("writing failed: {}", causes(.0))]
    Write(#[from] CommonError),
    #[error("reading ended unexpectedly")]
    Reader,
}

impl From<store::StoreError> for Failed {
    fn from(error: store::StoreError) -> Self {
        Self::Write(error.into())
    }
}

/// An error with what caused it.
fn causes(error: &CommonError) -> String {
    let mut text = error.to_string();
    let mut at = std::error::Error::source(error);
    while let Some(cause) = at {
        text = format!("{text}: {cause}");
        at = cause.source();
    }
    text
}

/// Batches read ahead of those being written.
const AHEAD: usize = 2;

/// Reads the file into the database as the plan says and tells how far it is.
pub async fn import(
    system: &System,
    known: &Known,
    source: Source,
    plan: Plan,
    told: &watch::Sender<Summary>,
) -> Result<Ended, Failed> {
    match plan.mapping.kind() {
        Kind::Products => run::<ProductRow, _>(system, known, source, plan, told, |rows| rows).await,
        Kind::Prices => run::<PriceRow, _>(system, known, source, plan, told, |rows| rows).await,
        Kind::Stock => run::<StockRow, _>(system, known, source, plan, told, |rows| rows).await,
        Kind::Accounts => run::<AccountRow, _>(system, known, source, plan, told, |rows| rows).await,
        Kind::Orders => run::<OrderRow, _>(system, known, source, plan, told, Orders::new).await,
    }
}

/// `gather` makes rows of records; only orders have more than one record to a row.
async fn run<T: Load, I>(
    system: &System,
    known: &Known,
    source: Source,
    plan: Plan,
    told: &watch::Sender<Summary>,
    gather: fn(Rows<T>) -> I,
) -> Result<Ended, Failed>
where
    I: Iterator<Item = Result<Outcome<T>, ReadError>> + 'static,
{
    let Plan { mapping, dry_run, report } = plan;
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        // A receiver that is gone has said why itself.
        let _ = sender.blocking_send(match Rows::<T>::open(source.input, mapping) {
            Ok(rows) => read_all(gather(rows), &sender),
            Err(error) => Err(error),
        });
    });
    let run = Run { known: known.clone(), dry: dry_run, would_exist: Mutex::new(AHashSet::new()) };
    let mut books = Books { ended: Ended::default(), report: Report::new(report).map_err(unwritable)? };
    while let Some(batch) = receiver.recv().await {
        let outcomes: Vec<Outcome<T>> = batch?;
        let rows = books.sort_out(outcomes)?;
        if !rows.is_empty() {
            let tx = system.begin().await?;
            let verdicts = T::store(&run, &tx, &rows).await?;
            if !dry_run {
                tx.commit(()).await?;
            }
            books.enter(&rows, verdicts)?;
        }
        told.send_replace(books.ended.summary);
    }
    reader.await.map_err(|_| Failed::Reader)?;
    books.report.finish().and_then(|mut out| out.flush()).map_err(|e| Failed::Report(e.to_string()))?;
    Ok(books.ended)
}

type Batch<T> = Result<Vec<Outcome<T>>, stream::ImportError>;

/// Hands on batches; gives what comes last, a rest or an error.
fn read_all<T: Load>(rows: impl Iterator<Item = Result<Outcome<T>, ReadError>>, sender: &mpsc::Sender<Batch<T>>) -> Batch<T> {
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
struct Books {
    ended: Ended,
    report: Report<Box<dyn Write + Send>>,
}

impl Books {
    /// Counts and reports what the reader decided; gives the rows to be stored.
    fn sort_out<T: Load>(&mut self, outcomes: Vec<Outcome<T>>) -> Result<Vec<Row<T>>, Failed> {
        let mut rows = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Outcome::Accepted { line, row, warnings } => {
                    self.ended.summary.read += row.records();
                    self.write(&warnings)?;
                    rows.push(Row { line, row });
                }
                Outcome::Skipped { line, reason } => {
                    self.ended.summary.read += 1;
                    self.skip(reason, 1, line);
                }
                Outcome::Rejected(reasons) => {
                    self.ended.summary.read += 1;
                    self.ended.summary.rejected += 1;
                    self.write(&reasons)?;
                }
            }
        }
        Ok(rows)
    }

    /// Counts and reports what became of stored rows.
    fn enter<T: Load>(&mut self, rows: &[Row<T>], verdicts: Vec<Verdict>) -> Result<(), Failed> {
        for (row, verdict) in rows.iter().zip(verdicts) {
            let records = row.row.records();
            match verdict {
                Verdict::Stored(remarks) => {
                    self.ended.summary.accepted += records;
                    self.write(&remarks)?;
                }
                Verdict::Skipped => self.skip("known already".into(), records, row.line),
                Verdict::Refused(reasons) => {
                    self.ended.summary.rejected += records;
                    self.write(&reasons)?;
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, reason: Arc<str>, records: u64, line: u64) {
        self.ended.summary.skipped += records;
        let skipped = self.ended.skipped.entry(reason).or_insert(Skipped { records: 0, first_line: line });
        skipped.records += records;
    }

    fn write(&mut self, entries: &[Rejection]) -> Result<(), Failed> {
        entries.iter().try_for_each(|entry| self.report.add(entry)).map_err(unwritable)
    }
}

fn unwritable(error: impl std::fmt::Display) -> Failed {
    Failed::Report(error.to_string())
}
