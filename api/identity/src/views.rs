//! Identity on the wire.

use entity::{AccountStatus, Role, accounts, clients, sites, users};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::directory::Accounts;
use kernel::wire::{AmountText, Code, Text, Timestamp};

/// The request of the token endpoint (RFC 6749).
#[derive(Debug, Object, Deserialize)]
pub(crate) struct TokenForm {
    /// `client_credentials` or `refresh_token`.
    #[oai(validator(max_length = 64))]
    pub grant_type: String,
    /// Scopes wanted, separated by spaces; all the client holds when left out.
    #[oai(validator(max_length = 2000))]
    pub scope: Option<String>,
    /// Client id, when not given by HTTP Basic.
    #[oai(validator(max_length = 200))]
    pub client_id: Option<String>,
    /// Client secret, when not given by HTTP Basic.
    #[oai(validator(max_length = 200))]
    pub client_secret: Option<String>,
    /// The refresh token, for that grant.
    #[oai(validator(max_length = 200))]
    pub refresh_token: Option<String>,
}

/// An access token.
#[derive(Debug, Object, Serialize)]
pub(crate) struct TokenView {
    /// The token, for `Authorization: Bearer`.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// What it allows, separated by spaces.
    pub scope: String,
    /// Gives the next access token, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// Signing in.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// E-mail address.
    pub email: Text<254>,
    /// Password.
    pub password: Text<200>,
}

/// Signing out.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOut {
    /// The refresh token of the sign-in.
    pub refresh_token: Text<200>,
}

/// A new password by the present one.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// E-mail address.
    pub email: Text<254>,
    /// The present password.
    pub password: Text<1000>,
    /// The new one, of 12 to 128 characters.
    pub new_password: Text<1000>,
}

/// A new password by a mailed link.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The token of the link.
    pub token: Text<200>,
    /// The new password, of 12 to 128 characters.
    pub password: Text<1000>,
}

/// Public keys of access tokens (RFC 7517).
#[derive(Debug, Object, Serialize)]
pub(crate) struct JwksView {
    /// The keys.
    pub keys: Vec<kernel::signing_keys::Jwk>,
}

/// An account to create or change.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountInput {
    /// Name of the company.
    pub name: Text<200>,
    /// Code of the company it belongs to.
    #[serde(default)]
    pub parent: Option<Code>,
    /// Group for price lists and promotions.
    #[serde(default)]
    pub group: Option<Code>,
    /// ISO 4217 currency it orders in.
    pub currency: Code,
    /// Whether it may order. Default `active`.
    #[serde(default)]
    pub status: Option<AccountStatus>,
}

/// What an account may owe, and when it pays.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditInput {
    /// Largest exposure on terms, in the account's currency; none for no limit.
    #[serde(default)]
    pub credit_limit: Option<AmountText>,
    /// Payment terms: `NET30`, `2-10-NET30`, `EOM30`, `PREPAID`. Default `NET30`.
    #[serde(default)]
    pub terms: Option<Code>,
    /// Days an invoice may be overdue before orders are held. Default 14.
    #[serde(default)]
    pub overdue_grace_days: Option<u16>,
}

/// An account.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AccountView {
    /// Its code.
    pub code: String,
    /// Name of the company.
    pub name: String,
    /// Code of the company it belongs to.
    pub parent: Option<String>,
    /// Group for price lists and promotions.
    pub group: Option<String>,
    /// Currency it orders in.
    pub currency: String,
    /// Largest exposure on terms.
    pub credit_limit: Option<AmountText>,
    /// Payment terms.
    pub terms: String,
    /// Days an invoice may be overdue before orders are held.
    pub overdue_grace_days: i32,
    /// Whether it may order.
    pub status: AccountStatus,
    /// Its addresses.
    pub sites: Vec<SiteView>,
    /// Version, as in the `ETag`.
    pub version: i64,
    /// Last change.
    pub updated_at: Timestamp,
}

impl AccountView {
    pub(crate) fn new(row: accounts::Model, sites: Vec<sites::Model>, accounts: &Accounts) -> Self {
        Self {
            parent: row.parent_id.map(|id| accounts.code_of(id)),
            code: row.code,
            name: row.name,
            group: row.group_code,
            currency: row.currency.to_string(),
            credit_limit: row.credit_limit.map(Into::into),
            terms: row.terms.to_string(),
            overdue_grace_days: row.overdue_grace_days,
            status: row.status,
            sites: sites.into_iter().map(Into::into).collect(),
            version: row.version,
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// A site to create or change.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteInput {
    /// Name of the place.
    pub name: Text<200>,
    /// Street and number.
    pub line1: Text<200>,
    /// More of the address.
    #[serde(default)]
    pub line2: Option<Text<200>>,
    /// City.
    pub city: Text<100>,
    /// State or region.
    #[serde(default)]
    pub region: Option<Text<100>>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<Text<20>>,
    /// ISO 3166 code of the country.
    pub country: Text<2>,
    /// Whether orders go here when they do not say where.
    #[serde(default)]
    pub is_default: bool,
}

/// A site.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SiteView {
    /// Its code within the account.
    pub code: String,
    /// Name of the place.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// More of the address.
    pub line2: String,
    /// City.
    pub city: String,
    /// State or region.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166 code of the country.
    pub country: String,
    /// Whether orders go here when they do not say where.
    pub is_default: bool,
}

impl From<sites::Model> for SiteView {
    fn from(row: sites::Model) -> Self {
        Self {
            code: row.code,
            name: row.name,
            line1: row.line1,
            line2: row.line2,
            city: row.city,
            region: row.region,
            postal_code: row.postal_code,
            country: row.country,
            is_default: row.is_default,
        }
    }
}

/// A person to create.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserInput {
    /// E-mail address, to sign in with.
    pub email: Text<254>,
    /// Name.
    pub name: Text<200>,
    /// Password, at least 8 characters.
    pub password: Text<200>,
    /// Account; left out for people of the seller.
    #[serde(default)]
    pub account: Option<Code>,
    /// What they do.
    pub roles: Vec<Role>,
}

/// A person.
#[derive(Debug, Object, Serialize)]
pub(crate) struct UserView {
    /// Id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Account; none for people of the seller.
    pub account: Option<String>,
    /// What they do.
    pub roles: Vec<Role>,
    /// Whether they may sign in.
    pub status: entity::UserStatus,
}

impl UserView {
    pub(crate) fn new(row: users::Model, accounts: &Accounts) -> Self {
        Self {
            id: row.id.to_string(),
            email: row.email,
            name: row.name,
            account: row.account_id.map(|id| accounts.code_of(id)),
            roles: row.roles.0,
            status: row.status,
        }
    }
}

/// A machine client to create.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientInput {
    /// Its id, chosen freely.
    pub client_id: Code,
    /// What it is.
    pub name: Text<200>,
    /// Account it acts for; left out for the seller's own systems.
    #[serde(default)]
    pub account: Option<Code>,
    /// What it may do.
    pub scopes: Vec<Text<40>>,
}

/// A machine client.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ClientView {
    /// Its id.
    pub client_id: String,
    /// What it is.
    pub name: String,
    /// Account it acts for.
    pub account: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Its secret; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
}

impl ClientView {
    pub(crate) fn new(row: clients::Model, secret: Option<String>, accounts: &Accounts) -> Self {
        Self {
            client_id: row.client_id,
            name: row.name,
            account: row.account_id.map(|id| accounts.code_of(id)),
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            client_secret: secret,
            revoked_at: row.revoked_at.map(Timestamp),
        }
    }
}
