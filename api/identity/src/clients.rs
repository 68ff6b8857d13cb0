//! Machine clients: creating, rotating the secret, revoking.

use entity::{AccountId, ClientRowId, clients};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use sha2::{Digest as _, Sha256};

use super::error::IdentityError;
use super::events::{ClientCreated, ClientDetails, ClientRotated};
use super::rights::Grantor;
use crate::scope::{buyer_side, parse_scopes};
use kernel::events::ClientRevoked;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::revocations::{TokenHolder, end_tokens};
use kernel::scopes::Scopes;
use kernel::tokens::{hex, random_secret};
use store::clock;
use store::database::Tx;
use store::error::is_duplicate;
use store::sql::{fetch_one, locked};

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
pub async fn create_client(tx: &Tx, by: &Grantor, new: NewClient) -> Result<(clients::Model, String), IdentityError> {
    if new.scopes.is_empty() {
        return Err(CommonError::invalid("/scopes", FieldCode::MissingValue, "a client must have at least one scope").into());
    }
    if new.account.is_some() && new.scopes.intersection(&buyer_side()) != new.scopes {
        return Err(IdentityError::NotYours("a client of an account can only hold scopes of the buyer's side"));
    }
    by.must_hold(&new.scopes)?;
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
pub async fn rotate_client(tx: &Tx, by: &Grantor, client_id: &str) -> Result<(clients::Model, String), IdentityError> {
    let row = find(tx, by, client_id).await?;
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
pub async fn revoke_client(tx: &Tx, by: &Grantor, client_id: &str) -> Result<clients::Model, IdentityError> {
    let row = find(tx, by, client_id).await?;
    let mut active = row.into_active_model();
    active.revoked_at = Set(Some(tx.now()));
    let row = active.update(tx).await?;
    tx.record(&ClientRevoked(end_tokens(tx, TokenHolder::Client(&row.client_id), row.account_id).await?));
    Ok(row)
}

/// A client that somebody changes, whose rights they must hold.
async fn find(tx: &Tx, by: &Grantor, client_id: &str) -> Result<clients::Model, IdentityError> {
    let select = clients::Entity::find().filter(clients::Column::ClientId.eq(client_id));
    let row = fetch_one(tx, locked(tx, select)).await?;
    let row = row.filter(|row| row.revoked_at.is_none() && by.sees(row.account_id)).ok_or(IdentityError::ClientNotFound)?;
    by.must_hold(&parse_scopes(&row.scopes).map_err(IdentityError::WrongScope)?)?;
    Ok(row)
}

/// The digest of a secret, which is stored instead of the secret.
pub(super) fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}
