//! Reads synonyms and search rules.

use entity::{CurationKind, search_curations};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};
use store::Db;

use kernel::wire::PageRequest;

/// The synonyms or the rule with this code.
pub(super) async fn find_curation(
    db: &impl Db,
    kind: CurationKind,
    code: &str,
) -> Result<Option<search_curations::Model>, DbErr> {
    let of_kind = search_curations::Entity::find().filter(search_curations::Column::Kind.eq(kind));
    of_kind.filter(search_curations::Column::Code.eq(code)).one(db).await
}

/// A page of synonyms or rules, in the order they were created.
pub(super) async fn list_curations(
    db: &impl Db,
    kind: CurationKind,
    page: PageRequest,
) -> Result<Vec<search_curations::Model>, DbErr> {
    let of_kind = search_curations::Entity::find().filter(search_curations::Column::Kind.eq(kind));
    page.ascending(of_kind, search_curations::Column::Id).all(db).await
}
