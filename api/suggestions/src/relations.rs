//! Relations between products by SKU, in memory.

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use pricing::Quantity;
use sea_orm::DbErr;
use store::{Db, Row};

use store::sql::{ids_value, key_list};

/// A relation of one product to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProductRelation {
    pub(super) kind: RelationKind,
    pub(super) target: ProductId,
    /// The quantity of the target for 1 stock unit of the product.
    pub(super) quantity: Quantity,
    pub(super) note: Option<Box<str>>,
}

/// All relations, by the product that has them. Compatible products are also found from the other side.
#[derive(Debug, Default)]
pub(super) struct ProductRelations {
    of: AHashMap<ProductId, Box<[ProductRelation]>>,
    fitting_from: AHashMap<ProductId, Vec<ProductId>>,
}

/// Separators of columns and of rows. Texts of products contain neither.
const COLUMN: char = '\u{1f}';
const ROW: char = '\u{1e}';

/// Products read by one statement.
const PRODUCTS_PER_STATEMENT: usize = 5_000;

impl ProductRelations {
    /// The relations of a product.
    pub(super) fn of(&self, product: ProductId) -> &[ProductRelation] {
        self.of.get(&product).map(|relations| &**relations).unwrap_or_default()
    }

    /// Products that have a compatible relation to this one.
    pub(super) fn fitting(&self, product: ProductId) -> &[ProductId] {
        self.fitting_from.get(&product).map(Vec::as_slice).unwrap_or_default()
    }

    /// Reads every relation.
    pub(super) async fn load(db: &impl Db) -> Result<Self, DbErr> {
        let mut relations = Self::default();
        let all = read(db, "true", []).await?;
        for (product, own) in by_product(all) {
            relations.put(product, own);
        }
        Ok(relations)
    }

    /// Reads the relations of some products.
    pub(super) async fn read_for(db: &impl Db, ids: &[ProductId]) -> Result<Vec<(ProductId, Vec<ProductRelation>)>, DbErr> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PRODUCTS_PER_STATEMENT) {
            let list = ids_value(db, ids.iter().map(|id| id.0));
            let which = format!("product_id in {}", key_list(db, 1, "bigint"));
            let mut own = by_product(read(db, &which, [list]).await?);
            found.extend(ids.iter().map(|id| (*id, own.remove(id).unwrap_or_default())));
        }
        Ok(found)
    }

    /// Replaces the relations of a product.
    pub(super) fn put(&mut self, product: ProductId, relations: Vec<ProductRelation>) {
        let old = if relations.is_empty() { self.of.remove(&product) } else { self.of.insert(product, relations.into()) };
        for relation in old.iter().flatten().filter(|relation| relation.kind == RelationKind::Compatible) {
            if let Some(fitting) = self.fitting_from.get_mut(&relation.target) {
                fitting.retain(|other| *other != product);
            }
        }
        let now = self.of.get(&product).into_iter().flatten();
        for relation in now.filter(|relation| relation.kind == RelationKind::Compatible) {
            self.fitting_from.entry(relation.target).or_default().push(product);
        }
    }
}

fn by_product(all: Vec<(ProductId, ProductRelation)>) -> AHashMap<ProductId, Vec<ProductRelation>> {
    let mut of: AHashMap<ProductId, Vec<ProductRelation>> = AHashMap::new();
    for (product, relation) in all {
        of.entry(product).or_default().push(relation);
    }
    of
}

async fn read(
    db: &impl Db,
    which: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<Vec<(ProductId, ProductRelation)>, DbErr> {
    let sign = db.dialect("char", "chr");
    let sql = format!(
        "select string_agg(concat_ws({sign}({}), product_id, kind, target_id, quantity, note), {sign}({})) \
         from (select * from product_relations where {which} order by product_id, kind, target_id) as relations \
         group by product_id / 2048",
        u32::from(COLUMN),
        u32::from(ROW),
    );
    let rows = db.rows(db.statement(sql, values)).await?;
    let mut found = Vec::new();
    for row in rows {
        let text: String = Row::get(&row, 0)?;
        found.extend(text.split(ROW).filter_map(relation));
    }
    Ok(found)
}

fn relation(row: &str) -> Option<(ProductId, ProductRelation)> {
    let mut columns = row.split(COLUMN);
    let product = ProductId(columns.next()?.parse().ok()?);
    let kind = RelationKind::from_word(columns.next()?)?;
    let target = ProductId(columns.next()?.parse().ok()?);
    let quantity = Quantity::from_micros(columns.next()?.parse().ok()?);
    let note = columns.next().filter(|note| !note.is_empty()).map(Into::into);
    Some((product, ProductRelation { kind, target, quantity, note }))
}
