//! Rows of `background_jobs`.

use sea_orm::entity::prelude::*;

use crate::{BackgroundJobId, Instant};

/// One row of `background_jobs`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "background_jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BackgroundJobId,
    pub kind: String,
    pub payload: String,
    pub attempts: i32,
    pub due_at: Instant,
    pub leased_until: Option<Instant>,
    pub dead_at: Option<Instant>,
    pub last_error: Option<String>,
    pub created_by: String,
    pub created_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
