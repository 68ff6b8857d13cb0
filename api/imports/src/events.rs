//! Events of imports. The slices record what an import changed.

use entity::{JobId, jobs};
use serde::{Deserialize, Serialize};
use store::{EventDetails, NoPublicForm};

/// An import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImportDetails {
    /// Row id, also the id in the API.
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
    /// A file was uploaded and queued.
    pub(crate) ImportQueued = "import.queued",
    /// The import is done or failed.
    pub(crate) ImportEnded = "import.ended",
}
