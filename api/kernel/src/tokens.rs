//! Access tokens: EdDSA-signed JWTs of type `at+jwt` (RFC 9068) with a key id. Keys live in the database so that every
//! process signs and verifies alike; the newest key signs, retired keys verify until their last token has expired.
//!
//! A token that was verified once is remembered until it expires, because a signature check costs more than most requests.
//! When a person is disabled or a client revoked, the tokens issued before are refused at once ([`Keys::revoke`]).
//!
//! Not here: who gets a token (`identity`).

use std::sync::Arc;
use std::time::Duration;
use store::Db;

use ahash::AHashMap;
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{AccountId, Instant, signing_keys};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::{Deserialize, Serialize};

use super::events::{ClientRevoked, KeyRotated, SessionReused, UserDisabled};
use super::problem::CommonError;
use super::scopes::Scopes;
use store::BoxError;
use store::actor::Actor;
use store::clock;
use store::database::{Database, Reader, Tx};
use store::events::{Event, any_is, decode_all};
use store::projections::Projection;

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
    pub exp: i64,
    pub jti: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// The account the principal acts for; absent on the seller's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<i64>,
}

/// What a verified token says.
#[derive(Clone, Debug)]
pub struct Verified {
    pub subject: Arc<str>,
    pub scopes: Scopes,
    pub account: Option<AccountId>,
    issued_at: i64,
    expires_at: i64,
}

struct KeySet {
    signing: Option<(String, EncodingKey)>,
    verifying: AHashMap<String, DecodingKey>,
    published: Vec<Jwk>,
}

/// A public key as published at `/.well-known/jwks.json`.
#[derive(Clone, Debug, Serialize, Deserialize, poem_openapi::Object)]
pub struct Jwk {
    /// Key type, `OKP`.
    pub kty: String,
    /// Curve, `Ed25519`.
    pub crv: String,
    /// Use, `sig`.
    #[oai(rename = "use")]
    #[serde(rename = "use")]
    pub purpose: String,
    /// Algorithm, `EdDSA`.
    pub alg: String,
    /// Key id.
    pub kid: String,
    /// Public key, base64url.
    pub x: String,
}

/// The keys of this process and what it remembers of tokens.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<KeysInner>,
}

struct KeysInner {
    set: ArcSwap<KeySet>,
    verified: moka::sync::Cache<String, Arc<Verified>, ahash::RandomState>,
    revoked: RwLock<AHashMap<String, i64>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Loads the keys; makes the first one when there is none.
    pub async fn load(db: &Database) -> Result<Self, CommonError> {
        let tx = db.begin(Actor::system("token keys")).await?;
        if signing_keys::Entity::find().one(&tx).await?.is_none() {
            create_key(&tx).await?;
        }
        let tx = tx.commit(()).await.map(|()| db.reader())?;
        let keys = Self {
            inner: Arc::new(KeysInner {
                set: ArcSwap::from_pointee(KeySet { signing: None, verifying: AHashMap::new(), published: Vec::new() }),
                verified: moka::sync::Cache::builder()
                    .max_capacity(20_000)
                    .time_to_live(Duration::from_secs(LIFETIME_SECONDS as u64))
                    .build_with_hasher(ahash::RandomState::default()),
                revoked: RwLock::default(),
            }),
        };
        keys.reload(&tx).await?;
        Ok(keys)
    }

    /// Reads the keys again, after a rotation.
    pub async fn reload(&self, db: &impl Db) -> Result<(), DbErr> {
        let oldest = clock::later(clock::now(), -2 * LIFETIME_SECONDS * clock::SECOND);
        let rows = signing_keys::Entity::find()
            .filter(
                Condition::any().add(signing_keys::Column::RetiredAt.is_null()).add(signing_keys::Column::RetiredAt.gt(oldest)),
            )
            .order_by_asc(signing_keys::Column::CreatedAt)
            .all(db)
            .await?;
        let mut set = KeySet { signing: None, verifying: AHashMap::new(), published: Vec::new() };
        for row in rows {
            let (Ok(private), Ok(public)) = (URL_SAFE_NO_PAD.decode(&row.private_key), URL_SAFE_NO_PAD.decode(&row.public_key))
            else {
                tracing::error!(kid = row.kid, "a signing key cannot be read");
                continue;
            };
            set.verifying.insert(row.kid.clone(), DecodingKey::from_ed_der(&public));
            set.published.push(Jwk {
                kty: "OKP".into(),
                crv: "Ed25519".into(),
                purpose: "sig".into(),
                alg: "EdDSA".into(),
                kid: row.kid.clone(),
                x: row.public_key,
            });
            if row.retired_at.is_none() {
                set.signing = Some((row.kid, EncodingKey::from_ed_der(&private)));
            }
        }
        self.inner.set.store(Arc::new(set));
        Ok(())
    }

