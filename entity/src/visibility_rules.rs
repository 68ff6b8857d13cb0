//! Rows of `visibility_rules`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, AudienceKind, Instant, VisibilityEffect};

/// One row of `visibility_rules`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visibility_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub code: String,
    pub effect: VisibilityEffect,
    pub audience_kind: AudienceKind,
    /// 0 unless the audience is an account.
    pub audience_id: AccountId,
    pub audience_code: String,
    pub active: bool,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub targets: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
