//! Rows of `jobs`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Instant, JobId, JobStatus};

/// One row of `jobs`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub kind: String,
    pub status: JobStatus,
    pub created_by: String,
    pub account_id: Option<AccountId>,
    pub created_at: Instant,
    pub finished_at: Option<Instant>,
    pub rows_read: i64,
    pub rows_accepted: i64,
    pub rows_rejected: i64,
    pub detail: String,
    pub report: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
