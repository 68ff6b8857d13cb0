//! What prices depend on besides prices: a product's units, categories, brand and groups, an account's parent and group.
//!
//! Whoever changes them owns them; here they are kept as they were, as part of a price version that is recorded in the same
//! transaction. So a price version says everything a price depends on, on every process, for ever: an order is priced again
//! with the categories of its day. They are locked together with the price version.
//!
//! Not here: cost and floor (`costs`).

use ahash::{AHashMap, AHashSet};
use sea_orm::DbErr;
use store::{Db, Row};

use super::change::PriceChange;
use catalog::events::{CategoriesChanged, ProductsChanged};
use identity::events::AccountChanged;
use kernel::problem::CommonError;
use prices::ProductInputs;
use store::commit_hook::CommitHook;
use store::database::Tx;
use store::events::{Event, decode_all};
use store::sql::{insert_values, key_chunks};
use store::system::System;
use store::{DomainEvent as _, StoreError};

/// Records inputs in the transactions that change them.
#[derive(Debug)]
pub struct PricingInputsRecorder;

#[async_trait::async_trait]
impl CommitHook for PricingInputsRecorder {
    fn handles(&self, kind: &str) -> bool {
        [ProductsChanged::KIND, CategoriesChanged::KIND, AccountChanged::KIND].contains(&kind)
    }

    async fn before_commit(&self, tx: &Tx, events: &[&Event]) -> Result<(), StoreError> {
        let events = || events.iter().copied();
        let products: Vec<ProductsChanged> = decode_all(events())?;
        let categories: Vec<CategoriesChanged> = decode_all(events())?;
        let accounts: Vec<AccountChanged> = decode_all(events())?;
        let tree = Tree::read(tx).await?;
        let mut products = sorted(products.iter().flat_map(|changed| &changed.ids).map(|id| id.0));
        let categories = sorted(categories.iter().flat_map(|changed| &changed.ids).map(|id| id.0));
        products.extend(tree.moved_products(tx, &categories).await?);
        let products = changed_products(tx, &tree, &products).await?;
        let accounts = changed_accounts(tx, &sorted(accounts.iter().map(|changed| changed.id.0))).await?;
        Ok(record(tx, &products, &accounts).await?)
    }
}

