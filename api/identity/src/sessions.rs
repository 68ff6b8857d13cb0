//! Sign-in and tokens: machine clients by their secret, people by their password, both again by a refresh token.

use entity::{AccountId, Instant, UserId, UserStatus, clients, refresh_tokens, users};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

use super::clients::digest;
use super::error::IdentityError;
use super::events::{PersonDetails, SessionStarted, SignInRefused};
use super::sign_in_throttle::Attempt;
use super::users::{normal_address, password_fits};
use crate::scope::{parse_scopes, scopes_of};
use kernel::events::{SessionEnded, SessionReused, TokensEnded};
use kernel::principal::Visitor;
use kernel::revocations::{TokenHolder, end_tokens};
use kernel::scopes::Scopes;
use kernel::tokens::random_secret;
use store::clock;
use store::database::Tx;
use store::sql::{fetch_one, locked};

/// How long a refresh token works, in microseconds: thirty days.
const REFRESH_LIFETIME: i64 = 30 * clock::DAY;
/// Hash that is compared when the address is unknown, so that the answer takes as long as for a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$0oNjnJ2OgYUTR2uSkiKbyFVGCvFq5RkZWjTPnfIHXaw";

/// The subject of an access token and what it may do.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) subject: String,
    pub(super) client_id: String,
    pub(super) scopes: Scopes,
    pub(super) account: Option<AccountId>,
    /// When it was granted, which is before anything that ends it afterwards.
    pub(super) at: Instant,
    /// The sign-in of a person.
    pub(super) session: Option<String>,
    pub(super) refresh_token: Option<String>,
}

/// The client credentials grant (RFC 6749, 4.4).
pub(super) async fn client_credentials(
    visitor: &Visitor,
    client_id: &str,
    secret: &str,
    scope: Option<&str>,
) -> Result<Granted, IdentityError> {
    let at = clock::now();
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
        subject: TokenHolder::Client(&row.client_id).to_string(),
        client_id: row.client_id,
        scopes: narrowed(own, scope)?,
        account: row.account_id,
        at,
        session: None,
        refresh_token: None,
    })
}

/// Signs a person in.
pub(super) async fn sign_in(visitor: &Visitor, email: &str, password: String) -> Result<Granted, IdentityError> {
    let (attempt, person) = check_password(visitor, email, password).await?;
    let tx = visitor.begin().await?;
    let person = still_as_checked(&tx, &person).await?;
    attempt.refund(&tx).await?;
    let session = uuid::Uuid::now_v7().simple().to_string();
    let granted = grant_person(&tx, &person, session).await?;
    tx.record(&SessionStarted(PersonDetails::from(&person)));
    Ok(tx.commit(granted).await?)
}

/// A person, locked, if they may sign in and have the password that was checked: they may have been disabled, or have changed it, meanwhile.
pub(super) async fn still_as_checked(tx: &Tx, checked: &users::Model) -> Result<users::Model, IdentityError> {
    let now = lock_person(tx, checked.id).await?;
    now.filter(|now| now.password_hash == checked.password_hash).ok_or(IdentityError::WrongPassword)
}

/// A person who may sign in, locked: whoever gives tokens and whoever ends them wait for each other.
async fn lock_person(tx: &Tx, id: UserId) -> Result<Option<users::Model>, IdentityError> {
    let person = fetch_one(tx, locked(tx, users::Entity::find_by_id(id))).await?;
    Ok(person.filter(|person| person.status == UserStatus::Active))
}

