//! What identity refuses.

use kernel::problem::CommonError;
use kernel::problem_types;

/// What identity refuses.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("there is no account \"{0}\"")]
    AccountNotFound(String),
    #[error("the request must name an account")]
    AccountNeeded,
    #[error("account \"{0}\" must not stand above itself; choose another parent")]
    AccountLoop(String),
    #[error("account \"{0}\" is blocked")]
    AccountBlocked(String),
    #[error("there is no such person")]
    UserNotFound,
    #[error("there is already a person with this e-mail address; use another")]
    EmailTaken,
    #[error("there is no such client")]
    ClientNotFound,
    #[error("there is already a client \"{0}\"; use another id")]
    ClientTaken(String),
    #[error("e-mail address or password is wrong")]
    WrongPassword,
    #[error("too many tries to sign in; try again in {0} s, or from where you usually do")]
    Locked(u64),
    #[error("the link is not valid any more; ask for another")]
    WrongLink,
    #[error("client id or secret is wrong")]
    WrongSecret,
    #[error("the refresh token is not valid; sign in again")]
    WrongRefreshToken,
    #[error("the grant type \"{0}\" is not supported")]
    UnknownGrant(String),
    #[error("the scope \"{0}\" is unknown or not allowed for this client")]
    WrongScope(String),
    #[error("{0}")]
    NotYours(&'static str),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { IdentityError {
    Self::AccountNotFound(_) => 404, "account-not-found", "The account does not exist";
    Self::AccountNeeded => 422, "account-needed", "The request must name an account";
    Self::AccountLoop(_) => 422, "account-loop", "An account must not stand above itself";
    Self::AccountBlocked(_) => 409, "account-blocked", "The account is blocked";
    Self::UserNotFound => 404, "user-not-found", "The person does not exist";
    Self::EmailTaken => 409, "email-taken", "The e-mail address is in use";
    Self::ClientNotFound => 404, "client-not-found", "The client does not exist";
    Self::ClientTaken(_) => 409, "client-taken", "The client id is in use";
    Self::WrongPassword => 401, "wrong-password", "E-mail address or password is wrong";
    Self::Locked(_) => 429, "sign-in-locked", "Too many tries to sign in";
    Self::WrongLink => 422, "reset-link-invalid", "The link is not valid any more";
    Self::WrongSecret => 401, "invalid-client", "Client id or secret is wrong";
    Self::WrongRefreshToken => 400, "invalid-grant", "The refresh token is not valid";
    Self::UnknownGrant(_) => 400, "unsupported-grant-type", "The grant type is not supported";
    Self::WrongScope(_) => 400, "invalid-scope", "The scope is unknown or not allowed";
    Self::NotYours(_) => 403, "not-yours-to-give", "You may not grant this role or scope";
} delegates { Self::Common(inner) => inner: CommonError } }
