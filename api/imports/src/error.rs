//! Errors of imports.

use kernel::problem::CommonError;
use kernel::problem_types;

/// Why a request about an import fails.
#[derive(Debug, thiserror::Error)]
pub enum ImportJobError {
    #[error("there is no import \"{0}\"")]
    NotFound(String),
    #[error("import {0} has no report on this server")]
    NoReport(String),
    #[error("{0}")]
    Mapping(String),
    #[error("an import of this kind needs the scope {0} as well")]
    NotAllowed(&'static str),
    #[error("the media type must be one of {}", super::upload::MEDIA_TYPES.join(", "))]
    Media,
    #[error("the file could not be stored: {0}")]
    Storage(String),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { ImportJobError {
    Self::NotFound(_) => 404, "import-not-found", "The import does not exist";
    Self::NoReport(_) => 404, "report-not-found", "The import has no report yet";
    Self::NotAllowed(_) => 403, "import-not-allowed", "You may not change what the import writes";
    Self::Mapping(_) => 422, "bad-mapping", "The mapping is not valid";
    Self::Media => 415, "unsupported-media-type", "The media type is not supported";
    Self::Storage(_) => 500, "storage-failed", "The file could not be stored";
} delegates { Self::Common(inner) => inner: CommonError } }
