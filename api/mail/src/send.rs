//! Sending a mail: it is enqueued in the transaction that has something to say.

use entity::{BackgroundJobId, Instant};
use kernel::problem::CommonError;
use serde::{Deserialize, Serialize};
use store::database::Tx;
use store::jobs::Job;

use crate::message::Mail;

/// A mail that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMail {
    pub(crate) mail: Mail,
    /// When it was sent, in microseconds: what the recipient reads as its date, however long delivery takes.
    pub(crate) sent_at: i64,
}

impl Job for SendMail {
    const KIND: &'static str = "mail.send";
}

impl SendMail {
    pub(crate) fn sent_at(&self) -> Instant {
        Instant(self.sent_at)
    }
}

/// Sends a mail if this transaction commits.
pub async fn send(tx: &Tx, mail: Mail) -> Result<BackgroundJobId, CommonError> {
    mail.check()?;
    let job = SendMail { mail, sent_at: tx.now().0 };
    Ok(tx.enqueue(&job, tx.now()).await?)
}
