//! Rows of `users`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Instant, Roles, UserId, UserStatus};

/// One row of `users`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub account_id: Option<AccountId>,
    pub roles: Roles,
    pub status: UserStatus,
    pub failed_logins: i32,
    pub locked_until: Option<Instant>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
