//! Rows of `tracking_events`.

use sea_orm::entity::prelude::*;

use crate::{Instant, ShipmentId};

/// One row of `tracking_events`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tracking_events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub shipment_id: ShipmentId,
    pub parcel_no: Option<i32>,
    pub code: String,
    pub description: String,
    pub location: String,
    pub occurred_at: Instant,
    pub recorded_at: Instant,
    pub dedup: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
