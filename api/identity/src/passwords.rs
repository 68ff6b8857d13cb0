//! New passwords: by whoever knows the present one, or holds a link that was mailed.
//!
//! A new password ends every sign-in of the person, with its access tokens, and gives back the tries to sign in.

use entity::{Instant, UserStatus, password_resets as resets, refresh_tokens, users};
use kernel::events::PasswordChanged;
use kernel::principal::Visitor;
use kernel::problem::{CommonError, FieldError};
use kernel::revocations::{TokenHolder, end_tokens};
use kernel::tokens::random_secret;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _, QueryFilter as _, Set};
use store::Db as _;
use store::clock;
use store::database::Tx;

use super::clients::digest;
use super::error::IdentityError;
use super::sessions::{check_password, still_as_checked};
use super::sign_in_throttle::Attempt;
use super::users::{hash_password, normal_address};

/// How long a link works, in microseconds.
const LINK_LIFETIME: i64 = 3_600 * clock::SECOND;

/// Whom a link to a new password goes to.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    pub email: String,
    pub name: String,
    /// What the link holds. It is stored as a digest.
    pub token: String,
}

/// Pays for a try and, when somebody may sign in with this address, makes a link for them. Links made before end.
pub async fn begin_reset(tx: &Tx, email: &str, source: &str) -> Result<Option<PasswordReset>, IdentityError> {
    let Some(email) = normal_address(email) else { return Ok(None) };
    // Separate from tries to sign in, so that who used those up can still reset.
    if let Err(wait) = Attempt::pay(tx, &format!("reset {email}"), source).await? {
        return Err(IdentityError::Locked(wait));
    }
    let person = users::Entity::find().filter(users::Column::Email.eq(&email)).one(tx).await?;
    let Some(person) = person.filter(|person| person.status == UserStatus::Active) else { return Ok(None) };
    resets::Entity::delete_many().filter(resets::Column::UserId.eq(person.id)).exec(tx).await?;
    let token = random_secret()?;
    let row = resets::ActiveModel {
        token_hash: Set(digest(&token)),
        user_id: Set(person.id),
        created_at: Set(tx.now()),
        expires_at: Set(clock::later(tx.now(), LINK_LIFETIME)),
        used_at: Set(None),
    };
    resets::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(Some(PasswordReset { email: person.email, name: person.name, token }))
}

/// Sets a password by the token of a link, which works once.
pub(super) async fn set_by_link(visitor: &Visitor, token: &str, password: String) -> Result<(), IdentityError> {
    let hash = digest(token);
    let is_good = |row: &resets::Model, now: Instant| row.used_at.is_none() && row.expires_at > now;
    let row = resets::Entity::find_by_id(hash.clone()).one(&visitor.db()).await?;
    let row = row.filter(|row| is_good(row, clock::now())).ok_or(IdentityError::WrongLink)?;
    let person = users::Entity::find_by_id(row.user_id).one(&visitor.db()).await?.ok_or(IdentityError::WrongLink)?;
    let password_hash = hash_password(&person.email, password).await?;
    let tx = visitor.begin().await?;
    let used = resets::Entity::update_many()
        .col_expr(resets::Column::UsedAt, Expr::value(tx.now().0))
        .filter(resets::Column::TokenHash.eq(hash))
        .filter(resets::Column::UsedAt.is_null())
        .exec(&tx)
        .await?;
    if used.rows_affected == 0 {
        return Err(IdentityError::WrongLink);
    }
    set(&tx, &person, password_hash).await?;
    Ok(tx.commit(()).await?)
}

/// Changes a password by the present one.
pub(super) async fn change(visitor: &Visitor, email: &str, present: String, new: String) -> Result<(), IdentityError> {
    let (attempt, person) = check_password(visitor, email, present).await?;
    let password_hash = hash_password(&person.email, new).await.map_err(|error| match error {
        // The field has another name here.
        CommonError::Invalid(refusals) => {
            let here = |refusal| FieldError { pointer: "/new_password".to_owned(), ..refusal };
            CommonError::Invalid(refusals.into_iter().map(here).collect())
        }
        other => other,
    })?;
    let tx = visitor.begin().await?;
    // It may have been changed, or the person disabled, while the new one was hashed.
    still_as_checked(&tx, &person).await?;
    attempt.refund(&tx).await?;
    set(&tx, &person, password_hash).await?;
    Ok(tx.commit(()).await?)
}

async fn set(tx: &Tx, person: &users::Model, password_hash: String) -> Result<(), IdentityError> {
    users::Entity::update_many()
        .col_expr(users::Column::PasswordHash, Expr::value(password_hash))
        .col_expr(users::Column::UpdatedAt, Expr::value(tx.now().0))
        .filter(users::Column::Id.eq(person.id))
        .exec(tx)
        .await?;
    refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::RevokedAt, Expr::value(tx.now().0))
        .filter(refresh_tokens::Column::UserId.eq(person.id))
        .filter(refresh_tokens::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    tx.record(&PasswordChanged(end_tokens(tx, TokenHolder::Person(person.id), person.account_id).await?));
    Ok(())
}

/// Deletes links that have expired.
pub async fn purge_expired(tx: &Tx) -> Result<u64, DbErr> {
    let Instant(now) = tx.now();
    let done = tx.execute_raw(tx.statement("delete from password_resets where expires_at < $1", [now.into()])).await?;
    Ok(done.rows_affected())
}
