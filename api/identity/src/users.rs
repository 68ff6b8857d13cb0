//! People: creating, disabling, passwords.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use entity::{AccountId, Role, Roles, UserId, UserStatus, users};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::error::IdentityError;
use super::events::UserCreated;
use kernel::events::TokensEnded;
use kernel::events::UserDisabled;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use store::database::Tx;
use store::error::is_duplicate;

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
pub async fn create_user(tx: &Tx, new: NewUser) -> Result<users::Model, IdentityError> {
    if new.roles.is_empty() || new.roles.iter().any(|role| role.is_buyer_side() != new.account.is_some()) {
        let detail =
            "people of an account must have at least one role, and only roles of buyers; others only roles of the seller's staff";
        return Err(CommonError::invalid("/roles", FieldCode::WrongSide, detail).into());
    }
    if !new.email.contains('@') {
        return Err(
            CommonError::invalid("/email", FieldCode::BadEmail, "must be an e-mail address such as name@example.com").into()
        );
    }
    let row = users::Model {
        id: UserId(tx.id().await?),
        email: new.email.to_lowercase(),
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

/// Disables a person. Tokens they hold are refused from now on.
pub async fn disable_user(tx: &Tx, id: UserId, within: Option<AccountId>) -> Result<users::Model, IdentityError> {
    let row = users::Entity::find_by_id(id).one(tx).await?;
    let row = row.filter(|r| within.is_none() || r.account_id == within).ok_or(IdentityError::UserNotFound)?;
    let mut active = row.clone().into_active_model();
    active.status = Set(UserStatus::Disabled);
    active.updated_at = Set(tx.now());
    let row = active.update(tx).await?;
    tx.record(&UserDisabled(TokensEnded::new(format!("user:{id}"), tx.now(), row.account_id)));
    Ok(row)
}

/// Hashes a password with argon2id, off the threads that answer requests.
pub async fn hash_password(password: String) -> Result<String, CommonError> {
    if password.chars().count() < 8 {
        return Err(FieldError::new("/password", FieldCode::TooShort, "the password must have at least 8 characters")
            .with("min", 8)
            .into());
    }
    let hashed = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()));
    hashed.await.map_err(|e| CommonError::Internal(e.to_string()))?.map_err(|e| CommonError::Internal(e.to_string()))
}

/// Compares a password with a hash, off the threads that answer requests.
pub(super) async fn password_fits(password: String, hash: String) -> Result<bool, CommonError> {
    let compared = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    compared.await.map_err(|e| CommonError::Internal(e.to_string()))
}
