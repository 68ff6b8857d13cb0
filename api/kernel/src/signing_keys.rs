//! The keys that sign access tokens. They live in the database, encrypted under the [secret key](SecretKey), so that every process
//! signs and verifies alike.
//!
//! Promises:
//! - The newest key signs. A retired key verifies what it signed in its time and no more; its private half is deleted.
//! - A revoked key verifies nothing, from when a process has followed the event on.

use ahash::AHashMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{Instant, signing_keys as rows};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};
use serde::{Deserialize, Serialize};
use store::Db;
use store::clock;
use store::database::Tx;

use super::events::KeyRotated;
use super::problem::CommonError;
use super::secret_key::SecretKey;
use super::tokens::LIFETIME_SECONDS;

/// How much later than its retirement a key may have signed, in seconds: other processes learn of it by the event, and clocks differ.
const GRACE_SECONDS: i64 = 60;

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

/// A key that verifies.
pub(super) struct VerifyingKey {
    decoding: DecodingKey,
    public: String,
    /// In seconds: when the last token it may have signed expires; none while it signs.
    last_expiry: Option<i64>,
}

impl VerifyingKey {
    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// Whether a token that expires then, in seconds, can be one that the key signed before it was retired.
    pub(super) fn may_have_signed(&self, expiry: i64) -> bool {
        self.last_expiry.is_none_or(|last| expiry <= last)
    }
}

/// The keys of a process.
#[derive(Default)]
pub(super) struct KeySet {
    signing: Option<(String, EncodingKey)>,
    verifying: AHashMap<String, VerifyingKey>,
}

impl KeySet {
    /// Reads the keys whose tokens may still be valid.
    pub(super) async fn load(db: &impl Db, secret_key: &SecretKey) -> Result<Self, DbErr> {
        let select = rows::Entity::find().filter(rows::Column::RevokedAt.is_null()).order_by_asc(rows::Column::CreatedAt);
        let now = clock::now().0 / clock::SECOND;
        let mut set = Self::default();
        for row in select.all(db).await? {
            let last_expiry = row.retired_at.map(|at| at.0 / clock::SECOND + LIFETIME_SECONDS + GRACE_SECONDS);
            let Ok(public) = URL_SAFE_NO_PAD.decode(&row.public_key) else {
                tracing::error!(kid = row.kid, "a signing key cannot be read");
                continue;
            };
            if last_expiry.is_some_and(|last| last < now) {
                continue;
            }
            let key = VerifyingKey { decoding: DecodingKey::from_ed_der(&public), public: row.public_key.clone(), last_expiry };
            set.verifying.insert(row.kid.clone(), key);
            if row.retired_at.is_none() {
                match private_key(&row, secret_key) {
                    Some(private) => set.signing = Some((row.kid, EncodingKey::from_ed_der(&private))),
                    None => tracing::error!(kid = row.kid, "{OTHER_SECRET}"),
                }
            }
        }
        Ok(set)
    }

    /// The key that signs, and its id.
    pub(super) fn signing(&self) -> Option<(&str, &EncodingKey)> {
        self.signing.as_ref().map(|(kid, key)| (kid.as_str(), key))
    }

    /// A key by its id.
    pub(super) fn verifying(&self, kid: &str) -> Option<&VerifyingKey> {
        self.verifying.get(kid)
    }

    /// The public keys whose tokens may be valid at an instant.
    pub(super) fn published(&self, at: Instant) -> Vec<Jwk> {
        let now = at.0 / clock::SECOND;
        let current = self.verifying.iter().filter(|(_, key)| key.may_have_signed(now));
        let jwk = |(kid, key): (&String, &VerifyingKey)| Jwk {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            purpose: "sig".into(),
            alg: "EdDSA".into(),
            kid: kid.clone(),
            x: key.public.clone(),
        };
        let mut published: Vec<Jwk> = current.map(jwk).collect();
        // The ids rise with time.
        published.sort_unstable_by(|a, b| a.kid.cmp(&b.kid));
        published
    }
}

/// Why a process cannot sign.
pub(super) const OTHER_SECRET: &str = "the signing key in the database is encrypted with another secret key; give every process the same \
                            BULKHEAD_SECRET_KEY, or make a new signing key with `bulkhead rotate-keys --revoke`";

/// The private half of a key in PKCS#8.
fn private_key(row: &rows::Model, secret_key: &SecretKey) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(secret_key.open(&row.kid, &row.private_key)?).ok()
}

/// Makes the first key when none signs, and encrypts those of databases that kept them as they were.
pub(super) async fn ensure(tx: &Tx, secret_key: &SecretKey) -> Result<(), CommonError> {
    let signing = rows::Entity::find().filter(rows::Column::RetiredAt.is_null()).filter(rows::Column::RevokedAt.is_null());
    let found = signing.all(tx).await?;
    if found.is_empty() {
        return create(tx, secret_key).await.map(drop);
    }
    for row in found.into_iter().filter(|row| !SecretKey::is_sealed(&row.private_key)) {
        rows::Entity::update_many()
            .col_expr(rows::Column::PrivateKey, Expr::value(secret_key.seal(&row.kid, &row.private_key)?))
            .filter(rows::Column::Kid.eq(&row.kid))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Makes a new signing key and retires those before it, whose private halves are deleted.
pub async fn create(tx: &Tx, secret_key: &SecretKey) -> Result<String, CommonError> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|e| CommonError::Internal(e.to_string()))?;
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let kid = uuid::Uuid::now_v7().simple().to_string();
    rows::Entity::update_many()
        .col_expr(rows::Column::RetiredAt, Expr::value(tx.now().0))
        .filter(rows::Column::RetiredAt.is_null())
        .exec(tx)
        .await?;
    rows::Entity::update_many().col_expr(rows::Column::PrivateKey, Expr::value("")).exec(tx).await?;
    let row = rows::ActiveModel {
        kid: Set(kid.clone()),
        private_key: Set(secret_key.seal(&kid, &URL_SAFE_NO_PAD.encode(pkcs8(&seed)))?),
        public_key: Set(URL_SAFE_NO_PAD.encode(public)),
        created_at: Set(tx.now()),
        retired_at: Set(None),
        revoked_at: Set(None),
    };
    rows::Entity::insert(row).exec_without_returning(tx).await?;
    tx.record(&KeyRotated { kid: kid.clone() });
    Ok(kid)
}

/// Makes a new signing key; those before it verify nothing from now on, because others may have them.
pub async fn replace(tx: &Tx, secret_key: &SecretKey) -> Result<String, CommonError> {
    let revoke = rows::Entity::update_many().col_expr(rows::Column::RevokedAt, Expr::value(tx.now().0));
    revoke.filter(rows::Column::RevokedAt.is_null()).exec(tx).await?;
    create(tx, secret_key).await
}

/// The PKCS#8 form of an Ed25519 private key (RFC 8410): a fixed prefix and the 32 bytes.
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    const PREFIX: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [PREFIX.as_slice(), seed.as_slice()].concat()
}