fn sorted(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Records the inputs of products and accounts of which none are recorded: what a database knew before it kept inputs.
pub async fn record_missing_inputs(system: &System) -> Result<(), CommonError> {
    let missing = |table: &str, column: &str| {
        format!(
            "select id from {table} t where not exists (select 1 from {column}_price_facts f where f.{column}_id = t.id) order by id"
        )
    };
    let db = system.db();
    let products = ids_of(&db, &missing("products", "product")).await?;
    let accounts = ids_of(&db, &missing("accounts", "account")).await?;
    if products.is_empty() && accounts.is_empty() {
        return Ok(());
    }
    let tx = system.begin().await?;
    let tree = Tree::read(&tx).await?;
    let products = changed_products(&tx, &tree, &products).await?;
    let accounts = changed_accounts(&tx, &accounts).await?;
    record(&tx, &products, &accounts).await?;
    Ok(tx.commit(()).await?)
}

async fn ids_of(db: &impl Db, sql: &str) -> Result<Vec<i64>, DbErr> {
    let rows = db.rows(db.statement(sql, Vec::new())).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Products whose inputs are not what was recorded last, with their inputs.
async fn changed_products(tx: &Tx, tree: &Tree, ids: &[i64]) -> Result<Vec<(i64, String)>, DbErr> {
    let mut changed = Vec::new();
    for ids in key_chunks(ids) {
        let list = list_of(ids);
        let sql = format!(
            "select f.product_id, f.facts from product_price_facts f where f.product_id in ({list}) and f.recorded_at = \
             (select max(l.recorded_at) from product_price_facts l where l.product_id = f.product_id)"
        );
        let mut known: AHashMap<i64, String> = AHashMap::with_capacity(ids.len());
        for row in tx.rows(tx.statement(sql, Vec::new())).await? {
            known.insert(row.get(0)?, row.get(1)?);
        }
        for (id, inputs) in present(tx, tree, &list).await? {
            let inputs = inputs.write();
            if known.get(&id) != Some(&inputs) {
                changed.push((id, inputs));
            }
        }
    }
    Ok(changed)
}

/// The inputs of products as their tables say now.
async fn present(tx: &Tx, tree: &Tree, list: &str) -> Result<Vec<(i64, ProductInputs)>, DbErr> {
    let sql = format!(
        "select product_id, unit, numerator, denominator from product_units where product_id in ({list}) \
         order by product_id, unit"
    );
    let mut units: AHashMap<i64, Vec<(String, i64, i64)>> = AHashMap::new();
    for row in tx.rows(tx.statement(sql, Vec::new())).await? {
        let unit = (row.get(1)?, row.get(2)?, row.get(3)?);
        units.entry(row.get(0)?).or_default().push(unit);
    }
    let sql = format!(
        "select id, category_id, brand, mix_group, stock_unit, fractional, quantity_multiple, lifecycle from products \
         where id in ({list}) order by id"
    );
    let one = |row: &Row| {
        let id: i64 = row.get(0)?;
        let category: Option<i64> = row.get(1)?;
        let inputs = ProductInputs {
            categories: category.map(|category| tree.chain(category)).unwrap_or_default(),
            brand: row.get(2)?,
            mix_group: row.get(3)?,
            stock_unit: row.get(4)?,
            units: units.remove(&id).unwrap_or_default(),
            fractional: row.get(5)?,
            multiple: row.get(6)?,
            hidden: row.get::<String>(7)? == entity::Lifecycle::Draft.word(),
        };
        Ok((id, inputs))
    };
    tx.rows(tx.statement(sql, Vec::new())).await?.iter().map(one).collect()
}

/// What pricing knows of an account: its parent and its group.
type AccountInputs = (i64, Option<i64>, Option<String>);

/// Accounts whose inputs are not what was recorded last, with their inputs.
async fn changed_accounts(tx: &Tx, ids: &[i64]) -> Result<Vec<AccountInputs>, DbErr> {
    let mut changed = Vec::new();
    for ids in key_chunks(ids) {
        let sql = format!(
            "select a.id, a.parent_id, a.group_code, f.id, f.parent_id, f.group_code from accounts a \
             left join account_price_facts f on f.account_id = a.id and f.recorded_at = \
             (select max(l.recorded_at) from account_price_facts l where l.account_id = a.id) \
             where a.id in ({}) order by a.id",
            list_of(ids)
        );
        for row in tx.rows(tx.statement(sql, Vec::new())).await? {
            let inputs: AccountInputs = (row.get(0)?, row.get(1)?, row.get(2)?);
            let recorded: Option<i64> = row.get(3)?;
            let (parent, group): (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
            if recorded.is_none() || (parent, &group) != (inputs.1, &inputs.2) {
                changed.push(inputs);
            }
        }
    }
    Ok(changed)
}

/// Records inputs as a price version, if there are any.
async fn record(tx: &Tx, products: &[(i64, String)], accounts: &[AccountInputs]) -> Result<(), CommonError> {
    if products.is_empty() && accounts.is_empty() {
        return Ok(());
    }
    let change = PriceChange::begin(tx, "price-facts".to_owned()).await?;
    let known = || [change.recorded_at.0.into(), change.version.into()];
    let of_product = |(id, inputs): &(i64, String)| [(*id).into(), inputs.as_str().into()].into_iter().chain(known()).collect();
    let into = "product_price_facts (product_id, facts, recorded_at, change_id)";
    insert_values(tx, into, products.iter().map(of_product).collect(), "").await?;
    let of_account = |(id, parent, group): &AccountInputs| {
        [(*id).into(), (*parent).into(), group.clone().into()].into_iter().chain(known()).collect()
    };
    let into = "account_price_facts (account_id, parent_id, group_code, recorded_at, change_id)";
    insert_values(tx, into, accounts.iter().map(of_account).collect(), "").await?;
    Ok(())
}

fn list_of(ids: &[i64]) -> String {
    let list: Vec<String> = ids.iter().map(i64::to_string).collect();
    list.join(", ")
}

/// The tree of categories.
#[derive(Clone, Debug, Default)]
struct Tree {
    parents: AHashMap<i64, Option<i64>>,
}

impl Tree {
    async fn read(db: &impl Db) -> Result<Self, DbErr> {
        let rows = db.rows(db.statement("select id, parent_id from categories", Vec::new())).await?;
        let parents = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
        Ok(Self { parents: parents.collect::<Result<_, DbErr>>()? })
    }

    /// A category and those above it with their depths; a root has depth 0. Ends also where the tree runs in a circle.
    fn chain(&self, category: i64) -> Vec<(i64, u32)> {
        let mut chain = Vec::new();
        let mut seen = AHashSet::new();
        let mut next = Some(category);
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            chain.push(id);
            next = self.parents.get(&id).copied().flatten();
        }
        let depth = chain.len() as u32;
        chain.into_iter().zip((0..depth).rev()).collect()
    }

    /// Products that lie elsewhere now that these categories changed. All products of a category were recorded with the same
    /// chain, so one of each tells whether it moved.
    async fn moved_products(&self, tx: &Tx, changed: &[i64]) -> Result<Vec<i64>, DbErr> {
        let changed: AHashSet<i64> = changed.iter().copied().collect();
        let below = |id: &i64| self.chain(*id).iter().any(|(above, _)| changed.contains(above));
        let mut touched: Vec<i64> = self.parents.keys().copied().filter(|id| !changed.is_empty() && below(id)).collect();
        touched.sort_unstable();
        let mut moved = Vec::new();
        for categories in key_chunks(&touched) {
            let sql = format!(
                "select p.category_id, f.facts from products p join product_price_facts f on f.product_id = p.id \
                 where p.id in (select min(id) from products where category_id in ({}) group by category_id) \
                 and f.recorded_at = (select max(l.recorded_at) from product_price_facts l where l.product_id = p.id)",
                list_of(categories)
            );
            for row in tx.rows(tx.statement(sql, Vec::new())).await? {
                let (category, inputs): (i64, String) = (row.get(0)?, row.get(1)?);
                if ProductInputs::read(&inputs)?.categories != self.chain(category) {
                    moved.push(category);
                }
            }
        }
        let mut products = Vec::new();
        for categories in key_chunks(&moved) {
            let sql = format!("select id from products where category_id in ({}) order by id", list_of(categories));
            products.extend(ids_of(tx, &sql).await?);
        }
        Ok(products)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_have_depths_and_end() {
        let tree = Tree { parents: [(1, None), (2, Some(1)), (3, Some(2)), (8, Some(9)), (9, Some(8))].into_iter().collect() };
        assert_eq!(tree.chain(3), [(3, 2), (2, 1), (1, 0)]);
        assert_eq!(tree.chain(8).len(), 2);
    }
}
