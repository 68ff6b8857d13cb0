//! Errors of the search index.

use kernel::problem::CommonError;
use kernel::problem_types;

/// Errors of the search index.
#[derive(Debug, thiserror::Error)]
pub enum SearchIndexError {
    #[error("the search index of this process is not built yet; try again")]
    NotReady,
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { SearchIndexError {
    Self::NotReady => 503, "search-not-ready", "The search index is being built";
} delegates {
    Self::Common(inner) => inner: CommonError,
} }

impl From<search::Error> for SearchIndexError {
    fn from(error: search::Error) -> Self {
        CommonError::Internal(error.to_string()).into()
    }
}
