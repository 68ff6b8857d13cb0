//! Telling others what happened: the event log over HTTP.
//!
//! Promises: events come in order of `seq`, none is ever skipped though transactions commit out of order, each may be read
//! again by asking with an earlier `after`. People and clients of an account see their account's events and no other's.
//!
//! Tables: none of its own. Reads: `events`. Events: none.
//!
//! Not here: recording (`kernel::events`), mail and webhooks.

mod routes;

pub use routes::EventRoutes;
