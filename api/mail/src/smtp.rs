//! Delivery to a mail server by SMTP.
//!
//! A connection serves one mail: one that was given up in the middle of a conversation is never spoken on again, and a farewell
//! that fails after the mail was taken does not make it go out twice.

use std::fmt;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::error::DeliveryError;

/// How long a mail may take; shorter than a job, so that the job says what it waited for.
const PATIENCE: Duration = Duration::from_secs(45);
const CONNECT_PATIENCE: Duration = Duration::from_secs(15);

/// A mail server that takes mail for everybody. Its password is not shown.
#[derive(Clone)]
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpServer").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Security {
    /// Encrypted from the beginning.
    Tls(TlsParameters),
    /// Encrypted by STARTTLS if the server offers it.
    StartTls { parameters: TlsParameters, is_required: bool },
    /// Not encrypted: a server on this machine.
    Plain,
}

/// Why a text is no address of a mail server. Its words never repeat the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSmtpUrl {
    #[error("must be smtp://host or smtps://host, with user:password@ before the host and :port behind it where needed")]
    Form,
    #[error("needs a password with the user, and characters such as @ and / in either as %40 and %2F")]
    Credentials,
    #[error("names a host for which there can be no TLS")]
    Tls,
}

impl SmtpServer {
    /// Reads `smtps://user:password@host:port` (encrypted from the beginning; port 465) or `smtp://…` (STARTTLS where the server
    /// offers it, demanded where there is a password; port 587). A server on this machine is spoken to without encryption
    /// by `smtp`.
    pub fn parse(text: &str) -> Result<Self, BadSmtpUrl> {
        let url = Url::parse(text).map_err(|_| BadSmtpUrl::Form)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(BadSmtpUrl::Form)?.to_owned();
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(BadSmtpUrl::Form);
        }
        let credentials = credentials(&url)?;
        let tls = || TlsParameters::new(host.clone()).map_err(|_| BadSmtpUrl::Tls);
        let (security, default_port) = match url.scheme() {
            "smtps" => (Security::Tls(tls()?), 465),
            "smtp" if is_this_machine(&host) => (Security::Plain, 587),
            "smtp" => (Security::StartTls { parameters: tls()?, is_required: credentials.is_some() }, 587),
            _ => return Err(BadSmtpUrl::Form),
        };
        let port = url.port().unwrap_or(default_port);
        Ok(Self { host, port, security, credentials })
    }

    /// Hands a mail over.
    pub(crate) async fn deliver(&self, message: &Message, own_name: &str) -> Result<(), DeliveryError> {
        let outcome = tokio::time::timeout(PATIENCE, self.converse(message, own_name)).await;
        outcome.unwrap_or(Err(DeliveryError::TimedOut))
    }

    async fn converse(&self, message: &Message, own_name: &str) -> Result<(), DeliveryError> {
        let own_name = ClientId::Domain(own_name.to_owned());
        let mut connection = self.connect(&own_name).await?;
        let sent = connection.send(message.envelope(), &message.formatted()).await;
        match sent {
            Ok(_) => {
                let _ = connection.quit().await;
                Ok(())
            }
            Err(error) if error.is_permanent() => Err(DeliveryError::Refused(error)),
            Err(error) => Err(DeliveryError::NotTaken(error)),
        }
    }

    /// A connection that takes mail.
    async fn connect(&self, own_name: &ClientId) -> Result<AsyncSmtpConnection, DeliveryError> {
        let from_beginning = match &self.security {
            Security::Tls(parameters) => Some(parameters.clone()),
            Security::StartTls { .. } | Security::Plain => None,
        };
        let server = (self.host.trim_start_matches('[').trim_end_matches(']'), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_PATIENCE), own_name, from_beginning, None);
        let mut connection = connecting.await.map_err(DeliveryError::NotLetIn)?;
        if let Security::StartTls { parameters, is_required } = &self.security {
            if connection.can_starttls() {
                connection.starttls(parameters.clone(), own_name).await.map_err(DeliveryError::NotLetIn)?;
            } else if *is_required {
                connection.abort().await;
                return Err(DeliveryError::NotEncrypted);
            }
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(DeliveryError::NotLetIn)?;
        }
        Ok(connection)
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, BadSmtpUrl> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| BadSmtpUrl::Credentials);
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(BadSmtpUrl::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

fn is_this_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}
