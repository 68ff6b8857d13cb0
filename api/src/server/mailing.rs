//! How this process sends mail, by its configuration.

use blobs::Blobs;
use mail::{MailAddress, Mailer, SmtpServer, Transport};
use outbound::{Limits, Outbound};
use secrecy::ExposeSecret as _;
use settings::Settings;
use store::database::Reader;

use crate::config::Config;

/// Bytes of blobs that are kept on disk beside the database.
const BLOB_CACHE: u64 = 512 * 1024 * 1024;
/// The sender of mails that become files; nobody can answer it.
const NOBODY: &str = "bulkhead@localhost";

/// The mailer, or which setting it lacks.
pub(super) fn mailer(config: &Config, db: Reader, settings: &Settings) -> Result<Mailer, String> {
    let (from, transport) = match &config.smtp_url {
        Some(url) => {
            let from = config.mail_from.clone().ok_or("mail-from: is needed with smtp-url")?;
            let server = SmtpServer::parse(url.expose_secret()).map_err(|e| format!("smtp-url: {e}"))?;
            (from, Transport::Smtp(server))
        }
        None => (config.mail_from.clone().map_or_else(nobody, Ok)?, Transport::Folder(config.mail_dir())),
    };
    Ok(Mailer {
        db,
        blobs: Blobs::with_cache(config.blobs_dir(), BLOB_CACHE),
        settings: settings.clone(),
        outbound: Outbound::new(config.outbound_allow.clone(), Limits::default()),
        from,
        transport,
    })
}

fn nobody() -> Result<MailAddress, String> {
    NOBODY.parse().map_err(|e| format!("mail-from: {e}"))
}
