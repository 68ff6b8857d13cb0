//! Rows that can be imported, and the outcome of each.

use files::rejection::{Problem, Rejection};
use files::rows::ImportRow;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::database::Tx;

use super::references::Run;

/// A valid row and its line in the file.
#[derive(Clone, Debug)]
pub(super) struct NumberedRow<T> {
    pub(super) line: u64,
    pub(super) row: T,
}

impl<T> NumberedRow<T> {
    /// Refuses the row for one reason.
    pub(super) fn refused(&self, code: FieldCode, field: &str, detail: impl Into<String>, raw: &str) -> RowOutcome {
        RowOutcome::Refused(vec![Problem::new(code.word(), field, detail, raw).at(self.line)])
    }

    /// Refuses the row for the reasons of another slice.
    pub(super) fn refused_by(&self, errors: &[FieldError]) -> RowOutcome {
        let reasons = errors.iter().map(|error| {
            let field = error.pointer.trim_start_matches('/');
            Problem::new(error.code.word(), field, error.detail.as_str(), "").at(self.line)
        });
        RowOutcome::Refused(reasons.collect())
    }
}

/// What became of a row when it was stored.
#[derive(Debug)]
pub(super) enum RowOutcome {
    /// It is stored, with remarks about what of it was not.
    Stored(Vec<Rejection>),
    /// It was there already and is left alone.
    Skipped,
    /// Nothing of it is stored.
    Refused(Vec<Rejection>),
}

impl RowOutcome {
    /// The row is stored without remarks.
    pub(super) const fn stored() -> Self {
        Self::Stored(Vec::new())
    }
}

/// Rows of one kind, to be stored many at a time.
#[async_trait::async_trait]
pub(super) trait Importable: ImportRow + Send + Sync + 'static {
    /// How many records of the file go into one transaction.
    const BATCH: usize;

    /// How many records of the file the row is made of.
    fn records(&self) -> u64 {
        1
    }

    /// Stores the rows that can be; one outcome per row, in the order given. An error undoes the whole batch.
    async fn store(run: &Run, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError>;
}
