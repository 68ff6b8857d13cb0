//! Events of what tokens are signed with and of tokens that end early. Identity records those that end tokens; they stand here
//! because the [keys](super::tokens::Keys) of every process refuse the tokens from then on.

use entity::{AccountId, Instant};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails, NoPublicForm};

/// A new signing key took the place of those before it; every process reads the keys again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyRotated {
    /// The name of the new key.
    #[serde(default)]
    pub kid: String,
}

impl DomainEvent for KeyRotated {
    const KIND: &'static str = "key.rotated";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        format!("key/{}", self.kid)
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

/// Whose tokens end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokensEnded {
    /// Whose tokens, as `user:7`, `client:acme-erp` or `session:` and the id of a sign-in.
    pub revoked: String,
    /// Tokens issued until then are refused, in microseconds since 1970.
    pub at: i64,
    /// The account of the person or client; none on the seller's side.
    #[serde(default)]
    pub account_id: Option<AccountId>,
}

impl TokensEnded {
    /// Tokens of a subject end now, which is `at`.
    pub fn new(revoked: String, at: Instant, account_id: Option<AccountId>) -> Self {
        Self { revoked, at: at.0, account_id }
    }
}

impl EventDetails for TokensEnded {
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        self.revoked.replacen(':', "/", 1)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

store::event_kinds! {
    TokensEnded:
    /// A person may no longer sign in.
    pub UserDisabled = "user.disabled",
    /// A person has a new password, which ended every sign-in of theirs.
    pub PasswordChanged = "user.password_changed",
    /// A machine client is no more.
    pub ClientRevoked = "client.revoked",
    /// A refresh token was used twice, which ended its session.
    pub SessionReused = "session.reused",
    /// A person signed out.
    pub SessionEnded = "session.ended",
}
