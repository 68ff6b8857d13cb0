//! Access tokens: EdDSA-signed JWTs of type `at+jwt` (RFC 9068) with a key id. Which key signs and which verify is in
//! [`signing_keys`](super::signing_keys); which tokens end before they expire in [`revocations`](super::revocations).
//!
//! A token that was verified once is remembered until it expires, because a signature check costs more than most requests.
//!
//! Not here: who gets a token (`identity`).

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{AccountId, Instant};
use jsonwebtoken::{Algorithm, Header, Validation};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

use super::events::{ClientRevoked, KeyRotated, PasswordChanged, SessionEnded, SessionReused, UserDisabled};
use super::problem::CommonError;
use super::revocations::Revocations;
use super::scopes::Scopes;
use super::secret_key::SecretKey;
use super::signing_keys::{self, Jwk, KeySet};
use store::actor::Actor;
use store::clock;
use store::database::{Database, Reader};
use store::events::{Event, any_is, decode_all};
use store::projections::Projection;
use store::{BoxError, Db};

/// How long an access token is valid, in seconds.
pub const LIFETIME_SECONDS: i64 = 600;
const ISSUER: &str = "bulkhead";

/// The claims of an access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// `user:12` or `client:erp-1`.
    pub sub: String,
    pub client_id: String,
    pub iat: i64,
    /// The same in microseconds, so that what ended tokens in the same second is told from what came after.
    pub iat_us: i64,
    pub exp: i64,
    pub jti: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// The account the principal acts for; absent on the seller's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<i64>,
    /// The sign-in of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// Whom a token is issued to.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// `user:12` or `client:erp-1`.
    pub subject: &'a str,
    pub client_id: &'a str,
    pub scopes: &'a Scopes,
    pub account: Option<AccountId>,
    /// The sign-in of a person.
    pub session: Option<&'a str>,
    /// When it was granted.
    pub at: Instant,
}

/// What a verified token says.
#[derive(Clone, Debug)]
pub struct Verified {
    pub subject: Arc<str>,
    pub scopes: Scopes,
    pub account: Option<AccountId>,
    session: Option<Box<str>>,
    issued_at: Instant,
    expires_at: i64,
}

/// The keys of this process and what it remembers of tokens.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<KeysInner>,
}

struct KeysInner {
    set: ArcSwap<KeySet>,
    verified: moka::sync::Cache<String, Arc<Verified>, ahash::RandomState>,
    revocations: Revocations,
    secret_key: SecretKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Loads the keys and the revocations; makes the first key when there is none.
    pub async fn load(db: &Database, secret_key: SecretKey) -> Result<Self, CommonError> {
        let tx = db.begin(Actor::system("token keys")).await?;
        signing_keys::ensure(&tx, &secret_key).await?;
        tx.commit(()).await?;
        let verified = moka::sync::Cache::builder()
            .max_capacity(20_000)
            .time_to_live(Duration::from_secs(LIFETIME_SECONDS as u64))
            .build_with_hasher(ahash::RandomState::default());
        let revocations = Revocations::default();
        let keys = Self { inner: Arc::new(KeysInner { set: ArcSwap::default(), verified, revocations, secret_key }) };
        keys.reload(&db.reader()).await?;
        keys.inner.revocations.load(&db.reader()).await?;
        Ok(keys)
    }

    /// Reads the keys again. What earlier keys verified is verified anew.
    pub async fn reload(&self, db: &impl Db) -> Result<(), DbErr> {
        self.inner.set.store(Arc::new(KeySet::load(db, &self.inner.secret_key).await?));
        self.inner.verified.invalidate_all();
        Ok(())
    }

