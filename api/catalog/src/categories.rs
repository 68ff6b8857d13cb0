//! The category tree in memory.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{CategoryId, categories};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::events::CategoriesChanged;
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, decode_all};
use store::projections::Projection;

/// How deep the tree may be.
pub(crate) const MAX_DEPTH: usize = 16;

/// A category.
#[derive(Clone, Debug)]
pub struct Category {
    pub id: CategoryId,
    pub code: String,
    pub name: String,
    pub parent: Option<CategoryId>,
}

impl From<categories::Model> for Category {
    fn from(row: categories::Model) -> Self {
        Self { id: row.id, code: row.code, name: row.name, parent: row.parent_id }
    }
}

#[derive(Debug, Default)]
struct Maps {
    by_id: AHashMap<CategoryId, Arc<Category>>,
    by_code: AHashMap<String, CategoryId>,
    /// Rises with every change.
    revision: u64,
}

/// All categories.
#[derive(Clone, Debug, Default)]
pub struct Categories {
    maps: Arc<RwLock<Maps>>,
}

impl Categories {
    /// Loads every category.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let all = Self::default();
        all.put(categories::Entity::find().all(db).await?);
        Ok(all)
    }

    /// A number that rises whenever a category changes.
    pub(super) fn revision(&self) -> u64 {
        self.maps.read().revision
    }

    /// The category of a code.
    pub fn by_code(&self, code: &str) -> Option<Arc<Category>> {
        let maps = self.maps.read();
        maps.by_code.get(code).and_then(|id| maps.by_id.get(id)).cloned()
    }

    /// The category and what it lies in, deepest first.
    pub fn chain(&self, id: CategoryId) -> Vec<Arc<Category>> {
        let maps = self.maps.read();
        let mut chain = Vec::new();
        let mut next = Some(id);
        while let Some(category) = next.and_then(|id| maps.by_id.get(&id)) {
            if chain.len() == MAX_DEPTH {
                break;
            }
            chain.push(category.clone());
            next = category.parent;
        }
        chain
    }

    /// Every category, in the order they were created.
    pub fn all(&self) -> Vec<Arc<Category>> {
        let mut all: Vec<Arc<Category>> = self.maps.read().by_id.values().cloned().collect();
        all.sort_unstable_by_key(|c| c.id);
        all
    }

    fn put(&self, rows: Vec<categories::Model>) {
        let mut maps = self.maps.write();
        maps.revision += 1;
        for row in rows {
            let category = Category::from(row);
            maps.by_code.insert(category.code.clone(), category.id);
            maps.by_id.insert(category.id, Arc::new(category));
        }
    }
}

#[async_trait::async_trait]
impl Projection for Categories {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let changed: Vec<CategoriesChanged> = decode_all(events)?;
        let ids: Vec<CategoryId> = changed.into_iter().flat_map(|changed| changed.ids).collect();
        for ids in store::sql::key_chunks(&ids) {
            self.put(categories::Entity::find().filter(categories::Column::Id.is_in(ids.iter().copied())).all(db).await?);
        }
        Ok(())
    }
}
