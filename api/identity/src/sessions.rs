//! Sign-in and tokens: machine clients by their secret, people by their password, both again by a refresh token.

use entity::{AccountId, UserId, UserStatus, clients, refresh_tokens, users};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::clients::digest;
use super::error::IdentityError;
use super::events::SessionStarted;
use super::users::password_fits;
use crate::scope::{parse_scopes, scopes_of};
use kernel::events::{SessionReused, TokensEnded};
use kernel::principal::Visitor;
use kernel::problem::CommonError;
use kernel::scopes::Scopes;
use kernel::tokens::random_secret;
use store::clock;
use store::database::Tx;

/// How long a refresh token works, in microseconds: thirty days.
const REFRESH_LIFETIME: i64 = 30 * clock::DAY;
/// Wrong passwords before sign-in is locked, and for how long at first.
const FREE_TRIES: i32 = 5;
const FIRST_LOCK: i64 = 60 * clock::SECOND;
/// Hash that is compared when the address is unknown, so that the answer takes as long as for a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$0oNjnJ2OgYUTR2uSkiKbyFVGCvFq5RkZWjTPnfIHXaw";

/// The subject of an access token and what it may do.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) subject: String,
    pub(super) client_id: String,
    pub(super) scopes: Scopes,
    pub(super) account: Option<AccountId>,
    pub(super) refresh_token: Option<String>,
}

/// The client credentials grant (RFC 6749, 4.4).
pub(super) async fn client_credentials(
    visitor: &Visitor,
    client_id: &str,
    secret: &str,
    scope: Option<&str>,
) -> Result<Granted, IdentityError> {
    let row = clients::Entity::find().filter(clients::Column::ClientId.eq(client_id)).one(&visitor.db()).await?;
    let row = row.filter(|r| r.revoked_at.is_none()).ok_or(IdentityError::WrongSecret)?;
    let given = digest(secret);
    let previous = row.previous_valid_until.is_some_and(|until| until > clock::now());
    let fits = same(&given, &row.secret_hash) || (previous && row.previous_secret_hash.as_ref().is_some_and(|h| same(&given, h)));
    if !fits {
        return Err(IdentityError::WrongSecret);
    }
    let own = parse_scopes(&row.scopes).map_err(IdentityError::WrongScope)?;
    Ok(Granted {
        subject: format!("client:{}", row.client_id),
        client_id: row.client_id,
        scopes: narrowed(own, scope)?,
        account: row.account_id,
        refresh_token: None,
    })
}

/// Signs a person in.
pub(super) async fn sign_in(visitor: &Visitor, email: &str, password: String) -> Result<Granted, IdentityError> {
    let row = users::Entity::find().filter(users::Column::Email.eq(email.to_lowercase())).one(&visitor.db()).await?;
    let locked = row.as_ref().and_then(|r| r.locked_until).is_some_and(|until| until > clock::now());
    if locked {
        return Err(IdentityError::Locked);
    }
    let hash = row.as_ref().map_or(NOBODY, |r| &r.password_hash).to_owned();
    let fits = password_fits(password, hash).await?;
    let Some(row) = row.filter(|r| r.status == UserStatus::Active) else { return Err(IdentityError::WrongPassword) };
    let tx = visitor.begin().await?;
    if !fits {
        let failed = row.failed_logins + 1;
        let mut active = row.into_active_model();
        active.failed_logins = Set(failed);
        if failed >= FREE_TRIES {
            let doubled = FIRST_LOCK << (failed - FREE_TRIES).min(6);
            active.locked_until = Set(Some(clock::later(tx.now(), doubled)));
        }
        active.update(&tx).await?;
        tx.commit(()).await?;
        return Err(IdentityError::WrongPassword);
    }
    if row.failed_logins > 0 {
        let mut active = row.clone().into_active_model();
        active.failed_logins = Set(0);
        active.locked_until = Set(None);
        active.update(&tx).await?;
    }
    let family = uuid::Uuid::now_v7().simple().to_string();
    let granted = grant_person(&tx, &row, family).await?;
    tx.record(&SessionStarted { user: row.id.to_string(), account_id: row.account_id });
    Ok(tx.commit(granted).await?)
}

