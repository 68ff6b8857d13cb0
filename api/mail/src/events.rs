//! Events of mail.

use serde::{Deserialize, Serialize};
use store::{DomainEvent, NoPublicForm};

/// Staff sent a mail to see whether mail arrives. Nobody handles it; it is the trail of who did so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TestMailRequested {
    /// The job that delivers it.
    pub job: i64,
}

impl DomainEvent for TestMailRequested {
    const KIND: &'static str = "mail.test_requested";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        format!("job/{}", self.job)
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}
