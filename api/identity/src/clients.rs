//! Machine clients: creating, rotating the secret, revoking.

use entity::{AccountId, ClientRowId, clients};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use sha2::{Digest as _, Sha256};

use super::error::IdentityError;
use super::events::{ClientCreated, ClientDetails, ClientRotated};
use crate::scope::buyer_side;
use kernel::events::ClientRevoked;
use kernel::events::TokensEnded;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::scopes::Scopes;
use kernel::tokens::{hex, random_secret};
use store::clock;
use store::database::Tx;
use store::error::is_duplicate;

/// How long the old secret still works after a rotation.
const OVERLAP: i64 = clock::DAY;

/// A client to be created.
#[derive(Clone, Debug)]
pub struct NewClient {
    pub client_id: String,
    pub name: String,
    pub account: Option<AccountId>,
    pub scopes: Scopes,
}

/// Creates a client. Returns its row and its secret, which nobody can read again.
pub async fn create_client(tx: &Tx, new: NewClient) -> Result<(clients::Model, String), IdentityError> {
    if new.scopes.is_empty() {
        return Err(CommonError::invalid("/scopes", FieldCode::MissingValue, "a client must have at least one scope").into());
    }
    if new.account.is_some() && new.scopes.intersection(&buyer_side()) != new.scopes {
        return Err(IdentityError::NotYours("a client of an account can only hold scopes of the buyer's side"));
    }
    let secret = random_secret()?;
    let row = clients::Model {
        id: ClientRowId(tx.id().await?),
        client_id: new.client_id,
        name: new.name,
        account_id: new.account,
        scopes: new.scopes.to_string(),
        secret_hash: digest(&secret),
        previous_secret_hash: None,
        previous_valid_until: None,
        created_at: tx.now(),
        rotated_at: None,
        revoked_at: None,
    };
    match clients::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx).await {
        Ok(_) => {}
        Err(error) if is_duplicate(&error) => return Err(IdentityError::ClientTaken(row.client_id)),
        Err(error) => return Err(error.into()),
    }
    tx.record(&ClientCreated(ClientDetails::from(&row)));
    Ok((row, secret))
}

/// Gives a client a new secret; the old one works for a day more.
pub async fn rotate_client(
    tx: &Tx,
    client_id: &str,
    within: Option<AccountId>,
) -> Result<(clients::Model, String), IdentityError> {
    let row = find(tx, client_id, within).await?;
    let secret = random_secret()?;
    let mut active = row.clone().into_active_model();
    active.previous_secret_hash = Set(Some(row.secret_hash));
    active.previous_valid_until = Set(Some(clock::later(tx.now(), OVERLAP)));
    active.secret_hash = Set(digest(&secret));
    active.rotated_at = Set(Some(tx.now()));
    let row = active.update(tx).await?;
    tx.record(&ClientRotated(ClientDetails::from(&row)));
    Ok((row, secret))
}

/// Revokes a client. Tokens it holds are refused from now on.
pub async fn revoke_client(tx: &Tx, client_id: &str, within: Option<AccountId>) -> Result<clients::Model, IdentityError> {
    let row = find(tx, client_id, within).await?;
    let mut active = row.into_active_model();
    active.revoked_at = Set(Some(tx.now()));
    let row = active.update(tx).await?;
    tx.record(&ClientRevoked(TokensEnded::new(format!("client:{}", row.client_id), tx.now(), row.account_id)));
    Ok(row)
}

async fn find(tx: &Tx, client_id: &str, within: Option<AccountId>) -> Result<clients::Model, IdentityError> {
    let row = clients::Entity::find().filter(clients::Column::ClientId.eq(client_id)).one(tx).await?;
    row.filter(|r| r.revoked_at.is_none() && (within.is_none() || r.account_id == within)).ok_or(IdentityError::ClientNotFound)
}

/// The digest of a secret, which is stored instead of the secret.
pub(super) fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}
