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

/// What the event log refuses.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { EventError {} delegates { Self::Common(inner) => inner: CommonError } }

type Result<T> = std::result::Result<T, ApiError<EventError>>;

#[derive(Tags)]
enum Tag {
    /// What happened, in order.
    Events,
}

/// Events in order.
#[derive(Debug, Object, Serialize)]
pub(crate) struct EventsView {
    /// The events.
    pub items: Vec<EventView>,
    /// Give this as `after` to read on.
    pub next_after: i64,
}

/// Something that happened.
#[derive(Debug, Object, Serialize)]
pub(crate) struct EventView {
    /// Its place in the log; rises, with gaps.
    pub seq: i64,
    /// What happened, as `order.placed`.
    #[oai(rename = "type")]
    #[serde(rename = "type")]
    pub kind: String,
    /// What it happened to, as `order/SO00000042`.
    pub subject: String,
    /// Code of the account it belongs to; none for the seller's own.
    pub account: Option<String>,
    /// Who caused it; only shown to the seller's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
    /// Details: a JSON object of numbers, codes and quantities; empty where type and subject say everything.
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
    /// Everything that happened after `after`, in order; an account's principals see what belongs to their account. With
    /// `wait` the answer comes as soon as there is something, or empty after so many seconds (at most 30). No event is ever
    /// skipped, and reading again from an earlier place gives the same events.
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
            // Another process without Redis wakes nobody here, so look again every second in any case.
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
