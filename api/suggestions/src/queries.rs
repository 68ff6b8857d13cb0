//! Reads relation rules.

use entity::relation_rules;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};
use store::Db;

use kernel::wire::PageRequest;

/// The rule with this code.
pub(super) async fn find_rule(db: &impl Db, code: &str) -> Result<Option<relation_rules::Model>, DbErr> {
    relation_rules::Entity::find().filter(relation_rules::Column::Code.eq(code)).one(db).await
}

/// A page of rules, in the order they were created.
pub(super) async fn list_rules(db: &impl Db, page: PageRequest) -> Result<Vec<relation_rules::Model>, DbErr> {
    page.ascending(relation_rules::Entity::find(), relation_rules::Column::Id).all(db).await
}
