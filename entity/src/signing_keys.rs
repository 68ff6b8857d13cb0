//! Rows of `signing_keys`.

use sea_orm::entity::prelude::*;

use crate::Instant;

/// One row of `signing_keys`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// Encrypted; empty once the key is retired, since it signs nothing then.
    pub private_key: String,
    pub public_key: String,
    pub created_at: Instant,
    pub retired_at: Option<Instant>,
    /// Since when it verifies nothing.
    pub revoked_at: Option<Instant>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