/// The person with this address and password. A try is [paid for](Attempt) before it is looked at, and recorded when it fails.
pub(super) async fn check_password(
    visitor: &Visitor,
    email: &str,
    password: String,
) -> Result<(Attempt, users::Model), IdentityError> {
    // A text that is no address is treated as an address of nobody.
    let email = normal_address(email).unwrap_or_else(|| email.to_lowercase());
    let tx = visitor.begin().await?;
    let paid = Attempt::pay(&tx, &email, visitor.address()).await?;
    tx.commit(()).await?;
    let attempt = paid.map_err(IdentityError::Locked)?;
    let row = users::Entity::find().filter(users::Column::Email.eq(&email)).one(&visitor.db()).await?;
    let hash = row.as_ref().map_or(NOBODY, |r| &r.password_hash).to_owned();
    let fits = password_fits(password, hash).await?;
    match row {
        Some(person) if fits && person.status == UserStatus::Active => Ok((attempt, person)),
        other => {
            let tx = visitor.begin().await?;
            tx.record(&SignInRefused { user: other.map(|person| person.id.to_string()) });
            tx.commit(()).await?;
            Err(IdentityError::WrongPassword)
        }
    }
}

/// The refresh token grant with rotation: the token given is used up and a new one comes back.
pub(super) async fn refresh(visitor: &Visitor, token: &str) -> Result<Granted, IdentityError> {
    let tx = visitor.begin().await?;
    let row = refresh_tokens::Entity::find_by_id(digest(token)).one(&tx).await?.ok_or(IdentityError::WrongRefreshToken)?;
    let person = lock_person(&tx, row.user_id).await?.ok_or(IdentityError::WrongRefreshToken)?;
    if row.revoked_at.is_some() || row.expires_at < tx.now() {
        return Err(IdentityError::WrongRefreshToken);
    }
    let used_up = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::UsedAt, Expr::value(tx.now().0))
        .filter(refresh_tokens::Column::TokenHash.eq(&row.token_hash))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .filter(refresh_tokens::Column::RevokedAt.is_null())
        .exec(&tx)
        .await?;
    if used_up.rows_affected == 0 {
        let ended = end_session(&tx, &row).await?;
        tx.record(&SessionReused(ended));
        tx.commit(()).await?;
        return Err(IdentityError::WrongRefreshToken);
    }
    let granted = grant_person(&tx, &person, row.family).await?;
    Ok(tx.commit(granted).await?)
}

/// Ends a sign-in by its refresh token, with the access tokens it gave. An unknown token is not an error.
pub(super) async fn sign_out(visitor: &Visitor, token: &str) -> Result<(), IdentityError> {
    let tx = visitor.begin().await?;
    if let Some(row) = refresh_tokens::Entity::find_by_id(digest(token)).one(&tx).await? {
        let ended = end_session(&tx, &row).await?;
        tx.record(&SessionEnded(ended));
    }
    Ok(tx.commit(()).await?)
}

/// Grants what a person may do, and the next refresh token of a sign-in.
async fn grant_person(tx: &Tx, person: &users::Model, session: String) -> Result<Granted, IdentityError> {
    let token = random_secret()?;
    let row = refresh_tokens::ActiveModel {
        token_hash: Set(digest(&token)),
        family: Set(session.clone()),
        user_id: Set(person.id),
        created_at: Set(tx.now()),
        expires_at: Set(clock::later(tx.now(), REFRESH_LIFETIME)),
        used_at: Set(None),
        revoked_at: Set(None),
    };
    refresh_tokens::Entity::insert(row).exec_without_returning(tx).await?;
    let scopes = scopes_of(&person.roles.0);
    Ok(Granted {
        subject: TokenHolder::Person(person.id).to_string(),
        client_id: "bulkhead".to_owned(),
        scopes,
        account: person.account_id,
        at: tx.now(),
        session: Some(session),
        refresh_token: Some(token),
    })
}

/// Ends the sign-in that a refresh token belongs to: no token of it works any more.
async fn end_session(tx: &Tx, token: &refresh_tokens::Model) -> Result<TokensEnded, IdentityError> {
    // Locked first, so that no token of the sign-in is given beside this.
    let person = fetch_one(tx, locked(tx, users::Entity::find_by_id(token.user_id))).await?;
    refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::RevokedAt, Expr::value(tx.now().0))
        .filter(refresh_tokens::Column::Family.eq(&token.family))
        .exec(tx)
        .await?;
    let account = person.and_then(|person| person.account_id);
    Ok(end_tokens(tx, TokenHolder::Session(&token.family), account).await?)
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
