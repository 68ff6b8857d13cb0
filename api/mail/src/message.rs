//! A mail as slices say it.

use serde::{Deserialize, Serialize};

use crate::address::{MailAddress, is_one_line};
use crate::error::Malformed;

/// Characters of a subject and of the name of a file, and files of a mail, at most.
const LONGEST_SUBJECT: usize = 300;
const LONGEST_FILE_NAME: usize = 200;
const MOST_ATTACHMENTS: usize = 20;

/// A mail to one recipient. The sender is the one of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub to: MailAddress,
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// The same as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Who gets answers, if not the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MailAddress>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A file that goes along with a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// As the recipient sees it, with its ending.
    pub file_name: String,
    /// The hash of the blob that it is, as text.
    pub blob: String,
}

impl Mail {
    /// A mail of plain text.
    pub fn new(to: MailAddress, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { to, subject: subject.into(), text: text.into(), html: None, reply_to: None, attachments: Vec::new() }
    }

    /// What would be refused later is refused here, where somebody can still act on it.
    pub(crate) fn check(&self) -> Result<(), Malformed> {
        if !is_one_line(&self.subject) || self.subject.chars().count() > LONGEST_SUBJECT {
            return Err(Malformed::Subject);
        }
        if self.attachments.len() > MOST_ATTACHMENTS {
            return Err(Malformed::Attachments);
        }
        for Attachment { file_name, blob } in &self.attachments {
            let is_name = !file_name.is_empty() && is_one_line(file_name) && !file_name.contains(['/', '\\']);
            if !is_name || file_name.chars().count() > LONGEST_FILE_NAME || blob.parse::<blobs::BlobHash>().is_err() {
                return Err(Malformed::Attachment);
            }
        }
        Ok(())
    }
}
