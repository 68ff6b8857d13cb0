//! Companies in trees, their sites and people, machine clients, sign-in.
//!
//! Promises:
//! - A person or client acts for one account (the buyer's side) or for none (the seller's side); the token says which, and
//!   every slice asks [`account_for`] or [`visible_account`] whose data is meant. Another account's code is answered as one
//!   that does not exist.
//! - Passwords are kept as argon2id, client secrets and refresh tokens as SHA-256 of 256 random bits. None is ever shown
//!   again or logged.
//! - People of a blocked account sign in, read and pay. They do not order or change orders, ask for quotes, or make people and clients;
//!   nothing is shipped to it ([`refuse_blocked`]).
//! - A refresh token works once. Using it twice ends that sign-in, and so does signing out: its access tokens are refused too.
//! - Disabling a person or revoking a client also refuses the access tokens they hold, in every process and after a restart.
//! - Nobody gives, renews or ends rights that they do not hold themselves ([`Grantor`]).
//! - Tries to sign in are few for an address from one source, and come back with time; known and unknown addresses are answered alike.
//! - A password is long and none of those that everybody tries first. A new one, by the present one or by a mailed link that works once,
//!   ends every sign-in of the person.
//!
//! Tables: `accounts`, `sites`, `users`, `clients`, `refresh_tokens`, `sign_in_tries`, `password_resets`.
//! Events: `account.changed`, `user.created`, `user.enabled`, `user.disabled`, `user.password_changed`, `client.created`, `client.rotated`, `client.revoked`,
//! `session.started`, `session.reused`, `session.ended`, `session.refused`.
//!
//! Not here: how tokens are signed and which have ended (`kernel::tokens`), how much credit is used (`orders::credit`).

mod accounts;
mod clients;
mod directory;
mod error;
pub mod events;
mod password_rules;
mod passwords;
pub mod permit;
mod queries;
mod rights;
mod routes;
pub mod scope;
mod sessions;
mod sign_in_throttle;
mod users;
mod views;

pub use accounts::{NewAccount, NewCredit, NewSite, USUAL_GRACE_DAYS, USUAL_TERMS, put_account, put_credit, put_site};
pub use clients::{NewClient, create_client, revoke_client, rotate_client};
pub use directory::{Account, Accounts};
pub use error::IdentityError;
pub use passwords::{PasswordReset, begin_reset, purge_expired as purge_links};
pub use queries::refuse_blocked;
pub use rights::Grantor;
pub use routes::{IdentityRoutes, SessionRoutes};
pub use sign_in_throttle::purge_expired as purge_tries;
pub use users::{NewUser, create_user, disable_user, enable_user, hash_password};

use std::sync::Arc;

use kernel::principal::{Acting, Permission};

/// The account a request is for. The buyer's side may leave the code out or give its own; the seller's side must give one.
pub fn account_for<P: Permission>(
    who: &Acting<P>,
    accounts: &Accounts,
    code: Option<&str>,
) -> Result<Arc<Account>, IdentityError> {
    let unknown = || IdentityError::AccountNotFound(code.unwrap_or_default().to_owned());
    match (who.account(), code) {
        (Some(own), None) => accounts.by_id(own).ok_or_else(unknown),
        (Some(own), Some(code)) => accounts.by_code(code).filter(|a| a.id == own).ok_or_else(unknown),
        (None, Some(code)) => accounts.by_code(code).ok_or_else(unknown),
        (None, None) => Err(IdentityError::AccountNeeded),
    }
}

/// The account whose data a list may show: the principal's own, or on the seller's side the one asked for, or all (`None`).
pub fn visible_account<P: Permission>(
    who: &Acting<P>,
    accounts: &Accounts,
    code: Option<&str>,
) -> Result<Option<entity::AccountId>, IdentityError> {
    match (who.account(), code) {
        (None, None) => Ok(None),
        _ => account_for(who, accounts, code).map(|account| Some(account.id)),
    }
}
