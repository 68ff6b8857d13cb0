//! Creating categories and changing them.

use ahash::AHashMap;
use entity::{CategoryId, categories};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::categories::MAX_DEPTH;
use super::error::CatalogError;
use super::events::CategoriesChanged;
use super::put::lock_catalog;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use store::database::Tx;
use store::sql::insert_all;

/// A category as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCategory {
    pub code: String,
    pub name: String,
    /// Code of the category it lies in; it exists or stands in the same batch.
    pub parent: Option<String>,
}

/// Creates or changes categories, all or none; gives their ids in the order given. The tree must stay a tree.
pub async fn put_categories(tx: &Tx, new: Vec<NewCategory>) -> Result<Vec<CategoryId>, CatalogError> {
    lock_catalog(tx).await?;
    let rows = categories::Entity::find().all(tx).await?;
    let mut ids: AHashMap<String, CategoryId> = rows.iter().map(|row| (row.code.clone(), row.id)).collect();
    let mut parents: AHashMap<CategoryId, Option<CategoryId>> = rows.iter().map(|row| (row.id, row.parent_id)).collect();
    let fresh = new.iter().filter(|c| !ids.contains_key(&c.code)).count();
    let mut fresh_ids = tx.ids(fresh).await?.into_iter().map(CategoryId);
    for category in &new {
        if !ids.contains_key(&category.code)
            && let Some(id) = fresh_ids.next()
        {
            ids.insert(category.code.clone(), id);
        }
    }
    let mut changed: AHashMap<CategoryId, categories::Model> = AHashMap::new();
    for category in &new {
        let parent_id = match &category.parent {
            None => None,
            Some(code) => Some(*ids.get(code).ok_or_else(|| {
                CommonError::invalid("/parent", FieldCode::UnknownCategory, format!("there is no category \"{code}\""))
            })?),
        };
        let id = ids.get(&category.code).copied().ok_or_else(|| CommonError::Internal("a category got no id".to_owned()))?;
        parents.insert(id, parent_id);
        changed.insert(id, categories::Model { id, code: category.code.clone(), name: category.name.clone(), parent_id });
    }
    let mut rows = Vec::with_capacity(changed.len());
    // A category of the tree that lies deeper now because of these is checked too.
    for id in parents.keys() {
        let depth = depth_of(*id, &parents);
        match (depth, changed.remove(id)) {
            (Some(depth), Some(row)) => rows.push((depth, row)),
            (Some(_), None) => {}
            (None, row) => {
                let code = row.map_or_else(|| new.first().map(|c| c.code.clone()).unwrap_or_default(), |row| row.code);
                return Err(CatalogError::CategoryLoop(code));
            }
        }
    }
    rows.sort_unstable_by_key(|(depth, row)| (*depth, row.id));
    let given = new.iter().filter_map(|category| ids.get(&category.code)).copied().collect();
    write(tx, rows.into_iter().map(|(_, row)| row).collect()).await?;
    Ok(given)
}

fn depth_of(id: CategoryId, parents: &AHashMap<CategoryId, Option<CategoryId>>) -> Option<usize> {
    let mut at = id;
    for depth in 0..MAX_DEPTH {
        match parents.get(&at).copied().flatten() {
            None => return Some(depth),
            Some(parent) => at = parent,
        }
    }
    None
}

async fn write(tx: &Tx, rows: Vec<categories::Model>) -> Result<(), CatalogError> {
    if rows.is_empty() {
        return Ok(());
    }
    let (ids, codes) = rows.iter().map(|row| (row.id, row.code.clone())).unzip();
    let replace = OnConflict::column(categories::Column::Id)
        .update_columns([categories::Column::Name, categories::Column::ParentId])
        .to_owned();
    insert_all(tx, rows.into_iter().map(IntoActiveModel::into_active_model).collect(), Some(replace)).await?;
    tx.record(&CategoriesChanged { ids, codes });
    Ok(())
}
