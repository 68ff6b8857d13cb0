//! Mail: enqueued with what causes it, delivered by SMTP or into a folder.
//!
//! Promises:
//! - A mail exists if and only if the transaction that [sent](send()) it committed: it is a background job.
//! - A mail goes to one recipient, so that a refusal concerns nobody else. It is delivered at least once; a repetition has the same
//!   `Message-ID`, and in a folder the same file name, which is written whole or not at all.
//! - A recipient or a message that the server refuses for good is a dead job with the server's words; it is seen among the jobs and
//!   can be retried. Everything else is tried again: servers that do not answer, that refuse for now, or that refuse this program
//!   (a wrong password is no reason to lose mail).
//! - No text can add a header: addresses are parsed, texts with control characters are refused, and what is not ASCII is encoded.
//! - A password goes over an encrypted connection or to this machine, and stands in no error and no log.
//!
//! The server is the operator's, so its address may be private; calls to it take their place among those of
//! [`Outbound`](outbound::Outbound), which refuses them inside a transaction.
//!
//! Tables: none of its own; mails are background jobs until they are delivered. Events: `mail.test_requested`.
//!
//! Not here: what mails say and when; the slice that has something to say calls [`send()`]. Bounces: they arrive at the address of
//! the sender.

mod address;
mod compose;
mod deliver;
mod error;
pub mod events;
mod folder;
mod message;
mod routes;
mod send;
mod smtp;
#[cfg(test)]
mod smtp_tests;
#[cfg(test)]
mod tests;
mod views;

pub use address::{MailAddress, NotAnAddress};
pub use deliver::{Mailer, Transport};
pub use error::{MailError, Malformed};
pub use message::{Attachment, Mail};
pub use routes::{MailRoutes, PasswordResetRoutes};
pub use send::{SendMail, send};
pub use smtp::{BadSmtpUrl, SmtpServer};
