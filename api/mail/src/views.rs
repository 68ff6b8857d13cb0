//! Test mails and mails about passwords on the wire.

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

/// Who wants a new password.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordResetInput {
    /// The e-mail address of the sign-in.
    pub email: Text<254>,
}

/// What is under way, if somebody signs in with the address.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "PasswordReset")]
pub(crate) struct PasswordResetView {
    /// Seconds for which the link works.
    pub expires_in: i64,
}

/// A mail on its way.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "TestMail")]
pub(crate) struct TestMailView {
    /// The background job that delivers it, as in `/v1/jobs/{id}`; a job that is done is answered 404.
    pub job_id: i64,
}
