//! Configuration: one struct, from flags, environment variables and a TOML file, in this order of precedence. Nothing else
//! in the product reads the environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _};
use kernel::proxies::{ProxyHeader, TrustedProxies};
use kernel::secret_key::SecretKey;
use mail::{MailAddress, SmtpServer};
use outbound::AllowList;
use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::Cli;

/// Settings of the server and of every command that opens the database.
#[derive(Args, Clone, Debug)]
pub(crate) struct Config {
    /// TOML file with any of these settings, keys as the flags are named (`data-dir = "…"`)
    #[arg(long, env = "BULKHEAD_CONFIG", global = true, value_name = "FILE")]
    #[expect(clippy::struct_field_names, reason = "named as its flag")]
    pub(crate) config: Option<PathBuf>,

    /// Address and port to serve on; port 0 takes a free one
    #[arg(long, env = "BULKHEAD_LISTEN", default_value = "127.0.0.1:8080", global = true, value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,

    /// Address and port of a listener of its own for `/metrics`, which needs no token there; without it `/metrics` needs the scope
    /// `metrics:read`
    #[arg(long, env = "BULKHEAD_METRICS_LISTEN", global = true, value_name = "ADDRESS")]
    pub(crate) metrics_listen: Option<SocketAddr>,

    /// Where the SQLite database, the search index and reports are kept
    #[arg(long, env = "BULKHEAD_DATA_DIR", default_value = "data", global = true, value_name = "DIRECTORY")]
    pub(crate) data_dir: PathBuf,

    /// `postgres://…` or `sqlite:…`; default is `bulkhead.db` in the data directory
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true, value_parser = database_url)]
    pub(crate) database_url: Option<SecretString>,

    /// `redis://…`; without it one process needs no Redis and several poll
    #[arg(long, env = "REDIS_URL", global = true, value_name = "URL", hide_env_values = true, value_parser = redis_url)]
    pub(crate) redis_url: Option<SecretString>,

    /// Key that secrets in the database are encrypted with, 32 bytes in base64, the same for every process; without it
    /// `secret.key` in the data directory, which is made when it is missing
    #[arg(long, env = "BULKHEAD_SECRET_KEY", global = true, value_name = "KEY", hide_env_values = true, value_parser = secret_key)]
    pub(crate) secret_key: Option<SecretString>,

    /// Connections to PostgreSQL at most; SQLite has one that writes and as many as read at once
    #[arg(long, env = "BULKHEAD_DATABASE_CONNECTIONS", default_value_t = 8, global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) database_connections: u32,

    /// What this process does: everything, only answer requests, or only background work
    #[arg(long, env = "BULKHEAD_ROLE", default_value = "all", global = true, value_enum)]
    pub(crate) role: Role,

    /// Largest request body in MiB
    #[arg(long, env = "BULKHEAD_MAX_BODY_MB", default_value_t = 32, global = true, value_name = "MIB",
          value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) max_body_mb: u32,

    /// Largest upload of the seller's staff in MiB, read as it comes
    #[arg(long, env = "BULKHEAD_MAX_UPLOAD_MB", default_value_t = 1024, global = true, value_name = "MIB",
          value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) max_upload_mb: u32,

    /// Seconds after which a request is given up; 0 for never
    #[arg(long, env = "BULKHEAD_REQUEST_TIMEOUT", default_value_t = 60, global = true, value_name = "SECONDS")]
    pub(crate) request_timeout: u32,

    /// Requests worked on at once; more are answered 503
    #[arg(long, env = "BULKHEAD_MAX_CONCURRENCY", default_value_t = 1024, global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_concurrency: u32,

    /// Connections open at once, a quarter of them of one address; more are closed
    #[arg(long, env = "BULKHEAD_MAX_CONNECTIONS", default_value_t = 8192, global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) max_connections: u32,

    /// Proxies that are believed about where requests come from, as `10.1.0.7,10.2.0.0/16`
    #[arg(
        long,
        env = "BULKHEAD_TRUSTED_PROXIES",
        default_value = "",
        hide_default_value = true,
        global = true,
        value_name = "LIST"
    )]
    pub(crate) trusted_proxies: TrustedProxies,

    /// Header in which those proxies say whom they ask for; the other is not believed
    #[arg(long, env = "BULKHEAD_PROXY_HEADER", default_value = "x-forwarded-for", global = true, value_enum)]
    pub(crate) proxy_header: ProxyHeaderName,

    /// Requests a second allowed to one principal or address, ten seconds' worth at once; 0 for no limit
    #[arg(long, env = "BULKHEAD_RATE_LIMIT", default_value_t = 500, global = true, value_name = "NUMBER")]
    pub(crate) rate_limit: u32,

    /// Seconds for which an order that is held for credit or payment keeps its stock; default is three days
    #[arg(long, env = "BULKHEAD_HOLD_STOCK_SECONDS", default_value_t = 259_200, global = true, value_name = "SECONDS",
          value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
    pub(crate) hold_stock_seconds: u32,

    /// Mail server, as `smtps://user:password@host`; without it mails become files
    #[arg(long, env = "BULKHEAD_SMTP_URL", global = true, value_name = "URL", hide_env_values = true, value_parser = smtp_url)]
    pub(crate) smtp_url: Option<SecretString>,

    /// Sender of mails, as `orders@example.com` or `Orders <orders@example.com>`; without a name the seller's is taken
    #[arg(long, env = "BULKHEAD_MAIL_FROM", global = true, value_name = "ADDRESS")]
    pub(crate) mail_from: Option<MailAddress>,

    /// Where mails become files without a mail server; default is `mail` in the data directory
    #[arg(long, env = "BULKHEAD_MAIL_DIR", global = true, value_name = "DIRECTORY")]
    pub(crate) mail_dir: Option<PathBuf>,

    /// Hosts and networks that calls to the outside may reach although they are not public, as `erp.example.com,10.1.0.0/16`
    #[arg(
        long,
        env = "BULKHEAD_OUTBOUND_ALLOW",
        default_value = "",
        hide_default_value = true,
        global = true,
        value_name = "LIST"
    )]
    pub(crate) outbound_allow: AllowList,

    /// What is logged, as `info` or `warn,api=debug`
    #[arg(long, env = "BULKHEAD_LOG", default_value = "info", global = true, value_name = "FILTER")]
    pub(crate) log: String,

    /// How it is logged
    #[arg(long, env = "BULKHEAD_LOG_FORMAT", default_value = "auto", global = true, value_enum)]
    pub(crate) log_format: LogFormat,

    /// Answer every request with `Bulkhead-Statements`, the number of database statements it took
    #[arg(long, env = "BULKHEAD_SHOW_STATEMENTS", global = true, default_value_t = false, action = clap::ArgAction::Set, value_name = "BOOL")]
    pub(crate) show_statements: bool,
}

