//! The event log over HTTP.

use std::time::Duration;

use poem_openapi::param::Query;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi, Tags};
use serde::Serialize;
use serde_json::value::RawValue;

use identity::Accounts;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError};
use kernel::problem_types;
use kernel::wire::{JsonResponse, Timestamp, page_limit};
use store::events::{self, PublicEvent, Range};

/// Why a request to the event log fails.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { EventError {} delegates { Self::Common(inner) => inner: CommonError } }

type Result<T> = std::result::Result<T, ApiError<EventError>>;

#[derive(Tags)]
enum Tag {
    /// The event log.
    Events,
}

/// Events in order.
#[derive(Debug, Object, Serialize)]
pub(crate) struct EventsView {
    /// The events.
    pub items: Vec<EventView>,
    /// Give this as `after` to read the next events.
    pub next_after: i64,
}

/// An event.
#[derive(Debug, Object, Serialize)]
pub(crate) struct EventView {
    /// Sequence number; increases, with gaps.
    pub seq: i64,
    /// Type of the event, such as `order.placed`.
    #[oai(rename = "type")]
    #[serde(rename = "type")]
    pub kind: String,
    /// Resource that the event is about, such as `order/SO00000042`.
    pub subject: String,
    /// Code of the account it belongs to; absent for events of the seller.
    pub account: Option<String>,
    /// User or client that caused it; only for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Time.
    pub occurred_at: Timestamp,
    /// Details: a JSON object of numbers, codes and quantities; empty when type and subject are sufficient.
    pub data: Any<Box<RawValue>>,
}

/// The event log.
#[derive(Debug)]
pub struct EventRoutes {
    /// All accounts.
    pub accounts: Accounts,
}

/// Longest long poll, in seconds.
const LONGEST_WAIT: u64 = 30;

#[OpenApi(tag = "Tag::Events")]
impl EventRoutes {
    /// Read events
    ///
    /// The events after `after`, in order; users and clients of an account see the events of their account. With
    /// `wait` the response is sent as soon as there is an event, or empty after that number of seconds (at most 30). No event is
    /// skipped, and reading again from an earlier `after` returns the same events.
    #[oai(path = "/v1/events", method = "get", operation_id = "list_events")]
    async fn list_events(
        &self,
        who: Acting<permit::ReadEvents>,
        after: Query<Option<i64>>,
        limit: Query<Option<u64>>,
        wait: Query<Option<u64>>,
    ) -> Result<JsonResponse<EventsView>> {
        let limit = page_limit(limit.0, 100, 1_000)?;
        let range = Range { after: after.0.unwrap_or(0).max(0), limit, account: who.account() };
        let longest_wait = Duration::from_secs(wait.0.unwrap_or(0).min(LONGEST_WAIT));
        let items = self.read(&who, range, longest_wait).await?;
        let next_after = items.last().map_or(range.after, |event| event.seq);
        let items = items.into_iter().map(|event| self.view(event, who.is_seller())).collect();
        Ok(JsonResponse::of(&EventsView { items, next_after })?)
    }
}

impl EventRoutes {
    async fn read(&self, who: &Acting<permit::ReadEvents>, range: Range, longest_wait: Duration) -> Result<Vec<PublicEvent>> {
        let db = who.db();
        let feed = who.kernel().feed();
        let deadline = tokio::time::Instant::now() + longest_wait;
        loop {
            let seen = feed.latest_seen();
            let items = events::read_public(&db, range).await?;
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            if !items.is_empty() || left.is_zero() {
                return Ok(items);
            }
            // Without Redis, other processes cannot wake this one, so the events are read every second in any case.
            feed.wait_for_more(seen, left.min(Duration::from_secs(1))).await;
        }
    }

    fn view(&self, event: PublicEvent, with_actor: bool) -> EventView {
        EventView {
            seq: event.seq,
            subject: event.subject,
            account: event.account.map(|id| self.accounts.code_of(id)),
            actor: with_actor.then_some(event.actor),
            occurred_at: Timestamp(event.occurred_at),
            data: Any(event.data),
            kind: event.kind,
        }
    }
}