/// The refresh token grant with rotation: the token given is used up and a new one comes back.
pub(super) async fn refresh(visitor: &Visitor, token: &str) -> Result<Granted, IdentityError> {
    let tx = visitor.begin().await?;
    let row = refresh_tokens::Entity::find_by_id(digest(token)).one(&tx).await?.ok_or(IdentityError::WrongRefreshToken)?;
    if row.revoked_at.is_some() || row.expires_at < tx.now() {
        return Err(IdentityError::WrongRefreshToken);
    }
    let used_up = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::UsedAt, Expr::value(tx.now().0))
        .filter(refresh_tokens::Column::TokenHash.eq(&row.token_hash))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .exec(&tx)
        .await?;
    if used_up.rows_affected == 0 {
        end_family(&tx, &row.family, row.user_id).await?;
        tx.commit(()).await?;
        return Err(IdentityError::WrongRefreshToken);
    }
    let person = users::Entity::find_by_id(row.user_id).one(&tx).await?;
    let person = person.filter(|p| p.status == UserStatus::Active).ok_or(IdentityError::WrongRefreshToken)?;
    let granted = grant_person(&tx, &person, row.family).await?;
    Ok(tx.commit(granted).await?)
}

/// Ends a sign-in by its refresh token. An unknown token is not an error.
pub(super) async fn sign_out(visitor: &Visitor, token: &str) -> Result<(), IdentityError> {
    let tx = visitor.begin().await?;
    if let Some(row) = refresh_tokens::Entity::find_by_id(digest(token)).one(&tx).await? {
        revoke_family(&tx, &row.family).await?;
    }
    Ok(tx.commit(()).await?)
}

async fn grant_person(tx: &Tx, person: &users::Model, family: String) -> Result<Granted, IdentityError> {
    let token = random_secret()?;
    let row = refresh_tokens::ActiveModel {
        token_hash: Set(digest(&token)),
        family: Set(family),
        user_id: Set(person.id),
        created_at: Set(tx.now()),
        expires_at: Set(clock::later(tx.now(), REFRESH_LIFETIME)),
        used_at: Set(None),
        revoked_at: Set(None),
    };
    refresh_tokens::Entity::insert(row).exec_without_returning(tx).await?;
    let scopes = scopes_of(&person.roles.0);
    Ok(Granted {
        subject: format!("user:{}", person.id),
        client_id: "bulkhead".to_owned(),
        scopes,
        account: person.account_id,
        refresh_token: Some(token),
    })
}

async fn end_family(tx: &Tx, family: &str, user: UserId) -> Result<(), IdentityError> {
    revoke_family(tx, family).await?;
    let account = users::Entity::find_by_id(user).one(tx).await?.and_then(|u| u.account_id);
    tx.record(&SessionReused(TokensEnded::new(format!("user:{user}"), tx.now(), account)));
    Ok(())
}

async fn revoke_family(tx: &Tx, family: &str) -> Result<(), CommonError> {
    refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::RevokedAt, Expr::value(tx.now().0))
        .filter(refresh_tokens::Column::Family.eq(family))
        .exec(tx)
        .await?;
    Ok(())
}

/// The scopes asked for, if all of them are held; all that are held, if none are asked for.
fn narrowed(own: Scopes, asked: Option<&str>) -> Result<Scopes, IdentityError> {
    let Some(asked) = asked.filter(|s| !s.trim().is_empty()) else { return Ok(own) };
    let wanted = parse_scopes(asked).map_err(IdentityError::WrongScope)?;
    if wanted.intersection(&own) == wanted { Ok(wanted) } else { Err(IdentityError::WrongScope(asked.to_owned())) }
}

/// Compares two digests in time that does not depend on where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}