    /// Fails when this process cannot sign, and says what to do.
    pub fn can_sign(&self) -> Result<(), &'static str> {
        self.inner.set.load().signing().map(drop).ok_or(signing_keys::OTHER_SECRET)
    }

    /// The key that secrets are encrypted with.
    pub fn secret_key(&self) -> &SecretKey {
        &self.inner.secret_key
    }

    /// The public keys of tokens that may still be valid.
    pub fn published(&self) -> Vec<Jwk> {
        self.inner.set.load().published(clock::now())
    }

    /// Signs a token.
    pub fn issue(&self, holder: Holder<'_>) -> Result<String, CommonError> {
        let now = holder.at;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: ISSUER.into(),
            sub: holder.subject.into(),
            client_id: holder.client_id.into(),
            iat: now.0 / clock::SECOND,
            iat_us: now.0,
            exp: now.0 / clock::SECOND + LIFETIME_SECONDS,
            jti: uuid::Uuid::now_v7().simple().to_string(),
            scope: holder.scopes.to_string(),
            account: holder.account.map(|a| a.0),
            sid: holder.session.map(str::to_owned),
        };
        let set = self.inner.set.load();
        let (kid, key) = set.signing().ok_or_else(|| CommonError::Internal("there is no signing key".into()))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(kid.to_owned());
        jsonwebtoken::encode(&header, &claims, key).map_err(|e| CommonError::Internal(e.to_string()))
    }

    /// Checks a token: signature, type, issuer, audience, expiry, revocation.
    pub fn verify(&self, token: &str) -> Option<Arc<Verified>> {
        let now = clock::now().0 / clock::SECOND;
        let verified = match self.inner.verified.get(token) {
            Some(verified) => verified,
            None => {
                let verified = Arc::new(self.check(token)?);
                self.inner.verified.insert(token.to_owned(), verified.clone());
                verified
            }
        };
        let Verified { subject, session, issued_at, expires_at, .. } = &*verified;
        let ended = self.inner.revocations.has_ended(subject, session.as_deref(), *issued_at);
        (*expires_at > now && !ended).then_some(verified)
    }

    fn check(&self, token: &str) -> Option<Verified> {
        if token.len() > 4_096 {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some("at+jwt") {
            return None;
        }
        let set = self.inner.set.load();
        let key = set.verifying(header.kid.as_deref()?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        let claims = jsonwebtoken::decode::<Claims>(token, key.decoding(), &validation).ok()?.claims;
        // Whoever has a retired key can sign, but nothing that is valid longer than what the key signed in its time.
        if !key.may_have_signed(claims.exp) {
            return None;
        }
        Some(Verified {
            subject: claims.sub.into(),
            scopes: Scopes::of_text(&claims.scope),
            account: claims.account.map(AccountId),
            session: claims.sid.map(Into::into),
            issued_at: Instant(claims.iat_us),
            expires_at: claims.exp,
        })
    }
}

#[async_trait::async_trait]
impl Projection for Keys {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let disabled = decode_all(events)?.into_iter().map(|UserDisabled(ended)| ended);
        let changed = decode_all(events)?.into_iter().map(|PasswordChanged(ended)| ended);
        let revoked = decode_all(events)?.into_iter().map(|ClientRevoked(ended)| ended);
        let reused = decode_all(events)?.into_iter().map(|SessionReused(ended)| ended);
        let signed_out = decode_all(events)?.into_iter().map(|SessionEnded(ended)| ended);
        for ended in disabled.chain(changed).chain(revoked).chain(reused).chain(signed_out) {
            self.inner.revocations.note(&ended.revoked, Instant(ended.at));
        }
        if any_is::<KeyRotated>(events) {
            self.reload(db).await?;
        }
        Ok(())
    }
}

