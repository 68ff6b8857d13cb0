//! Who delivers mails: the handler of their jobs.

use std::path::PathBuf;

use blobs::{Blob, Blobs};
use entity::BackgroundJobId;
use outbound::Outbound;
use settings::Settings;
use store::BoxError;
use store::database::{Reader, Tx};
use store::jobs::{GiveUp, OutsideJobHandler};

use crate::address::MailAddress;
use crate::compose::compose;
use crate::error::DeliveryError;
use crate::folder;
use crate::message::Mail;
use crate::send::SendMail;
use crate::smtp::SmtpServer;

/// Bytes of a mail's attachments together. Servers rarely take more than 25 MB, and the text form of bytes is a third longer.
pub(crate) const LARGEST: usize = 15 * 1024 * 1024;

/// Where mails go.
#[derive(Clone, Debug)]
pub enum Transport {
    /// To a mail server.
    Smtp(SmtpServer),
    /// Into a folder, as files.
    Folder(PathBuf),
}

/// Delivers mails.
#[derive(Clone, Debug)]
pub struct Mailer {
    pub db: Reader,
    pub blobs: Blobs,
    pub settings: Settings,
    pub outbound: Outbound,
    /// The sender. Without a name of its own it has that of the seller.
    pub from: MailAddress,
    pub transport: Transport,
}

#[async_trait::async_trait]
impl OutsideJobHandler<SendMail> for Mailer {
    type Answer = ();

    async fn call(&self, id: BackgroundJobId, job: &SendMail) -> Result<(), BoxError> {
        self.deliver(id, job).await.map_err(|error| -> BoxError {
            if error.is_final() { GiveUp(chain(&error)).into() } else { error.into() }
        })
    }

    async fn record(&self, _tx: &Tx, _job: &SendMail, (): ()) -> Result<(), BoxError> {
        Ok(())
    }
}

impl Mailer {
    async fn deliver(&self, id: BackgroundJobId, job: &SendMail) -> Result<(), DeliveryError> {
        let from = self.from.with_default_name(&self.settings.current().name);
        let message = compose(id, job, &from, self.attachments(&job.mail).await?)?;
        match &self.transport {
            Transport::Folder(folder) => {
                folder::file(folder, id, &message.formatted()).await.map_err(DeliveryError::NotFiled)?;
            }
            Transport::Smtp(server) => {
                let _permit = self.outbound.permit().await?;
                server.deliver(&message, from.domain()).await?;
            }
        }
        tracing::info!(job = id.0, "a mail was delivered");
        Ok(())
    }

    async fn attachments(&self, mail: &Mail) -> Result<Vec<(String, Blob)>, DeliveryError> {
        let (mut files, mut bytes) = (Vec::with_capacity(mail.attachments.len()), 0);
        for attachment in &mail.attachments {
            let missing = || DeliveryError::NoAttachment(attachment.file_name.clone());
            let hash = attachment.blob.parse().map_err(|_| missing())?;
            let blob = self.blobs.get(&self.db, hash).await?.ok_or_else(missing)?;
            bytes += blob.bytes.len();
            if bytes > LARGEST {
                return Err(DeliveryError::TooLarge(LARGEST));
            }
            files.push((attachment.file_name.clone(), blob));
        }
        Ok(files)
    }
}

/// An error with what caused it: a job that is given up keeps one text.
fn chain(error: &DeliveryError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
