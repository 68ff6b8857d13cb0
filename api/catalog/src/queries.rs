//! Reading products with everything that is said of them.

use ahash::AHashMap;
use entity::{
    AccountId, CategoryId, IdentifierKind, Lifecycle, ProductId, product_identifiers, product_relations, product_units, products,
    visibility_rules,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::Db;

use super::catalog_view::CatalogView;
use super::new_product::Attribute;
use super::products::Products;
use store::sql::key_chunks;

/// A product with everything that is said of it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub row: products::Model,
    pub units: Vec<product_units::Model>,
    pub attributes: Vec<Attribute>,
    pub keywords: Vec<String>,
    /// All its names, accounts' own ones among them.
    pub identifiers: Vec<product_identifiers::Model>,
    pub relations: Vec<product_relations::Model>,
}

impl Detail {
    /// Numbers the product had before.
    pub fn superseded(&self) -> impl Iterator<Item = &str> {
        let before = self.identifiers.iter().filter(|i| i.kind == IdentifierKind::Superseded);
        before.map(|i| i.value.as_str())
    }
}

/// Which products a list is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProductFilter {
    /// Products directly in this category.
    pub(crate) category: Option<CategoryId>,
    pub(crate) lifecycle: Option<Lifecycle>,
    /// Products with larger ids.
    pub(crate) after: i64,
}

/// The most ids that one statement of [`list_visible`] reads.
const ID_CHUNK: u64 = 5_000;

/// The first `limit` ids of products that match the filter and are visible in `view`, by rising id. A view that hides much
/// costs more statements, never more rows at once.
pub(crate) async fn list_visible(
    db: &impl Db,
    products: &Products,
    view: &CatalogView,
    filter: ProductFilter,
    limit: u64,
) -> Result<Vec<ProductId>, DbErr> {
    let mut found: Vec<ProductId> = Vec::new();
    let (mut after, mut chunk) = (filter.after, limit);
    loop {
        let ids = list_ids(db, ProductFilter { after, ..filter }, chunk).await?;
        let visible = products.visible(ids.iter().copied(), view);
        found.extend(ids.iter().zip(visible).filter(|(_, visible)| *visible).map(|(id, _)| *id));
        if found.len() as u64 >= limit || (ids.len() as u64) < chunk {
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            return Ok(found);
        }
        after = ids.last().map_or(after, |id| id.0);
        chunk = (chunk * 4).min(ID_CHUNK);
    }
}

async fn list_ids(db: &impl Db, filter: ProductFilter, limit: u64) -> Result<Vec<ProductId>, DbErr> {
    let mut select = products::Entity::find().filter(products::Column::Id.gt(filter.after));
    if let Some(category) = filter.category {
        select = select.filter(products::Column::CategoryId.eq(category));
    }
    if let Some(lifecycle) = filter.lifecycle {
        select = select.filter(products::Column::Lifecycle.eq(lifecycle));
    }
    let ids = select.select_only().column(products::Column::Id).order_by_asc(products::Column::Id).limit(limit);
    ids.into_tuple().all(db).await
}

/// The version of the product of an SKU.
pub(crate) async fn version_of(db: &impl Db, sku: &str) -> Result<Option<i64>, DbErr> {
    let select = products::Entity::find().filter(products::Column::Sku.eq(sku));
    select.select_only().column(products::Column::Version).into_tuple().one(db).await
}

/// The products of the ids given, by rising id, in four statements per few thousand.
pub async fn details(db: &impl Db, ids: &[ProductId]) -> Result<Vec<Detail>, DbErr> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in key_chunks(ids) {
        let ids = || ids.iter().copied();
        let rows = products::Entity::find().filter(products::Column::Id.is_in(ids())).order_by_asc(products::Column::Id);
        let start = found.len();
        found.extend(rows.all(db).await?.into_iter().map(|row| Detail {
            attributes: serde_json::from_str(&row.attributes).unwrap_or_default(),
            keywords: serde_json::from_str(&row.keywords).unwrap_or_default(),
            row,
            units: Vec::new(),
            identifiers: Vec::new(),
            relations: Vec::new(),
        }));
        let places: AHashMap<ProductId, usize> = (start..found.len()).map(|at| (found[at].row.id, at)).collect();
        let units = product_units::Entity::find().filter(product_units::Column::ProductId.is_in(ids()));
        for unit in units.order_by_asc(product_units::Column::Unit).all(db).await? {
            if let Some(at) = places.get(&unit.product_id) {
                found[*at].units.push(unit);
            }
        }
        let identifiers = product_identifiers::Entity::find().filter(product_identifiers::Column::ProductId.is_in(ids()));
        for identifier in identifiers.order_by_asc(product_identifiers::Column::Normalised).all(db).await? {
            if let Some(at) = places.get(&identifier.product_id) {
                found[*at].identifiers.push(identifier);
            }
        }
        for relation in relations_of(db, ids()).await? {
            if let Some(at) = places.get(&relation.product_id) {
                found[*at].relations.push(relation);
            }
        }
    }
    Ok(found)
}

async fn relations_of(db: &impl Db, ids: impl Iterator<Item = ProductId>) -> Result<Vec<product_relations::Model>, DbErr> {
    let select = product_relations::Entity::find().filter(product_relations::Column::ProductId.is_in(ids));
    select.order_by_asc(product_relations::Column::Kind).order_by_asc(product_relations::Column::TargetId).all(db).await
}

/// What an account calls a product.
pub async fn part_numbers(db: &impl Db, account: AccountId, product: ProductId) -> Result<Vec<String>, DbErr> {
    let select = product_identifiers::Entity::find()
        .filter(product_identifiers::Column::ProductId.eq(product))
        .filter(product_identifiers::Column::Kind.eq(IdentifierKind::Customer))
        .filter(product_identifiers::Column::AccountId.eq(account.0))
        .order_by_asc(product_identifiers::Column::Normalised);
    Ok(select.all(db).await?.into_iter().map(|row| row.value).collect())
}

/// A visibility rule.
pub(super) async fn visibility_rule(db: &impl Db, code: &str) -> Result<Option<visibility_rules::Model>, DbErr> {
    visibility_rules::Entity::find().filter(visibility_rules::Column::Code.eq(code)).one(db).await
}

/// Visibility rules in the order they were created, after an id.
pub(super) async fn visibility_rules_after(db: &impl Db, after: i64, limit: u64) -> Result<Vec<visibility_rules::Model>, DbErr> {
    let select = visibility_rules::Entity::find().filter(visibility_rules::Column::Id.gt(after));
    select.order_by_asc(visibility_rules::Column::Id).limit(limit).all(db).await
}