/// A secret of 256 random bits, base64url.
pub fn random_secret() -> Result<String, CommonError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| CommonError::Internal(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use entity::signing_keys as rows;
    use sea_orm::sea_query::Expr;
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

    use super::*;
    use crate::revocations::{TokenHolder, end_tokens};

    struct Fixture {
        db: Database,
        keys: Keys,
        secret_key: SecretKey,
        _folder: tempfile::TempDir,
    }

    impl Fixture {
        async fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let db = Database::connect(&format!("sqlite:{}", folder.path().join("test.db").display()), 2).await.expect("opened");
            db.migrate().await.expect("migrated");
            let secret_key = SecretKey::random().expect("a key");
            let keys = Keys::load(&db, secret_key.clone()).await.expect("keys");
            Self { db, keys, secret_key, _folder: folder }
        }

        fn token(&self) -> String {
            let scopes = Scopes::of_text("orders:read");
            let holder = Holder {
                subject: "user:7",
                client_id: "test",
                scopes: &scopes,
                account: None,
                session: Some("s"),
                at: clock::now(),
            };
            self.keys.issue(holder).expect("a token")
        }

        /// Makes a new key that takes the place of the old one, which was retired so many seconds ago.
        async fn retire(&self, ago: i64) {
            let tx = self.db.begin(Actor::system("test")).await.expect("begun");
            signing_keys::create(&tx, &self.secret_key).await.expect("a new key");
            let retired = clock::later(tx.now(), -ago * clock::SECOND);
            let update = rows::Entity::update_many().col_expr(rows::Column::RetiredAt, Expr::value(retired.0));
            update.filter(rows::Column::RetiredAt.is_not_null()).exec(&tx).await.expect("retired");
            tx.commit(()).await.expect("committed");
        }
    }

    #[tokio::test]
    async fn a_retired_key_verifies_what_it_signed_and_nothing_forged_later() {
        let fixture = Fixture::new().await;
        let token = fixture.token();
        // Whoever has the old key signs with it as this process did.
        let thief = Keys::load(&fixture.db, fixture.secret_key.clone()).await.expect("keys");
        fixture.retire(0).await;
        fixture.keys.reload(&fixture.db.reader()).await.expect("reloaded");
        assert!(fixture.keys.verify(&token).is_some(), "signed before the key was retired");
        assert_eq!(fixture.keys.published().len(), 2);

        let update = rows::Entity::update_many().col_expr(rows::Column::RetiredAt, Expr::value(clock::now().0 - 30 * clock::DAY));
        let tx = fixture.db.begin(Actor::system("test")).await.expect("begun");
        update.filter(rows::Column::RetiredAt.is_not_null()).exec(&tx).await.expect("retired");
        tx.commit(()).await.expect("committed");
        let scopes = Scopes::of_text("orders:read");
        let holder =
            Holder { subject: "user:7", client_id: "test", scopes: &scopes, account: None, session: None, at: clock::now() };
        let forged = thief.issue(holder).expect("forged");
        fixture.keys.reload(&fixture.db.reader()).await.expect("reloaded");
        assert!(fixture.keys.verify(&forged).is_none(), "the key was retired thirty days ago");
        assert_eq!(fixture.keys.published().len(), 1);
    }

    #[tokio::test]
    async fn a_key_that_was_loaded_before_its_time_ended_verifies_nothing_later() {
        let fixture = Fixture::new().await;
        let thief = Keys::load(&fixture.db, fixture.secret_key.clone()).await.expect("keys");
        // So long ago that it may have signed tokens that are valid for ten seconds more.
        fixture.retire(LIFETIME_SECONDS + 50).await;
        fixture.keys.reload(&fixture.db.reader()).await.expect("reloaded");
        assert_eq!(fixture.keys.published().len(), 2, "still listed");
        let scopes = Scopes::of_text("orders:read");
        let holder =
            Holder { subject: "user:7", client_id: "test", scopes: &scopes, account: None, session: None, at: clock::now() };
        assert!(fixture.keys.verify(&thief.issue(holder).expect("forged")).is_none());
    }

    #[tokio::test]
    async fn private_keys_are_encrypted_and_those_of_retired_keys_deleted() {
        let fixture = Fixture::new().await;
        fixture.retire(0).await;
        let found = rows::Entity::find().all(&fixture.db.reader()).await.expect("rows");
        let private: Vec<bool> = found.iter().map(|row| SecretKey::is_sealed(&row.private_key)).collect();
        assert_eq!(private.iter().filter(|sealed| **sealed).count(), 1, "of the signing key");
        assert!(found.iter().all(|row| row.retired_at.is_some() == row.private_key.is_empty()));
        let other = Keys::load(&fixture.db, SecretKey::random().expect("another")).await.expect("loaded");
        assert!(other.can_sign().is_err(), "another secret key reads it not");
    }

    #[tokio::test]
    async fn what_ended_tokens_is_known_after_a_restart() {
        let fixture = Fixture::new().await;
        let token = fixture.token();
        let tx = fixture.db.begin(Actor::system("test")).await.expect("begun");
        let ended = end_tokens(&tx, TokenHolder::Session("s"), None).await;
        tx.record(&SessionEnded(ended.expect("ended")));
        tx.commit(()).await.expect("committed");
        let restarted = Keys::load(&fixture.db, fixture.secret_key.clone()).await.expect("keys");
        assert!(restarted.verify(&token).is_none());
    }
}
