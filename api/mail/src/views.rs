//! Test mails on the wire.

use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::Text;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use crate::address::MailAddress;

/// A mail that shows whether mail arrives.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
#[oai(rename = "TestMailInput")]
pub(crate) struct TestMailInput {
    /// Who gets it, as `name@example.com`.
    pub to: Text<254>,
}

impl TestMailInput {
    pub(crate) fn address(&self) -> Result<MailAddress, CommonError> {
        self.to
            .parse()
            .map_err(|refused: crate::NotAnAddress| FieldError::new("/to", FieldCode::BadEmail, format!("to {refused}")).into())
    }
}

/// A mail on its way.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "TestMail")]
pub(crate) struct TestMailView {
    /// The background job that delivers it, as in `/v1/jobs/{id}`; a job that is done is answered 404.
    pub job_id: i64,
}
