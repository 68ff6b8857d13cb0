//! Why a call was not made or not answered.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::AddressClass;

/// A call that was not made, or that ended without an answer. Nothing in it is secret: of the address it has the host alone.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// A mistake of the program.
    #[error("a call to the outside was tried inside a database transaction")]
    InTransaction,
    #[error("this is not an address of the web: {0}")]
    BadUrl(&'static str),
    #[error("{0} may be called by https only; http is for hosts and networks that are allowed by name")]
    HttpNotAllowed(String),
    #[error("{host} must not be called: its address {address} is {class}")]
    AddressRefused { host: String, address: IpAddr, class: AddressClass },
    #[error("the name {0} has no address")]
    NotResolved(String),
    #[error("too many calls to the outside are running")]
    Busy,
    #[error("there is no TLS: {0}")]
    NoTls(String),
    #[error("{host} did not answer within {limit:?}")]
    TimedOut { host: String, limit: Duration },
    #[error("the answer of {host} is larger than {limit} bytes")]
    TooLarge { host: String, limit: usize },
    #[error("no connection to {host}: {cause}")]
    NotConnected { host: String, cause: String },
    #[error("the call to {host} failed: {cause}")]
    Failed { host: String, cause: String },
}

impl OutboundError {
    /// Whether the same call may succeed later without anybody changing anything here.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NotResolved(_) | Self::Busy | Self::TimedOut { .. } | Self::NotConnected { .. } | Self::Failed { .. } => true,
            Self::InTransaction
            | Self::BadUrl(_)
            | Self::HttpNotAllowed(_)
            | Self::AddressRefused { .. }
            | Self::NoTls(_)
            | Self::TooLarge { .. } => false,
        }
    }
}