    /// The public keys.
    pub fn published(&self) -> Vec<Jwk> {
        self.inner.set.load().published.clone()
    }

    /// Signs a token for a principal.
    pub fn issue(
        &self,
        subject: &str,
        client_id: &str,
        scopes: &Scopes,
        account: Option<AccountId>,
    ) -> Result<String, CommonError> {
        let now = clock::now().0 / clock::SECOND;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: ISSUER.into(),
            sub: subject.into(),
            client_id: client_id.into(),
            iat: now,
            exp: now + LIFETIME_SECONDS,
            jti: uuid::Uuid::now_v7().simple().to_string(),
            scope: scopes.to_string(),
            account: account.map(|a| a.0),
        };
        let set = self.inner.set.load();
        let (kid, key) = set.signing.as_ref().ok_or_else(|| CommonError::Internal("there is no signing key".into()))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(kid.clone());
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
        let revoked = self.inner.revoked.read().get(&*verified.subject).is_some_and(|at| verified.issued_at <= *at);
        (verified.expires_at > now && !revoked).then_some(verified)
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
        let key = set.verifying.get(header.kid.as_deref()?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation).ok()?.claims;
        Some(Verified {
            subject: claims.sub.into(),
            scopes: Scopes::of_text(&claims.scope),
            account: claims.account.map(AccountId),
            issued_at: claims.iat,
            expires_at: claims.exp,
        })
    }

    /// Refuses from now on what was issued to `subject` until `at`.
    pub fn revoke(&self, subject: &str, at: Instant) {
        let mut revoked = self.inner.revoked.write();
        let now = clock::now().0 / clock::SECOND;
        revoked.retain(|_, at| *at + 2 * LIFETIME_SECONDS > now);
        revoked.insert(subject.to_owned(), at.0 / clock::SECOND);
    }
}

#[async_trait::async_trait]
impl Projection for Keys {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let disabled = decode_all(events)?.into_iter().map(|UserDisabled(ended)| ended);
        let revoked = decode_all(events)?.into_iter().map(|ClientRevoked(ended)| ended);
        let reused = decode_all(events)?.into_iter().map(|SessionReused(ended)| ended);
        for ended in disabled.chain(revoked).chain(reused) {
            self.revoke(&ended.revoked, Instant(ended.at));
        }
        if any_is::<KeyRotated>(events) {
            self.reload(db).await?;
        }
        Ok(())
    }
}

/// Makes a new signing key and retires the ones before it.
pub async fn create_key(tx: &Tx) -> Result<String, CommonError> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|e| CommonError::Internal(e.to_string()))?;
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let kid = uuid::Uuid::now_v7().simple().to_string();
    signing_keys::Entity::update_many()
        .col_expr(signing_keys::Column::RetiredAt, sea_orm::sea_query::Expr::value(tx.now().0))
        .filter(signing_keys::Column::RetiredAt.is_null())
        .exec(tx)
        .await?;
    let row = signing_keys::ActiveModel {
        kid: Set(kid.clone()),
        private_key: Set(URL_SAFE_NO_PAD.encode(pkcs8(&seed))),
        public_key: Set(URL_SAFE_NO_PAD.encode(public)),
        created_at: Set(tx.now()),
        retired_at: Set(None),
    };
    signing_keys::Entity::insert(row).exec_without_returning(tx).await?;
    tx.record(&KeyRotated { kid: kid.clone() });
    Ok(kid)
}

/// The PKCS#8 form of an Ed25519 private key (RFC 8410): a fixed prefix and the 32 bytes.
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    const PREFIX: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [PREFIX.as_slice(), seed.as_slice()].concat()
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
