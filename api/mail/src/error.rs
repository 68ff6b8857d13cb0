//! What mail refuses, and why one was not delivered.

use blobs::BlobError;
use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;
use outbound::OutboundError;

/// What requests for mail are refused.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { MailError {} delegates {
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} }

/// A mail that cannot be sent as it is. Where words of a person become part of a mail, the slice has checked them before; what
/// comes through to here is a fault of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the subject of a mail has control characters or is too long")]
    Subject,
    #[error("a mail has too many attachments")]
    Attachments,
    #[error("an attachment needs a short file name without slashes and control characters, and the hash of a blob")]
    Attachment,
}

impl From<Malformed> for CommonError {
    fn from(error: Malformed) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Why a mail was not delivered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error("the attachment {0} does not exist")]
    NoAttachment(String),
    #[error("the attachments have more than {0} bytes together")]
    TooLarge(usize),
    #[error("the mail cannot be written")]
    NotWritable(#[source] lettre::error::Error),
    #[error("the mail server refused the mail")]
    Refused(#[source] lettre::transport::smtp::Error),
    #[error("the mail server did not take the mail")]
    NotTaken(#[source] lettre::transport::smtp::Error),
    #[error("the mail server did not let this program in")]
    NotLetIn(#[source] lettre::transport::smtp::Error),
    #[error("the mail server offers no encryption, without which no password is sent")]
    NotEncrypted,
    #[error("the mail server did not answer in time")]
    TimedOut,
    #[error("the file of the mail was not written")]
    NotFiled(#[source] std::io::Error),
    #[error(transparent)]
    Blobs(#[from] BlobError),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

impl DeliveryError {
    /// Whether trying again is of no use.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::NoAttachment(_) | Self::TooLarge(_) | Self::NotWritable(_) | Self::Refused(_) => true,
            Self::NotTaken(_)
            | Self::NotLetIn(_)
            | Self::NotEncrypted
            | Self::TimedOut
            | Self::NotFiled(_)
            | Self::Blobs(_)
            | Self::Outbound(_) => false,
        }
    }
}
