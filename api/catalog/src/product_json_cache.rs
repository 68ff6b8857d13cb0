//! A cache of products as JSON.
//!
//! Reading a product is the most frequent request of all, and long texts, properties and relations are not held in memory. A
//! product that is not cached costs one statement. Its JSON is then used until the product or a category changes, or until
//! other products were asked for more lately.

use std::sync::{Arc, OnceLock};
use store::Db;

use entity::{IdentifierKind, ProductId, RelationKind, product_identifiers, product_relations, product_units, products};
use sea_orm::sea_query::Expr;
use sea_orm::{DbErr, EntityTrait as _, QuerySelect as _, QueryTrait as _};
use serde_json::Value;

use super::catalog_view::CatalogView;
use super::categories::Categories;
use super::product::Product;
use super::products::Products;
use super::queries::Detail;
use super::views::ProductView;
use store::row::EntityRow;

/// Bytes of JSON that are cached.
const CAPACITY: u64 = 64 * 1024 * 1024;
/// Bytes an entry takes besides its JSON.
const ENTRY_OVERHEAD: usize = 128;

/// The JSON of a product and the version it shows.
#[derive(Clone, Debug)]
pub struct ProductJson {
    /// Version of the product.
    pub version: i64,
    /// Its [`ProductView`] as JSON.
    pub json: Arc<str>,
    /// The products it is related to.
    related: Arc<[ProductId]>,
    /// Revision of the category tree whose names it shows.
    revision: u64,
}

impl ProductJson {
    /// Bytes it takes in the cache.
    fn weight(&self) -> u32 {
        let bytes = self.json.len() + size_of_val(&*self.related) + ENTRY_OVERHEAD;
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// Removes relations to products that the view does not show: drafts, and products that a visibility rule hides.
    pub fn restricted_to(mut self, view: &CatalogView, products: &Products) -> Self {
        if view.is_staff() || products.visible(self.related.iter().copied(), view).into_iter().all(|visible| visible) {
            return self;
        }
        let Ok(mut product) = serde_json::from_str::<Value>(&self.json) else { return self };
        if let Some(relations) = product.get_mut("relations").and_then(Value::as_array_mut) {
            let visible = |sku: &str| products.by_sku(sku).is_some_and(|product| view.can_see(&product));
            relations.retain(|relation| relation["sku"].as_str().is_some_and(visible));
        }
        self.json = product.to_string().into();
        self
    }
}

/// The JSON of products asked for lately. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct ProductJsonCache {
    entries: moka::sync::Cache<ProductId, ProductJson, ahash::RandomState>,
}

impl Default for ProductJsonCache {
    fn default() -> Self {
        let entries = moka::sync::Cache::builder()
            .weigher(|_, product: &ProductJson| product.weight())
            .max_capacity(CAPACITY)
            .build_with_hasher(ahash::RandomState::default());
        Self { entries }
    }
}

impl ProductJsonCache {
    /// The JSON of a product, from the cache or the database; none when the product is gone.
    pub async fn get(
        &self,
        db: &impl Db,
        products: &Products,
        categories: &Categories,
        product: &Product,
    ) -> Result<Option<ProductJson>, DbErr> {
        // Read first: a category that changes meanwhile makes the entry outdated at once.
        let revision = categories.revision();
        let is_current = |entry: &ProductJson| entry.version >= product.version && entry.revision == revision;
        if let Some(entry) = self.entries.get(&product.id).filter(is_current) {
            return Ok(Some(entry));
        }
        let Some(detail) = detail(db, product.id).await? else { return Ok(None) };
        let related = detail.relations.iter().map(|relation| relation.target_id).collect();
        let view = ProductView::new(&detail, products, categories);
        let json = serde_json::to_string(&view).map_err(|e| DbErr::Json(e.to_string()))?;
        let entry = ProductJson { version: view.version, json: json.into(), related, revision };
        self.entries.insert(product.id, entry.clone());
        Ok(Some(entry))
    }
}

/// A unit, a former number and a relation as the database puts them into JSON arrays.
type UnitRow = (String, i64, i64, Option<String>);
type NumberRow = (String, String);
type RelationRow = (RelationKind, i64, i64, String);

/// A product with its details except accounts' own part numbers, in one statement.
async fn detail(db: &impl Db, id: ProductId) -> Result<Option<Detail>, DbErr> {
    let statement = db.statement(detail_sql(db), [id.0.into()]);
    let found = db.entities::<products::Entity>(statement, LISTS.len()).await?.pop();
    let Some(EntityRow { entity: product, texts }) = found else { return Ok(None) };
    let [units, numbers, relations] = texts.as_slice() else { return Err(DbErr::Type("a product has three lists".to_owned())) };
    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, DbErr> {
        serde_json::from_str(text).map_err(|e| DbErr::Json(e.to_string()))
    }
    let units: Vec<UnitRow> = read(units)?;
    let numbers: Vec<NumberRow> = read(numbers)?;
    let relations: Vec<RelationRow> = read(relations)?;
    let unit = |(unit, numerator, denominator, gtin): UnitRow| {
        let unit = unit.parse().map_err(|error: entity::Unreadable| DbErr::Type(error.to_string()))?;
        Ok(product_units::Model { product_id: id, unit, numerator, denominator, gtin })
    };
    let kind = IdentifierKind::Superseded;
    let number = |(value, normalised)| product_identifiers::Model { product_id: id, kind, account_id: 0, value, normalised };
    let relation = |(kind, target, quantity, note)| product_relations::Model {
        product_id: id,
        kind,
        target_id: ProductId(target),
        quantity: entity::Quantity(quantity),
        note,
    };
    Ok(Some(Detail {
        attributes: serde_json::from_str(&product.attributes).unwrap_or_default(),
        keywords: serde_json::from_str(&product.keywords).unwrap_or_default(),
        row: product,
        units: units.into_iter().map(unit).collect::<Result<_, DbErr>>()?,
        identifiers: numbers.into_iter().map(number).collect(),
        relations: relations.into_iter().map(relation).collect(),
    }))
}

/// The lists of a product as the columns of [`detail_sql`] are called.
const LISTS: [&str; 3] = ["units", "numbers", "relations"];

/// The statement of [`detail`], whose one value is the product's id: it is the same each time, and long.
fn detail_sql(db: &impl Db) -> &'static str {
    static SQL: [OnceLock<String>; 2] = [OnceLock::new(), OnceLock::new()];
    SQL[usize::from(db.is_sqlite())].get_or_init(|| {
        let list = |columns: &str, table: &str, more: &str, order: &str| Expr::cust(json_list(db, columns, table, more, order));
        let superseded = format!("and kind = '{}'", IdentifierKind::Superseded.word());
        let select = products::Entity::find_by_id(ProductId(0))
            .expr_as(list("unit, numerator, denominator, gtin", "product_units", "", "unit"), LISTS[0])
            .expr_as(list("value, normalised", "product_identifiers", &superseded, "normalised"), LISTS[1])
            .expr_as(list("kind, target_id, quantity, note", "product_relations", "", "kind, target_id"), LISTS[2]);
        select.build(db.get_database_backend()).sql
    })
}

/// The rows of a product in another table as a JSON list of lists.
fn json_list(db: &impl Db, columns: &str, table: &str, more: &str, order: &str) -> String {
    let (gather, each) = (db.dialect("json_group_array", "json_agg"), db.dialect("json_array", "json_build_array"));
    let rows = format!("select {columns} from {table} where product_id = products.id {more} order by {order}");
    format!("coalesce((select cast({gather}({each}({columns})) as text) from ({rows}) as found), '[]')")
}
