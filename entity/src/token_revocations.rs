//! Rows of `token_revocations`.

use sea_orm::entity::prelude::*;

use crate::Instant;

/// One row of `token_revocations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token_revocations")]
pub struct Model {
    /// `user:7`, `client:acme-erp`, or `session:` and the id of a sign-in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub holder: String,
    /// Tokens issued until then are refused.
    pub revoked_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
