//! What settings refuse.

use kernel::problem::CommonError;
use kernel::problem_types;

/// What settings refuse.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { SettingsError {} delegates { Self::Common(inner) => inner: CommonError } }
