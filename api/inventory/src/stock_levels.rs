//! Stock levels and warehouses in memory, for search results, product pages and carts, which must not wait for the database.
//!
//! Promises: applies every change of a level; uses 40 bytes per level. Not here: the exact level at the time of ordering;
//! commands read and lock the rows.

use std::sync::Arc;
use store::Db;

use ahash::AHashMap;
use entity::{ProductId, WarehouseId, warehouses};
use parking_lot::RwLock;
use pricing::Quantity;
use sea_orm::{EntityTrait, QueryOrder};

use super::events::{ChangedLevel, StockChanged, WarehouseChanged};
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, any_is, decode_all};
use store::projections::Projection;

/// A warehouse.
pub(crate) type Warehouse = warehouses::Model;

/// The stock level of a product in one warehouse, in stock units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    pub warehouse: WarehouseId,
    pub on_hand: Quantity,
    pub reserved: Quantity,
    pub safety: Quantity,
}

impl Level {
    /// The quantity that can still be reserved.
    pub(crate) fn available(&self) -> Quantity {
        let micros = self.on_hand.micros().saturating_sub(self.reserved.micros()).saturating_sub(self.safety.micros());
        Quantity::from_micros(micros.max(0))
    }
}

#[derive(Debug, Default)]
struct CachedStock {
    levels: AHashMap<ProductId, Box<[Level]>>,
    warehouses: Arc<Vec<Warehouse>>,
}

/// All levels and warehouses.
#[derive(Clone, Debug, Default)]
pub struct StockLevels {
    contents: Arc<RwLock<CachedStock>>,
}

impl StockLevels {
    /// Loads every level and warehouse.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let warehouses = Arc::new(all_warehouses(db).await?);
        // The database joins many rows into one text, because fetching a row costs more than parsing its five numbers.
        let folded = db.dialect(
            "group_concat(format('%d %d %d %d %d', product_id, warehouse_id, on_hand, reserved, safety), ' ')",
            "string_agg(concat_ws(' ', product_id, warehouse_id, on_hand, reserved, safety), ' ')",
        );
        let sql = format!("select {folded} from stock_levels group by product_id / 2048");
        let rows = db.rows(db.statement(sql, [])).await?;
        let mut all: Vec<(ProductId, Level)> = Vec::new();
        for row in rows {
            read_folded(&row.get::<String>(0)?, &mut all);
        }
        let mut contents = CachedStock { levels: AHashMap::new(), warehouses };
        put_levels(&mut contents.levels, all);
        Ok(Self { contents: Arc::new(RwLock::new(contents)) })
    }

    /// The levels of a product, one per warehouse that has a level of it.
    #[cfg(test)]
    pub(crate) fn levels(&self, product: ProductId) -> Vec<Level> {
        self.contents.read().levels.get(&product).map(|levels| levels.to_vec()).unwrap_or_default()
    }

    /// The quantity of a product that can still be reserved, over all warehouses.
    pub fn available(&self, product: ProductId) -> Quantity {
        let contents = self.contents.read();
        let levels = contents.levels.get(&product).into_iter().flatten();
        Quantity::from_micros(levels.fold(0_i64, |sum, level| sum.saturating_add(level.available().micros())))
    }

    /// Every warehouse, in sourcing order.
    pub fn warehouses(&self) -> Arc<Vec<Warehouse>> {
        self.contents.read().warehouses.clone()
    }

    /// The warehouse of a code.
    pub fn warehouse(&self, code: &str) -> Option<Warehouse> {
        self.warehouses().iter().find(|w| w.code == code).cloned()
    }

    /// Code of a warehouse; empty when the warehouse is not loaded yet.
    pub fn code_of(&self, id: WarehouseId) -> String {
        self.warehouses().iter().find(|w| w.id == id).map(|w| w.code.clone()).unwrap_or_default()
    }
}

async fn all_warehouses(db: &Reader) -> Result<Vec<Warehouse>, CommonError> {
    let select = warehouses::Entity::find().order_by_asc(warehouses::Column::Priority).order_by_asc(warehouses::Column::Id);
    Ok(select.all(db).await?)
}

/// Reads a text of repeated `product warehouse on_hand reserved safety`.
fn read_folded(text: &str, into: &mut Vec<(ProductId, Level)>) {
    let mut numbers = text.split(' ').filter_map(|number| number.parse::<i64>().ok());
    while let (Some(product), Some(warehouse), Some(on_hand), Some(reserved), Some(safety)) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next(), numbers.next())
    {
        let level = Level {
            warehouse: WarehouseId(warehouse),
            on_hand: Quantity::from_micros(on_hand),
            reserved: Quantity::from_micros(reserved),
            safety: Quantity::from_micros(safety),
        };
        into.push((ProductId(product), level));
    }
}

/// Replaces all levels of the products in `all`.
fn put_levels(levels: &mut AHashMap<ProductId, Box<[Level]>>, mut all: Vec<(ProductId, Level)>) {
    all.sort_unstable_by_key(|(product, level)| (*product, level.warehouse));
    levels.reserve(all.chunk_by(|a, b| a.0 == b.0).count());
    for of_one in all.chunk_by(|a, b| a.0 == b.0) {
        levels.insert(of_one[0].0, of_one.iter().map(|(_, level)| *level).collect());
    }
}

fn put_level(levels: &mut AHashMap<ProductId, Box<[Level]>>, product: ProductId, new: Level) {
    let known = levels.entry(product).or_default();
    match known.iter_mut().find(|level| level.warehouse == new.warehouse) {
        Some(level) => *level = new,
        None => *known = known.iter().copied().chain([new]).collect(),
    }
}

impl From<&ChangedLevel> for Level {
    fn from(changed: &ChangedLevel) -> Self {
        Self {
            warehouse: changed.warehouse_id,
            on_hand: changed.on_hand.0,
            reserved: changed.reserved.0,
            safety: changed.safety.0,
        }
    }
}

#[async_trait::async_trait]
impl Projection for StockLevels {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        if any_is::<WarehouseChanged>(events) {
            let warehouses = Arc::new(all_warehouses(db).await?);
            self.contents.write().warehouses = warehouses;
        }
        for changed in decode_all::<StockChanged>(events)? {
            let again = if changed.product_ids.is_empty() {
                Vec::new()
            } else {
                let ids: Vec<i64> = changed.product_ids.iter().map(|id| id.0).collect();
                super::locked_levels::read_levels(db, &ids).await?
            };
            let mut contents = self.contents.write();
            put_levels(&mut contents.levels, again);
            for changed in &changed.levels {
                put_level(&mut contents.levels, changed.product_id, changed.into());
            }
        }
        Ok(())
    }
}
