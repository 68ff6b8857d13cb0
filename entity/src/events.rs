//! Rows of `events`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Instant};

/// One row of `events`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub ip: String,
    pub kind: String,
    pub subject: String,
    pub account_id: Option<AccountId>,
    pub actor: String,
    pub request_id: String,
    pub occurred_at: Instant,
    pub data: String,
    pub public: Option<String>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
