//! The event log over HTTP.
//!
//! Promises: events are returned in order of `seq`; none is skipped although transactions commit out of order; events can be read
//! again with an earlier `after`. Users and clients of an account see only the events of their account.
//!
//! Tables: none of its own; the store keeps the events. Events: none.
//!
//! Not here: recording (`kernel::events`), mail and webhooks.

mod routes;

pub use routes::EventRoutes;
