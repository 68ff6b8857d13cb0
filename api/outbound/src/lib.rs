//! The one guarded client for calls to the outside.
//!
//! Promises:
//! - A connection goes to a public address, or to a host or network that the [`AllowList`] names. Names are resolved here, and the
//!   connection goes to the very addresses that were checked, so that a name which changes its address between check and call
//!   gains nothing ([`AddressClass`] says what is refused).
//! - `http` is spoken only to hosts and networks of the allow list, `https` to all. Credentials in an address are refused.
//! - Nothing is followed, unpacked or sent through a proxy: a redirect is an answer like any other, a compressed answer stays
//!   compressed, and the proxy variables of the environment count for nothing.
//! - A call ends within its time-out, from the first look-up of the name to the last byte of the answer. An answer larger than the
//!   limit is given up while it arrives. Over the process only so many calls run at once, and waiting for a place is bounded too.
//! - Errors and logs name the host and no more: no path, no query, no header, no body.
//! - No call is made by a task that holds a database transaction. A [`Tx`](store::database::Tx) counts as open for its task from its
//!   beginning to its end, and [`Outbound::permit`], through which every call goes, asks whether one is
//!   ([`store::open_transactions`]). It answers [`OutboundError::InTransaction`], and stops a build with debug assertions, since it
//!   is a mistake of the program: a lock on the database would last as long as a stranger likes. Who must ask the outside does so
//!   before its transaction begins, or in a job ([`store::jobs::OutsideJobHandler`]).
//!
//! What speaks another protocol than HTTP takes a [`CallPermit`] and makes its own connection; its host is then one that the
//! operator configured, never one that came with a request.
//!
//! Tables: none. Events: none.
//!
//! Not here: trying again (`store::jobs`), signatures, and what an answer means.

mod address;
mod allow;
mod client;
mod error;
mod resolve;
mod target;
#[cfg(test)]
mod tests;

pub use address::AddressClass;
pub use allow::{AllowList, NotAllowable};
pub use client::{Answer, Call, CallPermit, Limits, Outbound};
pub use error::OutboundError;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use reqwest::{Method, StatusCode};
