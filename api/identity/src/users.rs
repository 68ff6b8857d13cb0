//! People: creating, disabling, passwords.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use entity::{AccountId, Role, Roles, UserId, UserStatus, users};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::error::IdentityError;
use super::events::{PersonDetails, UserCreated, UserEnabled};
use super::password_rules;
use super::rights::Grantor;
use super::scope::scopes_of;
use kernel::events::UserDisabled;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::revocations::{TokenHolder, end_tokens};
use store::database::Tx;
use store::error::is_duplicate;
use store::sql::{fetch_one, locked};
use tokio::sync::Semaphore;

/// A person to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// As [`hash_password`] gives it.
    pub password_hash: String,
    pub account: Option<AccountId>,
    pub roles: Vec<Role>,
}

/// Creates a person. Roles of the other side than the person's are refused.
pub async fn create_user(tx: &Tx, by: &Grantor, new: NewUser) -> Result<users::Model, IdentityError> {
    by.must_hold(&scopes_of(&new.roles))?;
    if new.roles.is_empty() || new.roles.iter().any(|role| role.is_buyer_side() != new.account.is_some()) {
        let detail =
            "people of an account must have at least one role, and only roles of buyers; others only roles of the seller's staff";
        return Err(CommonError::invalid("/roles", FieldCode::WrongSide, detail).into());
    }
    let email = normal_address(&new.email).ok_or_else(|| {
        CommonError::invalid("/email", FieldCode::BadEmail, "must be an e-mail address such as name@example.com")
    })?;
    let row = users::Model {
        id: UserId(tx.id().await?),
        email,
        name: new.name,
        password_hash: new.password_hash,
        account_id: new.account,
        roles: Roles(new.roles),
        status: UserStatus::Active,
        failed_logins: 0,
        locked_until: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    match users::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await {
        Ok(_) => {}
        Err(error) if is_duplicate(&error) => return Err(IdentityError::EmailTaken),
        Err(error) => return Err(error.into()),
    }
    tx.record(&UserCreated::from(&row));
    Ok(row)
}

/// An e-mail address as it is stored and looked for: without blanks around it, in lower case. None when it is no address.
pub(super) fn normal_address(text: &str) -> Option<String> {
    let address: lettre::Address = text.trim().parse().ok()?;
    Some(address.to_string().to_lowercase())
}

/// Lets a disabled person sign in again.
pub async fn enable_user(tx: &Tx, by: &Grantor, id: UserId) -> Result<users::Model, IdentityError> {
    let row = find_user(tx, by, id).await?;
    let mut active = row.into_active_model();
    active.status = Set(UserStatus::Active);
    active.updated_at = Set(tx.now());
    let row = active.update(tx).await?;
    tx.record(&UserEnabled(PersonDetails::from(&row)));
    Ok(row)
}

/// Disables a person. Tokens they hold are refused from now on.
pub async fn disable_user(tx: &Tx, by: &Grantor, id: UserId) -> Result<users::Model, IdentityError> {
    let row = find_user(tx, by, id).await?;
    let mut active = row.clone().into_active_model();
    active.status = Set(UserStatus::Disabled);
    active.updated_at = Set(tx.now());
    let row = active.update(tx).await?;
    tx.record(&UserDisabled(end_tokens(tx, TokenHolder::Person(id), row.account_id).await?));
    Ok(row)
}

/// A person that somebody changes, whose rights they must hold.
async fn find_user(tx: &Tx, by: &Grantor, id: UserId) -> Result<users::Model, IdentityError> {
    let row = fetch_one(tx, locked(tx, users::Entity::find_by_id(id))).await?;
    let row = row.filter(|row| by.sees(row.account_id)).ok_or(IdentityError::UserNotFound)?;
    by.must_hold(&scopes_of(&row.roles.0))?;
    Ok(row)
}

/// Hashes a new password of somebody with this address, off the threads that answer requests. One that is easily guessed is refused.
pub async fn hash_password(email: &str, password: String) -> Result<String, CommonError> {
    if let Some(refusal) = password_rules::refuse(&password, email) {
        return Err(refusal.into());
    }
    let hashed = in_turn(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())).await?;
    hashed.map_err(|e| CommonError::Internal(e.to_string()))
}

/// Compares a password with a hash, off the threads that answer requests.
pub(super) async fn password_fits(password: String, hash: String) -> Result<bool, CommonError> {
    in_turn(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

/// A hash takes 19 MB and a core for a while, so that as many are made at once as there are cores, and few wait.
static HASHING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)));
/// Hashes under way and waited for at most; more are refused as too many requests.
static WAITING: Semaphore = Semaphore::const_new(64);

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CommonError> {
    let waiting = WAITING.try_acquire().map_err(|_| CommonError::Busy)?;
    let turn = HASHING.acquire().await.map_err(|e| CommonError::Internal(e.to_string()))?;
    // The work goes on when the client goes away, so it is what holds the turn.
    let held = move || {
        let done = work();
        drop((waiting, turn));
        done
    };
    tokio::task::spawn_blocking(held).await.map_err(|e| CommonError::Internal(e.to_string()))
}
