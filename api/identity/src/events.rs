//! Events of accounts, people and machine clients. Those that end tokens are the kernel's
//! ([`kernel::events`]), which reads them.

use entity::{AccountId, AccountStatus, accounts, clients, sites, users};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails, NoPublicForm};

/// An account was created or changed. Read by [`Accounts`](super::Accounts), by `catalog` for visibility and by `price-admin`, which
/// records what prices depend on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountChanged {
    /// Its row.
    pub id: AccountId,
    /// Its code.
    pub code: String,
    /// Its version after the change.
    pub version: i64,
    /// Whether it may order.
    pub status: AccountStatus,
}

impl From<&accounts::Model> for AccountChanged {
    fn from(row: &accounts::Model) -> Self {
        Self { id: row.id, code: row.code.clone(), version: row.version, status: row.status }
    }
}

/// Public form of [`AccountChanged`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicAccount<'a> {
    code: &'a str,
    version: i64,
    status: AccountStatus,
}

impl DomainEvent for AccountChanged {
    const KIND: &'static str = "account.changed";
    type Public<'a> = PublicAccount<'a>;

    fn subject(&self) -> String {
        format!("account/{}", self.code)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.id)
    }

    fn public(&self) -> Option<PublicAccount<'_>> {
        Some(PublicAccount { code: &self.code, version: self.version, status: self.status })
    }
}

/// An address of an account was created or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SiteChanged {
    /// The account it belongs to.
    #[serde(default)]
    pub(crate) account_id: Option<AccountId>,
    /// Its code.
    pub(crate) code: String,
}

impl From<&sites::Model> for SiteChanged {
    fn from(row: &sites::Model) -> Self {
        Self { account_id: Some(row.account_id), code: row.code.clone() }
    }
}

/// Public form of [`SiteChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicSite<'a> {
    code: &'a str,
}

impl DomainEvent for SiteChanged {
    const KIND: &'static str = "site.changed";
    type Public<'a> = PublicSite<'a>;

    fn subject(&self) -> String {
        format!("site/{}", self.code)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicSite<'_>> {
        Some(PublicSite { code: &self.code })
    }
}

/// A person may sign in from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UserCreated {
    /// The name of the person in the API.
    #[serde(default)]
    pub(crate) user: String,
    /// Their account; none on the seller's side.
    #[serde(default)]
    pub(crate) account_id: Option<AccountId>,
    /// Their roles, separated by spaces.
    pub(crate) roles: String,
}

impl From<&users::Model> for UserCreated {
    fn from(row: &users::Model) -> Self {
        Self { user: row.id.to_string(), account_id: row.account_id, roles: row.roles.to_string() }
    }
}

/// Public form of [`UserCreated`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicUser<'a> {
    roles: &'a str,
}

impl DomainEvent for UserCreated {
    const KIND: &'static str = "user.created";
    type Public<'a> = PublicUser<'a>;

    fn subject(&self) -> String {
        format!("user/{}", self.user)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicUser<'_>> {
        Some(PublicUser { roles: &self.roles })
    }
}

/// Somebody tried to sign in with a wrong password or address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignInRefused {
    /// The name in the API of the person whose address it was; none when it is nobody's.
    pub(crate) user: Option<String>,
}

impl DomainEvent for SignInRefused {
    const KIND: &'static str = "session.refused";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        format!("user/{}", self.user.as_deref().unwrap_or("unknown"))
    }

    fn account(&self) -> Option<AccountId> {
        None
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

/// A person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PersonDetails {
    /// The name of the person in the API.
    #[serde(default)]
    pub(crate) user: String,
    /// Their account; none on the seller's side.
    #[serde(default)]
    pub(crate) account_id: Option<AccountId>,
}

impl From<&users::Model> for PersonDetails {
    fn from(row: &users::Model) -> Self {
        Self { user: row.id.to_string(), account_id: row.account_id }
    }
}

impl EventDetails for PersonDetails {
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        format!("user/{}", self.user)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

store::event_kinds! {
    PersonDetails:
    /// A person signed in.
    pub(crate) SessionStarted = "session.started",
    /// A person who was disabled may sign in again.
    pub(crate) UserEnabled = "user.enabled",
}

/// A machine client and what it may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClientDetails {
    /// Its public name.
    #[serde(default)]
    pub(crate) client: String,
    /// Its account; none on the seller's side.
    #[serde(default)]
    pub(crate) account_id: Option<AccountId>,
    /// Its scopes, separated by spaces.
    pub(crate) scopes: String,
}

impl From<&clients::Model> for ClientDetails {
    fn from(row: &clients::Model) -> Self {
        Self { client: row.client_id.clone(), account_id: row.account_id, scopes: row.scopes.clone() }
    }
}

/// Public form of [`ClientDetails`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicClient<'a> {
    scopes: &'a str,
}

impl EventDetails for ClientDetails {
    type Public<'a> = PublicClient<'a>;

    fn subject(&self) -> String {
        format!("client/{}", self.client)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicClient<'_>> {
        Some(PublicClient { scopes: &self.scopes })
    }
}

store::event_kinds! {
    ClientDetails:
    /// A machine client may get tokens from now on.
    pub(crate) ClientCreated = "client.created",
    /// A machine client was given a new secret.
    pub(crate) ClientRotated = "client.rotated",
}
