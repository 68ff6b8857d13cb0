//! Companies in trees, their sites and people, machine clients, sign-in.
//!
//! Promises:
//! - A person or client acts for one account (the buyer's side) or for none (the seller's side); the token says which, and
//!   every slice asks [`account_for`] or [`visible_account`] whose data is meant. Another account's code is answered as one
//!   that does not exist.
//! - Passwords are kept as argon2id, client secrets and refresh tokens as SHA-256 of 256 random bits. None is ever shown
//!   again or logged.
//! - A refresh token works once. Using it twice revokes every token of that sign-in.
//! - Disabling a person or revoking a client also refuses the access tokens they hold.
//! - Sign-in is throttled per person: five wrong passwords lock it, longer each time.
//!
//! Tables: `accounts`, `sites`, `users`, `clients`, `refresh_tokens`.
//! Events: `account.changed`, `user.created`, `user.disabled`, `client.created`, `client.rotated`, `client.revoked`,
//! `session.started`, `session.reused`.
//!
//! Not here: what a role allows (`kernel::scope`), how tokens are signed (`kernel::tokens`), credit (`billing`).

mod accounts;
mod clients;
mod directory;
mod error;
pub mod events;
pub mod permit;
mod queries;
mod routes;
pub mod scope;
mod sessions;
mod users;
mod views;

pub use accounts::{NewAccount, NewSite, put_account, put_site};
pub use clients::{NewClient, create_client, revoke_client, rotate_client};
pub use directory::{Account, Accounts};
pub use error::IdentityError;
pub use routes::{IdentityRoutes, SessionRoutes};
pub use users::{NewUser, create_user, disable_user, hash_password};

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
