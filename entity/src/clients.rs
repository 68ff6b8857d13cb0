//! Rows of `clients`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, ClientRowId, Instant};

/// One row of `clients`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientRowId,
    pub client_id: String,
    pub name: String,
    pub account_id: Option<AccountId>,
    pub scopes: String,
    pub secret_hash: String,
    pub previous_secret_hash: Option<String>,
    pub previous_valid_until: Option<Instant>,
    pub created_at: Instant,
    pub rotated_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
