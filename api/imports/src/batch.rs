//! What a kind of rows must be able to do to be imported.

use files::rejection::{Problem, Rejection};
use files::rows::ImportRow;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::database::Tx;

use super::known::Run;

/// A good row and where it stood.
#[derive(Clone, Debug)]
pub(super) struct Row<T> {
    pub(super) line: u64,
    pub(super) row: T,
}

impl<T> Row<T> {
    /// A verdict against the row, for one reason.
    pub(super) fn refused(&self, code: FieldCode, field: &str, detail: impl Into<String>, raw: &str) -> Verdict {
        Verdict::Refused(vec![Problem::new(code.word(), field, detail, raw).at(self.line)])
    }

    /// A verdict against the row, for the reasons of another slice.
    pub(super) fn refused_by(&self, errors: &[FieldError]) -> Verdict {
        let reasons = errors.iter().map(|error| {
            let field = error.pointer.trim_start_matches('/');
            Problem::new(error.code.word(), field, error.detail.as_str(), "").at(self.line)
        });
        Verdict::Refused(reasons.collect())
    }
}

/// What became of a row.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is stored, with remarks about what of it was not.
    Stored(Vec<Rejection>),
    /// It was there already and is left alone.
    Skipped,
    /// Nothing of it is stored.
    Refused(Vec<Rejection>),
}

impl Verdict {
    /// It is stored as it stands.
    pub(super) const fn stored() -> Self {
        Self::Stored(Vec::new())
    }
}

/// Rows of one kind, to be stored many at a time.
#[async_trait::async_trait]
pub(super) trait Load: ImportRow + Send + Sync + 'static {
    /// How many records of the file go into one transaction.
    const BATCH: usize;

    /// How many records of the file the row is made of.
    fn records(&self) -> u64 {
        1
    }

    /// Stores the rows that can be; one verdict per row, in the order given. An error undoes the whole batch.
    async fn store(run: &Run, tx: &Tx, rows: &[Row<Self>]) -> Result<Vec<Verdict>, CommonError>;
}
