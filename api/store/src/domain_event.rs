//! What a slice declares of its events: a type for every kind, its subject, who may see it and its public form.
//!
//! A kind stands in one place, [`DomainEvent::KIND`]; who records or follows an event names its type. What is stored can be read
//! by later releases: fields are only added, with a default.

use entity::AccountId;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One kind of event. As JSON it is the internal form, which only this program reads and which may hold row ids.
pub trait DomainEvent: Serialize + DeserializeOwned {
    /// What happened, as `noun.happened`.
    const KIND: &'static str;
    /// What partners get to read: numbers, codes and quantities, never a row id.
    type Public<'a>: Serialize
    where
        Self: 'a;
    /// The public name of the thing it happened to, as `order/SO-1`.
    fn subject(&self) -> String;
    /// The account that may see it; none means the seller alone.
    fn account(&self) -> Option<AccountId> {
        None
    }
    /// The public form; none when kind and subject say everything.
    fn public(&self) -> Option<Self::Public<'_>>;
}

/// The public form of events that have none.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum NoPublicForm {}

/// What several kinds of events say alike; [`event_kinds!`](crate::event_kinds) declares the kinds.
pub trait EventDetails: Serialize + DeserializeOwned {
    /// As [`DomainEvent::Public`].
    type Public<'a>: Serialize
    where
        Self: 'a;
    /// As [`DomainEvent::subject`].
    fn subject(&self) -> String;
    /// As [`DomainEvent::account`].
    fn account(&self) -> Option<AccountId> {
        None
    }
    /// As [`DomainEvent::public`].
    fn public(&self) -> Option<Self::Public<'_>>;
}

/// Declares events that say the same [`EventDetails`], each as a type around them:
/// `event_kinds! { OrderDetails: pub OrderClosed = "order.closed" }`.
#[macro_export]
macro_rules! event_kinds {
    ($details:ty: $($(#[$doc:meta])* $vis:vis $name:ident = $kind:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        $vis struct $name($vis $details);

        impl $crate::domain_event::DomainEvent for $name {
            const KIND: &'static str = $kind;
            type Public<'a> = <$details as $crate::domain_event::EventDetails>::Public<'a>;

            fn subject(&self) -> String {
                $crate::domain_event::EventDetails::subject(&self.0)
            }

            fn account(&self) -> Option<entity::AccountId> {
                $crate::domain_event::EventDetails::account(&self.0)
            }

            fn public(&self) -> Option<Self::Public<'_>> {
                $crate::domain_event::EventDetails::public(&self.0)
            }
        }
    )*};
}

/// An event whose internal form is not what its type says: it was written by another release, or by hand.
#[derive(Debug, thiserror::Error)]
#[error("event {seq} of kind {kind} cannot be read: {source}")]
pub struct UnreadableEvent {
    /// Its number.
    pub seq: i64,
    /// Its kind.
    pub kind: &'static str,
    pub(super) source: serde_json::Error,
}

#[cfg(test)]
#[path = "domain_event_tests.rs"]
mod tests;
