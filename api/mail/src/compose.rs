//! A mail as it goes over the wire.

use std::time::{Duration, SystemTime};

use blobs::Blob;
use entity::{BackgroundJobId, Instant};
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};

use crate::address::MailAddress;
use crate::error::DeliveryError;
use crate::send::SendMail;

/// The message of a job, the same each time it is composed.
pub(crate) fn compose(
    id: BackgroundJobId,
    job: &SendMail,
    from: &MailAddress,
    attachments: Vec<(String, Blob)>,
) -> Result<Message, DeliveryError> {
    let SendMail { mail, .. } = job;
    let mut message = Message::builder()
        .message_id(Some(message_id(id, job, from)))
        .date(machine_time(job.sent_at()))
        .from(from.mailbox())
        .to(mail.to.mailbox())
        .subject(&mail.subject)
        // Asks programs at the other end not to answer that somebody is on holiday.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    if let Some(reply_to) = &mail.reply_to {
        message = message.reply_to(reply_to.mailbox());
    }
    let text = SinglePart::plain(mail.text.clone());
    let alternatives = |html: &String| {
        let parts = MultiPart::alternative().boundary(boundary(id, job, "text"));
        parts.singlepart(text.clone()).singlepart(SinglePart::html(html.clone()))
    };
    let message = match (&mail.html, attachments.is_empty()) {
        (None, true) => message.singlepart(text),
        (Some(html), true) => message.multipart(alternatives(html)),
        (html, false) => {
            let parts = MultiPart::mixed().boundary(boundary(id, job, "files"));
            let parts = match html {
                Some(html) => parts.multipart(alternatives(html)),
                None => parts.singlepart(text),
            };
            message.multipart(attachments.into_iter().fold(parts, |parts, file| parts.singlepart(attached(file))))
        }
    };
    message.map_err(DeliveryError::NotWritable)
}

fn attached((name, blob): (String, Blob)) -> SinglePart {
    let plain_bytes = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    let media_type = ContentType::parse(&blob.media_type).unwrap_or_else(|_| plain_bytes());
    lettre::message::Attachment::new(name).body(blob.bytes, media_type)
}

/// By which a recipient knows a repetition. The instant tells installations apart whose numbers are the same.
fn message_id(id: BackgroundJobId, job: &SendMail, from: &MailAddress) -> String {
    format!("<{}.{}@{}>", id.0, job.sent_at, from.domain())
}

fn boundary(id: BackgroundJobId, job: &SendMail, of: &str) -> String {
    format!("=_{of}_{}.{}", id.0, job.sent_at)
}

fn machine_time(at: Instant) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(at.0.unsigned_abs())
}
