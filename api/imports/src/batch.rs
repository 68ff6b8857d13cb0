//! Rows that can be imported, and the outcome of storing each.

use files::rejection::{Problem, Rejection};
use files::rows::ImportRow;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::database::Tx;

use super::references::ImportRun;

/// A valid row and its line in the file.
#[derive(Clone, Debug)]
pub(super) struct NumberedRow<T> {
    pub(super) line: u64,
    pub(super) row: T,
}

impl<T> NumberedRow<T> {
    /// Rejects the row for one reason.
    pub(super) fn refused(&self, code: FieldCode, field: &str, detail: impl Into<String>, raw: &str) -> RowOutcome {
        RowOutcome::Refused(vec![Problem::new(code.word(), field, detail, raw).at(self.line)])
    }

    /// Rejects the row with the errors of another slice.
    pub(super) fn refused_by(&self, errors: &[FieldError]) -> RowOutcome {
        let reasons = errors.iter().map(|error| {
            let field = error.pointer.trim_start_matches('/');
            Problem::new(error.code.word(), field, error.detail.as_str(), "").at(self.line)
        });
        RowOutcome::Refused(reasons.collect())
    }
}

/// Outcome of storing a row.
#[derive(Debug)]
pub(super) enum RowOutcome {
    /// The row is stored, with warnings about values that are not stored.
    Stored(Vec<Rejection>),
    /// The row exists already and is skipped.
    Skipped,
    /// The row is rejected and nothing of it is stored.
    Refused(Vec<Rejection>),
}

impl RowOutcome {
    /// The row is stored without warnings.
    pub(super) const fn stored() -> Self {
        Self::Stored(Vec::new())
    }
}

/// Rows of one kind, stored in batches.
#[async_trait::async_trait]
pub(super) trait Importable: ImportRow + Send + Sync + 'static {
    /// Number of records of the file in one transaction.
    const BATCH: usize;

    /// Number of records of the file that the row consists of.
    fn records(&self) -> u64 {
        1
    }

    /// Stores the valid rows; returns one outcome per row, in the order given. An error rolls back the whole batch.
    async fn store(run: &ImportRun, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError>;
}