/// A header of proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ProxyHeaderName {
    XForwardedFor,
    /// Of RFC 7239
    Forwarded,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Answers requests and works in the background
    All,
    /// Answers requests
    Api,
    /// Works in the background
    Worker,
}

/// How logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere
    Auto,
    /// One JSON object a line
    Json,
    /// Text
    Text,
}

impl Config {
    /// The database to connect to.
    pub(crate) fn database(&self) -> String {
        match &self.database_url {
            Some(url) => url.expose_secret().to_owned(),
            None => format!("sqlite:{}", self.data_dir.join("bulkhead.db").display()),
        }
    }

    /// The proxies that are believed about where requests come from.
    pub(crate) fn proxies(&self) -> TrustedProxies {
        self.trusted_proxies.clone().using(match self.proxy_header {
            ProxyHeaderName::XForwardedFor => ProxyHeader::XForwardedFor,
            ProxyHeaderName::Forwarded => ProxyHeader::Forwarded,
        })
    }

    /// The key that secrets in the database are encrypted with.
    pub(crate) fn secret_key(&self) -> Result<SecretKey, String> {
        match &self.secret_key {
            Some(text) => SecretKey::of_text(text.expose_secret()),
            None => SecretKey::of_file(&self.data_dir.join("secret.key")),
        }
    }

    /// Where the search index is kept.
    pub(crate) fn index_dir(&self) -> PathBuf {
        self.data_dir.join("search-index")
    }

    /// Where copies of blobs are kept.
    pub(crate) fn blobs_dir(&self) -> PathBuf {
        self.data_dir.join("blobs")
    }

    /// Where mails become files.
    pub(crate) fn mail_dir(&self) -> PathBuf {
        self.mail_dir.clone().unwrap_or_else(|| self.data_dir.join("mail"))
    }
}

fn database_url(text: &str) -> Result<SecretString, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned().into()) } else { Err("starts with sqlite:, postgres:// or postgresql://".to_owned()) }
}

fn secret_key(text: &str) -> Result<SecretString, String> {
    SecretKey::of_text(text).map(|_| text.to_owned().into())
}

fn redis_url(text: &str) -> Result<SecretString, String> {
    kernel::redis_link::open(text).map(|_| text.to_owned().into())
}

fn smtp_url(text: &str) -> Result<SecretString, String> {
    SmtpServer::parse(text).map(|_| text.to_owned().into()).map_err(|e| e.to_string())
}

/// Reads the command line; settings of the file named by `--config` stand where neither flag nor variable does.
pub(crate) fn read() -> Result<Cli, clap::Error> {
    let command = Cli::command();
    let first = command.clone().ignore_errors(true).try_get_matches();
    let file = first.ok().as_ref().and_then(config_path);
    let command = match file {
        Some(path) => with_file(command, &path)?,
        None => command,
    };
    let matches = command.try_get_matches()?;
    Cli::from_arg_matches(&matches)
}

fn config_path(matches: &ArgMatches) -> Option<PathBuf> {
    matches.try_get_one::<PathBuf>("config").ok().flatten().cloned()
}

/// The command with the file's values as its defaults.
fn with_file(mut command: clap::Command, path: &Path) -> Result<clap::Command, clap::Error> {
    let refuse = |text: String| clap::Error::raw(clap::error::ErrorKind::InvalidValue, format!("{}: {text}\n", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| refuse(e.to_string()))?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| refuse(e.message().to_owned()))?;
    for (key, value) in table {
        let id = key.replace('-', "_");
        let known = command.get_arguments().any(|a| a.get_id() == id.as_str() && id != "config");
        if !known {
            return Err(refuse(format!("there is no setting \"{key}\"")));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            _ => return Err(refuse(format!("the value of \"{key}\" is a text, a number or true/false"))),
        };
        command = command.mut_arg(&id, |argument| argument.default_value(value));
    }
    Ok(command)
}
