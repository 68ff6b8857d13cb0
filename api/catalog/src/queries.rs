//! Reading products with everything that is said of them.

use ahash::AHashMap;
use entity::{AccountId, IdentifierKind, ProductId, product_identifiers, product_relations, product_units, products};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::new_product::Attribute;
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

/// The products of the ids given, by rising id, in four statements per few thousand.
pub async fn details(db: &impl ConnectionTrait, ids: &[ProductId]) -> Result<Vec<Detail>, DbErr> {
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

async fn relations_of(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = ProductId>,
) -> Result<Vec<product_relations::Model>, DbErr> {
    let select = product_relations::Entity::find().filter(product_relations::Column::ProductId.is_in(ids));
    select.order_by_asc(product_relations::Column::Kind).order_by_asc(product_relations::Column::TargetId).all(db).await
}

/// What an account calls a product.
pub async fn part_numbers(db: &impl ConnectionTrait, account: AccountId, product: ProductId) -> Result<Vec<String>, DbErr> {
    let select = product_identifiers::Entity::find()
        .filter(product_identifiers::Column::ProductId.eq(product))
        .filter(product_identifiers::Column::Kind.eq(IdentifierKind::Customer))
        .filter(product_identifiers::Column::AccountId.eq(account.0))
        .order_by_asc(product_identifiers::Column::Normalised);
    Ok(select.all(db).await?.into_iter().map(|row| row.value).collect())
}
