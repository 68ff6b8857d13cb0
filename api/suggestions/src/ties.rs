//! Relations that somebody gave a product by SKU, in memory.

use ahash::AHashMap;
use entity::{ProductId, RelationKind};
use pricing::Quantity;
use sea_orm::{DbErr, Statement};
use store::{Db, Row};

use store::sql::{ids_value, is_sqlite, key_list};

/// One product's relation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) kind: RelationKind,
    pub(super) target: ProductId,
    /// How much of the target goes with 1 stock unit of the product.
    pub(super) quantity: Quantity,
    pub(super) note: Option<Box<str>>,
}

/// All of them, by the product that has them. What fits says so from its own side as well.
#[derive(Debug, Default)]
pub(super) struct Ties {
    of: AHashMap<ProductId, Box<[Tie]>>,
    fits: AHashMap<ProductId, Vec<ProductId>>,
}

/// What parts columns, and what parts rows: no text of a product holds them.
const COLUMN: char = '\u{1f}';
const ROW: char = '\u{1e}';

/// Products read at once.
const CHUNK: usize = 5_000;

impl Ties {
    /// The relations a product has.
    pub(super) fn of(&self, product: ProductId) -> &[Tie] {
        self.of.get(&product).map(|ties| &**ties).unwrap_or_default()
    }

    /// Products that are said to fit this one.
    pub(super) fn fitting(&self, product: ProductId) -> &[ProductId] {
        self.fits.get(&product).map(Vec::as_slice).unwrap_or_default()
    }

    /// Reads every relation.
    pub(super) async fn load(db: &impl Db) -> Result<Self, DbErr> {
        let mut ties = Self::default();
        let all = read(db, "true", []).await?;
        for (product, own) in grouped(all) {
            ties.put(product, own);
        }
        Ok(ties)
    }

    /// Reads the relations of some products again.
    pub(super) async fn again(db: &impl Db, ids: &[ProductId]) -> Result<Vec<(ProductId, Vec<Tie>)>, DbErr> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(CHUNK) {
            let list = ids_value(db.get_database_backend(), ids.iter().map(|id| id.0));
            let which = format!("product_id in {}", key_list(db.get_database_backend(), 1, "bigint"));
            let mut own = grouped(read(db, &which, [list]).await?);
            found.extend(ids.iter().map(|id| (*id, own.remove(id).unwrap_or_default())));
        }
        Ok(found)
    }

    /// Says what relations a product has now.
    pub(super) fn put(&mut self, product: ProductId, ties: Vec<Tie>) {
        let old = if ties.is_empty() { self.of.remove(&product) } else { self.of.insert(product, ties.into()) };
        for tie in old.iter().flatten().filter(|tie| tie.kind == RelationKind::Compatible) {
            if let Some(fitting) = self.fits.get_mut(&tie.target) {
                fitting.retain(|other| *other != product);
            }
        }
        let now = self.of.get(&product).into_iter().flatten();
        for tie in now.filter(|tie| tie.kind == RelationKind::Compatible) {
            self.fits.entry(tie.target).or_default().push(product);
        }
    }
}

fn grouped(all: Vec<(ProductId, Tie)>) -> AHashMap<ProductId, Vec<Tie>> {
    let mut of: AHashMap<ProductId, Vec<Tie>> = AHashMap::new();
    for (product, tie) in all {
        of.entry(product).or_default().push(tie);
    }
    of
}

async fn read(
    db: &impl Db,
    which: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<Vec<(ProductId, Tie)>, DbErr> {
    let sign = if is_sqlite(db) { "char" } else { "chr" };
    let sql = format!(
        "select string_agg(concat_ws({sign}({}), product_id, kind, target_id, quantity, note), {sign}({})) \
         from (select * from product_relations where {which} order by product_id, kind, target_id) as relations \
         group by product_id / 2048",
        u32::from(COLUMN),
        u32::from(ROW),
    );
    let rows = db.rows(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    let mut found = Vec::new();
    for row in rows {
        let text: String = Row::get(&row, 0)?;
        found.extend(text.split(ROW).filter_map(tie));
    }
    Ok(found)
}

fn tie(row: &str) -> Option<(ProductId, Tie)> {
    let mut columns = row.split(COLUMN);
    let product = ProductId(columns.next()?.parse().ok()?);
    let kind = RelationKind::from_word(columns.next()?)?;
    let target = ProductId(columns.next()?.parse().ok()?);
    let quantity = Quantity::from_micros(columns.next()?.parse().ok()?);
    let note = columns.next().filter(|note| !note.is_empty()).map(Into::into);
    Some((product, Tie { kind, target, quantity, note }))
}
