//! Events of imports. What an import changed is told by the slices it wrote to.

use entity::{JobId, jobs};
use serde::{Deserialize, Serialize};
use store::{EventDetails, NoPublicForm};

/// An import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImportDetails {
    /// Its row, which is its name in the API.
    id: JobId,
}

impl From<&jobs::Model> for ImportDetails {
    fn from(row: &jobs::Model) -> Self {
        Self { id: row.id }
    }
}

impl EventDetails for ImportDetails {
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        format!("import/{}", self.id)
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

store::event_kinds! {
    ImportDetails:
    /// A file was uploaded and waits to be read.
    pub(crate) ImportQueued = "import.queued",
    /// It is read, or could not be.
    pub(crate) ImportEnded = "import.ended",
}
